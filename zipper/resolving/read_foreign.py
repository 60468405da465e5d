"""A foreign lockfile with the settings that lie beside it: which reader, and what it is given.

In: the files' bytes. Out: a `ForeignLockfile`.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from zipper.errors import LockfileError, ProjectError

if TYPE_CHECKING:
    from zipper.lockfile.foreign import ForeignLockfile
    from zipper.project.foreign_lockfile import ForeignText
    from zipper.resolving.files_beside import FilesBeside

__all__ = ["read_foreign"]


def read_foreign(foreign: ForeignText, beside: FilesBeside) -> ForeignLockfile:
    """Return what a foreign lockfile says, with the files beside it.

    Raises:
        LockfileError: as the readers; ELOCKFILE for what is no UTF-8.
        ProjectError: ESETTINGS for a .yarnrc.yml or bunfig.toml that cannot be read.
    """
    try:
        text = foreign.data.decode("utf-8")
    except UnicodeDecodeError as cause:
        raise LockfileError(
            "ELOCKFILE",
            f"`{foreign.path}` is not UTF-8: see byte {cause.start}",
            hint="restore it from version control",
        ) from None
    if foreign.name == "pnpm-lock.yaml":
        from zipper.lockfile.pnpm import read_pnpm_lock  # noqa: PLC0415  (one reader is needed)

        return read_pnpm_lock(text, path=foreign.path)
    if foreign.name == "bun.lock":
        from zipper.lockfile.bun import read_bun_lock  # noqa: PLC0415  (one reader is needed)

        linker = _find_linker(foreign, beside.read("bunfig.toml") or b"")
        return read_bun_lock(text, path=foreign.path, isolated=linker)
    from zipper.lockfile.yarn_berry import read_yarn_berry  # noqa: PLC0415  (one reader is needed)
    from zipper.lockfile.yarn_settings import parse_yarn_settings  # noqa: PLC0415  (the same)

    settings = parse_yarn_settings(beside.manifest, beside.read_settings(".yarnrc.yml"))
    return read_yarn_berry(text, path=foreign.path, settings=settings)


def _find_linker(foreign: ForeignText, bunfig: bytes) -> bool | None:
    """Return whether bunfig.toml names the isolated linker; None where it names none."""
    try:
        settings: dict[str, Any] = tomllib.loads(bunfig.decode("utf-8"))
    except ValueError as cause:
        raise ProjectError(
            "ESETTINGS", f"`{foreign.folder / 'bunfig.toml'}` cannot be read: {cause}"
        ) from None
    install = settings.get("install")
    linker = install.get("linker") if isinstance(install, dict) else None
    return None if not isinstance(linker, str) else linker == "isolated"
