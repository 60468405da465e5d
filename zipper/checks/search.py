"""Requests of a large file that cannot be cut into pieces, as brackets in it do not match.

In: the file's bytes. Out: `Facts` that say `is_partial`: requests in the text, none of
them sure to run.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from zipper.checks.file_facts import LAZY, Facts, Request, Unfollowed
from zipper.late_pattern import late_pattern

__all__ = ["search"]

_REQUESTS_MAX: Final = 5_000
_REQUEST: Final = late_pattern(
    rb"(?<![\w$.])(?:require\(\s{0,9}|import\(\s{0,9}|from\s{0,9})(['\"])([^'\"\\\s]{1,200})\1"
)
_MODULE: Final = late_pattern(rb"(?m)^(?:import(?:\s*[{*'\"]|\s+[\w$])|export(?:\s*[{*]|\s+\w))")


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
    note = f"{len(content):,} bytes, whose brackets do not match: searched for strings only"
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
