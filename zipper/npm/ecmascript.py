"""JavaScript's text rules, where npm's answer depends on them and Python's differ.

In and out: plain text. Only what two or more of npm's rules need is here; the rules
themselves are in their own modules.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["SPACES", "collapse_spaces", "decode_uri", "encode_uri_component", "trim"]

SPACES: Final = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
r"""What `\s` and `trim()` take for white space; Python's own set differs in six characters.

Source: ECMA-262, WhiteSpace and LineTerminator.
"""

_RUN: Final = "[\t-\r ]+"
_TO_SPACE: Final = dict.fromkeys(map(ord, SPACES), " ")
_BROKEN_ESCAPE: Final = "%(?![0-9a-fA-F]{2})"


def trim(text: str) -> str:
    """Return `text` without white space at its ends, as JavaScript's `trim()`."""
    return text.strip(SPACES)


def collapse_spaces(text: str) -> str:
    """Return `text` trimmed, each run of white space made one space. Linear in its length."""
    if not text.isascii():
        text = text.translate(_TO_SPACE)
    return re.sub(_RUN, " ", text.strip(SPACES))


def encode_uri_component(text: str) -> str:
    """Return `text` percent-encoded as `encodeURIComponent()` does; a lone surrogate stays `?`."""
    from urllib.parse import quote  # noqa: PLC0415 (2 ms that few callers need)

    return quote(text, safe="-_.!~*'()", errors="replace")


def decode_uri(text: str) -> str:
    """Return `text` with its percent escapes decoded, as `decodeURIComponent()` does.

    Raises:
        ValueError: an escape is broken or the bytes are not UTF-8.
    """
    if "%" not in text:
        return text
    if re.search(_BROKEN_ESCAPE, text):
        raise ValueError(f"broken escape in `{text}`")
    from urllib.parse import unquote_to_bytes  # noqa: PLC0415 (2 ms that few callers need)

    return unquote_to_bytes(text).decode("utf-8")
