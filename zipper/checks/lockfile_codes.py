"""The codes of findings about lockfiles of other package managers: what laying one out shows.

A part of the table in `zipper.checks.build_codes`.
"""

from __future__ import annotations

from typing import Final

from zipper.named_tuple import NamedTuple

__all__ = ["LOCKFILE_CODES", "ToldCode"]


class ToldCode(NamedTuple):
    """One code and what it means; the fields are those of a `Rule`, which finds by itself."""

    code: str
    summary: str
    """One line for `check --list`."""
    text: str
    """A paragraph for `check --explain`."""
    source: str
    example: str


LOCKFILE_CODES: Final[tuple[ToldCode, ...]] = (
    ToldCode(
        "lockfile-builtin-patch",
        "yarn's own patches are not applied",
        "yarn patches `resolve`, `typescript` and `fsevents` for its own loader. "
        "A package for Lambda has real folders, which they read unpatched.",
        "yarn, plugin-compat",
        "`resolve` in a project locked by yarn 4",
    ),
    ToldCode(
        "lockfile-checksum",
        "a checksum of yarn's that cannot be verified, or none",
        "yarn records the checksum of a zip that it makes. Where files are stored (`10c0`, yarn "
        "4) the zip follows from the tarball and is verified; where they are deflated, or there is "
        "no checksum (packages for one platform), the integrity of the registry pins the package; "
        "nothing pins a tarball that is a file or at an address of its own.",
        "yarn, Cache.ts",
        "`sharp` in a project locked by yarn",
    ),
    ToldCode(
        "patches-unapplied",
        "patch-package would change dependencies, and does not run",
        "The project's own scripts never run, so that what patch-package does after an install is "
        "not in the package. Patches that pnpm, yarn and bun know of are applied.",
        "patch-package, its documentation",
        '`"postinstall": "patch-package"`',
    ),
    ToldCode(
        "lockfile-read",
        "a lockfile of pnpm, bun or yarn counts, and was laid out",
        "Which instance each name reaches is what the lockfile says. It is laid out as real "
        "folders, and every edge is walked as Node walks before anything is packed.",
        "Node.js, LOAD_NODE_MODULES",
        "`pnpm-lock.yaml` in a project without package-lock.json",
    ),
    ToldCode(
        "lockfile-settings",
        "a lockfile may have been written with other settings",
        "Which file pnpm reads depends on its version, which package.json does not name, and what "
        "hooks do shows only when they run. What differs for every pnpm is an error.",
        "pnpm, ERR_PNPM_LOCKFILE_CONFIG_MISMATCH",
        "`pnpm.overrides` in package.json, and none in the lockfile",
    ),
    ToldCode(
        "lockfile-unread",
        "a lockfile that does not count",
        "Another one counts: npm's own, or that of the package manager which package.json names. "
        "Of a broken yarn.lock of version 1 what is before the broken line counts, as for npm.",
        "package.json, packageManager",
        "`yarn.lock` beside a package-lock.json",
    ),
    ToldCode(
        "lockfile-merged",
        "the lockfile holds the conflict marks of a merge",
        "As npm does, zipper lays our side's changes over theirs and takes the result. "
        "`python -m zipper resolve` (or `npm install`) writes it without the marks.",
        "npm, parse-conflict-json",
        "`<<<<<<< HEAD` in package-lock.json",
    ),
)
