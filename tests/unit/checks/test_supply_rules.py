"""Whole findings about install scripts, Prisma's client and the lockfile's integrity."""

from __future__ import annotations

import json

import pytest
from support.checking import check_files
from support.elf_files import make_elf

H = "exports.handler = async () => 1;"
NATIVE = "node_modules/native"
SCRIPT = {"scripts": {"install": "node-gyp rebuild"}, "dependencies": {"bindings": "1"}}


def told(files: dict[str, object], *codes: str, **options: object) -> list[tuple[str, str, str]]:
    """Return severity, path and text of the findings with these codes."""
    found = check_files({"index.js": f"require('native'); {H}", **files}, **options).findings
    return [
        (one.severity, one.path, f"{one.message} / {one.hint}")
        for one in found
        if one.code in codes
    ]


def native(code: str, **fields: object) -> dict[str, str]:
    """Return the files of a package that compiles an addon at its install."""
    manifest = {"name": "native", **SCRIPT, **fields}
    return {
        f"{NATIVE}/package.json": json.dumps(manifest),
        f"{NATIVE}/index.js": code,
        "node_modules/bindings/index.js": "module.exports = () => 1",
        "node_modules/node-gyp-build/index.js": "module.exports = () => 1",
        "node_modules/@mapbox/node-pre-gyp/index.js": "exports.find = () => 1",
        "node_modules/node-pre-gyp/index.js": "exports.find = () => 1",
    }


@pytest.mark.parametrize("name", ["native", "@s/other"])
def test_what_is_said_of_a_script(name: str) -> None:
    """The processor, and the package by its own name."""
    text = (
        f"`{NATIVE}` has no binary for linux-x64: its install script, which did not run, compiles "
        f'or downloads one / let it run, with `allow_scripts = ["{name}"]`, or use a version with '
        "prebuilt binaries"
    )

    assert [("warning", NATIVE, text)] == told(native("", name=name), "script-needed")


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        ("require('bindings')('a')", "error"),
        ('require( "node-gyp-build" ) (__dirname)', "error"),
        ("const b = require('bindings');\nb('a')", "warning"),
        ("1;\n\nmodule.exports = require('bindings')('a')", "error"),
        ("exports.f = () => require('bindings')('a')", "warning"),
        ("if (x) require('bindings')('a')", "warning"),
        ("const bind = require('bindings')", "warning"),
        (
            "const f = require('node-pre-gyp'), p = f.find(x);\nlet q = f.find(y); require(q)",
            "error",
        ),
        ("const f = require('@mapbox/node-pre-gyp'); var p = f.find(x);\nrequire(p)", "error"),
        ("const f = require('@mapbox/node-pre-gyp'); var p = f.find(x);\nrequire(r)", "warning"),
        ("const f = require('./find'); var p = f.find(x);\nrequire(p)", "warning"),
        ("const f = require('node-pre-gyp'); var p = f.find(x);\nif (x) require(p)", "warning"),
        ("() => require('node-pre-gyp'); var p = f.find(x);\nrequire(p)", "warning"),
    ],
)
def test_what_looks_for_its_binary_at_once(code: str, severity: str) -> None:
    """A call of what searches, or a request for what it has found, while the package is loaded."""
    files = {**native(code), f"{NATIVE}/find.js": "exports.find = () => 1"}

    assert [severity] == [one[0] for one in told(files, "script-needed")]
    later = {**files, "index.js": f"() => require('native'); {H}"}
    assert ["warning"] == [one[0] for one in told(later, "script-needed")]


@pytest.mark.parametrize(
    ("more", "is_needed"),
    [
        ({}, True),
        ({f"{NATIVE}/build/Release/a.node": make_elf()}, False),
        ({f"{NATIVE}/prebuilds/linux-x64/a.node": make_elf()}, False),
        ({f"{NATIVE}/prebuilds/darwin-x64/a.node": make_elf()}, True),
        ({"node_modules/other/a.node": make_elf()}, True),
        ({"node_modules/part/a.node": make_elf()}, False),
        ({f"{NATIVE}/node_modules/part/a.node": make_elf()}, False),
        ({"index.js": f"try {{ require('native') }} catch {{}} {H}"}, True),
        ({"index.js": H}, False),
    ],
)
def test_who_needs_no_script(more: dict[str, object], is_needed: bool) -> None:
    """A package with a binary for the target, its own or a platform package's, or unreached."""
    files = {**native("", optionalDependencies={"part": "1", "gone": "1"}), **more}

    assert is_needed == bool(told(files, "script-needed"))


PRISMA = "node_modules/@prisma/client"


@pytest.mark.parametrize(
    ("code", "more", "is_told"),
    [
        ("require('.prisma/client/default')", {}, True),
        ("require('.prisma/client')", {"node_modules/.prisma/client/index.js": ""}, False),
        ("() => require('.prisma/client/edge')", {}, True),
        ("require('./runtime')", {f"{PRISMA}/runtime.js": ""}, False),
        ("require('prisma')", {}, False),
    ],
)
def test_prisma_s_generated_client(code: str, more: dict[str, str], is_told: bool) -> None:
    """It is in a package of no registry, which only the client itself asks for."""
    files = {
        "index.js": f"require('@prisma/client'); {H}",
        f"{PRISMA}/package.json": "{}",
        f"{PRISMA}/index.js": code,
        **more,
    }
    text = (
        f"`{PRISMA}` needs the generated client in `node_modules/.prisma/client`, which is "
        "absent / "
        "run `prisma generate` with an `output` among the project's own files, and import that"
    )
    assert ([("warning", PRISMA, text)] if is_told else []) == told(files, "script-needed")

    own = {**files, "index.js": f"require('./own'); {H}", "own.js": code}
    assert [] == told(own, "script-needed")


ANEW = "choose them anew, with a sha512: `python -m zipper resolve --update-all`"


def test_what_is_said_of_a_lockfile() -> None:
    """The first package of each kind is named, and the file."""
    entries = {
        "": {"name": "me"},
        "node_modules/a": {"version": "1.0.0"},
        "node_modules/b": {"version": "1.0.0", "integrity": "sha1-a="},
        "node_modules/c": {"version": "1.0.0", "integrity": "md5-a="},
        "lib/d": {"version": "1.0.0"},
        "node_modules/b/node_modules/e": {"version": "1.0.0"},
        "node_modules/f": 7,
    }
    files = {"package-lock.json": json.dumps({"packages": entries})}

    assert [
        (
            "warning",
            "package-lock.json",
            (
                "`package-lock.json` has no integrity for `node_modules/a` and 1 more: anything "
                "could be "
                f"installed / {ANEW}"
            ),
        ),
        (
            "warning",
            "package-lock.json",
            f"`package-lock.json` has a sha1 or md5 only for `node_modules/b` and 1 more / {ANEW}",
        ),
    ] == told(files, "integrity-missing", "integrity-weak")


@pytest.mark.parametrize("broken", ["{", "[]", '{"packages": [], "dependencies": []}', "{}"])
def test_a_lockfile_that_says_nothing(broken: str) -> None:
    """What is in none of its forms names no package."""
    assert [] == told({"package-lock.json": broken}, "integrity-missing", "integrity-weak")


def test_packages_of_the_first_format() -> None:
    """They are nested, and what is no package is passed over."""
    inner = {"c": {"version": "1.0.0"}, "d": 1}
    tree = {"a": {"version": "1", "dependencies": {"b": {"version": "1", "dependencies": inner}}}}
    lockfile = {"package-lock.json": json.dumps({"dependencies": {**tree, "e": "1"}})}
    ((_, _, text),) = told(lockfile, "integrity-missing")

    assert "`node_modules/a` and 2 more" in text
