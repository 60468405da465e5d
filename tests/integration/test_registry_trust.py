"""Which host is told which secret: redirects, tarballs of other hosts, scopes, mirrors, proxies.

Each row has a registry `home` with its token, a `scope` with one of its own, a host `away`, and a
proxy with a password. After one fetch every request that any of them got is searched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.support import adversary
from tests.support.adversary import Adversary
from zipper.errors import ZipperError
from zipper.npm.bunfig import layer_from_bunfig
from zipper.npm.npmrc import build_settings, layer_from_options, layer_from_text
from zipper.npm.yarnrc import YarnrcFile, layer_from_yarnrc
from zipper.registry.address import default_registry
from zipper.registry.client import RegistryClient
from zipper.registry.vendor_folder import TarballPlace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.npm.npmrc import Layer

TARBALL = b"the bytes of a tarball"
SECRETS = ("t0ken-of-home", "t0ken-of-scope", "t0ken-of-away", "dXNlcjpwcm94eQ==", "Y2Fyb2w6cHc=")
"""Those of the three hosts, `user:proxy` for the proxy, `carol:pw` of an address."""
HOME, SCOPE, AWAY, PROXY, CAROL = ({secret} for secret in SECRETS)
NPMRC = """
registry={home}npm/
@own:registry={scope}npm/
{home_key}npm/:_authToken=t0ken-of-home
{scope_key}npm/:_authToken=t0ken-of-scope
fetch-retries=0
"""


@dataclass(frozen=True)
class Row:
    """One fetch.

    Attributes:
        resolved: of the lockfile; None for the registry's own place.
        ways: host and path to where a request is sent on to; everything else is answered.
        told: host to the secrets that it gets; a host that is left out is not even asked.
        code: of the error, where it is refused.
    """

    told: dict[str, set[str]]
    resolved: str | None = None
    name: str = "a"
    npmrc: str = ""
    ways: dict[tuple[str, str], str] = field(default_factory=dict)
    code: str = ""


ROWS = {
    "the registry's own place": Row({"home": HOME}),
    "a scope's own place": Row({"scope": SCOPE}, name="@own/a"),
    "another path of the registry's host": Row({"home": HOME}, "{home}files/a.tgz"),
    "a tarball of another host": Row({"away": set()}, "{away}a.tgz"),
    "a tarball of a host that has a token": Row(
        {"away": AWAY}, "{away}a.tgz", npmrc="{away_key}:_authToken=t0ken-of-away"
    ),
    "a path beside that of a token": Row(
        {"away": set()}, "{away}other/a.tgz", npmrc="{away_key}npm/:_authToken=t0ken-of-away"
    ),
    "a path that only begins like it": Row(
        {"away": set()}, "{away}npmx/a.tgz", npmrc="{away_key}npm/:_authToken=t0ken-of-away"
    ),
    "a path that leaves that of a token": Row(
        {"away": set()}, "{away}npm/../other/a.tgz", npmrc="{away_key}npm/:_authToken=t0ken-of-away"
    ),
    "a path that leaves that of a token, encoded": Row(
        {"away": set()}, "{away}npm/.%2E/a.tgz", npmrc="{away_key}npm/:_authToken=t0ken-of-away"
    ),
    "a path that comes back to that of a token": Row(
        {"away": AWAY}, "{away}x/%2e%2e/npm/a.tgz", npmrc="{away_key}npm/:_authToken=t0ken-of-away"
    ),
    "a path with backslashes that leaves that of a token": Row(
        {"away": set()}, "{away}npm\\..\\a.tgz", npmrc="{away_key}npm/:_authToken=t0ken-of-away"
    ),
    "a scope's package at the default registry": Row(
        {"home": HOME}, "{home}npm/a.tgz", name="@own/a"
    ),
    "a plain package at the scope's registry": Row({"scope": SCOPE}, "{scope}npm/a.tgz"),
    "a plain package at another path of the scope's host": Row({"scope": set()}, "{scope}a.tgz"),
    "a redirect on the same host": Row(
        {"home": HOME}, "{home}npm/a.tgz", ways={("home", "/npm/a.tgz"): "/storage/a.tgz"}
    ),
    "a redirect to another host": Row(
        {"home": HOME, "away": set()},
        "{home}npm/a.tgz",
        ways={("home", "/npm/a.tgz"): "{away}a.tgz"},
    ),
    "a redirect to another host that has a token": Row(
        {"home": HOME, "away": set()},
        "{home}npm/a.tgz",
        npmrc="{away_key}:_authToken=t0ken-of-away",
        ways={("home", "/npm/a.tgz"): "{away}a.tgz"},
    ),
    "a redirect to the scope's registry": Row(
        {"home": HOME, "scope": set()},
        "{home}npm/a.tgz",
        ways={("home", "/npm/a.tgz"): "{scope}npm/a.tgz"},
    ),
    "a redirect away from another host to ours": Row(
        {"away": set(), "home": set()},
        "{away}a.tgz",
        ways={("away", "/a.tgz"): "{home}npm/a.tgz"},
    ),
    "a redirect to a name of the same machine": Row(
        {"home": HOME}, "{home}npm/a.tgz", ways={("home", "/npm/a.tgz"): "http://[::1]:1/a.tgz"},
        code="ENETWORK",
    ),
    "a redirect with a password": Row(
        {"home": HOME, "away": set()},
        "{home}npm/a.tgz",
        ways={("home", "/npm/a.tgz"): "{away_user}a.tgz"},
    ),
    "a redirect to no web address": Row(
        {"home": HOME}, "{home}npm/a.tgz", ways={("home", "/npm/a.tgz"): "file:///etc/passwd"},
        code="EINVALIDREDIRECT",
    ),
    "an address with a password": Row({"away": CAROL}, "{away_user}a.tgz"),
    "an address with a password, and a token for it": Row(
        {"away": AWAY}, "{away_user}a.tgz", npmrc="{away_key}:_authToken=t0ken-of-away"
    ),
    "an address with a password that leads elsewhere": Row(
        {"away": CAROL, "home": set()},
        "{away_user}a.tgz",
        ways={("away", "/a.tgz"): "{home}npm/a.tgz"},
    ),
    "a mirror for all": Row(
        {"home": HOME}, "{away}a.tgz", npmrc="replace-registry-host=always"
    ),
    "a mirror for all, and a scope": Row(
        {"home": HOME}, "{away}a.tgz", name="@own/a", npmrc="replace-registry-host=always"
    ),
    "a mirror for one host": Row(
        {"home": HOME}, "{away}a.tgz", npmrc="replace-registry-host=127.0.0.1"
    ),
    "a mirror for no host": Row(
        {"away": set()}, "{away}a.tgz", npmrc="replace-registry-host=never"
    ),
    "a proxy": Row({"proxy": HOME | PROXY}, "{home}npm/a.tgz", npmrc="proxy={proxy_user}"),
    "a proxy, and another host": Row({"proxy": PROXY}, "{away}a.tgz", npmrc="proxy={proxy_user}"),
    "a proxy that the host is exempt from": Row(
        {"home": HOME}, "{home}npm/a.tgz", npmrc="proxy={proxy_user}\nnoproxy=127.0.0.1"
    ),
}  # fmt: skip


@pytest.fixture
def hosts() -> Iterator[dict[str, Adversary]]:
    """The four servers, which answer everything with the tarball."""
    with Adversary() as home, Adversary() as scope, Adversary() as away, Adversary() as proxy:
        made = {"home": home, "scope": scope, "away": away, "proxy": proxy}
        for server in made.values():
            server.fallback = adversary.good(TARBALL)
        yield made


def write_in(dialect: str, words: dict[str, str]) -> Layer:
    """Return what NPMRC says in the words of another package manager."""
    home, scope = f"{words['home']}npm/", f"{words['scope']}npm/"
    if dialect == "bun":
        install = {
            "registry": {"url": home, "token": "t0ken-of-home"},
            "scopes": {"own": {"url": scope, "token": "t0ken-of-scope"}},
        }
        said = {"install": install}
        return layer_from_bunfig(said, "", path="/p", environ={}, public=default_registry)
    said = {
        "npmRegistryServer": home,
        "npmAuthToken": "${TOKEN}",
        "npmScopes": {"own": {"npmRegistryServer": scope, "npmAuthToken": "t0ken-of-scope"}},
    }
    file = YarnrcFile("/p/.yarnrc.yml", said, lambda _: 1)
    return layer_from_yarnrc([file], {"TOKEN": "t0ken-of-home"}, public=default_registry)


@pytest.mark.parametrize("dialect", ["npm", "yarn", "bun"])
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_secret_is_told_to_its_host_alone(
    hosts: dict[str, Adversary], row: Row, dialect: str
) -> None:
    """Each host gets what is set for it where a request goes there at first hand, and no more."""
    words = {name: server.url for name, server in hosts.items()}
    words |= {f"{name}_key": url.removeprefix("http:") for name, url in words.items()}
    words["away_user"] = words["away"].replace("//", "//carol:pw@")
    words["proxy_user"] = words["proxy"].replace("//", "//user:proxy@")
    for (host, path), target in row.ways.items():
        hosts[host].play(path, adversary.redirect(target.format(**words)))
    text = (NPMRC + row.npmrc).format(**words)
    fast = layer_from_options({"fetch-timeout": "20000"})
    layers = [layer_from_text("user", text, "/home/.npmrc"), fast]
    if dialect != "npm":
        text = f"fetch-retries=0\n{row.npmrc}".format(**words)
        layers = [layer_from_text("user", text, "/home/.npmrc"), write_in(dialect, words), fast]
    settings = build_settings(layers, environ={})
    resolved = row.resolved and row.resolved.format(**words)

    code = ""
    with RegistryClient(settings, environ={}) as client:
        try:
            assert TARBALL == client.fetch_tarball(TarballPlace(row.name, "1.0.0", resolved))
        except ZipperError as error:
            code = error.code

    requests = {name: [h for heads in s.heads.values() for h in heads] for name, s in hosts.items()}
    told = {
        name: {secret for secret in SECRETS if any(secret in head for head in heads)}
        for name, heads in requests.items()
        if heads
    }
    assert (row.told, row.code) == (told, code)
