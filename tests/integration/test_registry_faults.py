"""Each way in which a network or a registry can fail ends well, or in one clear error, soon."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
import time
import tracemalloc
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import adversary
from tests.support.adversary import Adversary, Play
from tests.support.registry_server import TLS, integrity_of
from zipper.errors import RegistryError, ZipperError
from zipper.events import Event, FetchRetried
from zipper.npm.integrity import parse_integrity
from zipper.npm.npmrc import build_settings, layer_from_options, layer_from_text
from zipper.registry.client import RegistryClient
from zipper.registry.vendor_folder import TarballPlace

if TYPE_CHECKING:
    from collections.abc import Callable

TARBALL = bytes(range(256)) * 1000
PACKUMENT = json.dumps({"name": "a", "versions": {}, "text": "x" * 100_000}).encode()
PATH = "/a/-/a-1.0.0.tgz"
FAST = {
    "fetch-retries": "3",
    "fetch-retry-mintimeout": "1",
    "fetch-retry-maxtimeout": "5",
}
IMPATIENT = {"fetch-timeout": "400"}
"""Where something stands still; elsewhere a busy machine could be taken for that."""
PATIENCE_SECONDS = 30
"""Within which everything ends, on a busy machine too: what is played lasts for minutes."""


@pytest.fixture
def server():
    with Adversary() as made:
        yield made


def open_client(url: str, npmrc: str = "", *, npm: dict | None = None, **options) -> RegistryClient:
    """Return a client of the server at `url` with short waits."""
    layers = [
        layer_from_text("user", f"registry={url}\n{npmrc}", "/home/me/.npmrc"),
        layer_from_options({**FAST, **(npm or {})}),
    ]
    settings = build_settings(layers, environ={}, files={"user": "/home/me/.npmrc"})
    return RegistryClient(settings, environ={}, **options)


def fetch_tarball(client: RegistryClient, *, integrity: bool = True) -> bytes:
    """Fetch the one tarball that the tests play with."""
    wanted = parse_integrity(integrity_of(TARBALL)) if integrity else None
    return client.fetch_tarball(TarballPlace("a", "1.0.0", integrity=wanted))


@dataclass(frozen=True)
class Wanted:
    """What is asked for: where it is, what it is, how it is fetched and called."""

    path: str
    body: bytes
    fetch: Callable[[RegistryClient], bytes]
    label: str


KINDS = {
    "tarball": Wanted(PATH, TARBALL, fetch_tarball, "a@1.0.0"),
    "packument": Wanted("/a", PACKUMENT, lambda client: client.fetch_packument("a"), "a"),
}


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def wanted(request: pytest.FixtureRequest) -> Wanted:
    """Both that a registry has, one after the other: what may befall one may befall the other."""
    found: Wanted = request.param
    return found


def fail_to_fetch(client: RegistryClient, wanted: Wanted = KINDS["tarball"]) -> ZipperError:
    """Return the error of fetching; it must come soon."""
    started = time.monotonic()
    with pytest.raises(ZipperError) as caught:
        wanted.fetch(client)
    assert time.monotonic() - started < PATIENCE_SECONDS
    return caught.value


def waits(events: list[Event]) -> list[float]:
    """Return for how long the client said it would wait, each time."""
    return [event.wait_seconds for event in events if isinstance(event, FetchRetried)]


PASSING: dict[str, Callable[[bytes], Play]] = {
    "reset before the answer": lambda _: adversary.reset(),
    "reset in the middle": lambda body: adversary.reset(
        adversary.answer(body[:1000], length=len(body))
    ),
    "closed without an answer": lambda _: adversary.raw(b""),
    "stall before the answer": lambda _: adversary.stall(),
    "stall in the head": lambda _: adversary.stall(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "stall in the middle": lambda body: adversary.stall(
        adversary.answer(body[:70_000], length=len(body))
    ),
    "one byte now and then in the head": lambda _: adversary.trickle(
        adversary.answer(b""), seconds_per_byte=0.1
    ),
    "one byte now and then in the body": lambda body: adversary.trickle(
        adversary.answer(body), seconds_per_byte=0.02
    ),
    "short body": lambda body: adversary.short(body, len(body) // 2),
    "no HTTP at all": lambda _: adversary.raw(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "408": lambda _: adversary.status(408),
    "429": lambda _: adversary.status(429),
    "429 with Retry-After": lambda _: adversary.status(429, retry_after="0"),
    "500": lambda _: adversary.status(500),
    "503": lambda _: adversary.status(503),
}


def timing(name: str) -> dict[str, str]:
    """Return the time-out for a play: short where time is what it is about."""
    return IMPATIENT if name.startswith(("stall", "one byte")) else {}


@pytest.mark.parametrize("name", PASSING)
def test_passing_fault_is_survived(server, wanted, name):
    """A fault that passes costs another attempt and nothing else."""
    server.play(wanted.path, PASSING[name](wanted.body), adversary.good(wanted.body))
    with open_client(server.url, npm=timing(name)) as client:
        assert wanted.body == wanted.fetch(client)

    # A machine that stands still for a while is one fault more.
    assert 2 == server.count(wanted.path) or (timing(name) and 2 < server.count(wanted.path))


LASTING: dict[str, tuple[Callable[[bytes], Play], str]] = {
    "reset": (lambda _: adversary.reset(), "ENETWORK"),
    "stall": (lambda _: adversary.stall(), "ETIMEDOUT"),
    "stall in the middle": (
        lambda body: adversary.stall(adversary.answer(body[:70_000], length=len(body))),
        "ETIMEDOUT",
    ),
    "one byte now and then": (
        lambda body: adversary.trickle(adversary.answer(body), seconds_per_byte=0.02),
        "ETIMEDOUT",
    ),
    "short body": (lambda body: adversary.short(body, len(body) // 2), "ENETWORK"),
    "no HTTP at all": (lambda _: adversary.raw(b"SSH-2.0-OpenSSH_9.9\r\n"), "ENETWORK"),
    "429": (lambda _: adversary.status(429), "E429"),
    "500": (lambda _: adversary.status(500), "E500"),
}


@pytest.mark.parametrize("name", LASTING)
def test_lasting_fault_is_one_error(server, wanted, name):
    """A fault that stays is told once, with how often and how long it was tried, and where."""
    play, code = LASTING[name]
    server.play(wanted.path, play(wanted.body))
    events = []
    npm = {"fetch-retries": "2", **timing(name)}
    with open_client(server.url, npm=npm, on_event=events.append) as client:
        error = fail_to_fetch(client, wanted)

    assert code == error.code
    assert error.message.startswith(f"could not fetch {wanted.label}: ")
    told = dict(error.facts)
    assert f"3 times, {sum(waits(events)):.1f} s of waiting between" == told["tried"]
    assert server.url.rstrip("/") + wanted.path == told["address"]
    assert (server.url, "/home/me/.npmrc:1") == (told["registry"], told["set in"])
    assert 2 == len(waits(events))
    assert 3 == server.count(wanted.path)


def test_three_errors_then_good(server, wanted):
    """Status 500 three times, then what was asked for: four requests."""
    server.play(wanted.path, *[adversary.status(500)] * 3, adversary.good(wanted.body))
    events = []
    with open_client(server.url, on_event=events.append) as client:
        assert wanted.body == wanted.fetch(client)

    assert [1, 2, 3] == [event.attempt for event in events if isinstance(event, FetchRetried)]


def test_retry_after_is_waited_for(server, wanted):
    """The registry's own wish decides how long to wait, and the wait is told before it begins."""
    server.play(wanted.path, adversary.status(429, retry_after="1"), adversary.good(wanted.body))
    events = []
    with open_client(server.url, on_event=events.append) as client:
        assert wanted.body == wanted.fetch(client)

    assert [1.0] == waits(events)
    first, second = server.asked_at[wanted.path]
    assert second - first >= 1


def test_retry_after_beyond_patience_is_told(server, wanted):
    """More than two minutes are not waited: the error says what the registry asks for."""
    server.play(wanted.path, adversary.status(429, retry_after="125"))
    with open_client(server.url) as client:
        error = fail_to_fetch(client, wanted)

    assert ("E429", "to wait 125 s") == (error.code, dict(error.facts)["registry asks"])
    assert 1 == server.count(wanted.path)


def test_refused_connection(wanted):
    """Nobody listens: ENETWORK, soon, with what can still be done offline."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with open_client(f"http://127.0.0.1:{port}/") as client:
        error = fail_to_fetch(client, wanted)

    assert ("ENETWORK", f"could not fetch {wanted.label}: the connection was refused") == (
        error.code,
        error.message,
    )
    assert "--offline" in error.hint


def test_unknown_host_is_told(wanted):
    """A name that no resolver knows is ENETWORK, not a traceback."""
    with open_client("http://registry.invalid/") as client:
        assert "ENETWORK" == fail_to_fetch(client, wanted).code


BROKEN_OFF = {
    "closed": adversary.short(TARBALL, 100_000),
    "reset": adversary.reset(adversary.answer(TARBALL[:100_000], length=len(TARBALL))),
    "stalled": adversary.stall(adversary.answer(TARBALL[:100_000], length=len(TARBALL))),
}


@pytest.mark.parametrize("play", BROKEN_OFF.values(), ids=BROKEN_OFF)
def test_resumes_where_it_broke_off(server, play):
    """A second attempt asks for the rest only, and the whole is verified."""
    server.play(PATH, play, adversary.ranged(TARBALL))
    with open_client(server.url, npm={"fetch-timeout": "2000"}) as client:
        assert TARBALL == fetch_tarball(client)

    ranges = [line for line in server.heads[PATH][1].split("\r\n") if line.startswith("range")]
    first = int(ranges[0].removeprefix("range: bytes=").removesuffix("-"))
    assert 0 < first <= 100_000


@pytest.mark.parametrize("redirects", [False, True], ids=["at once", "after a redirect"])
def test_an_answer_without_a_length_that_drips(server, wanted, redirects):
    """It takes the socket over from its connection, and is ended all the same."""
    all_sent = threading.Event()
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    dripping = adversary.drip(head, pieces=50, seconds_per_piece=0.1, all_sent=all_sent)
    server.play("/moved", dripping)
    server.play(wanted.path, adversary.redirect("/moved") if redirects else dripping)
    with open_client(server.url, npm={"fetch-timeout": "300", "fetch-retries": "0"}) as client:
        assert "ETIMEDOUT" == fail_to_fetch(client, wanted).code
        assert not all_sent.is_set()


def test_slow_and_steady_is_not_ended(server):
    """What moves may take longer than `fetch-timeout` in all: that is for standing still."""
    play = adversary.steady(TARBALL, piece_bytes=80_000, seconds_per_piece=0.6)
    server.play(PATH, play)
    with open_client(server.url, npm={"fetch-timeout": "2000"}) as client:
        assert TARBALL == fetch_tarball(client)

    assert 1 == server.count(PATH)


def test_server_that_has_no_such_part_is_asked_for_the_whole(server):
    """Status 416 to what was asked for by its range costs an attempt, and the rest is forgotten."""
    plays = (adversary.short(TARBALL, 100_000), adversary.status(416), adversary.good(TARBALL))
    server.play(PATH, *plays)
    with open_client(server.url) as client:
        assert TARBALL == fetch_tarball(client)

    assert [False, True, False] == ["\r\nrange:" in head for head in server.heads[PATH]]


def test_rest_of_another_file_is_noticed(server):
    """If the file changed in between, the parts do not fit: it is fetched once more as a whole."""
    other = TARBALL[::-1]
    plays = (adversary.short(other, 100_000), adversary.ranged(TARBALL), adversary.good(TARBALL))
    server.play(PATH, *plays)
    with open_client(server.url) as client:
        assert TARBALL == fetch_tarball(client)

    assert "range:" not in server.heads[PATH][2]


def test_no_resuming_without_proof(server):
    """Without an integrity and an ETag nothing says that two parts belong together."""
    server.play(PATH, adversary.short(TARBALL, 100_000), adversary.ranged(TARBALL))
    with open_client(server.url) as client:
        assert TARBALL == fetch_tarball(client, integrity=False)

    assert "range:" not in server.heads[PATH][1]


@pytest.mark.parametrize(("etag", "expected"), [('"x"', ['"x"']), ('W/"x"', [])])
def test_strong_etag_vouches_for_the_rest(server, etag, expected):
    """Without an integrity the rest is asked for if the file is still the same, to the byte."""
    plays = (
        adversary.short(TARBALL, 100_000, etag=etag),
        adversary.ranged(TARBALL, etag=etag),
    )
    server.play(PATH, *plays)
    with open_client(server.url) as client:
        assert TARBALL == fetch_tarball(client, integrity=False)

    told = dict(line.split(": ", 1) for line in server.heads[PATH][1].split("\r\n")[1:] if line)
    assert expected == [told[name] for name in told if name.lower() == "if-range"]
    assert bool(expected) == ("range" in told)


def test_wrong_part_is_refused(server):
    """An answer with another range than asked for is not glued on."""
    wrong = adversary.raw(
        adversary.answer(
            TARBALL[5:], code=206, content_range=f"bytes 5-{len(TARBALL) - 1}/{len(TARBALL)}"
        )
    )
    server.play(PATH, adversary.short(TARBALL, 100_000), wrong, adversary.good(TARBALL))
    with open_client(server.url) as client:
        assert TARBALL == fetch_tarball(client)


def test_long_body_does_no_harm(server):
    """Bytes beyond Content-Length are not part of the body, nor of the next answer."""
    long_body = adversary.raw(adversary.answer(TARBALL) + b"HTTP/1.1 200 OK\r\n\r\nevil")
    server.play(PATH, long_body)
    server.play("/b", adversary.good(PACKUMENT))
    with open_client(server.url) as client:
        assert TARBALL == fetch_tarball(client)
        assert PACKUMENT == client.fetch_packument("b")


def test_body_shorter_than_it_should_be_is_einintegrity(server):
    """A Content-Length that cuts the tarball is noticed by its integrity."""
    server.play(PATH, adversary.good(TARBALL[:-1]))
    with open_client(server.url) as client:
        assert "EINTEGRITY" == fail_to_fetch(client).code


def test_redirect_loop_ends(server, wanted):
    """A loop of redirects is EMAXREDIRECT after twenty."""
    server.play(wanted.path, adversary.redirect(wanted.path))
    with open_client(server.url) as client:
        assert "EMAXREDIRECT" == fail_to_fetch(client, wanted).code

    assert 21 == server.count(wanted.path)


def test_all_together_has_an_end(server, wanted):
    """Redirects that each come in time are given up after ten times `fetch-timeout`, and told."""

    def dawdle(connection: socket.socket, head: str) -> object:
        time.sleep(0.3)
        return adversary.redirect(wanted.path)(connection, head)

    server.play(wanted.path, dawdle)
    with open_client(server.url, npm=IMPATIENT) as client:
        error = fail_to_fetch(client, wanted)

    assert "ETIMEDOUT" == error.code
    assert "it is not whole after 4 seconds, in which 0 bytes came" in error.message
    assert "fetch-timeout" in error.hint
    assert server.count(wanted.path) < 21


def test_a_timeout_of_zero_is_none(server):
    """As with npm, `fetch-timeout=0` does not end what is slow; the end of all is far."""
    play = adversary.steady(TARBALL, piece_bytes=200_000, seconds_per_piece=0.3)
    server.play(PATH, play)
    with open_client(server.url, npm={"fetch-timeout": "0"}) as client:
        assert TARBALL == fetch_tarball(client)


@pytest.mark.parametrize(
    "location", ["", "ftp://127.0.0.1/a", "file:///etc/passwd", "http://[::1/"]
)
def test_redirect_to_nowhere_is_refused(server, wanted, location):
    """A redirect leads to a web address or is EINVALIDREDIRECT."""
    server.play(wanted.path, adversary.redirect(location))
    with open_client(server.url) as client:
        assert "EINVALIDREDIRECT" == fail_to_fetch(client, wanted).code


def test_redirect_on_the_same_host_keeps_the_credential(server, wanted):
    """Registries redirect to their own storage: there the credential is needed."""
    server.play(wanted.path, adversary.redirect("/storage/a"))
    server.play("/storage/a", adversary.good(wanted.body))
    host = server.url.removeprefix("http:")
    with open_client(server.url, f"{host}:_authToken=s3cret") as client:
        wanted.fetch(client)

    assert "authorization: Bearer s3cret" in server.heads["/storage/a"][0]


CREDENTIALS = {
    "token": "{host}:_authToken=s3cret",
    "auth": "{host}:_auth=s3cret",
    "password": "{host}:username=s3cret\n{host}:_password=s3cret",
}


@pytest.mark.parametrize("text", CREDENTIALS.values(), ids=CREDENTIALS)
def test_redirect_to_another_host_loses_the_credential(server, wanted, text):
    """The credential stays behind, even if the other host has one of its own, or leads back."""
    with Adversary() as other:
        server.play(wanted.path, adversary.redirect(other.url + "x"))
        other.play("/x", adversary.redirect(server.url + "y"))
        server.play("/y", adversary.good(wanted.body))
        hosts = [made.url.removeprefix("http:") for made in (server, other)]
        npmrc = "\n".join(text.format(host=host) for host in hosts)
        with open_client(server.url, npmrc) as client:
            assert wanted.body == wanted.fetch(client)

        assert "\r\nauthorization: " in server.heads[wanted.path][0]
        assert "authorization" not in other.heads["/x"][0].lower() + server.heads["/y"][0].lower()
        assert "s3cret" not in other.heads["/x"][0] + server.heads["/y"][0]


def test_what_is_posted_goes_to_no_other_host(server):
    """Names of packages are told to their registry: a redirect elsewhere does not get them."""
    asked = {"@own/secret-name": ["1.0.0"]}
    with Adversary() as other:
        server.play("/here", adversary.redirect("/there"))
        server.play("/there", adversary.good(b"{}"))
        server.play("/away", adversary.redirect(other.url + "x", code=307))
        other.play("/x", adversary.good(b"{}"))
        with open_client(server.url) as client:
            assert b"{}" == client.fetch_document("here", registry=server.url, body=asked)
            with pytest.raises(RegistryError) as caught:
                client.fetch_document("away", registry=server.url, body=asked)

        assert ("EINVALIDREDIRECT", 0) == (caught.value.code, other.count("/x"))
    assert "secret-name" in server.heads["/there"][0]


def test_redirect_to_an_open_connection_is_refused(server, wanted):
    """From HTTPS nothing leads to HTTP."""
    with Adversary(certificate="loopback.pem") as secure:
        secure.play(wanted.path, adversary.redirect(server.url + "x"))
        with open_client(secure.url, f"cafile={TLS / 'authority.pem'}") as client:
            error = fail_to_fetch(client, wanted)

    assert "EINVALIDREDIRECT" == error.code
    assert 0 == server.count("/x")


CERTIFICATES = {
    "expired.pem": "certificate has expired",
    "other-host.pem": "not valid for '127.0.0.1'",
    "self-signed.pem": "self-signed certificate",
}


@pytest.mark.parametrize(("name", "reason"), CERTIFICATES.items(), ids=CERTIFICATES)
def test_bad_certificate_is_told(wanted, name, reason):
    """ECERT says what is wrong with the certificate, without trying again."""
    events = []
    with Adversary(certificate=name) as server:
        server.play(wanted.path, adversary.good(wanted.body))
        npmrc = f"cafile={TLS / 'authority.pem'}"
        with open_client(server.url, npmrc, on_event=events.append) as client:
            error = fail_to_fetch(client, wanted)

    assert ("ECERT", [], 0) == (error.code, waits(events), server.count(wanted.path))
    assert reason in error.message.replace("self signed", "self-signed")


def test_silent_handshake_ends(wanted):
    """A server that accepts and says nothing does not hold the build."""
    with Adversary(handshake=adversary.stall()) as server:
        url = server.url.replace("http:", "https:")
        with open_client(url, npm={"fetch-retries": "1", **IMPATIENT}) as client:
            assert "ETIMEDOUT" == fail_to_fetch(client, wanted).code


def test_html_instead_of_json(server):
    """A login page is EPACKUMENT, which names what came."""
    server.play("/a", adversary.good(b"<html>Please log in</html>", content_type="text/html"))
    with open_client(server.url) as client, pytest.raises(RegistryError) as caught:
        client.fetch_packument("a")

    assert "EPACKUMENT" == caught.value.code
    assert "text/html" in caught.value.message
    assert "login page" in caught.value.hint


TARBALL_FAULTS = {
    "HTML": adversary.good(b"<html>Please log in</html>", content_type="text/html"),
    "gzip that is broken": adversary.good(
        gzip.compress(TARBALL)[:50] + b"junk" * 100, content_encoding="gzip"
    ),
    "gzip that ends too early": adversary.good(
        gzip.compress(TARBALL)[:-20], content_encoding="gzip"
    ),
    "another one": adversary.good(TARBALL[::-1]),
    "more": adversary.good(TARBALL + b"x"),
    "empty": adversary.good(b""),
}


@pytest.mark.parametrize("play", TARBALL_FAULTS.values(), ids=TARBALL_FAULTS)
def test_broken_tarball(server, play):
    """What is not the tarball is EINTEGRITY, at once, with the address that it came from."""
    server.play(PATH, play)
    with open_client(server.url) as client:
        error = fail_to_fetch(client)

    assert ("EINTEGRITY", server.url + PATH[1:]) == (error.code, dict(error.facts)["address"])
    assert 1 == server.count(PATH)


PACKUMENT_FAULTS = {
    "gzip that is broken": adversary.good(
        gzip.compress(PACKUMENT)[:50] + b"junk" * 100, content_encoding="gzip"
    ),
    "gzip that ends too early": adversary.good(
        gzip.compress(PACKUMENT)[:-20], content_encoding="gzip"
    ),
    "no gzip at all": adversary.good(PACKUMENT, content_encoding="gzip"),
    "cut JSON": adversary.good(PACKUMENT[:-10]),
    "empty": adversary.good(b""),
    "a list": adversary.good(b"[1]"),
}


@pytest.mark.parametrize("play", PACKUMENT_FAULTS.values(), ids=PACKUMENT_FAULTS)
def test_broken_packument(server, tmp_path, play):
    """What is no packument is asked for once more; if it stays so, it is not kept."""
    server.play("/a", play, adversary.good(PACKUMENT))
    server.play("/b", play)
    with open_client(server.url, cache_dir=tmp_path) as client:
        assert PACKUMENT == client.fetch_packument("a")
        with pytest.raises(RegistryError) as caught:
            client.fetch_packument("b")

    assert "EPACKUMENT" == caught.value.code
    assert 1 == len([path for path in tmp_path.rglob("*") if path.is_file()])


def test_bomb_is_refused(server):
    """A packument that unpacks to more than is allowed is E2BIG, and its memory is never taken."""
    bomb = gzip.compress(b"{" + b" " * 50_000_000 + b"}")
    server.play("/a", adversary.good(bomb, content_encoding="gzip"))
    client = open_client(server.url, max_packument_bytes=1_000_000)
    tracemalloc.start()
    try:
        with client, pytest.raises(RegistryError) as caught:
            client.fetch_packument("a")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert "E2BIG" == caught.value.code
    assert peak < 20_000_000


def test_closing_ends_what_is_under_way(server):
    """Leaving the client ends stalled exchanges at once, not after their time-out."""
    server.play(PATH, adversary.stall())
    started = time.monotonic()
    with open_client(server.url, npm={"fetch-timeout": "300000"}) as client:
        future = client.submit(fetch_tarball, client)
        while not server.count(PATH):
            time.sleep(0.01)
    with pytest.raises(RegistryError):
        future.result()

    assert time.monotonic() - started < PATIENCE_SECONDS


SECRET_PATH = "/a.tgz?token=s3cret"
SECRETIVE = {
    "refused": adversary.status(403),
    "given up": adversary.status(500),
    "another one": adversary.good(b"x"),
    "redirected": adversary.redirect("/b.tgz?signature=s3cret"),
}


@pytest.mark.parametrize("play", SECRETIVE.values(), ids=SECRETIVE)
def test_secret_in_an_address_is_in_no_message(server, play):
    """A password or a signature in an address of a lockfile is told by no error and no event."""
    server.play(SECRET_PATH, play)
    resolved = f"{server.url.replace('//', '//me:s3cret@')}{SECRET_PATH[1:]}"
    events = []
    client = open_client(server.url, npm={"fetch-retries": "1"}, on_event=events.append)
    ask = TarballPlace("a", "1.0.0", resolved, parse_integrity(integrity_of(TARBALL)))
    with client, pytest.raises(ZipperError) as caught:
        client.fetch_tarball(ask)

    assert "tgz?***" in dict(caught.value.facts)["address"]
    assert "s3cret" not in str(caught.value) + repr(caught.value.facts) + repr(events)


def test_token_is_not_sent_over_an_open_connection():
    """Over plain HTTP a credential goes to loopback only; the error says why it was refused."""
    with Adversary() as server:
        server.play(PATH, adversary.status(401))
        host, port = "registry.example", server.url.rsplit(":", 1)[1].rstrip("/")
        server.play(f"http://{host}:{port}{PATH}", adversary.status(401))
        npmrc = f"proxy={server.url}\n//{host}:{port}/:_authToken=s3cret"
        with open_client(f"http://{host}:{port}/", npmrc) as client:
            error = fail_to_fetch(client)
        heads = "".join(head for heads in server.heads.values() for head in heads)

    assert "E401" == error.code
    assert "https://" in error.hint
    assert "s3cret" not in heads + str(error)


def test_token_is_sent_over_an_open_connection_where_that_is_said():
    """`insecure_hosts` names the hosts for which the user takes the risk, and no other gets it."""
    with Adversary() as server:
        port = server.url.rsplit(":", 1)[1].rstrip("/")
        for host in ("registry.example", "other.example"):
            server.play(f"http://{host}:{port}{PATH}", adversary.good(TARBALL))
            npmrc = (
                f"proxy={server.url}\n//{host}:{port}/:_authToken=s3cret\n"
                "insecure-hosts=registry.example\n"
            )
            with open_client(f"http://{host}:{port}/", npmrc) as client:
                fetch_tarball(client)
        heads = {path: heads[0] for path, heads in server.heads.items()}

    assert [True, False] == ["s3cret" in head for head in heads.values()]


def test_proxy_is_used_for_plain_and_tunnelled_requests(server):
    """`proxy` gets the whole address; for HTTPS it is asked to connect, and its refusal is told."""
    server.play("http://registry.example/a", adversary.good(PACKUMENT))
    server.play("registry.example:443", adversary.status(407))
    npm = {"proxy": server.url.replace("//", "//user:s3cret@"), "fetch-retries": "0"}
    with open_client("http://registry.example/", npm=npm) as client:
        assert PACKUMENT == client.fetch_packument("a")
    (head,) = server.heads["http://registry.example/a"]
    assert "proxy-authorization: basic dxnlcjpzm2nyzxq=" in head.lower()
    with open_client("https://registry.example/", npm=npm) as client:
        error = fail_to_fetch(client)

    assert ("ENETWORK", "could not fetch a@1.0.0: the proxy requires a password") == (
        error.code,
        error.message,
    )
    assert "s3cret" not in str(error) + repr(error.__cause__)


def test_tunnel_through_a_proxy(server):
    """Through a proxy the registry's own certificate counts, and the token is not shown."""
    with Adversary(certificate="loopback.pem") as registry:
        registry.play("/a", adversary.good(PACKUMENT))
        host = registry.url.removeprefix("https:")
        server.play(host.strip("/"), adversary.tunnel(registry.url))
        npmrc = f"cafile={TLS / 'authority.pem'}\n{host}:_authToken=s3cret"
        npm = {"proxy": server.url.replace("//", "//user:pass@")}
        with open_client(registry.url, npmrc, npm=npm) as client:
            assert PACKUMENT == client.fetch_packument("a")

        assert "authorization: Bearer s3cret" in registry.heads["/a"][0]
        assert "proxy-authorization" not in registry.heads["/a"][0].lower()
    (head,) = server.heads[host.strip("/")]
    assert "Proxy-Authorization: Basic dXNlcjpwYXNz" in head
    assert "s3cret" not in head


@pytest.mark.parametrize(
    "proxy", ["socks5://127.0.0.1:1/", "ftp://127.0.0.1:1/", "http://127.0.0.1:1/"]
)
def test_unusable_proxy(proxy):
    """A proxy that cannot be used is ENETWORK, naming the settings to look at."""
    with open_client("http://registry.example/", npm={"proxy": proxy}) as client:
        error = fail_to_fetch(client)

    assert "ENETWORK" == error.code
    assert "noproxy" in error.hint


def test_nothing_is_begun_after_closing(server):
    """A client that is closed asks nobody any more."""
    server.play(PATH, adversary.good(TARBALL))
    client = open_client(server.url)
    client.close()

    assert "ENETWORK" == fail_to_fetch(client).code
    assert 0 == server.count(PATH)


def test_threads_are_gone_after_closing(server):
    """A closed client leaves no thread behind that fetches."""
    server.play("/a", adversary.good(PACKUMENT))
    with open_client(server.url) as client:
        client.prefetch(["a"])
        client.open_packument("a")

    assert not [
        thread for thread in threading.enumerate() if thread.name.startswith("zipper-fetch")
    ]


OK = b"HTTP/1.1 200 OK\r\n"
MOVED = b"HTTP/1.1 302 X\r\nLocation: "
ODD_ANSWERS = {
    "length is no number": OK + b"Content-Length: many\r\n\r\n{}",
    "length is negative": OK + b"Content-Length: -5\r\n\r\n{}",
    "two lengths": OK + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}",
    "length beyond all bounds": OK + b"Content-Length: 99999999999999999999\r\n\r\n{}",
    "chunks that are none": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "a chunk of terabytes": OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\n{}",
    "a cut chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}",
    "another encoding": OK + b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}",
    "a header without end": OK + b"X: " + b"y" * 200_000,
    "a thousand headers": OK + b"X: y\r\n" * 1000 + b"\r\n{}",
    "a header of no sense": OK + b"\xff\xfe\r\n: \r\nContent-Length: 3\r\n\r\n{}",
    "no status": b"HTTP/1.1\r\n\r\n",
    "a status of no sense": b"HTTP/1.1 9999 What\r\n\r\n{}",
    "HTTP 9": b"HTTP/9.9 200 OK\r\n\r\n[]",
    "a part nobody asked for": b"HTTP/1.1 206 OK\r\nContent-Length: 2\r\n\r\n[]",
    "unchanged, but nothing was there": b"HTTP/1.1 304 Not Modified\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "early hints without end": b"HTTP/1.1 100 Continue\r\n\r\n" * 500,
    "a redirect with a host of no sense": MOVED + b"http://\xe4\xb8..x/\r\n\r\n",
    "a redirect with a port of no sense": MOVED + b"http://h:99999/\r\n\r\n",
    "a redirect to a label too long": MOVED + b"http://" + b"a" * 300 + b"/\r\n\r\n",
    "a redirect with line ends": MOVED + b"/a%0d%0aX: y\x00\x01\r\n\r\n",
    "a date of no sense": b"HTTP/1.1 503 X\r\nRetry-After: Mon, 99 Foo 99999\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("data", ODD_ANSWERS.values(), ids=ODD_ANSWERS)
def test_odd_answer_is_bytes_or_a_coded_error(server, tmp_path, data):
    """Whatever comes over the line, the outcome is a document or a coded error, soon."""
    server.play("/a", adversary.raw(data))
    server.play(PATH, adversary.raw(data))
    started = time.monotonic()
    with open_client(server.url, npm={"fetch-retries": "1"}, cache_dir=tmp_path) as client:
        with contextlib.suppress(ZipperError):
            assert b"{}" == client.fetch_packument("a").strip()
        error = fail_to_fetch(client)

    assert error.code.startswith("E")
    assert time.monotonic() - started < PATIENCE_SECONDS


UNUSABLE = [
    "ftp://h.example/a.tgz",
    "https:///a.tgz",
    "https://h.example:99999/a.tgz",
    "https://[::1/a",
]


@pytest.mark.parametrize("resolved", UNUSABLE)
def test_unusable_address_is_told(server, resolved):
    """A `resolved` that is no web address is EINVALIDURL, and nobody is asked."""
    with open_client(server.url) as client, pytest.raises(ZipperError) as caught:
        client.fetch_tarball(TarballPlace("a", "1.0.0", resolved=resolved))

    assert "EINVALIDURL" == caught.value.code


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_random_answer_is_bytes_or_a_coded_error(data, with_head):
    """Random bytes as an answer, or as its body, never end in anything but a coded error."""
    with Adversary() as random_server:
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n" if with_head else b""
        random_server.play("/a", adversary.raw(head + data))
        client = open_client(random_server.url, npm={"fetch-retries": "0"})
        with client, contextlib.suppress(ZipperError):
            client.fetch_packument("a")
