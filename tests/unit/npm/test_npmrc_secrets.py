"""Which lines of an .npmrc hold a credential that is not to be passed on."""

from __future__ import annotations

import pytest

from zipper.npm.npmrc_secrets import find_secrets


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        ("registry=https://registry.example/\nlegacy-peer-deps=true\n", ()),
        ("//registry.example/:_authToken=${NPM_TOKEN}\n", ()),
        ("//registry.example/:_authToken=npm_abc\n", (1,)),
        ('\n//registry.example/ : _authToken = "npm_abc"\n', (2,)),
        ("//registry.example/:_password=x${A}\r\n//registry.example/:username=ada\r\n", (1,)),
        ("_auth=YTpi\n", (1,)),
        ("; //registry.example/:_authToken=npm_abc\n", (1,)),
        ("[section]\n//registry.example/:_authToken=npm_abc\n", (2,)),
        ("//registry.example/:_authToken=\n", ()),
        ("key=-----BEGIN PRIVATE KEY-----\\n\n", (1,)),
        ("//registry.example/:keyfile=client.pem\n", ()),
        ("proxy=http://ada:lovelace@proxy.example\n", (1,)),
        ("proxy=http://${USER}:${PASSWORD}@proxy.example\n", ()),
        ("@scope:registry=https://x:y@registry.example/\n", (1,)),
    ],
)  # fmt: skip
def test_lines_with_credentials(text: str, lines: tuple[int, ...]) -> None:
    """A variable is none; what npm does not read, such as a comment, is one all the same."""
    assert lines == find_secrets(text)
