"""What is kept beside the zip of a bundle: esbuild's metafile, licences, external source maps.

    fn.zip.meta.json               the metafile; its members `zip` and `packages` are zipper's
    fn.zip.NOTICE                  the licences of the packages in the bundle
    fn.zip.maps/<sha256>/...       the maps of the zip with that hash; those of older zips stay

In: a plan, and the package that it became. Out: files.
"""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.errors import OutputError
from zipper.files import write_error, write_file
from zipper.folders import make_folders

if TYPE_CHECKING:
    from zipper.package import Package
    from zipper.pipeline.bundling import BundledFunction

__all__ = ["make_metafile", "name_metafile", "write_bundle_files"]

_META: Final = ".meta.json"
_MAPS: Final = ".maps"
_NOTICE: Final = ".NOTICE"


def name_metafile(output: Path) -> Path:
    """Return where the metafile of the zip at `output` is."""
    return output.with_name(f"{output.name}{_META}")


def write_bundle_files(bundle: BundledFunction, package: Package) -> Package:
    """Write the metafile and the maps; return the package, which says where the metafile is.

    Args:
        bundle: what the package was made of.
        package: of the zip that is written.

    Raises:
        OutputError: EOUTPUT where they cannot be written.
    """
    output = Path(package.path)
    place = name_metafile(output)
    text = make_metafile(bundle, code_sha256=package.code_sha256)
    try:
        write_file(place, [[text]], error=OutputError)
        notice = output.with_name(f"{output.name}{_NOTICE}")
        if bundle.notice:
            data = bundle.notice.encode("utf-8", "replace")
            write_file(notice, [[data]], error=OutputError)
        else:
            notice.unlink(missing_ok=True)
        folder = output.with_name(f"{output.name}{_MAPS}") / b64decode(package.code_sha256).hex()
        for name, content in bundle.maps.items():
            make_folders((folder / name).parent)
            data = content.encode("utf-8", "surrogatepass")
            write_file(folder / name, [[data]], error=OutputError)
    except OSError as cause:
        raise write_error(cause, place, OutputError) from cause
    assert package.bundle is not None
    return package._replace(bundle=package.bundle._replace(metafile=str(place)))


def make_metafile(bundle: BundledFunction, *, code_sha256: str) -> bytes:
    """Return the metafile with one more member, which says which zip it is about."""
    zip_ = json.dumps({"code_sha256": code_sha256, "bundle": bundle.output})
    return b'{\n  "zip": ' + zip_.encode() + b"," + bundle.metafile[1:]
