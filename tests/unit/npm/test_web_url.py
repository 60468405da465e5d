"""Addresses as JavaScript's `URL` writes them: a scheme's own port is left out, any other stays."""

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
