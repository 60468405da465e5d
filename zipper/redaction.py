"""What no message may show: passwords in addresses, and what variables in npm's settings held.

In: text that is about to become an error or a finding. Out: the same without secrets. Errors and
findings pass through here where they are made, so that none is printed, remembered or handed on.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["hide", "redact"]

_SHORTEST: Final = 4
"""Letters of a value that is hidden; shorter ones occur in any text."""

_OPEN: Final = {
    "APPDATA", "CI", "HOME", "HOMEPATH", "LOCALAPPDATA", "LOGNAME", "NODE_ENV", "OLDPWD", "PWD",
    "TMPDIR", "USER", "USERPROFILE",
}  # fmt: skip
"""Variables that hold places and names, which messages are about."""

_hidden: dict[str, str] = {}
"""Value to what is shown for it: for the whole process, as an error may arise anywhere."""

_ADDRESS: Final = "://"
# Patterns as text: most runs show no address, and compiling them would cost each of them.
_USER: Final = r"(?<=://)(?:[^\s/@?#]*|[^\s/@?#:]+:[^\s@]*[^\s@\d/][^\s@]*)@(?=[^\s/@])"
"""What is before the host; a password that is not encoded may hold a slash."""
_QUERY: Final = r"(?<=://)([^\s?#`'\"<>]*)\?[^\s#`'\"<>]+"


def hide(value: str, variable: str) -> None:
    """Show `${variable}` wherever a message would show `value` from now on."""
    if len(value) >= _SHORTEST and variable.upper() not in _OPEN:
        _hidden.setdefault(value.lower(), f"${{{variable}}}")


def redact(text: str) -> str:
    """Return `text` without passwords and queries of addresses, and without hidden values."""
    if _hidden:
        words = sorted(_hidden, key=len, reverse=True)
        pattern = "|".join(map(re.escape, words))
        text = re.sub(pattern, lambda found: _hidden[found[0].lower()], text, flags=re.IGNORECASE)
    if _ADDRESS not in text:
        return text
    return re.sub(_QUERY, r"\1?***", re.sub(_USER, "***@", text))
