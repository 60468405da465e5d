"""What a person sees: terminals wide and narrow, pipes, logs, help, and nothing where asked."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.support.command import run_zipper
from tests.support.shared import REPOSITORY
from zipper.commands.group import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene

pty = pytest.importorskip("pty", reason="pseudo-terminals are Unix's")

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_terminal(*words: str, columns: int, env: dict[str, str]) -> tuple[int, str]:
    """Run the command on a terminal of its own; return its status and all that it wrote."""
    at_a_desk = {name: value for name, value in os.environ.items() if name != "CI"}
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "zipper", *words],
        stdin=child, stdout=child, stderr=child, close_fds=True,
        env={**at_a_desk, "PYTHONPATH": str(REPOSITORY), "TERM": "xterm-256color",
             **env, "COLUMNS": str(columns)},
    )  # fmt: skip
    os.close(child)
    written = b""
    while select.select([parent], [], [], 60)[0]:
        try:
            chunk = os.read(parent, 65_536)
        except OSError:  # Linux's way of telling that the other end was closed
            break
        if not chunk:
            break
        written += chunk
    os.close(parent)
    return process.wait(), written.decode("utf-8", "replace").replace("\r\n", "\n")


def plain(text: str) -> list[str]:
    """Return the lines that stay on the screen."""
    kept = [line.rpartition("\r")[2] for line in ESCAPES.sub("", text).split("\n")]
    return [line.rstrip() for line in kept]


@pytest.fixture
def bad_zip(tmp_path: Path) -> Path:
    path = tmp_path / "bad.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("fn/index.js", "exports.handler = async () => 1\n")
        archive.writestr("fn/package.json", "{}")
    return path


def test_build_on_a_terminal_ends_with_its_result(scene: Scene) -> None:
    """Stages and bars are gone when it is over; the result stays."""
    scene.publish("a", files={"a.js": b"x" * 3_000})
    scene.depend("a")

    status, text = on_terminal(*scene.arguments, columns=120, env=scene.environment)

    assert 0 == status
    assert "reading the project ..." in text
    assert "compressing" in text
    built = [line for line in plain(text) if line.startswith("built")]
    assert ["built index.handler for nodejs24.x x86_64: 1 package, 5 files"] == built
    assert not any("compressing" in line for line in plain(text)[-5:])


@pytest.mark.parametrize("columns", [40, 80])
def test_nothing_is_wider_than_the_terminal(scene: Scene, bad_zip: Path, columns: int) -> None:
    """Findings, verdicts and results are broken at the terminal's width, words kept whole."""
    status, text = on_terminal("check", str(bad_zip), columns=columns, env=scene.environment)

    words = [word for line in plain(text) for word in line.split()]
    wide = [line for line in plain(text) if len(line) > columns and len(line.split()) > 1]
    assert 1 == status
    assert [] == wide
    assert "error[layout-wrapped]:" in words


def test_colour_is_used_unless_the_user_says_no(scene: Scene, bad_zip: Path) -> None:
    """NO_COLOR turns colour off; severity is a word in any case."""
    _, coloured = on_terminal("check", str(bad_zip), columns=80, env=scene.environment)
    _, bare = on_terminal(
        "check", str(bad_zip), columns=80, env={**scene.environment, "NO_COLOR": "1"}
    )

    assert "\x1b[1;31merror[layout-wrapped]\x1b[0m" in coloured
    assert "\x1b[" not in bare
    assert "error[layout-wrapped]" in bare


def test_a_dumb_terminal_gets_plain_lines(scene: Scene) -> None:
    """Without cursor movements there are no bars, only lines."""
    scene.publish("a", files={"a.js": b"x"})
    scene.depend("a")

    status, text = on_terminal(
        *scene.arguments, columns=80, env={**scene.environment, "TERM": "dumb"}
    )

    assert 0 == status
    assert "\x1b" not in text
    assert "fetching 1 package" in text


def test_a_log_gets_plain_lines(scene: Scene) -> None:
    """Where nobody looks at a terminal, fetching is one line before and one after."""
    scene.publish("a", files={"a.js": b"x"})
    scene.depend("a")

    cold, warm = scene.build(), scene.build()

    first, last = cold.stderr.splitlines()
    assert "fetching 1 package" == first
    assert re.fullmatch(r"fetched 1 package, [\d.]+ k?B in [\d.]+ s", last)
    assert "" == warm.stderr
    assert 4 == len(warm.stdout.splitlines())


def test_quiet_is_quiet(scene: Scene) -> None:
    """With --quiet a build that succeeds says nothing at all."""
    scene.publish("a", files={"a.js": b"x"})
    scene.depend("a")

    result = scene.build("--quiet")

    assert (0, "", "") == (result.status, result.stdout, result.stderr)


@pytest.mark.parametrize("words", [("check", "--list"), ("--help",)])
def test_a_closed_pipe_is_no_traceback(words: tuple[str, ...]) -> None:
    """Whoever reads only the beginning gets it, and nothing is told on stderr."""
    process = subprocess.Popen(
        [sys.executable, "-m", "zipper", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=60)

    assert b"" == errors
    assert process.returncode in (0, 1)


def test_an_encoding_without_a_sign_gets_an_escape(tmp_path: Path) -> None:
    """Names and drawings that the output's encoding lacks stop nothing."""
    path = tmp_path / "x.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("日本/index.js", "x")

    result = run_zipper("explain", path, env={"PYTHONIOENCODING": "latin-1"})

    assert (0, "") == (result.status, result.stderr)
    assert "\\u65e5\\u672c" in result.stdout


HOSTILE = "\x1b]0;owned\x07\x9b\u202e\u2028\u2066\u200b"
SHOWING = {
    "explain --all": True,
    "explain --json": False,
    "check --verbose": True,
    "check --json": False,
    "check --format sarif": False,
    "check --format github": True,
    "licenses": True,
    "licenses --json": False,
    "sbom": False,
}
"""Commands about a zip, and whether they print lines; the others print JSON."""


@pytest.mark.parametrize("words", SHOWING)
def test_names_cannot_steer_the_terminal(tmp_path: Path, words: str) -> None:
    """Names and licences of a hostile zip hide nothing, whatever form a command prints."""
    path = tmp_path / "x.zip"
    package = {"name": "a", "version": "1.0.0", "license": f"owned{HOSTILE}"}
    with ZipFile(path, "w") as archive:
        archive.writestr(f"{HOSTILE}.js", f"require('owned{HOSTILE}')")
        archive.writestr("node_modules/a/package.json", json.dumps(package))
        archive.writestr(f"node_modules/{HOSTILE}/package.json", '{"name": 1}')

    result = run_zipper(*words.split(), path)

    assert not set(HOSTILE[:1] + HOSTILE[10:]) & set(result.stdout + result.stderr)
    assert "owned" in result.stdout
    assert SHOWING[words] == (result.document is None)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help_with_examples(command: str) -> None:
    """The help of each command says what it is for and shows how it is typed."""
    result = run_zipper(command, "--help", env={"COLUMNS": "80"})

    assert 0 == result.status
    assert "Examples:\n    " in result.stdout
    assert "\\b" not in result.stdout
    assert COMMANDS[command] in run_zipper("--help", env={"COLUMNS": "80"}).stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("buid",), "no such command: `buid`; did you mean `build`?"),
        (("build", "--runtme", "x"), "no such option `--runtme`"),
        (("check", "--format", "x", "y"), "`x` is not one of `text`"),
        (("check", "--explain", "handler-mising"), "there is no code `handler-mising`"),
        (("explain", "a.zip", "b", "--html", "c"), "are about a package as a whole"),
    ],
)
def test_wrong_usage_is_told_as_all_errors(words: tuple[str, ...], message: str) -> None:
    """Mistyped words have status 2, the code EUSAGE and a hint."""
    result = run_zipper(*words)

    assert (2, "EUSAGE", "") == (result.status, result.code, result.stdout)
    assert message in result.stderr
    assert "\nhint: " in result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(shell: str) -> None:
    """The script calls zipper back."""
    result = run_zipper("completion", shell)

    assert 0 == result.status
    assert f"_ZIPPER_COMPLETE={shell}_complete" in result.stdout


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("zipper bu", "build"), ("zipper build --ar", "--arch"), ("zipper check --format sa", "sarif"),
     ("zipper build --runtime nodejs22", "nodejs22.x")],
)  # fmt: skip
def test_completion_knows_commands_options_and_values(typed: str, expected: str) -> None:
    """What the shell asks for is answered."""
    words = typed.split()
    env = {
        "_ZIPPER_COMPLETE": "bash_complete",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }

    result = run_zipper(env=env)

    assert f"plain,{expected}" in result.stdout.splitlines()


def test_end_of_a_file_is_no_interrupt(tmp_path: Path) -> None:
    """Damaged bytecode, which ends too early, is told as what it is."""
    env = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    assert 0 == run_zipper("cache", "path", env=env).status
    (compiled,) = tmp_path.rglob("commands/cache.*.pyc")
    compiled.write_bytes(compiled.read_bytes()[:100])

    result = run_zipper("cache", "path", env=env)

    assert (3, "EBUG") == (result.status, result.code)
    assert "marshal data too short" in result.stderr
