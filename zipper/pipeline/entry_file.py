"""Which file of a project a web function runs, and what it is called once it is packed.

In: a request and the project's files. Out: the name of a source, and of the file in the package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zipper.checks.entry_rules import find_entry
from zipper.kinds import ENTRY_VARIABLE
from zipper.settings.function_variables import find_variables

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from zipper.settings.build_request import BuildRequest

__all__ = ["as_handler", "entry_of_request", "find_source_entry", "packed_name"]

_OUTPUTS = {".ts": ".js", ".mts": ".mjs", ".cts": ".cjs", ".tsx": ".js"}


def entry_of_request(request: BuildRequest) -> str | None:
    """Return the entry file that an option or the function's variable names."""
    return request.entry or find_variables(request.env).get(ENTRY_VARIABLE)


def find_source_entry(
    request: BuildRequest, names: Collection[str], manifest: Mapping[str, Any]
) -> str:
    """Return the file of the project that is run, or compiled to what is run."""
    given = entry_of_request(request)
    entry = find_entry(names, manifest.get("main"), given)
    if entry in names:
        return entry
    stem, dot, ending = entry.rpartition(".")
    typed = (f"{stem}{source}" for source, made in _OUTPUTS.items() if f"{dot}{ending}" == made)
    return next((name for name in typed if name in names), entry)


def as_handler(entry: str) -> str:
    """Return a handler whose file is the entry's: what looks for sources takes handlers."""
    folder, slash, name = entry.rpartition("/")
    return f"{folder}{slash}{name.partition('.')[0]}.handler"


def packed_name(entry: str) -> str:
    """Return what a source in TypeScript is called in the package."""
    stem, dot, ending = entry.rpartition(".")
    return f"{stem}{_OUTPUTS.get(f'{dot}{ending}', f'{dot}{ending}')}"
