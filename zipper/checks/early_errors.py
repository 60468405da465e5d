"""Early errors of a file: what makes Node refuse all of it.

In: a file's bytes and its syntax tree. Out: `Judged`. The tree's parser is quick, and lenient in
some places and too strict in others; where it finds an error, or something that is worth a second
look, `zipper.javascript` decides, which knows the standard and is slow. So what the quick parser's
grammar lacks is never an error by itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from zipper.checks.file_facts import Flaw
from zipper.javascript.program import Verdict, judge

if TYPE_CHECKING:
    from zipper.checks.syntax import Source

__all__ = ["Judged", "find_flaws"]

_OWN_MAX_BYTES: Final = 64_000
"""Size up to which a project's own file is judged in any case: 0.3 s."""
_JUDGED_MAX_BYTES: Final = 400_000
"""Size up to which a file is judged that gives a reason for it: 2 s."""
_SUSPICIOUS: Final = (
    (b"(?", re.compile(rb"\(\?(?:[ims]+(?:-[ims]*)?|-[ims]+):")),
    (b"v", re.compile(rb"/[dgimsy]*v[dgimsy]*\s*(?=[.;,)\]}])")),
    (b"using", re.compile(rb"(?<![\w$.])using\s+[A-Za-z_$][\w$]*\s*(?:=[^=]|of\b)")),
    (b"assert", re.compile(rb"['\"]\s*assert\s*\{")),
    (b"</", re.compile(rb"[>\s(]</[A-Za-z>]")),
    (b"/>", re.compile(rb"/>")),
)
"""Modifiers, sets and `using`, which older Nodes do not read; `assert`, which newer ones do not;
JSX, which none does. Before each comes a text without which it is not looked for."""
_DECORATOR: Final = re.compile(rb"@[A-Za-z_$]")
_GROUP: Final = re.compile(rb"\(\?<([A-Za-z_$][\w$]*)>")


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
    has_error = source.trees.has_error
    is_small = is_own and len(content) <= _OWN_MAX_BYTES
    if not (is_small or has_error or _is_suspicious(content)):
        return Judged(0, is_gap=False, flaws=())
    if len(content) > _JUDGED_MAX_BYTES:
        unknown = Flaw(source.trees.error_line, "what this check cannot read", is_sure=False)
        return Judged(0, has_error, (unknown,) if has_error else ())
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    module = judge(text, is_module=True)
    commonjs = None if is_module and not has_error else judge(text, is_module=False)
    if module.fault is not None and commonjs is not None and commonjs.fault is not None:
        fault = module.fault if is_module else commonjs.fault
        return Judged(fault.line, is_gap=False, flaws=(Flaw(fault.line, fault.message),))
    is_gap = has_error or module.unsure is not None
    flaws = [
        *_flaws_of(module, "module"),
        *([] if commonjs is None else _flaws_of(commonjs, "commonjs")),
    ]
    return Judged(0, is_gap, tuple(flaws))


def _is_suspicious(content: bytes) -> bool:
    """Return whether a file may have what only some Nodes read, or none."""
    if any(text in content and pattern.search(content) for text, pattern in _SUSPICIOUS):
        return True
    if any(_begins(content, match.start()) for match in _DECORATOR.finditer(content)):
        return True
    names = _GROUP.findall(content)
    return len(set(names)) != len(names)


def _begins(content: bytes, offset: int) -> bool:
    """Return whether a decorator may be at an offset: where a line or a statement begins."""
    return content[max(0, offset - 40) : offset].rstrip(b" \t")[-1:] in (
        b"",
        b"\n",
        b";",
        b"{",
        b"}",
    )


def _flaws_of(verdict: Verdict, goal: Literal["module", "commonjs"]) -> list[Flaw]:
    if verdict.fault is not None:
        return [Flaw(verdict.fault.line, verdict.fault.message, goal)]
    if verdict.unsure is not None:
        return [Flaw(verdict.unsure.line, verdict.unsure.message, goal, is_sure=False)]
    return [Flaw(f.line, f.name, goal, f.since, f.until) for f in verdict.features]
