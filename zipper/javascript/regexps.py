"""Whether a regular expression is one, and for which Nodes.

In: its body and flags. Out: early errors, and features that newer versions have. Names of Unicode
properties are not judged: they grow with each version of Unicode.

Source: ECMA-262 2025, section 22.2.1, and Annex B.1.2; V8's versions by Node's releases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.javascript.syntax_errors import NotJavaScriptError
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    import re

    from zipper.javascript.state import Parser

__all__ = ["check_regexp"]

_FLAGS: Final = frozenset("dgimsuyv")
_PART: Final = late_pattern(
    r"\\k<(?P<refers>[^>]*)>|\\(?P<escape>[\s\S])|(?P<opens>\()|(?P<closes>\))|(?P<set>\[)"
    r"|(?P<repeats>[*+?]\??|\{[0-9]+(?:,[0-9]*)?\}\??)|(?P<bracket>[\]{}])|(?P<bar>\|)"
    r"|(?P<anchor>[\^$])|(?P<other>[^\\()\[\]{}*+?|^$]+)"
)
_GROUP: Final = late_pattern(
    r"\((?:\?(?:(?P<look>[=!])|(?P<behind><[=!])|<(?P<name>[^>]*)>"
    r"|(?P<flags>[A-Za-z]*(?:-[A-Za-z]*)?):))?"
)
_BOUNDS: Final = late_pattern(r"\{([0-9]+),([0-9]+)\}")
_NAME: Final = late_pattern(
    r"(?:[A-Za-z_$]|[^\x00-\x7f]|\\u[0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]+\})"
    r"(?:[A-Za-z0-9_$]|[^\x00-\x7f]|\\u[0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]+\})*"
)
_UNICODE_ESCAPE: Final = late_pattern(
    r"\\(?:[dDsSwWbBfnrtv0^$\\.*+?()\[\]{}|/-](?![0-9])|[dDsSwWbBfnrtv^$\\.*+?()\[\]{}|/-]"
    r"|c[A-Za-z]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{0*(?:10|[0-9a-fA-F])?[0-9a-fA-F]{1,4}\}"
    r"|[pP]\{[A-Za-z0-9_]+(?:=[A-Za-z0-9_]+)?\}|k<[^>]*>|(?P<back>[1-9][0-9]*))"
)
_SET_ESCAPE: Final = late_pattern(
    r"\\(?:u\{(?P<braces>[0-9a-fA-F]+)\}|u(?P<four>[0-9a-fA-F]{4})|x(?P<two>[0-9a-fA-F]{2})"
    r"|(?P<class>[dDsSwW])|c(?P<control>[A-Za-z])|0(?![0-9])|(?P<other>[\s\S]))"
)
_LOW: Final = late_pattern(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_CODES: Final = {"b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_CLASS: Final = -1
"""For the code of one letter: it means many, or is not known."""
_MODIFIERS_SINCE: Final = 24
_DUPLICATES_SINCE: Final = 24
_SETS_SINCE: Final = 20


def check_regexp(p: Parser, body: str, flags: str, offset: int) -> None:
    """Judge a regular expression that begins at `offset`.

    Raises:
        NotJavaScriptError: if no Node takes it.
    """
    if len(set(flags)) != len(flags) or not _FLAGS.issuperset(flags) or {"u", "v"} <= set(flags):
        raise NotJavaScriptError(offset, f"bad flags of a regular expression, `{flags[:20]}`")
    if "v" in flags:
        p.note("the flag `v` of regular expressions", _SETS_SINCE, offset=offset)
    _Checker(p, body, offset, is_unicode="u" in flags or "v" in flags, has_sets="v" in flags).run()


class _Checker:
    """The state of one look at a regular expression."""

    def __init__(
        self, p: Parser, body: str, offset: int, *, is_unicode: bool, has_sets: bool
    ) -> None:
        self.p = p
        self.body = body
        self.offset = offset
        self.is_unicode = is_unicode
        self.has_sets = has_sets
        self.names: list[tuple[str, tuple[int, ...]]] = []
        """Each named group with the branches that it is in."""
        self.references: list[str] = []
        self.groups = 0
        self.highest = 0
        """The largest number that refers to a group."""
        self.open: list[str] = []
        """What may follow the end of each group around: `repeats`, `look` or `behind`."""
        self.branches: list[int] = [0]
        self.counter = 0
        self.can_repeat = False

    def fail(self, message: str) -> NotJavaScriptError:
        return NotJavaScriptError(self.offset, f"a bad regular expression: {message}")

    def run(self) -> None:
        at, body = 0, self.body
        while at < len(body):
            match = _PART.match(body, at)
            if match is None:
                raise self.fail("`\\` at its end")
            at = self._step(match, at)
        if self.open:
            raise self.fail("a group that does not end")
        self._check_names()

    def _step(self, match: re.Match[str], at: int) -> int:
        """Look at one part; return where the next begins."""
        kind, end = match.lastgroup, match.end()
        if kind == "opens":
            return self._open(at)
        if kind == "repeats":
            self._repeat(match[0])
            return end
        if kind == "closes":
            self._close()
            return end
        self.can_repeat = kind not in ("bar", "anchor")
        if kind == "set":
            return self._read_set(at)
        if kind == "escape":
            return self._read_escape(match, at)
        if kind == "bar":
            self.counter += 1
            self.branches[-1] = self.counter
        elif kind == "bracket" and self.is_unicode:
            raise self.fail(f"a lone `{match[0]}`")
        elif kind == "refers":
            self.references.append(match["refers"])
        return end

    def _repeat(self, text: str) -> None:
        if not self.can_repeat:
            raise self.fail("nothing to repeat")
        bounds = _BOUNDS.match(text)
        if bounds is not None and int(bounds[1]) > int(bounds[2]):
            raise self.fail("numbers out of order in a quantifier")
        self.can_repeat = False

    def _open(self, at: int) -> int:
        match = _GROUP.match(self.body, at)
        if match is None or self.body.startswith("?", match.end()):
            raise self.fail("an invalid group")
        self.open.append("look" if match["look"] else "behind" if match["behind"] else "repeats")
        if match["name"] is not None:
            if not _NAME.fullmatch(match["name"]):
                raise self.fail("an invalid name of a group")
            self._add_name(match["name"])
        elif match["flags"]:
            self._check_modifiers(match["flags"])
        if match.end() == at + 1 or match["name"] is not None:
            self.groups += 1
        self.counter += 1
        self.branches.append(self.counter)
        self.can_repeat = False
        return match.end()

    def _check_modifiers(self, flags: str) -> None:
        added, _, removed = flags.partition("-")
        letters = added + removed
        if flags == "-" or len(set(letters)) != len(letters) or not set(letters) <= set("ims"):
            raise self.fail("an invalid group")
        self.p.note("modifiers in regular expressions", _MODIFIERS_SINCE, offset=self.offset)

    def _close(self) -> None:
        if not self.open:
            raise self.fail("a lone `)`")
        kind = self.open.pop()
        self.branches.pop()
        self.can_repeat = kind == "repeats" or (kind == "look" and not self.is_unicode)

    def _add_name(self, name: str) -> None:
        """Take a name; a second group of it must be in another branch, and for newer Nodes."""
        path = tuple(self.branches)
        for known, other in self.names:
            if known != name:
                continue
            if other == path[: len(other)] or path == other[: len(path)]:
                raise self.fail(f"a second group called `{name}`")
            self.p.note(
                "groups of one name in regular expressions", _DUPLICATES_SINCE, offset=self.offset
            )
        self.names.append((name, path))

    def _check_names(self) -> None:
        if not self.names and not self.is_unicode:
            return
        names = {name for name, _ in self.names}
        if any(name not in names for name in self.references):
            raise self.fail("a reference to a group that it has not")
        if self.is_unicode and self.highest > self.groups:
            raise self.fail("a reference to a group that it has not")

    def _read_escape(self, part: re.Match[str], at: int) -> int:
        self.can_repeat = part["escape"] not in "bB"
        if not self.is_unicode:
            if part["escape"] == "k":
                self.references.append("")
            return part.end()
        match = _UNICODE_ESCAPE.match(self.body, at)
        if match is None or self.body[at + 1] == "-":
            raise self.fail("an invalid escape")
        if match["back"]:
            self.highest = max(self.highest, int(match["back"]))
        return match.end()

    def _read_set(self, at: int) -> int:
        """Step over a set in brackets; of those with the flag `v` only the brackets are read."""
        at += 1 + self.body.startswith("^", at + 1)
        if self.has_sets:
            return self._skip_sets(at)
        previous: int | None = None
        while at < len(self.body):
            if self.body[at] == "]":
                return at + 1
            is_range = self.body[at] == "-" and not self.body.startswith("-]", at)
            if is_range and previous is not None:
                code, at = self._read_member(at + 1)
                self._check_range(previous, code)
                previous = None
            else:
                code, at = self._read_member(at)
                previous = code
        raise self.fail("a set that does not end")

    def _skip_sets(self, at: int) -> int:
        depth = 1
        while at < len(self.body):
            depth += {"[": 1, "]": -1}.get(self.body[at], 0)
            at += 2 if self.body[at] == "\\" else 1
            if depth == 0:
                return at
        raise self.fail("a set that does not end")

    def _check_range(self, first: int, last: int) -> None:
        if first < 0 or last < 0:
            if self.is_unicode:
                raise self.fail("a class in a range")
        elif last < first:
            raise self.fail("a range out of order")

    def _read_member(self, at: int) -> tuple[int, int]:
        """Return the code of one member of a set, `_CLASS` for many, and where the next begins."""
        if self.body[at] != "\\":
            return ord(self.body[at]), at + 1
        if self.is_unicode and not self.body.startswith("\\B", at):
            found = _UNICODE_ESCAPE.match(self.body, at)
            if found is None or found["back"]:
                raise self.fail("an invalid escape")
            if self.body[at + 1] in "pP":
                return _CLASS, found.end()
        match = _SET_ESCAPE.match(self.body, at)
        if match is None or match["other"] or (match["braces"] and not self.is_unicode):
            letter = self.body[at + 1 : at + 2]
            is_known = letter and letter not in "01234567cpP"
            return (_CODES.get(letter, ord(letter)) if is_known else _CLASS), at + 2
        digits = match["braces"] or match["four"] or match["two"]
        if digits:
            return self._join_surrogates(int(digits, 16), match.end())
        if match["control"]:
            return ord(match["control"]) % 32, match.end()
        return (_CLASS if match["class"] else 0), match.end()

    def _join_surrogates(self, code: int, end: int) -> tuple[int, int]:
        low = _LOW.match(self.body, end)
        if self.is_unicode and 0xD800 <= code < 0xDC00 and low is not None:
            return 0x10000 + ((code - 0xD800) << 10) + int(low[1], 16) - 0xDC00, low.end()
        return code, end
