"""A server on loopback that misbehaves as it is told, request by request.

A play is a function of the connection and the request's head; each path has a list of plays, one
for each request in turn, the last one for all that follow. A play that returns True keeps the
connection, else it is closed.

    with Adversary() as server:
        server.play("/a", reset(), good(b"..."))
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

TLS = Path(__file__).resolve().parents[2] / "fixtures" / "tls"

Play = Callable[[socket.socket, str], bool | None]


class Adversary:
    """The server; `heads` are the requests' heads by path, in their order, `asked_at` when.

    With a `client_authority` it asks for a certificate that this one has signed, and `clients` has
    the names that were shown, by path; who has none is refused only if it `demands_clients`. What
    has no play gets the `fallback`.
    """

    def __init__(
        self,
        *,
        certificate: str | None = None,
        client_authority: str | None = None,
        demands_clients: bool = False,
        handshake: Play | None = None,
    ) -> None:
        self._plays: dict[str, list[Play]] = {}
        self._handshake = handshake
        self._tls: ssl.SSLContext | None = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(TLS / certificate)
            if client_authority is not None:
                modes = (ssl.CERT_OPTIONAL, ssl.CERT_REQUIRED)
                self._tls.verify_mode = modes[demands_clients]
                self._tls.load_verify_locations(TLS / client_authority)
        self.fallback = status(404)
        self.clients: dict[str, list[str | None]] = {}
        self.heads: dict[str, list[str]] = {}
        self.asked_at: dict[str, list[float]] = {}
        self._stopped = threading.Event()

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopped.set()
        self._listener.close()
        for connection in self._connections:
            connection.close()

    @property
    def url(self) -> str:
        """The server's address, with its last slash."""
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}/"

    def play(self, path: str, *plays: Play) -> None:
        """Set what happens to the requests for `path`, in turn."""
        self._plays[path] = list(plays)

    def count(self, path: str) -> int:
        """Return how many requests came for `path`."""
        return len(self.heads.get(path, []))

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ssl.SSLError), connection:
            if self._handshake is not None:
                self._handshake(connection, "")
                return
            if self._tls is None:
                self._answer(connection)
                return
            with self._tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            ) as secured:
                if _shake_hands(secured):
                    self._answer(secured)

    def _answer(self, connection: socket.socket) -> None:
        while head := _read_head(connection):
            path = head.split(" ", 2)[1]
            self.asked_at.setdefault(path, []).append(time.monotonic())
            self.heads.setdefault(path, []).append(head)
            self.clients.setdefault(path, []).append(_client_name(connection))
            plays = self._plays.get(path, [self.fallback])
            play = plays.pop(0) if len(plays) > 1 else plays[0]
            if not play(connection, head):
                return


def _shake_hands(secured: ssl.SSLSocket) -> bool:
    """Return whether it came to a connection; else the client gets the time to read the alert."""
    try:
        secured.do_handshake()
    except ssl.SSLError:
        secured.shutdown(socket.SHUT_WR)
        _wait_for_end(secured, 5)
        return False
    return True


def _client_name(connection: socket.socket) -> str | None:
    """Return the common name of the certificate that the client has shown, if any."""
    shown = connection.getpeercert() if isinstance(connection, ssl.SSLSocket) else None
    subject = shown.get("subject", ()) if shown else ()
    return next((value for ((key, value),) in subject if key == "commonName"), None)


def _read_head(connection: socket.socket) -> str:
    """Return a request's head and body; the body may come later, and is no request of its own."""
    received = b""
    while (missing := _count_missing(received)) != 0:
        piece = connection.recv(65_536 if missing is None else missing)
        if not piece:
            return ""
        received += piece
    return received.decode("latin-1")


def _count_missing(received: bytes) -> int | None:
    """Return how many bytes of the body are still to come; None while the head is not whole."""
    head, end, body = received.partition(b"\r\n\r\n")
    if not end:
        return None
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    return max(0, (int(length[1]) if length else 0) - len(body))


def answer(body: bytes, *, code: int = 200, length: int | None = None, **headers: str) -> bytes:
    """Return a whole answer; `length` lies about the body's."""
    lines = [
        f"HTTP/1.1 {code} Something",
        f"Content-Length: {len(body) if length is None else length}",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def good(body: bytes, **headers: str) -> Play:
    """Answer as a server should."""

    def play(connection: socket.socket, _head: str) -> bool:
        connection.sendall(answer(body, **headers))
        return True

    return play


def ranged(body: bytes, **headers: str) -> Play:
    """Answer as a server should, with the part that Range asks for."""

    def play(connection: socket.socket, head: str) -> bool:
        lines = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        if "range" not in lines:
            connection.sendall(answer(body, **headers))
            return True
        first = int(lines["range"].removeprefix("bytes=").removesuffix("-"))
        span = f"bytes {first}-{len(body) - 1}/{len(body)}"
        connection.sendall(answer(body[first:], code=206, content_range=span, **headers))
        return True

    return play


def status(code: int, **headers: str) -> Play:
    """Answer with a status and a short text."""

    def play(connection: socket.socket, _head: str) -> bool:
        connection.sendall(answer(b"no", code=code, **headers))
        return True

    return play


def redirect(location: str, code: int = 302) -> Play:
    """Send the client elsewhere."""
    return status(code, location=location)


def raw(data: bytes) -> Play:
    """Send these bytes and close."""

    def play(connection: socket.socket, _head: str) -> None:
        connection.sendall(data)

    return play


def short(body: bytes, sent: int, **headers: str) -> Play:
    """Promise the whole body, send its beginning, close."""
    return raw(answer(body[:sent], length=len(body), **headers))


def reset(before: bytes = b"") -> Play:
    """Send something, then reset the connection."""

    def play(connection: socket.socket, _head: str) -> None:
        if before:
            connection.sendall(before)
            time.sleep(0.05)
        plain = connection
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        plain.close()

    return play


def stall(before: bytes = b"", *, seconds: float = 300) -> Play:
    """Send something, then nothing more."""

    def play(connection: socket.socket, _head: str) -> None:
        connection.sendall(before)
        _wait_for_end(connection, seconds)

    return play


def trickle(data: bytes, *, seconds_per_byte: float) -> Play:
    """Send byte after byte, slowly."""

    def play(connection: socket.socket, _head: str) -> None:
        for value in data:
            connection.sendall(bytes([value]))
            time.sleep(seconds_per_byte)

    return play


def drip(data: bytes, *, pieces: int, seconds_per_piece: float, all_sent: threading.Event) -> Play:
    """Send `data`, then byte after byte, set `all_sent` and close."""

    def play(connection: socket.socket, _head: str) -> bool:
        connection.sendall(data)
        for _ in range(pieces):
            time.sleep(seconds_per_piece)
            connection.sendall(b"x")
        all_sent.set()
        return False

    return play


def steady(body: bytes, *, piece_bytes: int, seconds_per_piece: float) -> Play:
    """Send the whole body, piece after piece, with a rest before each."""

    def play(connection: socket.socket, _head: str) -> bool:
        connection.sendall(answer(b"", length=len(body)))
        for at in range(0, len(body), piece_bytes):
            time.sleep(seconds_per_piece)
            connection.sendall(body[at : at + piece_bytes])
        return True

    return play


def tunnel(url: str) -> Play:
    """Be a proxy: connect to the server at `url`, whatever was asked for, and pass all bytes on."""
    host, _, port = url.split("/")[2].rpartition(":")

    def play(connection: socket.socket, _head: str) -> None:
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with socket.create_connection((host, int(port))) as far:
            back = threading.Thread(target=_pass_on, args=(far, connection), daemon=True)
            back.start()
            _pass_on(connection, far)
            back.join()

    return play


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65_536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


def _wait_for_end(connection: socket.socket, seconds: float) -> None:
    connection.settimeout(seconds)
    with contextlib.suppress(OSError):
        while connection.recv(65_536):
            pass
