"""Git dependencies whose repository wants another one."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene

AUTHOR = ("-c", "user.name=a", "-c", "user.email=a@mail.example")


def git(folder: Path, *words: str) -> str:
    command = ["git", *AUTHOR, "-c", "protocol.file.allow=always", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def make_repository(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    git(folder, "init", "-q")
    for name, text in files.items():
        (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "all")


def test_submodule_on_this_disk_is_not_taken(scene: Scene) -> None:
    """A repository may not name another one on this disk, as git itself has it since 2.38.1."""
    private, public = scene.folder / "private", scene.folder / "public"
    make_repository(private, {"secret.js": "nobody's business"})
    make_repository(public, {"package.json": '{"name": "a", "version": "1.0.0"}'})
    git(public, "submodule", "--quiet", "add", f"file://{private}", "sub")
    git(public, "commit", "-q", "-m", "submodule")
    address = f"git+file://{public}#{git(public, 'rev-parse', 'HEAD')}"
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"a": address}}
    scene.write({"package.json": manifest})
    result = scene.build()

    assert (1, "EGIT") == (result.status, result.code), result.stderr
    assert "transport 'file' not allowed" in result.stderr
    assert not scene.output.exists()
