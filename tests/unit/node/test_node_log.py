"""Output is cut into lines, and a long log is kept in part."""

from __future__ import annotations

from zipper.node.log import LogCollector


def test_lines_across_pieces():
    """A line that arrives in pieces is one line, with the time of its last piece."""
    log = LogCollector()
    log.feed("stdout", b"one\ntw", seconds=1)
    log.feed("stderr", b"other\n", seconds=2)
    log.feed("stdout", b"o\nthree", seconds=3)

    taken = log.take(seconds=4)

    assert [
        (1, "stdout", "one"),
        (2, "stderr", "other"),
        (3, "stdout", "two"),
        (4, "stdout", "three"),
    ] == [(line.seconds, line.stream, line.text) for line in taken.lines]
    assert (19, 4) == (taken.size_bytes, taken.count)


def test_console_line():
    """What console.* puts before a message becomes the level; its line breaks come back."""
    log = LogCollector()
    log.feed("stdout", b"2026-01-02T03:04:05.678Z\tid\tWARN\ta\rb\n", seconds=0)

    (line,) = log.take(seconds=0).lines

    assert ("WARN", "a\nb") == (line.level, line.text)


def test_line_that_looks_alike_is_left_alone():
    """Only Lambda's own format is taken apart."""
    log = LogCollector()
    log.feed("stdout", b"2026-01-02\tid\tWARN\ta\n", seconds=0)

    (line,) = log.take(seconds=0).lines

    assert (None, "2026-01-02\tid\tWARN\ta") == (line.level, line.text)


def test_taking_starts_anew():
    """Each invocation has its own lines and counts."""
    log = LogCollector()
    log.feed("stdout", b"a\n", seconds=0)
    log.take(seconds=0)
    log.feed("stdout", b"b\n", seconds=0)

    taken = log.take(seconds=0)

    assert (["b"], 2, 1) == ([line.text for line in taken.lines], taken.size_bytes, taken.count)


def test_long_log_keeps_both_ends():
    """The first and the last lines stay, in bounded memory; the counts are of all."""
    log = LogCollector()
    for number in range(50_000):
        log.feed("stdout", f"{number:099}\n".encode(), seconds=0)

    taken = log.take(seconds=0)

    assert (5_000_000, 50_000) == (taken.size_bytes, taken.count)
    assert ("0" * 99, f"{49_999:099}") == (taken.lines[0].text, taken.lines[-1].text)
    assert sum(len(line.text) + 1 for line in taken.lines) <= 640 * 1024


def test_endless_line_is_cut():
    """A line without an end takes no more memory than a log event holds."""
    log = LogCollector()
    for _ in range(100):
        log.feed("stdout", b"x" * 10_000, seconds=0)

    (line,) = log.take(seconds=0).lines

    assert 256 * 1024 == len(line.text)


def test_bytes_that_are_no_text():
    """Output that is not UTF-8 is shown with replacement characters."""
    log = LogCollector()
    log.feed("stdout", b"\xff\n", seconds=0)

    assert ["\ufffd"] == [line.text for line in log.take(seconds=0).lines]
