"""What a walk has reached, in a form that two zips can be compared by.

In: a walk. Out: for each file its level and what each of its requests found, as one short text.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from zipper.checks.closure import relative
from zipper.checks.module_resolution import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.checks.closure import WalkStart
    from zipper.checks.walk import Asked

__all__ = ["find_differences", "list_failures", "take_reached"]


def take_reached(start: WalkStart) -> dict[str, str]:
    """Return a digest for each reached file, by its name in the zip."""
    return {
        relative(path): _digest([str(module.level), module.kind, *map(_describe, module.asked)])
        for path, module in sorted(start.walk.modules.items())
    }


def _describe(asked: Asked) -> str:
    answer = asked.answer
    found = answer.kind if isinstance(answer, Failure) else f"{answer.kind}:{answer.path}"
    return f"{asked.level} {asked.request.kind} {asked.request.specifier} {found}"


def _digest(rows: list[str]) -> str:
    return hashlib.blake2b(
        "\0".join(rows).encode("utf-8", "surrogateescape"), digest_size=8
    ).hexdigest()


def find_differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the files that one walk reached and the other did not, or not in the same way."""
    return [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]


def list_failures(start: WalkStart, name: str) -> Iterator[tuple[str, int, str]]:
    """Yield specifier, line and the place looked at for what the file `name` does not find."""
    for path, module in start.walk.modules.items():
        if relative(path) == name:
            for asked in module.asked:
                if isinstance(asked.answer, Failure):
                    yield asked.request.specifier, asked.request.line, relative(asked.answer.place)
