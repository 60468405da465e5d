"""`file:` directories, links and workspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import World, resolve
from zipper.npm.package_json import parse_manifest
from zipper.tree.resolver_options import ResolverOptions
from zipper.tree.resolver_requests import (
    DirectoryRequest,
    FetchedManifest,
    ManifestRequest,
    PackumentRequest,
)

if TYPE_CHECKING:
    from zipper.tree.resolver_requests import Answer, ResolverRequest

_SHARED = {"name": "shared", "version": "1.0.0", "dependencies": {"pad": "*"}}
_MANIFEST = {"dependencies": {"shared": "file:../shared"}}


class _Folders(World):
    """A world in which the directory `/shared` can be linked or copied."""

    def answer(self, ask: ResolverRequest) -> Answer:
        if isinstance(ask, DirectoryRequest):
            if ask.path != "/shared":
                return super().answer(ask)
            return parse_manifest(_SHARED)
        if isinstance(ask, ManifestRequest):
            path = ask.spec.fetch_spec
            return FetchedManifest(manifest=parse_manifest(_SHARED), resolved=f"file:{path}")
        return super().answer(ask)


def _folders() -> World:
    return _Folders(packuments=registry({"pad@1.3.0": {}}).packuments)


def test_a_folder_outside_is_linked_and_its_dependencies_are_left_alone() -> None:
    """The link is all there is: npm installs nothing for it."""
    tree = resolve(project(_MANIFEST), _folders()).tree

    assert {"", "../shared", "node_modules/shared"} == set(tree.nodes)
    assert "../shared" == tree.nodes["node_modules/shared"].link_target


def test_a_folder_below_another_outside_is_left_alone_too() -> None:
    """A linked folder that lies in another gets nothing, as with npm 11.19.1."""
    files = {
        "/shared/package.json": {"name": "shared", "version": "1.0.0"},
        "/shared/sub/package.json": {**_SHARED, "name": "sub"},
    }
    needs = {"shared": "file:../shared", "sub": "file:../shared/sub"}
    world = World(packuments=registry({"pad@1.3.0": {}}).packuments, files=files)

    tree = resolve(project({"dependencies": needs}), world).tree

    expected = {"", "../shared", "../shared/sub", "node_modules/shared", "node_modules/sub"}
    assert expected == set(tree.nodes)


def test_a_folder_outside_can_be_installed_with_its_dependencies() -> None:
    """With `install_links` it is a package like any other, so that a function can carry it."""
    options = ResolverOptions(install_links=True)

    tree = resolve(project(_MANIFEST, options=options), _folders()).tree

    assert {"", "node_modules/shared", "node_modules/pad"} == set(tree.nodes)
    node = tree.nodes["node_modules/shared"]
    assert ("1.0.0", None, "file:../shared") == (node.version, node.link_target, node.resolved)


class _Around(World):
    """A world in which a folder outside needs one that lies in the project."""

    def answer(self, ask: ResolverRequest) -> Answer:
        if not isinstance(ask, ManifestRequest):
            return super().answer(ask)
        path = ask.spec.fetch_spec or ""
        manifest = parse_manifest(self.files[f"{path}/package.json"])
        return FetchedManifest(manifest=manifest, resolved=f"file:{path}")


@pytest.mark.parametrize("is_direct", [False, True])
def test_what_a_copy_needs_of_the_project_is_a_copy_too(*, is_direct: bool) -> None:
    """A folder in the project is a link for the project itself alone, as npm 11.19.1 has it."""
    files = {
        "/a/package.json": {"name": "a", "dependencies": {"b": "file:../project/b"}},
        "/project/b/package.json": {"name": "b", "version": "1.0.0"},
    }
    needs = {"b": "file:./b"} if is_direct else {"a": "file:../a"}
    request = project({"dependencies": needs}, options=ResolverOptions(install_links=True))

    tree = resolve(request, _Around(packuments={}, files=files)).tree

    assert tree.nodes["node_modules/b"].link_target == ("b" if is_direct else None)


def test_a_link_in_a_lockfile_is_replaced_when_links_are_installed() -> None:
    """Starting from a lockfile with the link, the copy and its dependencies take its place."""
    request = project(_MANIFEST)
    linked = resolve(request, _folders()).tree

    again = request._replace(lockfile=linked, options=ResolverOptions(install_links=True))
    tree = resolve(again, _folders()).tree

    assert {"", "node_modules/shared", "node_modules/pad"} == set(tree.nodes)


def test_a_workspace_stays_a_link_when_links_are_installed() -> None:
    """`install-links` is for folders elsewhere: a member is what its own folder says."""
    other = {"name": "other", "version": "1.0.0", "dependencies": {"shared": "file:../shared"}}
    members = {"/project/shared/package.json": _SHARED, "/project/other/package.json": other}
    world = _Folders(packuments=registry({"pad@1.3.0": {}}).packuments, files=members)
    request = project(
        {"workspaces": ["shared", "other"], "dependencies": {"shared": "file:shared"}},
        workspaces={"shared": "shared", "other": "other"},
        options=ResolverOptions(install_links=True),
    )

    tree = resolve(request, world).tree

    modules = {at: node.link_target for at, node in tree.nodes.items() if "node_modules" in at}
    assert modules == {
        "node_modules/other": "other",
        "node_modules/pad": None,
        "node_modules/shared": "shared",
    }


def test_a_peer_that_is_a_workspace_is_not_asked_for() -> None:
    """A peer with the name of a workspace that satisfies it is that workspace's link."""
    packages = registry(
        {
            "b@1.0.0": {"dependencies": {"a": "1.0.0"}},
            "a@1.0.0": {"peerDependencies": {"w": "^1.0.0"}},
        }
    )
    files = {"/project/packages/w/package.json": {"name": "w", "version": "1.1.0"}}
    world = World(packuments=packages.packuments, files=files)
    manifest = {"workspaces": ["packages/w"], "dependencies": {"b": "*"}}

    tree = resolve(project(manifest, workspaces={"w": "packages/w"}), world).tree

    modules = {f"node_modules/{name}" for name in ("a", "b", "w")}
    assert {"", "packages/w", *modules} == set(tree.nodes)
    asked = [ask.name for ask in world.asked if isinstance(ask, PackumentRequest)]
    assert ["b", "a"] == asked


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        ({"dependencies": {"a": "file:~/a"}}, {"../home/me/a": None, "node_modules/a": None}),
        ({"dependencies": {"a": "file:~/a.tgz"}}, {"node_modules/a": "file:../home/me/a.tgz"}),
        ({"dependencies": {"b": "1"}, "overrides": {"a": "file:~/a.tgz"}},
         {"node_modules/a": "file:../home/me/a.tgz", "node_modules/b": "https://b"}),
        ({"dependencies": {"b": "1"}, "overrides": {"a": "file:a.tgz"}},
         {"node_modules/a": "file:a.tgz", "node_modules/b": "https://b"}),
    ],
)  # fmt: skip
def test_what_lies_in_the_home_folder(
    manifest: dict[str, object], expected: dict[str, str | None]
) -> None:
    """A tilde is the home of the user; an override's path begins at the project."""
    own = {"name": "a", "version": "1.0.0"}
    b = {"dependencies": {"a": "*"}, "dist": {"tarball": "https://b"}}
    world = World(
        packuments=registry({"b@1.0.0": b}).packuments,
        files={"/home/me/a/package.json": own},
        local_tarballs={
            path: {"package.json": own} for path in ("/home/me/a.tgz", "/project/a.tgz")
        },
    )
    request = project(manifest, home="/home/me")

    tree = resolve(request, world).tree

    assert expected == {at: node.resolved for at, node in tree.nodes.items() if at}
    again = resolve(request._replace(lockfile=tree), World(files=world.files))
    assert tree.nodes == again.tree.nodes
