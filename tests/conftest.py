"""At the end of a run, of those played: faults survived, hostile inputs refused, readers fuzzed.

And how many invented projects resolve as with npm.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.reports import TestReport
    from _pytest.terminal import TerminalReporter

# How quick a machine is, is no property of the code.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

FAULTS = ("test_registry_faults.py", "test_registry_certificates.py", "test_faults_")
HOSTILE = ("test_attacks.py::test_hostile_project", "test_extract.py::test_case")
INVENTED = ("test_npm_invented_registries.py",)
FUZZED = ("test_fuzz_targets.py::test_changed",)


def pytest_configure() -> None:
    """Let processes that tests start be interrupted, also where a shell's `&` forbids it.

    Whoever starts in the background of a shell ignores ^C, and so do all whom it starts.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print a line for each that was played."""
    for line in _describe(terminalreporter):
        terminalreporter.write_line(line)


def _describe(reporter: TerminalReporter) -> Iterator[str]:
    passed, played = _count(reporter, FAULTS)
    if played:
        yield f"faults: {len(passed)} survived of {played} played"
    passed, played = _count(reporter, HOSTILE)
    if played:
        refused = sum(("refused", True) in report.user_properties for report in passed)
        told = f"{refused} refused, {len(passed) - refused} taken without harm"
        yield f"hostile inputs: {told}, of {played} tried"
    passed, played = _count(reporter, INVENTED)
    if played:
        yield f"invented projects: {len(passed)} resolve as with npm, of {played} that npm answers"
    passed, played = _count(reporter, FUZZED)
    if played:
        yield f"fuzzed readers: {played - len(passed)} findings in {played}"


def _count(reporter: TerminalReporter, places: tuple[str, ...]) -> tuple[list[TestReport], int]:
    """Return the tests at these places that passed, and how many were played."""
    by_outcome = [
        [r for r in reporter.stats.get(outcome, ()) if any(place in r.nodeid for place in places)]
        for outcome in ("passed", "failed", "error", "xfailed")
    ]
    return by_outcome[0], sum(map(len, by_outcome))
