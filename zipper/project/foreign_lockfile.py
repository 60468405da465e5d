"""Which lockfile counts: npm's, or that of the package manager that the project names.

In: a project's folder. Out: the foreign lockfile that counts, unread: the folder's own, or that of
the root of its workspace.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from zipper.errors import LockfileError
from zipper.files import read_or_none
from zipper.named_tuple import NamedTuple
from zipper.npm.json_text import find_object
from zipper.npm.lockfile_formats import FORMATS, NPM_LOCKFILES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["ForeignText", "choose_lockfile", "find_foreign"]

_SETTINGS: Final = ("package.json", "pnpm-workspace.yaml", ".yarnrc.yml", "bunfig.toml", ".npmrc")
"""What may change the meaning of a lockfile, beside it."""


class ForeignText(NamedTuple):
    """A lockfile that counts and is not npm's, as it lies on the disk."""

    name: str
    folder: Path
    """Where it is: the project's folder, or the root of its workspace."""
    data: bytes
    settings: tuple[bytes, ...]
    """The files beside it that may change its meaning."""
    above: str = ""
    """From `folder` to the root of the workspace, whose pnpm-workspace.yaml counts, where each
    member has a lockfile of its own: `../..`."""

    @property
    def path(self) -> str:
        """Where the file is, for messages."""
        return str(self.folder / self.name)


def choose_lockfile(folder: Path, names: tuple[str, ...], *, has_npm: bool) -> str | None:
    """Return the name of the foreign lockfile that counts in `folder`; None for npm's, or for none.

    `packageManager` or `devEngines` of package.json decide, by the first that they name and that
    has a lockfile; else npm's counts where there is one, and the only foreign one where not.

    Raises:
        LockfileError: ELOCKFILES for lockfiles of two package managers, and nothing that decides.
    """
    tools = dict.fromkeys(FORMATS[name].tool for name in names)
    for wanted in _list_tools(folder):
        if wanted in tools:
            return next(name for name in names if FORMATS[name].tool == wanted)
        if wanted == "npm" and has_npm:
            return None
    if has_npm or not names:
        return None
    if len(tools) > 1:
        raise LockfileError(
            "ELOCKFILES",
            f"`{folder}` has lockfiles of {' and '.join(tools)}, and nothing says which counts",
            facts=tuple(("lockfile", name) for name in names),
            hint=f'say it with `lockfile = "{names[0]}"` in zipper\'s settings, or in package.json '
            'with `"packageManager": "pnpm@10.0.0"`',
        )
    return names[0]


def find_foreign(
    folder: Path, *, wanted: str | None = None, looks_above: bool = True
) -> ForeignText | None:
    """Return the foreign lockfile that counts for the project in `folder`.

    Its own, else that of the nearest folder above that lists it as one of its members. A yarn.lock
    of version 1 is not one of these.

    Args:
        folder: the project's.
        wanted: the lockfile that counts, whatever others there are: a setting.
        looks_above: whether the folder may be a member of a workspace.

    Raises:
        LockfileError: ELOCKFILES; EBUNLOCK for bun's binary lockfile.
        ProjectError: EREAD.
    """
    for above in (folder, *folder.parents) if looks_above else (folder,):
        names = tuple(name for name in FORMATS if (above / name).is_file())
        has_npm = any((above / name).is_file() for name in NPM_LOCKFILES)
        if wanted is not None:
            is_npm = wanted in NPM_LOCKFILES
            names, has_npm = (() if is_npm else (wanted,)), is_npm
            if not (above / wanted).is_file():
                continue
        if not names and not has_npm:
            continue
        chosen = choose_lockfile(above, names, has_npm=has_npm)
        if chosen is None:
            return None
        found = _read(above, chosen)
        is_old = chosen == "yarn.lock" and b"__metadata:" not in found.data
        is_listed = above == folder or folder.relative_to(above).as_posix().encode() in found.data
        return found if is_listed and not is_old else None
    if wanted is not None:
        raise LockfileError(
            "ELOCKFILES",
            f"`{folder}` has no `{wanted}`, which the setting `lockfile` names",
            hint="name a lockfile that is there, or leave the setting out",
        )
    return None


def _read(folder: Path, name: str) -> ForeignText:
    if name == "bun.lockb":
        raise LockfileError(
            "EBUNLOCK",
            f"`{folder / name}` is bun's binary lockfile, which is not read",
            hint="make a text of it: `bun install --save-text-lockfile --frozen-lockfile "
            "--lockfile-only`",
        )
    data = read_or_none(folder / name) or b""
    settings = tuple(read_or_none(folder / other) or b"" for other in _SETTINGS)
    if name != "pnpm-lock.yaml" or settings[1]:
        return ForeignText(name, folder, data, settings)
    return _find_unshared(ForeignText(name, folder, data, settings))


def _find_unshared(alone: ForeignText) -> ForeignText:
    """Return the lockfile with the settings of the workspace that it is a member's own of."""
    folders = [alone.folder, *alone.folder.parents]
    for depth, root in enumerate(folders):
        workspace = read_or_none(root / "pnpm-workspace.yaml")
        if workspace is None:
            continue
        npmrc = (read_or_none(root / ".npmrc") or b"") + b"\n" + alone.settings[4]
        if not _is_unshared(workspace, npmrc):
            break
        above = "/".join([".."] * depth)
        settings = (alone.settings[0], workspace, *alone.settings[2:4], npmrc)
        return alone._replace(settings=settings, above=above)
    return alone


def _is_unshared(workspace: bytes, npmrc: bytes) -> bool:
    """Say whether the settings want a lockfile for each member; .npmrc did so before pnpm 11."""
    if b"sharedWorkspaceLockfile" in workspace:
        from zipper.npm.yaml_settings import parse_settings  # noqa: PLC0415  (few say it)
        from zipper.npm.yaml_text import YamlFaultError  # noqa: PLC0415  (as above)

        with contextlib.suppress(YamlFaultError):
            said = parse_settings(workspace.decode("utf-8", "replace"))
            return said.get("sharedWorkspaceLockfile") == "false"
    if b"shared-workspace-lockfile" not in npmrc:
        return False
    from zipper.npm.ini import parse_ini  # noqa: PLC0415  (as above)

    rows = {entry.key: str(entry.value) for entry in parse_ini(npmrc.decode("utf-8", "replace"))}
    return rows.get("shared-workspace-lockfile", "").lower() == "false"


def _list_tools(folder: Path) -> Iterator[str]:
    """Yield the package managers that package.json names, without version and corepack's hash."""
    raw = find_object(read_or_none(folder / "package.json"))
    named = raw.get("packageManager")
    if isinstance(named, str):
        yield named.partition("@")[0]
    engines = raw.get("devEngines")
    managers = engines.get("packageManager") if isinstance(engines, dict) else None
    for manager in managers if isinstance(managers, list) else [managers]:
        if isinstance(manager, dict) and isinstance(manager.get("name"), str):
            yield manager["name"]
