"""Packages that are made to make a checker fail end in findings."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib

import pytest
from support.mutations import pack

from zipper.checks.run_rules import check_zip
from zipper.target import Target

HANDLER = b"exports.handler = async () => 1;\n"
ASKS = b'require("a");\n' + HANDLER


def _findings(archive: bytes, *, handler: str = "index.handler") -> dict[str, str]:
    report = check_zip(archive, path="out.zip", target=Target(), handler=handler)
    return {f.code: f.severity for f in report.findings if f.severity != "info"}


def _package(files: dict[str, bytes]) -> bytes:
    return pack({name: (content, 0o644) for name, content in files.items()})


def _nested(depth: int) -> bytes:
    return b'{"exports":' + b'{"node":' * depth + b'"./x.js"' + b"}" * depth + b"}"


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        (_nested(200), "module-export-path"),
        (_nested(100_000), "package-json-invalid"),
        (json.dumps({"exports": [[["x"] * 50] * 50] * 50}).encode(), "module-export-path"),
        (b'{"exports": {".": {"require": {}}}}', "module-export-path"),
        (b'{"main": "' + b"../" * 5000 + b'etc/passwd"}', "module-missing"),
        (b"[" * 100_000, "package-json-invalid"),
    ],
)
def test_maps_without_end(manifest: bytes, code: str) -> None:
    """Conditions and arrays are followed to a depth that no real package has."""
    files = {"index.js": ASKS, "node_modules/a/package.json": manifest}
    assert {code: "error"} == _findings(_package(files))


@pytest.mark.parametrize(
    "files",
    [
        {"index.js": b'require("#a")', "package.json": b'{"imports": {"#a": "#b", "#b": "#a"}}'},
        {"index.js": b'require("#a")', "package.json": b'{"imports": {"#a": "#a"}}'},
        {"index.js": b'require("a")', "node_modules/a/package.json": b'{"main": "."}'},
        {"index.js": b'require("./a")', "a/package.json": b'{"main": "../a"}'},
    ],
)
def test_maps_in_circles(files: dict[str, bytes]) -> None:
    """What leads to itself leads nowhere."""
    files = {**files, "index.js": files["index.js"] + b";\n" + HANDLER}
    assert {"module-missing": "error"} == _findings(_package(files))


@pytest.mark.parametrize(
    "text",
    [
        b"(function () {" * 3000 + b'require("b")' + b"})()" * 3000 + b";",
        b"{" * 50_000 + b"}" * 50_000,
        b"`${" * 20_000 + b"1" + b"}`" * 20_000,
        b"`" * 700_000,
        b"/*" * 500_000 + b"*/\n",
        b'"' * 700_000 + b"\n",
        b"a=/[/]/;" * 5_000,
        b"const u = require('util');" + b"const u " * 10_000 + b"u.isRegExp();",
        b"const u = require('util');" * 5_000 + b"u.isRegExp();",
        b"\0" * 1000,
        b"\xff\xfe" * 10_000,
    ],
    ids=range(11),
)
def test_texts_that_no_parser_likes(text: bytes) -> None:
    """Deep, open, odd or undecodable code has a verdict; what it is depends on the text."""
    _findings(_package({"index.js": text + HANDLER}))


def test_code_that_is_followed_in_part() -> None:
    """What is too deep to be looked at whole is said to be unknown."""
    text = b"require(" * 8000 + b")" * 8000 + b";" + HANDLER
    report = check_zip(
        _package({"index.js": text}), path="out.zip", target=Target(), handler="index.handler"
    )
    assert report.closure is not None
    assert "followed in part" in report.closure.unknown[-1].expression


def test_stars_in_circles() -> None:
    """Re-exports that lead back are followed once."""
    files = {f"f{i}.mjs": f'export * from "./f{(i + 1) % 50}.mjs"'.encode() for i in range(50)}
    files["index.mjs"] = b'import { a } from "./f0.mjs"; export const handler = () => a;'
    assert {"module-export-name": "error"} == _findings(_package(files))


def test_sizes_that_lie() -> None:
    """A member that inflates to more than it says is damaged, and inflated no further."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo("index.js")
        info.external_attr = 0o100644 << 16
        archive.writestr(info, HANDLER + bytes(30_000_000), zipfile.ZIP_DEFLATED)
    small = struct.pack("<L", 40)
    raw = bytearray(buffer.getvalue())
    local, central = raw.find(b"PK\3\4"), raw.rfind(b"PK\1\2")
    raw[local + 22 : local + 26] = raw[central + 24 : central + 28] = small
    assert "error" == _findings(bytes(raw))["zip-crc"]


def test_members_that_share_their_bytes() -> None:
    """Thousands of members over one compressed stream are told, and not inflated one by one."""
    size, count = 1 << 20, 2000
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = deflater.compress(bytes(size)) + deflater.flush()
    sizes = (zlib.crc32(bytes(size)), len(body), size)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, *sizes, 4, 0) + b"a.js" + body
    directory = b"".join(
        struct.pack(
            "<4sBB5H3L5H2L", b"PK\1\2", 20, 3, 20, 0, 8, 0, 33, *sizes, 5, 0, 0, 0, 0, 0x81A40000, 0
        )
        + f"f{i:04}".encode()
        for i in range(count)
    )
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), len(local), 0)
    assert "error" == _findings(local + directory + end)["size-unzipped"]


def test_links_in_circles() -> None:
    """Links that lead to each other, or ever further, name no file."""
    files = {"index.js": (b'require("./a/x");\n' + HANDLER, 0o644)}
    for name, target in {"a": "b", "b": "a", "c": "c/c/c", "d": "../../etc"}.items():
        files[name] = (target.encode(), 0o644)
    raw = pack(files)
    for name in ("a", "b", "c", "d"):  # a link is a member with another mode
        place = raw.rfind(b"PK\1\2", 0, raw.rfind(name.encode() + b"PK") + 1 or len(raw))
        raw = raw[: place + 38] + struct.pack("<L", 0o120777 << 16) + raw[place + 42 :]
    found = _findings(raw)
    assert "error" == found["zip-symlink"]
