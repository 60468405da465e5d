"""A check is remembered as a whole, with all that it depends on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.node import write_zip
from tests.support.notes import list_notes, rewrite_note
from zipper.errors import ReadError
from zipper.pipeline.checking import check, check_requested
from zipper.settings.read_settings import request_of_call
from zipper.store.notes import Notebook

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from zipper.checks.results import Report
    from zipper.store.notes import Kind, Value

HANDLER = b"require('absent'); exports.handler = async () => 1;"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A zip whose handler asks for a module that is not there."""
    write_zip(tmp_path / "fn.zip", {"index.js": HANDLER, ".env": b""})
    return tmp_path / "fn.zip"


def run(path: Path, **options: object) -> Report:
    return check(path, cache_dir=path.parent / "cache", **options)  # type: ignore[arg-type]


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


def test_the_same_bytes_are_checked_once(path: Path) -> None:
    """The second check says what the note says, about the path that it is given."""
    first = run(path)
    (note,) = list_notes(path.parent / "cache", "report")
    other = path.rename(path.with_name("other.zip"))
    assert run(other) == first._replace(path=str(other))

    rewrite_note(note, "module-missing", "remembered")
    assert "remembered" in codes(run(other))
    assert "remembered" not in codes(run(other, no_recall=True))


def test_other_bytes_are_another_report(path: Path) -> None:
    """A zip that was written anew is judged anew."""
    assert not run(path).ok
    write_zip(path, {"index.js": HANDLER, "node_modules/absent/index.js": b""})
    assert run(path).ok


@pytest.mark.parametrize(
    "options",
    [
        {"handler": "index.other"},
        {"runtime": "nodejs18.x"},
        {"architecture": "arm64"},
        {"downgrade": ["module-missing"]},
        {"provided": ["absent"]},
        {"max_unzipped_size_bytes": 1},
        {"max_size_bytes": 1},
        {"kind": "layer"},
        {"node_options": "--require ./gone.js"},
        {"env": ["A=1"]},
    ],
    ids=lambda options: next(iter(options)),
)
def test_another_option_is_another_report(path: Path, options: dict[str, object]) -> None:
    """What an option changes is never answered from a check without it, nor the other way."""
    plain = run(path)
    changed = run(path, **options)

    assert changed == run(path, no_recall=True, **options)
    assert 2 == len(list_notes(path.parent / "cache", "report"))
    assert run(path) == plain


def test_what_is_ignored_is_left_out_afterwards(path: Path) -> None:
    """One note serves checks that ignore and checks that are strict."""
    assert "secret-file" in codes(run(path))
    ignoring = run(path, ignore=["secret-file"], downgrade=["module-missing"])
    assert "secret-file" not in codes(ignoring)
    assert ignoring.ok
    assert not run(path, downgrade=["module-missing"], strict=True).ok
    assert 2 == len(list_notes(path.parent / "cache", "report"))


def test_another_layer_is_another_report(path: Path) -> None:
    """A layer counts by its content, not by its name."""
    layer = path.with_name("layer.zip")
    write_zip(layer, {"nodejs/a.txt": b""})
    assert not run(path, layers=[layer]).ok
    write_zip(layer, {"nodejs/node_modules/absent/index.js": b""})
    assert run(path, layers=[layer]).ok


ARN = "arn:aws:lambda:eu-west-1:123456789012:layer:deps:1"
ASKING = b"""require('absent'); require('./Own');
if (process.env.NODE_ENV !== 'production') require('dev-only');
exports.handler = async () => 1;
"""
MISSING = ("module-missing", "error", "index.js")
Row = tuple[str, str, str]
EFFECTS: list[tuple[dict[str, object], Row | None, Row | None]] = [
    ({"handler": "index.other"}, ("handler-export", "error", "index.js"), None),
    ({"runtime": "nodejs18.x"}, ("runtime-deprecated", "warning", ""), None),
    ({"unknown_runtime": "nodejs99.x"}, ("runtime-unknown", "error", ""), None),
    ({"layers": ["layer.zip"]}, None, MISSING),
    ({"layers": [ARN]}, ("layer-unknown", "info", ""), MISSING),
    ({"kind": "layer"}, ("layout-layer", "warning", ""), MISSING),
    ({"kind": "web", "entry": "own.js"}, ("entry-silent", "warning", "own.js"), MISSING),
    ({"max_size_bytes": 1}, ("size-budget", "error", ""), None),
    ({"max_unzipped_size_bytes": 1}, ("size-budget", "error", ""), None),
    ({"timeout_seconds": 901}, ("timeout-long", "warning", ""), None),
    ({"node_options": "--require ./gone.js"}, ("module-missing", "error", ""), None),
    ({"env": ["NODE_OPTIONS=--require ./gone.js"]}, ("module-missing", "error", ""), None),
    (
        {"env": ["NODE_ENV=production"]},
        ("module-optional-missing", "info", "index.js"),
        ("module-missing", "warning", "index.js"),
    ),
    ({"provided": ["absent"]}, ("module-sdk", "info", ""), MISSING),
    ({"downgrade": ["module-missing"]}, None, MISSING),
]
"""Options, a finding that they bring, and one that they take away."""


@pytest.fixture
def asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A zip that asks for what is not there, and a layer that has some of it."""
    write_zip(tmp_path / "fn.zip", {"index.js": ASKING, "own.js": b"1", "x/y": b"1"})
    write_zip(tmp_path / "layer.zip", {"nodejs/node_modules/absent/index.js": b"1"})
    monkeypatch.chdir(tmp_path)
    return tmp_path / "fn.zip"


def rows(report: Report) -> set[Row]:
    return {(one.code, one.severity, one.path) for one in report.findings}


@pytest.mark.parametrize(("options", "more", "less"), EFFECTS)
def test_each_option_has_its_effect(
    asking: Path, options: dict[str, object], more: Row | None, less: Row | None
) -> None:
    """A finding comes, or goes, and none of both without it."""
    before, after = rows(run(asking)), rows(run(asking, **options))

    if more is not None:
        assert more in after - before
    if less is not None:
        assert less in before - after
    assert after == rows(run(asking, **options))


def test_other_cases_of_names_are_told_on_demand(asking: Path) -> None:
    """`--case` of the command: files that differ from each other by case alone."""
    write_zip(asking, {"index.js": b"exports.handler = async () => 1;", "a.js": b"", "A.js": b""})
    request = request_of_call("check", {"cache_dir": asking.parent / "cache"})

    plain = check_requested(asking, request)
    told = check_requested(asking, request._replace(case=True))

    assert rows(plain) < rows(told)
    assert rows(told) == rows(check_requested(asking, request._replace(case=True)))


def test_bytes_that_are_open_are_judged(asking: Path) -> None:
    """A hash that is known is believed, and the report has it; without one it is worked out."""
    data = memoryview(asking.read_bytes())
    request = request_of_call("check", {"cache_dir": asking.parent / "cache"})
    alone = check_requested(asking, request)
    asking.write_bytes(b"another")

    given = check_requested(asking, request, source=data)
    known = check_requested(asking, request, source=data, code_sha256="known")

    assert alone == given
    assert "known" == known.code_sha256
    assert "zip-unreadable" in codes(check_requested(asking, request))


class _Meanwhile(Notebook):
    """Has a file written to while it is asked what is known of the files in a zip."""

    def __init__(self, folder: Path, written: Path) -> None:
        super().__init__(folder)
        self._written = written

    def recall_many(self, kind: Kind, rows: Iterable[Value]) -> dict[int, bytes]:
        """Return what is known, later."""
        with self._written.open("ab") as file:
            file.write(b"x")
        return super().recall_many(kind, rows)


@pytest.mark.parametrize("name", ["fn.zip", "layer.zip"])
def test_what_is_written_to_meanwhile_is_refused(path: Path, tmp_path: Path, name: str) -> None:
    """No report is about bytes of which some were there before and some after."""
    layer = tmp_path / "layer.zip"
    large = {"large.bin": os.urandom(1 << 20)}  # what is small is read at once
    write_zip(path, {"index.js": HANDLER, **large})
    write_zip(layer, {"nodejs/node_modules/absent/index.js": b"", **large})
    request = request_of_call("check", {"layers": [str(layer)], "cache_dir": tmp_path / "cache"})

    with pytest.raises(ReadError, match="was written to"):
        check_requested(path, request, notebook=_Meanwhile(tmp_path / "cache", tmp_path / name))
