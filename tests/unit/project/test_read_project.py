"""A folder becomes a project, or one coded error that names what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.scene import write_files
from zipper.errors import LockfileError, ProjectError
from zipper.project.read_manifest import read_manifest
from zipper.project.read_project import Project, read_project

if TYPE_CHECKING:
    from pathlib import Path

LOCK = {"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1.0.0"}}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project folder, on a machine without settings of npm."""
    for name in ("HOME", "PREFIX"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv("npm_config_registry", raising=False)
    (tmp_path / "my-folder").mkdir()
    return tmp_path / "my-folder"


def read(folder: Path, files: dict[str, str | bytes | dict]) -> Project:
    write_files(folder, files)
    return read_project(folder)


@pytest.mark.parametrize(
    ("manifest", "name"),
    [
        ({"name": "fn"}, "fn"),
        ({"name": "@scope/fn"}, "fn"),
        ({}, "my-folder"),
        ({"name": 7}, "my-folder"),
        ({"name": "../../up"}, "up"),
        ({"name": "..\\..\\up"}, "up"),
        ({"name": "C:up"}, "up"),
        ({"name": "x\0y"}, "y"),
        ({"name": "up/"}, "my-folder"),
        ({"name": ""}, "my-folder"),
    ],
)
def test_name_is_the_package_or_the_folder(folder: Path, manifest: dict, name: str) -> None:
    """The function is called like its package, without the scope, or like its folder."""
    assert name == read(folder, {"package.json": manifest}).name


def test_no_lockfile_is_none(folder: Path) -> None:
    """A project without lockfile is one too."""
    assert None is read(folder, {"package.json": "{}"}).lockfile


def test_shrinkwrap_is_stronger(folder: Path) -> None:
    """Of npm's two names npm-shrinkwrap.json wins, as for npm."""
    project = read(
        folder,
        {"package.json": "{}", "package-lock.json": LOCK, "npm-shrinkwrap.json": {"packages": {}}},
    )

    assert project.lockfile is not None
    assert project.lockfile.path.endswith("npm-shrinkwrap.json")
    assert [""] == list(project.lockfile.tree.nodes)


def test_lockfiles_that_do_not_count_are_noticed(folder: Path) -> None:
    """One that another one makes no difference is said, npm's own included."""
    files: dict[str, str | bytes | dict] = {"package.json": "{}", "bun.lock": ""}

    assert () == read(folder, files).unread_lockfiles
    assert ("bun.lock",) == read(folder, {"package-lock.json": LOCK}).unread_lockfiles
    manifest = {"packageManager": "bun@1.4.5"}
    assert ("package-lock.json",) == read(folder, {"package.json": manifest}).unread_lockfiles


def test_byte_order_mark_is_taken(folder: Path) -> None:
    """A file that Windows editors begin with a mark is read."""
    assert "fn" == read(folder, {"package.json": b'\xef\xbb\xbf{"name": "fn"}'}).name


def test_yarn_lock_counts_where_npm_has_none(folder: Path) -> None:
    """What yarn chose is in the project, is part of its fingerprint, and is not called unread."""
    old, new = (f'a@^1.0.0:\n  version "{version}"\n' for version in ("1.0.0", "1.1.0"))
    before = read(folder, {"package.json": "{}", "yarn.lock": old})
    after = read(folder, {"yarn.lock": new})

    assert ["1.0.0"] == [entry.version for entry in before.yarn_lock.values()]
    assert () == before.unread_lockfiles
    assert before.fingerprint != after.fingerprint
    assert read(folder, {"package-lock.json": LOCK}).yarn_lock is None


def test_yarn_lock_that_is_not_read_to_its_end_is_noticed(folder: Path) -> None:
    """What is behind a line that npm cannot read counts for nothing."""
    text = 'a@^1.0.0:\n  version "1.0.0"\n\n?\n'

    assert ("yarn.lock",) == read(
        folder, {"package.json": "{}", "yarn.lock": text}
    ).unread_lockfiles


@pytest.mark.parametrize("mark", ["<<<<<<< HEAD", ">>>>>>> main", "<<<<<<< HEAD\r"])
def test_yarn_lock_in_the_middle_of_a_merge_is_refused(folder: Path, mark: str) -> None:
    """Which side counts is not ours to guess; beside a lockfile of npm's neither does."""
    text = f'a@^1.0.0:\n  version "1.0.0"\n\n{mark}\n'
    with pytest.raises(LockfileError) as caught:
        read(folder, {"package.json": "{}", "yarn.lock": text})

    assert "ELOCKFILE" == caught.value.code
    assert (("at", "line 4"),) == caught.value.facts
    read(folder, {"package-lock.json": LOCK})


@pytest.mark.parametrize(
    ("files", "error", "code"),
    [
        ({}, ProjectError, "ENOPROJECT"),
        ({"package.json": "{"}, ProjectError, "EJSONPARSE"),
        ({"package.json": "[]"}, ProjectError, "EJSONPARSE"),
        ({"package.json": {"dependencies": ["ms"]}}, ProjectError, "EINVALIDPACKAGE"),
        ({"package.json": {"workspaces": "packages/*"}}, ProjectError, "EWORKSPACESCONFIG"),
        ({"package.json": {"workspaces": {"nohoist": []}}}, ProjectError, "EWORKSPACESCONFIG"),
        ({"package.json/x": ""}, ProjectError, "EREAD"),
        ({"package.json": "{}", "package-lock.json": "{"}, LockfileError, "EJSONPARSE"),
        ({"package.json": "{}", "package-lock.json/x": ""}, ProjectError, "EREAD"),
        ({"package.json": "{}", "yarn.lock/x": ""}, ProjectError, "EREAD"),
        (
            {"package.json": "{}", "package-lock.json": {"lockfileVersion": 9}},
            LockfileError,
            "ELOCKVERSION",
        ),
    ],
)
def test_what_cannot_be_read_is_coded(
    folder: Path, files: dict, error: type[Exception], code: str
) -> None:
    """Each way in which a project cannot be read has its code."""
    with pytest.raises(error) as raised:
        read(folder, files)

    assert code == raised.value.code
    assert str(folder) in raised.value.message


def test_folder_that_is_none(folder: Path) -> None:
    """A file, and nothing at all, are told apart."""
    write_files(folder, {"file": ""})

    with pytest.raises(ProjectError, match="is a file, not a folder"):
        read_project(folder / "file")
    with pytest.raises(ProjectError, match="does not exist"):
        read_project(folder / "nowhere")


def test_manifest_alone(folder: Path) -> None:
    """A folder's manifest can be read by itself."""
    write_files(folder, {"package.json": {"name": "w", "version": "2.0.0"}})

    assert "2.0.0" == read_manifest(folder).version


def test_a_folder_of_commands_is_listed(folder: Path) -> None:
    """`directories.bin` names the files that are there."""
    manifest = {"name": "w", "directories": {"bin": "cmd"}}
    write_files(folder, {"package.json": manifest, "cmd/run": "1"})

    assert {"run": "cmd/run"} == dict(read_manifest(folder).bin)


def test_workspaces_are_found(folder: Path) -> None:
    """Folders that the patterns select are workspaces, by the names in their manifests."""
    project = read(
        folder,
        {
            "package.json": {"workspaces": ["packages/*"]},
            "packages/a/package.json": {"name": "@s/a"},
            "packages/b/package.json": {},
            "packages/c/index.js": "",
            "other/package.json": {"name": "other"},
        },
    )

    assert {"@s/a": "packages/a", "b": "packages/b"} == dict(project.workspaces)


def test_fingerprint_follows_what_a_tree_depends_on(folder: Path) -> None:
    """Manifests and lockfile change it; code and the place of the project do not."""
    files: dict[str, str | bytes | dict] = {
        "package.json": {"workspaces": ["w"]},
        "w/package.json": {"name": "w"},
        "package-lock.json": LOCK,
    }
    first = read(folder, files).fingerprint

    assert first == read(folder, {"index.js": "1", "w/index.js": "1"}).fingerprint
    changed = {
        read(folder, {name: {"x": name}, **_without(files, name)}).fingerprint for name in files
    }
    assert first not in changed
    assert len(files) == len(changed)


def test_fingerprint_follows_a_folder_of_commands(folder: Path) -> None:
    """Where `directories.bin` names a folder, the files in it are the package's commands."""
    manifest = {"name": "fn", "directories": {"bin": "commands"}}
    first = read(folder, {"package.json": manifest, "commands/a.js": ""}).fingerprint

    assert first == read(folder, {"other/b.js": "", "commands/a.js": "1"}).fingerprint
    assert first != read(folder, {"commands/b.js": ""}).fingerprint


def _without(files: dict, name: str) -> dict:
    return {key: value for key, value in files.items() if key != name}


def test_settings_of_the_project_are_read(folder: Path) -> None:
    """The project's .npmrc counts, and options over it."""
    write_files(folder, {"package.json": "{}", ".npmrc": "omit=optional\n"})

    assert frozenset({"optional"}) == frozenset(read_project(folder).npm.omit)
    options = {"registry": "https://registry.example/"}
    assert "https://registry.example/" == read_project(folder, npm_options=options).npm.registry


@pytest.mark.parametrize(
    ("workspaces", "lockfile", "expected"),
    [
        (["my-*"], None, True),
        ({"packages": ["my-folder"]}, None, True),
        (["other/*"], None, False),
        ("no list", None, False),
        (["my-*"], LOCK, True),
    ],
)
def test_a_member_is_read_from_its_root(
    folder: Path, workspaces: object, lockfile: str | dict | None, *, expected: bool
) -> None:
    """The nearest folder above whose patterns select it is the root, as for npm."""
    write_files(folder.parent, {"package.json": {"name": "root", "workspaces": workspaces}})
    files = {"package.json": {}, **({} if lockfile is None else {"package-lock.json": lockfile})}

    project = read(folder, files)

    assert (folder.parent if expected else folder) == project.root
    assert ("my-folder" if expected else "") == project.member
    assert (folder, "my-folder") == (project.folder, project.name)


def test_a_member_is_read_alone_on_request(folder: Path) -> None:
    """Without its root it has its own lockfile, and its siblings' names are known as theirs."""
    write_files(
        folder.parent,
        {
            "package.json": {"workspaces": ["*"]},
            "shared/package.json": {"name": "shared"},
            "my-folder/package.json": {"name": "fn"},
            "my-folder/package-lock.json": LOCK,
        },
    )

    project = read_project(folder, workspace=False)

    assert (folder, "") == (project.root, project.member)
    assert project.lockfile is not None
    assert folder.parent == project.workspace_root
    assert {"fn": "my-folder", "shared": "shared"} == dict(project.siblings)
