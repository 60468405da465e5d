"""Random questions about texts: globs, braces, versions, ranges, names, addresses, dates."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

__all__ = [
    "ask_braces",
    "ask_collation",
    "ask_date",
    "ask_ignore_rule",
    "ask_ini",
    "ask_integrity",
    "ask_name",
    "ask_order",
    "ask_path_glob",
    "ask_paths",
    "ask_range",
    "ask_uri",
    "ask_url",
    "ask_version",
]

_GLOBS: Final = (
    *["a", "b", "ab", "*", "**", "/", "/", "/", "?", ".", "..", "[ab]", "[!a]", "[^b]", "[a-c]",
    "[c-a]", "[]", "[]a]", "[[:digit:]]", "[[:alpha:]_]"],
    *[r"{a,b}", r"{a,}", r"{1..3}", r"{,.a}", r"{", r"}", r",", r"\*", r"\a", r"[\]]", r"[a\-c]",
    r"!", r"!!", r"@(a|b)", r"!(a)", r"!(a|*b)", r"+(a|b)", r"?(a)", r"*(ab)"],
    *["(", ")", "|", "[", "]", ".js", "*.js", "a*", "*a", ".a", ".*", "B", "É", "$", "#", "-",
    "[[:space:]]", "[[:upper:]]", "[[:punct:]]", "./", "../", "**/", "/**"],
)  # fmt: skip
_NAMES: Final = (
    "a",
    "b",
    "ab",
    "c",
    "a.js",
    ".a",
    ".js",
    "B",
    "A",
    "1",
    "a b",
    "é",
    "*",
    "-",
    "",
    "abab",
)
_BRACES: Final = (
    *["{", "}", "{", "}", ",", ",", "a", "b", "ab", "..", "1", "3", "01", "-1", "10", "a..e",
    "e..a", "1..3", "3..1", "01..3", "1..10..3", "-2..2", "a..e..2", "z..x..-1"],
    *[r"\,", r"$", r"{a,b}", r"{a}", r"{a,{b,c}}", r"{1..2}", r"{b,}", r"${a,b}", r"{1..3..0}",
    r"{A..c}", r"{a..e..2}", r"{3..-1}", r"{01..3}"],
)  # fmt: skip


def _join(dice: Random, pieces: Sequence[str], most: int, least: int = 1) -> str:
    return "".join(dice.choices(pieces, k=dice.randint(least, most)))


def _paths(dice: Random, count: int) -> list[str]:
    found = []
    for _ in range(count):
        path = "/".join(dice.choices(_NAMES, k=dice.randint(1, 4)))
        found.append(dice.choice(("", "", "/")) + path + dice.choice(("", "", "", "/")))
    return found


def _glob(dice: Random) -> str:
    pattern = _join(dice, _GLOBS, 6)
    return pattern if not pattern.startswith("#") else f"a{pattern}"


def ask_ignore_rule(dice: Random) -> Any:
    return [_glob(dice), _paths(dice, 10)]


def ask_path_glob(dice: Random) -> Any:
    paths = ["/".join(dice.choices(_NAMES[:13], k=dice.randint(1, 4))) for _ in range(10)]
    return [_glob(dice).lstrip("!#").rstrip("/"), paths]


def ask_braces(dice: Random) -> Any:
    """Nothing whose braces do not match: about these the versions of npm's package disagree."""
    while True:
        text = _join(dice, _BRACES, 6)
        depths = list(accumulate((one == "{") - (one == "}") for one in text))
        if min(depths) == depths[-1] == 0:
            return text


_PARTS: Final = (
    *["0", "1", "2", "3", "10", "01", "x", "X", "*", ".x", ".", ".", ".", "-", "-", "+", "^", "~",
    "~>", ">", "<", ">=", "<=", "=", "v", "V", "a", "b", "alpha", "beta.1", "rc-1", "-0", "-1",
    "-a.b"],
    *["", "|", "|||", "||||", "9007199254740991", "9007199254740992", "00", "1.2.3", "1.0.0",
    "2.0.0-beta.1", "+b1", "1.x"],
    " ", " ", " - ", "||", " || ", "1.2.3-alpha.1", "0.0.0", "0.2.0", "0.0.3", "é", "\t", ".0",
)  # fmt: skip
_WHOLE: Final = (
    "1.2.3", "0.0.0", "0.1.0", "0.0.3", "1.0.0", "2.0.0", "1.2.3-alpha", "1.2.3-alpha.1", "1.2.3-0",
    "2.0.0-beta.2", "2.0.0-beta.10", "1.2.3+build", "10.0.0", "1.10.0", "0.0.0-0", "3.1.4-rc.1.x",
    "1.2.4-0.3",
)  # fmt: skip
_SIMPLE: Final = (
    "1",
    "1.2",
    "1.2.3",
    "*",
    "x",
    "1.x",
    "0",
    "0.0",
    "0.1",
    "0.0.3",
    "1.2.x",
    "2.0.0-beta.1",
    "1.2.3-0",
)


def _version(dice: Random) -> str:
    if dice.random() < 0.35:
        return dice.choice(_WHOLE)
    if dice.random() < 0.5:
        numbers = ".".join(str(dice.choice((0, 0, 1, 1, 2, 3, 10))) for _ in range(3))
        tags = dice.choices(
            ("0", "1", "10", "a", "b-1", "beta", "01", "A", "1a"), k=dice.randint(1, 3)
        )
        return numbers + dice.choice(("", "", "-" + ".".join(tags), "+b.1", "-0"))
    return dice.choice(("", "v", "=", " ")) + _join(dice, _PARTS, 7)


def _simple_range(dice: Random) -> str:
    ands = []
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        version = dice.choice(_SIMPLE) if dice.random() < 0.7 else dice.choice(_WHOLE)
        ands.append(
            dice.choice(("", "", "^", "~", ">", "<", ">=", "<=", "=", "~>", ">= ", "v")) + version
        )
    text = " ".join(ands)
    if dice.random() < 0.15:
        text = f"{dice.choice(_SIMPLE)} - {dice.choice(_SIMPLE)}"
    return text


def _range(dice: Random) -> str:
    if dice.random() < 0.25:
        return _join(dice, _PARTS, 7)
    return dice.choice(("||", " || ")).join(
        _simple_range(dice) for _ in range(dice.choice((1, 1, 2, 3)))
    )


def ask_version(dice: Random) -> Any:
    return [_version(dice), dice.random() < 0.4]


def ask_order(dice: Random) -> Any:
    numbers = [f"{dice.randint(0, 1)}.{dice.randint(0, 1)}.{dice.randint(0, 1)}" for _ in range(2)]
    tails = (
        "",
        "",
        "-0",
        "-1",
        "-a",
        "-a.0",
        "-a.1",
        "-a.b",
        "-b",
        "-1.2",
        "-10",
        "+b",
        "-9007199254740993",
    )
    if dice.random() < 0.4:
        numbers[1] = numbers[0]
    return [number + dice.choice(tails) for number in numbers]


def ask_range(dice: Random) -> Any:
    versions = [one for one in (_version(dice) for _ in range(14)) if one.strip()][:8]
    return [_range(dice), _range(dice), dice.random() < 0.4, dice.random() < 0.3, versions]


def ask_collation(dice: Random) -> Any:
    pieces = (*"aAbBzZ019-_.@/~!+ éèüßæÆœŒ", "node_modules/", "@s/", "e\u0301", "\x01", "1", "10")
    return [_join(dice, pieces, 5, 0) for _ in range(6)]


def ask_integrity(dice: Random) -> Any:
    digests = {
        "sha512": ("A" * 86 + "==", "B" * 86 + "=="), "sha256": ("C" * 43 + "=", "D" * 43 + "="),
        "sha1": ("E" * 27 + "=", "F" * 27 + "="), "sha384": ("G" * 64,), "md5": ("H" * 22 + "==",),
        "SHA512": ("A" * 86 + "==",), "unknown": ("xyz",), "sha224": ("I" * 40,),
    }  # fmt: skip

    def text() -> str:
        words = []
        for _ in range(dice.randint(0, 4)):
            name = dice.choice(list(digests))
            digest = dice.choice(digests[name])
            word = f"{name}-{digest}" + dice.choice(("", "", "", "?a", "?a?b", "?"))
            odd = (
                name,
                f"{name}-",
                f"-{digest}",
                f"{word}=",
                f"{name}-{digest[:9]}",
                f"{name}_{digest}",
            )
            words.append(dice.choice(odd) if dice.random() < 0.2 else word)
        return dice.choice((" ", "  ", "\t", "\n")).join(words)

    return [text(), dice.random() < 0.3, text()]


def ask_name(dice: Random) -> Any:
    pieces = (
        *"abAB1-_.@/~!'()* %é:",
        "node_modules",
        "favicon.ico",
        "@s/",
        "@S/",
        "a" * 60,
        "a" * 215,
        "http",
        ".x",
    )
    return _join(dice, pieces, 4, 0)


def ask_ini(dice: Random) -> Any:
    keys = (
        "a",
        "b",
        "a[]",
        "b[]",
        "[]",
        "c-d",
        " e ",
        '"q"',
        "'s'",
        "x;y",
        "k#",
        "",
        "@s:r",
        "//h/:_authToken",
        "a\\;b",
    )
    values = (
        "1", "true", "false", "null", "", " x ", '"q r"', "'s t'", '"open', "x;y", "x # y",
        "x\\;y", "\\\\", "a=b",
        "'\"j\"'", '"a\\nb"', "[x]", "x\\", "'it''s'", '"1"', "'1'", "\\x", '"', "'", "x\\#y",
        "é", '""',
    )  # fmt: skip
    lines = []
    for _ in range(dice.randint(1, 5)):
        if dice.random() < 0.12:
            lines.append(
                dice.choice(
                    (
                        "[s]",
                        "; c",
                        "# c",
                        "",
                        "  ",
                        " ; c",
                        "[s",
                        "[a] b]",
                        "[]",
                        "s]",
                        " [s]",
                        "[s] ",
                    )
                )
            )
        elif dice.random() < 0.12:
            lines.append(dice.choice(keys))
        else:
            lines.append(dice.choice(keys) + dice.choice(("=", " = ", "= ")) + dice.choice(values))
    return dice.choice(("\n", "\r\n", "\r")).join(lines)


def ask_url(dice: Random) -> Any:
    scheme = dice.choice(
        (
            "https:",
            "http:",
            "git+ssh:",
            "ssh:",
            "ftp:",
            "ws:",
            "wss:",
            "git:",
            "a+b-c.d:",
            "HTTPS:",
            "1a:",
            ":",
            "",
        )
    )
    slashes = dice.choice(("//", "//", "//", "//", "/", "", "///", "\\\\", "/\\"))
    user = dice.choice(
        (
            "",
            "",
            "",
            "u@",
            "u:w@",
            ":w@",
            "@",
            "u:@",
            "a b:c/d@",
            "u%40:w@",
            "u@v@",
            "[:|^]@",
            "u:w:x@",
        )
    )
    host = dice.choice(
        (
            "h.example",
            "H.Example",
            "h",
            "",
            "[::1]",
            "h_x",
            "h x",
            "h%41",
            "h%zz",
            "h<",
            "h^",
            "[x]",
            "h|",
            "h.",
            "a..b",
            "h\t.x",
            "h%2f",
        )
    )
    port = dice.choice(
        (
            "",
            "",
            "",
            ":80",
            ":443",
            ":21",
            ":8080",
            ":",
            ":0",
            ":65535",
            ":65536",
            ":x",
            ":00080",
            ":99999999",
        )
    )
    path = dice.choice(
        (
            "",
            "/",
            "/a/b",
            "/a/../b",
            "/./a",
            "/a/..",
            "/%2e%2E/a",
            "/a b",
            "/a%20b",
            "/é",
            "/a\\b",
            "//a",
            "/a?b",
            "/{x}",
            '/"<>`',
            "a",
            "/.%2e/x",
            "/a/.",
            "/\x01\x7f",
            "/a;b=c|d^e",
        )
    )
    tail = dice.choice(
        ("", "", "?q=1", "#f", "?q#f", "?a b'\"", "#a b`<", "?é", "#é", "#{}|", "?`{}")
    )
    around = dice.choice(("", "", "", " ", "\n", "\x00"))
    return around + scheme + slashes + user + host + port + path + tail + around


def ask_uri(dice: Random) -> Any:
    return _join(
        dice,
        (
            *"ab %/?#&=+~!*'()-_.é€",
            "%20",
            "%2F",
            "%zz",
            "%",
            "%c3%a9",
            "%ff",
            "%E2%82",
            "\u00a0",
            "\ufeff",
            "\t",
            "\n",
            "\u2028",
            "\u0085",
            "\x1c",
            "\U0001f600",
            "\u3000",
        ),
        6,
        0,
    )


def ask_paths(dice: Random) -> Any:
    pieces = ("a", "b", "..", ".", "", "a", "b", "...", ".a")
    return [
        dice.choice(("", "/"))
        + "/".join(dice.choices(pieces, k=dice.randint(1, 4)))
        + dice.choice(("", "", "/"))
        for _ in range(2)
    ]


def ask_date(dice: Random) -> Any:
    day = dice.choice(("2021-06-01", "2020-02-29", "2021-13-01", "1969-12-31", "2021-06-30", "x"))
    time = dice.choice(
        (
            "",
            "",
            "T00:00:00Z",
            "T12:34:56.789Z",
            "T23:59:59+02:00",
            "T24:00:01Z",
            "T12:34Z",
            "T12:34:56.1Z",
            "T1:00Z",
            "Tx",
        )
    )
    return dice.choice(
        ("2021", "2021-06", "2021-13", day + time, day + time, day + time, day + time)
    )
