"""A fingerprint changes with whatever changes the zip, and with nothing of the machine."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scene import HANDLER, write_files
from zipper.errors import LockfileError, ProjectError
from zipper.lockfile.pnpm_checksums import hash_text
from zipper.pipeline.fingerprinting import fingerprint_requested
from zipper.settings.build_request import request_from
from zipper.settings.read_settings import find_requests
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def locked(**packages: str) -> dict:
    """Return a lockfile of packages, each with its integrity."""
    entries = {
        f"node_modules/{name}": {
            "version": "1.0.0",
            "resolved": f"https://registry.example/{name}-1.0.0.tgz",
            "integrity": integrity,
        }
        for name, integrity in packages.items()
    }
    root = {"name": "fn", "dependencies": dict.fromkeys(packages, "1.0.0")}
    return {"name": "fn", "lockfileVersion": 3, "packages": {"": root, **entries}}


def project(folder: Path) -> Path:
    """Write a project with one locked dependency from the registry and one on this disk."""
    lock = locked(a="sha512-AAAA")
    lock["packages"][""]["dependencies"]["b"] = "file:../b"
    lock["packages"]["node_modules/b"] = {"resolved": "../b", "link": True}
    lock["packages"]["../b"] = {"name": "b", "version": "1.0.0"}
    write_files(
        folder,
        {
            "fn/package.json": {"name": "fn", "dependencies": lock["packages"][""]["dependencies"]},
            "fn/package-lock.json": lock,
            "fn/index.js": HANDLER,
            "b/package.json": {"name": "b", "version": "1.0.0", "files": ["index.js"]},
            "b/index.js": "exports.b = 1\n",
            "b/other.txt": "not packed\n",
        },
    )
    return folder / "fn"


def take(folder: Path, **settings: Any) -> str:
    return fingerprint_requested(request_from(Settings(**settings), folder=str(folder)))


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def test_it_is_the_same_in_another_place_at_another_time(tmp_path: Path) -> None:
    """A checkout on another machine has other paths, times, caches and installed packages."""
    first = project(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two" / "deeper")
    second = tmp_path / "two" / "deeper" / "fn"
    for path in second.rglob("*"):
        os.utime(path, (1, 1))
    write_files(second, {"node_modules/a/index.js": "installed\n", ".git/HEAD": "x"})

    assert 64 == len(take(first))
    assert take(first) == take(second)
    assert take(first) == take(first, output=str(tmp_path / "x.zip"), strict=True, verbose=True)


def _mirror(folder: Path) -> None:
    path = folder / "package-lock.json"
    path.write_text(path.read_text().replace("registry.example", "mirror.example"))


def _reindent(folder: Path) -> None:
    path = folder / "package-lock.json"
    # It is an own file of the package, too, so it is left out for this question.
    path.write_text(json.dumps(json.loads(path.read_text()), indent=4))


def _rename(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        text = (folder / name).read_text()
        (folder / name).write_text(text.replace('"name": "fn"', '"name": "other"'))


@pytest.mark.parametrize("change", [_mirror, _reindent, _rename])
def test_how_a_lockfile_is_written_is_no_input(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    """What counts of a lockfile are its packages, where it is not packed itself."""
    folder = project(tmp_path)
    before = take(folder, exclude=("package*.json",))
    change(folder)

    assert before == take(folder, exclude=("package*.json",))


_CHANGES: dict[str, Callable[[Path], object]] = {
    "own file": lambda fn: (fn / "index.js").write_text("exports.handler = 1\n"),
    "new file": lambda fn: (fn / "data.json").write_text("{}"),
    "mode": lambda fn: (fn / "index.js").chmod(0o755),
    "package": lambda fn: (fn / "package-lock.json").write_text(
        (fn / "package-lock.json").read_text().replace("AAAA", "BBBB")
    ),
    "package that another one bundles": lambda fn: (fn / "package-lock.json").write_text(
        (fn / "package-lock.json")
        .read_text()
        .replace('"sha512-AAAA"', '"sha512-AAAA", "inBundle": true')
    ),
    "linked file": lambda fn: (fn.parent / "b" / "index.js").write_text("exports.b = 2\n"),
}


@pytest.mark.parametrize("name", _CHANGES)
def test_whatever_changes_the_zip_changes_it(tmp_path: Path, name: str) -> None:
    """Own files, their modes, locked packages and linked folders are inputs."""
    folder = project(tmp_path)
    before = take(folder, exclude=("package-lock.json",))
    _CHANGES[name](folder)

    assert before != take(folder, exclude=("package-lock.json",))


@pytest.mark.parametrize(
    "settings",
    [
        {"architecture": "arm64"},
        {"runtime": "nodejs22.x"},
        {"exclude": ("index.js",)},
        {"include": ("*.js",)},
        {"omit": ("optional",)},
        {"handler": "other.handler"},
        {"allow_scripts": ("a",)},
        {"prune": "safe"},
        {"bundle": True},
    ],
)
def test_settings_change_it(tmp_path: Path, settings: dict[str, Any]) -> None:
    """What a request says about the package is an input, and so is its target."""
    folder = project(tmp_path)

    assert take(folder) != take(folder, **settings)


def test_what_is_reached_counts_where_it_decides(tmp_path: Path) -> None:
    """Variables and layers, by their bytes, decide what pruning takes out, and nothing else."""
    folder = project(tmp_path)
    layer = tmp_path / "layer.zip"
    layer.write_bytes(b"one")
    settings = {"env": ("A=1",), "layers": (str(layer),)}
    assert take(folder) == take(folder, **settings)

    pruned = [take(folder, prune="safe"), take(folder, prune="safe", **settings)]
    layer.write_bytes(b"two")
    assert 3 == len({*pruned, take(folder, prune="safe", **settings)})


def test_what_is_where_counts_without_an_integrity(tmp_path: Path) -> None:
    """Which package an alias is for, its own name, and to which folder each link leads."""
    lock: dict[str, Any] = {
        "lockfileVersion": 3,
        "packages": {
            "": {"dependencies": {"a": "npm:x@1.0.0", "b": "file:b", "c": "file:c"}},
            "node_modules/a": {"name": "x", "version": "1.0.0"},
            "node_modules/b": {"resolved": "b", "link": True},
            "node_modules/c": {"resolved": "c", "link": True},
            "b": {"version": "1.0.0"},
            "c": {"version": "1.0.0"},
        },
    }
    packages, seen = lock["packages"], set()

    def look() -> None:
        manifest = {"dependencies": packages[""]["dependencies"]}
        write_files(tmp_path, {"package-lock.json": lock, "package.json": manifest})
        seen.add(take(tmp_path, exclude=("package*.json",)))

    write_files(tmp_path, {f"{name}/package.json": {"version": "1.0.0"} for name in "bc"})
    write_files(tmp_path, {"index.js": HANDLER})
    look()
    packages["node_modules/a"]["name"] = "y"
    packages[""]["dependencies"]["a"] = "npm:y@1.0.0"
    look()
    packages["node_modules/aa"] = packages.pop("node_modules/a")
    packages[""]["dependencies"]["aa"] = packages[""]["dependencies"].pop("a")
    look()
    packages["node_modules/b"]["resolved"], packages["node_modules/c"]["resolved"] = "c", "b"
    packages[""]["dependencies"] |= {"b": "file:c", "c": "file:b"}
    look()

    assert 4 == len(seen)


def test_what_npm_does_not_pack_is_no_input(tmp_path: Path) -> None:
    """A linked package is packed as npm packs it: its other files do not count."""
    folder = project(tmp_path)
    before = take(folder)
    (folder.parent / "b" / "other.txt").write_text("changed\n")

    assert before == take(folder)


def test_the_date_of_the_zip_is_an_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SOURCE_DATE_EPOCH is written into the zip."""
    folder = project(tmp_path)
    before = take(folder)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")

    assert before != take(folder)


def test_sources_in_typescript_count_what_transforms_them(tmp_path: Path) -> None:
    """The locked esbuild, a development dependency, and tsconfig.json change the JavaScript."""
    lock = locked()
    lock["packages"]["node_modules/esbuild"] = {
        "version": "0.25.0",
        "integrity": "sha512-AAAA",
        "dev": True,
    }
    lock["packages"][""]["devDependencies"] = {"esbuild": "*"}
    write_files(
        tmp_path,
        {
            "package.json": {"name": "fn", "devDependencies": {"esbuild": "*"}},
            "package-lock.json": lock,
            "index.ts": "export const handler = async () => 1\n",
            "tsconfig.json": "{}",
        },
    )
    without = {"exclude": ("package-lock.json", "tsconfig.json")}
    before = take(tmp_path, **without)
    (tmp_path / "tsconfig.json").write_text('{"compilerOptions": {"target": "es2020"}}')
    between = take(tmp_path, **without)
    lock["packages"]["node_modules/esbuild"]["version"] = "0.25.1"
    write_files(tmp_path, {"package-lock.json": lock})

    assert 3 == len({before, between, take(tmp_path, **without)})


def test_dependencies_without_a_lockfile_are_an_error(tmp_path: Path) -> None:
    """Which versions they come to is known after asking a registry; that is no fingerprint."""
    write_files(
        tmp_path, {"package.json": {"name": "fn", "dependencies": {"a": "1"}}, "index.js": HANDLER}
    )

    with pytest.raises(LockfileError, match="no lockfile") as caught:
        take(tmp_path)

    assert "ENOLOCKFILE" == caught.value.code
    write_files(tmp_path, {"package.json": {"name": "fn"}})
    assert take(tmp_path)


@pytest.mark.parametrize(
    "settings",
    [
        {"node": "system"}, {"node_mirror": "https://mirror.example/"}, {"script_timeout": 5.0},
        {"no_git": True}, {"prefer_offline": True}, {"check": False}, {"keep_failed": True},
        {"strict": True}, {"max_size": 10}, {"max_unzipped_size": 10}, {"ignore": ("module-sdk",)},
        {"require_integrity": True}, {"verify_signatures": True}, {"memory": 512},
        {"insecure_hosts": ("h.example",)}, {"output": "other.zip"}, {"include_dev": True},
        {"registry": "https://other.example/"}, {"no_workspace": True}, {"vendor": "vendored"},
        {"audit_ignore": ("1 until 2030-01-01",)}, {"audit_level": "high"},
        {"min_release_age": 3.0},
        {"downgrade": ("module-sdk",)}, {"timeout": 5.0}, {"node_version": "22.0.0"},
        {"update": ("a",)}, {"update_all": True}, {"osv": "db.json"}, {"case": True},
        {"network": False}, {"runtime_modules": "modules"}, {"limits": "durable"},
        {"provided": ("x",)}, {"node_options": "--no-warnings"}, {"concurrency": 3},
    ],
    ids=lambda settings: next(iter(settings)),
)  # fmt: skip
def test_what_decides_no_byte_is_not_in_it(tmp_path: Path, settings: dict[str, object]) -> None:
    """Where packages come from, which Node runs scripts, and what is thought of the zip."""
    folder = project(tmp_path)

    assert take(folder) == take(folder, **settings)


def test_layers_of_the_settings_are_inputs(tmp_path: Path) -> None:
    """Their names, and all that they are made of: a function leaves to them what they have."""
    folder = project(tmp_path)
    write_files(folder, {"layer/bin/tool": "one", "layer/notes.txt": "x"})

    def take_with(name: str, layer: str) -> str:
        tables = f"[tool.zipper.layers.{name}]\n{layer}\n"
        tables += f'[[tool.zipper.functions]]\nname = "one"\nlayers = ["{name}"]\n'
        write_files(folder, {"pyproject.toml": tables})
        (request,) = find_requests(f"{folder}/", Settings(exclude=("*.js", "*.txt", "layer/")))
        return fingerprint_requested(request)

    layers = [
        'packages = ["a"]',
        'packages = ["b"]',
        'packages = ["a", "b"]',
        'packages = ["a"]\nversioned = true',
        'packages = ["a"]\nfiles = "layer"',
    ]
    before = [take_with("x", layer) for layer in layers]
    assert len({*before, take_with("y", layers[0])}) == len(before) + 1
    assert take_with("x", 'packages = ["b", "a"]') == before[2]
    write_files(folder, {"layer/notes.txt": "changed", "index.js": "changed"})
    assert before == [take_with("x", layer) for layer in layers]
    write_files(folder, {"layer/bin/tool": "two"})
    assert [True, False] == [take_with("x", layers[n]) == before[n] for n in (0, 4)]


@pytest.mark.parametrize("name", ["package.json", "package-lock.json"])
def test_a_lockfile_without_manifests_counts_as_a_text(tmp_path: Path, name: str) -> None:
    """Of lockfile version 1 only the registry knows what is needed: its words, and the manifest."""
    lock = {"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0"}}}
    manifest = {"name": "fn", "dependencies": {"a": "1.0.0"}}
    files = {"package.json": manifest, "package-lock.json": lock, "index.js": HANDLER}
    write_files(tmp_path, files)
    without = {"exclude": ("package*.json",)}
    before = take(tmp_path, **without)
    write_files(tmp_path, {name: {**files[name], "other": "x"}})  # type: ignore[dict-item]

    assert before != take(tmp_path, **without)
    assert take(tmp_path, **without) == take(tmp_path, **without)


def test_tarballs_on_this_disk_count_by_their_bytes(tmp_path: Path) -> None:
    """One that is not there is an error, and so is the folder of a linked package."""
    dependencies = {"t": "file:../t.tgz", "b": "file:../b"}
    lock = locked()
    lock["packages"][""]["dependencies"] = dependencies
    lock["packages"]["node_modules/t"] = {"version": "1.0.0", "resolved": "file:../t.tgz"}
    lock["packages"]["node_modules/b"] = {"resolved": "../b", "link": True}
    lock["packages"]["../b"] = {"name": "b", "version": "1.0.0"}
    write_files(
        tmp_path,
        {
            "fn/package.json": {"name": "fn", "dependencies": dependencies},
            "fn/package-lock.json": lock,
            "fn/index.js": HANDLER,
            "b/package.json": {"name": "b", "version": "1.0.0"},
            "t.tgz": "one",
        },
    )
    before = take(tmp_path / "fn")
    (tmp_path / "t.tgz").write_text("two")

    assert before != take(tmp_path / "fn")
    (tmp_path / "b" / "package.json").unlink()
    with pytest.raises(ProjectError, match=r"linked package `\.\./b` is not there") as absent:
        take(tmp_path / "fn")
    assert ("ENOPROJECT", True) == (absent.value.code, "folder" in (absent.value.hint or ""))
    write_files(tmp_path, {"b/package.json": {"name": "b", "version": "1.0.0"}})
    (tmp_path / "t.tgz").unlink()
    with pytest.raises(ProjectError, match=r"t\.tgz` cannot be read") as unread:
        take(tmp_path / "fn")
    assert "EREAD" == unread.value.code


PNPM = """lockfileVersion: '9.0'
importers:
  .:
    devDependencies:
      esbuild: {specifier: '*', version: 0.25.0}
packages:
  esbuild@0.25.0: {resolution: {integrity: sha512-AAAA}}
snapshots:
  esbuild@0.25.0: {}
"""


def test_another_tools_lockfile_says_which_esbuild(tmp_path: Path) -> None:
    """A development dependency is not packed, and makes the JavaScript all the same."""
    files: dict[str, str | bytes | dict] = {
        "package.json": {"name": "fn", "devDependencies": {"esbuild": "*"}},
        "pnpm-lock.yaml": PNPM,
        "index.ts": "export const handler = async () => 1\n",
    }
    write_files(tmp_path, files)
    without = {"exclude": ("pnpm-lock.yaml",)}
    before = take(tmp_path, **without)
    write_files(tmp_path, {"pnpm-lock.yaml": PNPM.replace("0.25.0", "0.25.1")})
    after = take(tmp_path, **without)
    write_files(tmp_path, {"index.ts": "", "index.js": HANDLER})
    (tmp_path / "index.ts").unlink()
    plain = take(tmp_path, **without)
    write_files(tmp_path, {"pnpm-lock.yaml": PNPM})

    assert before != after
    assert plain == take(tmp_path, **without)


def test_a_patch_changes_it(tmp_path: Path) -> None:
    """A package is another one with a patch, and with each text of it."""
    seen = set()
    for patch in ("", "--- a/x\n+++ b/x\n", "--- a/y\n+++ b/y\n"):
        digest = hash_text(patch)[1]
        lock = "lockfileVersion: '9.0'\n"
        lock += f"patchedDependencies:\n  a: {digest}\n" if patch else ""
        key = f"(patch_hash={digest})" if patch else ""
        lock += "importers:\n  .:\n    dependencies:\n"
        lock += f"      a: {{specifier: 1.0.0, version: 1.0.0{key}}}\n"
        lock += "packages: {a@1.0.0: {resolution: {integrity: sha512-AAAA}}}\n"
        lock += f"snapshots:\n  a@1.0.0{key}: {{}}\n"
        settings = "patchedDependencies:\n  a: a.patch\n" if patch else "packages: []\n"
        files = {
            "package.json": {
                "packageManager": "pnpm@11.0.0", "name": "fn", "dependencies": {"a": "1.0.0"},
            },
            "pnpm-lock.yaml": lock,
            "pnpm-workspace.yaml": settings,
            "a.patch": patch,
            "index.js": HANDLER,
        }  # fmt: skip
        write_files(tmp_path, files)
        seen.add(take(tmp_path, exclude=("pnpm-*", "a.patch")))

    assert 3 == len(seen)
