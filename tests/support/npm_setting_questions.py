"""Random questions about settings: what a cascade of `.npmrc` files comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from random import Random

__all__ = ["ask_npmrc"]

_SETTINGS: Final = {
    "engine-strict": "b", "legacy-peer-deps": "b", "strict-peer-deps": "b", "force": "b",
    "strict-ssl": "b", "prefer-dedupe": "b", "install-links": "b", "ignore-scripts": "b",
    "package-lock": "b", "omit-lockfile-registry-resolved": "b", "offline": "b", "bin-links": "b",
    "format-package-lock": "b", "fetch-retries": "n", "fetch-retry-factor": "n",
    "fetch-retry-maxtimeout": "n", "fetch-retry-mintimeout": "n", "fetch-timeout": "n",
    "maxsockets": "n", "cache-max": "n", "cache-min": "n", "tag": "s", "user-agent": "s",
    "replace-registry-host": "s", "allow-git": "w", "allow-file": "w", "allow-remote": "w",
    "allow-directory": "w", "install-strategy": "i", "lockfile-version": "v", "cafile": "p",
    "proxy": "u", "https-proxy": "u", "omit": "o", "include": "o",
    "global-style": "b", "legacy-bundling": "b",
    "shrinkwrap": "b",
    "registry": "u", "@s:registry": "u", "cert": "k", "key": "k", "ca": "k",
    "prefer-offline": "b", "prefer-online": "b", "before": "t", "node-version": "x",
}  # fmt: skip
_WORDS: Final = {
    "b": ("true", "false", "null", "", "0", "1", "yes", "undefined", "NaN", "00", "0x0", "-0",
    "-1"),
    "n": ("0", "7", "1e3", "0x1F", "-1", "NaN", "abc", "", "1.5", ".5", "5.", "0b11", "true",
    "false",
          "null", "Infinity", "9999", "99999", "+2", "0o17", "1e", "0xZ", "10000"),
    "s": ("next", "", "null", "true", "false", "a b", "${A}", "${B}", "${B?}x", "\\${A}", "x;y",
    "npmjs"),
    "w": ("all", "none", "root", "some", "", "true", "null"),
    "i": ("hoisted", "nested", "shallow", "linked", "flat", "", "null"),
    "v": ("1", "2", "3", "4", "null", "", "true"),
    "p": ("~/ca.pem", "/etc/ca.pem", "/${A}/x"),
    "u": ("https://r.example", "http://r.example:8443/p/", "//h", "null", "false", "", "r.example",
          "https://r.example/${A}", "https://r.example/npm", "HTTPS://r.example", "https://"),
    "o": ("dev", "optional", "peer", "prod", "dev,optional", "", "null", "all", "true"),
    "k": ("-----BEGIN", '"a\\nb"', "${A}", "x # y"),
    "t": ("2020-01-01", "2020-01-01T10:00:00Z", "null", "2020-06-01T00:00:00.000+02:00"),
    "x": ("20.1.0", "null"),
}  # fmt: skip
_OTHER_NAMES: Final = {
    "also", "cache-max", "cache-min", "dev", "global-style", "include", "legacy-bundling", "omit",
    "only", "prefer-offline", "prefer-online", "package-lock", "production", "shrinkwrap",
    "install-strategy",
}  # fmt: skip
"""Settings that bear on one option together; that is compared instead.

Deprecated names for `omit` are not asked about: npm adds up what each of its files says of them.
"""
_CREDENTIAL_LINES: Final = (
    "//h.example/:_authToken=t", "//h.example/npm/:_auth=YTpi", "//h.example/:username=u",
    "//h.example/:_password=cGFzcw==", "//h.example:8443/:_authToken=${A}",
    "//h.example/npm:_authToken=n",
    "//h.example/p/:_authToken=p", "//h.example/:_authToken=", "//h.example/npm/a/:_authToken=d",
    "//h.example/:certfile=c", "//h.example/:keyfile=k", "//h.example:443/:_authToken=q",
    "//h.example:80/:_authToken=h", "//h.example/npm/:username=v",
    "//h.example/npm/:_password=eA==",
)  # fmt: skip
_URLS: Final = (
    "https://h.example/", "https://h.example/a", "https://h.example/npm/a/-/a-1.0.0.tgz",
    "http://h.example/npm/a",
    "http://h.example:8443/p/@s%2fa", "https://h.example:443/a", "https://other.example/a",
    "https://h.example/npmx",
)  # fmt: skip


def ask_npmrc(dice: Random) -> Any:
    """Ask for the settings that are named somewhere, and for the credential of some addresses."""
    named: dict[str, None] = {}
    # Which of these wins goes by the order of npm's definitions.
    left_out = (
        dice.choice(("cache-", "prefer-o")),
        dice.choice(("shrinkwrap", "package-lock")),
        *dice.sample(("global-style", "legacy-bundling", "install-strategy"), 2),
    )
    keys = [key for key in _SETTINGS if not key.startswith(left_out)]

    def line() -> str:
        if dice.random() < 0.25:
            return dice.choice(_CREDENTIAL_LINES)
        key = dice.choice(keys)
        named[key] = None
        ending = "[]" if key in ("omit", "include", "ca") and dice.random() < 0.6 else ""
        return f"{key}{ending} = {dice.choice(_WORDS[_SETTINGS[key]])}"

    case: dict[str, Any] = {"env": {"A": "va"}}
    for layer in ("project", "user", "global"):
        case[layer] = "\n".join(line() for _ in range(dice.randint(0, 5)))
    for _ in range(dice.randint(0, 2)):
        key = dice.choice([key for key in keys if key[0] != "@"])
        named[key] = None
        name = dice.choice(("npm_config_", "NPM_CONFIG_")) + key.replace("-", dice.choice("_-"))
        case["env"][name] = dice.choice(_WORDS[_SETTINGS[key]])
    return {**case, "keys": sorted(named.keys() - _OTHER_NAMES), "urls": dice.sample(_URLS, 4)}
