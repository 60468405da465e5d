"""Tarballs that no honest publisher makes, odd ones that some do, and what has to come of each.

A case expects either files (name to content, executables apart) or a code and words of the message.
Those marked `as_npm` unpack as npm 11 unpacks them; a test with a real Node.js compares.

    python -m tests.support.hostile     writes fixtures/hostile/ anew
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.tarballs import (
    END,
    directory,
    gzip,
    gzip_zeros,
    header,
    make_package,
    member,
    pax,
    tar,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CASES", "FOLDER", "SMALL_BYTES", "Case"]

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "hostile"

MANIFEST = b'{"name":"a","version":"1.0.0"}'
HONEST = member("package/package.json", MANIFEST)
INDEX = member("package/index.js", b"1")
BOTH = {"package.json": MANIFEST, "index.js": b"1"}
LONG = "d" * 80 + "/" + "f" * 90 + ".js"
SCRIPT = b"#!/usr/bin/env node\n"


@dataclass(frozen=True, slots=True)
class Case:
    """One tarball: what it is called, its bytes, and what has to come of it."""

    name: str
    tarball: bytes
    files: dict[str, bytes] | None = None
    executable: frozenset[str] = frozenset()
    words: str = ""
    """Of the message, for what is refused."""
    as_npm: bool = False


def _good(
    name: str, *members: bytes, files: dict[str, bytes], executable: str = "", as_npm: bool = True
) -> Case:
    return Case(name, gzip(tar(*members)), files, frozenset(executable.split()), as_npm=as_npm)


def _bad(name: str, *members: bytes, words: str) -> Case:
    return Case(name, gzip(tar(*members)), words=words)


def _named(
    name: str, path: bytes | str, words: str = "has a member named", **fields: object
) -> Case:
    return _bad(name, HONEST, member(path, b"1", **fields), words=words)


def _bin(
    name: str,
    value: object,
    *scripts: str,
    executable: str,
    as_npm: bool = True,
    **more: object,
) -> Case:
    manifest = json.dumps({"name": "a", "version": "1.0.0", "bin": value, **more}).encode()
    files = dict.fromkeys(scripts, SCRIPT)
    members = [member(f"package/{script}", SCRIPT) for script in scripts]
    return _good(
        name,
        member("package/package.json", manifest),
        *members,
        files={"package.json": manifest, **files},
        executable=executable,
        as_npm=as_npm,
    )


def _names() -> Iterator[Case]:
    """Where a member would be written."""
    yield _named("absolute", "/etc/passwd")
    yield _named("absolute-double", "//etc/passwd")
    yield _named("absolute-after-strip", "package//etc/../../passwd")
    yield _named("dot-dot", "../evil.js")
    yield _named("dot-dot-inside", "package/../../evil.js")
    yield _named("dot-dot-last", "package/lib/..")
    yield _named("dot-dot-harmless", "package/lib/../index.js")
    yield _named("backslash", "package\\..\\..\\evil.js")
    yield _named("backslash-rooted", "package/\\lib\\index.js")
    yield _named("backslash-drive", "package/C:\\index.js")
    yield _named("backslash-share", "package/lib\\\\host\\index.js")
    yield _good(
        "backslash-inside",
        HONEST,
        member("package/lib\\index.js", b"1"),
        files={"package.json": MANIFEST, "lib\\index.js": b"1"},
    )
    yield _named("drive", "C:\\windows\\evil.js")
    yield _named("dot-dot-in-prefix", "evil.js", prefix=b"package/../..")
    yield _bad(
        "dot-dot-in-pax",
        HONEST,
        pax({"path": "package/../../evil.js"}),
        INDEX,
        words="has a member named",
    )
    yield _bad(
        "dot-dot-in-gnu-name",
        HONEST,
        member("././@LongLink", b"package/../../evil.js\0", kind=b"L"),
        INDEX,
        words="has a member named",
    )
    yield _good(
        "nul-in-pax",
        HONEST,
        pax({"path": "package/x.js\0/../../evil.js"}),
        INDEX,
        files={"package.json": MANIFEST, "x.js": b"1"},
    )
    yield _good(
        "nul-in-name",
        HONEST,
        member(b"package/x.js\0/../../evil", b"1"),
        files={"package.json": MANIFEST, "x.js": b"1"},
    )
    yield _good(
        "newline-in-pax",
        HONEST,
        pax({"path": "package/x\ny.js"}),
        INDEX,
        files=BOTH,
    )
    yield _good("proto", HONEST, member("package/__proto__", b"1"), files={
        "package.json": MANIFEST, "__proto__": b"1",
    })  # fmt: skip
    yield _good(
        "latin-1",
        HONEST,
        member(b"package/caf\xe9.js", b"1"),
        files={"package.json": MANIFEST, "caf\ufffd.js": b"1"},
    )
    yield _good(
        "utf-8",
        HONEST,
        member("package/café/\u65e5\u672c.js", b"1"),
        files={"package.json": MANIFEST, "café/\u65e5\u672c.js": b"1"},
    )
    yield _good(
        "cut-utf-8",
        HONEST,
        member(("package/" + "a" * 91 + "é").encode(), b"1"),
        files={"package.json": MANIFEST, "a" * 91 + "\ufffd": b"1"},
    )
    yield _good(
        "dot-folder", *_below("./package"), files={f"package/{k}": v for k, v in BOTH.items()}
    )
    yield _good("other-folder", *_below("a-1.0.0"), files=BOTH)
    yield _good("two-folders", HONEST, member("other/index.js", b"1"), files=BOTH)
    yield _good("no-folder", HONEST, INDEX, member("loose.js", b"1"), files=BOTH)
    yield _good("empty-name", HONEST, INDEX, member("", b""), files=BOTH)
    yield _good("doubled-slash", HONEST, member("package//index.js", b"1"), files=BOTH)
    yield _good("dot-inside", HONEST, member("package/./index.js", b"1"), files=BOTH)
    yield _good(
        "case-clash",
        HONEST,
        INDEX,
        member("package/INDEX.js", b"2"),
        files={**BOTH, "INDEX.js": b"2"},
    )
    words = "as a file and as a folder"
    yield _bad("file-then-folder", HONEST, INDEX, member("package/index.js/x", b"2"), words=words)
    yield _bad("folder-then-file", HONEST, member("package/index.js/x", b"2"), INDEX, words=words)


def _below(folder: str) -> list[bytes]:
    return [member(f"{folder}/{name}", data) for name, data in BOTH.items()]


def _kinds() -> Iterator[Case]:
    """Members that are no files: left out, and nothing goes through them."""
    for name, kind in (
        ("hard-link", b"1"),
        ("symlink", b"2"),
        ("character-device", b"3"),
        ("block-device", b"4"),
        ("fifo", b"6"),
    ):
        link = b"../../../etc/passwd" if kind in b"12" else b""
        yield _good(name, HONEST, member("package/x", kind=kind, link=link), INDEX, files=BOTH)
    yield _good(
        "file-through-link",
        HONEST,
        member("package/out", kind=b"2", link=b"/tmp"),
        member("package/out/index.js", b"1"),
        files={"package.json": MANIFEST, "out/index.js": b"1"},
    )
    yield _good(
        "link-over-file",
        HONEST,
        INDEX,
        member("package/index.js", kind=b"2", link=b"/etc/passwd"),
        files=BOTH,
    )
    yield _good("folder-entry", HONEST, directory("package/lib/"), INDEX, files=BOTH)
    yield _good("folder-with-size", HONEST, directory("package/lib/", size=77), INDEX, files=BOTH)
    yield _good("folder-as-file", HONEST, member("package/lib/", b"", size=512), INDEX, files=BOTH)
    yield _good(
        "folder-as-old-file",
        HONEST,
        member("package/lib/", b"", size=512, kind=b"\0"),
        INDEX,
        files=BOTH,
    )
    yield _good("old-file", HONEST, member("package/index.js", b"1", kind=b"\0"), files=BOTH)
    yield _good("contiguous-file", HONEST, member("package/index.js", b"1", kind=b"7"), files=BOTH)
    yield _good("sparse", HONEST, member("package/s", b"1" * 600, kind=b"S"), INDEX, files=BOTH)
    yield _good("continued", HONEST, member("package/m", b"1" * 600, kind=b"M"), INDEX, files=BOTH)
    yield _good("volume", member("package/v", kind=b"V"), HONEST, INDEX, files=BOTH)
    yield _good(
        "unknown-kind", HONEST, member("package/u", b"1" * 600, kind=b"Z"), INDEX, files=BOTH
    )
    yield _good(
        "file-with-link-name",
        HONEST,
        member("package/x.js", b"", link=b"elsewhere"),
        INDEX,
        files=BOTH,
    )


def _long_names() -> Iterator[Case]:
    """The ways to say a name of more than a hundred bytes, and to say it wrongly."""
    long = {"package.json": MANIFEST, LONG: b"1"}
    yield _good("pax-name", HONEST, pax({"path": f"package/{LONG}"}), INDEX, files=long)
    yield _good(
        "gnu-name",
        HONEST,
        member("././@LongLink", f"package/{LONG}\0".encode(), kind=b"L"),
        INDEX,
        files=long,
    )
    yield _good(
        "ustar-prefix",
        HONEST,
        member(LONG.split("/")[1], b"1", prefix=b"package/" + b"d" * 80),
        files=long,
    )
    deep = "p" * 140
    yield _good(
        "prefix-of-155",
        HONEST,
        member("index.js", b"1", prefix=f"package/{deep}".encode()),
        files={"package.json": MANIFEST, f"{deep}/index.js": b"1"},
    )
    yield _good(
        "gnu-has-no-prefix",
        HONEST,
        member("package/index.js", b"1", prefix=b"12345", magic=b"ustar  \0"),
        files=BOTH,
    )
    yield _good(
        "v7-has-no-prefix",
        HONEST,
        member("package/index.js", b"1", prefix=b"12345", magic=bytes(8)),
        files=BOTH,
    )
    yield _good("pax-global", pax({"comment": "x"}, kind=b"g"), HONEST, INDEX, files=BOTH)
    yield _good("pax-global-path", pax({"path": "package/x"}, kind=b"g"), HONEST, INDEX, files=BOTH)
    yield _good(
        "pax-twice",
        HONEST,
        pax({"path": "package/no.js"}),
        pax({"path": "package/x.js"}),
        INDEX,
        files={"package.json": MANIFEST, "x.js": b"1"},
    )
    yield _good(
        "pax-is-for-one-file",
        HONEST,
        pax({"path": "package/x.js", "size": "3"}),
        header("package/no.js", size=0) + b"123".ljust(512, b"\0"),
        INDEX,
        files={**BOTH, "x.js": b"123"},
    )
    yield _good("pax-broken", HONEST, pax(b"99999 path=package/x.js\n"), INDEX, files=BOTH)
    yield _good("pax-no-length", HONEST, pax(b"path=package/x.js\n"), INDEX, files=BOTH)
    yield _good("pax-empty", HONEST, pax(b""), INDEX, files=BOTH)
    yield _good("pax-empty-path", HONEST, pax({"path": ""}), INDEX, files=BOTH, as_npm=False)
    yield _good(
        "pax-size",
        HONEST,
        pax({"size": "3"}),
        header("package/index.js", size=0) + b"123".ljust(512, b"\0"),
        files={"package.json": MANIFEST, "index.js": b"123"},
    )
    yield _good(
        "pax-size-is-for-the-file",
        HONEST,
        pax({"size": "3"}),
        member("././@LongLink", b"package/index.js\0", kind=b"L"),
        header("package/no.js", size=0) + b"123".ljust(512, b"\0"),
        files={"package.json": MANIFEST, "index.js": b"123"},
    )
    yield _bad("pax-size-word", HONEST, pax({"size": "many"}), INDEX, words="not a number")
    yield _bad("pax-size-negative", HONEST, pax({"size": "-1"}), INDEX, words="not a number")
    yield _bad(
        "pax-too-long", HONEST, header("x", kind=b"x", size=(1 << 20) + 1), words="name record"
    )


def _sizes() -> Iterator[Case]:
    """Sizes that lie, and sums that are wrong."""
    base_256 = b"\x80" + (1).to_bytes(11, "big")
    huge = b"\x80" + (1 << 60).to_bytes(11, "big")
    negative = b"\xff" * 12
    yield _good("base-256", HONEST, member("package/index.js", b"1", size=base_256), files=BOTH)
    yield _bad("base-256-huge", HONEST, member("package/x", b"1", size=huge), words="unpacked")
    yield _bad("base-256-negative", HONEST, member("package/x", size=negative), words="negative")
    yield _bad(
        "octal-overflow", HONEST, member("package/x", b"1", size=b"7" * 12), words="unpacked"
    )
    yield _bad("octal-not", HONEST, member("package/x", b"1", size=b"9" * 11), words="not a number")
    yield _bad("octal-python", HONEST, member("package/x", b"1", size=b"0o1"), words="not a number")
    yield _bad("octal-signed", HONEST, member("package/x", b"1", size=b"-1"), words="not a number")
    yield _good("octal-spaces", HONEST, member("package/index.js", b"1", size=b"   1 "), files=BOTH)
    yield _good(
        "mode-nonsense", HONEST, member("package/index.js", b"1", mode=b"rw-r--"), files=BOTH
    )
    yield _good("mode-none", HONEST, member("package/index.js", b"1", mode=0), files=BOTH)
    yield _good(
        "mode-setuid",
        HONEST,
        member("package/index.js", b"1", mode=0o6755),
        files=BOTH,
        executable="index.js",
    )
    yield _good(
        "mode-executable-by-others",
        HONEST,
        member("package/index.js", b"1", mode=0o645),
        files=BOTH,
        executable="index.js",
    )
    yield _bad(
        "checksum-wrong", HONEST, member("package/x", b"1", checksum=b"000001\0 "), words="checksum"
    )
    yield _bad(
        "checksum-none", HONEST, member("package/x", b"1", checksum=bytes(8)), words="checksum"
    )


def _contents() -> Iterator[Case]:
    """What npm changes while it unpacks."""
    yield _good(
        "duplicate",
        HONEST,
        INDEX,
        member("package/index.js", b"the later one"),
        files={"package.json": MANIFEST, "index.js": b"the later one"},
    )
    gitignore, npmignore = member("package/.gitignore", b"g"), member("package/.npmignore", b"n")
    yield _good(
        "gitignore", HONEST, gitignore, files={"package.json": MANIFEST, ".npmignore": b"g"}
    )
    npm = {"package.json": MANIFEST, ".npmignore": b"n"}
    yield _good("npmignore-gitignore", HONEST, npmignore, gitignore, files=npm)
    yield _good("gitignore-npmignore", HONEST, gitignore, npmignore, files=npm)
    yield _good(
        "gitignore-twice",
        HONEST,
        gitignore,
        member("package/.gitignore", b"h"),
        files={"package.json": MANIFEST, ".npmignore": b"h"},
    )
    yield _good(
        "gitignore-below",
        HONEST,
        member("package/lib/.gitignore", b"g"),
        member("package/x.gitignore", b"x"),
        files={"package.json": MANIFEST, "lib/.npmignore": b"g", "x.gitignore": b"x"},
    )
    yield _bin("bin-text", "cli.js", "cli.js", "other.js", executable="cli.js")
    yield _bin("bin-object", {"a": "./bin/a.js", "b": "b.js"}, "bin/a.js", "b.js",
               executable="bin/a.js b.js")  # fmt: skip
    yield _bin("bin-outside", {"a": "../../etc/passwd", "b": "/b.js"}, "b.js", executable="b.js")
    yield _bin("bin-absent", {"a": "nothing.js"}, "b.js", executable="")
    bundled = b'{"name":"@s/b","bin":{"b":"x.js"}}'
    for name, bundles in (("bin-bundled", ["@s/b"]), ("bin-not-bundled", [])):
        manifest = json.dumps({"name": "a", "bundleDependencies": bundles}).encode()
        yield _good(
            name,
            member("package/package.json", manifest),
            member("package/node_modules/@s/b/package.json", bundled),
            member("package/node_modules/@s/b/x.js", SCRIPT),
            files={
                "package.json": manifest,
                "node_modules/@s/b/package.json": bundled,
                "node_modules/@s/b/x.js": SCRIPT,
            },
            executable="node_modules/@s/b/x.js" if bundles else "",
            as_npm=False,
        )
    yield _bin("bin-odd", [1, {"x": 2}], "b.js", executable="", as_npm=False)
    yield _bin("bin-folder", None, "cmd/a.js", "cmd/b.js", "c.js",
               executable="cmd/a.js cmd/b.js", directories={"bin": "cmd"})  # fmt: skip
    manifest = b'{"name":"a","version":"1.0.0","bin":"cli.js"}'
    crlf = b"#!/usr/bin/env node\r\nfirst()\r\nsecond()\r\n"
    yield _good(
        "hashbang-crlf",
        member("package/package.json", manifest),
        member("package/cli.js", crlf),
        member("package/other.js", crlf),
        files={
            "package.json": manifest,
            "cli.js": crlf.replace(b"\r\n", b"\n", 1),
            "other.js": crlf,
        },
        executable="cli.js",
    )
    for name, text in (
        ("manifest-no-json", b"{"),
        ("manifest-array", b"[]"),
        ("manifest-deep", b"[" * 50_000),
        ("manifest-latin-1", b'{"name":"caf\xe9"}'),
        ("manifest-number", b'{"bin":1e999,"name":NaN}'),
    ):
        yield _good(
            name, member("package/package.json", text), INDEX, as_npm=False,
            files={"package.json": text, "index.js": b"1"},
        )  # fmt: skip
    yield _good("manifest-none", INDEX, files={"index.js": b"1"}, as_npm=False)
    yield _good("manifest-empty", member("package/package.json"), INDEX, as_npm=False,
                files={"package.json": b"", "index.js": b"1"})  # fmt: skip


def _wrapping() -> Iterator[Case]:
    """The gzip around it, and where it ends."""
    inner = tar(HONEST, INDEX)
    whole = gzip(inner)
    yield Case("garbage-behind", whole + b"garbage", words="followed by other bytes")
    yield Case("zeros-behind", whole + bytes(100), BOTH, as_npm=True)
    yield Case("two-members", gzip(inner[:700]) + gzip(inner[700:]), BOTH, as_npm=True)
    half = len(inner) // 2
    same = gzip(inner[:half]) + gzip(inner[half:])
    yield Case("two-members-of-one-size", same, BOTH, as_npm=True)
    yield Case("empty-member-first", gzip(b"") + whole, BOTH, as_npm=True)
    yield Case("size-lies-small", gzip(inner, size=3), words="damaged")
    yield Case("size-lies-large", gzip(inner, size=3 << 30), words="damaged")
    yield Case("crc-lies", gzip(inner, crc=1), words="damaged")
    yield Case("truncated", whole[: len(whole) // 2], words="cut off")
    yield Case("truncated-in-the-end", whole[:-3], words="cut off")
    yield Case("header-only", whole[:10], words="cut off")
    yield Case("no-gzip", b"<html>not found</html>", words="not a gzip")
    yield Case("nothing", b"", words="not a gzip")
    yield Case("magic-only", b"\x1f\x8b", words="cut off")
    yield Case("gzip-of-nothing", gzip(b""), words="not a tar")
    yield Case("gzip-of-html", gzip(b"<html>not found</html>"), words="cut off")
    yield Case("gzip-of-zeros", gzip(bytes(20_000)), words="not a tar")
    yield Case("gzip-of-gzip", gzip(whole.ljust(1024, b"\1")), words="checksum")
    yield Case("tar-alone", inner, BOTH, as_npm=True)
    yield Case("no-end-mark", gzip(HONEST + INDEX), BOTH, as_npm=True)
    yield Case("half-an-end-mark", gzip(HONEST + INDEX + bytes(512)), BOTH, as_npm=True)
    yield Case("zero-block-between", gzip(HONEST + bytes(512) + INDEX + END), BOTH, as_npm=True)
    yield Case("more-behind-the-end", gzip(inner + member("package/x", b"1")), BOTH, as_npm=True)
    yield Case("cut-in-a-member", gzip(inner[: 512 * 3 + 100]), words="cut off")
    yield Case("cut-in-a-header", gzip(inner[: 512 * 2 + 100]), words="cut off")
    yield Case("no-padding", gzip(HONEST + INDEX[:513]), words="cut off")


def _bombs() -> Iterator[Case]:
    """Small for the wire, large for the machine; the really large ones are made by a test."""
    bomb = gzip_zeros(HONEST + header("package/zeros", size=1 << 20), (1 << 20) + len(END))
    yield Case("zeros-1-mib", bomb, {"package.json": MANIFEST, "zeros": bytes(1 << 20)})
    yield _bad(
        "claims-10-gib",
        HONEST,
        header("package/zeros", size=b"\x80" + (10 << 30).to_bytes(11, "big")),
        words="more than 1,073,741,824 bytes",
    )
    yield _bad(
        "claims-1-gib-has-none",
        HONEST,
        header("package/zeros", size=(1 << 30) - 50),
        words="cut off",
    )


CASES: tuple[Case, ...] = (
    *_names(), *_kinds(), *_long_names(), *_sizes(), *_contents(), *_wrapping(), *_bombs(),
    Case("honest", make_package({"index.js": "1"}),
         {"package.json": b'{"name": "a", "version": "1.0.0"}', "index.js": b"1"}, as_npm=True),
)  # fmt: skip
SMALL_BYTES = 16_384


def write_fixtures(folder: Path = FOLDER) -> int:
    """Write every case that is small into `folder`, and return how many."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.tgz"):
        old.unlink()
    small = [case for case in CASES if len(case.tarball) <= SMALL_BYTES]
    for case in small:
        (folder / f"{case.name}.tgz").write_bytes(case.tarball)
    return len(small)


if __name__ == "__main__":
    print(f"{write_fixtures()} of {len(CASES)} tarballs written to {FOLDER}")
