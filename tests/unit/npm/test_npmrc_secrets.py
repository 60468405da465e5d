"""Which lines of an .npmrc hold a credential that is not to be passed on."""

from __future__ import annotations

import pytest

from zipper.npm.npmrc_secrets import find_secrets, find_tool_secrets, without_secrets


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
        ("_auth[]=YTpi\n'_auth' = YTpi\n\"_authToken\"=x\n", (1, 2, 3)),
        ('_auth="\t\' "\n_auth = \' \'', ()),
        ("\ufeff_auth=x\n  ;#; _password=x\n_AUTHTOKEN=x\n", (1, 2, 3)),
        ("a=//user:@host/\nb=//:word@host/\nc=//us er:word@host\n", (2,)),
        ("a=//:${W}@host/\nb=//${U}:word@host/\n", (2,)),
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


def test_lines_go_and_numbers_stay() -> None:
    """What holds no credential is what it was, its line ends too."""
    text = "a=1\n//x/:_authToken=abc\r\nb=2\n//x/:_authToken=${T}\n_auth=YTpi"

    assert without_secrets(text) == "a=1\n\r\nb=2\n//x/:_authToken=${T}\n"


@pytest.mark.parametrize(
    ("text", "has_secret"),
    [
        ('"a": "git+ssh://git@host/a/b"', False),
        ('"a": "git+https://git@host/a/b"', False),
        ('"a": "git+https://anonymous@host/a/b"', False),
        ('"a": "git+https://t0ken@host/a/b"', True),
        ('"a": "https://user:pass@host/x.tgz"', True),
        ('"a": "https:\\/\\/user:pass@host\\/x.tgz"', True),
        ('"a": "https://${TOKEN}@host/x.tgz"', False),
        ('"a": "https://${USER}:${PASSWORD}@host/x.tgz"', False),
        ('"a": "ssh://me@host/x"', False),
        ('"a": "ssh://me:pass@host/x"', True),
        ('"resolved": "https://host/@scope/name/-/name-1.0.0.tgz"', False),
        ('"token": "^1.0.0"', False),
    ],
)
def test_addresses_with_credentials(text: str, *, has_secret: bool) -> None:
    """A user that everybody is, and a variable, are none; a name like a setting's is a package."""
    assert find_tool_secrets(f"{{\n{text}\n}}", is_settings=False) == ((2,) if has_secret else ())


@pytest.mark.parametrize(
    ("text", "has_secret"),
    [
        ("npmAuthToken: abc", True),
        ('npmAuthToken: "${NPM_TOKEN}"', False),
        ('npmAuthIdent: "a:b"', True),
        ('a = { token = "x", url = "https://host" }', True),
        ('a = { token = "$X", url = "https://host" }', False),
        ('password = "x"', True),
        ("enableTelemetry: false", False),
    ],
)
def test_settings_with_credentials(text: str, *, has_secret: bool) -> None:
    """Yarn's and bun's settings may name a variable, and hold no secret then."""
    assert find_tool_secrets(f"\n{text}\n", is_settings=True) == ((2,) if has_secret else ())
