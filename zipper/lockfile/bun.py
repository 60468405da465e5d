"""bun.lock of versions 0 to 3: to a locked graph.

In: the file's text. Out: which instance every name reaches. Its keys are locations (`a/b` is the
`b` in a's own node_modules), so that a walk over them finds what a dependency means; a member of
the workspace has its own under its name, wherever its folder is.

Source: bun's `src/install/lockfile/bun.lock.zig` (1.1 to 1.3) and `bun.lock.rs` (1.4).
"""

from __future__ import annotations

import tomllib
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from zipper.errors import LockfileError, ProjectError
from zipper.lockfile.bun_keys import dot_git, is_version, owner_of, split_key
from zipper.lockfile.foreign import Document, ForeignLockfile, importer_key
from zipper.npm.jsonc_text import JsoncFaultError, blank_jsonc, parse_jsonc
from zipper.npm.package_json import Manifest, parse_bin, parse_manifest
from zipper.npm.yaml_text import YamlFaultError, locate_yaml
from zipper.tree.locked_graph import Instance, LockedGraph
from zipper.tree.model import list_dependencies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.lockfile.foreign import SettingsBeside

__all__ = ["read"]


_HINT: Final = "write it anew: `bun install`"

_READ: Final = frozenset({"packages", "workspaces"})

_DEPENDENCY_FIELDS: Final = (
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
)

_TARBALLS: Final = (".tgz", ".tar.gz", ".tar")


class _Row(NamedTuple):
    """An entry of `packages`, read by what is in its first element, never by its length."""

    name: str
    resolution: str
    """What is behind `name@`: a version, `workspace:`, `file:`, a URL, ..."""
    registry: str
    """For a version: where its tarball is; empty for the registry of its scope."""
    info: Mapping[str, object]
    integrity: str | None


def read(
    text: str,
    *,
    path: str,
    beside: SettingsBeside | None = None,
    isolated: bool | None = None,
) -> ForeignLockfile:
    """Return the graph of a bun.lock.

    Args:
        text: the file's.
        path: for messages.
        beside: where bunfig.toml may name a linker.
        isolated: whether bun installs with its isolated linker, which binds peers by version; None
            for what bun does without a setting: where `configVersion` is 1 and there are members.

    Raises:
        ProjectError: ESETTINGS for a bunfig.toml that cannot be read.
        LockfileError: ELOCKVERSION for a version that zipper does not read; EBUNLOCK, with line and
            column, for what cannot be meant.
    """
    if beside is not None:
        isolated = _find_linker(beside.read("bunfig.toml") or b"", path)
    text = text.removeprefix("\ufeff")
    try:
        root = parse_jsonc(text)
    except JsoncFaultError as fault:
        raise LockfileError(
            "EBUNLOCK",
            f"`{path}` cannot be read: {fault.message}",
            facts=(("at", f"line {fault.line}, column {fault.column}"),),
            hint=_HINT,
        ) from None
    document = Document(root, path=path, code="EBUNLOCK", hint=_HINT, locate=partial(_locate, text))
    version = document.root.get("lockfileVersion")
    if not isinstance(version, int) or version not in (0, 1, 2, 3) or isinstance(version, bool):
        raise LockfileError(
            "ELOCKVERSION",
            f"`{path}` has lockfileVersion {str(version)[:40]}; 0 to 3 are read",
            hint="write it with bun 1.4: `bun install`",
        )
    reader = _BunReader(document)
    if isolated is None:
        isolated = document.root.get("configVersion") == 1 and len(reader.folders) > 1
    graph = LockedGraph(reader.read(isolated=isolated), reader.importers)
    settings = {key: value for key, value in document.root.items() if key not in _READ}
    peers: Final = "ancestors" if isolated else None
    return ForeignLockfile(path, "bun", str(version), graph, settings, peers)


def _locate(text: str, keys: tuple[str | int, ...]) -> tuple[int, int]:
    try:
        return locate_yaml(blank_jsonc(text), 0, keys)
    except YamlFaultError:  # JSON that is no YAML, such as a tab before a key
        return 1, 1


class _BunReader:
    """Makes instances of rows; a walk over their keys finds what a dependency means."""

    def __init__(self, document: Document) -> None:
        self._document = document
        workspaces = document.maps(document.root.get("workspaces"), "workspaces")
        if "" not in workspaces:
            document.fail("it has no workspace for the project itself", "workspaces")
        self.folders = {
            document.folder(folder, "workspaces", folder): one for folder, one in workspaces.items()
        }
        self.importers = {folder: importer_key(folder) for folder in self.folders}
        self._rows = {key: self._read_row(key, value) for key, value in self._list_rows()}
        self._patches = document.texts(
            document.root.get("patchedDependencies"), "patchedDependencies"
        )
        self._overrides = document.map(document.root.get("overrides"), "overrides")
        self._isolated = False

    def read(self, *, isolated: bool) -> dict[str, Instance]:
        """Return the instances by key: folders, and rows by their location."""
        self._isolated = isolated
        found: dict[str, Instance] = {}
        for folder, info in self.folders.items():
            found[importer_key(folder)] = self._read_folder(folder, info)
        for key, row in self._rows.items():
            place = self._folder_of(key, row)
            if place is None:
                found[key] = self._read_package(key, row)
            elif importer_key(place) not in found:
                manifest = self._read_manifest(row.info, ("packages", key, 1))._replace(
                    name=row.name
                )
                targets = self._find_targets(key, manifest)
                peers = self._find_peers(key, manifest)
                found[importer_key(place)] = Instance(manifest, targets, peers, folder=place)
        if not isolated:
            return found
        from zipper.lockfile import bun_packages  # noqa: PLC0415  (for isolated ones alone)

        firsts = sorted(
            self.importers.values(),
            key=lambda key: (bool(found[key].folder), found[key].manifest.name or ""),
        )
        placed = bun_packages.list_placed(found, firsts, self._find_placed)
        packages = {key: row[:2] for key, row in self._rows.items()}
        return bun_packages.unite_rows(found, packages, placed)

    def _find_placed(self, own: Instance, key: str, name: str) -> str:
        """Return the key that a name reaches, a peer's too; empty for none."""
        start = key if own.folder is None else own.folder and own.manifest.name
        row = self._walk(start, name, jumps=own.folder is not None)
        return "" if row is None else self._key_of(row)

    def _list_rows(self) -> Iterator[tuple[str, list[object]]]:
        packages = self._document.map(self._document.root.get("packages"), "packages")
        for key, value in packages.items():
            if not isinstance(value, list) or not value:
                self._document.fail("a package's entry is no list", "packages", key)
            yield key, value

    def _read_row(self, key: str, value: list[object]) -> _Row:
        document = self._document
        first = document.text(value[0], "packages", key, 0)
        at = first.find("@", 1)
        name, resolution = (first, "") if at < 0 else (first[:at], first[at + 1 :])
        rest = value[1:]
        registry = ""
        if is_version(resolution):
            registry = document.text(rest.pop(0) if rest else "", "packages", key, 1)
        info = rest.pop(0) if rest and isinstance(rest[0], dict) else {}
        if resolution.startswith(("git+", "git:", "github:")):
            rest = rest[1:]
        integrity = document.text(rest[0], "packages", key, len(value) - 1) if rest else ""
        for segment in split_key(key):
            document.name(segment, "packages", key)
        if not resolution.startswith("root:"):
            document.name(name, "packages", key, 0)
        return _Row(name, resolution, registry, document.map(info, "packages", key), integrity)

    def _folder_of(self, key: str, row: _Row) -> str | None:
        """Return the folder that a row means; None for a package that is fetched."""
        kind, _, place = row.resolution.partition(":")
        if kind == "root":
            return ""
        if kind not in ("workspace", "link", "file") or place.endswith(_TARBALLS):
            return None
        return self._document.folder(place, "packages", key, 0)

    def _key_of(self, row_key: str) -> str:
        folder = self._folder_of(row_key, self._rows[row_key])
        return row_key if folder is None else importer_key(folder)

    def _read_folder(self, folder: str, info: Mapping[str, object]) -> Instance:
        where = ("workspaces", folder)
        name = self._document.text(info.get("name"), *where, "name")
        manifest = self._read_manifest(info, where)._replace(name=name)
        own = name if folder else ""
        targets = self._find_targets(own, manifest, top=True)
        peers = self._find_peers(own, manifest)
        for peer in manifest.peer_dependencies:
            if peer in manifest.dev_dependencies and peer not in manifest.dependencies:
                # What was locked for the one is installed for the other, of several versions too.
                found = targets.get(peer) if self._isolated else None
                row = None if found is not None else self._walk("", peer)
                if found is not None:
                    peers[peer] = found
                elif row is not None:
                    peers.setdefault(peer, self._key_of(row))
        return Instance(manifest, targets, peers, folder=folder)

    def _read_manifest(self, info: Mapping[str, object], where: tuple[str | int, ...]) -> Manifest:
        for field in _DEPENDENCY_FIELDS:
            for name in self._document.texts(info.get(field), *where, field):
                self._document.name(name, *where, field, name)
        optional = self._document.words(info.get("optionalPeers"), *where, "optionalPeers")
        manifest = parse_manifest(info)
        return manifest._replace(peer_optional=frozenset(optional))

    def _read_package(self, key: str, row: _Row) -> Instance:
        manifest = self._read_manifest(row.info, ("packages", key, 2))
        version = row.resolution if is_version(row.resolution) else ""
        manifest = manifest._replace(
            name=row.name,
            version=version,
            bin=parse_bin(row.info.get("bin"), row.name),
        )
        targets = self._find_targets(key, manifest)
        peers = self._find_peers(key, manifest)
        if self._is_bundled(key):
            owner = owner_of(key)
            # What it asks for is locked, too, and not installed (bun 1.1 to 1.4): the tarball's is.
            kept = {name: to for name, to in targets.items() if not self._is_beside(to, owner)}
            return Instance(manifest, kept, peers, bundled_in=self._key_of(owner))
        return Instance(
            manifest,
            targets,
            peers,
            resolved=self._find_address(row),
            integrity=row.integrity or None,
            patches=self._find_patches(f"{row.name}@{version}"),
        )

    def _is_bundled(self, key: str) -> bool:
        return self._rows[key].info.get("bundled") is True and owner_of(key) in self._rows

    def _is_beside(self, key: str, owner: str) -> bool:
        """Say whether a row is inside of `owner`, and not bundled there."""
        return key.startswith(f"{owner}/") and key in self._rows and not self._is_bundled(key)

    def _find_patches(self, what: str) -> tuple[str, ...]:
        return (self._patches[what],) if what in self._patches else ()

    def _find_address(self, row: _Row) -> str | None:
        if is_version(row.resolution):
            return row.registry if row.registry.endswith(_TARBALLS) else None
        if row.resolution.startswith("github:"):
            return f"git+ssh://git@github.com/{dot_git(row.resolution.removeprefix('github:'))}"
        if row.resolution.startswith(("http:", "https:", "git+", "git:")):
            return row.resolution
        place = row.resolution.removeprefix("file:")
        return f"file:{self._document.folder(place, 'packages')}"

    def _find_targets(self, key: str, manifest: Manifest, *, top: bool = False) -> dict[str, str]:
        """Return what a package's dependencies reach; peers too, unless they are left open."""
        targets = {}
        for name, (_, kind) in list_dependencies(manifest, top=top).items():
            is_peer = kind in ("peer", "peerOptional")
            if is_peer and self._isolated:
                continue
            found = self._walk(key, name, jumps=top)
            if found is not None:
                targets[name] = self._key_of(found)
            elif kind != "optional" and not is_peer:
                where = ("packages", key) if key in self._rows else ("workspaces",)
                self._document.fail(f"`{name}` of `{key or 'the project'}` is not in it", *where)
        return targets

    def _find_peers(self, key: str, manifest: Manifest) -> dict[str, str]:
        """Return what is installed for the peers that nothing provides to the isolated linker."""
        found = {}
        peers = {*manifest.peer_dependencies, *manifest.peer_optional} if self._isolated else set()
        for name in sorted(peers):
            # An optional one is what the hoisted tree would have for it.
            row = None if name in manifest.peer_optional else self._find_peer(name, manifest)
            row = row or self._walk(key, name)
            if row is not None:
                found[name] = self._key_of(row)
        return found

    def _walk(self, key: str, name: str, *, jumps: bool = False) -> str | None:
        """Return the row that `name` reaches: in the folder's own node_modules, or further up.

        Source: `PkgMap.find_resolution`. Above a member's own is the root's.
        """
        segments = [] if jumps else split_key(key)
        candidates = [f"{key}/{name}"] if jumps and key else []
        while segments:
            candidates.append("/".join((*segments, name)))
            segments.pop()
        candidates.append(name)
        return next((one for one in candidates if one in self._rows), None)

    def _find_peer(self, name: str, manifest: Manifest) -> str | None:
        """Return the row that is installed for a required peer: by version.

        Source: `resolve_peer_dep_version_based`: the newest version that satisfies the range. What
        none satisfies is left to the walk (tried with bun 1.4.5), as overridden names are.
        """
        spec = manifest.peer_dependencies.get(name, "")
        if not spec or name in self._overrides:
            return None
        from zipper.npm.semver import max_satisfying  # noqa: PLC0415  (0.01 s, rarely needed)

        rows = {
            row.resolution: key
            for key, row in self._rows.items()
            if row.name == name and is_version(row.resolution)
        }
        chosen = max_satisfying(rows, spec)
        return None if chosen is None else rows[chosen]


def _find_linker(bunfig: bytes, path: str) -> bool | None:
    """Return whether bunfig.toml names the isolated linker; None where it names none."""
    try:
        settings: dict[str, Any] = tomllib.loads(bunfig.decode("utf-8"))
    except ValueError as cause:
        place = f"{path.removesuffix('bun.lock')}bunfig.toml"
        raise ProjectError("ESETTINGS", f"`{place}` cannot be read: {cause}") from None
    install = settings.get("install")
    linker = install.get("linker") if isinstance(install, dict) else None
    return None if not isinstance(linker, str) else linker == "isolated"
