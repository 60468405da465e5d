"""yarn.lock of yarn 2 and later (metadata 4 to 10): to a locked graph.

In: the file's text, and what of package.json and .yarnrc.yml decides its meaning: the lockfile has
the dependencies as the packages wrote them, and yarn changes them while it installs (`resolutions`,
`packageExtensions`, its own database of forgotten dependencies). Out: what every name reaches.
Peers are left open: yarn binds them when it installs (`zipper.tree.bind_peers`, by the parent).

Source: `@yarnpkg/core` 4 Project.ts `setupResolutions`, `resolveEverything`, and plugin-compat.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from zipper.errors import LockfileError
from zipper.lockfile.foreign import Document, ForeignLockfile, importer_key
from zipper.lockfile.yarn_descriptors import (
    BUILTIN_PATCH,
    Locator,
    Override,
    describe_address,
    parse_conditions,
    parse_locator,
    parse_override,
    plain_range,
)
from zipper.lockfile.yarn_extensions import Extension, list_extensions
from zipper.lockfile.yarn_settings import NO_YARN_SETTINGS, parse_yarn_settings
from zipper.npm.package_json import Manifest, parse_bin
from zipper.npm.yaml_text import YamlFaultError, locate_yaml, parse_yaml
from zipper.tree.locked_graph import Instance, LockedGraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.lockfile.foreign import SettingsBeside
    from zipper.lockfile.yarn_settings import YarnSettings

__all__ = ["read"]

_HINT: Final = "write it anew: `yarn install`"


def read(text: str, *, path: str, beside: SettingsBeside | None = None) -> ForeignLockfile:
    """Return the graph of a yarn.lock, peers left open.

    Args:
        text: the file's.
        path: for messages.
        beside: where the settings are that change dependencies.

    Raises:
        LockfileError: ELOCKVERSION for a version that zipper does not read; EYARNLOCK, with line
            and column, for what cannot be meant.
    """
    settings = NO_YARN_SETTINGS
    if beside is not None:
        settings = parse_yarn_settings(beside.manifest, beside.read_settings(".yarnrc.yml"))
    try:
        documents = parse_yaml(text.removeprefix("\ufeff"))
    except YamlFaultError as fault:
        raise LockfileError(
            "EYARNLOCK",
            f"`{path}` cannot be read: {fault.message}",
            facts=(("at", f"line {fault.line}, column {fault.column}"),),
            hint=_HINT,
        ) from None
    document = Document(
        documents[0] if documents else "",
        path=path,
        code="EYARNLOCK",
        hint=_HINT,
        locate=partial(locate_yaml, text.removeprefix("\ufeff"), 0),
    )
    metadata = document.map(document.root.get("__metadata"), "__metadata")
    version = document.text(metadata.get("version"), "__metadata", "version")
    if version not in {str(number) for number in range(4, 11)}:
        raise LockfileError(
            "ELOCKVERSION",
            f"`{path}` has version {version[:40] or 'none'}; 4 to 10 are read",
            hint="write it with yarn 2, 3 or 4: `yarn install`",
        )
    reader = _BerryReader(document, settings)
    graph = LockedGraph(dict(reader.read()), reader.importers)
    unasked = tuple(reader.list_unasked())
    rest = {"__metadata": metadata}
    return ForeignLockfile(path, "yarn", version, graph, rest, "parent", unasked)


class _Entry(NamedTuple):
    """An entry of the lockfile: one package."""

    key: str
    """All that asks for it, as it is in the file."""
    locator: Locator
    fields: Mapping[str, object]
    manifest: Manifest


class _BerryReader:
    """Makes instances of entries, and finds what a dependency means among their descriptors."""

    def __init__(self, document: Document, settings: YarnSettings) -> None:
        self._document = document
        self._settings = settings
        self._overrides = [
            (override, spec)
            for key, spec in settings.resolutions.items()
            if (override := parse_override(key)) is not None
        ]
        self._extensions: dict[str, list[tuple[Extension, bool]]] = {}
        for extensions, is_own in ((settings.extensions, True), (list_extensions(), False)):
            for one in extensions:
                self._extensions.setdefault(one.name, []).append((one, is_own))
        self._entries: dict[str, _Entry] = {}
        self._asked: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._used: set[tuple[str, str]] = set()
        metadata = document.map(document.root.get("__metadata"), "__metadata")
        self._cache_key = document.text(metadata.get("cacheKey"), "__metadata", "cacheKey")
        for key, fields in document.maps(document.root).items():
            if key != "__metadata":
                self._add(key, fields)
        self.importers = {
            folder: importer_key(folder)
            for entry in self._entries.values()
            if (folder := self._workspace_of(entry.locator, entry.key)) is not None
        }

    def _add(self, key: str, fields: Mapping[str, object]) -> None:
        """Remember an entry, and each descriptor that leads to it."""
        document = self._document
        resolution = document.text(fields.get("resolution"), key, "resolution")
        locator = parse_locator(resolution)
        document.name(locator.name, key, "resolution")
        entry = _Entry(key, locator, fields, self._read_manifest(key, locator, fields))
        self._entries[resolution] = entry
        for descriptor in key.split(","):
            asked = parse_locator(descriptor.strip())
            place = (asked.name, plain_range(asked.reference))
            binding = asked.parameters.get("locator", "")
            found = self._asked.setdefault(place, [])
            # A builtin patch and what it is made for ask alike: the unpatched package comes first.
            is_patched = asked.reference.startswith("patch:") and not locator.name.startswith("-")
            found.insert(len(found) if is_patched else 0, (binding, resolution))

    def read(self) -> Iterator[tuple[str, Instance]]:
        """Yield keys and instances."""
        for resolution, entry in self._entries.items():
            yield self._key_of(resolution), self._read_instance(resolution, entry)

    def list_unasked(self) -> Iterator[str]:
        """Yield the descriptors that nothing asked for while instances were read; sorted.

        What another yarn's database may have added is not known here.
        """
        added = {row.added for row in list_extensions() if row.kind == "+"}
        for entry in self._entries.values():
            kind, _, place = entry.locator.reference.partition(":")
            if kind == "patch":
                source = unquote(place.partition("#")[0])
                self._used |= {
                    key for key, found in self._asked.items() if source in (to for _, to in found)
                }
        for (name, wanted), found in sorted(self._asked.items()):
            is_member = any(
                self._entries[to].locator.reference.startswith("workspace:") for _, to in found
            )
            # An alias has a descriptor of its own for the package behind it.
            is_alias = "@" in wanted
            if not (is_alias or is_member or name in added or (name, wanted) in self._used):
                yield f"{name}@{wanted}"

    def _workspace_of(self, locator: Locator, key: str) -> str | None:
        kind, _, place = locator.reference.partition(":")
        return self._document.folder(place, key, "resolution") if kind == "workspace" else None

    def _key_of(self, resolution: str) -> str:
        entry = self._entries[resolution]
        folder = self._workspace_of(entry.locator, entry.key)
        return resolution if folder is None else importer_key(folder)

    def _read_manifest(self, key: str, locator: Locator, fields: Mapping[str, object]) -> Manifest:
        document = self._document
        asked = document.texts(fields.get("dependencies"), key, "dependencies")
        peers = document.texts(fields.get("peerDependencies"), key, "peerDependencies")
        for name in (*asked, *peers):
            document.name(name, key)
        meta = document.maps(fields.get("dependenciesMeta"), key, "dependenciesMeta")
        peers_meta = document.maps(fields.get("peerDependenciesMeta"), key, "peerDependenciesMeta")
        optional = {name for name, said in meta.items() if said.get("optional") == "true"}
        conditions = document.text(fields.get("conditions"), key, "conditions")
        fits = parse_conditions(conditions)
        version = document.text(fields.get("version"), key, "version")
        commands = document.texts(fields.get("bin"), key, "bin")
        return Manifest(
            name=locator.name,
            version="" if version == "0.0.0-use.local" else version,
            dependencies={name: spec for name, spec in asked.items() if name not in optional},
            optional_dependencies={name: spec for name, spec in asked.items() if name in optional},
            peer_dependencies=peers,
            peer_optional=frozenset(
                name for name, said in peers_meta.items() if said.get("optional") == "true"
            ),
            bin=parse_bin(commands, locator.name),
            os=fits.get("os", ()),
            cpu=fits.get("cpu", ()),
            libc=fits.get("libc", ()),
        )

    def _read_instance(self, resolution: str, entry: _Entry) -> Instance:
        manifest, extra = self._extend(entry.manifest)
        targets = {}
        for name, spec in {**manifest.dependencies, **manifest.optional_dependencies}.items():
            found = self._find(resolution, entry, name, spec)
            if found is not None:
                targets[name] = self._key_of(found)
            elif name not in extra:
                self._document.fail(
                    f"`{name}@{spec[:200]}`, which it asks for, is not in the lockfile",
                    entry.key,
                    "dependencies",
                    name,
                    code="YN0028",
                )
        lacking = extra - targets.keys()
        if lacking:
            known = {n: s for n, s in manifest.dependencies.items() if n not in lacking}
            manifest = manifest._replace(dependencies=known)
        return self._resolve(Instance(manifest, targets), entry)

    def _extend(self, manifest: Manifest) -> tuple[Manifest, set[str]]:
        """Return the manifest with what yarn adds, and the names that its own database adds."""
        rows = self._extensions.get(manifest.name)
        if rows is None or not manifest.version:
            return manifest, set()
        from zipper.npm.semver import satisfies  # noqa: PLC0415  (0.01 s, for few packages)

        dependencies = dict(manifest.dependencies)
        peers = dict(manifest.peer_dependencies)
        optional = set(manifest.peer_optional)
        added = set()
        for row, is_own in rows:
            if not satisfies(manifest.version, row.range, include_prerelease=True):
                continue
            if row.kind == "+":
                if (
                    row.added not in dependencies
                    and row.added not in manifest.optional_dependencies
                ):
                    dependencies[row.added] = row.spec
                    if not is_own:
                        added.add(row.added)
                continue
            peers.setdefault(row.added, row.spec)
            if row.kind == "?":
                optional.add(row.added)
        extended = manifest._replace(
            dependencies=dependencies, peer_dependencies=peers, peer_optional=frozenset(optional)
        )
        return extended, added

    def _find(self, resolution: str, entry: _Entry, name: str, spec: str) -> str | None:
        """Return the resolution of what an entry's dependency means."""
        spec = self._override(entry, name, spec)
        if spec.startswith("catalog:"):
            catalog = self._settings.catalogs.get(spec.removeprefix("catalog:").strip(), {})
            spec = catalog.get(name, spec)
        self._used.add((name, plain_range(spec)))
        found = self._asked.get((name, plain_range(spec)), [])
        bound = [to for binding, to in found if binding in ("", resolution)]
        return bound[0] if bound else found[0][1] if found else None

    def _override(self, entry: _Entry, name: str, spec: str) -> str:
        """Return what `resolutions` has in place of a dependency's range."""
        for override, wanted in self._overrides:
            if override.name == name and self._selects(override, entry, spec):
                return wanted
        return spec

    def _selects(self, override: Override, entry: _Entry, spec: str) -> bool:
        if override.range and plain_range(override.range) != plain_range(spec):
            return False
        if not override.parent:
            return True
        reference = override.parent_reference
        return override.parent == entry.locator.name and (
            not reference or plain_range(reference) == plain_range(entry.locator.reference)
        )

    def _resolve(self, found: Instance, entry: _Entry) -> Instance:
        """Return the instance with what its locator says: tarball, commit, folder, patch."""
        locator, document = entry.locator, self._document
        kind, colon, place = locator.reference.partition(":")
        where = (entry.key, "resolution")
        if kind == "patch":
            source, _, selector = place.partition("#")
            inner, whole = parse_locator(unquote(source)), self._entries.get(unquote(source))
            fields = {} if whole is None else whole.fields
            # Under an alias, its own name would be another package of the registry.
            found = found._replace(manifest=found.manifest._replace(name=inner.name))
            resolved = self._resolve(found, entry._replace(locator=inner, fields=fields))
            patches = tuple(self._list_patches(entry, selector))
            return resolved._replace(patches=(*resolved.patches, *patches))
        if kind == "npm":
            address = locator.parameters.get("__archiveUrl")
            return found._replace(resolved=address, checksum=self._find_checksum(entry))
        if kind in ("workspace", "link", "portal", "file"):
            return self._resolve_local(found, entry, kind, place.partition("#")[0])
        if not colon or kind == "exec":
            document.fail(f"`{locator.reference[:200]}` is of a kind that is not read", *where)
        address = describe_address(locator.reference)
        # A commit is packed by yarn itself: its zip is of no tarball that there is.
        checksum = "" if address.startswith("git") else self._find_checksum(entry)
        return found._replace(resolved=address, checksum=checksum)

    def _find_checksum(self, entry: _Entry) -> str:
        """Return yarn's checksum, its cache's key before it."""
        checksum = self._document.text(entry.fields.get("checksum"), entry.key, "checksum")
        return checksum if "/" in checksum or not checksum else f"{self._cache_key}/{checksum}"

    def _list_patches(self, entry: _Entry, selector: str) -> Iterator[str]:
        """Yield yarn's own patches as they are written, and the files of the project's.

        A relative path is one of the package that asks for the patched one.
        """
        base = self._base_of(entry)
        for word in selector.split("&"):
            flags, bang, path = word.rpartition("!")
            if path.startswith(BUILTIN_PATCH):
                yield path
                continue
            is_project = path.startswith("~/")
            path = path[2:] if is_project else f"{base}/{path}" if base else path
            yield flags + bang + path

    def _base_of(self, entry: _Entry) -> str:
        asker = parse_locator(entry.locator.parameters.get("locator", ""))
        return self._workspace_of(asker, entry.key) or ""

    def _resolve_local(self, found: Instance, entry: _Entry, kind: str, path: str) -> Instance:
        """Return the instance with its folder or tarball, relative to the package that asks."""
        base = self._base_of(entry)
        path = f"{base}/{path}" if base else path
        folder = self._document.folder(path, entry.key, "resolution")
        if kind == "file" and path.endswith((".tgz", ".tar.gz", ".tar")):
            return found._replace(resolved=f"file:{folder}", checksum=self._find_checksum(entry))
        # What a link leads to has dependencies, but not in the lockfile.
        return Instance(folder=folder) if kind == "link" else found._replace(folder=folder)
