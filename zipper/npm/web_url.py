"""URLs as Node's `new URL()` reads them, for the schemes that package specs have.

In: text. Out: a `WebUrl`, or None where Node refuses. Python's own parser takes things apart that
Node refuses and keeps what Node rewrites, so npm's answers need these rules. `file:` URLs are not
read here; see `spec_file`.

Source: the URL standard (url.spec.whatwg.org), basic URL parser.
Deviation: host names with other than ASCII letters are lowered but not turned into punycode, and
numbers are not written out as IPv4 addresses; no git host or registry is written so.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import unquote

__all__ = ["WebUrl", "parse_url"]

_DEFAULT_PORTS: Final = {"http:": "80", "https:": "443", "ftp:": "21", "ws:": "80", "wss:": "443"}
"""The special schemes and the ports that are left out of their URLs."""
_SCHEME: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*:)")
_AUTHORITY: Final = re.compile(r"(?:(.*)@)?(\[[^\]]*\]|[^:]*)(?::([0-9]*))?", re.DOTALL)
_IPV6: Final = re.compile(r"\[[0-9a-fA-F.]*:[0-9a-fA-F.:]+\]")
_IPV4: Final = re.compile(r"(?:[0-9]+\.){0,3}[0-9]+\.?")
_CONTROLS: Final = "".join(map(chr, range(33)))
_FRAGMENT_ESCAPED: Final = ' "<>`'
_QUERY_ESCAPED: Final = {False: ' "<>', True: " \"<>'"}
"""What a query cannot have; True is for the special schemes."""
_PATH_ESCAPED: Final = ' "<>`{}'
_USER_ESCAPED: Final = _PATH_ESCAPED + ":;=@[\\]^|"
_FORBIDDEN_HOST: Final = frozenset("\0\t\n\r #/:<>?@[\\]^|")
_FORBIDDEN: Final = {
    False: _FORBIDDEN_HOST,
    True: _FORBIDDEN_HOST | frozenset("%\x7f") | frozenset(map(chr, range(32))),
}
"""What a host name cannot have, escaped neither; True is for the special schemes."""
_ONE_DOT: Final = (".", "%2e")
_TWO_DOTS: Final = ("..", ".%2e", "%2e.", "%2e%2e")
_HIGHEST_PORT: Final = 65_535


class WebUrl(NamedTuple):
    """A URL's parts, named as in JavaScript: `protocol` has its colon, `hash` its `#`."""

    protocol: str
    pathname: str
    username: str = ""
    password: str = ""
    hostname: str | None = None
    """None where the URL has no `//`."""
    port: str = ""
    search: str = ""
    hash: str = ""

    @property
    def host(self) -> str:
        """Name and port."""
        return (self.hostname or "") + (f":{self.port}" if self.port else "")

    @property
    def origin(self) -> str:
        """Protocol, name and port."""
        return f"{self.protocol}//{self.host}"

    @property
    def href(self) -> str:
        """The URL written out."""
        return self.without_hash + self.hash

    @property
    def without_hash(self) -> str:
        """The URL written out, less what follows `#`."""
        if self.hostname is None:
            guard = "/." if self.pathname.startswith("//") else ""
            return f"{self.protocol}{guard}{self.pathname}{self.search}"
        user = self.username + (f":{self.password}" if self.password else "")
        at = f"{user}@" if user else ""
        return f"{self.protocol}//{at}{self.host}{self.pathname}{self.search}"


def parse_url(text: str) -> WebUrl | None:
    """Return the parts of the absolute URL in `text`, or None where Node raises."""
    text = re.sub("[\t\n\r]", "", text.strip(_CONTROLS))
    scheme = _SCHEME.match(text)
    if scheme is None:
        return None
    protocol = scheme[1].lower()
    special = protocol in _DEFAULT_PORTS
    rest, hash_mark, fragment = text[scheme.end() :].partition("#")
    rest, question, query = rest.partition("?")
    tail = {
        "search": f"?{_escape(query, _QUERY_ESCAPED[special])}" if question and query else "",
        "hash": f"#{_escape(fragment, _FRAGMENT_ESCAPED)}" if hash_mark and fragment else "",
    }
    if special:
        rest = "//" + rest.replace("\\", "/").lstrip("/")
    if not rest.startswith("/"):
        return WebUrl(protocol=protocol, pathname=_escape(rest, ""), **tail)
    if not rest.startswith("//"):
        return WebUrl(protocol=protocol, pathname=_clean_path(rest), **tail)
    authority, slash, path = rest[2:].partition("/")
    place = _parse_authority(authority, protocol)
    if place is None:
        return None
    pathname = _clean_path(slash + path) if slash or special else ""
    return WebUrl(protocol=protocol, pathname=pathname, **place, **tail)


def _parse_authority(text: str, protocol: str) -> dict[str, str] | None:
    match = _AUTHORITY.fullmatch(text)
    if match is None:
        return None
    user, host, port = match.groups()
    special = protocol in _DEFAULT_PORTS
    if not host and (special or user is not None or port is not None):
        return None
    host = unquote(host) if special and "%" in host else host
    if not (_IPV6.fullmatch(host) or _FORBIDDEN[special].isdisjoint(host)):
        return None
    if (
        special
        and host.removesuffix(".").rpartition(".")[2].isdigit()
        and not _IPV4.fullmatch(host)
    ):
        return None
    username, _, password = (user or "").partition(":")
    number = (port.lstrip("0") or "0") if port else ""
    if number and (len(number) > len("65535") or int(number) > _HIGHEST_PORT):
        return None
    return {
        "username": _escape(username, _USER_ESCAPED),
        "password": _escape(password, _USER_ESCAPED),
        "hostname": host.lower() if special else _escape(host, ""),
        "port": "" if _DEFAULT_PORTS.get(protocol) == number else number,
    }


def _clean_path(path: str) -> str:
    """Return an absolute path escaped, its dot segments followed."""
    parts: list[str] = []
    segments = path[1:].split("/")
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        lowered = segment.lower()
        if lowered in _TWO_DOTS:
            del parts[-1:]
        elif lowered not in _ONE_DOT:
            parts.append(_escape(segment, _PATH_ESCAPED))
            continue
        if last:
            parts.append("")
    return "/" + "/".join(parts)


def _escape(text: str, characters: str) -> str:
    """Percent-encode controls, everything beyond ASCII, and `characters`."""
    if text.isascii() and text.isprintable() and not any(item in text for item in characters):
        return text
    return "".join(
        character
        if "\x1f" < character < "\x7f" and character not in characters
        else "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))
        for character in text
    )
