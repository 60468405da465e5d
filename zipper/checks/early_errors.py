"""Early errors of a file: what makes Node refuse all of it.

In: a file's bytes and its syntax tree. Out: `Judged`. The tree's parser is quick, and lenient in
some places and too strict in others; where it finds an error, or something that is worth a second
look, `zipper.javascript` decides, which knows the standard and is slow. So what the quick parser's
grammar lacks is never an error by itself.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal

from zipper.checks.file_facts import Flaw
from zipper.javascript.program import Verdict, judge, judge_both
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.syntax import Source

__all__ = ["Judged", "find_flaws"]

_OWN_MAX_BYTES: Final = 64_000
"""Size up to which a project's own file is judged in any case: 0.3 s."""
_JUDGED_MAX_BYTES: Final = 400_000
"""Size up to which a file is judged that gives a reason for it: 2 s."""
_TAG_ENDS, _TAG_IS_EMPTY, _DECORATES = b"<", b">", b"@"
_SUSPICIOUS: Final = (
    (b"?", late_pattern(rb"\(\?(?:[ims]+(?:-[ims]*)?|-[ims]+):"), b""),
    (b"v", late_pattern(rb"/[dgimsy]*v[dgimsy]*\s*(?=[.;,)\]}])"), b""),
    (b"using", late_pattern(rb"using(?<![\w$.]using)\s+[A-Za-z_$][\w$]*\s*(?:=[^=]|of\b)"), b""),
    (_TAG_ENDS, late_pattern(rb"</(?<=[>\s(]</)[A-Za-z>]"), b""),
    (_TAG_IS_EMPTY, late_pattern(rb"/>"), b""),
    (_DECORATES, late_pattern(rb"@(?<!\* @)(?=(?!link|code|inheritDoc)[A-Za-z_$])"), b";{}\n"),
)
"""Modifiers, sets and `using`, which older Nodes do not read; JSX and decorators, which none does.
(`assert`, which newer ones do not read, is an error to the quick parser too.) Before each is a text
without which it is not looked for, after it what the last sign before it must be. A pattern that
begins with a text is found quickly, and a single sign in a tenth of that time."""
_PROSE: Final = frozenset({"comment", "html_comment", "string_fragment", "escape_sequence"})
_PATTERNS: Final = _PROSE | {"regex_pattern"}
"""Where there is neither JSX nor a decorator, though another of the texts may matter there."""
_PLACES_MAX: Final = 200
"""Places of one kind that are looked at; a file with more is judged."""
_SPACE_MAX: Final = 200
_GROUP: Final = late_pattern(rb"\?<(?<=\(\?<)([A-Za-z_$][\w$]*)>")


class Judged(NamedTuple):
    """What was found."""

    error_line: int
    """Where the file is no JavaScript of any kind; 0 for nowhere."""
    is_gap: bool
    """Whether the quick parser fails at what is none, so that its tree is wrong in a part."""
    flaws: tuple[Flaw, ...]


def find_flaws(content: bytes, source: Source, *, is_module: bool, is_own: bool) -> Judged:
    """Return the early errors of a file.

    Args:
        content: the file's bytes.
        source: its tree.
        is_module: whether the tree shows an ES module.
        is_own: whether the file is the project's own; then it is judged without a reason too.
    """
    judged = _judge(content, source, is_module=is_module, is_own=is_own)
    if content.startswith(b"\xef\xbb\xbf#!"):
        flaw = Flaw(1, "a byte-order mark before `#!`", "required")
        return judged._replace(flaws=(*judged.flaws, flaw))
    return judged


def _judge(content: bytes, source: Source, *, is_module: bool, is_own: bool) -> Judged:
    has_error = source.trees.has_error
    is_small = is_own and len(content) <= _OWN_MAX_BYTES
    is_large = len(content) > _JUDGED_MAX_BYTES
    if not (is_small or has_error or (not is_large and _is_suspicious(source))):
        return Judged(0, is_gap=False, flaws=())
    if is_large:
        unknown = Flaw(source.trees.error_line, "what this check cannot read", is_sure=False)
        return Judged(0, has_error, (unknown,) if has_error else ())
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    module, commonjs = (
        (judge(text, is_module=True), None) if is_module and not has_error else judge_both(text)
    )
    if module.fault is not None and commonjs is not None and commonjs.fault is not None:
        fault = module.fault if is_module else commonjs.fault
        return Judged(fault.line, is_gap=False, flaws=(Flaw(fault.line, fault.message),))
    is_gap = has_error or module.unsure is not None
    flaws = [
        *_flaws_of(module, "module"),
        *([] if commonjs is None else _flaws_of(commonjs, "commonjs")),
    ]
    return Judged(0, is_gap, tuple(flaws))


def _is_suspicious(source: Source) -> bool:
    """Return whether a file may have what only some Nodes read, or none."""
    content = source.content
    for text, pattern, signs in _SUSPICIOUS:
        found = pattern.finditer(content) if text in content else ()
        prose = _PATTERNS if text in (_TAG_ENDS, _TAG_IS_EMPTY, _DECORATES) else _PROSE
        places = (m.end() - 1 for m in found if not signs or _follows(content, m.start(), signs))
        if _is_code(source, places, prose):
            return True
    named = list(_GROUP.finditer(content)) if b"?" in content else []
    groups = Counter(match[1] for match in named)
    repeated = (match for match in named if groups[match[1]] > 1)
    paths = (source.path_to(match.start()) for match in islice(repeated, _PLACES_MAX))
    texts = {source.text_of(path[-1]) for path in paths}
    return any(max(Counter(_GROUP.findall(text)).values(), default=0) > 1 for text in texts)


def _follows(content: bytes, offset: int, signs: bytes) -> bool:
    """Return whether the last sign before an offset is in `signs`, or there is none before it."""
    return content[max(0, offset - _SPACE_MAX) : offset].rstrip(b" \t")[-1:] in signs


def _is_code(source: Source, offsets: Iterator[int], prose: frozenset[str]) -> bool:
    """Return whether one of some places is in no node of a type in `prose`."""
    places = list(islice(offsets, _PLACES_MAX))
    return len(places) == _PLACES_MAX or any(
        source.path_to(at)[-1].type not in prose for at in places
    )


def _flaws_of(verdict: Verdict, goal: Literal["module", "commonjs"]) -> list[Flaw]:
    if verdict.fault is not None:
        return [Flaw(verdict.fault.line, verdict.fault.message, goal)]
    if verdict.unsure is not None:
        return [Flaw(verdict.unsure.line, verdict.unsure.message, goal, is_sure=False)]
    return [Flaw(f.line, f.name, goal, f.since, f.until) for f in verdict.features]
