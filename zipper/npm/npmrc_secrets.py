"""Whether the text of an `.npmrc`, or of another file about packages, may go where others read it.

In: the text. Out: the lines that hold a credential in plain text. A `${VARIABLE}` is none.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["find_secrets", "find_tool_secrets", "without_secrets"]

_NAMES: Final = frozenset({"_auth", "_authtoken", "_password", "key"})
_VARIABLE: Final = r"\$\{[^}]*\}"
_USER: Final = r"//([^/@\s]*:[^/@\s]+)@"
_TOOL_VALUE: Final = (
    r"(?:^|[\s{,\"'])(?:npmAuthToken|npmAuthIdent|token|password|_authToken|_auth|_password)[\"']?"
    r"\s*[:=]\s*[\"']?(?![\s\"'#$]|\$)[^\s\"'#,}]"
)
"""In a .yarnrc.yml, a bunfig.toml; `$NAME` is bun's variable."""
_ADDRESS_USER: Final = r"(\w*):\\?/\\?/([^\s/@\"'\\]+)@(?=[\w\[])"
_ANYBODY: Final = frozenset({"git", "anonymous"})
"""Users of addresses who need no secret."""


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


def without_secrets(text: str) -> str:
    """Return an `.npmrc` whose lines with a credential are empty; the others keep their numbers."""
    secret = frozenset(find_secrets(text))
    lines = re.split(r"(\r\n|\r|\n)", text)
    return "".join(
        "" if at % 2 == 0 and at // 2 + 1 in secret else part for at, part in enumerate(lines)
    )


def find_tool_secrets(text: str, *, is_settings: bool) -> tuple[int, ...]:
    """Return the lines that hold a credential: in an address, and in settings as a value, too.

    Args:
        text: of a package.json, a lockfile, a .yarnrc.yml, a bunfig.toml.
        is_settings: whether it is one of the last two; in a manifest a `token` is a package.
    """
    found = [
        match.start()
        for match in re.finditer(_ADDRESS_USER, text)
        if re.sub(_VARIABLE, "", match[2]).strip(":") not in {"", *_ANYBODY}
        and not (match[1] == "ssh" and ":" not in match[2])
    ]
    if is_settings:
        found += [match.end() for match in re.finditer(_TOOL_VALUE, text, re.MULTILINE)]
    return tuple(sorted({text.count("\n", 0, at) + 1 for at in found}))
