"""`build --affected BASE`: what differs from the merge-base is built, and why is printed."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.support.command import run_zipper
from tests.support.git_repository import GitRepository, require_git
from tests.support.scene import HANDLER, Scene, write_files

if TYPE_CHECKING:
    from pathlib import Path


def make_repository(folder: Path) -> GitRepository:
    """Return a repository of two functions that need no package, off its branch `main`."""
    require_git()
    git = GitRepository(folder)
    settings = {"functions": ["packages/fn-*"], "output": "dist/"}
    git.commit(
        {
            ".gitignore": "dist/\n",
            "package.json": {"name": "root", "workspaces": ["packages/*"], "zipper": settings},
            "packages/fn-a/package.json": {"name": "fn-a", "version": "1.0.0"},
            "packages/fn-a/index.js": HANDLER,
            "packages/fn-b/package.json": {"name": "fn-b", "version": "1.0.0"},
            "packages/fn-b/index.js": HANDLER,
        }
    )
    git.run("checkout", "--quiet", "-b", "feature")
    return git


def test_what_differs_is_built_and_why_is_printed(scene: Scene) -> None:
    """Nothing is written for the others; without a difference the status is 0 all the same."""
    git = make_repository(scene.folder / "repository")
    words = ("build", "--affected", "main", "--cache-dir", str(scene.cache))
    none = run_zipper(*words, cwd=git.folder, env=scene.environment)
    assert 0 == none.status, none.stderr
    head = f"compared with {git.run('rev-parse', 'main')[:12]}, where this branch left `main`"
    assert [head, "fn-a: unaffected", "fn-b: unaffected"] == none.stdout.splitlines()

    write_files(git.folder, {"packages/fn-a/index.js": f"{HANDLER}// new\n"})
    done = run_zipper(*words, cwd=git.folder, env=scene.environment)
    assert 0 == done.status, done.stderr
    reason = "  file `packages/fn-a/index.js`: changed"
    assert [head, "fn-a: affected", reason, "fn-b: unaffected"] == done.stdout.splitlines()[:4]
    assert ["fn-a.zip"] == [path.name for path in (git.folder / "dist").iterdir()]


def test_json_has_the_reasons(scene: Scene) -> None:
    """The document has the commit, each package with its reasons, and the names of the others."""
    git = make_repository(scene.folder / "repository")
    write_files(git.folder, {"packages/fn-a/new.js": "1\n"})
    words = ("build", "--affected", "main", "--json", "--cache-dir", str(scene.cache))
    document = run_zipper(*words, cwd=git.folder, env=scene.environment).document

    assert document is not None
    [function] = document.pop("functions")
    assert {
        "base": "main",
        "merge_base": git.run("rev-parse", "main"),
        "unaffected": ["fn-b"],
    } == document
    reason = {"kind": "file", "subject": "packages/fn-a/new.js", "message": "new"}
    assert ("fn-a", [reason], 3) == tuple(function[key] for key in ("name", "affected_by", "files"))


def test_python_takes_the_same_option(scene: Scene) -> None:
    """`build_all(affected=...)` returns what differs, with the reasons."""
    git = make_repository(scene.folder / "repository")
    write_files(git.folder, {"packages/fn-b/new.js": "1\n"})
    code = (
        "import json, zipper\n"
        "built = zipper.build_all(affected='main')\n"
        "print(json.dumps([(one.name, one.package.ok, one.affected_by) for one in built]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=git.folder,
        env={**scene.environment, "ZIPPER_CACHE_DIR": str(scene.cache)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert [["fn-b", True, [["file", "packages/fn-b/new.js", "new"]]]] == json.loads(done.stdout)
