"""Sources in TypeScript beside a handler in JavaScript, and files that are not used."""

from __future__ import annotations

from pathlib import Path

import pytest

import zipper
from tests.support.scene import HANDLER, write_files
from zipper.bundling.output_places import ReachedFile
from zipper.pipeline.typescript import _tell_left_out, _tell_replaced
from zipper.project.own_files import OwnFiles
from zipper.project.read_project import read_project


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))


def test_a_handler_in_javascript_needs_no_esbuild(tmp_path: Path) -> None:
    """All files are packed as they are, sources too; without a handler its usual name is taken."""
    files = {"package.json": {"name": "fn"}, "index.js": HANDLER, "src/other.ts": "1"}
    write_files(tmp_path / "fn", files)

    planned = zipper.plan(tmp_path / "fn")
    named = zipper.plan(tmp_path / "fn", handler="./index.other")

    assert ["index.js", "package.json", "src/other.ts"] == [one.path for one in planned.files]
    assert ("index.handler", "./index.other") == (planned.handler, named.handler)
    assert not planned.keeps_folders


def test_folders_of_a_workspace_are_kept_where_files_outside_are(tmp_path: Path) -> None:
    """The member's own files are below its folder then, and so is its handler."""
    root = {"name": "root", "workspaces": ["packages/*"]}
    files = {"package.json": {"name": "fn"}, "index.js": HANDLER, "other.ts": "1"}
    lock = {
        "lockfileVersion": 3,
        "packages": {
            "": root,
            "packages/fn": {"name": "fn"},
            "node_modules/fn": {"resolved": "packages/fn", "link": True},
        },
    }
    write_files(tmp_path, {"package.json": root, "package-lock.json": lock, "logo.png": "x"})
    write_files(tmp_path / "packages" / "fn", files)

    planned = zipper.plan(tmp_path / "packages" / "fn", include=["../../logo.png"])

    assert planned.keeps_folders
    names = [one.path for one in planned.files]
    assert {"logo.png", "packages/fn/index.js", "packages/fn/other.ts"} <= set(names)
    assert "packages/fn/index.handler" == planned.handler


def reached(path: str, source: str) -> ReachedFile:
    return ReachedFile("", path, "text", source)


def test_sources_that_are_not_reached_are_told(tmp_path: Path) -> None:
    """One has its path; of several the first three are named, and how many there are."""
    write_files(tmp_path, {"package.json": {"name": "fn"}})
    project = read_project(tmp_path)
    names = ("a.ts", "b.tsx", "c.mts", "d.cts", "e.js", "f.ts")
    used = [reached("a.js", "a.ts")]

    def tell(*files: str) -> tuple[zipper.findings.Finding, ...]:
        return _tell_left_out(project, OwnFiles(tmp_path, files, ()), used)

    assert () == tell("a.ts", "e.js")
    (one,) = tell("a.ts", "b.tsx")
    assert ("source-unreached", "info", "b.tsx") == one[:3]
    assert one.message.endswith("b.tsx`") or one.message.endswith("b.tsx")
    (several,) = tell(*names)
    assert "" == several.path
    assert all(name in several.message for name in ("b.tsx", "c.mts", "d.cts"))
    assert "f.ts" not in several.message


def test_a_file_that_is_not_used_is_told() -> None:
    """JavaScript that lies where a source's output goes is not what is packed."""
    choice = OwnFiles(Path(), ("src/a.js", "b.js", "b.ts"), ())
    own = {
        "src/a.js": reached("fn/src/a.js", "fn/src/a.ts"),
        "b.js": reached("fn/b.js", "fn/b.js"),
        "c.js": reached("fn/c.js", "fn/c.ts"),
    }

    (finding,) = _tell_replaced(choice, own)

    assert ("source-beside", "info", "src/a.js") == finding[:3]
    assert "`fn/src/a.ts`" in finding.message
