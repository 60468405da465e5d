"""Whether a foreign lockfile was written with the settings that lie beside it.

In: a lockfile and the files beside it. Out: findings about what may differ, or the tool's own error
for what does. No hook is ever run: of a file of hooks its checksum is compared.

Source: pnpm's `LOCKFILE_CONFIG_MISMATCH`; bun's `--frozen-lockfile`, which compares overrides and
catalogs (tried with 1.3 and 1.4).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.errors import LockfileError
from zipper.findings import Finding
from zipper.lockfile.pnpm_settings import (
    PnpmFiles,
    SettingDrift,
    list_catalog_drift,
    list_setting_drift,
)
from zipper.npm.ini import parse_ini
from zipper.npm.json_text import find_object, map_of
from zipper.npm.lockfile_formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zipper.lockfile.foreign import ForeignLockfile
    from zipper.project.foreign_lockfile import ForeignText
    from zipper.resolving.files_beside import FilesBeside

__all__ = ["compare_settings"]

_VERSION: Final = re.compile(r"(\d+)\.(\d+)")

_RANGE: Final = re.compile(r"[~^]?(\d+)(?:\.(\d+)(?:\.\d+)?)?(?:\.[x*])?")

_BUN_STRICT: Final = 2
"""The version of bun.lock from which on bun compares settings themselves; before, what they do."""


def compare_settings(
    foreign: ForeignText,
    lockfile: ForeignLockfile,
    beside: FilesBeside,
    *,
    siblings: Iterable[ForeignLockfile] = (),
) -> tuple[Finding, ...]:
    """Return what may be out of step; yarn's settings decide when its lockfile is read.

    `siblings` are the lockfiles of other members, each with what it has taken from catalogs.

    Raises:
        LockfileError: under the tool's own code, for a setting that differs for sure.
        ProjectError: ESETTINGS for a file that cannot be read.
    """
    if lockfile.tool == "pnpm":
        files = _read_pnpm_files(foreign, beside)
        drifts: Iterable[SettingDrift] = list_setting_drift(
            lockfile.settings, int(lockfile.version.partition(".")[0]), files
        )
        for sibling in siblings if foreign.above else ():
            for drift in list_catalog_drift(sibling.settings, files):
                raise _refuse(sibling, foreign.name, drift)
    elif lockfile.tool == "bun":
        drifts = _list_bun_drift(lockfile, beside.manifest)
    else:
        drifts = ()
    found = tuple(drifts)
    for drift in found:
        if drift.is_sure:
            raise _refuse(lockfile, foreign.name, drift)
    return tuple(_warn(lockfile, drift) for drift in found)


def _read_pnpm_files(foreign: ForeignText, beside: FilesBeside) -> PnpmFiles:
    manifest = beside.manifest
    version = _find_version(manifest)
    if foreign.above and version is None:
        version = _find_version(find_object(beside.read(beside.at_root("package.json"))))
    npmrc = parse_ini(foreign.settings[4].decode("utf-8", "replace"))
    return PnpmFiles(
        manifest,
        beside.read_settings("pnpm-workspace.yaml"),
        {entry.key: str(entry.value).lower() for entry in npmrc},
        version,
        lambda path: beside.read_text(beside.at_root(path)),
    )


def _find_version(manifest: Mapping[str, object]) -> tuple[int, int] | None:
    """Return the version of pnpm that package.json names; None where it names none for sure."""
    named = manifest.get("packageManager")
    if isinstance(named, str) and named.startswith("pnpm@"):
        found = _VERSION.match(named[5:])
        return None if found is None else (int(found[1]), int(found[2]))
    engines = manifest.get("devEngines")
    managers = engines.get("packageManager") if isinstance(engines, dict) else None
    rows = [map_of(row) for row in (managers if isinstance(managers, list) else [managers])]
    asked = next((row.get("version") for row in rows if row.get("name") == "pnpm"), None)
    # Of a range within one major its first version is known, and that decides.
    found = _RANGE.fullmatch(asked) if isinstance(asked, str) else None
    return None if found is None else (int(found[1]), max(int(found[2] or 0), 5))


def _list_bun_drift(
    lockfile: ForeignLockfile, manifest: Mapping[str, object]
) -> Iterator[SettingDrift]:
    """Yield what bun's frozen install finds in the root's package.json."""
    workspaces = map_of(manifest.get("workspaces"))
    overrides = {**map_of(manifest.get("resolutions")), **map_of(manifest.get("overrides"))}
    places = [workspaces if name in workspaces else manifest for name in ("catalog", "catalogs")]
    wanted = {
        "overrides": overrides,
        "catalogs": _list_catalogs(places[0].get("catalog"), places[1].get("catalogs")),
    }
    locked = {
        "overrides": map_of(lockfile.settings.get("overrides")),
        "catalogs": _list_catalogs(
            lockfile.settings.get("catalog"), lockfile.settings.get("catalogs")
        ),
    }
    is_strict = int(lockfile.version) >= _BUN_STRICT
    for name, rows in wanted.items():
        has = locked[name]
        changed = [row for row in sorted({*rows, *has}) if rows.get(row) != has.get(row)]
        if name == "catalogs":
            changed = [row for row in changed if row in has]  # nothing uses a new one
        if not is_strict:
            gone = set(_list_catalog_uses(lockfile)) - {*rows} if name == "catalogs" else ()
            changed = [
                row
                for row in changed
                if row in gone or _chooses_other(lockfile, row, rows.get(row))
            ]
        if changed:
            lines = tuple(f"`{row}` is not as it was locked" for row in changed)
            yield SettingDrift(name, lines, is_sure=True)


def _list_catalogs(default: object, named: object) -> dict[str, object]:
    """Return the rows of all catalogs; those of a named one begin with its name."""
    rows = dict(map_of(default))
    for catalog, one in map_of(named).items():
        rows |= {f"{catalog}:{name}": spec for name, spec in map_of(one).items()}
    return rows


def _list_catalog_uses(lockfile: ForeignLockfile) -> Iterator[str]:
    """Yield the rows of catalogs that members ask for."""
    for key in lockfile.graph.importers.values():
        manifest = lockfile.graph.instances[key].manifest
        groups = (manifest.dependencies, manifest.dev_dependencies, manifest.optional_dependencies)
        for name, spec in (row for group in groups for row in group.items()):
            if spec.startswith("catalog:"):
                catalog = spec.removeprefix("catalog:")
                yield f"{catalog}:{name}" if catalog else name


def _chooses_other(lockfile: ForeignLockfile, row: str, spec: object) -> bool:
    """Say whether a range is one that no locked version of the name fits."""
    from zipper.npm.semver import satisfies, valid_range  # noqa: PLC0415  (where one differs)

    if not isinstance(spec, str) or valid_range(spec) is None:
        return False
    name = row.rpartition(":")[2]
    locked = lockfile.graph.instances.values()
    versions = {own.manifest.version for own in locked if own.manifest.name == name}
    return bool(versions) and not any(satisfies(one, spec) for one in versions if one)


def _refuse(lockfile: ForeignLockfile, name: str, drift: SettingDrift) -> LockfileError:
    row = FORMATS[name]
    return LockfileError(
        row.other_settings,
        f"`{lockfile.path}` was written with other settings: `{drift.setting}`",
        facts=tuple((drift.setting, line) for line in drift.lines[:12]),
        hint=f"bring it up to date: `{row.update}`",
    )


def _warn(lockfile: ForeignLockfile, drift: SettingDrift) -> Finding:
    return Finding(
        "lockfile-settings",
        "warning",
        lockfile.path.replace("\\", "/").rpartition("/")[2],
        f"the lockfile may have been written with other settings: `{drift.setting}`: "
        + "; ".join(drift.lines[:3]),
        f"name the version of {lockfile.tool} in `packageManager` of package.json, or run "
        f"`{lockfile.tool} install --frozen-lockfile`, which knows",
    )
