"""A shared store that any web server serves, over HTTPS: it is read, and nothing else."""

from __future__ import annotations

import shutil
import ssl
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.fleet import SCOPE, Fleet, codes_of
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.scene import Scene

TLS = REPOSITORY / "fixtures" / "tls"


class Folder(NamedTuple):
    """A store in a folder."""

    url: str
    environment: dict[str, str]


class Served(NamedTuple):
    """The variables of a machine that reads by HTTPS, and what it requested."""

    reader: dict[str, str]
    requests: list[str]


@pytest.fixture
def fleet(scene: Scene, tmp_path: Path) -> Fleet[Folder]:
    """A store that a first machine has filled."""
    made = Fleet(scene, Folder((tmp_path / "store").as_uri(), {}))
    made.build(made.writer)
    return made


@pytest.fixture
def served(fleet: Fleet[Folder], tmp_path: Path) -> Iterator[Served]:
    """The store's folder behind a web server with a certificate of an authority of its own."""
    requests: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_request(self, *_: object) -> None:
            requests.append(f"{self.command} {self.path}")

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    handler = partial(Handler, directory=str(tmp_path / "store"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secured.load_cert_chain(TLS / "loopback.pem")
        server.socket = secured.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        reader = {
            "ZIPPER_STORE_URL": f"https://localhost:{server.server_port}/",
            "ZIPPER_STORE_ACCEPT": f"{fleet.public} {SCOPE}",
            "SSL_CERT_FILE": str(TLS / "authority.pem"),
        }
        yield Served(reader, requests)
        server.shutdown()


def test_a_machine_reads_what_another_made(fleet: Fleet[Folder], served: Served) -> None:
    """It takes every package from there, and makes the same zip."""
    _, alone = fleet.build({})

    done, data = fleet.build(served.reader)

    assert alone == data
    assert "6 store zips and 0 tarballs" in done.stdout
    assert {"GET"} == {line.partition(" ")[0] for line in served.requests}


def test_what_is_absent_comes_from_the_registry(
    fleet: Fleet[Folder], served: Served, tmp_path: Path
) -> None:
    """Nothing is put there, and that is no finding: such a store can be read alone."""
    _, alone = fleet.build({})
    for kind in ("claim", "tarball", "zip"):
        shutil.rmtree(tmp_path / "store" / kind, ignore_errors=True)

    done, data = fleet.build(served.reader)

    assert alone == data
    assert set(codes_of(done)) <= {"shared-store"}
    assert {"GET"} == {line.partition(" ")[0] for line in served.requests}


def test_a_server_that_nobody_vouches_for_is_not_read(fleet: Fleet[Folder], served: Served) -> None:
    """A certificate that no known authority signed makes the build slower, and no other."""
    _, alone = fleet.build({})

    done, data = fleet.build({**served.reader, "SSL_CERT_FILE": str(TLS / "self-signed.pem")})

    assert alone == data
    assert ["shared-store-unreachable"] == codes_of(done)
    assert [] == served.requests
