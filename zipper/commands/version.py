"""`zipper --version`: the version, and the distribution that brought this code.

`zipper` on the Python Package Index is another project; this one is distributed as `zipper-nodejs`.
So the version names the distribution whose files are running, and a stranger's is seen at once.
"""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import zipper

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DISTRIBUTION", "describe_version", "find_distributions"]

DISTRIBUTION: Final = "zipper-nodejs"

_INSTALLED: Final = re.compile(r"(zipper(?:_\w+)?)-([^-]+)\.dist-info", re.ASCII)
_OWN_FILE: Final = re.compile(rb"^zipper/__init__\.py,", re.MULTILINE)


def describe_version() -> str:
    """Return one line: `zipper 0.1.0 (zipper-nodejs 0.1.0, Python 3.13.2)`."""
    folder = Path(zipper.__file__).parent
    found = ", ".join(find_distributions(folder)) or f"{DISTRIBUTION} from {folder.parent}"
    return f"zipper {zipper.__version__} ({found}, Python {platform.python_version()})"


def find_distributions(folder: Path) -> Iterator[str]:
    """Yield name and version of each installed distribution whose files lie in `folder`.

    Reads the records beside the package, which takes a hundredth of importlib.metadata's time.
    """
    try:
        beside = sorted(os.listdir(folder.parent))  # noqa: PTH208  (names alone)
    except OSError:
        return
    for name in beside:
        match = _INSTALLED.fullmatch(name)
        if match is None:
            continue
        try:
            record = (folder.parent / name / "RECORD").read_bytes()
        except OSError:
            continue
        if _OWN_FILE.search(record):
            yield f"{match[1].replace('_', '-')} {match[2]}"
