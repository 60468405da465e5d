"""Small git repositories on disk, made with the system's git."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.scene import write_files

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["GitRepository", "require_git"]

_PERSON = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Ada"), ("EMAIL", "ada@example.com"))
}


def require_git() -> None:
    """Skip the test where there is no git."""
    if shutil.which("git") is None:
        pytest.skip("no git on the PATH")


class GitRepository:
    """A repository in `folder`, on the branch `main`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"git+file://{folder.as_posix()}"
        folder.mkdir(parents=True, exist_ok=True)
        self.run("init", "--quiet", "--initial-branch=main")

    def commit(self, files: dict[str, str | bytes | dict], *, tag: str | None = None) -> str:
        """Write `files`, commit everything, and return the commit."""
        write_files(self.folder, files)
        self.run("add", "--all")
        self.run("commit", "--quiet", "--message=change")
        if tag is not None:
            self.run("tag", tag)
        return self.run("rev-parse", "HEAD")

    def run(self, *arguments: str) -> str:
        """Run git in the repository and return what it prints."""
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.folder,
            env={**os.environ, **_PERSON},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()
