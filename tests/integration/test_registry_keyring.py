"""Tokens from a keyring, which is a dict here, given to the client as any other backend is."""

from __future__ import annotations

import pytest

from tests.support.registry_server import RegistryServer
from zipper.errors import RegistryError
from zipper.npm.npmrc import build_settings, layer_from_options, layer_from_text
from zipper.registry.client import RegistryClient
from zipper.registry.keyring_tokens import KeyringTokens


class FakeKeyring:
    """A keyring's contents, (service, user name) to secret; notes what it is asked for."""

    def __init__(self, contents: dict[tuple[str, str], str]) -> None:
        self.contents = contents
        self.asked: list[tuple[str, str]] = []
        self.opened = 0

    def open(self):
        """Return the way to ask, and count it."""
        self.opened += 1
        return self.get_password

    def get_password(self, service: str, user: str) -> str | None:
        """Answer as `keyring.get_password` does."""
        self.asked.append((service, user))
        return self.contents.get((service, user))


@pytest.fixture
def registry():
    with RegistryServer() as server:
        server.publish("a", "1.0.0")
        yield server


def open_client(keyring: FakeKeyring, text: str, **options: str) -> RegistryClient:
    layers = [layer_from_text("project", text, ".npmrc"), layer_from_options(options)]
    settings = build_settings(layers, environ={})
    return RegistryClient(settings, environ={}, keyring=KeyringTokens(settings, keyring.open))


@pytest.mark.parametrize(
    ("service", "kind", "expected"),
    [
        ("{url}", "_authToken", "Bearer from-the-keyring"),
        ("{slashless}", "_authToken", "Bearer from-the-keyring"),
        ("{host}", "_authToken", "Bearer from-the-keyring"),
        ("{url}", "_auth", "Basic from-the-keyring"),
    ],
)
def test_token_for_a_registry_without_one(registry, service, kind, expected):
    """The address, with or without its slash, or the host alone names the entry."""
    url = registry.url
    service = service.format(url=url, slashless=url[:-1], host=url.split("/")[2])
    keyring = FakeKeyring({(service, kind): "from-the-keyring"})
    registry.tokens = {expected}
    with open_client(keyring, f"registry={url}") as client:
        client.fetch_packument("a")
        client.fetch_packument("a", full=True)

    assert 1 == keyring.opened


def test_npmrc_comes_first(registry):
    """Where the .npmrc has a token, the keyring is not even opened."""
    keyring = FakeKeyring({(registry.url, "_authToken"): "other"})
    registry.tokens = {"Bearer own"}
    key = registry.url.removeprefix("http:")
    with open_client(keyring, f"registry={registry.url}\n{key}:_authToken=own") as client:
        client.fetch_packument("a")

    assert 0 == keyring.opened


def test_scope_has_an_entry_of_its_own(registry):
    """A scope's registry is looked up by its own address, and its token goes nowhere else."""
    with RegistryServer(prefix="/private") as private:
        private.publish("@own/b", "1.0.0")
        private.tokens = {"Bearer scoped"}
        keyring = FakeKeyring({(private.url, "_authToken"): "scoped"})
        text = f"registry={registry.url}\n@own:registry={private.url}"
        with open_client(keyring, text) as client:
            client.fetch_packument("@own/b")
            client.fetch_packument("a")

    assert [None] == [request.headers.get("authorization") for request in registry.requests]


def test_registry_that_is_not_configured_is_not_looked_up():
    """Nobody's keyring is opened for the public registry, which most people use without token."""
    keyring = FakeKeyring({})
    settings = build_settings([], environ={})

    assert KeyringTokens(settings, keyring.open).find("https://registry.example/") is None
    assert 0 == keyring.opened


def test_keyring_that_fails_is_none(registry):
    """A locked keyring, or none at all, leads to the registry's own answer and what to do."""

    def fail(service: str, user: str) -> str:
        raise OSError(service, user)

    registry.tokens = {"Bearer unknown"}
    for backend in (lambda: fail, lambda: None):
        settings = build_settings(
            [layer_from_text("project", f"registry={registry.url}", ".npmrc")], environ={}
        )
        tokens = KeyringTokens(settings, backend)
        with (
            RegistryClient(settings, environ={}, keyring=tokens) as client,
            pytest.raises(RegistryError) as caught,
        ):
            client.fetch_packument("a")

        assert "E401" == caught.value.code
        assert f"keyring set {registry.url} _authToken" in (caught.value.hint or "")


def test_wrong_token_names_the_keyring(registry):
    """A token that the registry refuses is told with its place, and never itself."""
    keyring = FakeKeyring({(registry.url, "_authToken"): "s3cret"})
    registry.tokens = {"Bearer other"}
    with (
        open_client(keyring, f"registry={registry.url}") as client,
        pytest.raises(RegistryError) as caught,
    ):
        client.fetch_packument("a")

    assert "the keyring" in str(caught.value)
    assert "s3cret" not in str(caught.value)
