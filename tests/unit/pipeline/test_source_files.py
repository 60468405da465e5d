"""Which files on this disk a build reads, so that it can be repeated from a copy of them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

import zipper
from tests.support.scene import HANDLER, write_files
from zipper.errors import ProjectError
from zipper.pipeline.planning import read_function_project
from zipper.pipeline.session import Circumstances
from zipper.pipeline.source_files import list_read, list_source_files
from zipper.settings.build_request import request_from
from zipper.settings.read_settings import find_requests
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = {"name": "fn", "version": "1.0.0"}


def list_names(root: Path, project: str = "fn", **settings: object) -> set[str]:
    request = request_from(Settings(**settings), folder=str(root / project))
    io = Circumstances.of(request, None)
    found = list_source_files(request, read_function_project(request, io), io)
    return {path.relative_to(root).as_posix() for path in found.files}


def test_packages_on_this_disk_are_followed(tmp_path: Path) -> None:
    """Folders and tarballs however they are named, those of their own, layers; nothing beside."""
    local = {"a": "file:../shared", "b": "../b-1.0.0.tgz", "c": "^1.0.0"}
    write_files(
        tmp_path,
        {"fn/package.json": {**PACKAGE, "dependencies": local}, "fn/index.js": HANDLER,
         "fn/data.zip": "x", "layer.zip": "x", "b-1.0.0.tgz": "x",
         "shared/package.json": {"name": "a", "dependencies": {"d": "file:../deep"}},
         "shared/.env": "x", "deep/package.json": {"name": "d"}, "other/index.js": "x"},
    )  # fmt: skip

    assert {
        "fn/package.json", "fn/index.js", "fn/data.zip", "layer.zip", "b-1.0.0.tgz",
        "shared/package.json", "deep/package.json",
    } == list_names(tmp_path, layers=(str(tmp_path / "layer.zip"),))  # fmt: skip


def test_a_package_of_the_home_folder_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`~` is the folder that it is for npm, in the project and in what that links."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    write_files(
        tmp_path,
        {"fn/package.json": {**PACKAGE, "dependencies": {"a": "file:~/a"}},
         "home/a/package.json": {"name": "a", "dependencies": {"b": "file:~/b"}},
         "home/b/package.json": {"name": "b"}},
    )  # fmt: skip

    assert {"fn/package.json", "home/a/package.json", "home/b/package.json"} == list_names(tmp_path)


YARN_LOCK = """__metadata:
  version: 8

"a@npm:1.0.0":
  version: 1.0.0
  resolution: "a@npm:1.0.0"

"a@patch:a@npm%3A1.0.0#~/.yarn/patches/a.patch":
  version: 1.0.0
  resolution: "a@patch:a@npm%3A1.0.0#~/.yarn/patches/a.patch::version=1.0.0&hash=0"

"fn@workspace:fn":
  version: 0.0.0-use.local
  resolution: "fn@workspace:fn"
  dependencies:
    a: "patch:a@npm%3A1.0.0#~/.yarn/patches/a.patch"

"root@workspace:.":
  version: 0.0.0-use.local
  resolution: "root@workspace:."
"""


def test_patches_are_read_wherever_they_are(tmp_path: Path) -> None:
    """They are at the root for yarn, in a folder that is never packed."""
    patched = {"a": "patch:a@npm%3A1.0.0#~/.yarn/patches/a.patch"}
    write_files(
        tmp_path,
        {"package.json": {"name": "root", "workspaces": ["fn"]}, "yarn.lock": YARN_LOCK,
         ".yarn/patches/a.patch": "x", ".yarn/patches/other.patch": "x",
         "fn/package.json": {**PACKAGE, "dependencies": patched}, "fn/index.js": HANDLER},
    )  # fmt: skip

    found = list_names(tmp_path)
    assert ".yarn/patches/a.patch" in found
    assert ".yarn/patches/other.patch" not in found


def test_a_package_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A copy without it could not be built either."""
    write_files(tmp_path, {"fn/package.json": {**PACKAGE, "dependencies": {"a": "file:../gone"}}})

    with pytest.raises(ProjectError, match="gone` is not there") as caught:
        list_names(tmp_path)

    assert "ENOPROJECT" == caught.value.code


def test_what_only_development_links_is_not_needed(tmp_path: Path) -> None:
    """A lockfile tells what is packed, so a link of a development dependency may lie anywhere."""
    nodes = {
        "": {"name": "fn", "devDependencies": {"a": "file:../a"}},
        "../a": {"name": "a", "dev": True},
        "node_modules/a": {"resolved": "../a", "link": True, "dev": True},
    }
    write_files(
        tmp_path,
        {"fn/package.json": {**PACKAGE, "devDependencies": {"a": "file:../a"}},
         "fn/package-lock.json": {"lockfileVersion": 3, "packages": nodes},
         "a/package.json": {"name": "a"}},
    )  # fmt: skip

    assert {"fn/package.json", "fn/package-lock.json"} == list_names(tmp_path)


def test_a_function_without_package_json_has_sources(tmp_path: Path) -> None:
    """Its handler is enough; what its tsconfig.json extends belongs to it."""
    write_files(tmp_path, {"fn/index.js": HANDLER, "fn/tsconfig.base.json": "{}"})

    assert {"fn/index.js", "fn/tsconfig.base.json"} == list_names(tmp_path, include=("index.js",))


def test_files_outside_of_a_member_are_sources(tmp_path: Path) -> None:
    """What `include` takes from the workspace, and the root's tsconfig."""
    write_files(
        tmp_path,
        {"package.json": {"name": "root", "workspaces": ["packages/*"]}, "tsconfig.json": "{}",
         "shared/data.json": "1", "shared/other.json": "1",
         "packages/fn/package.json": PACKAGE, "packages/fn/index.js": HANDLER},
    )  # fmt: skip

    names = list_names(tmp_path, "packages/fn", include=("index.js", "../../shared/data.json"))

    assert {
        "package.json", "tsconfig.json", "shared/data.json",
        "packages/fn/package.json", "packages/fn/index.js",
    } == names  # fmt: skip


@pytest.mark.parametrize("has_secret", [False, True])
def test_an_npmrc_with_a_token_stays_at_home(tmp_path: Path, *, has_secret: bool) -> None:
    """Settings of npm decide what is built; tokens are nobody else's."""
    text = "//registry.example/:_authToken=secret\n" if has_secret else "omit=optional\n"
    write_files(tmp_path, {"fn/package.json": PACKAGE, "fn/.npmrc": text})

    assert has_secret == ("fn/.npmrc" not in list_names(tmp_path))


PNPM = """lockfileVersion: '9.0'
importers:
  .: {}
  packages/fn:
    dependencies:
      shared: {specifier: 'workspace:*', version: link:../shared}
  packages/shared: {}
  packages/other: {}
"""
WORKSPACES = {
    "npm": {"package.json": {"name": "root", "workspaces": ["packages/*"]}},
    "pnpm": {
        "package.json": {"name": "root", "packageManager": "pnpm@10.0.0"},
        "pnpm-workspace.yaml": "packages: ['packages/*']\n",
        "pnpm-lock.yaml": PNPM,
    },
}


@pytest.mark.parametrize("tool", WORKSPACES)
def test_a_member_is_built_again_from_a_copy(tool: str, tmp_path: Path) -> None:
    """The root's files and the siblings that it needs are there, and make the same zip."""
    spec = "workspace:*" if tool == "pnpm" else "*"
    member = {**PACKAGE, "dependencies": {"shared": spec}}
    nodes = {
        "": {"name": "root", "workspaces": ["packages/*"]},
        "node_modules/fn": {"resolved": "packages/fn", "link": True},
        "node_modules/shared": {"resolved": "packages/shared", "link": True},
        "node_modules/other": {"resolved": "packages/other", "link": True},
        "packages/fn": member,
        "packages/shared": {"name": "shared", "version": "1.0.0"},
        "packages/other": {"name": "other", "version": "1.0.0"},
    }
    lock = {"package-lock.json": {"name": "root", "lockfileVersion": 3, "packages": nodes}}
    top = tmp_path / "one"
    write_files(
        top,
        {**(lock if tool == "npm" else {}), **WORKSPACES[tool],
         "packages/fn/package.json": member,
         "packages/fn/index.js": f"require('shared')\n{HANDLER}",
         "packages/shared/package.json": {"name": "shared", "version": "1.0.0"},
         "packages/shared/.npmignore": "notes.md\n",
         "packages/shared/index.js": "1\n", "packages/shared/notes.md": "x",
         "packages/other/package.json": {"name": "other", "version": "1.0.0"},
         "packages/other/index.js": "1\n"},
    )  # fmt: skip

    names = list_names(top, "packages/fn")
    for name in names:
        (tmp_path / "two" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(top / name, tmp_path / "two" / name)

    for copy in ("one", "two"):
        package = zipper.build(
            tmp_path / copy / "packages/fn",
            output=tmp_path / f"{copy}.zip",
            cache_dir=tmp_path / "cache",
            offline=True,
        )
        assert package.ok, package.findings
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert "packages/shared/index.js" in names
    assert "packages/other/index.js" not in names


def test_files_that_options_name_are_read(tmp_path: Path) -> None:
    """A trace, a vendored folder, and what lies in a layer of the settings."""
    tables = '[tool.zipper.layers.own]\nproject = "fn"\nfiles = "fn/extra"\nexclude = ["*.txt"]\n'
    tables += '[[tool.zipper.functions]]\nname = "one"\nproject = "fn"\nlayers = ["own"]\n'
    write_files(
        tmp_path,
        {"fn/package.json": PACKAGE, "fn/index.js": HANDLER, "fn/extra/bin/tool": "x",
         "fn/extra/notes.txt": "x", "trace.json": "{}", "vendored/tarballs/a.tgz": "x",
         "vendored/packuments/a.json": "{}", "pyproject.toml": tables},
    )  # fmt: skip
    (request,) = find_requests(f"{tmp_path}/", Settings())
    request = request._replace(
        trace=str(tmp_path / "trace.json"), vendor=str(tmp_path / "vendored")
    )
    io = Circumstances.of(request, None)
    project = read_function_project(request, io)

    found = {
        path.relative_to(tmp_path).as_posix()
        for path in list_read(request, project, io)
        if path.exists()
    }

    assert {
        "fn/package.json", "fn/extra/bin/tool", "trace.json", "vendored/tarballs/a.tgz",
        "vendored/packuments/a.json",
    } == found - {"pyproject.toml"}  # fmt: skip


def test_links_of_other_tools_are_followed(tmp_path: Path) -> None:
    """`link:` and `portal:` from the package's own folder; a spec that is none is passed over."""
    local = {"a": "link:../a", "b": "portal:../b", "c": "file:", "d": "npm:", "e": "^^1"}
    write_files(
        tmp_path,
        {"fn/package.json": {**PACKAGE, "dependencies": local}, "fn/index.js": HANDLER,
         "a/package.json": {"name": "a", "dependencies": {"z": "link:../z"}}, "a/a.js": "x",
         "b/package.json": {"name": "b"}, "z/package.json": {"name": "z"}},
    )  # fmt: skip

    expected = {"a/package.json", "a/a.js", "b/package.json", "z/package.json"}
    assert expected <= list_names(tmp_path)


def test_development_dependencies_count_without_a_lockfile(tmp_path: Path) -> None:
    """Npm's tree has them then: of the project itself, and not of what it links."""
    dev = {"devDependencies": {"tool": "file:../tool"}}
    write_files(
        tmp_path,
        {"fn/package.json": {**PACKAGE, **dev, "dependencies": {"a": "file:../a"}},
         "fn/index.js": HANDLER, "tool/package.json": {"name": "tool"},
         "a/package.json": {"name": "a", "devDependencies": {"other": "file:../other"},
                            "peerDependencies": {"p": "file:../p"},
                            "optionalDependencies": {"o": "file:../o"}},
         "other/package.json": {"name": "other"}, "p/package.json": {"name": "p"},
         "o/package.json": {"name": "o"}},
    )  # fmt: skip

    found = list_names(tmp_path)

    assert {"tool/package.json", "a/package.json", "p/package.json", "o/package.json"} <= found
    assert "other/package.json" not in found


def test_development_dependencies_of_a_member_count_too(tmp_path: Path) -> None:
    """Without a lockfile, as those of a project; of other members their package.json alone."""
    dev = {"devDependencies": {"tool": "file:../../tool"}, "dependencies": {"lib": "*"}}
    other = {"devDependencies": {"other": "file:../../other"}}
    write_files(
        tmp_path,
        {"package.json": {"name": "root", "workspaces": ["packages/*"]},
         "packages/fn/package.json": {**PACKAGE, **dev}, "packages/fn/index.js": HANDLER,
         "packages/lib/package.json": {"name": "lib", **other},
         "packages/apart/package.json": {"name": "apart"}, "packages/apart/index.js": "x",
         "tool/package.json": {"name": "tool"}, "other/package.json": {"name": "other"}},
    )  # fmt: skip

    assert {
        "package.json", "packages/fn/package.json", "packages/fn/index.js", "tool/package.json",
        "packages/lib/package.json", "packages/apart/package.json",
    } == list_names(tmp_path, "packages/fn")  # fmt: skip


def test_a_folder_that_its_lockfile_lacks_has_sources(tmp_path: Path) -> None:
    """Its build says what is wrong; the lockfile is listed all the same."""
    lock = "lockfileVersion: '9.0'\nimporters:\n  other: {}\n"
    write_files(
        tmp_path,
        {"fn/package.json": PACKAGE, "fn/pnpm-lock.yaml": lock, "fn/index.js": HANDLER,
         "fn/other/package.json": {"name": "other"}},
    )  # fmt: skip

    found = list_names(tmp_path)

    assert {"fn/pnpm-lock.yaml", "fn/package.json", "fn/index.js"} <= found
    assert "fn/other/package.json" in found


def find_sources(root: Path, project: str, **settings: object) -> tuple[set[str], list[str]]:
    """Return what is read, and what is never packed."""
    request = request_from(Settings(**settings), folder=str(root / project))
    io = Circumstances.of(request, None)
    found = list_source_files(request, read_function_project(request, io), io)
    left_out = [path.relative_to(root).as_posix() for path in found.left_out]
    return {path.relative_to(root).as_posix() for path in found.files}, left_out


def test_what_is_never_packed_is_told(tmp_path: Path) -> None:
    """Unless a pattern lets it in; links are no files, and others' secrets are left out too."""
    write_files(
        tmp_path,
        {"fn/package.json": {**PACKAGE, "dependencies": {"a": "file:../a"}}, "fn/index.js": "1",
         "fn/.env": "A=1", "fn/key.pem": "-----BEGIN PRIVATE KEY-----", "fn/.git/HEAD": "x",
         "fn/node_modules/x/index.js": "x", "fn/pyproject.toml": "[project]\n",
         "fn/.npmrc": b"; \xe9\nomit=optional\n", "a/package.json": {"name": "a"},
         "a/key.pem": "-----BEGIN PRIVATE KEY-----", "a/uv.toml": "x", "away.js": "x"},
    )  # fmt: skip
    (tmp_path / "fn" / "away").symlink_to("../away.js")
    read = {"fn/package.json", "fn/index.js", "fn/pyproject.toml", "fn/.npmrc"}
    read |= {"a/package.json", "a/uv.toml"}
    left_out = ["fn/.env", "fn/.git", "fn/key.pem", "fn/node_modules"]

    assert (read, left_out) == find_sources(tmp_path, "fn")
    left_out.remove("fn/.env")
    assert (read | {"fn/.env"}, left_out) == find_sources(tmp_path, "fn", exclude=("!.env",))


def test_what_says_what_npm_packs_is_read(tmp_path: Path) -> None:
    """In the folders above a linked package, as far as the project's own; each file is told once.

    Links lead to what they lead to.
    """
    write_files(
        tmp_path,
        {".gitignore": "x", "root/.gitignore": "x", "root/.npmignore": "x",
         "root/package.json": {"name": "root", "dependencies": {"b": "file:deep/er/b"}},
         "root/index.js": HANDLER, "root/deep/.npmignore": "x", "root/deep/er/package.json": "{}",
         "root/deep/er/b/package.json": {"name": "b", "version": "1.0.0",
                                         "bundleDependencies": ["in"], "dependencies": {"in": "1"}},
         "root/deep/er/b/node_modules/in/package.json": {"name": "in", "version": "1.0.0"},
         "root/deep/er/b/node_modules/in/x.js": "x", "root/deep/er/b/b.js": "x"},
    )  # fmt: skip
    (tmp_path / "root" / "link.js").symlink_to("index.js")

    found, _ = find_sources(tmp_path, "root", include=("index.js", "link.js"))

    b = "root/deep/er/b"
    assert found == {
        "root/.gitignore", "root/.npmignore", "root/package.json", "root/index.js",
        "root/deep/.npmignore", "root/deep/er/package.json", f"{b}/package.json", f"{b}/b.js",
        f"{b}/node_modules/in/package.json", f"{b}/node_modules/in/x.js",
    }  # fmt: skip


LOCAL_PNPM = """lockfileVersion: '9.0'
importers:
  packages/fn:
    dependencies:
      folder: {specifier: 'file:../../local/folder', version: 'file:local/folder'}
      packed: {specifier: 'file:../../local/p.tgz', version: 'file:local/p.tgz'}
  packages/other:
    dependencies:
      own: {specifier: 'file:own', version: 'file:packages/other/own'}
packages:
  folder@file:local/folder: {resolution: {directory: local/folder, type: directory}}
  own@file:packages/other/own: {resolution: {directory: packages/other/own, type: directory}}
  packed@file:local/p.tgz: {resolution: {tarball: 'file:local/p.tgz'}, version: 1.0.0}
snapshots:
  folder@file:local/folder: {}
  own@file:packages/other/own: {}
  packed@file:local/p.tgz: {}
"""


def test_what_another_lockfile_says_is_followed(tmp_path: Path) -> None:
    """Folders and tarballs of the member alone; settings of the tool; every member's manifest."""
    local = {"folder": "file:../../local/folder", "packed": "file:../../local/p.tgz"}
    write_files(
        tmp_path,
        {"package.json": {"name": "root"}, "pnpm-lock.yaml": LOCAL_PNPM,
         "pnpm-workspace.yaml": "packages: ['packages/*']\n", ".npmrc": "omit=optional\n",
         "tsconfig.json": "{}", "packages/tsconfig.a.json": "{}", "packages/fn/tsconfig.json": "{}",
         "packages/fn/package.json": {**PACKAGE, "dependencies": local},
         "packages/fn/index.js": HANDLER, "packages/other/package.json": {"name": "other"},
         "packages/other/own/package.json": {"name": "own"},
         "local/folder/package.json": {"name": "folder"}, "local/folder/a.js": "x",
         "local/p.tgz": "x", "local/other.tgz": "x"},
    )  # fmt: skip

    found, _ = find_sources(tmp_path, "packages/fn")

    fn = {f"packages/fn/{name}" for name in ("package.json", "index.js", "tsconfig.json")}
    assert found == fn | {
        "package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc", "tsconfig.json",
        "packages/tsconfig.a.json", "packages/other/package.json", "local/folder/package.json",
        "local/folder/a.js", "local/p.tgz",
    }  # fmt: skip


def test_links_of_npms_lockfile_are_read(tmp_path: Path) -> None:
    """Of a project that is no member: what is packed, and members of its workspace."""
    root = {"name": "root", "workspaces": ["ws"], "dependencies": {"a": "file:a"}}
    nodes = {
        "": root,
        "a": {"name": "a", "version": "1.0.0"},
        "ws": {"name": "ws", "version": "1.0.0"},
        "tool": {"name": "tool", "version": "1.0.0", "dev": True},
        "b": {"name": "b", "version": "1.0.0"},
        "node_modules/a": {"resolved": "a", "link": True},
        "node_modules/b": {"resolved": "b", "link": True},
        "node_modules/ws": {"resolved": "ws", "link": True},
        "node_modules/tool": {"resolved": "tool", "link": True, "dev": True},
    }
    files: dict[str, str | bytes | dict] = {
        f"{name}/package.json": {"name": name, "version": "1.0.0"} for name in ("b", "ws", "tool")
    }
    files["a/package.json"] = {"name": "a", "version": "1.0.0", "dependencies": {"b": "^1.0.0"}}
    lock = {"lockfileVersion": 3, "packages": nodes}
    write_files(
        tmp_path,
        {"package.json": root, "package-lock.json": lock, "index.js": HANDLER, "a/a.js": "x",
         "ws/w.js": "x", "tool/t.js": "x", **files},
    )  # fmt: skip

    found, _ = find_sources(tmp_path, ".", include=("index.js",))

    assert found == {
        "package.json", "package-lock.json", "index.js", "a/package.json", "a/a.js",
        "b/package.json", "ws/package.json", "ws/w.js",
    }  # fmt: skip
