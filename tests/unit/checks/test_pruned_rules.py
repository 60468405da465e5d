"""What a zip is held to by its own record of pruning, and what it is not."""

from __future__ import annotations

import json

import pytest
from support.checking import check_files

from zipper.checks.pruned_record import RECORD, RECORD_MAX_BYTES, format_record, parse_record

H = "exports.handler = async () => require('a');"
A = "node_modules/a"
FILES = {"index.js": H, f"{A}/index.js": "", f"{A}/later.js": "", "package.json": "{}"}


def record(*names: str, handler: str = "index.handler") -> dict[str, str]:
    return {RECORD: format_record(names, mode="reached", handler=handler)}


def found(files, **options) -> list[tuple[str, str, str]]:
    """Return code, severity and path of each finding about the record."""
    findings = check_files(files, **options).findings
    return [(f.code, f.severity, f.path) for f in findings if f.code.startswith("pruned-")]


def test_what_is_there_is_no_finding() -> None:
    """A zip that has all that its record names is as sound as without one, `./` or not."""
    assert [] == found({**FILES, **record(*FILES)})
    assert [] == found({**FILES, **record(*FILES, handler="./index.handler")})
    assert check_files({**FILES, **record(*FILES)}).findings == check_files(FILES).findings


@pytest.mark.parametrize("gone", [f"{A}/later.js", "package.json", "lib/own.js", "é.js"])
def test_what_is_gone_is_an_error_with_its_name(gone: str) -> None:
    """A file of the record that is not in the zip fails the check, at whatever level it loads."""
    files = {name: text for name, text in FILES.items() if name != gone}
    report = check_files({**files, **record(*FILES, gone)})

    assert ("pruned-file-missing", "error", gone) in found({**files, **record(*FILES, gone)})
    assert "fail" == report.verdict


def test_another_handler_makes_it_a_warning() -> None:
    """What one function needs is not sure to be needed by another."""
    files = {**FILES, **record("gone.js", handler="app.handler")}

    assert [("pruned-file-missing", "warning", "gone.js")] == found(files)


def test_what_comes_from_elsewhere_is_not_missing() -> None:
    """A layer may have the file, a module may be `provided`, and an ARN's content is not known."""
    gone = f"{A}/gone.js"
    files = {**FILES, **record(gone)}
    layers = [{f"nodejs/{gone}": ""}], [{f"nodejs/node24/{gone}": ""}]

    assert [[], []] == [found(files, layers=(one,)) for (one,) in layers]
    assert [] == found(files, provided=("a",))
    assert [("pruned-file-missing", "warning", gone)] == found(files, unknown_layers=("arn:a",))
    own = {**FILES, **record("gone.js")}
    assert [("pruned-file-missing", "error", "gone.js")] == found(own, unknown_layers=("arn:a",))


def test_a_record_elsewhere_counts_nothing() -> None:
    """In a layer, or in another folder, the names of a record lead to other places."""
    (text,) = record("gone.js").values()

    assert [] == found({**FILES, f"nodejs/{RECORD}": text, f"app/{RECORD}": text})


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "{}", '{"format": "1"}', '{"format": true}', '{"format": 1}'),
        *('{"format": 1, "handler": "a.b", "needed": ["x"]}', "[" * 100_000),
        *('{"format": 1, "handler": "a.b", "needed": {"a": "x"}}', '{"format": 1e999}'),
        '{"format": 1, "handler": "a.b", "needed": {"a": [1]}}',
        json.dumps({"format": 1, "handler": "a.b", "needed": {"a" * 5000: ["x"]}}),
        b"\xff",
        " " * (RECORD_MAX_BYTES + 1),
    ],
)
def test_what_is_no_record_is_a_warning(text: str | bytes) -> None:
    """Nothing is missing by a record that is damaged, and nothing is judged by it."""
    assert [("pruned-record", "warning", RECORD)] == found({**FILES, RECORD: text})


def test_a_later_format_is_an_info() -> None:
    """What a later zipper wrote is not compared."""
    text = json.dumps({"format": 2, "gone": ["gone.js"]})

    assert [("pruned-record", "info", RECORD)] == found({**FILES, RECORD: text})


def test_the_record_of_another_zip_is_told_within_bounds() -> None:
    """Of 20,000 missing files two hundred are named, the rest is counted."""
    files = {**FILES, **record(*(f"node_modules/z/{number}.js" for number in range(20_000)))}
    report = check_files(files)
    told = [f for f in report.findings if f.code == "pruned-file-missing"]

    assert 201 == len(told)
    assert "19,800 more files" in told[-1].message


def test_a_record_is_read_as_it_was_written() -> None:
    """The order of names changes nothing, and names of no encoding come back."""
    names = ["index.js", "a/b.js", "a/a.js", "a/c/d.js", "\udcff.js"]
    text = format_record(names, mode="safe", handler="index.handler")
    read = parse_record(text.encode("ascii"))

    assert format_record(reversed(names), mode="safe", handler="index.handler") == text
    assert read is not None
    assert sorted(names) == sorted(read.names())
    assert "\n" not in text


NOT_COMPARED = f"the record of pruning, `{RECORD}`, is not compared with the zip"
AGAIN = "build the zip again with `--prune`"


@pytest.mark.parametrize(
    ("text", "why", "hint"),
    [
        ('{"format": 2}', "a later zipper wrote it", "use a newer zipper"),
        ("{}", "it has no `format`", AGAIN),
        ("[" * 100_000, "it is nested too deeply", AGAIN),
        (" " * (RECORD_MAX_BYTES + 1), "it has 4,194,305 bytes", AGAIN),
    ],
)
def test_why_a_record_is_not_compared(text: str, why: str, hint: str) -> None:
    """What is wrong with it, and what makes another one."""
    (finding,) = check_files({**FILES, RECORD: text}).findings

    assert (f"{NOT_COMPARED}: {why}", hint) == (finding.message, finding.hint)


@pytest.mark.parametrize(("count", "more"), [(200, 0), (201, 1)])
def test_what_is_said_of_files_that_are_gone(count: int, more: int) -> None:
    """Who needs each, and what to do; the last finding has the number of the others."""
    hint = "build it again with `--prune`; `drop` leaves out what pruning would keep"
    files = {**FILES, **record(*(f"{number}.js" for number in range(count)))}
    told = check_files(files).findings

    assert len(told) == 200 + more
    assert {hint} == {one.hint for one in told}
    assert told[0].message == (
        f"the file is not in the zip, and `index.handler` needs it, as pruning recorded in "
        f"`{RECORD}`: something took it out after the build"
    )
    assert (told[-1].path == RECORD) == bool(more)
    assert not more or told[-1].message == (
        "1 more files that the record of pruning has are not in the zip"
    )
