"""A folder's package.json, read from disk, and a hash of texts like it.

In: a folder. Out: a `Manifest`.
"""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.errors import ProjectError
from zipper.files import read_or_none
from zipper.folders import list_files
from zipper.npm.json_text import parse_json_object
from zipper.npm.package_json import Manifest, describe_malformed, parse_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable


__all__ = ["find_manifest", "fingerprint", "read_manifest"]


def find_manifest(folder: Path, *, seen: list[bytes] | None = None) -> Manifest | None:
    """Return the manifest in `folder`; None where there is none. `seen` as in `read_manifest`.

    Raises:
        ProjectError: EJSONPARSE, EINVALIDPACKAGE, EREAD.
    """
    try:
        return read_manifest(folder, seen=seen)
    except ProjectError as error:
        if error.code == "ENOPROJECT":
            return None
        raise


def read_manifest(folder: Path, *, seen: list[bytes] | None = None) -> Manifest:
    """Return the manifest in `folder`; what it is made of is added to `seen`, if that is given.

    Raises:
        ProjectError: ENOPROJECT, EJSONPARSE, EINVALIDPACKAGE, EREAD.
    """
    path = folder / "package.json"
    data = read_or_none(path)
    if data is None:
        raise ProjectError(
            "ENOPROJECT",
            f"there is no package.json in `{folder}`",
            hint="name the folder that holds package.json",
        )
    if seen is not None:
        seen.append(data)
    raw = parse_json_object(data, path=str(path))
    malformed = describe_malformed(raw)
    if malformed:
        raise ProjectError(
            "EINVALIDPACKAGE",
            f"`{path}` names dependencies in a way that npm cannot read",
            facts=tuple(("malformed", line) for line in malformed),
            hint='write them as `"dependencies": {"NAME": "SPEC"}`, every spec in quotation marks',
        )
    if "directories" in raw:
        from zipper.npm.bin_folder import expand_bin_folder  # noqa: PLC0415  (rare)

        raw = expand_bin_folder(raw, partial(_list_files, folder))
        if seen is not None:
            seen.append(repr(raw.get("bin")).encode("utf-8", "surrogatepass"))
    return parse_manifest(raw)


def _list_files(package: Path, folder: str) -> list[str]:
    top = package / folder
    found = (Path(path) for path in list_files(top))
    return [path.relative_to(top).as_posix() for path in found if path.is_file()]


def fingerprint(texts: Iterable[bytes]) -> str:
    """Return a hash of texts, of where each one ends too."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(len(text).to_bytes(8, "big"))
        digest.update(text)
    return digest.hexdigest()
