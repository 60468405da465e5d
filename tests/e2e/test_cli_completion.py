"""Completion in the shells themselves: what they offer after their own reading of our script."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_zipper
from tests.support.scene import write_files
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SETTINGS = """
[[tool.zipper.functions]]
name = "orders"
[[tool.zipper.functions]]
name = "users"
"""
BASH = """
compopt() { :; }  # it only works while the shell itself completes
source ./script
read -ra COMP_WORDS <<< "$1"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_zipper_completion zipper
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
compdef() { :; }  # these work only while the shell itself completes
compadd() { print -l -- ${(P)argv[-1]} }
_describe() { print -l -- ${(P)argv[3]} }
_path_files() { :; }
source ./script
words=(${=1}); CURRENT=$#words
_zipper_completion
"""
FISH = "source ./script; complete -C $argv[1]"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    program = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m zipper "$@"\n'
    write_files(tmp_path, {"pyproject.toml": SETTINGS, "bin/zipper": program})
    (tmp_path / "bin/zipper").chmod(0o755)
    return tmp_path


def ask(shell: str, typed: str, folder: Path) -> list[str]:
    """Return what `shell` offers for a line, sorted."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell} is installed")
    script = run_zipper("completion", shell).stdout
    (folder / "script").write_text(script, encoding="utf-8")
    words = {"bash": ["-c", BASH, "bash"], "zsh": ["-fc", ZSH, "zsh"], "fish": ["-c", FISH]}
    env = {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONPATH": str(REPOSITORY),
    }
    done = subprocess.run(
        [program, *words[shell], typed],
        cwd=folder, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
    # zsh and fish describe: `build:Build the deployment ...`, and the same after a tab.
    return sorted(re.split("[:\\t]", line)[0] for line in done.stdout.splitlines() if line)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("zipper che", ["check"]),
        ("zipper build or", ["orders"]),
        ("zipper explain u", ["users"]),
        ("zipper check --forma", ["--format"]),
        ("zipper build --runtime nodejs2", ["nodejs20.x", "nodejs22.x", "nodejs24.x"]),
        ("zipper run --arch a", ["arm64"]),
    ],
)
def test_a_shell_offers_what_fits(
    folder: Path, shell: str, typed: str, expected: list[str]
) -> None:
    """Commands, functions of the settings here, options and values, and nothing else."""
    assert expected == ask(shell, typed, folder)
