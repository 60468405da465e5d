"""A Node.js that can be started, and the folder in which an environment of it is kept.

Which one is wanted is `zipper.node.choice`'s work, getting it `zipper.node.install_node`'s.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from zipper.folders import make_private_folders
from zipper.node.executables import identify_executable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.store.notes import Notebook
    from zipper.store.store_zip import StoreZip

__all__ = [
    "NodeEnvironment",
    "PackageSource",
    "lock_folder",
    "read_marker",
    "write_marker",
]

_MARKER: Final = "zipper.json"


class PackageSource(Protocol):
    """Where a package of the registry comes from: the store, and a registry behind it."""

    def obtain(self, name: str, version: str) -> StoreZip:
        """Return the files of exactly `name@version`, whose tarball agreed with its integrity.

        Raises:
            ZipperError: whatever keeps it away, such as E404, EOFFLINE or EINTEGRITY.
        """


@dataclass(frozen=True, slots=True)
class NodeEnvironment:
    """A Node.js that can be started.

    Attributes:
        executable: Node itself, never a shell script in front of it.
        version: such as `22.23.3`.
        origin: where it came from, in words.
        folder: the environment as nodeenv lays it out, with `bin/` and `lib/node_modules/`; the
            folder above the executable's where the user named an executable.
    """

    executable: Path
    version: str
    origin: str
    folder: Path

    @property
    def major(self) -> int:
        """The first number of the version."""
        return int(self.version.partition(".")[0])


def read_marker(folder: Path, notebook: Notebook) -> NodeEnvironment | None:
    """Return the finished environment in `folder`; None where it is absent or unfinished.

    None also where its Node is no longer the one that was put there.
    """
    try:
        values = json.loads((folder / _MARKER).read_text(encoding="utf-8"))
        executable = Path(values["executable"])
        digest = identify_executable(executable, notebook)
        if not digest or digest != values["digest"]:
            return None
        return NodeEnvironment(executable, values["version"], values["origin"], folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_marker(environment: NodeEnvironment, notebook: Notebook) -> None:
    """Say that the environment is finished; written last, and at once."""
    values = {
        "executable": str(environment.executable),
        "version": environment.version,
        "origin": environment.origin,
        "digest": identify_executable(environment.executable, notebook),
    }
    partial = environment.folder / f"{_MARKER}.{os.getpid()}"
    partial.write_text(json.dumps(values), encoding="utf-8")
    partial.replace(environment.folder / _MARKER)


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Hold the one lock of `folder`, which need not exist; others wait, a crash releases it."""
    make_private_folders(folder.parent)
    with folder.with_name(f"{folder.name}.lock").open("ab") as file:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - exists only there

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - exists only elsewhere

            fcntl.flock(file, fcntl.LOCK_EX)
            yield
