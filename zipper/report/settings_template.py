"""A first table of settings, with a comment for each key.

In: what was seen in the project. Out: TOML text for `[tool.zipper]`, which `zipper init` writes.
What is certain is set; the rest stands there as a comment to be uncommented.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from zipper.settings.values import KEYS
from zipper.target import DEFAULT_RUNTIME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["write_first_settings"]

_EXAMPLES: Final[Mapping[str, object]] = {
    "project": ".",
    "handler": "index.handler",
    "runtime": DEFAULT_RUNTIME,
    "architecture": "arm64",
    "output": "dist/",
    "include": ["src/"],
    "exclude": ["test/", "*.md"],
    "omit": ["optional"],
    "registry": "https://registry.example/",
    "prefer_offline": True,
    "no_git": True,
    "insecure_hosts": ["registry.internal"],
    "vendor": "vendor/",
    "allow_scripts": ["esbuild"],
    "script_timeout": 1200,
    "node": "system",
    "node_mirror": "https://mirror.example/node/",
    "layers": ["layers/common.zip"],
    "max_size": "40 MB",
    "max_unzipped_size": "200 MB",
    "min_release_age": 3,
    "require_integrity": True,
    "verify_signatures": "warn",
    "audit_level": "high",
    "audit_ignore": ["GHSA-xxxx-xxxx-xxxx until 2027-01-31"],
    "no_recall": True,
    "check": False,
    "ignore": ["size-zipped"],
    "strict": True,
}

_FUNCTIONS: Final = (
    "# Several functions: a table for each; what one leaves out comes from the table above."
)

_FUNCTION: Final = {"name": "orders", "project": "functions/orders", "handler": "index.handler"}


def write_first_settings(
    known: Mapping[str, object], functions: Sequence[Mapping[str, object]] = ()
) -> str:
    """Return the text of the table.

    Args:
        known: the values that the project itself tells; a key that is not there is commented out.
        functions: name, project and so on of each of several functions; none for a single one.
    """
    lines = [*_lines(known), "", _FUNCTIONS]
    mark = "" if functions else "# "
    for number, function in enumerate(functions or (_FUNCTION,)):
        lines += [*([""] if number else []), f"{mark}[[tool.zipper.functions]]"]
        lines += [f"{mark}{_assign(key, value)}" for key, value in function.items()]
    return "\n".join(lines) + "\n"


def _lines(known: Mapping[str, object]) -> Iterator[str]:
    yield "[tool.zipper]"
    for key, row in KEYS.items():
        summary = row.summary.rstrip(".")
        choices = f": {', '.join(row.choices)}" if row.choices else ""
        yield f"# {summary}{choices}."
        value = known.get(key, _EXAMPLES[key])
        mark = "" if key in known else "# "
        yield f"{mark}{_assign(key, value)}"


def _assign(key: str, value: object) -> str:
    # JSON's texts, lists, numbers and booleans are TOML's too.
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"
