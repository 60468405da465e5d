"""Addresses as JavaScript's `URL` writes them, and those that it refuses."""

from __future__ import annotations

import pytest

from zipper.npm.web_url import parse_url

PORTS = {"http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443}


@pytest.mark.parametrize("scheme", PORTS)
def test_a_default_port_is_left_out(scheme: str) -> None:
    """So that a credential for a host is one for its default port, and for no other."""
    plain, own, other = (
        parse_url(f"{scheme}://h.example{port}/a") for port in ("", f":{PORTS[scheme]}", ":8443")
    )

    assert plain is not None
    assert plain == own
    assert plain != other


@pytest.mark.parametrize(
    ("url", "part", "escaped"),
    [
        ("https://h/a?a#x{}y", "hash", ' "<>`'),
        ("https://h/a?x{}y", "search", " \"'<>"),
        ("other://h/a?x{}y", "search", ' "<>'),
        ("https://h/x{}y", "pathname", ' "<>`{}'),
        ("https://x{}y@h/", "username", ' ";<=>@[]^`{|}'),
        ("other://x{}y@h/", "username", ' ";<=>@[\\]^`{|}'),
        ("https://u:x{}y@h/", "password", ' ":;<=>@[]^`{|}'),
    ],
)
def test_each_part_has_its_characters(url: str, part: str, escaped: str) -> None:
    """What is escaped in it, of ASCII's characters that show; in Node 20 as here."""
    found = ""
    for code in range(0x20, 0x7F):
        parts = parse_url(url.format(chr(code)))
        if parts is not None and f"%{code:02X}" in getattr(parts, part):
            found += chr(code)

    assert escaped == found


@pytest.mark.parametrize(
    ("scheme", "refused", "controls"),
    [("https", " %:<>[]^|", [0, 1, 31, 127]), ("other", " :<>[\\]^|", [0])],
)
def test_a_host_is_refused_with_some_characters(
    scheme: str, refused: str, controls: list[int]
) -> None:
    """A scheme that browsers know has the stricter hosts; line breaks are passed over."""
    shown = range(0x20, 0x7F)

    found = [code for code in range(0x80) if parse_url(f"{scheme}://x{chr(code)}y/") is None]

    assert refused == "".join(chr(code) for code in found if code in shown)
    assert set(controls) == {code for code in found if code in (0, 1, 9, 10, 13, 31, 127)}


@pytest.mark.parametrize(
    ("url", "written", "host"),
    [
        ("https://h/a/./b", "https://h/a/b", "h"),
        ("https://h/a/%2e/b", "https://h/a/b", "h"),
        ("https://h/a/%2E", "https://h/a/", "h"),
        ("https://h/a/../b", "https://h/b", "h"),
        ("https://h/a/.%2e/b", "https://h/b", "h"),
        ("https://h/a/%2e./b", "https://h/b", "h"),
        ("https://h/a/%2e%2e/b", "https://h/b", "h"),
        ("https://h/a/%2E%2E", "https://h/", "h"),
        ("https://h/a/.../b", "https://h/a/.../b", "h"),
        ("https://h:65535/", "https://h:65535/", "h"),
        ("https://h:65536/", None, None),
        ("https://h:0065535/", "https://h:65535/", "h"),
        ("https://h:00000000001/", "https://h:1/", "h"),
        ("https://1.2.3.4.5/", None, None),
        ("https://a.1/", None, None),
        ("other://a.1/", "other://a.1/", "a.1"),
        ("https://[::1]/", "https://[::1]/", "[::1]"),
        ("https://[a::1]:8443/", "https://[a::1]:8443/", "[a::1]"),
        ("https://[x]/", None, None),
        ("https://[1]/", None, None),
        ("other://[::1]/", "other://[::1]/", "[::1]"),
        ("https://h%41/", "https://ha/", "ha"),
        ("other://h%41/", "other://h%41/", "h%41"),
        ("https://u@/", None, None),
        ("other://u@/", None, None),
        ("other://:1/", None, None),
        ("other:///a", "other:///a", ""),
        ("other:/a", "other:/a", ""),
        ("other:a b", "other:a b", ""),
        ("other:/.//a", "other:/.//a", ""),
        ("https:h/a", "https://h/a", "h"),
        ("https:\\\\h\\a", "https://h/a", "h"),
        ("https:///h/a", "https://h/a", "h"),
        ("OTHER://H/A", "other://H/A", "H"),
        ("HTTPS://H/A", "https://h/A", "h"),
        ("a", None, None),
        ("1a:b", None, None),
        (":a", None, None),
        ("a+.-:b", "a+.-:b", ""),
        ("\u0000 https://h/ \u001f", "https://h/", "h"),
        ("ht\ntps://h\t/", "https://h/", "h"),
        ("https://h./", "https://h./", "h."),
        ("https://x:@h/", "https://x@h/", "h"),
        ("https://:y@h/", "https://:y@h/", "h"),
        ("https://a@b@h/", "https://a%40b@h/", "h"),
        ("other://h", "other://h", "h"),
        ("other://h?x", "other://h?x", "h"),
        ("http://h:443/", "http://h:443/", "h"),
        ("http://h%41/", "http://ha/", "ha"),
    ],
)
def test_an_address_is_written_out_as_node_does(
    url: str, written: str | None, host: str | None
) -> None:
    """Node 20 said so; None where it refuses."""
    found = parse_url(url)

    assert written == (found and found.href)
    assert host == (found and (found.hostname or ""))


@pytest.mark.parametrize("code", ["00", "09", "20", "23", "2f", "3a", "3f", "40", "5b", "5c", "7f"])
def test_an_escape_in_a_host_means_its_character(code: str) -> None:
    """Of http it is refused where the character is; other schemes keep it as it is."""
    assert parse_url(f"http://h%{code}/") is None
    other = parse_url(f"git+ssh://h%{code}/")
    assert other is not None
    assert f"h%{code}" == other.hostname
