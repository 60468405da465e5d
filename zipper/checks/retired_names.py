"""Names of Node's own modules that no newer release will bring.

In: a module and a name that the table of names lacks. Out: whether a release that is newer than the
table may have it.
"""

from __future__ import annotations

from typing import Final

from zipper.checks.builtin_names import find_changed_names

__all__ = ["is_newer_name"]

_RETIRED: Final[dict[str, str]] = {
    "crypto": "Credentials DEFAULT_ENCODING createCipher createCredentials createDecipher fips",
    "fs": "SyncWriteStream",
    "timers": "enroll unenroll",
    "tls": "createSecurePair parseCertString",
    "util": "exec print puts pump",
}
"""What was taken away before Node.js 20, or is no name that can be imported.

Source: Node.js documentation, Deprecated APIs, "End-of-Life".
"""


def is_newer_name(specifier: str, name: str) -> bool:
    """Return whether a name that no table has may come with a newer release than theirs."""
    retired = _RETIRED.get(specifier.removeprefix("node:"), "").split()
    return name not in retired and name not in find_changed_names(specifier)
