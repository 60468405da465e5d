"""A check is remembered as a whole, with all that it depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.node import write_zip
from tests.support.notes import list_notes, rewrite_note
from zipper.pipeline.checking import check

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.checks.results import Report

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
