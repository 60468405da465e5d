"""A package as a folder: for `sam local`, a makefile's `$(ARTIFACTS_DIR)`, a container's COPY.

In: a request and a folder. Out: the package, whose files are in the folder as Lambda unpacks them.
The zip is made first, because it is what is judged; the folder takes the place of an older one when
it is whole.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.archive.listing import read_listing
from zipper.errors import OutputError, UsageError
from zipper.file_bytes import open_file
from zipper.files import write_error
from zipper.folders import list_files, make_folders, replace_folder
from zipper.pipeline.building import build_requested
from zipper.scratch import scratch_folder, uninterrupted

if TYPE_CHECKING:
    from zipper.archive.listing import Listing
    from zipper.events import OnEvent
    from zipper.package import Package
    from zipper.settings.build_request import BuildRequest

__all__ = ["build_unpacked"]

_DATE: Final = 499_162_500
"""The time of each file, in seconds since 1970: 1985-10-26, as npm has it. Tools that zip the
folder again write it into their zip, and 1980-01-01 is too early for that west of Greenwich. It
also tells a folder of ours from another one."""


def build_unpacked(
    request: BuildRequest, folder: Path, *, on_event: OnEvent | None = None
) -> Package:
    """Build what `request` asks for into `folder`, one that is absent, empty, or made so before.

    Returns:
        The package; its path is the folder, its size and hash are those of the zip.

    Raises:
        OutputError: EOUTPUT where the folder has files that are not of a package made here, or
            cannot be written.
        UsageError: EUSAGE where the project is in the folder.
        ZipperError: what `zipper.build` raises.
    """
    place = Path(os.path.realpath(folder))
    project = Path(os.path.realpath(request.project))
    if project.is_relative_to(place):
        raise UsageError(
            "EUSAGE",
            f"the project is in `{folder}`, which the package would replace",
            hint="name a folder of its own, such as `--unpacked build/orders`",
        )
    _refuse_others(place)
    if place.is_relative_to(project):
        pattern = f"/{_escape(place.relative_to(project).as_posix())}/"
        request = request._replace(exclude=(*request.exclude, pattern))
    with scratch_folder("zipper-build-") as scratch:
        zipped = scratch / "function.zip"
        package = build_requested(request._replace(output=str(zipped)), on_event=on_event)
        if package.written:
            try:
                _unpack(zipped, place)
            except OSError as cause:
                raise write_error(cause, place, OutputError) from cause
    return package._replace(path=str(place))


def _refuse_others(place: Path) -> None:
    """Refuse a folder with a file that was not unpacked, or was changed since."""
    if place.is_file():
        raise OutputError("EOUTPUT", f"`{place}` is a file", hint="name a folder")
    for name in list_files(place):
        if int(os.lstat(name).st_mtime) != _DATE:
            raise OutputError(
                "EOUTPUT",
                f"`{place}` has files that are not of a package unpacked there",
                facts=(("such as", os.path.relpath(name, place)),),
                hint="name a folder that is new or empty, or remove this one first",
            )


def _escape(path: str) -> str:
    return "".join(f"\\{one}" if one in "\\*?[]!#" else one for one in path)


def _unpack(zipped: Path, place: Path) -> None:
    """Put the files of the zip at `place`; an older folder goes when they are all there."""
    make_folders(place.parent)
    with scratch_folder(".zipper-unpacked-", within=place.parent) as scratch:
        new = scratch / "new"
        new.mkdir()
        source = open_file(zipped)
        assert source is not None
        _write_members(read_listing(source), new)
        with uninterrupted():
            try:
                replace_folder(place, new, aside=scratch / "old")
            except OSError:
                # What is mounted there, as in a container, cannot be renamed; what is in it can.
                _move_into(new, place)


def _write_members(listing: Listing, folder: Path) -> None:
    for above in {entry.name.rpartition("/")[0] for entry in listing.entries}:
        make_folders(folder / above)
    for entry in listing.entries:
        path = folder / entry.name
        path.write_bytes(listing.read(entry, limit_bytes=entry.size, check_crc=True))
        path.chmod(0o755 if entry.mode & 0o100 else 0o644)
        os.utime(path, (_DATE, _DATE))


def _move_into(new: Path, place: Path) -> None:
    for old in place.iterdir():
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        else:
            old.unlink()
    for one in new.iterdir():
        shutil.move(one, place / one.name)
