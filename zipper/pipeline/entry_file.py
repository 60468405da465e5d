"""Which file of a project a web function runs, and what it is called once it is packed.

In: a request and the project's files. Out: the name of a source, and of the file in the package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zipper.bundling.source_names import TYPED, name_output
from zipper.checks.entry_rules import find_entry
from zipper.kinds import ENTRY_VARIABLE
from zipper.settings.function_variables import find_variables

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from zipper.settings.build_request import BuildRequest

__all__ = ["as_handler", "find_source_entry", "packed_name"]


def find_source_entry(
    request: BuildRequest, names: Collection[str], manifest: Mapping[str, Any]
) -> str:
    """Return the file of the project that is run, or compiled to what is run.

    An option names it, or the function's variable, or else what `find_entry` goes by.
    """
    given = request.entry or find_variables(request.env).get(ENTRY_VARIABLE)
    entry = find_entry(names, manifest.get("main"), given)
    if entry in names:
        return entry
    return min((name for name in names if packed_name(name) == entry), default=entry)


def as_handler(entry: str) -> str:
    """Return a handler whose file is the entry's: what looks for sources takes handlers."""
    folder, slash, name = entry.rpartition("/")
    return f"{folder}{slash}{name.partition('.')[0]}.handler"


def packed_name(entry: str) -> str:
    """Return what a source in TypeScript is called in the package."""
    return name_output(entry) if entry.endswith(TYPED) else entry
