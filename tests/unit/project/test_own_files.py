"""Which of the project's files go into the package, and how they are read."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.scene import write_files
from zipper.archive.compress import compress
from zipper.errors import ProjectError
from zipper.files import is_executable
from zipper.project.own_files import choose_files, read_entries

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.project.own_files import OwnFiles


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    write_files(
        folder,
        {
            "package.json": "{}",
            "index.js": "1",
            "src/app.js": "1",
            "src/app.test.js": "1",
            "src/data.map": "1",
        },
    )
    return folder


def reasons(choice: OwnFiles) -> dict[str, str]:
    return {item.path: item.reason for item in choice.left_out}


def test_takes_every_file_sorted_by_bytes(project: Path) -> None:
    """Files of every folder, named with slashes, in the order of their bytes."""
    write_files(project, {"Z.js": "", "é.js": "", "src-2/a.js": ""})

    expected = [
        "Z.js", "index.js", "package.json", "src-2/a.js", "src/app.js", "src/app.test.js",
        "src/data.map", "é.js",
    ]  # fmt: skip
    assert expected == list(choose_files(project).files)


def test_exclude_leaves_out_without_a_word(project: Path) -> None:
    """What the user excludes is no finding."""
    choice = choose_files(project, exclude=["*.map", "*.test.js"])

    assert ("index.js", "package.json", "src/app.js") == choice.files
    assert () == choice.left_out


def test_include_takes_only_what_matches(project: Path) -> None:
    """With patterns to include, others stay out; package.json decides how Node reads files."""
    choice = choose_files(project, include=["src/"], exclude=["*.map"])

    assert ("package.json", "src/app.js", "src/app.test.js") == choice.files


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        (".env", "A=1", "it may hold secrets"),
        (".env.production", "A=1", "it may hold secrets"),
        ("config/.env.local", "A=1", "it may hold secrets"),
        (".npmrc", "", "it may hold tokens of a registry"),
        (".yarnrc.yml", "", "it may hold tokens of a registry"),
        (".pnp.cjs", "", "it is yarn's own loader; dependencies are in node_modules"),
        ("keys/id_rsa", "", "it is a private key"),
        ("server.key", "-----BEGIN EC PRIVATE KEY-----", "it is a private key"),
        ("server.pem", "x\n-----BEGIN PRIVATE KEY-----", "it is a private key"),
        ("store.p12", "", "it is a private key"),
    ],
)
def test_secrets_stay_out(project: Path, name: str, text: str, reason: str) -> None:
    """What may hold secrets is left out with its reason, and a negated pattern brings it back."""
    write_files(project, {name: text})

    assert {name: reason} == reasons(choose_files(project))
    assert name in choose_files(project, exclude=[f"!{name}"]).files


@pytest.mark.parametrize("name", [".env.example", "ca.pem", "answer.key", ".envoy/x", "env.js"])
def test_what_only_looks_like_a_secret_is_taken(project: Path, name: str) -> None:
    """Examples, certificates and other keys are no secrets, as far as their content tells."""
    write_files(project, {name: "-----BEGIN CERTIFICATE-----"})

    assert name in choose_files(project).files


@pytest.mark.parametrize("name", ["node_modules", ".git", ".hg", ".svn", ".yarn"])
@pytest.mark.parametrize("prefix", ["", "src/"])
def test_folders_of_tools_stay_out(project: Path, prefix: str, name: str) -> None:
    """Installed modules and version control are left out, wherever they lie."""
    write_files(project, {f"{prefix}{name}/x.js": ""})
    choice = choose_files(project)

    assert [f"{prefix}{name}/"] == [item.path for item in choice.left_out]
    assert not any(name in file.split("/") for file in choice.files)


def test_what_is_written_is_not_read(project: Path) -> None:
    """Neither the zip nor a temporary file of a build is part of a package."""
    write_files(project, {"out/fn.zip": "", "out/.fn.zip.1-2.zipper-tmp": "", "out/x": ""})

    choice = choose_files(project, outputs=frozenset({project / "out" / "fn.zip"}))

    assert "out/x" in choice.files
    assert not {"out/fn.zip", "out/.fn.zip.1-2.zipper-tmp"} & set(choice.files)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
class TestLinks:
    """Links are followed inside of the project only."""

    def test_inside_are_followed(self, project: Path) -> None:
        """A link to a file or folder of the project stands for its content."""
        (project / "linked.js").symlink_to("index.js")
        (project / "lib").symlink_to("src")
        choice = choose_files(project, include=["lib/", "linked.js"])

        assert {"package.json", "linked.js", "lib/app.js", "lib/app.test.js", "lib/data.map"} == {
            *choice.files
        }

    def test_outside_are_left_out(self, project: Path, tmp_path: Path) -> None:
        """A link that leads out of the project is left out, absolute or not, and told."""
        write_files(tmp_path, {"secret": "s", "elsewhere/x": "x", "project-2/y": "y"})
        for name, target in (
            ("absolute", tmp_path / "secret"),
            ("relative", "../secret"),
            ("folder", "../elsewhere"),
            ("neighbour", "../project-2/y"),
        ):
            (project / name).symlink_to(target)

        told = reasons(choose_files(project))

        assert (
            dict.fromkeys(
                ["absolute", "relative", "folder", "neighbour"],
                "it is a link that leaves the project",
            )
            == told
        )

    def test_circles_end(self, project: Path) -> None:
        """A link to a folder above itself is not followed again and again."""
        (project / "src" / "up").symlink_to("..")
        (project / "src" / "self").symlink_to(".")

        files = choose_files(project).files

        assert all(name.count("up/") <= 1 and name.count("self/") <= 1 for name in files)

    def test_broken_ones_are_nothing(self, project: Path) -> None:
        """A link to nothing in the project is no file."""
        (project / "broken").symlink_to("nowhere")

        assert "broken" not in choose_files(project).files

    def test_special_files_are_nothing(self, project: Path) -> None:
        """A fifo is not read: nobody would ever write into it."""
        os.mkfifo(project / "fifo")

        assert "fifo" not in choose_files(project).files


def test_files_are_deflated_with_their_modes(project: Path) -> None:
    """Contents and the executable bit are those on disk; the umask and other bits do not matter."""
    (project / "index.js").chmod(0o744)
    (project / "package.json").chmod(0o600)

    entries = list(read_entries(choose_files(project, include=["index.js"])))

    assert [
        compress("index.js", b"1", executable=os.name == "posix"),
        compress("package.json", b"{}", executable=False),
    ] == entries


def test_file_that_vanished_is_named(project: Path) -> None:
    """A file that is gone between choosing and reading is EREAD."""
    choice = choose_files(project)
    (project / "index.js").unlink()

    with pytest.raises(ProjectError, match=r"index\.js") as raised:
        list(read_entries(choice))

    assert "EREAD" == raised.value.code


@pytest.mark.parametrize(("mode", "expected"), [(0o755, True), (0o644, False), (0o645, False)])
@pytest.mark.skipif(os.name != "posix", reason="modes decide on POSIX")
def test_owner_decides_what_is_executable(mode: int, expected: bool) -> None:
    """The owner's bit counts, as in version control."""
    assert expected == is_executable(mode, b"#!/bin/sh")
