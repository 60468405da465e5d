"""Credentials of registries: how they are held, and which one belongs to an address.

Input: what `.npmrc` says below `//host/path/`. Output: at most one credential for a URL. Reading
files and sending headers belong to `zipper.registry`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn
from urllib.parse import urlsplit

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Credential",
    "Secret",
    "credential_in",
    "decode_password",
    "encode_basic",
    "find_credential",
    "redact_url",
    "registry_key",
]

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class Secret:
    """Text that never shows itself: `str`, `repr` and `format` say only that it is hidden.

    It cannot be pickled. `reveal()` is called in the one place that writes a request header.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(("Secret", self._text))

    def __bool__(self) -> bool:
        return bool(self._text)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written down")


class Credential(NamedTuple):
    """What `.npmrc` holds for one `//host/path/`.

    Attributes:
        key: the address as it is written in the file, with or without its last slash.
        token: for `Authorization: Bearer`; wins over `basic`.
        basic: base64 of `user:password`, for `Authorization: Basic`.
        certfile: path of a client certificate; only together with `keyfile`.
        keyfile: path of its private key.
        source: the file and line, or the variable, that set it; for messages.
    """

    key: str
    token: Secret | None = None
    basic: Secret | None = None
    certfile: str | None = None
    keyfile: str | None = None
    source: str = ""

    @property
    def authorization(self) -> Secret | None:
        """The value of the `Authorization` header, or None where only a certificate is used."""
        if self.token is not None:
            return Secret(f"Bearer {self.token.reveal()}")
        if self.basic is not None:
            return Secret(f"Basic {self.basic.reveal()}")
        return None


def find_credential(credentials: Mapping[str, Credential], url: str) -> Credential | None:
    """Return the credential with the longest `//host/path/` that `url` lies below.

    The path is walked up by cutting a name, then its slash, so that `//host/path/` and
    `//host/path` both count. Host and port must be equal; a default port counts as none, as in
    a WHATWG URL.

    Source: npm-registry-fetch 19 lib/auth.js `regFromURI`, as npm 11.19.1 ships it.
    """
    from zipper.npm.web_url import parse_url  # noqa: PLC0415  (where a request goes out)

    # As Node reads it: `/npm/../other/` is `/other/`, and is requested there.
    parsed = parse_url(url)
    key = registry_key(url if parsed is None else parsed.href)
    if not credentials or key is None:
        return None
    while len(key) > len("//"):
        if key in credentials:
            return credentials[key]
        parent, _, name = key.rpartition("/")
        key = f"{parent}/" if name else parent
    return None


def credential_in(url: str) -> Credential | None:
    """Return what an address says before its host, sent as it is there, or None.

    Source: minipass-fetch 4 lib/request.js, which takes no percent-encoding out of it.
    """
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    if not at or user in {"", ":"}:
        return None
    pair = user if ":" in user else f"{user}:"
    return Credential(
        redact_url(url), basic=Secret(encode_basic(pair)), source="the address itself"
    )


def encode_basic(pair: str) -> str:
    """Return `user:password` in base64; what a variable holds need not be UTF-8."""
    import base64  # noqa: PLC0415  (for a password only)

    return base64.b64encode(pair.encode("utf-8", "surrogateescape")).decode()


def registry_key(url: str) -> str | None:
    """Return `//host[:port]/path` of a URL, None where it has no host."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host:
        return None
    shown = f"[{host}]" if ":" in host else host
    suffix = "" if port is None or port == _DEFAULT_PORTS.get(parts.scheme) else f":{port}"
    return f"//{shown}{suffix}{parts.path or '/'}"


def redact_url(url: str) -> str:
    """Return the URL for a message: without user, password, query and fragment values."""
    try:
        parts = urlsplit(url)
        key = registry_key(url)
    except ValueError:
        return "(an address that cannot be read)"
    if key is None:
        return url.partition("?")[0].rpartition("@")[2]
    user = "***@" if "@" in parts.netloc else ""
    query = "?***" if parts.query else ""
    return f"{parts.scheme}://{user}{key.removeprefix('//')}{query}"


def decode_password(encoded: str) -> str:
    """Return the password that `_password` holds in base64; Node ignores what is not base64."""
    import base64  # noqa: PLC0415  (for a password only)

    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode("utf-8", "replace")
    except ValueError:
        return ""
