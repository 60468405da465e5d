"""A shared store: right bytes or a miss, whatever is there and whatever it answers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from tests.support.tarballs import make_package
from zipper.findings import Finding
from zipper.sharing.acceptance import Accepted
from zipper.sharing.claims import SignerScope, zip_name
from zipper.sharing.objects import Objects, open_objects
from zipper.sharing.shared_store import CLAIM_DAYS, SharedPackage, SharedStore, Signer
from zipper.sharing.signing import make_key
from zipper.store.extract import extract
from zipper.store.keys import StoreKey
from zipper.store.store_zip_format import format_store_zip

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TARBALL = make_package({"package.json": '{"name": "a", "version": "1.0.0"}', "i.js": "a" * 500})
KEY = StoreKey("sha512", hashlib.sha512(TARBALL).hexdigest())
WANTED = SharedPackage(KEY, "a", "1.0.0")
ZIP = b"".join(format_store_zip(extract(TARBALL, label="a"), "a"))
MAIN = SignerScope("acme/app", "refs/heads/main", "release.yml")
PULL = MAIN._replace(ref="refs/pull/7/merge")
CODEC = "4-x-6"
OURS, THEIRS = make_key(), make_key()
NOW = 1_800_000_000
DAY = 86_400


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "shared"


def open_store(
    folder: Path,
    *,
    secret: str | None = None,
    scope: SignerScope = MAIN,
    accepted: Sequence[Accepted] = (Accepted(OURS.public, MAIN),),
    now: float = NOW,
    codec: str = CODEC,
) -> SharedStore:
    return SharedStore(
        open_objects(folder.as_uri(), environ={}),
        codec=codec,
        accepted=accepted,
        signer=None if secret is None else Signer(secret, scope),
        clock=lambda: now,
    )


def codes(store: SharedStore) -> list[str]:
    return [finding.code for finding in store.report.findings()]


def test_what_main_signed_is_found(folder: Path) -> None:
    """A store zip comes back, with the seconds that it took, and is counted."""
    writer = open_store(folder, secret=OURS.secret)
    writer.offer_zip(WANTED, ZIP, 1.5)
    reader = open_store(folder)

    assert reader.find_zip(WANTED) == (ZIP, 1.5)
    assert reader.report.counts.zips == 1
    assert codes(reader) == codes(writer) == ["shared-store"]


@pytest.mark.parametrize(
    "change",
    [
        {"secret": THEIRS.secret},
        {"scope": PULL},
        {"scope": MAIN._replace(repository="evil/app")},
        {"scope": MAIN._replace(workflow="pull.yml")},
        {"codec": "3-x-6"},
        {"now": NOW - (CLAIM_DAYS + 2) * DAY},
        {"now": NOW + 2 * DAY},
    ],
)
@pytest.mark.parametrize(
    "accepted",
    [Accepted(OURS.public, MAIN), Accepted(OURS.public, MAIN._replace(workflow="release.*"))],
)
def test_what_others_signed_is_a_miss(folder: Path, change: dict, accepted: Accepted) -> None:
    """Another key, scope or codec, and a claim that is too old or too new, give nothing."""
    open_store(folder, **{"secret": OURS.secret, **change}).offer_zip(WANTED, ZIP, 1)
    reader = open_store(folder, accepted=[accepted])

    assert reader.find_zip(WANTED) is None
    assert codes(reader) == []


@pytest.mark.parametrize("now", [NOW - DAY, NOW + DAY, NOW + CLAIM_DAYS * DAY])
def test_a_clock_that_is_a_day_off_still_finds_it(folder: Path, now: int) -> None:
    """A day's difference between two clocks is none."""
    open_store(folder, secret=OURS.secret).offer_zip(WANTED, ZIP, 1)

    assert open_store(folder, now=now).find_zip(WANTED) is not None


def test_a_claim_of_another_scope_cannot_be_replayed(folder: Path) -> None:
    """A pull request's claim stays one wherever somebody copies it."""
    open_store(folder, secret=OURS.secret).offer_zip(WANTED, ZIP, 1)
    (of_main,) = [path for path in (folder / "claim").rglob("*") if path.is_file()]
    open_store(folder, secret=OURS.secret, scope=PULL).offer_zip(WANTED, ZIP, 1)
    (of_pull,) = [
        path for path in (folder / "claim").rglob("*") if path.is_file() and path != of_main
    ]
    of_main.write_bytes(of_pull.read_bytes())

    for workflow in ("release.yml", "*"):
        accepted = [Accepted(OURS.public, MAIN._replace(workflow=workflow))]
        assert open_store(folder, accepted=accepted).find_zip(WANTED) is None


def test_a_claim_of_another_package_cannot_be_replayed(folder: Path) -> None:
    """What was signed of one package says nothing of another one."""
    other = SharedPackage(StoreKey("sha512", "0" * 128), "b", "1.0.0")
    open_store(folder, secret=OURS.secret).offer_zip(WANTED, ZIP, 1)
    (signed,) = [path for path in (folder / "claim").rglob("*") if path.is_file()]
    open_store(folder, secret=OURS.secret).offer_zip(other, ZIP, 1)
    for path in (folder / "claim").rglob("*"):
        if path.is_file():
            path.write_bytes(signed.read_bytes())

    assert open_store(folder).find_zip(other) is None
    assert open_store(folder).find_zip(WANTED._replace(version="1.0.1")) is None
    assert open_store(folder).find_zip(WANTED) is not None


@pytest.mark.parametrize(
    "data", [b"", ZIP[:-1], ZIP[: len(ZIP) // 2], b"x" * len(ZIP), ZIP[:40] + b"!" + ZIP[41:]]
)
def test_poison_is_an_alarm_that_names_the_claim(folder: Path, data: bytes) -> None:
    """A store zip that is not what its claim says is not used, and said."""
    open_store(folder, secret=OURS.secret).offer_zip(WANTED, ZIP, 1)
    blob = folder / zip_name(hashlib.sha256(ZIP).hexdigest())
    blob.write_bytes(data)
    reader = open_store(folder)

    assert reader.find_zip(WANTED) is None
    (finding,) = reader.report.findings()
    assert isinstance(finding, Finding)
    assert (finding.code, finding.severity) == ("shared-store-wrong", "warning")
    assert f"claim/{CODEC}/sha512/" in finding.message
    assert "ref=refs/heads/main" in finding.message


def test_who_may_write_mends_poison(folder: Path) -> None:
    """The build that saw the wrong object puts the right one there."""
    writer = open_store(folder, secret=OURS.secret)
    writer.offer_zip(WANTED, ZIP, 1)
    blob = folder / zip_name(hashlib.sha256(ZIP).hexdigest())
    blob.write_bytes(b"poison")
    again = open_store(folder, secret=OURS.secret)
    assert again.find_zip(WANTED) is None

    again.offer_zip(WANTED, ZIP, 1)

    assert open_store(folder).find_zip(WANTED) == (ZIP, 1.0)


@pytest.mark.parametrize("data", [b"", b"x" * 40_000, b"ab" * 64 + b"\n{}", b"ab\n[1"])
def test_a_poisoned_claim_is_a_miss(folder: Path, data: bytes) -> None:
    """What is no claim, or too large to be one, counts as absent."""
    open_store(folder, secret=OURS.secret).offer_zip(WANTED, ZIP, 1)
    for path in (folder / "claim").rglob("*"):
        if path.is_file():
            path.write_bytes(data)

    assert open_store(folder).find_zip(WANTED) is None


def test_without_a_key_tarballs_alone_are_put(folder: Path) -> None:
    """A pull request shares what proves itself, and no claim."""
    writer = open_store(folder)
    writer.offer_zip(WANTED, ZIP, 1)
    writer.offer_tarball(WANTED, TARBALL)

    assert sorted(path.name for path in folder.iterdir()) == ["tarball"]
    assert open_store(folder, accepted=()).find_tarball(WANTED) == TARBALL


def test_a_tarball_is_verified(folder: Path) -> None:
    """A tarball with another hash is not used, and not put."""
    open_store(folder).offer_tarball(WANTED, TARBALL + b"x")
    assert not folder.exists() or not any(folder.iterdir())
    open_store(folder).offer_tarball(WANTED, TARBALL)
    (blob,) = [path for path in (folder / "tarball").rglob("*") if path.is_file()]
    blob.write_bytes(TARBALL[:-1])
    reader = open_store(folder)

    assert reader.find_tarball(WANTED) is None
    assert codes(reader) == ["shared-store-wrong"]


@pytest.mark.parametrize("algorithm", ["sha1", "md5", "git", "sha512-any"])
def test_what_proves_nothing_is_not_shared(folder: Path, algorithm: str) -> None:
    """Of a weak hash, a set of hashes and a commit neither blob nor claim is made or read."""
    wanted = WANTED._replace(key=StoreKey(algorithm, "0" * 40))
    store = open_store(folder, secret=OURS.secret)
    store.offer_tarball(wanted, TARBALL)
    store.offer_zip(wanted, ZIP, 1)

    assert store.find_tarball(wanted) is None
    assert store.find_zip(wanted) is None
    assert not folder.exists() or not any(folder.iterdir())


def test_a_store_that_is_gone_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """After three failures in a row nothing is requested any more, and one info says why."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    objects: Objects = open_objects("s3://b/x", environ={})
    store = SharedStore(
        objects, codec=CODEC, accepted=[Accepted(OURS.public, MAIN)], signer=None, clock=lambda: NOW
    )

    assert all(store.find_tarball(WANTED) is None for _ in range(5))
    assert store.report.is_gone
    assert [(f.code, f.severity) for f in store.report.findings()] == [
        ("shared-store-unreachable", "info")
    ]
