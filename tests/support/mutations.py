"""Systematic damage to a package, each kind with the codes that should catch it.

A mutation is a value: files and handler after the damage. What is damaged is chosen from what the
handler reaches, so that most mutations matter; whether one does is for a real Node to say.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zipper.archive.listing import read_listing
from zipper.checks.closure import close, relative
from zipper.checks.module_resolution import Failure
from zipper.checks.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from support.lambda_loader import PackageFiles
    from zipper.checks.file_facts import FactsCache
    from zipper.checks.walk import Walk
    from zipper.target import Target

__all__ = ["Mutation", "mutate", "pack", "unpack"]

MISSING = {
    "handler-missing",
    "module-case",
    "module-export-path",
    "module-missing",
    "module-optional-missing",
    "binary-library-missing",
    "script-needed",
    "handler-directory",
}
SYNTAX = {"handler-syntax", "module-syntax", "package-json-invalid"}
KIND = {"handler-esm", "module-syntax", "module-esm-required", "module-export-name"}


@dataclass(frozen=True)
class Mutation:
    """One damaged package."""

    name: str
    files: PackageFiles
    handler: str
    codes: frozenset[str]
    """Any of them is right, where Node does not load the package."""


def pack(files: PackageFiles) -> bytes:
    """Return a zip of `files`, stored, as the checks get it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            content, mode = files[name]
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.create_system = 3
            member.external_attr = (mode if mode > 0o7777 else 0o100000 | mode) << 16
            archive.writestr(member, content)
    return buffer.getvalue()


def unpack(archive: bytes) -> PackageFiles:
    """Return the files of a zip, with their modes."""
    listing = read_listing(archive)
    return {
        entry.name: (listing.read(entry, limit_bytes=1 << 30), (entry.mode & 0o777) or 0o644)
        for entry in listing.entries
        if not entry.is_dir
    }


def mutate(
    files: PackageFiles,
    handler: str,
    target: Target,
    *,
    most: int = 12,
    facts: FactsCache | None = None,
) -> Iterator[Mutation]:
    """Yield mutations of a package that loads; at most `most` of each kind."""
    listing = read_listing(pack(files))
    subject = Subject(listing=listing, target=target, handler=handler, cache=facts)
    start = close(subject)
    assert start is not None
    walk = start.walk
    reached = sorted(relative(path) for path in walk.modules if path.startswith("/var/task/"))
    own = relative(start.path)
    yield from _removals(files, handler, _spread(reached, most))
    yield from _other_cases(files, handler, walk, most)
    yield from _cut(files, handler, own, _spread(reached, most))
    yield from _unreadable(files, handler, _spread(reached, most // 2))
    yield from _manifests(files, handler, reached, most)
    yield from _packages(files, handler, reached, most)
    yield from _handlers(files, handler, own)
    yield from _requests(files, handler, own, walk)
    yield from _names(files, handler, walk, most)
    yield from _binaries(files, handler, most)


def _spread(items: list[str], most: int) -> list[str]:
    """Return at most `most` items, evenly chosen."""
    step = max(1, len(items) / max(most, 1))
    return [items[int(index * step)] for index in range(min(most, len(items)))]


def _without(files: PackageFiles, *names: str) -> PackageFiles:
    return {name: value for name, value in files.items() if name not in names}


def _with(files: PackageFiles, **changes: bytes) -> PackageFiles:
    return {
        **files,
        **{name: (content, files.get(name, (b"", 0o644))[1]) for name, content in changes.items()},
    }


def _make(name: str, files: PackageFiles, handler: str, codes: Iterable[str]) -> Mutation:
    return Mutation(name, files, handler, frozenset(codes))


def _removals(files: PackageFiles, handler: str, reached: list[str]) -> Iterator[Mutation]:
    for name in reached:
        yield _make(f"remove {name}", _without(files, name), handler, MISSING)


def _other_cases(files: PackageFiles, handler: str, walk: Walk, most: int) -> Iterator[Mutation]:
    asked = sorted(
        {
            relative(item.answer.path)
            for module in walk.modules.values()
            for item in module.asked
            if not isinstance(item.answer, Failure)
            and item.answer.kind == "file"
            and item.request.specifier.startswith(".")
            and item.level == 0
        }
    )
    for name in _spread([name for name in asked if name in files], most):
        folder, _, base = name.rpartition("/")
        changed = f"{folder}/{base.swapcase()}".lstrip("/")
        moved = {changed if n == name else n: value for n, value in files.items()}
        yield _make(f"rename {name} to {changed}", moved, handler, {"module-case", *MISSING})


def _cut(files: PackageFiles, handler: str, own: str, reached: list[str]) -> Iterator[Mutation]:
    for name in dict.fromkeys([own, *reached]):
        content = files[name][0]
        if name.endswith((".js", ".cjs", ".mjs", ".json")) and len(content) > 40:
            broken = content[: len(content) // 2] + b"\n(((\n"
            yield _make(f"cut {name}", _with(files, **{name: broken}), handler, SYNTAX)


def _unreadable(files: PackageFiles, handler: str, reached: list[str]) -> Iterator[Mutation]:
    for name in reached:
        changed = {**files, name: (files[name][0], 0o600)}
        yield _make(f"chmod 0600 {name}", changed, handler, {"mode-unreadable"})


def _manifests(
    files: PackageFiles, handler: str, reached: list[str], most: int
) -> Iterator[Mutation]:
    paths = [name for name in sorted(files) if name.endswith("package.json")]
    folders = {name.rpartition("/")[0] for name in reached}
    used = [
        p for p in paths if any(f"{f}/".startswith(f"{p.rpartition('/')[0]}/") for f in folders)
    ]
    for path in _spread(used, most):
        manifest = json.loads(files[path][0])
        for label, changed, codes in _manifest_changes(manifest):
            content = changed if isinstance(changed, bytes) else json.dumps(changed).encode()
            yield _make(f"{label} in {path}", _with(files, **{path: content}), handler, codes)


def _manifest_changes(manifest: dict) -> Iterator[tuple[str, dict | bytes, set[str]]]:
    yield "invalid JSON", b"{ <<<<<<< HEAD", {"package-json-invalid", *MISSING}
    if "type" in manifest:
        yield "drop type", {k: v for k, v in manifest.items() if k != "type"}, KIND | SYNTAX
    if manifest.get("type") != "module":
        yield "add type module", {**manifest, "type": "module"}, KIND | SYNTAX | MISSING
    if "exports" in manifest:
        yield "break exports", {**manifest, "exports": {"./nothing": "./nothing.js"}}, MISSING
        yield "null exports", {**manifest, "exports": {".": None}}, MISSING
        yield "wrong target", {**manifest, "exports": "./nowhere.js"}, MISSING
        yield "outside target", {**manifest, "exports": "../nowhere.js"}, MISSING
        yield "drop exports", {k: v for k, v in manifest.items() if k != "exports"}, MISSING | KIND
    if "main" in manifest:
        yield "main nowhere", {**manifest, "main": "./nowhere.js"}, MISSING | KIND
        yield "main a folder", {**manifest, "main": "./"}, MISSING | KIND
    if "imports" in manifest:
        yield "drop imports", {k: v for k, v in manifest.items() if k != "imports"}, MISSING


def _packages(
    files: PackageFiles, handler: str, reached: list[str], most: int
) -> Iterator[Mutation]:
    folders = sorted({_package(name) for name in reached if "node_modules/" in name})
    for folder in _spread(folders, most):
        kept = {n: v for n, v in files.items() if not n.startswith(f"{folder}/")}
        yield _make(f"remove package {folder}", kept, handler, {*MISSING, "module-sdk"})
        name = folder.rpartition("/")[2]
        other = folder[: -len(name)] + name.swapcase()
        moved = {
            n.replace(f"{folder}/", f"{other}/", 1) if n.startswith(f"{folder}/") else n: v
            for n, v in files.items()
        }
        yield _make(f"rename package {folder}", moved, handler, {"module-case", *MISSING})


def _package(name: str) -> str:
    before, _, after = name.rpartition("node_modules/")
    parts = after.split("/")
    return f"{before}node_modules/{'/'.join(parts[: 2 if after.startswith('@') else 1])}"


def _handlers(files: PackageFiles, handler: str, own: str) -> Iterator[Mutation]:
    stem, _, export = handler.rpartition(".")
    content, _ = files[own]
    extension = own[own.rfind(".") :]
    wrapped = {f"package/{name}": value for name, value in files.items()}
    yield _make("wrap in a folder", wrapped, handler, {"layout-wrapped", "handler-missing"})
    moved = {("other" + extension if n == own else n): v for n, v in files.items()}
    yield _make("rename the handler's file", moved, handler, {"handler-missing"})
    cased = {(own.swapcase() if n == own else n): v for n, v in files.items()}
    yield _make("rename the handler's case", cased, handler, {"handler-missing"})
    yield _make("another export", files, f"{stem}.nothing", {"handler-export"})
    yield _make("no export", files, stem, {"handler-malformed"})
    yield _make("leave the root", files, f"../{handler}", {"handler-malformed"})
    yield _make("another file", files, f"nothing.{export}", {"handler-missing"})
    yield _make(
        "stale prefix",
        files,
        f"dist/{handler}",
        {"handler-stale-prefix", "handler-missing", "handler-esm"},
    )
    yield _make("dot prefix", files, f"./{handler}", ())
    yield _make("the extension in the name", files, f"{own}.{export}", {"handler-export"})
    renamed = content.replace(export.encode(), b"somethingElse")
    yield _make("rename the export", _with(files, **{own: renamed}), handler, {"handler-export"})
    folder = {**files, f"{stem}/readme.txt": (b"", 0o644)}
    yield _make(
        "folder like the handler", folder, handler, {"handler-directory", "handler-missing"}
    )
    inside = {**files, f"{stem}/index.js": (b"exports.nothing = 1;", 0o644)}
    yield _make(
        "folder with index.js like the handler",
        inside,
        handler,
        {"handler-directory", "handler-export"},
    )
    bare = {**files, stem: (b"exports.nothing = 1;", 0o644)}
    yield _make("extensionless file", bare, handler, {"handler-export", "handler-shadowed", *KIND})
    for other in (".mjs", ".cjs", ".ts", ".json"):
        if other != extension:
            changed = {(f"{stem}{other}" if n == own else n): v for n, v in files.items()}
            yield _make(
                f"handler as {other}",
                changed,
                handler,
                {"handler-missing", *KIND, *SYNTAX, *MISSING},
            )
    callback = b"\nexports.callback = function (event, context, callback) { callback(null, 1); };\n"
    as_module = b"\nexport function callback(event, context, callback) { callback(null, 1); }\n"
    for label, text in (("callback", callback), ("callback of a module", as_module)):
        added = _with(files, **{own: content + text})
        yield _make(
            label, added, f"{stem}.callback", {"handler-callback", "handler-export", *KIND, *SYNTAX}
        )
    for label, text in (
        (
            "a callback with a default",
            b"\nexports.callback = (event, context, callback = 1) => 1;\n",
        ),
        (
            "an async callback",
            b"\nasync function three(a, b, c) {}\nmodule.exports.callback = three;\n",
        ),
    ):
        added = _with(files, **{own: content + text})
        yield _make(
            label, added, f"{stem}.callback", {"handler-callback", "handler-export", *KIND, *SYNTAX}
        )


def _requests(files: PackageFiles, handler: str, own: str, walk: Walk) -> Iterator[Mutation]:
    content = files[own][0]
    is_module = walk.modules[f"/var/task/{own}"].kind == "module"
    extra: PackageFiles = {
        "node_modules/esm-only/package.json": (
            b'{"name":"esm-only","type":"module","exports":"./i.js"}',
            0o644,
        ),
        "node_modules/esm-only/i.js": (b"export const a = 1; export default 2;", 0o644),
        "node_modules/esm-waits/package.json": (
            b'{"name":"esm-waits","type":"module","exports":{"import":"./i.js"}}',
            0o644,
        ),
        "node_modules/esm-waits/i.js": (b"await 0; export const a = 1;", 0o644),
        "node_modules/waits/i.mjs": (b"await 0; export const a = 1;", 0o644),
        "node_modules/sync/package.json": (
            b'{"name":"sync","exports":{"module-sync":"./s.mjs","default":"./d.js"}}',
            0o644,
        ),
        "node_modules/sync/d.js": (b"module.exports = {};", 0o644),
        "node_modules/cjs/index.js": (b"exports.named = 1; exports.other = 2;", 0o644),
        "node_modules/hidden/index.js": (
            b"module.exports = make(); function make() { return { named: 1 }; }",
            0o644,
        ),
        "data.json": (b'{"a": 1}', 0o644),
        "broken.json": (b'{"a": ', 0o644),
        "folder/index.js": (b"exports.named = 1;", 0o644),
        "local.mjs": (b"export const named = 1;", 0o644),
        "untyped.js": (b"export const named = 1;", 0o644),
        "node_modules/.keep/index.js": (b"", 0o644),
    }
    for text in _IMPORTS if is_module else _REQUIRES:
        changed = {**files, **extra, own: (text.encode() + b"\n" + content, 0o644)}
        yield _make(f"add {text}", changed, handler, _CODES_OF_REQUESTS)


_CODES_OF_REQUESTS = {*MISSING, *KIND, *SYNTAX, "module-sdk", "module-optional-missing"}
_REQUIRES = (
    'require("esm-only");',
    'require("esm-waits");',
    'require("waits/i.mjs");',
    'require("sync");',
    'require("cjs");',
    'require("./local.mjs");',
    'require("./untyped.js");',
    'require("./folder");',
    'require("./folder/");',
    'require("./data");',
    'require("./broken.json");',
    'require("nothing");',
    'require("./nothing");',
    'require("node:fs");',
    'require("node:nothing");',
    'require("fs/promises");',
    'require("node:test");',
    'require("test");',
    'require("node:sqlite");',
    'require("sqlite");',
    'require("inspector/promises");',
    'require("aws-sdk");',
    'require("@smithy/types");',
    'require("#nothing");',
    'require("..");',
    'require(".hidden");',
    'try { require("nothing"); } catch {}',
    'try { require("nothing"); } catch (error) { throw error; }',
    'try { require("nothing"); } finally { }',
    "(function () { require('nothing'); })();",
    "(() => { require(`nothing`); })();",
    "function later() { require('nothing'); }",
    "function now() { require('nothing'); } now();",
    "const lazy = () => require('nothing');",
    "if (process.env.NOTHING_SET) require('nothing');",
    "process.env.NOTHING_SET && require('nothing');",
    'typeof window === "undefined" || require("nothing");',
    "(function (require) { require('nothing'); })(() => 1);",
    "class A { static a = require('nothing'); }",
    "class A { a = require('nothing'); }",
    "class A { static { require('nothing'); } }",
    "const { createRequire } = require('module'); createRequire(__filename)('nothing');",
    "const load = require('module').createRequire(__filename); load('nothing');",
    "// require('nothing')",
    "const text = \"require('nothing')\";",
    "import('nothing').catch(() => {});",
    "let x = 1; let x = 2;",
    "await 0;",
    "const { createZstdDecompress: zz } = require('node:zlib'); zz.bind(null);",
    "const zz = require('zlib'); const made = { zstd: zz.createZstdDecompress.bind(null) };",
    "const zz = require('zlib'); if (zz.createZstdDecompress) zz.createZstdDecompress.bind();",
    "const zz = require('zlib'); zz.createZstdDecompress ??= () => 1; zz.createZstdDecompress();",
    "const { isRegExp } = require('util'); isRegExp(1);",
    "const { isRegExp: zz = () => 1 } = require('util'); zz(1);",
    "const { isRegExp } = require('util'); exports.later = () => isRegExp(1);",
    "const zz = require('http'); class Socket extends zz.WebSocket {}",
)
_IMPORTS = (
    'import { createZstdDecompress } from "node:zlib";',
    'import { isRegExp } from "util";',
    'import { R_OK } from "node:fs";',
    'import { reedFile } from "node:fs";',
    'import zlib from "node:zlib"; zlib.nothing?.();',
    'export { styleText, parseArgs as zz } from "node:util";',
    'import { constants as zz } from "node:module";',
    'import { strict as zz, partialDeepStrictEqual } from "assert/strict";',
    'import "esm-only";',
    'import "esm-waits";',
    'import { a } from "esm-only";',
    'import { b } from "esm-only";',
    'import d from "esm-only";',
    'import d from "esm-waits";',
    'import * as all from "esm-waits";',
    'import { named } from "cjs";',
    'import { missing } from "cjs";',
    'import d, { named as n } from "cjs";',
    'import { named } from "hidden";',
    'import { default as d } from "hidden";',
    'import { named } from "./local.mjs";',
    'import { missing } from "./local.mjs";',
    'export { missing } from "./local.mjs";',
    'export * from "./local.mjs";',
    'export * from "./nothing.mjs";',
    'import "./local";',
    'import "./folder";',
    'import "./folder/index.js";',
    'import "waits/i";',
    'import "waits/i.mjs";',
    'import "sync";',
    'import "nothing";',
    'import "node:nothing";',
    'import fs from "fs";',
    'import { readFile as again } from "node:fs/promises";',
    'import "node:sqlite";',
    'await import("nothing");',
    'await import("nothing").catch(() => {});',
    'import("nothing").catch(() => {});',
    'try { await import("nothing"); } catch {}',
    'const later = () => import("nothing");',
    (
        'import { createRequire } from "node:module"; const require = '
        'createRequire(import.meta.url); require("nothing");'
    ),
    (
        'import { createRequire } from "node:module"; const ask = createRequire(import.meta.url); '
        'ask("nothing");'
    ),
    (
        'import { createRequire } from "node:module"; const ask = createRequire(import.meta.url); '
        'ask("esm-waits");'
    ),
    (
        'import { createRequire } from "node:module"; const ask = createRequire(import.meta.url); '
        'ask("cjs");'
    ),
    'require("cjs");',
    'typeof require === "function" && require("cjs");',
    "module.exports = 1;",
    "import(`./local.mjs`);",
    'import "./untyped.js";',
    'import "aws-sdk";',
    'import "#nothing";',
    "// import 'nothing'",
)


def _names(files: PackageFiles, handler: str, walk: Walk, most: int) -> Iterator[Mutation]:
    """Rename what one module imports from another by name."""
    done = 0
    for path in sorted(walk.modules):
        module = walk.modules[path]
        for asked in module.asked:
            if asked.request.kind != "import" or not asked.request.names or done >= most:
                continue
            name = asked.request.names[0]
            own = relative(path)
            if name == "default" or own not in files or isinstance(asked.answer, Failure):
                continue
            if asked.answer.kind != "file":
                continue
            done += 1
            text = files[own][0]
            changed = (
                text + f'\nimport {{ zz_{name} }} from "{asked.request.specifier}";\n'.encode()
            )
            yield _make(
                f"import zz_{name} in {own}",
                _with(files, **{own: changed}),
                handler,
                {"module-export-name"},
            )


def _binaries(files: PackageFiles, handler: str, most: int) -> Iterator[Mutation]:
    binaries = [
        n
        for n in sorted(files)
        if files[n][0][:4] == b"\x7fELF" and (n.endswith(".node") or ".so" in n)
    ]
    for name in _spread(binaries, max(2, most // 4)):
        content = files[name][0]
        other = b"\xb7\x00" if content[18:20] == b"\x3e\x00" else b"\x3e\x00"
        for label, changed, code in (
            ("another architecture", content[:18] + other + content[20:], "binary-arch"),
            ("32 bits", content[:4] + b"\x01" + content[5:], "binary-arch"),
            ("Mach-O", b"\xcf\xfa\xed\xfe" + content[4:], "binary-format"),
            ("PE", b"MZ\x90\x00" + content[4:], "binary-format"),
            ("truncated", content[: len(content) // 2], "binary-truncated"),
            ("header only", content[:40], "binary-truncated"),
            ("empty", b"", "binary-truncated"),
            ("git-lfs", b"version https://git-lfs.github.com/spec/v1\n", "binary-truncated"),
            ("musl", content.replace(b"\0libc.so.6\0", b"\0libc.musl\0"), "binary-musl"),
            (
                "a library that is nowhere",
                content.replace(b"\0libm.so.6\0", b"\0libq.so.6\0"),
                "binary-library-missing",
            ),
            ("a newer C library", _newer(content), "binary-glibc"),
        ):
            if changed != content:
                yield _make(f"{label}: {name}", _with(files, **{name: changed}), handler, {code})
        yield _make(f"remove {name}", _without(files, name), handler, MISSING)


def _newer(content: bytes) -> bytes:
    """Return an ELF file whose newest plain GLIBC_2.x need is made 2.9x, which nobody has."""
    for old in (
        b"GLIBC_2.17\0",
        b"GLIBC_2.14\0",
        b"GLIBC_2.28\0",
        b"GLIBC_2.27\0",
        b"GLIBC_2.25\0",
    ):
        if old in content:
            return content.replace(old, b"GLIBC_2.9" + old[-2:-1] + b"\0")
    return content
