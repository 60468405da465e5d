"""What a metafile says of a bundle: beside its zip, or given by hand."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import zipper
from tests.support.checking import zip_files
from tests.support.scene import write_files
from zipper.errors import ProjectError
from zipper.pipeline.explaining import (
    explain_package,
    read_from_folder,
    read_from_zip,
    read_inventory,
    split_bundles,
    take_inventory,
)
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from tests.support.scene import Scene

BUNDLE = "x" * 100
META: dict[str, Any] = {
    "inputs": {},
    "outputs": {
        "out/index.js": {
            "bytes": 100,
            "inputs": {
                "src/index.ts": {"bytesInOutput": 30},
                "node_modules/a/index.js": {"bytesInOutput": 60},
            },
        }
    },
}
PACKAGES = {"node_modules/a": {"name": "a", "version": "1.0.0", "bytesInOutput": 60}}


@pytest.fixture
def zipped(tmp_path: Path) -> Path:
    """A zip of one bundle."""
    path = tmp_path / "fn.zip"
    path.write_bytes(zip_files({"index.js": BUNDLE, "package.json": '{"name": "fn"}'}))
    return path


def beside(path: Path, **changes: Any) -> None:
    """Write the metafile that a build leaves beside its zip."""
    digest = b64encode(sha256(path.read_bytes()).digest()).decode()
    zip_ = {"code_sha256": digest, "bundle": "index.js"}
    document = {"zip": zip_, **META, "packages": PACKAGES, **changes}
    Path(f"{path}.meta.json").write_text(json.dumps(document))


def test_a_metafile_beside_a_zip_counts_where_it_is_about_it(zipped: Path) -> None:
    """One of another zip, and what is none, say nothing."""
    assert {} == read_inventory(zipped).parts
    beside(zipped)

    found = read_inventory(zipped)

    expected = {"src/index.ts": 30, "node_modules/a/index.js": 60, "": 10}
    assert {"index.js": expected} == found.parts
    assert ["node_modules/a"] == list(found.bundled)
    beside(zipped, zip={"code_sha256": "other"})
    assert {} == read_inventory(zipped).parts
    for text in ("no json", "[]", "[" * 100_000, '{"zip": 7}'):
        Path(f"{zipped}.meta.json").write_text(text)
        assert {} == read_inventory(zipped).parts


def test_a_metafile_is_given_by_hand(zipped: Path, tmp_path: Path) -> None:
    """It goes before what maps say; without one those count."""
    meta = tmp_path / "meta.json"
    meta.write_text(json.dumps(META))
    inventory = read_inventory(zipped)
    read = read_from_zip(zipped)

    assert {} == split_bundles(inventory, read, None).parts
    assert 60 == split_bundles(inventory, read, meta).parts["index.js"]["node_modules/a/index.js"]


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (None, "EREAD", "cannot read"),
        ("{", "EJSONPARSE", "is not JSON"),
        ("{}", "EJSONPARSE", "cannot be used"),
        ('{"outputs": {}}', "EJSONPARSE", "describes no file of the package"),
    ],
)
def test_what_is_no_metafile_is_refused(
    zipped: Path, tmp_path: Path, text: str | None, code: str, message: str
) -> None:
    """The error names the file."""
    meta = tmp_path / "meta.json"
    if text is not None:
        meta.write_text(text)

    with pytest.raises(ProjectError, match=message) as raised:
        split_bundles(read_inventory(zipped), read_from_zip(zipped), meta)

    assert code == raised.value.code
    assert str(meta) in raised.value.message
    assert raised.value.hint


def test_files_are_read_from_a_zip_or_a_folder(zipped: Path, tmp_path: Path) -> None:
    """What is absent, damaged or too large has no content."""
    (tmp_path / "a.txt").write_text("own")
    in_zip, in_folder = read_from_zip(zipped), read_from_folder(tmp_path)

    assert (BUNDLE.encode(), None) == (in_zip("index.js"), in_zip("absent"))
    assert (b"own", None, None) == tuple(map(in_folder, ("a.txt", "absent", ".")))
    data = zipped.read_bytes()
    at = data.index(b"index.js") - 30  # its own header
    zipped.write_bytes(data[:at] + bytes(4) + data[at + 4 :])
    assert read_from_zip(zipped)("index.js") is None


def lock_of(packages: dict[str, dict[str, Any]], root: dict[str, Any]) -> dict[str, Any]:
    entries = {
        f"node_modules/{name}": {
            "version": "1.0.0", "resolved": f"https://registry.example/{name}.tgz",
            "integrity": f"sha512-{'A' * 86}==", **entry,
        }
        for name, entry in packages.items()
    }  # fmt: skip
    return {"name": "fn", "lockfileVersion": 3, "packages": {"": root, **entries}}


def chains_of(folder: Path, name: str, *, every: bool = False) -> list[list[str]]:
    settings = Settings(cache_dir=str(folder / "cache"))
    found, tree = explain_package(request_from(settings, folder=str(folder)), name, every=every)
    (copy,) = found.copies
    assert copy.node is tree.nodes[f"node_modules/{name}"]
    return [[step.name for step in chain][-2:] for chain in copy.chains]


def test_fifty_chains_are_found_or_every_one(tmp_path: Path) -> None:
    """Of a package that much needs; all of it is asked of the lockfile alone."""
    names = [f"p{number}" for number in range(60)]
    root = {"name": "fn", "dependencies": dict.fromkeys(names, "1")}
    packages: dict[str, Any] = {name: {"dependencies": {"z": "1"}} for name in names}
    write_files(
        tmp_path, {"package.json": root, "package-lock.json": lock_of({**packages, "z": {}}, root)}
    )

    (copy,) = zipper.explain(tmp_path, "z", cache_dir=tmp_path / "cache").copies
    assert (50, 60) == (len(copy.chains), len(chains_of(tmp_path, "z", every=True)))


@pytest.mark.parametrize(
    ("npmrc", "chains"),
    [("", [["b"], ["a", "b"]]), ("legacy-peer-deps=true", [["b"]])],
)
def test_peers_are_chains_where_npm_installs_them(
    tmp_path: Path, npmrc: str, chains: list[list[str]]
) -> None:
    """With `legacy-peer-deps` it does not."""
    root = {"name": "fn", "dependencies": {"a": "1", "b": "1"}}
    packages = {"a": {"peerDependencies": {"b": "1"}}, "b": {}}
    write_files(
        tmp_path,
        {"package.json": root, "package-lock.json": lock_of(packages, root), ".npmrc": npmrc},
    )

    assert sorted(chains) == sorted(chains_of(tmp_path, "b"))


@pytest.mark.parametrize("member_needs_root", [False, True])
def test_of_a_member_its_own_packages_are_explained(
    tmp_path: Path, member_needs_root: bool
) -> None:
    """Those of the root with it where they are packed too; what is for development as well."""
    root = {"name": "root", "workspaces": ["fn"], "dependencies": {"r": "1"}}
    member = {"name": "fn", "dependencies": {"a": "1"}, "devDependencies": {"d": "1"}}
    elsewhere = {"cpu": ["s390x"]}  # that a build would refuse it is no matter here
    lock = lock_of({"a": elsewhere, "d": {"dev": True}, "r": {}}, root)
    lock["packages"] |= {"fn": member, "node_modules/fn": {"resolved": "fn", "link": True}}
    write_files(tmp_path, {"package.json": root, "package-lock.json": lock})
    write_files(tmp_path / "fn", {"package.json": member})
    settings = Settings(
        cache_dir=str(tmp_path / "cache"), include_root_dependencies=member_needs_root
    )
    request = request_from(settings, folder=str(tmp_path / "fn"))

    copies = {name: len(explain_package(request, name)[0].copies) for name in "adr"}

    assert {"a": 1, "d": 1, "r": int(member_needs_root)} == copies


PNPM = """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: {specifier: '1', version: 1.0.0}
packages:
  a@1.0.0: {resolution: {integrity: SRI}}
snapshots:
  a@1.0.0: {}
"""


@pytest.mark.parametrize("name", ["pnpm-lock.yaml", "package-lock.json"])
def test_an_inventory_of_a_project_has_licences(called_scene: Scene, name: str) -> None:
    """Npm's lockfile says them, else the packages themselves; it has the name of the zip."""
    made = called_scene.publish("a", license="MIT", files={"index.js": b"1"})
    called_scene.depend("a", lock={"node_modules/a": {"license": "of the lockfile"}})
    if name == "pnpm-lock.yaml":
        text = PNPM.replace("SRI", made["dist"]["integrity"])
        called_scene.write({name: text, "package.json": {"name": "fn", "dependencies": {"a": "1"}}})
        (called_scene.project / "package-lock.json").unlink()
    request = request_from(Settings(output="out/x.zip"), folder=str(called_scene.project))

    found = take_inventory(request)

    expected = "MIT" if name == "pnpm-lock.yaml" else "of the lockfile"
    assert ["", expected] == [str(row.manifest.raw.get("license", "")) for row in found.packages]
    assert "x.zip" == found.path
    assert {"index.js", "node_modules/a/index.js"} <= {file.name for file in found.files}
