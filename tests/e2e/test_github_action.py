"""The composite action and the hooks of pre-commit: what they say fits the command, and runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import zipper
from tests.support.command import run_zipper
from tests.support.scene import HANDLER, write_files
from tests.support.shared import REPOSITORY
from zipper import __version__
from zipper.commands.group import COMMANDS

FOLDER = REPOSITORY / ".github/actions/package"
ACTION = yaml.safe_load((FOLDER / "action.yml").read_text("utf-8"))
SCRIPT = (FOLDER / "package.sh").read_text("utf-8")
STEPS = ACTION["runs"]["steps"]


def git(folder: Path, *words: str) -> None:
    name = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True)


def run_action(folder: Path, work: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the action's script in the folder of a checkout, with what GitHub would set."""
    defaults = {name: row["default"] for name, row in ACTION["inputs"].items()}
    given = {**defaults, "base": "", **inputs}
    work.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZIPPER_")}
    return subprocess.run(
        ["bash", FOLDER / "package.sh"],
        cwd=folder,
        env={
            **kept,
            **{f"INPUT_{name.upper()}": value for name, value in given.items() if "-" not in name},
            "RUNNER_TEMP": str(work),
            "GITHUB_OUTPUT": str(work / "output"),
            "GITHUB_STEP_SUMMARY": str(work / "summary"),
            "PYTHONPATH": str(REPOSITORY),
            "ZIPPER_CACHE_DIR": str(work / "cache"),
            "ZIPPER_PYTHON": sys.executable,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


needs_bash = pytest.mark.skipif(sys.platform == "win32", reason="its runner has another bash")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout of a branch whose base is at `origin`."""
    origin = tmp_path / "origin"
    write_files(
        origin,
        {"fn/package.json": {"name": "fn"}, "fn/index.js": HANDLER, ".gitignore": "*.zip\n"},
    )
    git(origin, "init", "-q", "-b", "main")
    git(origin, "add", "-A")
    git(origin, "commit", "-q", "-m", "base")
    git(tmp_path, "clone", "-q", str(origin), "checkout")
    return tmp_path / "checkout"


def outputs(work: Path) -> dict[str, str]:
    lines = (work / "output").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


@needs_bash
def test_it_builds_and_tells_the_difference(checkout: Path, tmp_path: Path) -> None:
    """The zip, its hash and size as outputs; sizes and their difference from the base branch."""
    write_files(checkout, {"fn/data.txt": "x" * 5000})
    work = tmp_path / "work"
    done = run_action(checkout, work, project="fn", output="dist/fn.zip", base="main")

    assert 0 == done.returncode, done.stderr
    found = outputs(work)
    built = run_zipper("build", "fn", "-o", "again.zip", "--json", cwd=checkout)
    assert built.document is not None
    assert "dist/fn.zip" == found["path"]
    assert built.document["code_sha256"] == found["code-sha256"]
    assert str((checkout / "dist/fn.zip").stat().st_size) == found["size-bytes"]
    summary = (work / "summary").read_text("utf-8")
    assert "`fn`: pass" in summary
    assert "+5.00 kB unzipped" in summary
    assert "1 file added, 0 removed, 0 changed" in summary
    worktrees = subprocess.run(
        ["git", "worktree", "list"], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert 1 == len(worktrees.stdout.splitlines())


@needs_bash
def test_a_failed_check_is_annotated(checkout: Path, tmp_path: Path) -> None:
    """The status is 1, the finding is an annotation, and no zip is handed on."""
    write_files(checkout, {"fn/index.js": "require('./gone')\nexports.handler = () => 1\n"})
    work = tmp_path / "work"
    done = run_action(checkout, work, project="fn", output="dist/fn.zip")

    assert 1 == done.returncode
    assert "::error" in done.stdout
    assert "`fn`: fail" in (work / "summary").read_text("utf-8")
    assert not (checkout / "dist/fn.zip").exists()


@needs_bash
def test_a_project_that_is_not_there_fails(checkout: Path, tmp_path: Path) -> None:
    """The error is the command's own."""
    done = run_action(checkout, tmp_path / "work", project="gone/")

    assert 1 == done.returncode
    assert "error[ENO" in done.stderr


@needs_bash
def test_a_base_that_cannot_be_built_is_told(checkout: Path, tmp_path: Path) -> None:
    """It is no reason to fail the branch that mends it."""
    work = tmp_path / "work"
    done = run_action(checkout, work, project="fn", base="no-such-branch")

    assert 0 == done.returncode, done.stderr
    assert "could not be built" in (work / "summary").read_text("utf-8")


def test_inputs_reach_the_script_as_variables() -> None:
    """No expression is written into a script: a branch's name could be a command."""
    for step in STEPS:
        assert "${{" not in step.get("run", "")
        assert "run" not in step or "bash" == step["shell"]
        assert "uses" not in step or re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"])
    given = {name: value for step in STEPS for name, value in step.get("env", {}).items()}
    used = set(re.findall(r"\bINPUT_[A-Z]+", SCRIPT))
    assert used == {name for name in given if name.startswith("INPUT_")}
    named = {name for value in given.values() for name in re.findall(r"inputs\.([\w-]+)", value)}
    assert {*ACTION["inputs"]} == named | {"working-directory"}


def test_outputs_are_those_that_the_script_writes() -> None:
    """Each output is a line of the script, and each line an output."""
    written = set(re.findall(r'^  echo "([\w-]+)=', SCRIPT, re.MULTILINE))

    assert set(ACTION["outputs"]) == written


def test_hooks_of_pre_commit_are_commands() -> None:
    """Each entry is a command with options that it has; the pages name this version."""
    hooks = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text("utf-8"))
    page = (Path(zipper.__file__).parent / "docs/ci.md").read_text("utf-8")

    for hook in hooks:
        program, command, *options = hook["entry"].split()
        assert "zipper" == program
        assert command in COMMANDS
        told = run_zipper(command, "--help").stdout
        assert all(option in told for option in options)
        assert f"id: {hook['id']}" in page
    assert f"rev: v{__version__}" in page
    assert f"actions/package@v{__version__}" in page


def test_the_hook_for_lockfiles_needs_no_network(tmp_path: Path) -> None:
    """In step: 0; out of step: 1."""
    lock = {"lockfileVersion": 3, "packages": {"": {"name": "fn"}}}
    write_files(tmp_path, {"package.json": {"name": "fn"}, "package-lock.json": lock})
    words = ("resolve", "--check", "--offline")
    env = {"ZIPPER_CACHE_DIR": str(tmp_path / "cache")}
    assert 0 == run_zipper(*words, cwd=tmp_path, env=env).status

    write_files(tmp_path, {"package.json": {"name": "fn", "dependencies": {"a": "1"}}})
    assert 1 == run_zipper(*words, cwd=tmp_path, env=env).status
