"""An object store on loopback that speaks as much of S3 as a shared store needs, and its faults.

    with ObjectServer() as server:
        env = server.environment
        server.faults.append(Fault(503))          # of the next request
        server.objects["zip/sha256/..."] = b"poison"

Every request is in `requests`, as method and name.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

__all__ = ["Fault", "ObjectServer"]

BUCKET = "packages"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a request instead of its answer."""

    status: int = 0
    """The status; 0 closes the connection without an answer."""
    method: str = ""
    """Of the requests that it may happen to; empty for each."""
    cut: bool = False
    """The answer is right and ends in the middle."""


@dataclass
class ObjectServer:
    """The server. Faults happen one a request, the first that fits first; `always` to each."""

    objects: dict[str, bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    always: Fault | None = None
    requests: list[tuple[str, str]] = field(default_factory=list)
    moved_bytes: int = 0
    """Of all objects that were put, and that were sent."""

    def __post_init__(self) -> None:
        self.guard = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.scene = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Its address, as `store_url` has it."""
        return f"s3://{BUCKET}/zipper"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which it is reached."""
        return {
            "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "not a secret",
            "AWS_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._server.server_address[1]}",
            "AWS_ALLOW_HTTP": "true",
        }

    def take_fault(self, method: str) -> Fault | None:
        """Return what happens to the next request of this method."""
        with self.guard:
            for index, fault in enumerate(self.faults):
                if fault.method in ("", method):
                    return self.faults.pop(index)
        fits = self.always is not None and self.always.method in ("", method)
        return self.always if fits else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def scene(self) -> ObjectServer:
        return self.server.scene  # type: ignore[attr-defined,no-any-return]

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer with an object, or with the names in a folder."""
        parts = urlsplit(self.path)
        name = unquote(parts.path).removeprefix(f"/{BUCKET}").removeprefix("/zipper/").strip("/")
        query = parse_qs(parts.query)
        prefix = query.get("prefix", [""])[0]
        if self._is_faulty("GET", name or prefix):
            return
        if "list-type" in query:
            self._send(200, self._list(prefix), kind="application/xml")
            return
        data = self.scene.objects.get(name)
        asked = self.headers.get("Range", "")
        if data and asked:
            begin = int(asked.removeprefix("bytes=").partition("-")[0])
            extent = f"bytes {begin}-{len(data) - 1}/{len(data)}"
            self._send(206, data[begin:], extent=extent)
            return
        self._send(404 if data is None else 200, data or b"")

    def do_HEAD(self) -> None:
        """Answer with an object's size."""
        name = unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}/zipper/")
        if self._is_faulty("HEAD", name):
            return
        data = self.scene.objects.get(name)
        self._send(404 if data is None else 200, data or b"")

    def do_PUT(self) -> None:
        """Put an object, unless one is there that may not be replaced."""
        name = unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}/zipper/")
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if self._is_faulty("PUT", name):
            return
        with self.scene.guard:
            self.scene.moved_bytes += len(data)
            is_there = name in self.scene.objects
            if not (is_there and self.headers.get("If-None-Match") == "*"):
                self.scene.objects[name] = data
                is_there = False
        self._send(412 if is_there else 200, b"", etag=hashlib.md5(data).hexdigest())

    def _list(self, prefix: str) -> bytes:
        wanted = prefix.removeprefix("zipper/")
        rows = "".join(
            f"<Contents><Key>zipper/{escape(name)}</Key><Size>{len(data)}</Size>"
            f"<LastModified>2026-11-29T00:00:00.000Z</LastModified><ETag>x</ETag></Contents>"
            for name, data in sorted(self.scene.objects.items())
            if name.startswith(wanted)
        )
        return (
            f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
        ).encode()

    def _is_faulty(self, method: str, name: str) -> bool:
        self.scene.requests.append((method, name))
        fault = self.scene.take_fault(method)
        if fault is None:
            return False
        if fault.cut:
            data = self.scene.objects.get(name, b"x" * 100)
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("ETag", '"x"')
            self.send_header("Last-Modified", "Sun, 29 Nov 2026 00:00:00 GMT")
            self.end_headers()
            self.wfile.write(data[: len(data) // 2])
            self.close_connection = True
        elif fault.status:
            self._send(fault.status, b"<Error><Code>SlowDown</Code></Error>")
        else:
            self.close_connection = True
        return True

    def _send(
        self,
        status: int,
        body: bytes,
        *,
        kind: str = "application/octet-stream",
        etag: str = "x",
        extent: str = "",
    ) -> None:
        self.send_response(status)
        if extent:
            self.send_header("Content-Range", extent)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", kind)
        self.send_header("ETag", f'"{etag}"')
        self.send_header("Last-Modified", "Sun, 29 Nov 2026 00:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            with self.scene.guard:
                self.scene.moved_bytes += len(body)
            self.wfile.write(body)
