"""Google Cloud Storage on loopback: fake-gcs-server, and in front of it what speaks the XML API.

    with GoogleStorage(program, folder) as storage:
        env = storage.environment

fake-gcs-server answers XML's GET, HEAD and lists, but takes objects by the JSON API alone, where
`obstore` puts them by the XML API. The server here translates one into the other: the name,
the bytes, and the precondition that no object is there; all else goes through as it is.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["GoogleStorage"]

BUCKET = "packages"


class GoogleStorage:
    """A bucket, empty at first."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._key = folder / "google.json"
        (folder / "buckets" / BUCKET).mkdir(parents=True)
        self._front = ThreadingHTTPServer(("127.0.0.1", 0), _Front)
        self._front.daemon_threads = True
        self.port = self._front.server_address[1]
        self.behind = _free_port()
        self._front.scene = self  # type: ignore[attr-defined]
        words = [str(program), "-scheme", "http", "-host", "127.0.0.1", "-port", str(self.behind)]
        words += ["-backend", "memory", "-public-host", f"127.0.0.1:{self.behind}"]
        self._process = subprocess.Popen(
            [*words, "-data", str(folder / "buckets")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._thread = threading.Thread(target=self._front.serve_forever, args=(0.05,))
        # The form of a service account's key, by which the library takes another address.
        key = {"gcs_base_url": f"http://127.0.0.1:{self.port}", "disable_oauth": True}
        key |= {"client_email": "", "private_key": "", "private_key_id": ""}  # type: ignore[dict-item]
        self._key.write_text(json.dumps(key))

    def __enter__(self) -> Self:
        self._thread.start()
        for _ in range(100):
            try:
                self.call("GET", f"/storage/v1/b/{BUCKET}")
            except OSError:
                time.sleep(0.1)
            else:
                return self
        self.__exit__()
        raise TimeoutError

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._front.shutdown()
        self._thread.join()
        self._front.server_close()

    @property
    def url(self) -> str:
        """Its address, as `store_url` has it."""
        return f"gs://{BUCKET}/zipper"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which it is reached."""
        return {"GOOGLE_SERVICE_ACCOUNT": str(self._key), "GOOGLE_ALLOW_HTTP": "true"}

    def call(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Send a request to the emulator."""
        connection = HTTPConnection("127.0.0.1", self.behind, timeout=30)
        try:
            connection.request(method, path, body or None, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


def _free_port() -> int:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return int(server.server_address[1])


class _Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def scene(self) -> GoogleStorage:
        return self.server.scene  # type: ignore[attr-defined,no-any-return]

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Pass the request on."""
        headers = {"Range": self.headers["Range"]} if "Range" in self.headers else {}
        self._answer(*self.scene.call(self.command, self.path, headers=headers))

    def do_HEAD(self) -> None:
        """Pass the request on."""
        self.do_GET()

    def do_PUT(self) -> None:
        """Put an object by the JSON API, under the same condition."""
        data = self.rfile.read(int(self.headers["Content-Length"]))
        name = unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}/")
        path = f"/upload/storage/v1/b/{BUCKET}/o?uploadType=multipart"
        generation = self.headers.get("x-goog-if-generation-match")
        if generation is not None:
            path += f"&ifGenerationMatch={generation}"
        mark = hashlib.sha256(data).hexdigest().encode()
        parts = (
            b"--%s\r\nContent-Type: application/json\r\n\r\n%s\r\n--%s\r\nContent-Type: "
            b"application/octet-stream\r\n\r\n%s\r\n--%s--\r\n"
        ) % (mark, json.dumps({"name": name}).encode(), mark, data, mark)
        kind = {"Content-Type": f"multipart/related; boundary={mark.decode()}"}
        status, headers, body = self.scene.call("POST", path, parts, kind)
        if status == 200:
            made = json.loads(body)
            headers = [("ETag", made["etag"]), ("x-goog-generation", made["generation"])]
            body = b""
        self._answer(status, headers, body)

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            is_length = name.lower() == "content-length" and self.command == "HEAD"
            if is_length or name.lower() not in ("content-length", "transfer-encoding", "date"):
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
