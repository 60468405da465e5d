"""`zipper help`: pages and codes, complete and readable."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_zipper
from tests.support.shared import REPOSITORY
from zipper.commands.help import TOPICS, list_rules, read_errors
from zipper.npm.lockfile_formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODE = re.compile(r"E[A-Z0-9]{3,}|ERR_[A-Z_]+")


def codes_in_source() -> Iterator[str]:
    """Yield each code that is the first argument of a call that makes or raises an error."""
    for path in (REPOSITORY / "zipper").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) < 2:
                continue
            called, first = ast.unparse(node.func), node.args[0]
            is_error = called.endswith(("Error", "Fault", "error", "_warn"))
            if is_error and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def test_every_error_has_a_paragraph() -> None:
    """Each code that an error is made with is explained, and no others."""
    made = {code for code in codes_in_source() if _CODE.fullmatch(code)}
    by_status = {"E400", "E401", "E403", "E404", "E405", "E410", "E429", "E451", "E5XX"}
    elsewhere = {
        "EALLOWFILE",
        "EALLOWGIT",
        "EALLOWREMOTE",
        "EBUG",
        *(code for row in FORMATS.values() for code in (row.drift, row.other_settings, row.patch)),
        "EINVALIDURL",
        "ERR_INVALID_AUTH",
        "ERR_INVALID_URL",
    }
    explained = set(read_errors())

    assert len(made) > 60
    assert set() == made - explained
    assert set() == explained - made - by_status - elsewhere


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_every_topic_has_a_page(topic: str) -> None:
    """A page begins with a title and is shown as it is."""
    done = run_zipper("help", topic)

    assert 0 == done.status
    assert done.stdout.startswith("# ")


def test_every_page_is_a_topic() -> None:
    """No page lies beside the list of topics."""
    pages = {path.stem for path in (REPOSITORY / "zipper" / "docs").glob("*.md")}

    assert set(TOPICS) == pages


def test_codes_of_findings_are_explained() -> None:
    """A finding's code shows what it means, an example and its source."""
    done = run_zipper("help", "module-missing")

    assert done.stdout.startswith("module-missing: ")
    assert "example: " in done.stdout
    assert "source: " in done.stdout
    assert "module-missing" in run_zipper("help", "findings").stdout
    assert "left-out" in list_rules()


@pytest.mark.parametrize("word", ["ETARGET", "etarget", "E503"])
def test_codes_of_errors_are_explained(word: str) -> None:
    """An error's code is found whatever its case; all of 5xx are one."""
    done = run_zipper("help", word)

    assert 0 == done.status
    assert "Cure: " in done.stdout
    assert done.stdout == run_zipper("check", "--explain", word).stdout


def test_unknown_words_name_the_nearest() -> None:
    """A mistyped word is wrong usage, with the word that was probably meant."""
    done = run_zipper("help", "lockfile")

    assert 2 == done.status
    assert "did you mean `lockfiles`?" in done.stderr
