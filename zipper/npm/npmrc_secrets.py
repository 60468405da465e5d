"""Whether the text of an `.npmrc` may go where others read it: into an sdist.

In: the text. Out: the lines that hold a credential in plain text. A `${VARIABLE}` is none.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["find_secrets"]

_NAMES: Final = frozenset({"_auth", "_authtoken", "_password", "key"})
_VARIABLE: Final = r"\$\{[^}]*\}"
_USER: Final = r"//([^/@\s]*:[^/@\s]+)@"


def find_secrets(text: str) -> tuple[int, ...]:
    """Return the lines that hold a token, a password, or a private key; they count from 1.

    Comments and sections count too: npm does not read them, people who open the file do.
    """
    lines = enumerate(re.split(r"\r\n|\r|\n", text), start=1)
    return tuple(number for number, line in lines if _holds_secret(line))


def _holds_secret(line: str) -> bool:
    key, _, value = line.strip().lstrip(";# \ufeff").partition("=")
    name = key.strip().removesuffix("[]").rpartition(":")[2].strip(" \t\"'").lower()
    plain = re.sub(_VARIABLE, "", value)
    if name in _NAMES and plain.strip(" \t\"'"):
        return True
    found = re.search(_USER, value)
    return found is not None and re.sub(_VARIABLE, "", found[1]).strip(":") != ""
