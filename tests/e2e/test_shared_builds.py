"""Builds of many machines that share a store: the same bytes, from less work, whatever it holds."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_zipper
from tests.support.fleet import NAMES, SCOPE, Fleet, codes_of
from tests.support.object_server import Fault, ObjectServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.scene import Scene


@pytest.fixture
def fleet(scene: Scene) -> Iterator[Fleet[ObjectServer]]:
    with ObjectServer() as server:
        yield Fleet(scene, server)


def tarball_requests(fleet: Fleet[ObjectServer]) -> int:
    return sum(".tgz" in request.path for request in fleet.scene.registry.requests)


def test_a_fresh_machine_takes_what_main_made(fleet: Fleet[ObjectServer]) -> None:
    """The second machine asks the registry for nothing, and makes the same zip."""
    _, alone = fleet.build({})
    _, first = fleet.build(fleet.writer)
    before = tarball_requests(fleet)

    done, second = fleet.build(fleet.reader)

    assert first == second == alone
    assert tarball_requests(fleet) == before
    assert codes_of(done) == ["shared-store"]
    assert "6 store zips and 0 tarballs" in done.stdout


def test_without_accepted_keys_tarballs_are_shared(fleet: Fleet[ObjectServer]) -> None:
    """A machine that trusts no signer takes the tarballs, which the lockfile proves."""
    _, first = fleet.build(fleet.writer)
    before = tarball_requests(fleet)

    done, second = fleet.build({**fleet.reader, "ZIPPER_STORE_ACCEPT": ""})

    assert first == second
    assert tarball_requests(fleet) == before
    assert "0 store zips and 6 tarballs" in done.stdout


def test_a_pull_request_cannot_poison_main(fleet: Fleet[ObjectServer]) -> None:
    """What a build without the key puts there, main verifies: another zip is never made."""
    _, alone = fleet.build({})
    fleet.build({**fleet.reader, "ZIPPER_STORE_ACCEPT": ""})
    for name in list(fleet.server.objects):
        fleet.server.objects[name] = b"poison"

    done, made = fleet.build(fleet.writer)

    assert made == alone
    assert codes_of(done).count("shared-store-wrong") == len(NAMES)
    assert b"poison" not in fleet.server.objects.values()


@pytest.mark.parametrize("cut", [0, 1, 100])
def test_truncated_and_poisoned_objects_never_make_a_zip(
    fleet: Fleet[ObjectServer], cut: int
) -> None:
    """Each object there may be anything: the zip is right, and the alarm names the claim."""
    _, alone = fleet.build(fleet.writer)
    for name, data in fleet.server.objects.items():
        if name.startswith("zip/"):
            fleet.server.objects[name] = data[:-cut] if cut else data[::-1]

    done, made = fleet.build(fleet.reader)

    assert made == alone
    assert codes_of(done).count("shared-store-wrong") == len(NAMES)
    assert "claim/" in done.stdout


@pytest.mark.parametrize(
    "fault",
    [
        Fault(503),
        Fault(429),
        Fault(403),
        Fault(409, "PUT"),
        Fault(412, "PUT"),
        Fault(403, "PUT"),
        Fault(),
        Fault(cut=True, method="GET"),
    ],
)
@pytest.mark.parametrize("is_always", [True, False])
def test_a_store_in_trouble_stops_no_build(
    fleet: Fleet[ObjectServer], fault: Fault, *, is_always: bool
) -> None:
    """Whatever the store answers, once or for ever, the build makes the same zip."""
    _, alone = fleet.build({})
    if is_always:
        fleet.server.always = fault
    else:
        fleet.server.faults = [fault] * 5

    _, first = fleet.build(fleet.writer)
    _, second = fleet.build(fleet.reader)

    assert alone == first == second


def test_an_offline_build_asks_no_store(fleet: Fleet[ObjectServer]) -> None:
    """`--offline` opens no connection to a shared store either."""
    fleet.build(fleet.writer)
    count = len(fleet.server.requests)
    shutil.rmtree(fleet.scene.cache)

    done = run_zipper(
        *fleet.scene.arguments, "--offline", env={**fleet.scene.environment, **fleet.reader}
    )

    assert done.code == "EOFFLINE"
    assert len(fleet.server.requests) == count


@pytest.mark.parametrize("is_warm", [True, False])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ZIPPER_STORE_ACCEPT": "nonsense"}, "public key"),
        ({"ZIPPER_STORE_KEY": "zipper-secret-12"}, "no secret key"),
        ({"ZIPPER_STORE_SCOPE": "ref=*", "ZIPPER_STORE_KEY": "KEY"}, "does not say"),
    ],
)
def test_a_setting_about_trust_is_right_or_an_error(
    fleet: Fleet[ObjectServer], change: dict[str, str], words: str, *, is_warm: bool
) -> None:
    """Also where nothing has to be fetched, so that a warm build answers as a fresh one."""
    if is_warm:
        fleet.build({})
    change = {name: str(fleet.key) if text == "KEY" else text for name, text in change.items()}

    done = run_zipper(
        *fleet.scene.arguments, env={**fleet.scene.environment, **fleet.reader, **change}
    )

    assert (done.status, done.code) == (2, "EUSAGE")
    assert words in done.stderr


def test_an_audit_names_the_claim_that_is_wrong(fleet: Fleet[ObjectServer]) -> None:
    """A store zip that its tarball does not give is found, though everything is signed."""
    fleet.build(fleet.writer)
    env = {**fleet.scene.environment, **fleet.reader}
    arguments = ("store", "audit", "--sample", "100%", "--cache-dir", fleet.scene.cache)
    right = run_zipper(*arguments, env=env)
    assert right.status == 0
    assert "6 of 6 claims: 6 right, 0 wrong, 0 of signers" in right.stdout
    names = [name for name in fleet.server.objects if name.startswith("tarball/")]
    fleet.server.objects[names[0]], fleet.server.objects[names[1]] = (
        fleet.server.objects[names[1]],
        fleet.server.objects[names[0]],
    )

    wrong = run_zipper(*arguments, env=env)

    assert wrong.status == 1
    assert wrong.stdout.count("the tarball there has another hash") == 2
    assert "claim:  claim/" in wrong.stdout
    assert SCOPE in wrong.stdout


def test_a_killed_writer_leaves_no_half_object(fleet: Fleet[ObjectServer]) -> None:
    """Whatever is there after a kill is whole, and the next machine's zip is right."""
    _, alone = fleet.build({})
    for delay in (0.15, 0.3, 0.45, 0.6):
        shutil.rmtree(fleet.scene.cache, ignore_errors=True)
        process = subprocess.Popen(
            [sys.executable, "-m", "zipper", *fleet.scene.arguments],
            env={**fleet.scene.environment, **fleet.writer},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

        done, made = fleet.build(fleet.reader)

        assert made == alone
        assert "shared-store-wrong" not in codes_of(done)


def test_a_key_is_never_written_over(fleet: Fleet[ObjectServer]) -> None:
    """A file that is there stays, and only its owner may read a new one."""
    before = fleet.key.read_bytes()

    again = run_zipper("store", "keygen", "--into", fleet.key)

    assert (again.status, again.code) == (1, "EOUTPUT")
    assert fleet.key.read_bytes() == before
    assert fleet.key.stat().st_mode & 0o777 == 0o600
