"""The lockfiles of other package managers: a row each.

In: a file's name. Out: whose it is, what reads it, and what that tool says of one that is out of
step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FORMATS", "NPM_LOCKFILES", "READABLE", "Format"]

NPM_LOCKFILES: Final = ("npm-shrinkwrap.json", "package-lock.json")
"""npm's own names, in its order of precedence."""


class Format(NamedTuple):
    """A lockfile that is not npm's."""

    tool: str
    module: str
    """Of `zipper.lockfile`; its `read` reads the file."""
    drift: str
    """The tool's code for a lockfile that does not fit package.json."""
    other_settings: str
    """Its code for settings that are not those of the lockfile."""
    patch: str
    """Its code for a patch that does not apply, or is not there."""
    update: str
    """The command that brings the lockfile up to date."""


_PNPM: Final = Format(
    "pnpm",
    "pnpm",
    "ERR_PNPM_OUTDATED_LOCKFILE",
    "ERR_PNPM_LOCKFILE_CONFIG_MISMATCH",
    "ERR_PNPM_PATCH_FAILED",
    "pnpm install --no-frozen-lockfile",
)
_BUN: Final = Format("bun", "bun", "EFROZENLOCKFILE", "EFROZENLOCKFILE", "EPATCH", "bun install")
_YARN: Final = Format("yarn", "yarn_berry", "YN0028", "YN0028", "YN0066", "yarn install")

FORMATS: Final[Mapping[str, Format]] = {
    "pnpm-lock.yaml": _PNPM,
    "bun.lock": _BUN,
    "bun.lockb": _BUN,
    "yarn.lock": _YARN,
}
"""By file name; of two of one tool, the first counts."""

READABLE: Final = tuple(name for name in FORMATS if name != "bun.lockb")
"""Without bun's binary one, which is refused."""
