"""Whole findings about binaries: which one fails, why, and what to do."""

from __future__ import annotations

import json

import pytest
from support.checking import check_files
from support.elf_files import NEEDED, RPATH, RUNPATH, SONAME, make_elf

H = "exports.handler = async () => 1;"
ADDON = "node_modules/addon"
ELF = make_elf()
MACH_O, PE = bytes.fromhex("cffaedfe") + bytes(60), b"MZ" + bytes(60)
REINSTALL = (
    "install it for the target: `zipper build` does, `npm install --os=linux --cpu=x64 "
    "--libc=glibc` too"
)
REBUILD = "compile it on Linux for x64, with the glibc of Amazon Linux or an older one"
AGAIN = "install the package again"


def told(files: dict[str, object], *, code: str = "require('addon')", **options: object) -> list:
    """Return severity, code, path and text of what is found about binaries."""
    package = {
        f"{ADDON}/package.json": '{"name": "addon"}',
        f"{ADDON}/index.js": "module.exports = require('./' + process.platform)",
    }
    found = check_files({"index.js": f"{code}; {H}", **package, **files}, **options).findings
    return [
        (one.severity, one.code, one.path, f"{one.message} / {one.hint}")
        for one in found
        if one.code.startswith("binary-")
        or (one.code == "module-missing" and one.path != "index.js")
    ]


@pytest.mark.parametrize(
    ("content", "code", "says", "in_package", "own"),
    [
        (b"", "binary-truncated", "is empty", AGAIN, "put the whole file there"),
        (
            b"version https://git-lfs.github.com/spec/v1",
            "binary-truncated",
            "is a pointer of git-lfs, not the file itself",
            "fetch the file itself with `git lfs pull`, and pack it again",
            "fetch the file itself with `git lfs pull`, and pack it again",
        ),
        (
            make_elf(beyond=1),
            "binary-truncated",
            "is cut off: parts of it lie after its end",
            AGAIN,
            "put the whole file there",
        ),
        (
            MACH_O,
            "binary-format",
            "is for macOS (Mach-O); Lambda runs Linux: invalid ELF header",
            REINSTALL,
            REBUILD,
        ),
        (
            PE,
            "binary-format",
            "is for Windows (PE); Lambda runs Linux: invalid ELF header",
            REINSTALL,
            REBUILD,
        ),
        (
            b"text",
            "binary-format",
            "is no binary at all; Lambda runs Linux: invalid ELF header",
            REINSTALL,
            REBUILD,
        ),
        (
            ELF[:18] + b"\xb7" + ELF[19:],
            "binary-arch",
            "is for arm64 (64 bits), the function is for x86_64",
            REINSTALL,
            REBUILD,
        ),
        (
            ELF[:4] + b"\x01" + ELF[5:],
            "binary-arch",
            "is for x86_64 (32 bits), the function is for x86_64",
            REINSTALL,
            REBUILD,
        ),
        (
            ELF[:18] + b"\xb7" + ELF[19:-1],
            "binary-arch",
            "is for arm64 (64 bits), the function is for x86_64",
            REINSTALL,
            REBUILD,
        ),
        (
            make_elf((NEEDED, "libc.musl-x86_64.so.1")),
            "binary-musl",
            "is for musl (Alpine); Amazon Linux has glibc",
            REINSTALL,
            REBUILD,
        ),
        (
            ELF + b"\0node_register_module_v108\0",
            "binary-abi",
            "is for NODE_MODULE_VERSION 108; `nodejs24.x` has 137",
            "install the package for the runtime's Node.js, or a version that uses Node-API",
            "",
        ),
        (ELF + b"\0node_register_module_v137\0", None, "", "", ""),
        (ELF, None, "", "", ""),
    ],
)
def test_addons_that_do_not_load(
    content: bytes, code: str | None, says: str, in_package: str, own: str
) -> None:
    """Whose the file is decides what can be done; a package is to be installed, own code built."""
    for path, hint in ((f"{ADDON}/x.node", in_package), ("x.node", own or in_package)):
        asks = "require('addon')" if path.startswith(ADDON) else "require('./x.node')"
        expected = [("error", code, path, f"`{path}` {says} / {hint}")]
        assert ([] if code is None else expected) == told({path: content}, code=asks)


@pytest.mark.parametrize(
    ("name", "content", "asks", "severity"),
    [
        ("x.node", PE, "require('addon')", "error"),
        ("x.so.1", PE, "require('addon')", "error"),
        ("tool", PE, "require('addon')", "warning"),
        ("x.node", PE, "() => require('addon')", "warning"),
        ("x.node", PE, "1", "warning"),
        ("x.so", b"text", "require('addon')", None),
        ("x.node", PE, "try { require('addon') } catch {}", "warning"),
    ],
)
def test_what_loading_loads(name: str, content: bytes, asks: str, severity: str | None) -> None:
    """An addon, and the libraries beside it, where the package is loaded at once."""
    found = told({f"{ADDON}/{name}": content}, code=asks)

    assert ([] if severity is None else [severity]) == [one[0] for one in found]


LACKS = "neither in the package nor in a layer nor in the runtime"


@pytest.mark.parametrize(
    ("content", "more", "says"),
    [
        (
            make_elf((NEEDED, "libq.so.1")),
            {},
            (
                f"needs `libq.so.1`: {LACKS} / pack the library in `lib/` at the root of the "
                "zip or of "
                "a layer"
            ),
        ),
        (
            make_elf((NEEDED, "libq.so.1"), (RUNPATH, "$ORIGIN")),
            {},
            (
                f"needs `libq.so.1`: {LACKS} / pack the library beside it, or in `lib/` at the "
                "root of "
                "the zip or of a layer"
            ),
        ),
        (
            make_elf((NEEDED, "libq.so.1"), (RPATH, "${ORIGIN}")),
            {},
            (
                f"needs `libq.so.1`: {LACKS} / pack the library beside it, or in `lib/` at the "
                "root of "
                "the zip or of a layer"
            ),
        ),
        (
            make_elf(*((NEEDED, f"lib{name}.so") for name in "qwxy")),
            {},
            (
                f"needs `libq.so`, `libw.so`, `libx.so`: {LACKS} / pack the library in `lib/` "
                "at the "
                "root of the zip or of a layer"
            ),
        ),
        (
            make_elf((NEEDED, "libq.so.1")),
            {"deep/libq.so.1": b"x"},
            (
                "needs `libq.so.1`; it lies at `deep/libq.so.1`, and the loader looks in "
                "LD_LIBRARY_PATH / pack the packages where the installer put them, or the "
                "library in "
                "`lib/`"
            ),
        ),
        (
            make_elf((NEEDED, "libq.so.1"), (RUNPATH, "/a:$ORIGIN/b")),
            {"deep/libq.so.1": b"x"},
            (
                "needs `libq.so.1`; it lies at `deep/libq.so.1`, and the loader looks in "
                "`/a:$ORIGIN/b` and LD_LIBRARY_PATH / pack the packages where the installer put "
                "them, "
                "or the library in `lib/`"
            ),
        ),
        (make_elf((NEEDED, "libq.so.1")), {"lib/libq.so.1": b"x"}, None),
        (make_elf((NEEDED, "libc.so.6"), (NEEDED, "ld-linux-x86-64.so.2")), {}, None),
        (
            make_elf((NEEDED, "libq.so.1")),
            {f"{ADDON}/other.so": make_elf((SONAME, "libq.so.1"))},
            (
                f"needs `libq.so.1`: {LACKS} / pack the library in `lib/` at the root of the "
                "zip or of "
                "a layer"
            ),
        ),
        (
            make_elf((NEEDED, "libq.so.1")),
            {f"{ADDON}/other.node": make_elf((SONAME, "libq.so.1"))},
            None,
        ),
    ],
)
def test_libraries_that_are_absent(
    content: bytes, more: dict[str, bytes], says: str | None
) -> None:
    """Which ones, where one lies instead, and where the loader would look."""
    path = f"{ADDON}/x.node"
    expected = [("error", "binary-library-missing", path, f"`{path}` {says}")]

    found = [one for one in told({path: content, **more}) if "library" in one[1]]
    assert ([] if says is None else expected) == found


def test_libraries_of_a_layer() -> None:
    """A layer under test is looked into where Lambda puts it: in /opt."""
    path = "nodejs/node_modules/addon/x.node"
    addon = make_elf((NEEDED, "libq.so.1"))
    options = {"handler": None, "kind": "layer"}
    found = check_files({path: addon}, **options).findings
    assert [("warning", "binary-library-missing")] == [(one.severity, one.code) for one in found]

    assert () == check_files({path: addon, "lib/libq.so.1": "x"}, **options).findings


PLATFORM = "node_modules/addon-linux-x64"


@pytest.mark.parametrize(
    ("manifest", "lacks"),
    [
        ({"main": "a.node"}, "a.node"),
        ({"main": "./a.node"}, "./a.node"),
        ({"exports": "./a.node"}, "./a.node"),
        ({"exports": {"./x": "./lib/a.node"}}, "./lib/a.node"),
        ({"main": "there.node"}, None),
        ({"main": "./there.node"}, None),
        ({"main": "a.js", "description": ".node"}, None),
        ({"exports": {"./*": "./lib/*.node"}}, None),
        ({"exports": {"./x": {"node": "./lib/a.node"}}}, None),
        ({"exports": ["./a.node"]}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize(
    ("asks", "severity"),
    [("require('addon')", "error"), ("() => require('addon')", "warning"), ("1", None)],
)
def test_addons_that_a_platform_package_names(
    manifest: dict[str, object], lacks: str | None, asks: str, severity: str | None
) -> None:
    """By `main`, and by `exports` without conditions or patterns."""
    files = {
        f"{ADDON}/package.json": '{"optionalDependencies": {"addon-linux-x64": "1"}}',
        f"{PLATFORM}/package.json": json.dumps({"name": "addon-linux-x64", **manifest}),
        f"{PLATFORM}/there.node": ELF,
    }
    expected = (
        severity,
        "module-missing",
        PLATFORM,
        f"`{PLATFORM}` is there without `{lacks}`, which its package.json names / {AGAIN}",
    )

    assert ([expected] if lacks and severity else []) == told(files, code=asks)


@pytest.mark.parametrize(
    ("manifest", "is_told"),
    [
        (f"{ADDON}/package.json", True),
        ("package.json", False),
        (f"{ADDON}/lib/package.json", False),
        ("node_modules/unreached/package.json", False),
    ],
)
@pytest.mark.parametrize(
    ("asks", "severity"),
    [("require('addon')", "error"), ("() => require('addon')", "warning")],
)
def test_platform_packages_for_other_machines(
    manifest: str, is_told: bool, asks: str, severity: str
) -> None:
    """Of a package that the handler reaches; what the project itself wants is its own affair."""
    other = "node_modules/addon-darwin-x64"
    names = {"addon-darwin-x64": "1", "addon-linux-x64": "1", "addon-win32-x64": "1"}
    files = {manifest: json.dumps({"optionalDependencies": names}), f"{other}/a.txt": ""}
    expected = (
        severity,
        "binary-arch",
        other,
        (
            f"`{ADDON}` is there with `{other}` only, nothing for linux-x64 and glibc: it was "
            "installed "
            f"for another platform / {REINSTALL}"
        ),
    )

    assert ([expected] if is_told else []) == told(files, code=asks)


@pytest.mark.parametrize(
    ("path", "prebuilds", "is_told"),
    [
        ("build/Release/a.node", "linux-x64", True),
        ("build/Debug/a.node", "linux-x64", True),
        ("build/Other/a.node", "linux-x64", False),
        ("lib/build/Release/a.node", "linux-x64", False),
        ("build/Release/a.so", "linux-x64", False),
        ("build/Release/a.node", "linux-arm64", False),
        ("build/Release/a.node", "darwin-x64", False),
    ],
)
def test_builds_that_hide_a_prebuilt_binary(path: str, prebuilds: str, is_told: bool) -> None:
    """Source: node-gyp-build 4.8, which takes them in this order."""
    files = {f"{ADDON}/{path}": ELF, f"{ADDON}/prebuilds/{prebuilds}/a.node": ELF}
    found = [one for one in told(files) if one[1] == "binary-shadowed"]
    expected = (
        "warning",
        "binary-shadowed",
        f"{ADDON}/{path}",
        (
            f"`{ADDON}/{path}` is loaded instead of the prebuilt binary in `{ADDON}/prebuilds/"
            f"linux-x64` / leave `{ADDON}/build` out; it was compiled on the machine that "
            "installed it"
        ),
    )

    assert ([expected] if is_told else []) == found


V108 = ELF + b"\0node_register_module_v108\0"
V137 = ELF + b"\0node_register_module_v137\0"


@pytest.mark.parametrize(
    ("files", "is_told"),
    [
        ({"node-v108-linux-x64/a.node": ELF}, True),
        ({"node-108/a.node": ELF}, True),
        ({"abi108.node": ELF}, True),
        ({"xabi108.node": ELF}, False),
        ({"a-abi108.node": ELF}, True),
        ({"a-abi137.node": ELF}, False),
        ({"a-abi108.so": ELF}, False),
        ({"a-abi108.node": ELF, "a-abi137.node": ELF}, False),
        ({"a-abi108.node": ELF, "napi.node": ELF}, False),
        ({"a-abi108.node": ELF, "a.napi.glibc.node": ELF}, False),
        ({"a-abi108.node": ELF, "my-napi.node": ELF}, True),
        ({"a-abi108.node": ELF, "b.node": V137}, False),
        ({"a-abi108.node": ELF, "a-abi137.so": ELF}, True),
        ({"a-abi108.node": ELF, "darwin-x64/a-abi137.node": ELF}, True),
        ({"a-abi108.node": ELF, "node_modules/b/b-abi137.node": ELF}, True),
        ({"a.node": V108}, True),
        ({"a.node": V108, "b.node": V137}, False),
        ({"a.node": V108, "napi.node": ELF}, False),
        ({"a.so": V108}, False),
    ],
)
def test_addons_for_one_version_of_node(files: dict[str, bytes], is_told: bool) -> None:
    """By what is in the file, else by its name; where one fits, or is for all, it is taken."""
    found = told({f"{ADDON}/{name}": content for name, content in files.items()})

    assert ([f"{ADDON}/{next(iter(files))}"] if is_told else []) == [
        one[2] for one in found if one[1] == "binary-abi"
    ]
