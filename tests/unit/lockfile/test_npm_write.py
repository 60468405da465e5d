"""package-lock.json as npm writes it."""

from __future__ import annotations

import json
import re

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import resolve
from tests.support.shared import CONFORMANCE
from zipper.lockfile.json_nice import stringify_nicely
from zipper.lockfile.npm_read import read_lockfile
from zipper.lockfile.npm_write import TextFormat, infer_text_format, write_lockfile
from zipper.npm.package_json import parse_manifest

_LOCKED = sorted(CONFORMANCE.glob("lockfiles/*/package-lock.json"))


@pytest.mark.parametrize("path", _LOCKED, ids=lambda path: path.parent.name)
def test_npms_own_lockfiles_are_written_back_unchanged(path: object) -> None:
    """Reading a lockfile of npm and writing it gives the same bytes."""
    text = path.read_text(encoding="utf-8")
    package_json = (path.parent / "package.json").read_text(encoding="utf-8")
    manifest = parse_manifest(json.loads(package_json))
    tree = read_lockfile(text, path=str(path), manifest=manifest).tree

    actual = write_lockfile(
        tree,
        folder=path.parent.as_posix(),
        layout=infer_text_format(package_json),
        version=json.loads(text)["lockfileVersion"],
    )

    assert text == actual


def test_version_1_is_version_2_without_packages() -> None:
    """Npm's own file of version 2 has both, and each of them stands alone in another version."""
    folder = CONFORMANCE / "lockfiles" / "version-2"
    locked = json.loads((folder / "package-lock.json").read_text("utf-8"))
    manifest = parse_manifest(json.loads((folder / "package.json").read_text("utf-8")))
    tree = read_lockfile(json.dumps(locked), path="x", manifest=manifest).tree

    for version, absent in ((1, "packages"), (3, "dependencies")):
        expected = {key: value for key, value in locked.items() if key != absent}
        actual = json.loads(write_lockfile(tree, folder=folder.as_posix(), version=version))
        assert expected | {"lockfileVersion": version} == actual


def test_a_compact_lockfile_is_one_line() -> None:
    """`format-package-lock=false` leaves out every space and line break."""
    text = write_lockfile(_TREE, folder="/fn", layout=TextFormat(is_compact=True))

    assert text.startswith(
        '{"name":"fn","version":"1.0.0","lockfileVersion":3,"requires":true,"pack'
    )
    assert json.loads(write_lockfile(_TREE, folder="/fn")) == json.loads(text)
    assert not re.search(r"\s", text)


_TREE = resolve(
    project({"dependencies": {"pad": "^1.0.0"}}),
    registry(
        {
            "pad@1.3.0": {
                "license": {"type": "MIT", "url": "x"},
                "funding": "https://example.com",
                "bin": "./cli.js",
                "engines": {},
                "scripts": {"install": "node-gyp rebuild"},
            }
        }
    ),
).tree


def test_an_entry_has_npms_keys_in_npms_order() -> None:
    """Plain values come before objects, preferred keys first, then by name."""
    entry = json.loads(write_lockfile(_TREE, folder="/fn"))["packages"]["node_modules/pad"]

    assert {
        "version": "1.3.0",
        "resolved": "https://registry.example/pad/-/pad-1.3.0.tgz",
        "hasInstallScript": True,
        "license": "MIT",
        "bin": {"pad": "cli.js"},
        "funding": {"url": "https://example.com"},
    } == entry
    assert ["version", "resolved", "hasInstallScript", "license", "bin", "funding"] == list(entry)


def test_empty_dev_dependencies_of_the_project_are_recorded() -> None:
    """Npm leaves out every other field that is empty."""
    empty: dict[str, object] = {"dependencies": {}, "devDependencies": {}, "peerDependencies": {}}
    tree = resolve(project(empty), registry({})).tree

    entry = json.loads(write_lockfile(tree, folder="/fn"))["packages"][""]

    assert {"name": "fn", "version": "1.0.0", "devDependencies": {}} == entry


def test_where_registry_packages_come_from_may_be_left_out() -> None:
    """`omit-lockfile-registry-resolved` keeps the registry's address out of the file."""
    text = write_lockfile(_TREE, folder="/fn", omit_registry_resolved=True)

    assert "registry.example" not in text


def test_a_root_without_anything_to_tell_has_no_entry() -> None:
    """A package.json of `{}` gives a lockfile without packages."""
    bare = read_lockfile('{"packages": {}}', path="", manifest=parse_manifest({})).tree

    assert {} == json.loads(write_lockfile(bare, folder="/fn"))["packages"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{\n  "name": "a"\n}\n', TextFormat()),
        ('{\n\t"name": "a"\n}\n', TextFormat(indent="\t")),
        ('{\r\n    "name": "a"\r\n}', TextFormat(indent="    ", newline="\r\n")),
        ('{"name":"a"}', TextFormat()),
        ("{}", TextFormat()),
    ],
)
def test_the_layout_is_that_of_package_json(text: str, expected: TextFormat) -> None:
    """Indentation and line ends are taken over; a single line has none to take."""
    assert expected == infer_text_format(text)


def test_keys_that_look_like_an_index_come_first() -> None:
    """JavaScript's objects put them there, whatever the order of insertion."""
    text = stringify_nicely({"b": 1, "10": 2, "2": 3, "a": {"x": 1}}, first_keys=(), indent="")

    assert ["2", "10", "b", "a"] == list(json.loads(text))
