"""When the handler may load what is in a package, and which names have a platform in them."""

from __future__ import annotations

import json

import pytest
from support.checking import zip_files

from zipper.archive.listing import read_listing
from zipper.checks.binaries import find_members, names_platform, package_levels
from zipper.checks.subject import Subject
from zipper.target import Target

H = "exports.handler = async () => 1;"
NOW, BRANCH, LATER, CAUGHT = range(4)


def subject_of(files: dict[str, str], *, kind: str = "function", handler: str | None = None):
    """Return the subject of a zip with these files."""
    return Subject(
        listing=read_listing(zip_files(files)),
        target=Target(),
        handler=handler,
        kind=kind,  # type: ignore[arg-type]
    )


def package(name: str, code: str = "", **dependencies: list[str]) -> dict[str, str]:
    """Return the files of a package that names others."""
    manifest = {field: dict.fromkeys(names, "1") for field, names in dependencies.items()}
    return {
        f"node_modules/{name}/package.json": json.dumps(manifest),
        f"node_modules/{name}/index.js": code,
    }


@pytest.mark.parametrize(
    ("code", "package_level", "file_level"),
    [
        ("require('a')", NOW, NOW),
        ("if (x) require('a')", BRANCH, BRANCH),
        ("() => require('a')", LATER, LATER),
        ("try { require('a') } catch {}", LATER, CAUGHT),
    ],
)
def test_when_a_reached_package_runs(code: str, package_level: int, file_level: int) -> None:
    """As early as its file, and no later than a call: what fails may be loaded elsewhere."""
    files = {"index.js": f"{code}; {H}", **package("a")}
    levels = package_levels(subject_of(files, handler="index.handler"))

    assert package_level == levels["node_modules/a"]
    assert file_level == levels["node_modules/a/index.js"]
    assert levels[""] == levels["index.js"] == NOW


@pytest.mark.parametrize("field", ["dependencies", "optionalDependencies", "peerDependencies"])
def test_what_nothing_requests_runs_with_what_depends_on_it(field: str) -> None:
    """Addons are mostly asked for by an expression; through any number of packages."""
    files = {
        "index.js": f"require('a'); () => require('d'); {H}",
        **package("a", **{field: ["b", "d", "gone"]}),
        **package("b", dependencies=["c"]),
        **package("c", dependencies=["a", "b"]),
        **package("d", dependencies=["e", "c"]),
        **package("e"),
        **package("f"),
    }
    levels = package_levels(subject_of(files, handler="index.handler"))
    found = {name[-1]: level for name, level in levels.items() if name.count("/") == 1}

    named = {"b": NOW, "c": NOW} if field != "peerDependencies" else {"b": LATER, "c": LATER}
    assert {"a": NOW, "d": LATER, "e": LATER, **named} == found


def test_a_package_of_which_only_data_is_requested() -> None:
    """Its code may run when what depends on it does."""
    files = {
        "index.js": f"() => require('b/x.json'); require('a'); {H}",
        **package("a", dependencies=["b"]),
        **package("b"),
        "node_modules/b/x.json": "1",
    }

    levels = package_levels(subject_of(files, handler="index.handler"))
    assert NOW == levels["node_modules/b"]


def test_what_is_known_without_a_handler() -> None:
    """Functions load of a layer what they want; where no handler is found all may be loaded."""
    files = {"nodejs/node_modules/a/a.node": "x", "own.node": "x"}

    assert {"nodejs/node_modules/a": LATER} == package_levels(subject_of(files, kind="layer"))
    assert {} == package_levels(subject_of(files))
    assert [NOW, NOW] == [one.level for one in find_members(subject_of(files))]
    reached = subject_of({**files, "index.js": H}, handler="index.handler")
    assert [("nodejs/node_modules/a/a.node", CAUGHT), ("own.node", NOW)] == [
        (one.entry.name, one.level) for one in find_members(reached)
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("node_modules/@img/sharp-linux-x64", True),
        ("node_modules/@img/sharp-LINUX-ARM64", True),
        ("node_modules/a-darwin", True),
        ("node_modules/a-musl", True),
        ("node_modules/a-s390x", True),
        ("node_modules/a", False),
        ("node_modules/linux", False),
    ],
)
def test_names_of_platform_packages(name: str, expected: bool) -> None:
    """By a system other than Linux, a processor, or a C library, in letters of any case."""
    assert expected == names_platform(name)
