"""`zipper fingerprint`: what it prints, and that it asks and starts nothing."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.support.scene import HANDLER, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene

_WATCHED = """
import sys
REFUSED = ("subprocess.Popen", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system",
           "socket.connect", "socket.getaddrinfo")
def hook(event, arguments):
    if event in REFUSED:
        raise RuntimeError(event)
sys.addaudithook(hook)
from zipper.cli import run
sys.exit(run(sys.argv[1:]))
"""


def take(scene: Scene, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command where any program or connection that it starts is an error."""
    line = [sys.executable, "-c", _WATCHED, "fingerprint", *map(str, words)]
    return subprocess.run(
        [*line, "--cache-dir", str(scene.cache)],
        cwd=scene.folder,
        env=scene.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_nothing_is_asked_and_nothing_started(scene: Scene) -> None:
    """TypeScript, an install script, an empty cache: a build would fetch and run for each."""
    scene.publish("a", scripts={"install": "node-gyp rebuild"})
    scene.depend("a", lock={"node_modules/a": {"hasInstallScript": True}})
    scene.write({"index.ts": "export const handler = async (): Promise<number> => 1;\n"})
    (scene.project / "index.js").unlink()

    done = take(scene, scene.project, "--allow-script", "a")
    assert (0, "") == (done.returncode, done.stderr)
    assert 64 == len(done.stdout.strip())
    assert not list(scene.folder.rglob("*.zip"))
    assert not scene.registry.requests


def test_equal_fingerprints_are_equal_zips(scene: Scene) -> None:
    """What changes one changes the other; what changes neither is told apart by neither."""
    scene.publish("a", files={"index.js": b"exports.a = 1\n"})
    scene.depend("a")
    seen: dict[str, set[str]] = {}
    for name, text in (
        ("index.js", HANDLER), ("index.js", f"{HANDLER}//\n"), ("data.txt", "x"), (".env", "A=1"),
        ("node_modules/a/index.js", "installed"), ("index.js", HANDLER),
    ):  # fmt: skip
        scene.write({name: text})
        printed = take(scene, scene.project, "--json").stdout
        built = scene.build("--json")
        assert built.document is not None
        seen.setdefault(printed, set()).add(built.document["code_sha256"])

    assert 4 == len(seen)
    assert all(len(hashes) == 1 for hashes in seen.values())


def test_several_functions_have_a_line_each(scene: Scene) -> None:
    """The name stands behind the hash, as with sha256sum."""
    settings = '[[tool.zipper.functions]]\nname = "a"\n[[tool.zipper.functions]]\nname = "b"\n'
    write_files(scene.project, {"pyproject.toml": f"{settings}architecture = 'arm64'\n"})
    lines = take(scene, scene.project).stdout.splitlines()

    assert ["a", "b"] == [line.split()[1] for line in lines]
    assert 2 == len({line.split()[0] for line in lines})


def test_dependencies_without_a_lockfile_are_an_error(scene: Scene) -> None:
    """The status is 1, and the hint writes one."""
    scene.write({"package.json": {"name": "fn", "dependencies": {"a": "1"}}})
    done = take(scene, scene.project)

    assert (1, "") == (done.returncode, done.stdout)
    assert "error[ENOLOCKFILE]" in done.stderr
    assert "zipper resolve" in done.stderr
