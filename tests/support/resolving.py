"""Drive the resolver from values: the plainest driver there is, and an example of one.

The pipeline's driver differs only in where the answers come from and in fetching `soon` ahead.
"""

from __future__ import annotations

import json
import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zipper.errors import RegistryError, ResolutionError, ZipperError
from zipper.lockfile.npm_read import read_lockfile
from zipper.npm.collation import collation_key
from zipper.npm.package_json import parse_manifest
from zipper.npm.packument import packument_from_object
from zipper.npm.workspaces import match_workspaces, name_workspaces, parse_workspaces
from zipper.tree.ideal_tree import build_ideal_tree
from zipper.tree.resolver_options import IdealTree, IdealTreeRequest, ResolverOptions
from zipper.tree.resolver_requests import (
    DirectoryRequest,
    FetchedManifest,
    InnerManifests,
    ManifestRequest,
    PackumentRequest,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.tree.resolver_requests import Answer, ResolverRequest

TOP = "/case"
"""Where the files of a case are imagined to be."""

_OPTIONS = {
    "legacyPeerDeps": "legacy_peer_deps",
    "strictPeerDeps": "strict_peer_deps",
    "force": "force",
    "preferDedupe": "prefer_dedupe",
    "installStrategy": "install_strategy",
    "before": "before",
    "engineStrict": "engine_strict",
    "installLinks": "install_links",
    "omit": "omit",
    "defaultTag": "default_tag",
}


@dataclass
class World:
    """What the outside would answer: registry, files, tarballs; `asked` notes every ask."""

    packuments: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Any] = field(default_factory=dict)
    """Absolute path to decoded JSON."""
    tarballs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    local_tarballs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    asked: list[ResolverRequest] = field(default_factory=list)

    def answer(self, ask: ResolverRequest) -> Answer:
        """Return the answer to `ask`, or raise the error that stands for it."""
        self.asked.append(ask)
        if isinstance(ask, PackumentRequest):
            if ask.name not in self.packuments:
                raise RegistryError("E404", f"the registry has no `{ask.name}`")
            return packument_from_object(self.packuments[ask.name], ask.name)
        if isinstance(ask, DirectoryRequest):
            raw = self.files.get(f"{ask.path}/package.json")
            return None if raw is None else parse_manifest(raw)
        if isinstance(ask, ManifestRequest):
            return self._open(ask)
        assert isinstance(ask, InnerManifests)
        return self.tarballs.get(f"{ask.name}@{ask.version}", {})

    def _open(self, ask: ManifestRequest) -> FetchedManifest:
        path = ask.spec.fetch_spec or ""
        if ask.spec.type == "directory":
            raw = self.files.get(f"{path}/package.json")
            if raw is None:
                raise ResolutionError("ENOENT", f"there is no `{path}/package.json`")
            return FetchedManifest(parse_manifest(raw), f"file:{path}", None)
        files = self.local_tarballs.get(path)
        if files is None:
            raise ResolutionError("E404", f"there is no `{ask.spec}`")
        manifest = parse_manifest(files["package.json"])
        return FetchedManifest(
            manifest=manifest, resolved=f"file:{path}", integrity=f"sha512-{path}"
        )


def resolve(request: IdealTreeRequest, world: World) -> IdealTree:
    """Resolve `request`, answering from `world`."""
    steps = build_ideal_tree(request)
    answer: Answer = None
    error: ZipperError | None = None
    while True:
        try:
            ask = steps.send(answer) if error is None else steps.throw(error)
        except StopIteration as stop:
            return stop.value
        answer, error = None, None
        try:
            answer = world.answer(ask)
        except ZipperError as raised:
            error = raised


def world_of(case: Mapping[str, Any]) -> World:
    """Return the world of a conformance case."""
    return World(
        packuments={name: _packument(name, raw) for name, raw in case["packuments"].items()},
        files={posixpath.normpath(f"{TOP}/{path}"): raw for path, raw in case["files"].items()},
        tarballs=case.get("tarballs", {}),
        local_tarballs={
            posixpath.normpath(f"{TOP}/{path}"): files
            for path, files in case.get("localTarballs", {}).items()
        },
    )


def _packument(name: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the packument of a table, which leaves out what is the same in all of them."""
    versions = {
        version: {
            "name": name,
            "version": version,
            "dist": {"tarball": _address(name, version)},
            **manifest,
        }
        for version, manifest in raw["versions"].items()
    }
    return {"name": name, **raw, "versions": versions}


def resolved_lockfile(lockfile: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lockfile of a table with the addresses that follow from names and versions.

    An entry that npm had written without one has `"resolved": null` in the table.
    """
    entries = {where: _resolved(where, e) for where, e in lockfile.get("packages", {}).items()}
    return {**lockfile, "packages": entries} if entries else dict(lockfile)


def _resolved(location: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    name = entry.get("name") or location.rpartition("node_modules/")[2]
    if "node_modules/" in location and not {"resolved", "inBundle"} & entry.keys():
        return {**entry, "resolved": _address(name, entry["version"])}
    return {key: value for key, value in entry.items() if value is not None}


def _address(name: str, version: str) -> str:
    return f"https://registry.example/{name}/-/{posixpath.basename(name)}-{version}.tgz"


def request_of(case: Mapping[str, Any], environment: Mapping[str, str]) -> IdealTreeRequest:
    """Return what a conformance case asks for."""
    path = posixpath.normpath(f"{TOP}/{case.get('project', '.')}")
    files = {posixpath.normpath(f"{TOP}/{name}"): raw for name, raw in case["files"].items()}
    manifest = parse_manifest(files.get(f"{path}/package.json", {}))
    options = {_OPTIONS[name]: value for name, value in case.get("options", {}).items()}
    lockfile = None
    for name in ("npm-shrinkwrap.json", "package-lock.json"):
        raw = files.get(f"{path}/{name}")
        if raw is not None and lockfile is None:
            text = json.dumps(resolved_lockfile(raw))
            lockfile = read_lockfile(text, path=name, manifest=manifest)
    return IdealTreeRequest(
        path=path,
        manifest=manifest,
        workspaces=_workspaces(path, manifest.raw.get("workspaces"), files),
        lockfile=None if lockfile is None else lockfile.tree,
        lockfile_version=3 if lockfile is None else lockfile.version,
        locked_manifest=None if lockfile is None else lockfile.root,
        options=ResolverOptions(**options),
        node_version=environment["node"],
        npm_version=environment["npm"],
    )


def _workspaces(path: str, patterns: object, files: Mapping[str, Any]) -> dict[str, str]:
    folders = [
        posixpath.relpath(posixpath.dirname(name), path)
        for name in files
        if name.startswith(f"{path}/") and name.endswith("/package.json")
    ]
    folders.sort(key=collation_key)
    found = match_workspaces(parse_workspaces(patterns), folders)
    return name_workspaces(
        {
            folder: files[posixpath.normpath(f"{path}/{folder}/package.json")].get("name", "")
            for folder in found
        }
    )
