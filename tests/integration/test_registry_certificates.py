"""Whom the client trusts, and to whom it shows a certificate of its own: TLS on loopback."""

from __future__ import annotations

import json

import pytest

from tests.support import adversary
from tests.support.adversary import Adversary
from tests.support.registry_server import TLS, RegistryServer
from zipper.errors import RegistryError
from zipper.events import FetchRetried
from zipper.npm.npmrc import build_settings, layer_from_options, layer_from_text
from zipper.registry.client import RegistryClient

AUTHORITY = f"cafile={TLS / 'authority.pem'}\n"
CLIENT = TLS / "client.pem"
PACKUMENT = b'{"name":"a"}'
IMPATIENT = {"fetch-retry-mintimeout": "1", "fetch-retry-maxtimeout": "5"}


def open_client(url: str, npmrc: str = "", **options) -> RegistryClient:
    """Return a client whose user's .npmrc names the registry in its first line."""
    layers = [
        layer_from_text("user", f"registry={url}\n{npmrc}", "/home/me/.npmrc"),
        layer_from_options(IMPATIENT),
    ]
    environ = options.pop("environ", {})
    settings = build_settings(layers, environ=environ, files={"user": "/home/me/.npmrc"})
    return RegistryClient(settings, environ=environ, **options)


def fail_to_fetch(client: RegistryClient) -> RegistryError:
    with client, pytest.raises(RegistryError) as caught:
        client.fetch_packument("a")
    return caught.value


def test_system_does_not_trust_an_unknown_authority():
    """A certificate of an unknown authority is ECERT, at the first attempt, with the way out."""
    events = []
    with RegistryServer(certificate="loopback.pem") as registry:
        error = fail_to_fetch(open_client(registry.url, on_event=events.append))

    assert "ECERT" == error.code
    assert "cafile" in error.hint
    assert [] == [event for event in events if isinstance(event, FetchRetried)]


@pytest.mark.parametrize("way", ["cafile", "ca", "NODE_EXTRA_CA_CERTS", "strict-ssl"])
def test_authority_can_be_named(way):
    """`cafile`, `ca`, NODE_EXTRA_CA_CERTS and `strict-ssl=false` let a private registry in."""
    authority = TLS / "authority.pem"
    pem = json.dumps(authority.read_text())
    npmrc = {"cafile": f"cafile={authority}", "ca": f"ca={pem}", "strict-ssl": "strict-ssl=false"}
    environ = {"NODE_EXTRA_CA_CERTS": str(authority)} if way.isupper() else {}
    with RegistryServer(certificate="loopback.pem") as registry:
        registry.publish("a", "1.0.0")
        with open_client(registry.url, npmrc.get(way, ""), environ=environ) as client:
            assert client.fetch_packument("a")


@pytest.mark.parametrize("way", ["cafile", "ca"])
def test_named_authority_is_the_only_one(way):
    """`cafile` and `ca` take the place of the system's authorities, as in npm."""
    other = TLS / "self-signed.pem"
    npmrc = {"cafile": f"cafile={other}", "ca": f"ca={json.dumps(other.read_text())}"}[way]
    environ = {"NODE_EXTRA_CA_CERTS": str(TLS / "authority.pem")}
    with RegistryServer(certificate="loopback.pem") as registry:
        error = fail_to_fetch(open_client(registry.url, npmrc, environ=environ))

    assert "ECERT" == error.code


def test_unreadable_cafile_is_named():
    """A `cafile` that is not there is ECERT with the file and the line that names it."""
    with RegistryServer(certificate="loopback.pem") as registry:
        error = fail_to_fetch(open_client(registry.url, "cafile=/no/such.pem"))

    assert "ECERT" == error.code
    assert "/no/such.pem" in error.message
    assert "/home/me/.npmrc:2" == dict(error.facts)["set in"]


def pair_for(key: str) -> str:
    """Return the lines that name the client's certificate for an address."""
    return f"{key}:certfile={CLIENT}\n{key}:keyfile={CLIENT}\n"


def npm_texts() -> str:
    """Return npm's old `cert` and `key`, which hold the texts and are for every registry."""
    text = CLIENT.read_text()
    key_at = text.index("-----BEGIN PRIVATE KEY")
    certificate_at = text.index("-----BEGIN CERTIFICATE")
    end = max(key_at, certificate_at)
    first, second = text[:end], text[end:]
    key, certificate = (first, second) if key_at < certificate_at else (second, first)
    return f"cert={json.dumps(certificate)}\nkey={json.dumps(key)}\n"


@pytest.mark.parametrize("way", ["certfile", "cert"])
def test_registry_that_demands_a_certificate_gets_it(way):
    """`certfile` and `keyfile` of the registry's path, or `cert` and `key`: mutual TLS."""
    with RegistryServer(certificate="loopback.pem", client_authority="authority.pem") as registry:
        registry.publish("a", "1.0.0")
        own = {"certfile": pair_for(registry.origin.removeprefix("https:") + "/"), "cert": ""}[way]
        texts = npm_texts() if way == "cert" else ""
        with open_client(registry.url, AUTHORITY + own + texts) as client:
            assert client.fetch_packument("a")


def strict_server() -> Adversary:
    """Return a server that takes nobody without a certificate."""
    return Adversary(
        certificate="loopback.pem", client_authority="authority.pem", demands_clients=True
    )


def test_registry_that_demands_a_certificate_and_gets_none():
    """ECERT says that one is wanted, and which settings name it, at the first attempt."""
    events = []
    with strict_server() as server:
        error = fail_to_fetch(open_client(server.url, AUTHORITY, on_event=events.append))

    assert "ECERT" == error.code
    assert "wants a certificate of the client" in error.message
    assert "certfile" in error.hint
    assert [] == [event for event in events if isinstance(event, FetchRetried)]


def test_registry_that_does_not_take_the_certificate():
    """ECERT says that the certificate shown is not trusted there."""
    other = TLS / "self-signed.pem"
    with strict_server() as server:
        key = server.url.removeprefix("https:")
        npmrc = f"{AUTHORITY}{key}:certfile={other}\n{key}:keyfile={other}\n"
        error = fail_to_fetch(open_client(server.url, npmrc))

    assert "ECERT" == error.code
    assert "client's certificate" in error.message


def test_certificate_that_cannot_be_read_is_named():
    """ECERT has the files and the line of .npmrc; nobody is asked."""
    with RegistryServer(certificate="loopback.pem", client_authority="authority.pem") as registry:
        key = registry.origin.removeprefix("https:") + "/"
        npmrc = f"{AUTHORITY}{key}:certfile=/no/such.pem\n{key}:keyfile=/no/key.pem\n"
        error = fail_to_fetch(open_client(registry.url, npmrc))

    assert "ECERT" == error.code
    assert "/no/such.pem with /no/key.pem" in error.message
    assert "/home/me/.npmrc:3" == dict(error.facts)["set in"]


def secure_server() -> Adversary:
    """Return a server that takes note of clients' certificates and demands none."""
    return Adversary(certificate="loopback.pem", client_authority="authority.pem")


def test_certificate_is_shown_at_its_own_address_only():
    """Not to another path of the host, nor to another host, nor where a redirect leads."""
    with secure_server() as own, secure_server() as other:
        own.play("/npm/a", adversary.good(PACKUMENT))
        own.play("/npm/moved", adversary.redirect(f"{other.url}moved"))
        for server, path in ((own, "/other/a"), (other, "/a"), (other, "/moved")):
            server.play(path, adversary.good(PACKUMENT))
        npmrc = AUTHORITY + pair_for(f"{own.url.removeprefix('https:')}npm/")
        for registry in (f"{own.url}npm/", f"{own.url}other/", other.url):
            with open_client(registry, npmrc) as client:
                assert PACKUMENT == client.fetch_packument("a")
        with open_client(f"{own.url}npm/", npmrc) as client:
            assert PACKUMENT == client.fetch_packument("moved")

        shown = {"own": own.clients, "other": other.clients}

    name = "zipper test client"
    assert {
        "own": {"/npm/a": [name], "/other/a": [None], "/npm/moved": [name]},
        "other": {"/a": [None], "/moved": [None]},
    } == shown


def test_key_of_a_certificate_is_in_no_message():
    """What fails with a client's certificate tells neither its key nor its text."""
    with Adversary(certificate="loopback.pem") as server:
        server.play("/a", adversary.status(403))
        error = fail_to_fetch(open_client(server.url, AUTHORITY + npm_texts()))
    body = next(line for line in CLIENT.read_text().splitlines() if len(line) > 40)

    assert "E403" == error.code
    assert body not in str(error) + repr(error)
