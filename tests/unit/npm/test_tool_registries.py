"""Registries and credentials that pnpm, yarn and bun are told, under npm's names."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from zipper.errors import ProjectError
from zipper.npm.bunfig import layer_from_bunfig
from zipper.npm.npmrc import NpmSettings, build_settings, layer_from_text
from zipper.npm.pnpm_registries import layer_from_pnpm
from zipper.npm.yaml_settings import parse_settings
from zipper.npm.yaml_text import locate_yaml
from zipper.npm.yarnrc import YarnrcFile, layer_from_yarnrc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zipper.npm.npmrc import Layer

PUBLIC = "https://public.example/"
NPMRC = """
registry=https://registry.example/npm/
@own:registry=https://own.example/npm/
//registry.example/npm/:_authToken=t0ken-of-home
//own.example/npm/:_auth=Y2Fyb2w6cHc=
"""
YARNRC = """
npmRegistryServer: "https://registry.example/npm/"
npmAuthToken: ${HOME_TOKEN:-t0ken-of-home}
npmScopes:
  own:
    npmRegistryServer: https://own.example/npm/
    npmAuthIdent: carol:pw
"""
BUNFIG = """
[install]
registry = { url = "https://registry.example/npm/", token = "$HOME_TOKEN" }
[install.scopes]
"@own" = { url = "https://own.example/npm/", username = "carol", password = "pw" }
"""
PNPM = """
registries:
  default: https://registry.example/npm/
  "@own": https://own.example/npm/
"""
TWO_TOKENS = """npmRegistryServer: https://registry.example/
npmScopes:
  a: {npmAuthToken: one}
  b: {npmAuthToken: two}
"""
SERVER = "npmRegistryServer: https://registry.example/\n"
OF_REGISTRY = {"//registry.example/": "Basic YTpi"}
TOKEN_OF_ALL = f"npmRegistryServer: {PUBLIC}\nnpmAuthToken: one\n"
REGISTRY_TOKEN = f"npmRegistries: {{'{PUBLIC}': {{npmAuthToken: one}}}}\n"
KEYS = "\n".join(line for line in NPMRC.splitlines() if line.startswith("//"))


def yarn(*texts: str, environ: Mapping[str, str] | None = None) -> Layer:
    files = [
        YarnrcFile(
            f"/p{number}/.yarnrc.yml",
            parse_settings(text),
            lambda keys, text=text: locate_yaml(text, 0, keys)[0],  # type: ignore[misc]
        )
        for number, text in enumerate(texts)
    ]
    return layer_from_yarnrc(files, environ or {}, public=lambda: PUBLIC)


def bun(text: str, environ: Mapping[str, str] | None = None) -> Layer:
    return layer_from_bunfig(
        tomllib.loads(text),
        text,
        path="/p/bunfig.toml",
        environ=environ or {},
        public=lambda: PUBLIC,
    )


def pnpm(text: str) -> Layer:
    return layer_from_pnpm(
        parse_settings(text),
        path="/p/pnpm-workspace.yaml",
        locate=lambda keys: locate_yaml(text, 0, keys)[0],
    )


def settle(*layers: Layer) -> tuple[object, ...]:
    """Return what decides where requests go and which secret they have."""
    settings: NpmSettings = build_settings(layers, environ={})
    secrets = {
        key: None if one.authorization is None else one.authorization.reveal()
        for key, one in settings.credentials.items()
    }
    return settings.registry, dict(settings.scoped_registries), secrets


@pytest.mark.parametrize(
    "layers",
    [
        lambda: (yarn(YARNRC),),
        lambda: (bun(BUNFIG, {"HOME_TOKEN": "t0ken-of-home"}),),
        lambda: (pnpm(PNPM), layer_from_text("user", KEYS, "/home/.npmrc")),
        lambda: (yarn(SERVER.replace("registry.", "other."), YARNRC),),
        lambda: (
            yarn(
                "npmRegistries:\n  //registry.example/npm: {npmAuthToken: t0ken-of-home}\n",
                YARNRC.replace("npmAuthToken", "npmPublishToken"),
            ),
        ),
    ],
)
def test_each_tool_s_words_mean_what_npmrc_s_mean(layers: Callable[[], tuple[Layer, ...]]) -> None:
    """Registry, scope and credentials come to the same, so that the same rules hold for them."""
    expected = settle(layer_from_text("user", NPMRC, "/home/.npmrc"))
    registry, scopes, secrets = settle(*layers())

    assert expected[:2] == (registry, scopes)
    plain = {key.rstrip("/"): value for key, value in secrets.items()}  # type: ignore[attr-defined]
    assert {key.rstrip("/"): one for key, one in expected[2].items()} == plain  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        ("npmAuthToken: one\n", {}),
        ("npmScopes:\n  own: {npmAuthToken: one}\n", {"@own": PUBLIC}),
        (f"{SERVER}npmScopes:\n  own: {{npmAuthToken: one}}\n", {"@own": PUBLIC}),
        (f"{SERVER}npmScopes:\n  own: {{}}\n{REGISTRY_TOKEN}", {"@own": PUBLIC}),
    ],
)
def test_without_an_address_yarn_means_the_public_registry(
    text: str, scopes: dict[str, str]
) -> None:
    """For a scope, too, whatever registry other names have; its credential goes nowhere else."""
    registry, found, secrets = settle(yarn(text))

    assert ("https://registry.example/" if SERVER in text else None) == registry
    assert scopes == found
    assert {"//public.example/": "Bearer one"} == secrets


@pytest.mark.parametrize(
    ("home", "project", "expected"),
    [
        ("npmAuthToken: one\n", SERVER, {"//public.example/": "Bearer one"}),
        (f"{SERVER}npmAuthIdent: a:b\n", SERVER.replace("registry.", "evil."), OF_REGISTRY),
        (
            "npmScopes: {own: {npmAuthIdent: 'a:b', npmRegistryServer: 'https://registry.example'}}\n",
            "npmScopes: {own: {npmRegistryServer: 'https://evil.example/'}}\n",
            OF_REGISTRY,
        ),
        (SERVER, "npmAuthIdent: a:b\n", OF_REGISTRY),
    ],
)
def test_a_credential_stays_with_the_registry_that_is_named_where_it_is_written(
    home: str, project: str, expected: dict[str, str]
) -> None:
    """A project that names another registry does not get it; for yarn, it would."""
    secrets = settle(yarn(home, project))[2]

    assert expected == {key.rstrip("/") + "/": one for key, one in secrets.items()}  # type: ignore[attr-defined]


def test_a_variable_names_the_registry_of_a_credential_without_one() -> None:
    """The one who runs the build has set it, so that yarn's own rule is safe; no other moves."""
    variable = {"YARN_NPM_REGISTRY_SERVER": "https://registry.example/"}

    assert OF_REGISTRY == settle(yarn("npmAuthIdent: a:b\n", environ=variable))[2]
    elsewhere = SERVER.replace("registry.", "other.")
    secrets = settle(yarn(f"{elsewhere}npmAuthIdent: a:b\n", environ=variable))[2]
    assert {"//other.example/": "Basic YTpi"} == secrets


def test_bun_replaces_whole_values_alone() -> None:
    """A variable that is not set stays as it is written; there may be no request that needs it."""
    registry = '[install]\nregistry = {url = "$URL", token = '
    environ = {"URL": "https://registry.example/", "A": "one"}

    for written, sent in (("$A", "one"), ("$B", "$B"), ("${A}", "${A}"), ("$A-b", "$A-b")):
        secrets = settle(bun(f'{registry}"{written}"}}\n', environ))[2]
        assert {"//registry.example/": f"Bearer {sent}"} == secrets


def test_without_an_address_bun_means_the_public_registry() -> None:
    """For a scope, too, unless the file names a registry for all."""
    scope = '[install.scopes]\nown = {token = "one"}\n'

    assert (None, {"@own": PUBLIC}, {"//public.example/": "Bearer one"}) == settle(bun(scope))
    named = f'[install]\nregistry = "https://registry.example/"\n{scope}'
    assert {"//registry.example/": "Bearer one"} == settle(bun(named))[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[install]\nregistry = {token = "one"}\n', ("//public.example/:_authToken=one",)),
        ('[install]\nregistry = {username = "a", password = "b"}\n',
         ("//public.example/:_auth=YTpi",)),
        ('[install]\nregistry = {username = "a"}\n', ()),
        ('[install]\nregistry = {password = "b"}\n', ()),
        ("[install]\nregistry = {url = 1}\n", ()),
        ("[install]\nregistry = 1\n", ()),
        ("[install]\nregistry = false\nscopes = []\n", ()),
        ('install = "x"\n', ()),
        ('[install]\ncafile = "ca.pem"\nca = "-----"\n', ("cafile=ca.pem", "ca=-----")),
        ("[install]\ncafile = 1\nca = []\n", ()),
        ("[install.scopes]\na = 1\nb = {}\n", ()),
        ('[install]\nregistry = "https://registry.example/"\n[install.scopes]\na = {token = "t"}\n',
         ("registry=https://registry.example/", "@a:registry=https://registry.example/",
          "//registry.example/:_authToken=t")),
        ('[install]\nregistry = "https://user:word@registry.example/"\n',
         ("registry=https://user:word@registry.example/",)),
        ('[install]\nregistry = {url = "https://user:word@registry.example:81/", token = "t"}\n',
         ("registry=https://user:word@registry.example:81/",
          "//registry.example:81/:_authToken=t")),
    ],
)  # fmt: skip
def test_what_bun_s_settings_come_to(text: str, expected: tuple[str, ...]) -> None:
    """A credential without an address names no registry; what has another type counts for nothing.

    Source: bun's documentation of bunfig.toml: registry, scopes, ca and cafile.
    """
    assert expected == tuple(f"{key}={value}" for key, value, _ in bun(text).entries)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("registry: https://a.example/\n", ("registry=https://a.example/",)),
        ("registries:\n  default: https://a.example/\n  '@s': https://b.example/\n",
         ("registry=https://a.example/", "@s:registry=https://b.example/")),
        ("registry: ''\nregistries: x\nnamedRegistries: x\n", ()),
        ("registries:\n  default: {}\n  '@s': []\n", ()),
        ("namedRegistries:\n  gh: https://a.example/\n", ()),
    ],
)  # fmt: skip
def test_what_pnpm_s_settings_come_to(text: str, expected: tuple[str, ...]) -> None:
    """What has another type counts for nothing, and a registry with a name of its own for none."""
    assert expected == tuple(f"{key}={value}" for key, value, _ in pnpm(text).entries)


def test_lines_of_comments_are_no_settings() -> None:
    """What bun's file says is found where it is written, not where a comment names it."""
    entries = bun('# cafile = "x"\n[install]\ncafile = "ca.pem"  # cafile\n').entries

    assert [3] == [source.line for _, _, source in entries]


def test_what_else_yarn_has() -> None:
    """Its variables win, and a proxy and certificates have npm's names."""
    layer = yarn(
        "httpProxy: http://proxy.example/\nenableStrictSsl: false\n"
        "httpsProxy: http://other.example/\nhttpsCaFilePath: /etc/own.pem\n",
        environ={"YARN_NPM_REGISTRY_SERVER": "https://registry.example/"},
    )

    assert {
        "proxy": "http://proxy.example/",
        "https-proxy": "http://other.example/",
        "cafile": "/etc/own.pem",
        "strict-ssl": "false",
        "registry": "https://registry.example/",
    } == {key: value for key, value, _ in layer.entries}


@pytest.mark.parametrize(
    ("make", "text", "line", "word"),
    [
        (yarn, "a: 1\nnpmAuthToken: ${NOT_SET}\n", 2, "NOT_SET"),
        (yarn, "npmScopes:\n  s:\n    npmAuthToken: ${NOT_SET}\n", 3, "NOT_SET"),
        (yarn, "npmRegistryServer: registry.example\n", 1, "no address"),
        (yarn, TWO_TOKENS, 4, "another credential"),
        (yarn, TOKEN_OF_ALL + "npmScopes:\n  a: {npmAuthToken: two}\n", 4, "another credential"),
        (yarn, REGISTRY_TOKEN + "npmScopes:\n  a: {npmAuthToken: two}\n", 3, "another credential"),
        (bun, '[install]\nregistry = "$NOT_SET"\n', 2, "NOT_SET"),
        (bun, '[install]\nregistry = "registry.example"\n', 2, "no address"),
        (bun, '[install.scopes]\na = {token = "t"}\nb = {token = "u"}\n', 3, "another credential"),
        (
            pnpm,
            "registries:\n  default: https://${SECRET}.example/\n",
            2,
            "`registries.default` has a v",
        ),
        (pnpm, "registry: https://${SECRET}.example/\n", 1, "`registry` has a variable"),
        (pnpm, "namedRegistries:\n  gh: ${SECRET}\n", 2, "`namedRegistries.gh` has a variable"),
        (pnpm, "registries:\n  s: https://registry.example/\n", 2, "no scope"),
        (pnpm, "registry: https://[/\n", 1, "no address"),
        (pnpm, "namedRegistries:\n  gh: ftp://registry.example/\n", 2, "no address"),
    ],
)
def test_what_cannot_be_used_is_an_error(make: object, text: str, line: int, word: str) -> None:
    """With file and line; none is passed over, and no value that may be a secret is shown."""
    with pytest.raises(ProjectError) as caught:
        make(text)  # type: ignore[operator]

    assert "ESETTINGS" == caught.value.code
    assert word in caught.value.message
    assert f":{line}" == caught.value.facts[0][1][-2:]
