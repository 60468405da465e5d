"""A kept sandbox: programs one after another, each with its own files and nothing of the last."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zipper.bundling.spare_esbuild import SpareEsbuild
from zipper.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.bundling.esbuild_process import Esbuild

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell script plays esbuild")

_SCRIPT = """#!/bin/sh
case "$1" in
  list) mkdir out0; ls *.ts > out0/said ;;
  fail) echo "X [ERROR] no such syntax"; echo; exit 1 ;;
esac
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "bin" / "esbuild"
    path.parent.mkdir()
    path.write_text(_SCRIPT, encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def spare() -> Iterator[SpareEsbuild]:
    made = SpareEsbuild()
    yield made
    made.close()


def _say(esbuild: Esbuild, word: str, *names: str) -> str:
    (files,) = esbuild.run(dict.fromkeys(names, b""), [[word]])
    return files["said"].decode().strip()


def test_each_run_sees_its_own_files_alone(spare: SpareEsbuild, program: Path) -> None:
    """What an earlier run was given or wrote is gone."""
    esbuild = spare.take(program)
    assert "a.ts" == _say(esbuild, "list", "a.ts")
    assert "b.ts" == _say(esbuild, "list", "b.ts")
    spare.give_back(esbuild)


def test_sandbox_is_kept_also_after_an_error_in_sources(spare: SpareEsbuild, program: Path) -> None:
    """A message about the sources is not one about the sandbox."""
    esbuild = spare.take(program)
    with pytest.raises(ProjectError, match="no such syntax"):
        esbuild.run({}, [["fail"]])
    spare.give_back(esbuild)

    assert spare.take(program) is esbuild
    spare.give_back(esbuild)


def test_another_executable_has_a_sandbox_of_its_own(
    spare: SpareEsbuild, program: Path, tmp_path: Path
) -> None:
    """The kept one sees the folder of one executable."""
    other = tmp_path / "other" / "esbuild"
    other.parent.mkdir()
    other.write_bytes(program.read_bytes())
    other.chmod(0o755)
    first = spare.take(program)
    spare.give_back(first)
    second = spare.take(other)

    assert other == second.executable
    assert not first.is_ready
    assert "a.ts" == _say(second, "list", "a.ts")
    spare.give_back(second)


def test_sandbox_that_ended_is_replaced(spare: SpareEsbuild, program: Path) -> None:
    """Also one that was made by a thread that is over, with which it ends."""
    taken: list[Esbuild] = []

    def build() -> None:
        taken.append(spare.take(program))
        taken[0].run({}, [["none"]])
        spare.give_back(taken[0])

    thread = threading.Thread(target=build)
    thread.start()
    thread.join()
    assert not taken[0].is_ready
    spare.prepare()
    esbuild = spare.take(program)

    assert "a.ts" == _say(esbuild, "list", "a.ts")
    esbuild.close()
    spare.give_back(esbuild)
    again = spare.take(program)
    assert "a.ts" == _say(again, "list", "a.ts")
    spare.give_back(again)


def test_nothing_is_left(program: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The folder goes with the sandbox, and so do its descriptors."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.glob("*")))
    spare = SpareEsbuild()
    esbuild = spare.take(program)
    _say(esbuild, "list", "a.ts")
    spare.give_back(esbuild)
    spare.close()

    assert not list(tmp_path.glob("zipper-esbuild-*"))
    assert before == len(list(descriptors.glob("*")))
