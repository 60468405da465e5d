"""Names of files that some file systems cannot hold, or take for one.

In: names in a package. Out: what is wrong with one of them. A zip holds them all; only an install
on such a system has to care.

Source: Microsoft, Naming Files, Paths, and Namespaces.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["describe_unwritable", "fold_name"]

_DEVICES: Final = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])\s*(?:\..*)?",
    re.IGNORECASE | re.DOTALL,
)
_FORBIDDEN: Final = re.compile(r'[<>:"|?*\\\x00-\x1f]')


def describe_unwritable(names: Iterable[str]) -> str | None:
    """Return what Windows cannot write of `names`, each with `/`; None where it can write all."""
    for name in names:
        for part in name.split("/"):
            if _DEVICES.fullmatch(part):
                return f"`{name}`: `{part}` is the name of a device on Windows"
            if _FORBIDDEN.search(part):
                return f"`{name}` has a character that no file's name has on Windows"
            if part.endswith((".", " ")):
                return f"`{name}` ends with a dot or a space, which Windows drops"
    return None


def fold_name(name: str) -> str:
    """Return what two names have in common that macOS and Windows take for one file."""
    return normalize("NFC", name).casefold()
