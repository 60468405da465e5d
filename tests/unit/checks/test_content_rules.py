"""Secrets, junk, engines, scripts and lockfiles are found, and secrets are never told whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.mutations import pack

from zipper.archive.listing import Listing, read_listing
from zipper.checks.run_rules import check_zip
from zipper.checks.secret_rules import find_secret_contents
from zipper.target import Target

if TYPE_CHECKING:
    from zipper.findings import Finding

HANDLER = "exports.handler = async () => 1;"
KEY_ID = "AKIA" + "Q3ZJ7K2M5N4P6R7T"
NPM = "npm_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def _find(
    files: dict[str, str], *, runtime: str = "nodejs24.x", **options: object
) -> dict[str, Finding]:
    package = {"index.js": HANDLER, **files}
    report = check_zip(
        pack({name: (text.encode(), 0o644) for name, text in package.items()}),
        path="out.zip",
        target=Target(runtime),
        handler="index.handler",
        **options,  # type: ignore[arg-type]
    )
    return {f.code: f for f in report.findings}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (".env", "A=1", True),
        ("config/.env.production", "A=1", True),
        (".env.example", "A=", False),
        ("environment.js", "", False),
        (".npmrc", "//registry.example/:_authToken=abcdefgh12345", True),
        (".npmrc", "save-exact=true", False),
        ("id_rsa", "", True),
        ("certs/server.p12", "", True),
        (".git/HEAD", "ref: refs/heads/main", True),
        ("lib/credentials", "[default]\naws_access_key_id = x", True),
    ],
)
def test_secret_files(name: str, text: str, expected: bool) -> None:
    """Files that hold secrets by their name are warnings; harmless ones of that name are not."""
    assert expected == ("secret-file" in _find({name: text}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"const id = '{KEY_ID}'", True),
        (f"const token = '{NPM}'", True),
        ("aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz"[:40], True),
        ("-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEA" * 5, True),
        ("const id = 'AKIAIOSFODNN7EXAMPLE'", False),
        ("-----BEGIN PRIVATE KEY----- is what it begins with", False),
        ("//registry.example/:_authToken=${NPM_TOKEN}", False),
        ("const high = ghost", False),
        ("const id = 'AKIAIOSFODNN7EXAMPLE' || '" + KEY_ID + "'", True),
        ("//registry.example/:_password=EXAMPLE:_password=abcdefgh12345", False),
        ("const token = 'ghp_" + "aB3" * 12 + "'", True),
        ("AwsSeCrEtAcCeSsKeY='" + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz" + "'", True),
    ],
)
def test_secret_contents(text: str, expected: bool) -> None:
    """Keys and tokens in the project's own files are warnings; examples and variables are not."""
    assert expected == ("secret-content" in _find({"lib/config.js": f"// {text}"}))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        *((f"{s}{'Q' * 16}", f"an AWS access key id (`{s}…`)") for s in ("AKIA", "ASIA")),
        (f"aws_secret_access_key={'aB3/' * 10}", "an AWS secret access key"),
        (f"awsSecretAccessKey: '{'aB3/' * 10}'", "an AWS secret access key"),
        *(
            (f"-----BEGIN {kind}PRIVATE KEY-----\n{'MIIE' * 20}", "a private key")
            for kind in ("", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ")
        ),
        (f"npm_{'a' * 36}", "an npm token (`npm_…`)"),
        *(
            (f"//registry.example/:_{key}={'a' * 8}", f"a registry's token (`:_{key[:2]}…`)")
            for key in ("authToken", "auth", "password")
        ),
        *(
            (f"{start}{'a' * 36}", f"a GitHub token (`{start[:4]}…`)")
            for start in ("ghp_", "gho_", "ghs_", "ghr_", "github_pat_")
        ),
    ],
)
def test_each_secret_is_called_what_it_is(text: str, what: str) -> None:
    """By the line where it is, and only where nothing of its own letters is around it."""
    content = f"\n\n{text}\n".encode()
    cut = text.rstrip("'").encode()[: 40 if what == "a private key" else -1]

    ((line, told),) = find_secret_contents(content)

    assert (3, what) == (line, told)
    assert text[8:] not in told
    assert [] == list(find_secret_contents(cut))


@pytest.mark.parametrize(
    "name",
    [
        *(".env", ".npmrc", ".yarnrc.yml", ".netrc", ".pypirc", ".git-credentials"),
        *(".htpasswd", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "a.pfx", "a.p12", "a.jks"),
        *("a.keystore", "a.kdbx", "a.ppk", "credentials", ".aws/config", ".docker/config.json"),
        *("service-account.json", "service_account-prod.json"),
    ],
)
def test_each_name_of_a_file_with_secrets(name: str) -> None:
    """In any folder of the project; not where it is a part of another name."""
    for place in (name, f"a/{name}"):
        assert place == _find({place: "password = a"})["secret-file"].path
    assert "secret-file" not in _find({f"{name.replace('/', '-')}y": ""})


def test_secrets_are_never_told_whole() -> None:
    """A finding shows four characters of a secret at most, with file and line."""
    finding = _find({"a.js": f"\n\n// {KEY_ID}\n// {NPM}"})["secret-content"]
    assert "`a.js` line" in finding.message
    assert NPM not in finding.message
    assert NPM[:5] not in finding.message


def test_a_damaged_file_hides_no_secret() -> None:
    """The rules about contents tell it, and the other files are searched."""
    files = {"a.txt": "text", "b.txt": f"// {KEY_ID}", "c.txt": "text", "index.js": HANDLER}
    archive = pack({name: (text.encode(), 0o644) for name, text in files.items()})
    listing = read_listing(archive)
    entries = tuple(e._replace(size=99) if len(e.name) < 6 and e.name[0] in "ac" else e
                    for e in listing.entries)  # fmt: skip
    forged = Listing(entries, archive, b"", (), {entry.name: entry for entry in entries})
    report = check_zip(archive, path="f", target=Target(), handler="index.handler", listing=forged)

    assert ["b.txt"] == [f.path for f in report.findings if f.code == "secret-content"]
    assert ["a.txt", "c.txt"] == [f.path for f in report.findings if f.code == "zip-crc"]


def test_contents_of_packages_are_not_searched() -> None:
    """The tests of packages are full of examples of keys."""
    assert "secret-content" not in _find({"node_modules/a/test.js": f"// {KEY_ID}"})


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("node_modules/a/index.js.map", "source maps"),
        ("node_modules/a/index.d.ts", "type declarations"),
        ("node_modules/a/test/a.js", "tests"),
        ("a.spec.js", "tests"),
        ("README.md", "documents"),
        ("node_modules/a/src/a.cc", "native sources"),
        ("__MACOSX/._index.js", "editors"),
        *((f"a/{folder}/b.js", "tests") for folder in ("__tests__", "test", "tests", "spec")),
        *((f"a/{folder}/b.js", "documents") for folder in ("doc", "docs")),
        *((f"a/{folder}/b.js", "editors") for folder in (".vscode", ".idea", ".nyc_output")),
        ("a/.DS_Store", "editors"),
        *((f"a/b.{end}", "documents") for end in ("md", "markdown")),
        *(
            (f"a/b.{end}", "native sources")
            for end in (
                "c",
                "cc",
                "cpp",
                "cxx",
                "h",
                "hpp",
                "gyp",
                "gypi",
                "o",
                "a",
                "obj",
                "lib",
            )
        ),
        *((f"a.d.{end}", "type declarations") for end in ("ts", "mts", "cts")),
        *((f"a.{word}.js", "tests") for word in ("test", "spec")),
    ],
)
def test_junk(name: str, label: str) -> None:
    """What nothing needs at run time is an info with its bytes."""
    finding = _find({name: "12345"})["junk-file"]
    assert "info" == finding.severity
    assert finding.message.startswith(label)
    assert "5 bytes" in finding.message


@pytest.mark.parametrize(
    ("wanted", "runtime", "expected"),
    [
        (">=22", "nodejs20.x", True),
        (">=22", "nodejs24.x", False),
        ("^18 || ^20", "nodejs24.x", True),
        ("*", "nodejs20.x", False),
        ("nonsense", "nodejs20.x", True),
    ],
)
def test_engines(wanted: str, runtime: str, expected: bool) -> None:
    """Packages whose engines exclude the runtime are warnings that name both versions."""
    manifest = json.dumps({"name": "a", "version": "1.0.0", "engines": {"node": wanted}})
    found = _find({"node_modules/a/package.json": manifest}, runtime=runtime)
    assert expected == ("engine-mismatch" in found)


@pytest.mark.parametrize(("runtime", "expected"), [("nodejs24.x", False), ("nodejs26.x", True)])
def test_a_preview_is_named(runtime: str, expected: bool) -> None:
    """A runtime that AWS offers as a preview is an info."""
    assert expected == ("runtime-preview" in _find({}, runtime=runtime))


@pytest.mark.parametrize(
    ("runtime", "today", "expected"),
    [
        ("nodejs24.x", "2026-12-01", False),
        ("nodejs18.x", "2026-12-01", True),
        ("nodejs24.x", "2028-05-01", True),
    ],
)
def test_deprecated_runtimes(runtime: str, today: str, expected: bool) -> None:
    """A runtime is told from the day of its deprecation on, with the days that follow."""
    found = _find({}, runtime=runtime, today=today)
    assert expected == ("runtime-deprecated" in found)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"version": "1.0.0"}, "integrity-missing"),
        ({"version": "1.0.0", "integrity": "sha1-abc="}, "integrity-weak"),
        ({"version": "1.0.0", "integrity": "sha512-abc=="}, None),
        ({"version": "1.0.0", "inBundle": True}, None),
        ({"resolved": "file:a.tgz"}, None),
        ({"link": True, "resolved": "lib/a"}, None),
        ({"version": "1.0.0", "bundled": True}, None),
        ({"version": "1.0.0", "integrity": ""}, "integrity-missing"),
        ({"version": "1.0.0", "integrity": 1}, "integrity-missing"),
        ({"version": "1.0.0", "integrity": "md5-abc="}, "integrity-weak"),
        ({"version": "1.0.0", "integrity": "sha256-abc="}, None),
        ({"version": "1.0.0", "integrity": "sha384-abc="}, None),
        ({"version": "1.0.0", "integrity": "sha1-abc= sha512-abc=="}, None),
        ({"resolved": "https://registry.example/a.tgz"}, "integrity-missing"),
    ],
)
def test_integrity_of_lockfiles(entry: dict[str, object], code: str | None) -> None:
    """A lockfile in the zip must give each package a strong integrity."""
    lockfile = json.dumps({"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": entry}})
    found = set(_find({"package-lock.json": lockfile})) & {"integrity-missing", "integrity-weak"}
    assert ({code} if code else set()) == found


@pytest.mark.parametrize(
    ("names", "path"),
    [
        (["package-lock.json"], "package-lock.json"),
        (["package-lock.json", "npm-shrinkwrap.json"], "npm-shrinkwrap.json"),
        (["node_modules/.package-lock.json"], "node_modules/.package-lock.json"),
        (["node_modules/.package-lock.json", "package-lock.json"], "package-lock.json"),
        (["lib/package-lock.json"], None),
    ],
)
def test_which_lockfile_counts(names: list[str], path: str | None) -> None:
    """The one that npm reads; the first package without integrity is named, others are counted."""
    entries = {f"node_modules/{name}": {"version": "1.0.0"} for name in "abc"}
    lockfile = json.dumps({"lockfileVersion": 3, "packages": {**entries, "lib/own": {}}})

    found = _find(dict.fromkeys(names, lockfile)).get("integrity-missing")

    assert path == (found.path if found else None)
    assert found is None or "for `node_modules/a` and 2 more:" in found.message


def test_integrity_of_old_lockfiles() -> None:
    """Version 1 nests its dependencies."""
    nested = {"a": {"integrity": "sha512-a==", "dependencies": {"b": {"version": "1.0.0"}}}}
    found = _find({"package-lock.json": json.dumps({"lockfileVersion": 1, "dependencies": nested})})
    assert "`node_modules/a/node_modules/b`" in found["integrity-missing"].message


def test_scripts_that_had_to_run() -> None:
    """A reached package that compiles its addon, and has none, needs its script."""
    files = {
        "index.js": f"const a = require('native'); {HANDLER}",
        "node_modules/native/package.json": '{"name": "native", "scripts": {"install": '
        '"node-gyp rebuild"}, "dependencies": {"bindings": "1"}}',
        "node_modules/native/binding.gyp": "{}",
        "node_modules/native/index.js": "module.exports = () => require('bindings')('native')",
        "node_modules/bindings/index.js": "module.exports = (name) => require(name)",
    }
    finding = _find(files)["script-needed"]
    assert ("warning", "node_modules/native") == (finding.severity, finding.path)
    at_once = {**files, "node_modules/native/index.js": "module.exports = require('bindings')('n')"}
    assert "error" == _find(at_once)["script-needed"].severity
    assert 'allow_scripts = ["native"]' in finding.hint


NATIVE = "node_modules/native"


@pytest.mark.parametrize(
    ("manifest", "code", "expected"),
    [
        *(
            ({"scripts": {event: "node-gyp rebuild"}, "dependencies": {"nan": "2"}}, "", is_run)
            for event, is_run in (
                ("preinstall", True), ("install", True), ("postinstall", True),
                ("prepare", False), ("build", False), ("uninstall", False),
            )
        ),
        *(
            ({"scripts": {"install": tool}, "dependencies": {"bindings": "1"}}, "", makes_one)
            for tool, makes_one in (
                ("node-gyp rebuild", True), ("prebuild-install", True), ("cmake-js", True),
                ("napi-maker", True), ("node patch.js", False), ("", False),
            )
        ),
        *(
            ({"scripts": {"install": "node-gyp rebuild"}, "dependencies": {name: "1"}}, "", loads)
            for name, loads in (
                ("bindings", True), ("node-gyp-build", True), ("node-pre-gyp", True),
                ("@mapbox/node-pre-gyp", True), ("prebuild-install", True),
                ("node-addon-api", True), ("nan", True), ("cmake-js", True),
                ("napi-build-utils", True), ("lodash", False), ("nano", False),
            )
        ),
        ({"scripts": {"install": "node-gyp rebuild"}}, "", False),
        *(
            ({"scripts": {"install": "node-gyp rebuild"}}, f"try {{ {code} }} catch {{}}", True)
            for code in ("require('./a.node')", "require('./build/Release/a')")
        ),
        ({"scripts": {"install": "node-gyp rebuild"}}, "try { require('./x') } catch {}", False),
        ({"scripts": [], "dependencies": {"nan": "2"}}, "", False),
        ({"scripts": {"install": "node-gyp rebuild"}, "dependencies": ["nan"]}, "", False),
    ],
)  # fmt: skip
def test_which_scripts_make_a_binary(manifest: dict, code: str, expected: bool) -> None:
    """Those that npm runs at an install, of a package that loads one."""
    files = {
        "index.js": f"require('native'); {HANDLER}",
        f"{NATIVE}/package.json": json.dumps({"name": "native", **manifest}),
        f"{NATIVE}/index.js": code,
    }

    assert expected == ("script-needed" in _find(files))
    assert "script-needed" not in _find({**files, "index.js": HANDLER})


def test_scripts_where_no_handler_is_found() -> None:
    """What would be reached is not known, and the package may need its binary."""
    files = {
        "main.js": HANDLER,
        f"{NATIVE}/package.json": '{"name": "n", "scripts": {"install": "node-gyp rebuild"}, '
        '"dependencies": {"nan": "2"}}',
    }
    archive = pack({name: (text.encode(), 0o644) for name, text in files.items()})
    report = check_zip(archive, path="f", target=Target(), handler="index.handler")

    assert [("warning", NATIVE)] == [
        (f.severity, f.path) for f in report.findings if f.code == "script-needed"
    ]


def test_npm_compiles_what_has_a_binding_gyp() -> None:
    """Without any script: npm runs `node-gyp rebuild` then."""
    files = {
        "index.js": f"require('native'); {HANDLER}",
        f"{NATIVE}/package.json": '{"name": "native", "dependencies": {"nan": "2"}}',
        f"{NATIVE}/index.js": "",
    }

    assert "script-needed" not in _find(files)
    assert "script-needed" in _find({**files, f"{NATIVE}/binding.gyp": "{}"})
    assert "script-needed" not in _find({**files, f"{NATIVE}/lib/binding.gyp": "{}"})


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        ("const p = f.find(x); const b = require(p);", "error"),
        ("exports.f = () => { const p = f.find(x); return require(p) };", "warning"),
        ("const p = process.env.P; const b = require(p);", "warning"),
    ],
)
def test_a_binary_that_node_pre_gyp_finds(code: str, severity: str) -> None:
    """In the manner of bcrypt 5: the path is computed, and what it names is required at once."""
    files = {
        "index.js": f"require('native'); {HANDLER}",
        "node_modules/native/package.json": '{"name": "native", "scripts": {"install": '
        '"node-pre-gyp install"}, "dependencies": {"@mapbox/node-pre-gyp": "1"}}',
        "node_modules/native/index.js": f"const f = require('@mapbox/node-pre-gyp'); {code}",
        "node_modules/@mapbox/node-pre-gyp/index.js": "exports.find = (path) => path",
    }
    assert severity == _find(files)["script-needed"].severity


def test_binaries_in_packages_of_their_own_need_no_script() -> None:
    """What a package lists as optional for the target brings the binary."""
    files = {
        "index.js": f"require('native'); {HANDLER}",
        "node_modules/native/package.json": '{"name": "native", "scripts": {"install": '
        '"node-gyp-build"}, "dependencies": {"node-gyp-build": "4"}, '
        '"optionalDependencies": {"@native/linux-x64": "1"}}',
        "node_modules/native/index.js": "require('node-gyp-build')",
        "node_modules/node-gyp-build/index.js": "",
    }
    assert "script-needed" in _find(files)
    assert "script-needed" in _find({**files, "node_modules/@native/linux-x64/package.json": "{}"})
    assert "script-needed" not in _find({**files, "node_modules/@native/linux-x64/node.node": ""})


def test_prisma_with_a_client_in_another_place() -> None:
    """A client among the project's own files requests only Prisma's runtime."""
    files = {
        "index.js": f"require('./client'); {HANDLER}",
        "client/index.js": "module.exports = require('@prisma/client/runtime')",
        "node_modules/@prisma/client/package.json": '{"name": "@prisma/client"}',
        "node_modules/@prisma/client/runtime.js": "",
    }

    assert "script-needed" not in _find(files)


def test_prisma_without_its_generated_client() -> None:
    """Prisma's client loads what `prisma generate` makes."""
    files = {
        "index.js": f"require('@prisma/client'); {HANDLER}",
        "node_modules/@prisma/client/package.json": '{"name": "@prisma/client"}',
        "node_modules/@prisma/client/index.js": "module.exports = require('.prisma/client')",
    }
    assert {"script-needed", "module-missing"} <= set(_find(files))


@pytest.mark.parametrize(("limit", "expected"), [(10, True), (10_000, False)])
def test_budgets(limit: int, expected: bool) -> None:
    """The project's own limits are errors."""
    assert expected == ("size-budget" in _find({}, max_size_bytes=limit))
    assert expected == ("size-budget" in _find({}, max_unzipped_size_bytes=limit))
