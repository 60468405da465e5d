"""A build whose answer is the same whether or not its zip can be written, or is there already.

In: a request. Out: the package. Terraform asks in each plan, on machines that may only read.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Final

from zipper.errors import OutputError
from zipper.pipeline.building import build_requested, rehearse_requested

if TYPE_CHECKING:
    from zipper.package import Package
    from zipper.settings.build_request import BuildRequest

__all__ = ["build_answer"]

_READ_ONLY: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def build_answer(request: BuildRequest) -> Package:
    """Build what `request` asks for; a zip that has these very bytes is left alone.

    Where the system lets nothing be written at its place, the package is made in memory, and is
    not `written`.

    Raises:
        ZipperError: what `zipper.build` raises.
    """
    try:
        return build_requested(request, incremental=True, compares=True)
    except OutputError as error:
        cause = error.__cause__
        if not isinstance(cause, OSError) or cause.errno not in _READ_ONLY:
            raise
    _, package = rehearse_requested(request, measures=True)
    return package
