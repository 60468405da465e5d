"""Which package's version an address of a tarball names, by the form that registries use.

In: an address. Out: name and version of `.../name/-/name-1.0.0.tgz`, whatever its host.

Source: @npmcli/arborist 9, lib/version-from-tgz.js.
"""

from __future__ import annotations

import re
from typing import Final

from zipper.npm import semver
from zipper.npm.web_url import parse_url

__all__ = ["read_tarball_address"]

_SLASH: Final = re.compile("/|%2f", re.IGNORECASE)


def read_tarball_address(address: str) -> tuple[str, str] | None:
    """Return name and version of the tarball at a registry's address; None where it is none."""
    url = parse_url(address) if address.startswith(("http:/", "https:/")) else None
    if url is None or not address.endswith(".tgz"):
        return None
    before, _, base = url.pathname[1:].rpartition("/-/")
    scope, name = ["", *_SLASH.split(before)][-2:]
    if not name or "/" in base or not base.startswith(f"{name}-"):
        return None
    version = semver.valid(base[len(name) + 1 : -len(".tgz")])
    if version is None:
        return None
    return (f"{scope}/{name}" if scope.startswith("@") else name), version
