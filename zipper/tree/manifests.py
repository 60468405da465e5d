"""From a spec to a manifest: asks for what is not known, picks a version, remembers.

In: parsed specs. Out: manifests with their origin, or the errors npm has for there being none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from zipper.errors import ResolutionError, ZipperError
from zipper.npm import integrity as sri
from zipper.npm.pick import pick_manifest
from zipper.tree.resolver_requests import (
    DirectoryRequest,
    FetchedManifest,
    InnerManifests,
    ManifestRequest,
    PackumentRequest,
)
from zipper.tree.yarn_spec import check_yarn_lock, expect_integrity, tell_yarn_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from zipper.lockfile.yarn_classic import YarnEntry
    from zipper.npm.package_json import Manifest
    from zipper.npm.packument import Packument
    from zipper.npm.pick import PickOptions
    from zipper.npm.spec import Spec
    from zipper.tree.prefetch import Wish
    from zipper.tree.trampoline import Step

__all__ = ["Manifests"]


@dataclass(slots=True, eq=False, repr=False)
class Manifests:
    """What has been learned from outside so far; an error is remembered like an answer."""

    pick_options: Callable[[str], PickOptions]
    """The options for a package of this name."""
    yarn_lock: Mapping[str, YarnEntry] = field(default_factory=dict)
    """What is asked first; see `IdealTreeRequest.yarn_lock`."""
    path: str = "/"
    """The project's folder, from which the files in a yarn.lock count."""
    packuments: dict[str, Packument | ZipperError] = field(default_factory=dict)
    fetched: dict[tuple[str, str], FetchedManifest | ZipperError] = field(default_factory=dict)
    directories: dict[str, Manifest | None] = field(default_factory=dict)
    _soon: list[Wish] = field(default_factory=list)
    _expected: set[Wish] = field(default_factory=set)

    def expect(self, wishes: Iterable[Wish]) -> None:
        """Note what will probably be asked for."""
        for wish in wishes:
            if wish not in self._expected:
                self._expected.add(wish)
                self._soon.append(wish)

    def fetch(self, spec: Spec) -> Step[FetchedManifest]:
        """Return the manifest that `spec` means.

        Raises:
            ZipperError: what the outside answered, ETARGET and its like from picking, EINTEGRITY
                where a yarn.lock says otherwise.
        """
        asked, noted = spec, None
        if self.yarn_lock:
            spec, noted = check_yarn_lock(spec, self.yarn_lock, where=self.path)
        is_pinned = spec is not asked
        spec = spec.sub_spec or spec
        key = (spec.name or "", spec.raw)
        known = self.fetched.get(key)
        if known is None:
            try:
                known = yield from self._pick(spec) if spec.registry else self._open(spec)
                if noted is not None:
                    known = expect_integrity(spec, known, noted)
            except ZipperError as error:
                known = tell_yarn_lock(error, asked) if is_pinned else error
            self.fetched[key] = known
        if isinstance(known, ZipperError):
            raise known
        return known

    def read_directory(self, path: str) -> Step[Manifest | None]:
        """Return the package.json in a directory; None where there is none to be read."""
        if path not in self.directories:
            try:
                answer = yield DirectoryRequest(path, self._take_soon())
            except ZipperError:
                answer = None
            self.directories[path] = cast("Manifest | None", answer)
        return self.directories[path]

    def open_tarball(
        self, name: str, version: str, resolved: str, integrity: str | None
    ) -> Step[Mapping[str, object]]:
        """Return the decoded manifests inside a package, path to object."""
        ask = InnerManifests(name, version, resolved, integrity, self._take_soon())
        return cast("Mapping[str, object]", (yield ask))

    def _pick(self, spec: Spec) -> Step[FetchedManifest]:
        name = spec.name or ""
        known = self.packuments.get(name)
        if known is None:
            try:
                known = cast("Packument", (yield PackumentRequest(name, self._take_soon())))
            except ZipperError as error:
                known = error
            self.packuments[name] = known
        if isinstance(known, ZipperError):
            raise known
        manifest = pick_manifest(known, spec, options=self.pick_options(name))
        if not manifest.version:
            raise ResolutionError(
                "EINCOMPLETEMANIFEST",
                f"the registry's manifest of `{name}` has no version",
                hint="use another registry: this one's copy is incomplete",
            )
        resolved, integrity = _origin(manifest)
        return FetchedManifest(manifest=manifest, resolved=resolved, integrity=integrity)

    def _open(self, spec: Spec) -> Step[FetchedManifest]:
        return cast("FetchedManifest", (yield ManifestRequest(spec, self._take_soon())))

    def _take_soon(self) -> tuple[Wish, ...]:
        soon = tuple(self._soon)
        self._soon.clear()
        return soon


def _origin(manifest: Manifest) -> tuple[str, str | None]:
    """Return tarball URL and integrity of a registry manifest.

    Old versions have a SHA-1 in hexadecimal only. A `file:` or git address comes from nowhere but
    the project's: a packument that has one would have a file of this disk read, or git started. The
    registry's standard address counts then. Source: pacote 21, lib/registry.js.
    """
    dist = manifest.raw.get("dist")
    if not isinstance(dist, dict):
        return "", None
    tarball, written, shasum = (dist.get(key) for key in ("tarball", "integrity", "shasum"))
    resolved = tarball if isinstance(tarball, str) else ""
    if resolved.lower().startswith(("file:", "git")):
        resolved = ""
    if isinstance(written, str) and written:
        parsed = sri.parse_integrity(written)
        return resolved, str(parsed) if parsed is not None else None
    if isinstance(shasum, str) and shasum:
        return resolved, str(sri.from_hex(shasum, algorithm="sha1") or "") or None
    return resolved, None
