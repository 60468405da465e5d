"""Lockfiles of other package managers, which nobody reads here.

In: their names. Out: findings.

Deviation: npm takes the versions in a yarn.lock of version 1 where there is no lockfile of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.checks.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["find_unread"]


def find_unread(names: Sequence[str]) -> tuple[Finding, ...]:
    """Return a finding `lockfile-unread` for each lockfile that did not count."""
    return tuple(
        Finding(
            "lockfile-unread",
            "warning",
            name,
            f"`{name}` is another package manager's and is not read: versions are chosen anew",
            "check in a package-lock.json to keep them; `npm install --package-lock-only` makes "
            "one with the versions of a yarn.lock of version 1",
        )
        for name in names
    )
