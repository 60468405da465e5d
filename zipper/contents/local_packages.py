"""Packages that lie on this disk: `file:` folders, workspaces and `file:` tarballs.

In: nodes of the tree and the project's folder. Out: bytes and members, chosen as npm would pack
them. The folders are only read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import ProjectError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["is_local_tarball", "read_local_tarball"]


def is_local_tarball(resolved: str | None) -> bool:
    """Tell whether `resolved` names a tarball on this disk."""
    return resolved is not None and resolved.startswith("file:")


def read_local_tarball(root: Path, resolved: str | None) -> bytes:
    """Return the bytes of a `file:` tarball; its path is relative to the project's folder.

    Raises:
        ProjectError: EREAD where it cannot be read.
    """
    assert resolved is not None
    path = root / resolved.removeprefix("file:")
    try:
        return path.read_bytes()
    except OSError as cause:
        raise ProjectError(
            "EREAD",
            f"cannot read the tarball `{path}`: {cause.strerror or cause}",
            facts=(("required as", resolved),),
            hint="`file:` paths are relative to the folder of package.json",
        ) from cause
