"""Findings and results as text, annotations and SARIF."""

from __future__ import annotations

import json

import pytest

from zipper.checks.results import Report
from zipper.checks.rules import LISTING_RULES
from zipper.findings import Finding
from zipper.package import Package
from zipper.report.as_text import (
    describe_findings,
    describe_many,
    describe_package,
    describe_report,
)
from zipper.report.github import describe_annotations
from zipper.report.sarif import make_sarif
from zipper.report.settings_template import write_first_settings
from zipper.report.units import format_bytes, format_count, format_seconds
from zipper.settings.values import SettingsSource, parse_settings

ERROR = Finding("handler-missing", "error", "", "no `index.js`", "name another")
WARNING = Finding("size-zipped", "warning", "", "60 MB: too large, 100 % so", "use S3\nreally")
INFO = Finding("junk-file", "info", "a,b:c.md", "12 bytes", "leave it out")


def report(*findings: Finding) -> Report:
    return Report(
        path="dist/a b.zip", size_bytes=1_000, unzipped_size_bytes=3_000, code_sha256="",
        files=2, verdict="fail" if ERROR in findings else "pass", findings=findings,
    )  # fmt: skip


def package(**changes: object) -> Package:
    values: dict = {
        "path": "/x/fn.zip", "size_bytes": 1_500_000, "unzipped_size_bytes": 26_214_400,
        "code_sha256": "", "files": 2_000, "packages": 1, "runtime": "nodejs22.x",
        "architecture": "arm64", "handler": "index.handler",
        "timings_seconds": {"read": 0.1, "total": 0.25}, "findings": (), "written": True,
    }  # fmt: skip
    return Package(**{**values, **changes})


def test_build_ends_with_three_lines() -> None:
    """What, how big against the quota, where and how long."""
    assert [
        "built index.handler for nodejs22.x arm64: 1 package, 2,000 files",
        "1.50 MB zipped, 26.2 MB unzipped, 10.0 % of Lambda's 262,144,000 bytes",
        "/x/fn.zip in 0.25 s",
    ] == list(describe_package(package()))


def test_a_build_names_the_packages_whose_scripts_ran() -> None:
    """That foreign code ran is a line of its own, not a finding among others."""
    ran = Finding("script-ran", "info", "node_modules/@s/esbuild", "its script ran", "")
    lines = list(describe_package(package(findings=(ran,))))

    assert "install scripts ran in @s/esbuild; packed as the scripts left it" in lines


def test_many_functions_have_a_line_each() -> None:
    """Built, unchanged and failed functions are told apart and counted."""
    lines = list(
        describe_many([("a", package()), ("long", package(is_unchanged=True)), ("c", None)])
    )

    assert "a     built      1.50 MB zipped  26.2 MB unzipped  /x/fn.zip" == lines[0]
    assert "1 function built, 1 unchanged, 1 failed" == lines[-1]


def test_errors_come_first_and_have_hints() -> None:
    """Findings are told by severity."""
    assert [
        "error[handler-missing]: no `index.js`",
        "  hint: name another",
        "info[junk-file]: a,b:c.md: 12 bytes",
        "  hint: leave it out",
    ] == list(describe_findings((INFO, ERROR)))


def test_findings_of_one_code_are_counted_above_a_limit() -> None:
    """Thirty thousand unreadable files are not thirty thousand lines."""
    many = tuple(Finding("mode-unreadable", "error", f"{n}.js", "m", "h") for n in range(30))

    lines = list(describe_findings(many, most=10))

    told = "20 more of mode-unreadable (20 in the project's own files); `--verbose` shows them"
    assert told == lines[-1]
    assert 21 == len(lines)


def test_findings_are_grouped_by_package() -> None:
    """Those of one code and package are together, and what is left out is counted by package."""
    paths = [f"node_modules/{'abcdefgh'[n % 8]}/{n}.js" for n in range(80)]
    many = tuple(Finding("module-missing", "error", path, "m", "h") for path in paths)

    *lines, last = describe_findings(many, most=10)

    assert ["node_modules/a/" in line for line in lines[::2]] == [True] * 10
    assert last.startswith("70 more of module-missing (10 in node_modules/b, ")
    assert last.endswith(", 2 more); `--verbose` shows them")


def test_report_ends_with_the_verdict() -> None:
    """Counts and sizes follow the findings; infos are counted unless asked for."""
    lines = list(describe_report(report(ERROR, INFO)))

    assert [
        "",
        "fail: dist/a b.zip has 2 files, 1.00 kB zipped, 3.00 kB unzipped",
        "1 error, 1 info; `--verbose` shows the infos",
    ] == lines[2:]
    assert [] == list(describe_report(report(WARNING), quiet=True))


def test_annotations_escape_what_the_format_needs() -> None:
    """Percent signs, line breaks, commas and colons cannot end an annotation."""
    lines = list(describe_annotations(report(WARNING, INFO), verbose=True))

    assert [
        (
            "::warning file=dist/a b.zip,title=size-zipped::"
            "60 MB: too large, 100 %25 so%0Ahint: use S3%0Areally"
        ),
        "::notice file=dist/a b.zip,title=junk-file::a,b:c.md: 12 bytes%0Ahint: leave it out",
        "pass: dist/a b.zip",
    ] == lines


def test_sarif_has_rules_and_results() -> None:
    """Results point at their rules, levels are SARIF's, and paths are URIs."""
    document = make_sarif([report(ERROR, WARNING, INFO)], LISTING_RULES)

    run = document["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert ["handler-missing", "junk-file", "size-zipped"] == rules
    assert [("handler-missing", "error"), ("size-zipped", "warning"), ("junk-file", "note")] == [
        (rules[result["ruleIndex"]], result["level"]) for result in run["results"]
    ]
    location = run["results"][2]["locations"][0]
    assert "dist/a%20b.zip" == location["physicalLocation"]["artifactLocation"]["uri"]
    assert "a,b:c.md" == location["logicalLocations"][0]["fullyQualifiedName"]
    assert json.dumps(document) == json.dumps(
        make_sarif([report(ERROR, WARNING, INFO)], LISTING_RULES)
    )


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1.00 kB"), (999_600, "1.00 MB"), (123_456_789, "123 MB")],
)
def test_bytes_have_three_digits(size: int, text: str) -> None:
    """Sizes are rounded to three digits in the unit that fits."""
    assert text == format_bytes(size)


def test_counts_and_seconds_read_well() -> None:
    """One is singular; long times have no fractions."""
    assert ("1 file", "2,000 files", "3 copies") == (
        format_count(1, "file"), format_count(2_000, "file"), format_count(3, "copy", "copies"),
    )  # fmt: skip
    assert ("0.12 s", "75 s") == (format_seconds(0.123), format_seconds(75.2))


def test_first_settings_can_be_read() -> None:
    """What `init` writes is a table that zipper reads, also with every comment taken away."""
    import tomllib  # noqa: PLC0415  (of this test only)

    text = write_first_settings({"handler": "src/app.handler", "runtime": "nodejs22.x"})
    bare = "\n".join(
        line.removeprefix("# ") for line in text.splitlines() if " = " in line or "[" in line[:4]
    )

    settings = parse_settings(
        tomllib.loads(text)["tool"]["zipper"],
        SettingsSource("pyproject.toml", text, ("tool", "zipper")),
    )
    assert ("src/app.handler", "nodejs22.x", None) == (
        settings.handler, settings.runtime, settings.output,
    )  # fmt: skip
    assert parse_settings(
        tomllib.loads(bare.split("[[tool")[0])["tool"]["zipper"],
        SettingsSource("pyproject.toml", bare, ("tool", "zipper")),
    )


def test_a_path_that_the_message_names_is_not_told_twice() -> None:
    """Lines stay short; the path is there once either way."""
    named = Finding("junk-file", "info", "a.md", "`a.md` has 12 bytes", "leave it out")

    assert ["info[junk-file]: `a.md` has 12 bytes", "  hint: leave it out"] == list(
        describe_findings([named])
    )
    assert "info[junk-file]: a,b:c.md: 12 bytes" == next(describe_findings([INFO]))


def test_annotations_stay_within_what_github_shows():
    """Ten of a level are shown: the last of more sums up the rest."""
    many = [Finding("a", "error", f"{n}.js", "m", "h") for n in range(12)]
    lines = list(describe_annotations(report(*many)))

    assert 10 == sum(line.startswith("::error") for line in lines)
    assert "3 more: 3 a" in lines[9]
    assert 10 == len(list(describe_annotations(report(*many[:10])))) - 1


def test_sarif_has_a_region():
    """The line that a message names is the region's; code scanning needs one."""
    finding = Finding("a", "error", "x.js", "`x.js` line 7 needs `y`", "h")
    document = make_sarif([report(finding, ERROR)], LISTING_RULES)
    places = [r["locations"][0]["physicalLocation"] for r in document["runs"][0]["results"]]

    assert [7, 1] == [place["region"]["startLine"] for place in places]
