"""Packages from git that npm would have built before packing them.

In: what was wanted, and the store zips of it. Out: a finding for each package whose `prepare`
script did not run.

Source: pacote 21 lib/git.js `#prepareDir`, lib/dir.js `#prepareDir`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.findings import Finding
from zipper.npm.git_resolved import is_git
from zipper.npm.json_text import find_object, map_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.fetching.needed_tarballs import Wanted
    from zipper.store.store_zip import StoreZip

__all__ = ["find_unprepared"]


def find_unprepared(
    wanted: Mapping[str, Wanted], zips: Mapping[str, StoreZip]
) -> Iterator[Finding]:
    """Yield a finding for each package from git that has a `prepare` script.

    Args:
        wanted: by location.
        zips: by location too.

    Deviation: npm installs the repository's devDependencies and runs the script, unless
    `ignore-scripts` is set; here no foreign code runs, and the package is what was committed.
    """
    for location, item in wanted.items():
        if is_git(item.resolved) and _has_prepare(zips[location]):
            yield Finding(
                "git-prepare",
                "warning",
                location,
                f"`{item.package_name}` is packed as it was committed: its `prepare` script, "
                "which npm would run, did not run",
                "if files are missing for that: depend on a published version, on a tarball that "
                "`npm pack` made, or on a branch in which the built files are committed",
            )


def _has_prepare(zipped: StoreZip) -> bool:
    scripts = find_object(zipped.read("package.json")).get("scripts")
    return bool(map_of(scripts).get("prepare"))
