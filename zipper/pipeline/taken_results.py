"""What workers without this disk have built, put where it is wanted.

In: their results. Out: the same as if functions had been built here, and the files on this disk. A
file that is there already, with the same bytes, is neither fetched nor written.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.errors import OutputError, UsageError, ZipperError
from zipper.files import write_error, write_file
from zipper.folders import make_folders, remove_folder
from zipper.sharing.blobs import UnfoundError
from zipper.sharing.objects import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.pipeline.building_batches import Result
    from zipper.pipeline.received_sources import ElsewhereResult, WrittenFile
    from zipper.sharing.blobs import Blobs

__all__ = ["take_results"]


def take_results(results: Sequence[ElsewhereResult], blobs: Blobs, *, is_new: bool) -> list[Result]:
    """Write what was built, and return what came of each function.

    Args:
        results: of the functions of a batch.
        blobs: of the shared store that has the files.
        is_new: no zip counts as unchanged, whatever is there.

    Raises:
        UnfoundError: the store does not have a file.
        UsageError: EWORKERS where it does not answer.
    """
    taken: list[Result] = []
    for result in results:
        package, error = result.package, result.error
        try:
            _forget_maps(result)
            changed = {file.path for file in result.files if _take(file, blobs)}
        except ZipperError as cause:
            package, error = None, cause
        except UnreachableError as cause:
            raise UsageError(
                "EWORKERS",
                f"the shared store does not give what workers put there: {cause}",
                hint="see `python -m zipper help store`",
            ) from cause
        if package is not None:
            is_unchanged = package.written and not is_new and package.path not in changed
            package = package._replace(is_unchanged=is_unchanged)
        taken.append((package, error))
    return taken


def _forget_maps(result: ElsewhereResult) -> None:
    """Remove the external maps of an earlier zip; those of a bundle are by the zip's own hash."""
    package = result.package
    if package is None or package.bundle is not None:
        return
    folder = f"{package.path}.maps"
    kept = {file.path for file in result.files}
    if any(path.startswith(f"{folder}/") for path in kept):
        with contextlib.suppress(OSError):
            remove_folder(folder)


def _take(file: WrittenFile, blobs: Blobs) -> bool:
    """Write one file; False where it is there already."""
    path = Path(file.path)
    if _is_there(path, file):
        return False
    data = blobs.get(file.digest) if file.data is None else file.data
    if hashlib.sha256(data).hexdigest() != file.digest:
        raise UnfoundError(file.digest, is_wrong=True)
    try:
        make_folders(path.parent)
    except OSError as cause:
        raise write_error(cause, path, OutputError) from cause
    write_file(path, [[data]], error=OutputError)
    return True


def _is_there(path: Path, file: WrittenFile) -> bool:
    try:
        if os.stat(path).st_size != file.size_bytes:  # noqa: PTH116  (for thousands)
            return False
        return hashlib.sha256(path.read_bytes()).hexdigest() == file.digest
    except OSError:
        return False
