"""Packages that another says it bundles, and that its tarball lacks.

In: the selected tree and the store zips. Out: findings. npm believes the package, or the lockfile,
and installs without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.findings import Finding
from zipper.tree.model import is_bundled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.store.store_zip import StoreZip
    from zipper.tree.model import Tree

__all__ = ["find_missing_bundled"]


def find_missing_bundled(tree: Tree, zips: Mapping[str, StoreZip]) -> Iterator[Finding]:
    """Yield a finding `bundled-missing` for each package that a tarball should have brought."""
    for location, zipped in zips.items():
        manifest = tree.nodes[location].manifest
        if not manifest.bundle_dependencies:
            continue
        names = set(zipped.names())
        for name in manifest.bundle_dependencies:
            found = tree.find(location, name)
            is_elsewhere = found is not None and not is_bundled(found)
            if f"node_modules/{name}/package.json" in names or is_elsewhere:
                continue
            holder = f"{tree.nodes[location].package_name}@{tree.nodes[location].version}"
            yield Finding(
                "bundled-missing",
                "warning",
                location,
                f"`{holder}` says that it bundles `{name}`, and its tarball does not have it",
                f"add `{name}` to your own dependencies, or use another version of the package",
            )
