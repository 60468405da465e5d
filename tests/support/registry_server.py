"""An npm registry on loopback: packuments and tarballs from a dict, with a count of each request.

with RegistryServer() as registry:
    registry.publish("a", "1.0.0", dependencies={"b": "^1.0.0"})
    ... registry.url ...
    assert registry.count("/a") == 1
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import ssl
import tarfile
import threading
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import unquote

TLS = Path(__file__).resolve().parents[2] / "fixtures" / "tls"
ABBREVIATED = "application/vnd.npm.install-v1+json"
ABBREVIATED_FIELDS = ("name", "dist-tags", "versions", "modified")
ABBREVIATED_LEAVES_OUT = ("libc", "license", "funding", "scripts", "_npmUser", "description")
"""Of the manifests of versions."""


@dataclass
class Recorded:
    """A request as it came: path and headers, names in lower case."""

    path: str
    headers: dict[str, str]


@dataclass
class RegistryServer:
    """A registry whose contents are plain attributes; change them while it runs.

    Attributes:
        tokens: where not empty, only requests with one of these Authorization values are answered.
        offers_abbreviated: answers the abbreviated Accept with the abbreviated form.
        abbreviates_libc: the abbreviated form has `libc`, which the public registry's has not.
        offers_etag: sends an ETag with packuments and answers a matching one with 304.
        cache_control: sent with packuments where not empty.
        compresses: sends packuments in gzip to those who accept it.
        prefix: path below which the registry lies, such as `/npm/private`.
        certificate: name of a file in fixtures/tls; then the registry speaks HTTPS.
        client_authority: asks clients for a certificate signed by this file of fixtures/tls.
    """

    prefix: str = ""
    tokens: set[str] = field(default_factory=set)
    offers_abbreviated: bool = True
    abbreviates_libc: bool = False
    offers_etag: bool = True
    cache_control: str = ""
    compresses: bool = False
    certificate: str | None = None
    client_authority: str | None = None
    packuments: dict[str, dict] = field(default_factory=dict)
    tarballs: dict[str, bytes] = field(default_factory=dict)
    documents: dict[str, dict] = field(default_factory=dict)
    """Path below the registry to the JSON that it answers, such as `/-/npm/v1/keys`."""
    advisories: dict[str, list[dict]] | None = None
    """Name to advisories for the bulk endpoint; None where the registry has no such thing."""
    posted: list[dict] = field(default_factory=list)
    """What was posted to the bulk endpoint."""
    requests: list[Recorded] = field(default_factory=list)

    def __enter__(self) -> Self:
        registry = self

        class Handler(_Handler):
            server_registry = registry

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if self.certificate is not None:
            self._server.socket = self._tls().wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:port`, or https; with a certificate for it."""
        scheme = "http" if self.certificate is None else "https"
        return f"{scheme}://127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """The registry's address, with its last slash."""
        return f"{self.origin}{self.prefix}/"

    def count(self, path: str | None = None) -> int:
        """Return how many requests came for a path below the registry, or for all."""
        if path is None:
            return len(self.requests)
        return Counter(request.path for request in self.requests)[self.prefix + path]

    def publish(
        self, name: str, version: str, *, files: dict[str, bytes] | None = None, **manifest: object
    ) -> dict:
        """Add a version with a tarball, and return its manifest."""
        manifest = {"name": name, "version": version, **manifest}
        contents = {"package.json": json.dumps(manifest).encode(), **(files or {})}
        tarball = make_tarball(contents)
        path = f"{self.prefix}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
        self.tarballs[path] = tarball
        manifest["dist"] = {"tarball": self.origin + path, "integrity": integrity_of(tarball)}
        packument = self.packuments.setdefault(
            name, {"name": name, "dist-tags": {}, "versions": {}, "time": {}, "readme": "long text"}
        )
        packument["versions"][version] = manifest
        packument["dist-tags"]["latest"] = version
        packument["time"][version] = "2020-01-01T00:00:00.000Z"
        return manifest

    def _tls(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(TLS / self.certificate)
        if self.client_authority is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(TLS / self.client_authority)
        return context


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # with the default of 5, the sixth of 16 connections waits a second

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that goes away is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # head and body in one packet, else each answer waits for an acknowledgement
    server_registry: RegistryServer

    def do_GET(self) -> None:
        registry = self.server_registry
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = unquote(self.path)
        registry.requests.append(Recorded(path, headers))
        if registry.tokens and headers.get("authorization") not in registry.tokens:
            self._answer(401, b'{"error":"who are you"}', {"www-authenticate": "Bearer"})
        elif (at := path.removeprefix(registry.prefix)) in registry.documents:
            body = json.dumps(registry.documents[at]).encode()
            self._answer(200, body, {"content-type": "application/json"})
        elif path in registry.tarballs:
            self._answer_tarball(registry.tarballs[path], headers)
        elif (name := path.removeprefix(registry.prefix + "/")) in registry.packuments:
            self._answer_packument(registry.packuments[name], headers)
        else:
            self._answer(404, b'{"error":"Not found"}')

    def do_POST(self) -> None:
        registry = self.server_registry
        headers = {name.lower(): value for name, value in self.headers.items()}
        registry.requests.append(Recorded(self.path, headers))
        body = self.rfile.read(int(headers.get("content-length", "0")))
        if registry.tokens and headers.get("authorization") not in registry.tokens:
            self._answer(401, b'{"error":"who are you"}')
            return
        is_bulk = self.path == f"{registry.prefix}/-/npm/v1/security/advisories/bulk"
        if registry.advisories is None or not is_bulk:
            self._answer(404, b'{"error":"Not found"}')
            return
        asked = json.loads(body)
        registry.posted.append(asked)
        found = {name: rows for name, rows in registry.advisories.items() if name in asked}
        self._answer(200, json.dumps(found).encode(), {"content-type": "application/json"})

    def _answer_packument(self, packument: dict, headers: dict[str, str]) -> None:
        registry = self.server_registry
        abbreviated = registry.offers_abbreviated and ABBREVIATED in headers.get("accept", "")
        if abbreviated:
            packument = _abbreviate(packument, keeps_libc=registry.abbreviates_libc)
        body = json.dumps(packument).encode()
        sent = {"content-type": ABBREVIATED if abbreviated else "application/json"}
        if registry.cache_control:
            sent["cache-control"] = registry.cache_control
        if registry.offers_etag:
            sent["etag"] = f'"{hashlib.sha1(body).hexdigest()}"'
            if headers.get("if-none-match") == sent["etag"]:
                self._answer(304, b"", sent)
                return
        if registry.compresses and "gzip" in headers.get("accept-encoding", ""):
            body = gzip.compress(body)
            sent["content-encoding"] = "gzip"
        self._answer(200, body, sent)

    def _answer_tarball(self, tarball: bytes, headers: dict[str, str]) -> None:
        start = headers.get("range", "")
        if start.startswith("bytes=") and start.endswith("-"):
            first = int(start[6:-1])
            span = f"bytes {first}-{len(tarball) - 1}/{len(tarball)}"
            self._answer(206, tarball[first:], {"content-range": span})
        else:
            self._answer(200, tarball, {"content-type": "application/octet-stream"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


def _abbreviate(packument: dict, *, keeps_libc: bool) -> dict:
    """Return what a registry's short form has of a packument."""
    short = {key: packument[key] for key in ABBREVIATED_FIELDS if key in packument}
    left_out = {*ABBREVIATED_LEAVES_OUT} - ({"libc"} if keeps_libc else set())
    short["versions"] = {
        version: {key: value for key, value in manifest.items() if key not in left_out}
        for version, manifest in packument.get("versions", {}).items()
    }
    return short


def make_tarball(files: dict[str, bytes], *, folder: str = "package") -> bytes:
    """Return a gzipped tar with these files below `folder`; the same files give the same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    packed = gzip.compress(buffer.getvalue(), mtime=0)
    # Which system made it, Python up to 3.12 says: tables have integrities of those bytes.
    return packed[:9] + b"\x03" + packed[10:]


def integrity_of(data: bytes) -> str:
    """Return the sha512 integrity string."""
    return "sha512-" + b64encode(hashlib.sha512(data).digest()).decode()
