"""The folder of tarballs that yarn 1 looks in before it asks a registry: `yarn-offline-mirror`.

In: a project's folder. Out: where the mirror is and what it has.

Deviation: the `.yarnrc` beside the lockfile counts, not those of other folders, and a mirror that
is outside the project is none: what is packed must be found on every machine.

Source: yarn 1.22 src/fetchers/tarball-fetcher.js `getTarballMirrorPath`, src/config.js.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.files import read_or_none
from zipper.lockfile.foreign import clean_folder
from zipper.npm.web_url import parse_url

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Mirror", "find_mirror"]

_SETTING: Final = re.compile(
    r'(?m)^"?yarn-offline-mirror"?:?[ \t]+(?:"([^"\n]*)"|([^\s"]+))[ \t\r]*$'
)

_TARBALL: Final = re.compile(
    r"/(?:(@[^/]+)(?:/|%2f))?[^/]+/(?:-|_attachments)/(?:@[^/]+/)?([^/]+)", re.IGNORECASE
)


class Mirror(NamedTuple):
    """A folder of tarballs in the project."""

    folder: str
    """Relative to the project, `/`-separated."""
    names: tuple[str, ...]
    """Of the files in it, sorted."""

    def find(self, address: str) -> str | None:
        """Return the file, relative to the project, that has what is at a tarball's address."""
        url = parse_url(address)
        match = None if url is None else _TARBALL.fullmatch(url.pathname)
        if match is None:
            return None
        name = f"{match[1]}-{match[2]}" if match[1] else match[2]
        return f"{self.folder}/{name}" if name in self.names else None


def find_mirror(root: Path) -> Mirror | None:
    """Return the mirror that the `.yarnrc` in `root` names, if it is there and in the project."""
    text = (read_or_none(root / ".yarnrc") or b"").decode("utf-8", "replace")
    found = _SETTING.search(text)
    folder = None if found is None else clean_folder(found[1] or found[2] or "")
    if not folder or folder.startswith(".."):
        return None
    try:
        names = sorted(one.name for one in (root / folder).iterdir() if one.is_file())
    except OSError:
        return None
    return Mirror(folder, tuple(names))
