"""Documents besides packuments: the registry's keys, and questions that are posted."""

from __future__ import annotations

import json

import pytest

from tests.support.adversary import Adversary, good, redirect, reset, status
from zipper.errors import RegistryError
from zipper.npm.npmrc import build_settings, layer_from_text
from zipper.registry.client import RegistryClient

PATH = "-/npm/v1/security/advisories/bulk"
BODY = {"a": ["1.0.0"]}
FAST = "fetch-retry-mintimeout=1\nfetch-retry-maxtimeout=2\nfetch-retries=2\n"


@pytest.fixture
def server():
    with Adversary() as made:
        yield made


def ask(url: str, body: dict | None = BODY, *, npmrc: str = "", offline: bool = False) -> bytes:
    layer = layer_from_text("project", FAST + npmrc, ".npmrc")
    settings = build_settings([layer], environ={})
    with RegistryClient(settings, environ={"no_proxy": "*"}, offline=offline) as client:
        return client.fetch_document(PATH, registry=url, body=body)


def test_question_is_posted_as_json_with_the_credential(server):
    """The body goes along, with its length and the registry's token."""
    server.play(f"/{PATH}", good(b"{}"))
    key = server.url.removeprefix("http:")
    answer = ask(server.url, npmrc=f"{key}:_authToken=known")
    (head,) = server.heads[f"/{PATH}"]

    assert b"{}" == answer
    assert head.startswith(f"POST /{PATH} ")
    for line in (
        "content-type: application/json",
        f"content-length: {len(json.dumps(BODY))}",
        "authorization: Bearer known",
    ):
        assert line in head


def test_without_a_body_it_is_a_get(server):
    """Keys are fetched like any document."""
    server.play(f"/{PATH}", good(b'{"keys": []}'))

    assert b'{"keys": []}' == ask(server.url, None)
    assert server.heads[f"/{PATH}"][0].startswith("GET ")


def test_question_is_asked_again(server):
    """It changes nothing, so an overloaded or broken answer costs only another attempt."""
    server.play(f"/{PATH}", status(503), reset(), good(b"{}"))

    assert b"{}" == ask(server.url)
    assert 3 == server.count(f"/{PATH}")


def test_other_hosts_are_not_told_what_was_asked(server):
    """A redirect to another host is not followed with the names of packages."""
    with Adversary() as other:
        other.play("/x", good(b"{}"))
        server.play(f"/{PATH}", redirect(other.url + "x", 307))
        with pytest.raises(RegistryError) as caught:
            ask(server.url)

        assert ("EINVALIDREDIRECT", 0) == (caught.value.code, other.count("/x"))


def test_offline_asks_nobody(server):
    """With the network forbidden there is one error and no connection."""
    with pytest.raises(RegistryError) as caught:
        ask(server.url, offline=True)

    assert ("EOFFLINE", {}) == (caught.value.code, server.heads)
