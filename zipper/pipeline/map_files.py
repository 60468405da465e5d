"""External source maps on disk: a folder beside the zip, `fn.zip.maps`, with the zip's own folders.

In: the zip's path and the maps. Out: files. All maps of one build, or none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.errors import OutputError
from zipper.files import write_error
from zipper.folders import make_folders, replace_folder
from zipper.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["write_maps"]

_SUFFIX: Final = ".maps"


def write_maps(output: Path, maps: Mapping[str, str]) -> None:
    """Write `maps`, by the names that they would have in the zip, beside `output`.

    What an earlier build wrote there is gone.

    Raises:
        OutputError: EOUTPUT where they cannot be written.
    """
    place = output.with_name(f"{output.name}{_SUFFIX}")
    try:
        make_folders(output.parent)
        with scratch_folder(f".{output.name}-maps-", within=output.parent) as scratch:
            for name, text in maps.items():
                path = scratch / "maps" / name
                make_folders(path.parent)
                path.write_bytes(text.encode("utf-8", "surrogatepass"))
            replace_folder(place, scratch / "maps", aside=scratch / "old")
    except OSError as cause:
        raise write_error(cause, place, OutputError) from cause
