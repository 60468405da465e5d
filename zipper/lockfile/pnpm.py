"""pnpm-lock.yaml of versions 5, 6 and 9: to a locked graph.

In: the file's text. Out: which instance every name reaches, as pnpm's isolated node_modules has it:
one key, peers and patch included, is one instance.

Versions 5 and 6 have facts and edges on one entry, 9 has facts under `packages` and edges under
`snapshots`. pnpm 11 may put a document of its own before the project's, which is the last.

Source: pnpm's `@pnpm/lockfile.types`, `@pnpm/lockfile.fs` and `@pnpm/lockfile.utils`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.errors import LockfileError
from zipper.lockfile.foreign import Document, ForeignLockfile, clean_folder, importer_key
from zipper.lockfile.pnpm_keys import find_key, parse_key
from zipper.npm.package_json import Manifest, parse_engines
from zipper.npm.yaml_text import YamlFaultError, locate_yaml, parse_yaml
from zipper.tree.locked_graph import Instance, LockedGraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.lockfile.foreign import SettingsBeside

__all__ = ["read"]

_HINT: Final = "write it anew: `pnpm install`"

_WRITERS: Final = {
    "12": "pnpm 11.20 or later, for `namedRegistries`",
    "13": "pnpm 12, as an experiment",
}

_GROUPS: Final = ("dependencies", "devDependencies", "optionalDependencies")

_READ: Final = frozenset({"importers", "packages", "snapshots", *_GROUPS})
"""What the graph holds; the rest is for the frozen check."""


class _Asked(NamedTuple):
    """An importer's dependency: what its manifest asks for, and what was chosen."""

    specifier: str
    version: str


def read(
    text: str,
    *,
    path: str,
    beside: SettingsBeside | None = None,  # noqa: ARG001 - as others
) -> ForeignLockfile:
    """Return the graph of a pnpm-lock.yaml.

    Args:
        text: the file's.
        path: for messages.
        beside: no setting changes what the file says.

    Raises:
        LockfileError: ELOCKVERSION for a version that zipper does not read; with pnpm's code
            ERR_PNPM_BROKEN_LOCKFILE, line and column for what cannot be meant.
    """
    text = text.removeprefix("\ufeff")
    try:
        documents = parse_yaml(text)
    except YamlFaultError as fault:
        raise LockfileError(
            "ERR_PNPM_BROKEN_LOCKFILE",
            f"`{path}` cannot be read: {fault.message}",
            facts=(("at", f"line {fault.line}, column {fault.column}"),),
            hint=_HINT,
        ) from None
    document = Document(
        documents[-1] if documents else "",
        path=path,
        code="ERR_PNPM_BROKEN_LOCKFILE",
        hint=_HINT,
        locate=partial(locate_yaml, text, len(documents) - 1),
    )
    version = document.text(document.root.get("lockfileVersion"), "lockfileVersion")
    major = _require_version(version, path)
    reader = _PnpmReader(document, major)
    graph = LockedGraph(dict(reader.read()), reader.importers)
    settings = {key: value for key, value in document.root.items() if key not in _READ}
    return ForeignLockfile(path, "pnpm", version, graph, settings)


def _require_version(version: str, path: str) -> int:
    major = version.partition(".")[0]
    if version.partition("-")[0] in ("5.0", "5.1", "5.2", "5.3", "5.4", "6.0", "6.1", "9.0"):
        return int(major)
    writer = _WRITERS.get(major, "a pnpm that zipper does not know")
    what = (
        f"has lockfileVersion {version[:40]}, of {writer}" if version else "has no lockfileVersion"
    )
    raise LockfileError(
        "ELOCKVERSION",
        f"`{path}` {what}; 5.0 to 5.4, 6.0, 6.1 and 9.0 are read",
        hint="write it with pnpm 9, 10, 11 or 12 and without `lockfile.format` in its settings"
        if major == "13"
        else "write it anew with pnpm 9 or later: `pnpm install`",
    )


class _PnpmReader:
    """Makes instances of entries, and checks that each edge leads to one."""

    def __init__(self, document: Document, major: int) -> None:
        self._document = document
        self._major = major
        root = document.root
        self._facts = document.maps(root.get("packages"), "packages")
        if major >= 9:
            self._place = "snapshots"
            self._entries = document.maps(root.get("snapshots"), "snapshots")
        else:
            self._place = "packages"
            self._entries = self._facts
        self._parsed = {key: parse_key(key, major) for key in self._entries}
        self._skipped = frozenset(key for key in self._entries if self._is_runtime(key))
        self._patches = frozenset(self._list_patches())
        self._folders: dict[str, str] = {}
        self._own_folders: set[str] = set()
        self.importers: dict[str, str] = {}

    def read(self) -> Iterator[tuple[str, Instance]]:
        """Yield keys and instances: importers, packages, and the folders that `link:` names."""
        root = self._document.root
        if self._major >= 9 and "importers" not in root:
            self._document.fail("its last document has no `importers`")
        sections = self._document.maps(root.get("importers"), "importers")
        places: dict[str, tuple[str, ...]] = {name: ("importers", name) for name in sections}
        if "importers" not in root:
            sections, places = {".": root}, {".": ()}
        for name in sections:
            folder = self._document.folder(name, *places[name])
            self.importers[folder] = importer_key(folder)
        for name, section in sections.items():
            folder = clean_folder(name) or ""
            yield importer_key(folder), self._read_importer(folder, section, places[name])
        self._own_folders |= {importer_key(folder) for folder in self.importers}
        for key, entry in self._entries.items():
            if key not in self._skipped:
                yield key, self._read_package(key, entry)
        for folder, key in self._folders.items():
            yield key, Instance(folder=folder)

    def _list_patches(self) -> Iterator[str]:
        """Yield the hashes of patches; older files have the patch's file beside it."""
        patches = self._document.root.get("patchedDependencies")
        for what, said in self._document.map(patches, "patchedDependencies").items():
            if isinstance(said, str):
                yield said
            else:
                yield self._document.texts(said, "patchedDependencies", what).get("hash", "")

    def _read_importer(
        self, folder: str, section: Mapping[str, object], keys: tuple[str, ...]
    ) -> Instance:
        targets: dict[str, str] = {}
        specs: dict[str, dict[str, str]] = {}
        for group in _GROUPS:
            asked = self._read_asked(section, group, keys)
            specs[group] = {name: one.specifier for name, one in asked.items()}
            for name, one in asked.items():
                target = self._find(name, one.version, folder, (*keys, group, name))
                if target is not None:
                    targets[name] = target
        self._own_folders.update(key for key in targets.values() if self._is_folder(key))
        manifest = Manifest(
            dependencies=specs["dependencies"],
            dev_dependencies=specs["devDependencies"],
            optional_dependencies=specs["optionalDependencies"],
            raw={
                field: section[field]
                for field in ("dependenciesMeta", "publishDirectory")
                if section.get(field)
            },
        )
        return Instance(manifest, targets, folder=folder)

    def _read_asked(
        self, section: Mapping[str, object], group: str, keys: tuple[str, ...]
    ) -> Mapping[str, _Asked]:
        """Return an importer's dependencies; version 5 has the specifiers in a map of their own."""
        document = self._document
        specifiers = document.texts(section.get("specifiers"), *keys, "specifiers")
        found = {}
        for name, value in document.map(section.get(group), *keys, group).items():
            where = (*keys, group, name)
            document.name(name, *where)
            if isinstance(value, str):
                found[name] = _Asked(specifiers.get(name, ""), value)
            else:
                both = document.texts(value, *where)
                found[name] = _Asked(both.get("specifier", ""), both.get("version", ""))
        return found

    def _find(self, name: str, version: str, base: str, keys: tuple[str, ...]) -> str | None:
        """Return the key of what `name: version` means, for a folder relative to `base`."""
        key = find_key(name, version, self._major)
        if key is None:
            path = f"{base}/{version.removeprefix('link:')}" if base else version[5:]
            folder = self._document.folder(path, *keys)
            if folder not in self.importers:
                self._folders[folder] = importer_key(folder)
            return importer_key(folder)
        if key not in self._entries:
            self._document.fail(f"`{name}` is `{key[:200]}`, which the lockfile lacks", *keys)
        return None if key in self._skipped else key

    def _is_folder(self, key: str) -> bool:
        """Say whether it is a folder on this disk: linked, or copied (injected, `file:`)."""
        if key not in self._entries:
            return True
        resolution = self._facts_of(key).get("resolution")
        return isinstance(resolution, dict) and resolution.get("type") == "directory"

    def _is_runtime(self, key: str) -> bool:
        """Say whether it is a JavaScript runtime, which pnpm fetches and no package needs."""
        resolution = self._facts_of(key).get("resolution")
        return isinstance(resolution, dict) and resolution.get("type") in ("binary", "variations")

    def _facts_of(self, key: str) -> Mapping[str, object]:
        if self._major < 9:
            return self._entries[key]
        facts = self._facts.get(self._parsed[key].base)
        if facts is None:
            self._document.fail(f"`packages` lacks `{key[:200]}`", self._place, key)
        return facts

    def _read_package(self, key: str, entry: Mapping[str, object]) -> Instance:
        document = self._document
        where = (self._place, key)
        facts = self._facts_of(key)
        parsed = self._parsed[key]
        at = ("packages", parsed.base if self._major >= 9 else key)
        name = document.text(facts.get("name"), *at, "name") or parsed.name
        document.name(name, *at)
        version = document.text(facts.get("version"), *at, "version")
        if not version and parsed.version[:1].isdigit():
            version = parsed.version
        bundled = self._read_bundled(facts, at)
        targets: dict[str, str] = {}
        specs: dict[str, dict[str, str]] = {}
        for group in ("dependencies", "optionalDependencies"):
            asked = document.texts(entry.get(group), *where, group)
            # pnpm 7 lists what a package brings in its own tarball, too; that is what Node finds.
            specs[group] = {name: spec for name, spec in asked.items() if name not in bundled}
            for wanted, chosen in list(specs[group].items()):
                document.name(wanted, *where, group, wanted)
                target = self._find(wanted, chosen, "", (*where, group, wanted))
                if target is not None:
                    targets[wanted] = target
                    specs[group][wanted] = self._find_asked(wanted, target, facts) or chosen
        meta = document.maps(facts.get("peerDependenciesMeta"), *at, "peerDependenciesMeta")
        manifest = Manifest(
            name=name,
            version=version,
            dependencies=specs["dependencies"],
            optional_dependencies=specs["optionalDependencies"],
            peer_dependencies=document.texts(
                facts.get("peerDependencies"), *at, "peerDependencies"
            ),
            peer_optional=frozenset(
                peer for peer, said in meta.items() if said.get("optional") == "true"
            ),
            bundle_dependencies=bundled,
            engines=parse_engines(document.texts(facts.get("engines"), *at, "engines")),
            os=document.words(facts.get("os"), *at, "os"),
            cpu=document.words(facts.get("cpu"), *at, "cpu"),
            libc=document.words(facts.get("libc"), *at, "libc"),
            deprecated=document.text(facts.get("deprecated"), *at, "deprecated") or None,
        )
        patches = (parsed.patch,) if parsed.patch and parsed.patch in self._patches else ()
        found = Instance(manifest, targets, patches=patches)
        return self._resolve(found, facts, parsed.version or key, at)

    def _find_asked(self, name: str, key: str, facts: Mapping[str, object]) -> str | None:
        """Return what a package asks for where pnpm has written another: None for what it wrote.

        A tarball is asked for by its address. A folder that the project itself names is there as a
        peer, or as the version that a range means: what is published cannot ask for it.
        """
        if key in self._own_folders:
            peers = facts.get("peerDependencies")
            asked = peers.get(name) if isinstance(peers, dict) else None
            return asked if isinstance(asked, str) else "*"
        if key not in self._parsed or self._parsed[key].version[:1].isdigit():
            return None
        resolution = self._facts_of(key).get("resolution")
        address = resolution.get("tarball") if isinstance(resolution, dict) else None
        return address if isinstance(address, str) and address.startswith("http") else None

    def _read_bundled(self, facts: Mapping[str, object], at: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names in the package's own tarball; `true` names none: pnpm resolves all."""
        value = facts.get("bundledDependencies")
        return () if isinstance(value, str) else self._document.words(value, *at)

    def _resolve(
        self, found: Instance, facts: Mapping[str, object], address: str, at: tuple[str, ...]
    ) -> Instance:
        """Return the instance with what its `resolution` says: a tarball, a commit or a folder."""
        document = self._document
        where = (*at, "resolution")
        if "resolution" not in facts and address.startswith("file:"):
            # `turbo prune` leaves it out; pnpm takes the folder that the key names, too.
            return found._replace(folder=document.folder(address.removeprefix("file:"), *at))
        resolution = document.texts(facts.get("resolution"), *where)
        kind = resolution.get("type", "")
        integrity = resolution.get("integrity") or None
        if kind == "directory":
            return found._replace(folder=document.folder(resolution.get("directory", ""), *where))
        if kind == "git":
            resolved = _describe_git(resolution)
            if resolved is None:
                document.fail("a git package names no repository and commit", *where)
            return found._replace(resolved=resolved)
        tarball = resolution.get("tarball")
        if kind or (tarball is None and integrity is None):
            document.fail(f"a package's resolution is of a kind `{kind}` that is not read", *where)
        if tarball is not None and tarball.startswith("file:"):
            tarball = f"file:{document.folder(tarball.removeprefix('file:'), *where)}"
        return found._replace(resolved=tarball, integrity=integrity)


def _describe_git(resolution: Mapping[str, str]) -> str | None:
    """Return npm's address of a commit."""
    repository, commit = resolution.get("repo", ""), resolution.get("commit", "")
    if not repository or not commit:
        return None
    if "://" not in repository and ":" in repository:
        repository = f"ssh://{repository.replace(':', '/', 1)}"
    address = repository if repository.startswith(("git+", "git:")) else f"git+{repository}"
    path = resolution.get("path", "").strip("/")
    return f"{address}#{commit}::path:{path}" if path else f"{address}#{commit}"
