"""The keys of pnpm's lockfiles: how a dependency's version leads to a package, and what a key says.

In: texts of a lockfile and its major version. Out: keys, names, versions.

Source: pnpm's `@pnpm/dependency-path` (pnpm 7, 8, and 9 to 12): `refToRelative`, `parse`,
`indexOfPeersSuffix`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

__all__ = ["Key", "find_key", "parse_key"]

_VERSION: Final = re.compile(r"\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?")

_PATCH: Final = "(patch_hash="


class Key(NamedTuple):
    """What a key says."""

    name: str
    """Empty where the key is an address, whose entry has the name."""
    version: str
    """A version, or what is in its place: `file:...`, an address, `<registry>:1.0.0`."""
    base: str
    """The key without peers and patch, under which version 9.0 has the package's facts."""
    patch: str | None
    """The hash of the patch; in version 5 it may be one of peers, which looks the same."""


def find_key(name: str, version: str, major: int) -> str | None:
    """Return the key of what `name: version` means; None for a `link:`, which is a folder."""
    if version.startswith("link:"):
        return None
    if major >= 9:
        bracket = version.find("(")
        at = version.find("@")
        colon = version.find(":")
        is_key = version.startswith("@") or (
            at != -1 and (colon == -1 or at < colon) and (bracket == -1 or at < bracket)
        )
        return version if is_key else f"{name}@{version}"
    if version.startswith("file:") or "/" in version.partition("(")[0]:
        return version
    return f"/{name}@{version}" if major == 6 else f"/{name}/{version}"


def parse_key(key: str, major: int) -> Key:
    """Return what a key says; one that says little is an address."""
    if major == 5:
        return _parse_old(key)
    base, suffix = _split_suffix(key)
    patch = None
    if suffix.startswith(_PATCH):
        patch = suffix[len(_PATCH) :].partition(")")[0]
    bare = base.removeprefix("/") if major == 6 else base
    at = bare.find("@", 1)
    if at == -1 or (major == 6 and not base.startswith("/")):
        return Key("", "", base, patch)
    return Key(bare[:at], bare[at + 1 :], base, patch)


def _split_suffix(key: str) -> tuple[str, str]:
    """Return the key without its groups in parentheses at the end, which may nest, and those."""
    if not key.endswith(")"):
        return key, ""
    start = len(key)
    depth = 0
    for at in range(len(key) - 1, -1, -1):
        char = key[at]
        depth += (char == ")") - (char == "(")
        if depth == 0:
            if char != "(":
                break
            start = at
    return key[:start], key[start:]


def _parse_old(key: str) -> Key:
    """Return what a key of version 5 says: `/name/1.0.0_peers`, where `+` is between peers."""
    *scope, name, rest = ("", *key.split("/")[1:])[-3:] if key.startswith("/") else ("", "", "")
    version, _, suffix = rest.partition("_")
    whole = f"{scope[0]}/{name}" if scope and scope[0] else name
    if not whole or key != f"/{whole}/{rest}" or _VERSION.fullmatch(version) is None:
        return Key("", "", key, None)
    return Key(whole, version, f"/{whole}/{version}", suffix.partition("_")[0] or None)
