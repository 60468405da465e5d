"""What threads share: host addresses, the watchdog, attempts."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from zipper.events import FetchRetried
from zipper.registry.faults import TransportFault
from zipper.registry.host_addresses import HostAddresses
from zipper.registry.retry_loop import Attempts, GaveUpError
from zipper.registry.retry_policy import RetryPolicy
from zipper.registry.stall_watch import Patience, Watch, Watchdog


def test_address_is_found_by_many_threads():
    """Threads that ask at once all get the same answer."""
    addresses = HostAddresses()
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(addresses.find, ["localhost"] * 16))

    assert 1 == len(found)
    assert found.pop()[0] in {"127.0.0.1", "::1"}


def test_unknown_name_is_asked_anew():
    """A name that is not found raises each time: the network may come back."""
    addresses = HostAddresses()
    for _ in range(2):
        with pytest.raises(socket.gaierror):
            addresses.find("registry.invalid")


def test_watchdog_ends_what_is_still():
    """A read that gets nothing ends when the watch's time is over; alone it would never end."""
    watchdog = Watchdog(0.1)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        watch = watchdog.watch()
        handle = watch.add(ours)
        watch.begin()
        started = time.monotonic()
        received = ours.recv(1)
        watch.discard(handle)
        watchdog.stop()

    assert (b"", True) == (received, watch.expired)
    assert 0.1 <= time.monotonic() - started


def test_watch_is_due_when_nothing_moves():
    """Each touch gives the exchange its whole time anew; one that has ended is never due."""
    watch = Watch(10)
    idle = watch.is_due(time.monotonic() + 1000)
    watch.begin()
    begun = time.monotonic()
    time.sleep(0.05)
    watch.touch()
    found = [watch.is_due(begun + seconds) for seconds in (9, 10.04, 1000)]
    watch.end()

    assert [False, False, True] == found
    assert (False, False) == (idle, watch.is_due(begun + 1000))


def test_one_thing_has_an_end_however_it_comes():
    """Ten limits, a second more for each 4 KiB that came, two hours in all: no touch goes past."""
    patience = Patience(60)
    begun = time.monotonic()
    least = patience.ends_at - begun
    watch = Watch(60)
    watch.begin(patience)
    watch.touch(409_600)
    slow = patience.ends_at - begun
    watch.touch(1 << 40)
    most = patience.ends_at - begun

    assert [600, 700, 7200] == [round(least), round(slow), round(most)]
    assert not patience.is_over
    assert 36_000 == round(Patience(3600).ends_at - begun)


def test_a_touch_does_not_put_off_the_end_of_all():
    """Where the thing's own time is nearly over, the exchange has only what is left of it."""
    watch = Watch(1000)
    patience = Patience(0.001)
    watch.begin(patience)

    assert watch.is_due(time.monotonic() + 0.1)
    time.sleep(0.02)
    assert patience.is_over
    assert patience.seconds >= 0.02


def repeat(faults: list[TransportFault], *, stopped: bool = False, retries: int = 3):
    """Run an attempt that fails in turn with these faults; return its result and the events."""
    events: list = []
    signal = Event()
    if stopped:
        signal.set()
    policy = RetryPolicy(retries=retries, factor=1, min_seconds=0, max_seconds=0)
    pending = list(faults)

    def attempt() -> str:
        if pending:
            raise pending.pop(0)
        return "done"

    return Attempts(policy, events.append, signal).run("a", attempt), events


def test_attempts_go_on_until_it_works():
    """Each wait is told with the reason."""
    result, events = repeat(
        [TransportFault("ENETWORK", "first"), TransportFault("ENETWORK", "second")]
    )

    assert "done" == result
    assert [FetchRetried("a", "first", 1, 0), FetchRetried("a", "second", 2, 0)] == events


@pytest.mark.parametrize(
    ("fault", "attempts"),
    [
        (TransportFault("ENETWORK", "x"), 4),
        (TransportFault("ECERT", "x", most_retries=0), 1),
        (TransportFault("X", "x", most_retries=1), 2),
    ],
    ids=["as often as allowed", "never again", "once more"],
)
def test_attempts_end(fault, attempts):
    """A fault says how often it makes sense to try again; the policy how often at most."""
    with pytest.raises(GaveUpError) as caught:
        repeat([fault] * 10)

    assert (attempts, fault) == (caught.value.attempts, caught.value.fault)


def test_no_attempt_after_closing():
    """A closed client does not try again."""
    with pytest.raises(GaveUpError) as caught:
        repeat([TransportFault("ENETWORK", "x")], stopped=True)

    assert 1 == caught.value.attempts


class Patient(Event):
    """A signal for which nobody really waits: it notes for how long it was asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        """Come back at once."""
        self.waits.append(timeout or 0)
        return False


@pytest.mark.parametrize(("asked", "expected"), [(None, [5]), (2, [2]), (0, [0])])
def test_a_fault_may_have_a_usual_wait(asked, expected):
    """It goes before the policy's, and what the registry asks for goes before it."""
    policy = RetryPolicy(retries=50, factor=10, min_seconds=1, max_seconds=60)
    signal = Patient()
    attempts = Attempts(policy, lambda _: None, signal, chance=lambda: 0)
    fault = TransportFault("E425", "x", most_retries=1, wait_seconds=asked, usual_wait_seconds=5)

    def attempt() -> None:
        raise fault

    with pytest.raises(GaveUpError):
        attempts.run("a", attempt)

    assert expected == signal.waits


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (None, [1, 10, 60]),  # the fourth would lead beyond two minutes
        (50, [50, 50]),
        (119, [119]),
        (121, []),
    ],
)
def test_all_waits_together_are_bounded_and_told(asked, expected):
    """Two minutes are waited in all for one thing, whatever a registry or the settings ask for."""
    policy = RetryPolicy(retries=50, factor=10, min_seconds=1, max_seconds=60)
    signal, events = Patient(), []
    attempts = Attempts(policy, events.append, signal, chance=lambda: 0)

    def attempt() -> None:
        raise TransportFault("E503", "the registry is out of order", wait_seconds=asked)

    with pytest.raises(GaveUpError) as caught:
        attempts.run("a", attempt)

    assert expected == signal.waits == [event.wait_seconds for event in events]
    assert (sum(expected), len(expected) + 1) == (
        caught.value.waited_seconds,
        caught.value.attempts,
    )
