"""A foreign lockfile with the settings that lie beside it: which reader, and what it is given.

In: the files' bytes. Out: a `ForeignLockfile`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import LockfileError
from zipper.lockfile.foreign import reader_of

if TYPE_CHECKING:
    from zipper.lockfile.foreign import ForeignLockfile
    from zipper.project.foreign_lockfile import ForeignText
    from zipper.resolving.files_beside import FilesBeside

__all__ = ["read_foreign"]


def read_foreign(foreign: ForeignText, beside: FilesBeside) -> ForeignLockfile:
    """Return what a foreign lockfile says, with the files beside it.

    Raises:
        LockfileError: as the readers; ELOCKFILE for what is no UTF-8.
        ProjectError: ESETTINGS for a .yarnrc.yml or bunfig.toml that cannot be read.
    """
    try:
        text = foreign.data.decode("utf-8")
    except UnicodeDecodeError as cause:
        raise LockfileError(
            "ELOCKFILE",
            f"`{foreign.path}` is not UTF-8: see byte {cause.start}",
            hint="restore it from version control",
        ) from None
    return reader_of(foreign.name)(text, path=foreign.path, beside=beside)
