"""Requests of a file that is too large to be parsed.

In: the file's bytes. Out: `Facts` that say `is_partial`: requests that stand in the text, none of
them sure to run. A syntax tree takes up to 360 bytes for each sign of punctuation, so that a script
of 15 MB would take gigabytes.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from zipper.checks.file_facts import LAZY, Facts, Request, Unfollowed

__all__ = ["is_too_large", "search"]

_PUNCTUATION: Final = b";,(){}[]=.+-*/<>!&|?:`'\""
_PUNCTUATION_MAX: Final = 600_000
"""Signs up to which a file is parsed: 220 MB of syntax tree at most."""
_REQUESTS_MAX: Final = 5_000
_REQUEST: Final = re.compile(
    rb"(?<![\w$.])(?:require\(\s{0,9}|import\(\s{0,9}|from\s{0,9})(['\"])([^'\"\\\s]{1,200})\1"
)
_MODULE: Final = re.compile(rb"(?m)^(?:import\s*[\w{*'\"]|export\s*[\w{*])")


def is_too_large(content: bytes) -> bool:
    """Return whether parsing `content` could take more memory than a check may."""
    if len(content) <= _PUNCTUATION_MAX:
        return False
    return len(content) - len(content.translate(None, _PUNCTUATION)) > _PUNCTUATION_MAX


def search(content: bytes) -> Facts:
    """Return what the text of a large file shows; linear in its size."""
    found = islice(_REQUEST.finditer(content), _REQUESTS_MAX)
    requests = [
        Request(
            match[2].decode("utf-8", "replace"),
            "require" if match[0].startswith(b"require") else "dynamic",
            LAZY,
            1,
            (),
        )
        for match in found
    ]
    note = f"{len(content):,} bytes, too large to be parsed: searched for strings only"
    return Facts(
        syntax_error_line=0,
        is_module=_MODULE.search(content) is not None,
        awaits=False,
        uses_commonjs=0,
        requests=tuple(dict.fromkeys(requests)),
        unfollowed=(Unfollowed(1, LAZY, note),),
        exports=(),
        stars=(),
        is_partial=True,
    )
