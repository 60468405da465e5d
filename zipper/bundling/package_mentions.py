"""Packages that a source names in a way that no bundler follows, such as `require("a/" + name)`.

In: a source, TypeScript too. Out: names with their places. What such a request means is looked for
in node_modules when it is made, where a package that is in the bundle alone is not.

Source: esbuild's documentation, "Bundling for node"; Node.js, `module.createRequire`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

__all__ = ["CREATED", "PackageMention", "asks_by_name", "find_asked", "find_texts"]

_NAME: Final = rb"((?:@[\w.-]+/)?\w[\w.-]*)"
_TEXT: Final = late_pattern(rb"['\"`]" + _NAME + rb"(?:/[\w./-]+)?['\"`]")
_RESOLVED: Final = late_pattern(rb"\bimport\.meta\.resolve\s*\(\s*['\"`]" + _NAME)
_COMPUTED: Final = late_pattern(
    rb"\b(?:require|import)(?:\.resolve)?\s*\(\s*(?:"
    rb"(?P<quote>['\"])(?P<text>(?:@[\w.-]+/)?\w[\w.-]*/?)[^'\"\n]*(?P=quote)\s*\+"
    rb"|`(?P<start>(?:@[\w.-]+/)?\w[\w.-]*/?)[^`$\n]*\$\{)"
)
_FOLDER: Final = late_pattern(
    rb"\bnode_modules(?:/|['\"`]\s*,\s*['\"`])"
    rb"((?:@[\w.-]+(?:/|['\"`]\s*,\s*['\"`]))?[\w-][\w.-]*)"
)
_BETWEEN: Final = late_pattern(rb"['\"`]\s*,\s*['\"`]")
CREATED: Final = late_pattern(rb"([\w$]+)\s*=\s*(?:[\w$]+\.)?createRequire\d*\s*\(")
"""What makes a function that asks for modules; bundlers number its maker."""
_BARE: Final = late_pattern(
    rb"\b(?:require|import)\s*\(\s*(?:[A-Za-z_$]|`\$\{)|\brequire\s*[,;)\]}]"
)
_FOLLOWED: Final = late_pattern(rb"(?:\bfrom|\bimport|\b(?:import|require)\s*\()\s*\Z")
_COMMENT: Final = late_pattern(rb"(?:^|[\s;{}(),])//|^\s*/?\*")
_SHOWN_MAX: Final = 100
_BEFORE: Final = 40
_LINE_MAX: Final = 1_000
"""Bytes of a line that are looked at for the sign of a comment."""


class PackageMention(NamedTuple):
    """One name."""

    name: str
    is_start: bool
    """Whether the run adds to the name itself: `"@a/client-" + service`."""
    line: int
    """Counted from 1."""
    text: str
    """What names it, as it is in the source."""


def find_asked(content: bytes) -> Iterator[PackageMention]:
    """Yield what is asked for by a request that names a package and that no bundler follows."""
    patterns = [_RESOLVED, _FOLDER] if b"import.meta.resolve" in content else [_FOLDER]
    created = CREATED.findall(content) if b"createRequire" in content else []
    patterns += [
        re.compile(rb"(?<![\w$.])" + re.escape(own) + rb"(?:\.resolve)?\s*\(\s*['\"`]" + _NAME)
        for own in dict.fromkeys(created)
    ]
    for pattern in patterns:
        for match in pattern.finditer(content):
            yield from _tell(content, match, _BETWEEN.sub(b"/", match[1]))
    for match in _COMPUTED.finditer(content):
        yield from _tell(content, match, match["text"] or match["start"])


def asks_by_name(content: bytes) -> bool:
    """Tell whether a source asks for modules by names that only the run knows."""
    return any(not _is_comment(content, match) for match in _BARE.finditer(content))


def find_texts(content: bytes, names: Container[str]) -> Iterator[PackageMention]:
    """Yield those of `names` that are in texts, texts apart that a bundler follows."""
    for match in _TEXT.finditer(content):
        if match[1].decode("utf-8", "replace") in names and not _FOLLOWED.search(
            content, max(0, match.start() - _BEFORE), match.start()
        ):
            yield from _tell(content, match, match[1])


def _tell(content: bytes, match: re.Match[bytes], name: bytes) -> Iterator[PackageMention]:
    if _is_comment(content, match):
        return
    is_start = "text" in match.groupdict() and not name.endswith(b"/")
    ends = (content.find(sign, match.end()) + len(sign) - 1 for sign in (b")", b"\n"))
    end = min((one for one in ends if one >= match.end()), default=len(content) - 1) + 1
    text = content[match.start() : end].decode("utf-8", "replace")
    shown = re.sub(r"\s+", " ", text).strip()
    yield PackageMention(
        name.rstrip(b"/").decode("utf-8", "replace"),
        is_start,
        content.count(b"\n", 0, match.start()) + 1,
        shown if len(shown) <= _SHOWN_MAX else f"{shown[: _SHOWN_MAX - 1]}…",
    )


def _is_comment(content: bytes, match: re.Match[bytes]) -> bool:
    start = content.rfind(b"\n", 0, match.start()) + 1
    return (
        _COMMENT.search(content[max(start, match.start() - _LINE_MAX) : match.start()]) is not None
    )
