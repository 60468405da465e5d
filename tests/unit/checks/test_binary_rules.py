"""Binaries that the target's loader refuses are found by their own bytes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import deflate
import pytest
from support.mutations import pack

from zipper.archive.listing import read_listing
from zipper.checks.binaries import is_foreign
from zipper.checks.elf import scan_binary
from zipper.checks.run_rules import check_zip
from zipper.checks.subject import Subject
from zipper.target import Target

if TYPE_CHECKING:
    from zipper.findings import Finding

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs an ELF file of this machine")


@pytest.fixture(scope="module")
def library() -> bytes:
    """A real shared library: the one that the deflate package brings."""
    content = next(Path(deflate.__file__).parent.glob("_deflate*.so")).read_bytes()
    if scan_binary(content).machine != "x86_64":
        pytest.skip("the byte patterns below are those of x86_64")
    return content


def _find(files: dict[str, bytes], *, eager: bool = True) -> dict[str, Finding]:
    return {f.code: f for f in _all(files, eager=eager) if f.code.startswith("binary")}


def _all(files: dict[str, bytes], *, eager: bool = True) -> tuple[Finding, ...]:
    text = b"require('addon')" if eager else b"() => require('addon')"
    package = {
        "index.js": text + b"; exports.handler = async () => 1;",
        "node_modules/addon/package.json": b'{"name": "addon"}',
        "node_modules/addon/index.js": b"module.exports = require('./' + process.platform)",
        **files,
    }
    report = check_zip(
        pack({name: (content, 0o755) for name, content in package.items()}),
        path="out.zip",
        target=Target("nodejs24.x"),
        handler="index.handler",
    )
    return report.findings


def test_a_sound_library(library: bytes) -> None:
    """The format, machine and needs of a real library are read, and nothing is wrong with it."""
    binary = scan_binary(library)
    assert ("elf", 64, "x86_64", False, False) == binary[:5]
    assert "libc.so.6" in binary.needed
    assert binary.glibc
    assert {} == _find({"node_modules/addon/x.node": library})


def test_needs_above_the_runtime(library: bytes) -> None:
    """Versions are compared as versions: 2.9 is below 2.34, and 2.99 is above."""
    newest = scan_binary(library).glibc.encode()
    assert newest.startswith(b"2.")
    digits = b"9" * (len(newest) - 2)
    newer = library.replace(b"GLIBC_" + newest + b"\0", b"GLIBC_2." + digits + b"\0")
    found = _find({"node_modules/addon/x.node": newer})
    if len(digits) == 1:
        assert "binary-glibc" not in found
    else:
        assert "GLIBC_2.34" in found["binary-glibc"].message


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda b: b[:18] + b"\xb7\x00" + b[20:], "binary-arch"),
        (lambda b: b[:18] + b"\x28\x00" + b[20:], "binary-arch"),
        (lambda b: b"\xcf\xfa\xed\xfe" + b[4:], "binary-format"),
        (lambda b: b"MZ" + b[2:], "binary-format"),
        (lambda _: b"hello", "binary-format"),
        (lambda b: b[: len(b) // 2], "binary-truncated"),
        (lambda b: b[:40], "binary-truncated"),
        (lambda _: b"", "binary-truncated"),
        (lambda _: b"version https://git-lfs.github.com/spec/v1\n", "binary-truncated"),
        (lambda b: b.replace(b"\0libc.so.6\0", b"\0libc.musl\0"), "binary-musl"),
        (lambda b: b.replace(b"\0libc.so.6\0", b"\0libq.so.6\0"), "binary-library-missing"),
        (lambda b: b + b"\0node_register_module_v93\0", "binary-abi"),
    ],
)
@pytest.mark.parametrize(("eager", "severity"), [(True, "error"), (False, "warning")])
def test_damaged_addons(library: bytes, change, code: str, eager: bool, severity: str) -> None:
    """Each damage has its code; an error where loading the handler loads the package."""
    found = _find({"node_modules/addon/x.node": change(library)}, eager=eager)
    assert {code: severity} == {c: f.severity for c, f in found.items()}


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        (b"", "node_modules/addon/a.node", "install the package again"),
        (b"", "native/a.node", "put the whole file there"),
        (b"version https://git-lfs.github.com/spec/v1\n", "native/a.node", "git lfs pull"),
        (b"hello", "node_modules/addon/a.node", "install it for the target"),
        (b"hello", "native/a.node", "compile it on Linux"),
    ],
)
def test_what_helps_depends_on_whose_it_is(content: bytes, place: str, words: str) -> None:
    """A package is installed again; a file of the project has to be made again."""
    (found,) = _find({place: content, "index.js": b"require('./%s')" % place.encode()}).values()

    assert words in found.hint


def test_an_addon_of_a_package_that_may_fail_is_no_error(library: bytes) -> None:
    """Whoever asks for a package in a `try` decides, not that another package depends on it."""
    found = _find(
        {
            "node_modules/addon/package.json": b'{"name": "addon", "dependencies": {"part": "1"}}',
            "node_modules/addon/index.js": b"try { require('part') } catch {}",
            "node_modules/part/index.js": b"module.exports = require('./' + process.platform)",
            "node_modules/part/x.node": library[:40],
        }
    )
    assert {"binary-truncated": "warning"} == {code: f.severity for code, f in found.items()}


def test_a_library_may_lie_elsewhere_in_the_package(library: bytes) -> None:
    """A needed library that any folder of the package has is found."""
    needs = library.replace(b"\0libc.so.6\0", b"\0libq.so.6\0")
    assert {} == _find({"node_modules/addon/x.node": needs, "lib/libq.so.6": library})


@pytest.mark.parametrize(
    ("name", "foreign"),
    [
        ("node_modules/a/prebuilds/linux-x64/a.node", False),
        ("node_modules/a/prebuilds/linux-x64/a.glibc.node", False),
        ("node_modules/a/prebuilds/linux-x64/a.musl.node", True),
        ("node_modules/a/prebuilds/linux-arm64/a.node", True),
        ("node_modules/a/prebuilds/darwin-x64+arm64/a.node", True),
        ("node_modules/a/prebuilds/win32-x64/a.node", True),
        ("node_modules/@img/sharp-linuxmusl-x64/lib/a.node", True),
        ("node_modules/@img/sharp-linux-x64/lib/a.node", False),
        ("node_modules/@next/swc-linux-x64-gnu/a.node", False),
        ("node_modules/@esbuild/linux-arm64/bin/esbuild", True),
        ("node_modules/a/build/Release/windows.node", True),
        ("node_modules/a/build/Release/a.node", False),
        ("node_modules/by-fields/a.node", True),
    ],
)
def test_names_of_platforms(name: str, foreign: bool) -> None:
    """A path, or `os` and `cpu` of the package, tell what is for another platform."""
    files = {
        "node_modules/by-fields/package.json": (b'{"os": ["darwin"]}', 0o644),
        name: (b"", 0o644),
    }
    subject = Subject(listing=read_listing(pack(files)), target=Target("nodejs24.x", "x86_64"))
    assert foreign == is_foreign(subject, name)


def test_foreign_prebuilds_are_counted_and_no_error(library: bytes) -> None:
    """Binaries for other platforms are one info with their bytes."""
    files = {
        "node_modules/addon/prebuilds/darwin-arm64/a.node": b"\xcf\xfa\xed\xfe" + bytes(96),
        "node_modules/addon/prebuilds/linux-x64/a.node": library,
    }
    found = _find(files)
    assert {"binary-arch": "info"} == {c: f.severity for c, f in found.items()}
    assert "1 binaries for other platforms take 100 bytes" in found["binary-arch"].message


def test_a_build_of_this_machine_hides_the_prebuilt_one(library: bytes) -> None:
    """node-gyp-build takes build/Release first."""
    files = {
        "node_modules/addon/build/Release/a.node": library,
        "node_modules/addon/prebuilds/linux-x64/a.node": library,
    }
    assert "warning" == _find(files)["binary-shadowed"].severity


def test_platform_packages_for_another_machine_only(library: bytes) -> None:
    """A package whose optional dependencies were all installed for another platform cannot load."""
    files = {
        "node_modules/addon/package.json": b'{"optionalDependencies": {"addon-darwin-x64": '
        b'"1", "addon-linux-x64": "1"}}',
        "node_modules/addon-darwin-x64/a.node": b"\xcf\xfa\xed\xfe" + bytes(96),
    }
    both = {**files, "node_modules/addon-linux-x64/a.node": library}
    beside = {
        **files,
        "node_modules/addon/package.json": b'{"optionalDependencies": {"addon-darwin-x64": "1", '
        b'"helper": "1"}}',
        "node_modules/helper/index.js": b"",
    }
    plain = {
        **files,
        "node_modules/addon/package.json": b'{"dependencies": {"addon-darwin-x64": ""}}',
    }
    assert ["error"] == [f.severity for f in _all(beside) if "nothing for linux-x64" in f.message]
    assert [] == [f for f in _all(plain) if "nothing for linux-x64" in f.message]
    assert ["error"] == [f.severity for f in _all(files) if "nothing for linux-x64" in f.message]
    assert [] == [f for f in _all(both) if "nothing for linux-x64" in f.message]


@pytest.mark.parametrize(
    "content", [b"\x7fELF", b"\x7fELF" + bytes(60), b"\x7fELF\x02\x01" + b"\xff" * 200]
)
def test_hostile_elf_files_are_truncated(content: bytes) -> None:
    """Headers that point nowhere are an answer, not an exception."""
    assert "elf" == scan_binary(content).format


@pytest.mark.parametrize(
    ("name", "mode", "is_looked_at"),
    [
        ("x.txt", 0o644, False),
        ("x.txt", 0o755, True),
        ("x", 0o644, True),
        ("x.node", 0o644, True),
        ("x.so", 0o644, True),
        ("x.so.1.2", 0o644, True),
        ("x.so.txt", 0o644, False),
        ("x.node.txt", 0o644, False),
        ("x.nodes", 0o644, False),
        ("d.node/x.txt", 0o644, False),
    ],
)
def test_which_files_may_be_binaries(name: str, mode: int, is_looked_at: bool) -> None:
    """Those that are called so, have no extension, or can be started."""
    handler = b"exports.handler = async () => 1;", 0o644
    package = pack({"index.js": handler, name: (b"\xcf\xfa\xed\xfe" + bytes(60), mode)})
    report = check_zip(package, path="", target=Target("nodejs24.x"), handler="index.handler")

    assert is_looked_at == ("binary-format" in {one.code for one in report.findings})


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0x03, "x86"), (0x28, "arm"), (0x3E, "x86_64"), (0xB7, "arm64"), (0xF3, "riscv64"),
        (0x15, "ppc64"),
    ],
)  # fmt: skip
def test_machines_of_elf_files(library: bytes, number: int, name: str) -> None:
    """The numbers are those of elf.h (EM_386, EM_ARM, EM_X86_64, EM_AARCH64, ...)."""
    content = library[:18] + bytes([number, 0]) + library[20:]

    assert name == scan_binary(content).machine


def test_platform_packages_must_have_the_addon_that_they_name(library: bytes) -> None:
    """A platform package without its addon is missing it, though only an expression asks for it."""
    files = {
        "node_modules/addon/package.json": b'{"optionalDependencies": {"addon-linux-x64": "1"}}',
        "node_modules/addon-linux-x64/package.json": b'{"exports": {"./a": "./lib/a.node"}}',
    }
    assert ["error"] == [f.severity for f in _all(files) if f.code == "module-missing"]
    whole = {**files, "node_modules/addon-linux-x64/lib/a.node": library}
    assert [] == [f for f in _all(whole) if f.code == "module-missing"]


@pytest.mark.parametrize(
    ("sibling", "expected"),
    [
        ("node.napi.glibc.node", set()),
        ("node.napi.musl.node", {"binary-abi"}),
        ("node.abi137.glibc.node", set()),
        ("napi-notes.node", {"binary-abi"}),
    ],
)
def test_a_binary_for_every_version_is_taken(
    library: bytes, sibling: str, expected: set[str]
) -> None:
    """Beside one that uses Node-API, nothing loads those that are for older versions."""
    folder = "node_modules/addon/prebuilds/linux-x64"
    files = {f"{folder}/node.abi115.glibc.node": library, f"{folder}/{sibling}": library}
    found = {f.code for f in _all(files) if f.code.startswith("binary") and f.severity == "error"}
    assert expected == found


def test_a_binary_of_32_bits_is_of_another_architecture(library: bytes) -> None:
    """The class in the header counts before what it makes of the rest."""
    narrow = library[:4] + b"\x01" + library[5:]
    assert {"binary-arch"} == set(_find({"node_modules/addon/x.node": narrow}))


def test_where_the_loader_looks(library: bytes) -> None:
    """A needed library counts only where the loader looks: not anywhere in the package."""
    needs = library.replace(b"\0libc.so.6\0", b"\0libq.so.6\0")
    addon = "node_modules/addon/x.node"

    assert {} == _find({addon: needs, "libq.so.6": library})
    found = _find({addon: needs, "node_modules/addon/libq.so.6": library})
    assert "error" == found["binary-library-missing"].severity
    assert "it lies at `node_modules/addon/libq.so.6`" in found["binary-library-missing"].message


_ASKS = {
    "require('addon')": "error",
    "() => require('addon')": "warning",
    "try { require('addon') } catch {}": "warning",
}


@pytest.mark.parametrize("needy", ["addon", "part"])
@pytest.mark.parametrize(("text", "severity"), _ASKS.items())
def test_platform_packages_count_as_who_asks(text: str, severity: str, needy: str) -> None:
    """A package that no file requests fails where the package that depends on it is loaded."""
    promise = b'{"optionalDependencies": {"x-darwin-x64": "1", "y-darwin-x64": "1"}}'
    files = {f"node_modules/{name}-darwin-x64/a.node": b"\xcf\xfa\xed\xfe" for name in "xy"}
    if needy == "part":
        files["node_modules/addon/package.json"] = b'{"dependencies": {"part": "1"}}'
        files["node_modules/addon/index.js"] = b"exports.load = (name) => require(name)"
    files[f"node_modules/{needy}/package.json"] = promise
    files["index.js"] = text.encode() + b"; exports.handler = async () => 1;"

    found = [one for one in _all(files) if "nothing for linux-x64" in one.message]

    assert [(severity, "node_modules/x-darwin-x64")] == [(one.severity, one.path) for one in found]
    assert "npm install --os=linux --cpu=x64" in found[0].hint


@pytest.mark.parametrize(("name", "text"), [("index.js", "exports.a = 1"), ("index.mjs", "")])
def test_a_reached_package_counts_as_who_asks_for_it(name: str, text: str) -> None:
    """Not as another package that depends on it: when its code runs is known, of either kind."""
    files = {
        "index.mjs": b"import 'other'; export const handler = () => import('addon');",
        "node_modules/other/package.json": b'{"main": "a.js", "dependencies": {"addon": "1"}}',
        "node_modules/other/a.js": b"",
        "node_modules/addon/package.json": f'{{"main": "{name}"}}'.encode(),
        f"node_modules/addon/{name}": text.encode(),
        "node_modules/addon/x.node": b"\x7fELF",
    }
    report = check_zip(
        pack({path: (content, 0o644) for path, content in files.items()}),
        path="out.zip", target=Target("nodejs24.x"), handler="index.handler",
    )  # fmt: skip

    assert ["warning"] == [f.severity for f in report.findings if f.code == "binary-truncated"]
