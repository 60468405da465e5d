"""A cache that others can write to: nothing of theirs is packed without a word."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_zipper
from tests.support.scene import listing
from tests.support.tarballs import make_package
from zipper.folders import list_level
from zipper.store.extract import extract
from zipper.store.keys import StoreKey
from zipper.store.store_zips import Store

if TYPE_CHECKING:
    from tests.support.command import CommandResult
    from tests.support.scene import Scene

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="acts as other users"
)

STRANGER = 54_321
TEAM = 54_322
PLANTED = b"planted()"
EDIT = r"""
path = pathlib.Path(sys.argv[1])
data = bytearray(path.read_bytes())
data[60] ^= 1
at = data.rindex(b"PK\5\6")
(size,) = struct.unpack_from("<I", data, at + 12)
data[-8:] = struct.pack("<II", zlib.crc32(data[at - size : -8]), zlib.crc32(data[:-8]))
path.unlink()
path.write_bytes(data)
"""
"""Changes a member's byte, and makes the two CRC-32 at the end right again."""


@pytest.fixture
def filled(scene: Scene) -> Scene:
    """A scene with a small and a large package, built once."""
    scene.publish("p", files={"index.js": b"1"})
    scene.publish("large", files={"data": os.urandom(300_000), "index.js": b"2"})
    scene.depend("p", "large")
    built = scene.build("--json")
    assert 0 == built.status, built.stderr
    return scene


def folders_of(cache: Path) -> list[Path]:
    """Return the cache and all folders of it that hold store zips, or are above them."""
    leaf = next(cache.glob("store/*/sha512/*"))
    return [cache, *(cache / part for part in leaf.relative_to(cache).parents[:-1]), leaf]


def stamps_of(cache: Path) -> dict[str, tuple[int, int, int]]:
    """Return inode, size and time of each file and folder: what writing changes."""
    found = {str(path): path.lstat() for path in (cache, *cache.rglob("*"))}
    return {name: (one.st_ino, one.st_size, one.st_mtime_ns) for name, one in found.items()}


def share(cache: Path) -> None:
    """Let a group write to all of the cache, as a team does."""
    for path in (cache, *(path for path in cache.rglob("*") if path.is_dir())):
        os.chown(path, -1, TEAM)
        path.chmod(0o2775)


def as_stranger(code: str, *arguments: object, within: Path | None = None) -> None:
    """Run Python as another user, a member of the team, in a folder that he need not reach."""
    script = (
        f"import os, pathlib, struct, sys, zlib; os.setgid({TEAM}); os.setuid({STRANGER})\n{code}"
    )
    command = [sys.executable, "-c", script, *map(str, arguments)]
    subprocess.run(command, check=True, cwd=within)


def check_hash(scene: Scene, built: CommandResult) -> None:
    """Hold the reported hash to be that of the zip."""
    assert built.document is not None
    digest = hashlib.sha256(scene.output.read_bytes()).digest()
    assert base64.b64encode(digest).decode() == built.document["code_sha256"]


def codes(built: CommandResult) -> list[str]:
    assert built.document is not None
    return [finding["code"] for finding in built.document["findings"]]


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("how", ["everyone", "another user"])
def test_exposed_folder_is_an_error(filled: Scene, number: int, how: str) -> None:
    """Whichever folder it is, of a build, an install and a check; the package stays as it was."""
    before = filled.output.read_bytes()
    folder = folders_of(filled.cache)[number]
    if how == "everyone":
        folder.chmod(0o777)
    else:
        os.chown(folder, STRANGER, -1)

    cache = ["--cache-dir", str(filled.cache)]
    project, into = str(filled.project), str(filled.folder / "into")
    done = [
        filled.build(),
        filled.verify(),
        run_zipper("install", project, "--into", into, *cache, env=filled.environment),
    ]

    for one in done:
        assert 1 == one.status
        assert "error[ESTORE]: " in one.stderr
        assert f"`{folder}`" in one.stderr
    assert before == filled.output.read_bytes()
    assert not Path(into).exists()


@pytest.mark.parametrize("command", ["check", "run", "resolve", "audit"])
def test_exposed_cache_is_refused_by_every_command(filled: Scene, command: str) -> None:
    """What others can put there are results and Nodes too."""
    filled.cache.chmod(0o777)
    place = filled.output if command in {"check", "run"} else filled.project

    done = run_zipper(command, str(place), "--cache-dir", str(filled.cache), env=filled.environment)

    assert 1 == done.status
    assert "error[ESTORE]: everyone on this machine can write" in done.stderr


@pytest.mark.parametrize("locked", [True, False], ids=["a lockfile", "no lockfile"])
def test_roots_cache_is_used_by_all(filled: Scene, locked: bool) -> None:
    """A cache that root has filled, as in an image: others read it, and nothing writes to it."""
    # This Python may stand where root alone can read; nothing but that is granted.
    granted = ("--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search")
    stranger = ["setpriv", "--reuid", str(STRANGER), "--clear-groups", *granted]
    if subprocess.run([*stranger, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no setpriv that lets a program read as root")
    if not locked:
        (filled.project / "package-lock.json").unlink()
        filled.registry.cache_control = "public, max-age=300"
        assert 0 == filled.build("--json", "--no-recall").status
    with tempfile.TemporaryDirectory(prefix="zipper-others-") as name:
        top = Path(name)
        home, cache = top / "home", top / "cache"
        shutil.copytree(filled.project, top / "project")
        shutil.copytree(filled.cache, cache)
        top.chmod(0o755)
        home.mkdir()
        os.chown(home, STRANGER, -1)
        before = stamps_of(cache)
        zipper = [*stranger, sys.executable, "-m", "zipper"]
        project, offline = str(top / "project"), ("--offline", "--cache-dir", str(cache))
        for words in (
            ("build", project, "-o", str(home / "fn.zip"), *offline),
            ("build", project, "-o", str(home / "fn.zip"), "--no-recall", *offline),
            ("install", project, "--into", str(home / "into"), *offline),
            ("cache", "verify", "--cache-dir", str(cache)),
        ):
            done = subprocess.run(
                [*zipper, *words],
                env={**os.environ, **filled.environment, "HOME": str(home)},
                capture_output=True,
                text=True,
                check=False,
            )
            assert 0 == done.returncode, done.stderr

        assert listing(filled.output) == listing(home / "fn.zip")
        assert (home / "into" / "node_modules" / "large" / "data").is_file()
        assert before == stamps_of(cache)


def test_cache_of_a_group_is_used_with_a_warning(filled: Scene) -> None:
    """Each package is compared with the hash that it bears, and the zip is hashed anew."""
    before = filled.output.read_bytes()
    share(filled.cache)

    built = filled.build("--json")

    assert 0 == built.status, built.stderr
    assert "cache-shared" in codes(built)
    assert before == filled.output.read_bytes()
    check_hash(filled, built)


def test_cache_of_a_group_that_was_moved_is_named_where_it_is(filled: Scene) -> None:
    """What was resolved before is known in the cache's new place, and the hint names that place."""
    share(filled.cache)
    moved = filled.cache.with_name("moved")
    hints = []
    for cache in (filled.cache, filled.cache, moved):
        if cache == moved:
            filled.cache.rename(moved)
        done = run_zipper(
            *("resolve", filled.project, "--json", "--cache-dir", cache),
            env=filled.environment,
        )
        assert 0 == done.status, done.stderr
        found = [one for one in done.document["warnings"] if one["code"] == "cache-shared"]
        hints += [(str(cache), str(one)) for one in found]

    assert [True] * 3 == [f"`{cache}`" in text for cache, text in hints]


@pytest.mark.parametrize("name", ["p", "large"])
def test_package_edited_by_a_member_is_fetched_again(filled: Scene, name: str) -> None:
    """Its CRCs agree, the hash that it bears does not."""
    before = filled.output.read_bytes()
    share(filled.cache)
    folder = f"node_modules/{name}/".encode()
    edited = next(path for path in filled.store_zips() if folder in path.read_bytes())
    as_stranger(EDIT, edited.name, within=edited.parent)
    damaged = filled.verify()

    built = filled.build("--json")

    assert 1 == damaged.status
    assert f"damaged: {edited}" in damaged.stderr
    assert 0 == built.status, built.stderr
    assert before == filled.output.read_bytes()
    check_hash(filled, built)
    assert 0 == filled.verify().status


def test_package_replaced_by_a_member_is_fetched_anew(filled: Scene) -> None:
    """A whole package that bears its own hash is not what was stored for its integrity."""
    before = filled.build("--json")
    share(filled.cache)
    key = StoreKey("sha512", next(p for p in filled.store_zips() if p.stat().st_size < 9_000).stem)
    other = Store(filled.folder / "other")
    made = other.add(key, extract(make_package({"index.js": PLANTED}), label="p"), package_name="p")
    replaced = Store(filled.cache).path_of(key)
    as_stranger(
        "os.unlink(sys.argv[1]); open(sys.argv[1], 'wb').write(bytes.fromhex(sys.argv[2]))",
        replaced.name,
        made.path.read_bytes().hex(),
        within=replaced.parent,
    )

    built = filled.build("--json")

    assert PLANTED != listing(filled.output)["node_modules/p/index.js"]
    assert "cache-shared" in codes(built)
    assert before.document is not None
    assert built.document is not None
    assert before.document["code_sha256"] == built.document["code_sha256"]
    check_hash(filled, built)


def test_new_cache_is_writable_by_no_others(scene: Scene) -> None:
    """Whatever the umask says."""
    scene.publish("p", files={"index.js": b"1"})
    scene.depend("p")
    before = os.umask(0)
    try:
        assert 0 == scene.build().status
    finally:
        os.umask(before)

    levels = [Path(path) for depth in range(5) for path in list_level(scene.cache, depth)]
    assert len(levels) > 9
    assert [] == [path for path in levels if path.is_dir() and path.stat().st_mode & 0o022]
    assert [] == [path for path in scene.store_zips() if path.stat().st_mode & 0o022]
