"""pnpm's settings held against its lockfile, as pnpm's own frozen install does.

In: the files beside the lockfile, decoded, and the lockfile's own entries. Out: the settings that
differ. Which file a pnpm reads depends on its version: up to 10.4 the `pnpm` field of package.json,
then pnpm-workspace.yaml over it, from 11 on pnpm-workspace.yaml alone. A setting differs for sure
where it differs for each pnpm that the project may use.

Source: pnpm's `@pnpm/lockfile.settings-checker` (`getOutdatedLockfileSetting`) and
`@pnpm/config.config` (`getOptionsFromRootManifest`), 7 to 11.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.lockfile.pnpm_checksums import hash_extensions, hash_text
from zipper.npm.json_text import map_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["PnpmFiles", "SettingDrift", "list_catalog_drift", "list_setting_drift"]

_LISTS: Final = ("ignoredOptionalDependencies", "neverBuiltDependencies", "onlyBuiltDependencies")
"""Compared as sets; the last two are in lockfiles before 9.0 alone."""

_KEBAB: Final = re.compile("(?<=[a-z])([A-Z])")

_HOOKS: Final = re.compile(r"\bhooks\b")

_PNPMFILES: Final = (".pnpmfile.mjs", ".pnpmfile.cjs")

_SWITCHES: Final = (
    "autoInstallPeers",
    "excludeLinksFromLockfile",
    "dedupePeers",
    "injectWorkspacePackages",
    "peersSuffixMaxLength",
)


class PnpmFiles(NamedTuple):
    """What a project says to pnpm, decoded."""

    manifest: Mapping[str, object]
    """The root's package.json."""
    workspace: Mapping[str, object]
    """pnpm-workspace.yaml, its scalars as texts; empty where there is none."""
    npmrc: Mapping[str, str]
    """The project's own .npmrc."""
    version: tuple[int, int] | None
    """Of the pnpm that package.json names, major and minor."""
    read_text: Callable[[str], str | None]
    """Reads a file by its path relative to the lockfile; None where it is not there."""


class SettingDrift(NamedTuple):
    """A setting that is not what the lockfile was written with."""

    setting: str
    lines: tuple[str, ...]
    is_sure: bool
    """Whether it is so for each pnpm that the project may use."""


def list_setting_drift(
    locked: Mapping[str, object], major: int, files: PnpmFiles
) -> Iterator[SettingDrift]:
    """Yield the settings that differ from the lockfile's, in pnpm's order.

    Args:
        locked: the lockfile's entries besides importers and packages.
        major: of its version.
        files: what the project says.
    """
    views = _list_views(files, major)
    catalogs = _read_catalogs(files.workspace)
    checks: tuple[tuple[str, Callable[[Mapping[str, object]], list[str]]], ...] = (
        ("overrides", lambda view: _compare_overrides(locked, view, files, catalogs)),
        ("packageExtensionsChecksum", lambda view: _compare_extensions(locked, view)),
        *((name, _compare_list(locked, name)) for name in _LISTS if _is_compared(name, major)),
        ("patchedDependencies", lambda view: _compare_patches(locked, view, files)),
        *((f"settings.{name}", _compare_switch(locked, name, files)) for name in _SWITCHES),
    )
    yield from list_catalog_drift(locked, files)
    for setting, compare in checks:
        found = [compare(view) for view in views]
        # What the pnpm that reads both files finds in step is what was meant.
        if found[0]:
            yield SettingDrift(setting, tuple(found[0]), is_sure=all(found))
    if major >= 9:
        yield from _compare_pnpmfile(locked, files)


def list_catalog_drift(locked: Mapping[str, object], files: PnpmFiles) -> Iterator[SettingDrift]:
    """Yield what the lockfile has taken from catalogs and is another there now."""
    lines = _compare_catalogs(locked, _read_catalogs(files.workspace))
    if lines:
        yield SettingDrift("catalogs", tuple(lines), is_sure=True)


def _list_views(files: PnpmFiles, major: int) -> Sequence[Mapping[str, object]]:
    """Return what each pnpm reads that the project may use."""
    own = map_of(files.manifest.get("pnpm"))
    overrides = {
        **map_of(files.manifest.get("resolutions")),
        **map_of(own.get("overrides")),
    }
    old = {**own, "overrides": overrides}
    new = files.workspace
    both = {**old, **new}
    if major < 9:
        return (old,)
    if files.version is None:
        return (both, old, new)
    if files.version < (10, 5):
        return (old,)
    return (both,) if files.version < (11, 0) else (new,)


def _is_compared(name: str, major: int) -> bool:
    return (major >= 9) == (name == "ignoredOptionalDependencies")


def _read_catalogs(workspace: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    named = {name: map_of(one) for name, one in map_of(workspace.get("catalogs")).items()}
    return {
        **named,
        "default": {**named.get("default", {}), **map_of(workspace.get("catalog"))},
    }


def _compare_catalogs(
    locked: Mapping[str, object], catalogs: Mapping[str, Mapping[str, object]]
) -> list[str]:
    """Return what the lockfile has of catalogs that is no longer so; it has what is used."""
    lines = []
    for catalog, rows in map_of(locked.get("catalogs")).items():
        for name, row in map_of(rows).items():
            has, wanted = map_of(row).get("specifier"), catalogs.get(catalog, {}).get(name)
            if has != wanted:
                lines.append(f"`{name}` of `{catalog}`: {_differ(wanted, has)}")
    return lines


def _compare_overrides(
    locked: Mapping[str, object],
    view: Mapping[str, object],
    files: PnpmFiles,
    catalogs: Mapping[str, Mapping[str, object]],
) -> list[str]:
    manifest = files.manifest
    direct = {
        **map_of(manifest.get("devDependencies")),
        **map_of(manifest.get("dependencies")),
        **map_of(manifest.get("optionalDependencies")),
    }
    wanted: dict[str, object] = {}
    for selector, spec in map_of(view.get("overrides")).items():
        text = str(spec)
        if text.startswith("$"):
            text = str(direct.get(text[1:], text))
        if text.startswith("catalog:"):
            name = re.split(r"(?<=[^ |@])>(?=[^ ])", selector)[-1]
            name = name[: at if (at := name.find("@", 1)) > 0 else None]
            catalog = text.removeprefix("catalog:").strip() or "default"
            text = str(catalogs.get(catalog, {}).get(name, text))
        wanted[selector] = text
    return _compare_maps(wanted, map_of(locked.get("overrides")))


def _compare_extensions(locked: Mapping[str, object], view: Mapping[str, object]) -> list[str]:
    has = str(locked.get("packageExtensionsChecksum") or "")
    extensions = map_of(view.get("packageExtensions"))
    if not extensions:
        return [f"there are none, and the lockfile has `{has}`"] if has else []
    made = hash_extensions(extensions, like=has)
    if has in made:
        return []
    return [f"their checksum is `{made[0]}`, and `{has or 'none'}` in the lockfile"]


def _compare_list(
    locked: Mapping[str, object], name: str
) -> Callable[[Mapping[str, object]], list[str]]:
    def compare(view: Mapping[str, object]) -> list[str]:
        wanted, has = (_list(source.get(name)) for source in (view, locked))
        return [] if wanted == has else [_differ(", ".join(wanted), ", ".join(has))]

    return compare


def _compare_patches(
    locked: Mapping[str, object], view: Mapping[str, object], files: PnpmFiles
) -> list[str]:
    rows = map_of(locked.get("patchedDependencies"))
    has = {what: str(map_of(row).get("hash", "") or row) for what, row in rows.items()}
    lines = []
    wanted = {what: str(path) for what, path in map_of(view.get("patchedDependencies")).items()}
    for what, path in wanted.items():
        text = files.read_text(path)
        if text is None:
            lines.append(f"`{what}`: `{path}` is not there")
        elif what not in has:
            lines.append(f"`{what}`: {_differ(path, None)}")
        elif has[what] not in hash_text(text):
            lines.append(f"`{what}`: `{path}` is not the patch that was locked")
    lines += [f"`{what}`: {_differ(None, has[what])}" for what in has if what not in wanted]
    return lines


def _compare_switch(
    locked: Mapping[str, object], name: str, files: PnpmFiles
) -> Callable[[Mapping[str, object]], list[str]]:
    """Return what compares a setting that has a default; only what the project itself says counts.

    The user's own files may say it, too, so that what is not written here is not known.
    """
    settings = map_of(locked.get("settings"))
    default = {"peersSuffixMaxLength": "1000"}.get(name, "false")

    def compare(view: Mapping[str, object]) -> list[str]:
        wanted = view.get(name)
        if view is not files.workspace:
            wanted = files.workspace.get(name, files.npmrc.get(_kebab(name)))
        is_recorded = name in settings or name not in _SWITCHES[:2]
        has = settings.get(name, default)
        is_other = wanted is not None and is_recorded and wanted != has
        return [_differ(wanted, has)] if is_other else []

    return compare


def _compare_pnpmfile(locked: Mapping[str, object], files: PnpmFiles) -> Iterator[SettingDrift]:
    """Yield whether the file of hooks, which is never run, is the one that changed the lockfile."""
    if map_of(files.workspace.get("configDependencies")):
        return  # these bring hooks of their own
    has = str(locked.get("pnpmfileChecksum") or "")
    named = files.workspace.get("pnpmfile") or files.npmrc.get("pnpmfile")
    paths = _list(named) or [name for name in _PNPMFILES if files.read_text(name) is not None][:1]
    texts = {path: files.read_text(path) for path in sorted(paths)}
    there = [text for text in texts.values() if text is not None]
    made = hash_text(*there) if there else ("",)
    if has in made:
        return
    which = ", ".join(f"`{path}`" for path in texts) or f"`{_PNPMFILES[1]}`"
    if has:
        state = "is not the file that was locked" if there else "is not there"
        yield SettingDrift("pnpmfileChecksum", (f"{which} {state}",), is_sure=True)
    elif any(_HOOKS.search(text) for text in there):
        line = f"{which} has hooks, and the lockfile was written without them"
        yield SettingDrift("pnpmfileChecksum", (line,), is_sure=False)


def _compare_maps(wanted: Mapping[str, object], has: Mapping[str, object]) -> list[str]:
    return [
        f"`{name}`: {_differ(wanted.get(name), has.get(name))}"
        for name in sorted({*wanted, *has})
        if wanted.get(name) != has.get(name)
    ]


def _differ(wanted: object, has: object) -> str:
    shown = [f"`{value}`" if value not in (None, "") else "not" for value in (wanted, has)]
    return f"{shown[0]} there, and {shown[1]} in the lockfile"


def _kebab(name: str) -> str:
    return _KEBAB.sub(lambda match: f"-{match[1].lower()}", name)


def _list(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    return sorted(str(one) for one in value) if isinstance(value, list) else []
