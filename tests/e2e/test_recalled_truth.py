"""A build in a filled cache answers as one in a fresh cache, whatever has changed between two."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command import CommandResult, run_here, run_zipper
from tests.support.notes import list_notes
from tests.support.registry_server import RegistryServer
from tests.support.scene import HANDLER, listing, write_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.scene import Scene

OLD_NODE = ("--runtime", "nodejs22.x")
NEW_NODE = ("--runtime", "nodejs24.x")


def run(scene: Scene, *options: str, cache: Path | None = None, **env: str) -> CommandResult:
    """Build in this process, in the scene's cache or another."""
    words = ("build", str(scene.project), "--json", "--cache-dir", str(cache or scene.cache))
    words += () if "functions" in options else ("-o", str(scene.output))
    options = tuple(word for word in options if word != "functions")
    return run_here(*words, *options, cwd=scene.folder, env={**scene.environment, **env})


def answer(result: CommandResult) -> tuple[int, Any]:
    """Return status and document, without what differs from run to run."""
    document = result.document
    for one in [document, *(document or {}).get("functions", ())]:
        if isinstance(one, dict):
            one.pop("timings_seconds", None)
            one.pop("is_unchanged", None)
    return result.status, document if document is not None else result.stderr


def assert_true(scene: Scene, *options: str, **env: str) -> tuple[int, Any]:
    """Build in the filled cache and in a fresh one: both answer the same. Return the answer."""
    warm = answer(run(scene, *options, **env))
    zips = {
        path: path.read_bytes()
        for path in sorted(scene.folder.glob("**/*.zip"))
        if scene.cache not in path.parents
    }
    for path in zips:
        path.unlink()
    fresh_cache = scene.folder / "fresh"
    fresh = answer(run(scene, *options, cache=fresh_cache, **env))
    fresh = json.loads(json.dumps(fresh).replace(str(fresh_cache), str(scene.cache)))
    shutil.rmtree(fresh_cache, ignore_errors=True)

    assert fresh == json.loads(json.dumps(warm))
    for path, data in zips.items():
        assert not path.exists() or path.read_bytes() == data
    return warm


def depend_on_new_node(scene: Scene, *, strict: bool = True) -> None:
    """Lock a package that needs a younger Node than one of the runtimes has."""
    scene.publish("a", files={"index.js": b"module.exports = 1\n"}, engines={"node": ">= 24"})
    scene.depend("a")
    if strict:
        scene.write({".npmrc": "engine-strict=true\n"})


def test_the_node_of_the_target_counts(scene: Scene) -> None:
    """With `engine-strict`, a lockfile that fits one runtime is not proven for another."""
    depend_on_new_node(scene)
    assert 0 == run(scene, *NEW_NODE).status

    status, document = assert_true(scene, *OLD_NODE)
    assert (1, "EBADENGINE") == (status, document["error"]["code"])


def test_functions_of_two_runtimes_are_proven_apart(scene: Scene) -> None:
    """Of two functions of one project each has its own answer, whichever is built first."""
    depend_on_new_node(scene)
    settings = '[tool.zipper]\noutput = "out/"\n' + "".join(
        f'[[tool.zipper.functions]]\nname = "{name}"\nruntime = "nodejs{node}.x"\n'
        for name, node in (("one", 24), ("two", 22), ("three", 24), ("four", 22))
    )
    scene.write({"pyproject.toml": settings})
    for number in range(3):
        cache = scene.folder / f"cache{number}"
        words = ("build", str(scene.project) + "/", "--json", "--cache-dir", str(cache))
        result = run_here(*words, cwd=scene.folder, env=scene.environment)
        rows = (result.document or {})["functions"]
        found = {row["name"]: row.get("error", {}).get("code") for row in rows}
        assert {"one": None, "two": "EBADENGINE", "three": None, "four": "EBADENGINE"} == found


def test_the_registry_of_an_integrity_counts(scene: Scene) -> None:
    """Without `integrity` and `resolved`, another registry may have other bytes."""
    scene.publish("@s/a", files={"index.js": b"module.exports = 1\n"})
    with RegistryServer() as other:
        other.publish("@s/a", "1.0.0", files={"index.js": b"module.exports = 2\n"})
        bare = {"integrity": None, "resolved": None}
        scene.depend("@s/a", lock={"node_modules/@s/a": bare})
        lock = json.loads((scene.project / "package-lock.json").read_text())
        for key in bare:
            del lock["packages"]["node_modules/@s/a"][key]
        scene.write({"package-lock.json": lock})
        assert 0 == run(scene).status
        assert_true(scene, npm_config_registry=other.url)
        assert b"exports = 2" in listing(scene.output)["node_modules/@s/a/index.js"]

        scene.write({".npmrc": f"@s:registry={scene.registry.url}\n"})
        assert_true(scene, npm_config_registry=other.url)
    assert b"exports = 1" in listing(scene.output)["node_modules/@s/a/index.js"]


@pytest.mark.parametrize("kind", ["lockfile-proof", "verdict", "code-hash"])
def test_a_damaged_note_is_not_believed(scene: Scene, kind: str) -> None:
    """A flipped bit in any note costs time, and changes no answer."""
    scene.publish("a", files={"index.js": b"module.exports = 1\n"})
    scene.depend("a")
    scene.write({"index.js": f"require('a'); require('./absent');\n{HANDLER}"})
    run(scene)
    notes = list_notes(scene.cache, kind)
    assert notes
    for path in notes:
        data = bytearray(path.read_bytes())
        data[-3] ^= 1
        path.write_bytes(data)

    assert_true(scene)


def test_no_recall_works_everything_out(scene: Scene) -> None:
    """With `--no-recall` or its variable nothing noted counts, and what is found is noted anew."""
    scene.publish("a", files={"index.js": b"module.exports = 1\n"})
    scene.depend("a")
    write_files(scene.project, {"index.js": f"require('a');\n{HANDLER}"})
    run(scene)
    notes = list_notes(scene.cache)
    before = {path: path.stat().st_mtime_ns for path in notes}
    run(scene)
    assert before == {path: path.stat().st_mtime_ns for path in notes}
    run(scene, "--no-recall")
    by_option = {path: path.stat().st_mtime_ns for path in notes}
    run(scene, ZIPPER_NO_RECALL="1")
    by_variable = {path: path.stat().st_mtime_ns for path in notes}

    for path in notes:
        assert before[path] < by_option[path] < by_variable[path], path


SEVERAL = """\
[tool.zipper]
output = "../out/"

[[tool.zipper.functions]]
name = "one"

[[tool.zipper.functions]]
name = "two"
"""


def build_all(scene: Scene, *options: str, cache: Path | None = None, **env: str) -> CommandResult:
    """Build two functions of the scene's project, which is incremental."""
    words = ("build", f"{scene.project}/", "--json", "--cache-dir", str(cache or scene.cache))
    return run_here(*words, *options, cwd=scene.folder, env={**scene.environment, **env})


def make_several(scene: Scene) -> None:
    """Make the project one of two functions that depend on a package."""
    scene.publish("a", files={"index.js": b"module.exports = 1\n"})
    scene.depend("a")
    scene.write({"pyproject.toml": SEVERAL, "index.js": f"require('a');\n{HANDLER}"})


def _break_npmrc(scene: Scene) -> dict[str, str]:
    scene.write({".npmrc": "fetch-retries=many\n"})
    return {}


def _add_secret(scene: Scene) -> dict[str, str]:
    scene.write({".env": "A=1\n"})
    return {}


def _open_cache(scene: Scene) -> dict[str, str]:
    scene.cache.chmod(0o770)
    return {}


def _move_handler(scene: Scene) -> dict[str, str]:
    """Change `main` while package.json is not packed: the plan is the same."""
    manifest = json.loads((scene.project / "package.json").read_text())
    scene.write({"package.json": {**manifest, "main": "other.js"}})
    lock = json.loads((scene.project / "package-lock.json").read_text())
    scene.write({"package-lock.json": lock})
    return {}


def _edit_output(scene: Scene) -> dict[str, str]:
    """Change a byte of a zip in place, its size and its time of writing kept."""
    path = scene.folder / "out" / "one.zip"
    status = path.stat()
    with path.open("r+b") as file:
        file.seek(40)
        byte = file.read(1)
        file.seek(40)
        file.write(bytes([byte[0] ^ 1]))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    return {}


CHANGES = {
    "npm's settings have a value that is none": _break_npmrc,
    "a secret file is left out": _add_secret,
    "a group may write to the cache": _open_cache,
    "the handler is another": _move_handler,
    "the zip was edited in place": _edit_output,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_incremental_build_says_all(
    scene: Scene, change: Callable[[Scene], dict[str, str]]
) -> None:
    """That a zip is there already says nothing of findings, handler and verdict."""
    make_several(scene)
    exclude = ("--exclude", "package.json") if change is _move_handler else ()
    assert 0 == build_all(scene, *exclude).status
    environment = change(scene)
    warm = answer(build_all(scene, *exclude, **environment))
    zips = {path: path.read_bytes() for path in (scene.folder / "out").iterdir()}
    for path in zips:
        path.unlink()
    fresh_cache = scene.folder / "fresh"
    fresh_cache.mkdir()
    fresh_cache.chmod(scene.cache.stat().st_mode & 0o777)
    fresh = answer(build_all(scene, *exclude, cache=fresh_cache, **environment))

    assert json.loads(json.dumps(fresh).replace(str(fresh_cache), str(scene.cache))) == json.loads(
        json.dumps(warm)
    )
    written = {one["name"]: one["written"] for one in fresh[1]["functions"]}
    assert {path: path.read_bytes() for path in zips if path.exists()} == {
        path: data for path, data in zips.items() if written[path.stem]
    }


def test_an_edit_within_a_tick_is_seen(scene: Scene) -> None:
    """A zip that is edited at once after it was written, faster than clocks tick, is made anew."""
    make_several(scene)
    for _ in range(5):
        build_all(scene)
        whole = (scene.folder / "out" / "one.zip").read_bytes()
        _edit_output(scene)
        build_all(scene)
        assert whole == (scene.folder / "out" / "one.zip").read_bytes()
        scene.write({"index.js": f"{(scene.project / 'index.js').read_text()}//\n"})


@pytest.mark.node
def test_what_scripts_were_built_against_counts(scene: Scene) -> None:
    """An install script runs anew where a package that its own depends on is another."""
    script = "node -e \"require('fs').writeFileSync('made.js', '//' + require('b'))\""
    scene.publish("c", files={"index.js": b"module.exports = 1\n"})
    scene.publish("b", files={"index.js": b"module.exports = require('c')\n"},
                  dependencies={"c": "*"})  # fmt: skip
    scene.publish("g", scripts={"install": script}, dependencies={"b": "*"}, hasInstallScript=True)
    scene.depend("g")
    options = ("--allow-script", "g", "--node", "system")
    assert 0 == run(scene, *options).status
    assert b"//1" == listing(scene.output)["node_modules/g/made.js"]
    assert_true(scene, *options)

    scene.publish("c", "1.1.0", files={"index.js": b"module.exports = 2\n"})
    scene.depend("g")
    assert_true(scene, *options)
    assert b"//2" == listing(scene.output)["node_modules/g/made.js"]


def test_package_that_takes_the_place_of_another_is_fetched_anew(scene: Scene) -> None:
    """A store zip under another's name is sound in itself, and is still not the package."""
    scene.publish("a", files={"index.js": b"1"})
    scene.publish("b", files={"index.js": b"2", "more.js": b"3"})
    scene.depend("a", "b")
    assert 0 == scene.build().status
    before = scene.output.read_bytes()
    one, other = scene.store_zips()
    one.write_bytes(other.read_bytes())

    assert 0 == scene.build().status
    assert before == scene.output.read_bytes()


def test_install_notices_a_package_in_the_place_of_another(scene: Scene) -> None:
    """Nor is it linked, where the layout of the install is recalled."""
    scene.publish("a", files={"index.js": b"1"})
    scene.publish("b", files={"index.js": b"2", "more.js": b"3"})
    scene.depend("a", "b")
    into = scene.folder / "into"
    words = ("install", str(scene.project), "--into", str(into), "--cache-dir", str(scene.cache))
    assert 0 == run_zipper(*words, env=scene.environment).status
    one, other = scene.store_zips()
    one.write_bytes(other.read_bytes())

    assert 0 == run_zipper(*words, env=scene.environment).status
    assert b"1" == (into / "node_modules" / "a" / "index.js").read_bytes()
    assert b"2" == (into / "node_modules" / "b" / "index.js").read_bytes()
