"""Whether a package is for the target of a function.

In: a package's manifest and a target. Out: yes or no, by npm's rules for os, cpu, libc and engines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.npm.platform import fits_engine, fits_platform
from zipper.target import NPM_VERSION

if TYPE_CHECKING:
    from zipper.npm.package_json import Manifest
    from zipper.target import Target

__all__ = ["fits_system", "fits_target"]


def fits_system(manifest: Manifest, target: Target) -> bool:
    """Return whether a package is for the system and the processor of `target`."""
    return fits_platform(manifest, os=target.os, cpu=target.cpu, libc=target.libc)


def fits_target(manifest: Manifest, target: Target) -> bool:
    """Return whether a package is for `target`, its Node.js included."""
    return fits_system(manifest, target) and fits_engine(
        manifest, node_version=target.node_version, npm_version=NPM_VERSION
    )
