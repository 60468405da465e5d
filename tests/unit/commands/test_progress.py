"""Progress: lines for logs, and nothing that a warm build has to wait for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from zipper.commands.progress import LineProgress, Retries, TerminalProgress
from zipper.commands.terminal import fold_lines
from zipper.events import (
    BytesReceived,
    FetchFinished,
    FetchRetried,
    PackageStored,
    StageStarted,
    TarballsMissing,
)

RETRY = FetchRetried("a@1.0.0", "503", 2, 0.5)


def test_lines_tell_the_begin_the_retries_and_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A log has one line a fact, in order."""
    progress = LineProgress()
    for event in (
        StageStarted("fetch", 1), TarballsMissing(1), RETRY, BytesReceived("a@1.0.0", 1_500),
        FetchFinished("a@1.0.0", 1_500), PackageStored("a@1.0.0"), StageStarted("write"),
    ):  # fmt: skip
        progress.on_event(event)
    progress.stop()

    first, second, last = capsys.readouterr().err.splitlines()
    assert "fetching 1 package" == first
    assert "503, trying again: a@1.0.0 in 0.50 s" == second == Retries().describe(RETRY)
    assert last.startswith("fetched 1 package, 1.50 kB in ")


def test_a_warm_build_draws_stages_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Stages are drawn over each other and taken away at the end."""
    progress = TerminalProgress()
    progress.on_event(StageStarted("read"))
    progress.on_event(StageStarted("write"))
    progress.stop()

    erase = "\r\x1b[K"
    expected = f"{erase}reading the project ...{erase}writing the zip ...{erase}"
    assert expected == capsys.readouterr().err


def test_a_warm_build_imports_no_rich() -> None:
    """Drawing stages does not need the library that draws bars."""
    script = (
        "import sys; from zipper.commands.progress import TerminalProgress;"
        "from zipper.events import StageStarted; p = TerminalProgress();"
        "p.on_event(StageStarted('read')); p.stop(); print('rich' in sys.modules)"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert "False" == done.stdout.strip()


@pytest.mark.parametrize("width", [20, 40, 80])
def test_lines_are_folded_at_the_width(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines break between words and go on indented; empty ones stay."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    text = "  hint: " + "word " * 30

    lines = list(fold_lines([text, "", "short"]))

    assert all(len(line) <= width for line in lines)
    assert text.split() == " ".join(lines[:-2]).split()
    assert all(line.startswith("    ") for line in lines[1:-2])
    assert ["", "short"] == lines[-2:]


def test_a_registry_out_of_reach_is_one_line() -> None:
    """However many requests wait for it, whatever each of them met."""
    retries = Retries()
    events = [
        FetchRetried(name, reason, 1, 0.5, "registry.example")
        for name in "abc"
        for reason in ("the connection was refused", "no answer")
    ]

    told = [line for event in events if (line := retries.describe(event))]

    assert ["cannot reach registry.example (the connection was refused), trying again"] == told
