"""The commands about a zip: check in every format, explain, licenses, sbom; and bad paths."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

import zipper
from tests.support.command import run_zipper

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "index.js": "const a = require('a')\nexports.handler = async () => a\n",
    "package.json": '{"name": "fn", "version": "1.0.0", "dependencies": {"a": "1"}}',
    "node_modules/a/package.json": '{"name": "a", "version": "1.0.0", "license": "MIT"}',
    "node_modules/a/index.js": "module.exports = 1\n",
}


def make_zip(path: Path, files: dict[str, str]) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, text in files.items():
            info = ZipInfo(name)
            info.external_attr = 0o100644 << 16
            archive.writestr(info, text)
    return path


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return make_zip(tmp_path / "good.zip", FILES)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return make_zip(tmp_path / "bad.zip", {n: t for n, t in FILES.items() if "modules" not in n})


def test_check_passes_and_fails_with_its_status(good: Path, bad: Path) -> None:
    """Status 0 for a package that loads, 1 for one whose module is missing."""
    passed, failed = run_zipper("check", good), run_zipper("check", bad)

    assert (0, 1) == (passed.status, failed.status)
    assert "error[module-missing]: `index.js` line 1 needs `a`" in failed.stdout
    assert f"fail: {bad} has 2 files" in failed.stdout


@pytest.mark.parametrize("layer", ["<html>404</html>", ""])
def test_a_layer_that_is_no_zip_is_an_error(good: Path, tmp_path: Path, layer: str) -> None:
    """What cannot be read is not taken for a layer without files."""
    place = tmp_path / "layer.zip"
    place.write_text(layer)
    result = run_zipper("check", good, "--layer", place)
    assert (1, "EZIP") == (result.status, result.code)
    assert f"`{place}` cannot be read" in result.stderr


def test_check_json_has_the_report(bad: Path) -> None:
    """The JSON has the fields of the library's report."""
    document = run_zipper("check", bad, "--json").document
    report = zipper.check(bad)

    assert document is not None
    assert ("fail", report.code_sha256, 2) == (
        document["verdict"], document["code_sha256"], document["files"],
    )  # fmt: skip
    assert ["module-missing"] == [finding["code"] for finding in document["findings"]]


def test_several_zips_are_judged_in_one_call(good: Path, bad: Path) -> None:
    """As pre-commit calls it: the status is that of the worst."""
    result = run_zipper("check", good, bad, "--json")

    assert 1 == result.status
    assert ["pass", "fail"] == [row["verdict"] for row in (result.document or {})["reports"]]


def test_check_writes_annotations_and_sarif(bad: Path) -> None:
    """Both formats name the zip and the code."""
    github = run_zipper("check", bad, "--format", "github").stdout
    sarif = json.loads(run_zipper("check", bad, "--format", "sarif").stdout)

    assert github.startswith(f"::error file={bad},title=module-missing::index.js: ")
    assert "2.1.0" == sarif["version"]
    assert "module-missing" == sarif["runs"][0]["results"][0]["ruleId"]


def test_strict_fails_on_warnings(tmp_path: Path) -> None:
    """A warning passes, with --strict it fails, and ignored it passes again."""
    path = make_zip(tmp_path / "w.zip", FILES)
    words = ("check", path, "--runtime", "nodejs16.x")

    statuses = [
        run_zipper(*words).status,
        run_zipper(*words, "--strict").status,
        run_zipper(*words, "--strict", "--ignore", "runtime-deprecated").status,
    ]

    assert [0, 1, 0] == statuses


@pytest.mark.parametrize("words", [("check",), ("explain",), ("licenses",), ("sbom",), ("run",)])
def test_a_zip_that_is_not_there_is_one_error(words: tuple[str, ...], tmp_path: Path) -> None:
    """Each command that takes a zip says so, with status 1."""
    result = run_zipper(*words, tmp_path / "none.zip")

    assert (1, "EREAD") == (result.status, result.code)
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("words", [("explain",), ("licenses",), ("sbom",)])
def test_a_zip_that_is_none_is_one_error(words: tuple[str, ...], tmp_path: Path) -> None:
    """A text file called .zip is refused with a code; `check` has a finding for it."""
    path = tmp_path / "text.zip"
    path.write_text("no zip", encoding="utf-8")

    refused, judged = run_zipper(*words, path), run_zipper("check", path)

    assert (1, "EZIP") == (refused.status, refused.code)
    assert (1, True) == (judged.status, "error[zip-unreadable]" in judged.stdout)


def test_codes_are_listed_and_explained() -> None:
    """Every code of the list has an explanation with its source and an example."""
    listed = run_zipper("check", "--list").stdout.splitlines()
    codes = [line.split()[0] for line in listed]

    explained = run_zipper("check", "--explain", "module-missing").stdout

    assert len(codes) == len(set(codes)) > 30
    assert {"handler-missing", "module-missing", "binary-arch", "secret-file"} <= set(codes)
    assert {"left-out", "script-failed", "advisory", "source-git"} <= set(codes)
    assert "\nsource: " in explained
    assert "\nexample: " in explained


@pytest.mark.parametrize("words", [("--ignore", "zip-clsh"), ("--explain", "zip-clsh")])
def test_a_mistyped_code_is_wrong_usage(good: Path, words: tuple[str, str]) -> None:
    """Ignoring nothing by mistake would be silent."""
    result = run_zipper("check", good, *words)

    assert (2, "EUSAGE") == (result.status, result.code)
    assert "`zip-clash`" in result.stderr


def test_a_code_with_several_reasons_is_explained_by_each() -> None:
    """The list shows the common reason, the explanation all of them."""
    listed = run_zipper("check", "--list").stdout
    explained = run_zipper("check", "--explain", "binary-arch").stdout

    assert re.search(r"^binary-arch +a binary is for another processor$", listed, re.MULTILINE)
    assert 3 == explained.count("\nsource: ") == explained.count("\nexample: ")


def test_a_runtime_that_nobody_knows_is_a_finding(good: Path) -> None:
    """All else is judged for the newest runtime."""
    result = run_zipper("check", good, "--runtime", "node22", "--json")

    findings = (result.document or {})["findings"]
    assert (1, ["runtime-unknown"]) == (result.status, [f["code"] for f in findings])
    assert "`node22`" in findings[0]["message"]


def test_explain_tells_why_a_package_is_there(good: Path) -> None:
    """The chain from the project to the package, in text and JSON; status 1 where there is none."""
    text = run_zipper("explain", good, "a")
    document = run_zipper("explain", good, "a", "--json").document
    none = run_zipper("explain", good, "b")

    assert "a@1.0.0  node_modules/a\n  fn > a@1 (prod)\n" == text.stdout
    assert ["node_modules/a"] == [copy["location"] for copy in (document or {})["copies"]]
    assert (1, "`b` is not in the tree\n") == (none.status, none.stdout)


def test_explain_page_goes_where_it_may(good: Path, tmp_path: Path) -> None:
    """A page that cannot be written is one error."""
    blocked = tmp_path / "file"
    blocked.write_text("x", encoding="utf-8")

    refused = run_zipper("explain", good, "--html", blocked / "page.html")
    written = run_zipper("explain", good, "--html", tmp_path / "new" / "page.html")

    assert (1, "EOUTPUT") == (refused.status, refused.code)
    assert 0 == written.status
    assert (tmp_path / "new/page.html").read_text("utf-8").startswith("<!doctype html>")


def test_diff_is_told_in_three_forms(good: Path, bad: Path) -> None:
    """Text, JSON and Markdown tell the same difference."""
    text = run_zipper("explain", "--diff", bad, good).stdout
    document = run_zipper("explain", "--diff", bad, good, "--json").document
    markdown = run_zipper("explain", "--diff", bad, good, "--format", "markdown").stdout

    assert ["a"] == [change["name"] for change in (document or {})["packages"]]
    assert "added" in text
    assert "| a |  | 1.0.0 | +70 B |" in markdown


def test_licences_and_notice_are_written(good: Path, tmp_path: Path) -> None:
    """The table names each licence; the notice is a file."""
    table = run_zipper("licenses", good)
    notice = run_zipper("licenses", good, "--notice", tmp_path / "NOTICE")

    assert "MIT  a 1.0.0\n" == table.stdout
    assert 0 == notice.status
    assert "a 1.0.0\nLicence: MIT" in (tmp_path / "NOTICE").read_text("utf-8")


def test_a_baseline_lets_known_findings_pass(tmp_path: Path) -> None:
    """A team starts with an old zip: what is known passes, what is new fails."""
    old = make_zip(tmp_path / "old.zip", {"index.js": "require('gone');"})
    new = make_zip(tmp_path / "new.zip", {"index.js": "require('gone'); require('other');"})

    assert 0 == run_zipper("check", old, "--write-baseline", "known.json").status
    passed = run_zipper("check", old, "--baseline", "known.json")
    assert 0 == passed.status
    assert "in the baseline `known.json`" in passed.stderr
    assert 1 == run_zipper("check", new, "--baseline", "known.json").status
    assert 2 == run_zipper("check", old, "--baseline", "absent.json").status
