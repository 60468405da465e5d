"""What conditions come to that the text decides, and how severe an absent module is for that.

Each row of errors was tried with Node.js: it fails to load them.
"""

from __future__ import annotations

import pytest
from support.checking import check_files, judge_each

ASKS = "require('./gone')"


def _judge(*conditions: str, **options: object) -> set[str]:
    return set(judge_each([f"if ({one}) {ASKS};" for one in conditions], **options))


@pytest.mark.parametrize(
    ("severity", "conditions"),
    [
        (
            "error",
            [
                *("[]", "{}", "/a/", "new Object", "() => 1", "function () {}", "class {}"),
                *("typeof [] === 'object'", "typeof {} == 'object'", "typeof /a/ === 'object'"),
                *("typeof new Object === 'object'", "typeof (() => 1) === 'function'"),
                *("typeof function () {} === 'function'", "typeof class {} === 'function'"),
            ],
        ),
        (
            "info",
            [
                *("typeof [] === 'array'", "typeof class {} === 'object'"),
                *("typeof new Object !== 'object'", "!class {}", "!new Object"),
            ],
        ),
        ("warning", ["new Object == other", "class {} != other", "other", "!other", "-1", "+[]"]),
    ],
)
def test_values_that_are_written_down(severity: str, conditions: list[str]) -> None:
    """Literals, functions and what `new` makes are something, of a known type."""
    assert {severity} == _judge(*conditions)


@pytest.mark.parametrize(
    ("severity", "conditions"),
    [
        (
            "error",
            [
                *("null ?? 1", "undefined ?? 1", "void 0 ?? 1", "1 ?? 0", "'a' ?? 0"),
                *(
                    "0 || 1",
                    "'a' && 1",
                    "(0 || 'x') === 'x'",
                    "(1 && 'x') === 'x'",
                    "(0 && 1) === 0",
                ),
                *("1 <= 1", "1 >= 1", "1 < 2", "2 > 1", "'a' < 'b'", "'b' >= 'a'", "'a' <= 'a'"),
                *("null == undefined", "null !== undefined", "null != 0", "0 !== '0'", "1 === 1.0"),
                *(
                    "true === true",
                    "true !== 1",
                    "'a' == 'a'",
                    "'a' != 'b'",
                    "(1 ? 'a' : 0) === 'a'",
                ),
            ],
        ),
        (
            "info",
            [
                *("0 ?? 1", "'' ?? 1", "false ?? 1", "null ?? 0", "1 && 0", "0 || ''", "1 && ''"),
                *("1 < 1", "1 > 1", "2 <= 1", "1 >= 2", "'b' < 'a'", "'a' > 'a'", "'a' >= 'b'"),
                *("null === undefined", "null == 0", "0 === '0'", "1 !== 1", "true === 1", "!1"),
                *(
                    "(0 ? 'a' : 0) === 'a'",
                    "(1, 0)",
                    "typeof 1 === 'string'",
                    "typeof null === 'null'",
                ),
            ],
        ),
        (
            "warning",
            [
                "1 < 'a'",
                "'' == 0",
                "true == 1",
                "[] == []",
                "1 + 1",
                "1 - 1",
                "void other",
                "~0",
                "017",
            ],
        ),
    ],
)
def test_operators(severity: str, conditions: list[str]) -> None:
    """What compares and chooses is worked out for values of one type, and for others by `===`."""
    assert {severity} == _judge(*conditions)


@pytest.mark.parametrize(
    ("severity", "conditions"),
    [
        (
            "error",
            ["{} !== 'off'", "'off' !== {}", "{} != 'off'", "!({} === 'off')", "({} !== 'off')"],
        ),
        ("error", ["!('off' == {})", "{} !== 'off' && 1", "0 || {} !== 'off'"]),
        (
            "warning",
            ["{} === 'on'", "'on' == {}", "{} !== ''", "{} !== other", "{} < 'on'", "{} >= 'on'"],
        ),
        ("warning", ["{}", "!{}", "typeof {} === 'undefined'", "{} !== 'off' && other"]),
    ],
)
def test_a_switch_is_off(severity: str, conditions: list[str]) -> None:
    """A variable of a package's own is compared with a text as if nobody had set it."""
    assert {severity} == _judge(*(one.replace("{}", "process.env.A_SWITCH") for one in conditions))


@pytest.mark.parametrize(
    ("severity", "names"),
    [
        (
            "warning",
            [
                *("NODE_ENV", "NODE_PATH", "LD_LIBRARY_PATH", "LANG", "PATH", "TZ"),
                *("AWS_A", "LAMBDA_A", "_HANDLER", "_"),
            ],
        ),
        (
            "error",
            [
                *("NODE_ENVS", "A_NODE_PATH", "LD_LIBRARY", "LANGS", "PATHS", "TZS", "NODE"),
                *("AWSA", "A_AWS_A", "LAMBDAS", "A_LAMBDA_A", "A_"),
            ],
        ),
    ],
)
def test_variables_that_are_no_switches(severity: str, names: list[str]) -> None:
    """Those that Lambda sets, or people do for all programs, may have any value."""
    assert {severity} == _judge(*(f"process.env.{name} !== 'off'" for name in names))


@pytest.mark.parametrize(
    ("condition", "severity"),
    [
        ("process.env.A !== 'off'", "info"),
        ("process.env.A === 'off'", "error"),
        ("process.env.A !== ''", "error"),
        ("process.env.B", "info"),
        ("process.env.B !== 'off'", "error"),
        ("process.env.C !== 'off'", "error"),
    ],
)
def test_variables_that_are_known(condition: str, severity: str) -> None:
    """What a function's settings say counts, and what they do not say is off."""
    assert {severity} == _judge(condition, variables={"A": "off", "B": ""})
    text = f"process.env.A = process.env.B = process.env.C = x; if ({condition}) {ASKS};"
    assert ["warning"] == judge_each([text], variables={"A": "off", "B": ""})


@pytest.mark.parametrize(
    ("made", "most"),
    [
        *(("({})", 38), ("!!{}", 19), ("(0 || {})", 19), ("(1 && {})", 19), ("(1, {})", 19)),
        *(("1 ? {} : 1", 38), ("0 ? 1 : ({})", 19), ("({}) ? 1 : 0", 19), ("0 ?? {}", 38)),
    ],
)
def test_how_deep_conditions_are_followed(made: str, most: int) -> None:
    """What is nested deeper is unknown."""
    nested = ["0"]
    for _ in range(most + 1):
        nested.append(made.replace("{}", nested[-1]))
    asked = [f"if ({text}) {ASKS};" for text in nested[1:]]

    assert [*["info"] * most, "warning"] == judge_each(asked)


def test_how_much_is_read_for_constants() -> None:
    """A file is read for each constant, up to fifty megabytes; short names are not followed."""
    names = [f"name{number:03}" for number in range(101)]
    declared = "".join(f"const {name} = 0;" for name in names)
    asked = "".join(f"if ({name}) require('./gone{name[4:]}');" for name in names)
    text = f"{declared}{asked}".ljust(500_000)

    report = check_files({"index.js": text}, handler=None)
    found = [f.severity for f in report.findings if "missing" in f.code]
    assert [*["warning"], *["info"] * 100] == sorted(found, reverse=True)
    assert ["info", "warning"] == judge_each(
        f"const {name} = 0; if ({name}) {ASKS};" for name in ("abc", "ab")
    )
