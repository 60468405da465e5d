"""What patch-package would change after an install, and a build does not.

In: a package.json. Out: a finding. The project's own scripts never run; patches of pnpm, yarn and
bun are in their lockfiles and are applied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["find_unapplied_patches"]

_SCRIPTS = ("preinstall", "install", "postinstall", "prepare")
"""What package managers run after an install."""


def find_unapplied_patches(raw: Mapping[str, object]) -> tuple[Finding, ...]:
    """Return a finding where a script of a package.json runs patch-package."""
    scripts = raw.get("scripts")
    named = scripts if isinstance(scripts, dict) else {}
    for name in _SCRIPTS:
        if "patch-package" in str(named.get(name, "")):
            return (
                Finding(
                    "patches-unapplied",
                    "warning",
                    "package.json",
                    f"the script `{name}` runs patch-package, which changes node_modules after an "
                    "install: the package has its dependencies without these patches",
                    "let the package manager patch them: `pnpm patch`, `yarn patch` or `bun patch`",
                ),
            )
    return ()
