"""A package that is written to a file object: to memory, a socket, another library's upload.

In: a request, how it is built, and what takes bytes. Out: the package without a path. The zip is
made in a folder of its own first, because it is checked before any of it is handed on.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from zipper.package import Package
    from zipper.settings.build_request import BuildRequest

__all__ = ["build_bytes", "build_into"]


def build_bytes(request: BuildRequest, build: Callable[[BuildRequest], Package]) -> Package:
    """Build what `request` asks for; the package has the zip as its `data` where it is written.

    Raises:
        ZipperError: what `zipper.build` raises.
    """
    sink = io.BytesIO()
    package = build_into(sink, request, build)
    return package._replace(data=sink.getvalue()) if package.written else package


def build_into(
    sink: IO[bytes], request: BuildRequest, build: Callable[[BuildRequest], Package]
) -> Package:
    """Build what `request` asks for and write the zip to `sink`, from where it is.

    Of a package that does not pass its check nothing is written, but as `zipper.build` says.

    Raises:
        ZipperError: what `zipper.build` raises; nothing is written then.
        OSError: what `sink` raises.
    """
    with tempfile.TemporaryDirectory(prefix="zipper-build-") as folder:
        elsewhere = request._replace(output=f"{folder}/function.zip")
        package = build(elsewhere)
        if package.written:
            with Path(package.path).open("rb") as zipped:
                shutil.copyfileobj(zipped, sink, 1 << 20)
    return package._replace(path="")
