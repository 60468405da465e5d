"""One way to run git: it asks for no password, and no program that a repository names is started.

In: git's words and a folder. Out: what the process said. Its caller says what a failure means.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["PROTOCOLS", "TIMEOUT_SECONDS", "run_git"]

TIMEOUT_SECONDS: Final = 300

PROTOCOLS: Final = "git:http:https:ssh"
"""What a repository may be fetched by; git's own `ext` runs a command."""

_SAFE: Final = ("core.hooksPath=/dev/null", "core.fsmonitor=false")
"""No program that a repository's settings name runs on the side."""

_PLACES: Final = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_CONFIG", "GIT_DIR",
    "GIT_EXTERNAL_DIFF", "GIT_GRAFT_FILE", "GIT_INDEX_FILE", "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_QUARANTINE_PATH", "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)  # fmt: skip
"""Variables that a hook of git's gives to what it starts, for the repository of the hook.

Those with settings (`GIT_CONFIG_COUNT`) stay: CI systems give credentials in them.

Source: `git rev-parse --local-env-vars`, git 2.39.
"""


def run_git(
    *arguments: str,
    folder: Path | None = None,
    ceiling: Path | None = None,
    protocols: str = PROTOCOLS,
    settings: tuple[str, ...] = (),
    text: bytes = b"",
) -> subprocess.CompletedProcess[bytes]:
    """Run git in `folder` and return what it said.

    Args:
        arguments: git's; `--` or `--end-of-options` goes before what others have named.
        folder: where it runs; the working directory where it is None.
        ceiling: no repository is looked for in this folder and those above it.
        protocols: those by which it may fetch, with colons between.
        settings: more of git's settings, as `name=value`.
        text: what it reads.

    Raises:
        FileNotFoundError: there is no git.
        subprocess.TimeoutExpired: after `TIMEOUT_SECONDS`.
    """
    environment = {name: text for name, text in os.environ.items() if name not in _PLACES}
    environment |= {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": os.environ.get("GIT_ASKPASS", "echo"),
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND", "ssh -oBatchMode=yes"),
    }
    if ceiling is not None:
        environment["GIT_CEILING_DIRECTORIES"] = str(ceiling)
    options = [word for setting in (*_SAFE, *settings) for word in ("-c", setting)]
    return subprocess.run(  # noqa: S603  (arguments are a list)  # nosec B603, B607
        ["git", *options, *arguments],  # noqa: S607  (the git that is installed)
        cwd=folder,
        env=environment,
        input=text,
        capture_output=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
