"""What npm answers to odd projects, and zipper with it: each of these was tried with npm 11.19."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING
from zipfile import ZipFile, ZipInfo

import pytest

from tests.support.command import CommandResult, run_here
from tests.support.scene import HANDLER, listing, write_files

if TYPE_CHECKING:
    from tests.support.scene import Scene


def run(scene: Scene, command: str, *options: str, **variables: str) -> CommandResult:
    """Run a command on the project: `build` to the zip, `install` into a folder, `resolve`."""
    extra = {
        "build": ("-o", str(scene.output)),
        "install": ("--into", str(scene.folder / "installed")),
    }.get(command, ())
    words = (command, str(scene.project), *extra, "--cache-dir", str(scene.cache), *options)
    return run_here(*words, cwd=scene.folder, env={**scene.environment, **variables})


def packed(scene: Scene, *options: str) -> set[str]:
    """Return the locations that a build packs."""
    result = run(scene, "build", *options)
    assert 0 == result.status, result.stderr
    names = (name for name in listing(scene.output) if name.endswith("/package.json"))
    return {name.removesuffix("/package.json").removeprefix("node_modules/") for name in names}


COMMANDS = ("resolve", "build", "install")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_optional_peer_conflict_without_a_lockfile(scene: Scene, command: str) -> None:
    """What `npm install` refuses as ERESOLVE, every command refuses: one resolution for all."""
    scene.publish("addon", "3.0.5")
    scene.publish("addon", "4.0.1")
    scene.publish(
        "ws",
        peerDependencies={"addon": "^4.0.1"},
        peerDependenciesMeta={"addon": {"optional": True}},
    )
    scene.write({"package.json": {"name": "fn", "dependencies": {"ws": "1", "addon": "3.0.5"}}})

    result = run(scene, command)

    assert (1, "ERESOLVE") == (result.status, result.code)


GATES = {
    "platform": ({"os": ["darwin"]}, "", "EBADPLATFORM"),
    "engine": ({"engines": {"node": ">=99"}}, "engine-strict=true\n", "EBADENGINE"),
}


@pytest.mark.parametrize(("fields", "npmrc", "code"), GATES.values(), ids=GATES)
@pytest.mark.parametrize("locked", [False, True], ids=["unlocked", "locked"])
def test_gates_judge_what_is_installed(
    scene: Scene, *, locked: bool, fields: dict, npmrc: str, code: str
) -> None:
    """A package that is left out needs to fit nothing; one that is packed does, lockfile or not."""
    scene.publish("ms")
    scene.publish("other", **fields)
    root = {"name": "fn", "version": "1.0.0", "dependencies": {"ms": "1"}}
    scene.write({"package.json": {**root, "devDependencies": {"other": "1"}}, ".npmrc": npmrc})
    if locked:
        omitting = run(scene, "resolve", npm_config_omit="dev")
        assert 0 == omitting.status, omitting.stderr
        assert code == run(scene, "resolve").code

    assert {"ms"} == packed(scene)
    assert 0 == run(scene, "install").status
    assert code == run(scene, "install", "--include-dev").code

    scene.write({"package.json": {**root, "dependencies": {"ms": "1", "other": "1"}}})
    (scene.project / "package-lock.json").unlink(missing_ok=True)
    assert code == run(scene, "build").code
    scene.write({".npmrc": f"{npmrc}force=true\n"})
    assert {"ms", "other"} == packed(scene)


def test_engine_strict_is_judged_for_each_target(scene: Scene) -> None:
    """That a lockfile is in step was remembered; whether its packages fit is asked each time."""
    scene.publish("a", engines={"node": ">=24"})
    scene.depend("a")
    scene.write({".npmrc": "engine-strict=true\n"})

    assert {"a"} == packed(scene, "--runtime", "nodejs24.x")
    assert "EBADENGINE" == run(scene, "build", "--runtime", "nodejs22.x").code


def locked(scene: Scene, *options: str, **variables: str) -> dict[str, dict]:
    """Resolve, and return the lockfile's entries but for the root's."""
    result = run(scene, "resolve", *options, **variables)
    assert 0 == result.status, result.stderr
    lockfile = json.loads((scene.project / "package-lock.json").read_text())
    return {place: entry for place, entry in lockfile["packages"].items() if place}


X = {"name": "x", "version": "1.0.0"}
LINK_TO_X = {
    "libs/x": {"version": "1.0.0"},
    "node_modules/x": {"resolved": "libs/x", "link": True},
}
LINK_TO_ROOT = {"node_modules/fn": {"resolved": "", "link": True}}

WORKSPACES = {
    "backslash": (["libs\\x"], LINK_TO_X),
    "backslash at the end": (["libs\\x\\"], LINK_TO_X),
    "backslash and star": (["libs\\*"], LINK_TO_X),
    "two backslashes": (["libs\\\\x"], LINK_TO_X),
    "first a dot": ([".\\libs\\x"], {}),
    "first a backslash": (["\\libs\\x"], {}),
    "excluded": (["libs/*", "!libs\\x"], LINK_TO_X),
    "not brought back": (["libs/*", "!libs/x", "libs\\x"], {}),
    "the project": (["."], LINK_TO_ROOT),
    "the project and another": ([".", "libs/x"], LINK_TO_X | LINK_TO_ROOT),
    "nothing": (["./"], {}),
    "a dot inside": (["libs/./x"], {}),
}


@pytest.mark.parametrize(("patterns", "expected"), WORKSPACES.values(), ids=WORKSPACES)
def test_workspace_patterns(scene: Scene, patterns: list[str], expected: dict) -> None:
    """What `workspaces` selects is what npm finds; a backslash that finds nothing is told."""
    scene.write(
        {
            "package.json": {"name": "fn", "workspaces": patterns},
            "libs/x/package.json": X,
            "libs/x/index.js": "",
        }
    )

    assert expected == locked(scene)
    result = run(scene, "build")
    assert 0 == result.status, result.stderr
    packed_x = {"libs/x/index.js", "node_modules/x/index.js"} <= listing(scene.output).keys()
    assert ("libs/x" in expected) == packed_x
    lost = any("\\" in pattern for pattern in patterns) and (
        not expected or patterns[-1].startswith("!")
    )
    assert lost == ("[workspaces-lost]" in result.stderr)


@pytest.mark.parametrize("spec", ["file:libs\\x", ".\\libs\\x", "file:.\\libs\\x\\"])
def test_folders_written_on_windows(scene: Scene, spec: str) -> None:
    """A folder's backslashes are separators, as for npm on Windows: no dangling link is made."""
    scene.write(
        {
            "package.json": {"name": "fn", "dependencies": {"x": spec}},
            "index.js": "require('x'); exports.handler = async () => 1;",
            "libs/x/package.json": X,
            "libs/x/index.js": "",
        }
    )

    assert LINK_TO_X == locked(scene)
    assert "x" in packed(scene)


@pytest.mark.parametrize("spec", ["file:~/lib", "~/lib", "file:~/lib/"])
def test_folders_in_the_home_folder(scene: Scene, spec: str) -> None:
    """`~` is the user's home, with and without a lockfile, and another home is another folder."""
    scene.publish("ms")
    scene.write({"package.json": {"name": "fn", "dependencies": {"lib": spec}}})
    for home, version in ((scene.home, "1.0.0"), (scene.folder / "other", "2.0.0")):
        (home / "lib").mkdir(parents=True)
        manifest = {"name": "lib", "version": version, "dependencies": {"ms": "*"}}
        (home / "lib" / "package.json").write_text(json.dumps(manifest))

    for _ in range(2):
        assert {"lib", "ms"} == packed(scene)
    assert 0 == run(scene, "build", HOME=str(scene.folder / "other")).status
    there = json.loads(listing(scene.output)["node_modules/lib/package.json"])
    assert "2.0.0" == there["version"]
    assert {
        "../home/lib": {"version": "1.0.0", "dependencies": {"ms": "*"}},
        "node_modules/lib": {"resolved": "../home/lib", "link": True},
    } == locked(scene)
    assert {"lib", "ms"} == packed(scene)


@pytest.mark.parametrize(
    ("npmrc", "was", "becomes"),
    [
        ("", 1, 3),
        ("", 2, 2),
        ("", 3, 3),
        ("lockfile-version=2\n", 3, 2),
        ("lockfile-version=1\n", 2, 1),
        ("lockfile-version=3\n", 2, 3),
    ],
)
def test_lockfile_versions(scene: Scene, npmrc: str, was: int, becomes: int) -> None:
    """A lockfile keeps its version, but for the first; the setting wins; 2 keeps both sections."""
    scene.publish("ms")
    scene.write({"package.json": {"name": "fn", "version": "1.0.0", "dependencies": {"ms": "1"}}})
    assert 0 == run(scene, "resolve", npm_config_lockfile_version=str(was)).status
    path = scene.project / "package-lock.json"
    before = json.loads(path.read_text())
    scene.write({".npmrc": npmrc})
    assert 0 == run(scene, "resolve").status
    after = json.loads(path.read_text())

    assert (was, becomes) == (before["lockfileVersion"], after["lockfileVersion"])
    for version, lockfile in ((was, before), (becomes, after)):
        assert (version > 1, version < 3) == ("packages" in lockfile, "dependencies" in lockfile)
    assert {"ms"} == packed(scene)


@pytest.mark.parametrize("npmrc", ["", "legacy-peer-deps=true\n"], ids=["edges", "legacy"])
def test_peers_in_a_lockfile_for_npm_6(scene: Scene, npmrc: str) -> None:
    """A package that has only peers has an empty `requires`, unless peers are no dependencies."""
    scene.publish("ms")
    scene.publish("a", peerDependencies={"ms": "1"})
    scene.write(
        {
            "package.json": {"name": "fn", "dependencies": {"a": "1", "ms": "1"}},
            ".npmrc": f"lockfile-version=2\n{npmrc}",
        }
    )
    assert 0 == run(scene, "resolve").status
    lockfile = json.loads((scene.project / "package-lock.json").read_text())

    expected = [None if npmrc else {}, None]
    assert expected == [lockfile["dependencies"][name].get("requires") for name in ("a", "ms")]


def test_a_compact_lockfile(scene: Scene) -> None:
    """`format-package-lock=false` puts the lockfile on one line."""
    scene.write({"package.json": {"name": "fn"}, ".npmrc": "format-package-lock=false\n"})
    assert {} == locked(scene)

    text = (scene.project / "package-lock.json").read_text()
    assert '{"name":"fn","lockfileVersion":3,"requires":true,"packages":{"":{"name":"fn"}}}' == text


def test_an_override_with_an_address_keeps_it(scene: Scene) -> None:
    """`omit-lockfile-registry-resolved` leaves out what a registry answers, and nothing else."""
    own = scene.publish("ms", "2.0.0")["dist"]
    scene.publish("ms", "1.0.0")
    scene.publish("debug", dependencies={"ms": "1"})
    manifest = {"name": "fn", "dependencies": {"debug": "1"}, "overrides": {"ms": own["tarball"]}}
    scene.write({"package.json": manifest, ".npmrc": "omit-lockfile-registry-resolved=true\n"})

    for _ in range(2):
        entries = locked(scene)
        assert "resolved" not in entries["node_modules/debug"]
        assert own["tarball"] == entries["node_modules/ms"]["resolved"]


def test_a_lockfile_in_conflict(scene: Scene) -> None:
    """Both sides of a merge count, as for npm; the marks are told, and `resolve` removes them."""
    for name, version in (("a", "1.0.0"), ("b", "1.0.0"), ("b", "1.1.0")):
        scene.publish(name, version)
    scene.depend("a", "b")
    path = scene.project / "package-lock.json"
    text = path.read_text()
    theirs = text.replace('"version": "1.1.0"', '"version": "1.2.0"')
    assert theirs != text
    line = '      "version": "1.1.0",\n'
    marked = f"<<<<<<< HEAD\n{line}=======\n{line.replace('1.1.0', '1.2.0')}>>>>>>> x\n"
    path.write_text(text.replace(line, marked))

    built = run(scene, "build")
    assert 0 == built.status, built.stderr
    assert "[lockfile-merged]" in built.stderr
    assert "1.1.0" == json.loads(listing(scene.output)["node_modules/b/package.json"])["version"]
    assert 0 == run(scene, "resolve").status
    assert "<<<<<<<" not in path.read_text()
    again = run(scene, "build")
    assert (0, False) == (again.status, "lockfile-merged" in again.stderr)

    path.write_text(text.replace(line, marked.replace("1.2.0", '1.2.0"')))
    refused = run(scene, "build")
    assert (1, "EJSONPARSE") == (refused.status, refused.code)
    assert "conflict" in refused.stderr


@pytest.mark.parametrize("locks", [False, True], ids=["unlocked", "locked"])
def test_a_folder_that_a_package_brings_along(scene: Scene, *, locks: bool) -> None:
    """A published package's `file:./vendor/x` is a link into the package; a real folder here."""
    vendored = {"vendor/x/package.json": b'{"name":"x"}', "vendor/x/index.js": b"exports.x = 1;"}
    scene.publish(
        "a",
        dependencies={"x": "file:./vendor/x"},
        files={**vendored, "index.js": b"require('x');"},
    )
    scene.write(
        {
            "package.json": {"name": "fn", "dependencies": {"a": "1"}},
            "index.js": "require('a'); exports.handler = async () => 1;",
        }
    )
    if locks:
        entries = locked(scene)
        assert {} == entries["node_modules/a/vendor/x"]
        assert {"resolved": "node_modules/a/vendor/x", "link": True} == entries["node_modules/x"]

    result = run(scene, "build")
    assert 0 == result.status, result.stderr
    assert "integrity-missing" not in result.stderr
    assert {"node_modules/x/index.js", "node_modules/a/vendor/x/index.js"} <= set(
        listing(scene.output)
    )
    assert 0 == run(scene, "install").status
    assert (scene.folder / "installed" / "node_modules" / "x" / "index.js").is_file()


@pytest.mark.parametrize("locks", [False, True], ids=["unlocked", "locked"])
def test_an_override_with_a_folder(scene: Scene, *, locks: bool) -> None:
    """Npm looks for the folder inside the package and links nothing; the hint says what works."""
    scene.publish("ms")
    scene.publish("debug", dependencies={"ms": "1"})
    manifest = {"name": "fn", "dependencies": {"debug": "1"}, "overrides": {"ms": "file:./myms"}}
    scene.write({"package.json": manifest, "myms/package.json": {"name": "ms", "version": "9.9.9"}})
    if locks:
        entries = locked(scene)
        assert {"node_modules/debug/myms", "node_modules/ms"} < entries.keys()

    result = run(scene, "build")
    assert 0 == result.status, result.stderr
    assert "[link-dangling]" in result.stderr
    assert "`$ms` as the override" in result.stderr

    (scene.project / "package-lock.json").unlink(missing_ok=True)
    manifest["dependencies"] = {"debug": "1", "ms": "file:./myms"}
    scene.write({"package.json": {**manifest, "overrides": {"ms": "$ms"}}})
    assert {"debug", "ms", "myms"} == {name.split("/")[0] for name in packed(scene)}
    told = json.loads(listing(scene.output)["node_modules/ms/package.json"])
    assert "9.9.9" == told["version"]


@pytest.mark.parametrize("is_nested", [False, True], ids=["for all", "below one"])
def test_an_override_with_a_tarball(scene: Scene, *, is_nested: bool) -> None:
    """A tarball of this disk counts from the project, whatever package depends on it."""
    scene.publish("ms", "2.0.0")
    scene.publish("ms", "1.0.0")
    scene.publish("debug", dependencies={"ms": "1"})
    override = {"ms": "file:./vendor/ms.tgz"}
    scene.write(
        {
            "package.json": {
                "name": "fn",
                "dependencies": {"debug": "1"},
                "overrides": {"debug": override} if is_nested else override,
            },
            "vendor/ms.tgz": scene.registry.tarballs["/ms/-/ms-2.0.0.tgz"],
        }
    )

    for _ in range(2):
        assert {"debug", "ms"} == packed(scene)
    entry = locked(scene)["node_modules/ms"]
    assert ("2.0.0", "file:vendor/ms.tgz") == (entry["version"], entry["resolved"])
    assert {"debug", "ms"} == packed(scene)


def test_the_hint_for_an_override_with_a_folder_below_one(scene: Scene) -> None:
    """A nested override is mended as one for all is."""
    scene.publish("ms")
    scene.publish("debug", dependencies={"ms": "1"})
    manifest = {"name": "fn", "dependencies": {"debug": "1"}}
    manifest["overrides"] = {"debug@1": {"ms": "file:./myms"}}
    scene.write({"package.json": manifest, "myms/package.json": {"name": "ms", "version": "9.9.9"}})

    result = run(scene, "build")
    assert 0 == result.status, result.stderr
    assert "`$ms` as the override" in result.stderr


HOSTILE_LINKS = [
    "node_modules/a/../x",
    "node_modules/a//x",
    "node_modules/a/x/.",
    "node_modules/@s",
]


@pytest.mark.parametrize("location", HOSTILE_LINKS)
def test_locations_that_no_package_has(scene: Scene, location: str) -> None:
    """The target of a link may lie inside a package, and nowhere else below node_modules."""
    scene.publish("a")
    scene.depend("a", lock={location: {}})

    assert "ELOCKFILE" == run(scene, "build").code


def test_a_tarball_inside_a_package(scene: Scene) -> None:
    """What lies inside a package comes with it: a lockfile cannot put another tarball there."""
    scene.publish("a")
    scene.depend("a", lock={"node_modules/a/lib": {"version": "1.0.0", "integrity": "sha512-x"}})

    assert "ELOCKFILE" == run(scene, "build").code


def _wrong_integrity(scene: Scene) -> None:
    """Lock ms 2.1.3 with the integrity of ms 2.0.0."""
    other = scene.publish("ms", "2.0.0")["dist"]["integrity"]
    scene.publish("ms", "2.1.3")
    scene.depend("ms", lock={"node_modules/ms": {"integrity": other}})


@pytest.mark.parametrize("is_filled", [False, True], ids=["empty store", "filled store"])
@pytest.mark.parametrize("command", ["build", "install"])
def test_integrity_of_another_version(scene: Scene, command: str, *, is_filled: bool) -> None:
    """The answer does not depend on what the store has from other builds."""
    _wrong_integrity(scene)
    if is_filled:
        text = (scene.project / "package-lock.json").read_text()
        scene.write({"package-lock.json": text.replace("2.1.3", "2.0.0")})
        scene.write({"package.json": {"name": "fn", "dependencies": {"ms": "2.0.0"}}})
        for filling in ("build", "install"):
            assert 0 == run(scene, filling).status
        _wrong_integrity(scene)

    result = run(scene, command)
    assert (1, "EINTEGRITY") == (result.status, result.code)


def test_integrity_of_another_package_in_one_lockfile(scene: Scene) -> None:
    """Two packages that claim one tarball are looked at one by one."""
    own = scene.publish("a")["dist"]["integrity"]
    scene.publish("b")
    scene.depend("a", "b", lock={"node_modules/b": {"integrity": own}})

    for _ in range(2):
        assert "EINTEGRITY" == run(scene, "build").code


def test_a_tarball_that_says_another_version(scene: Scene) -> None:
    """Tarballs are published whose package.json disagrees: as they were fetched, they are used."""
    manifest = b'{"name":"@was/a","version":"0.9.0"}'
    scene.publish("a", files={"package.json": manifest})
    scene.publish("b")
    scene.depend("a", "b")
    assert {"a", "b"} == packed(scene)
    asked = scene.registry.count()

    scene.depend("a")
    assert {"a"} == packed(scene, "--offline")
    assert asked == scene.registry.count()


def test_a_bundled_command_is_executable(scene: Scene) -> None:
    """The commands of what a tarball brings along are executable, as those of every package."""
    scene.publish(
        "a",
        dependencies={"@s/b": "1"},
        bundleDependencies=["@s/b"],
        files={
            "node_modules/@s/b/package.json": b'{"name":"@s/b","version":"1.0.0","bin":"x.js"}',
            "node_modules/@s/b/x.js": b"#!/usr/bin/env node\r\n",
        },
    )
    scene.write({"package.json": {"name": "fn", "dependencies": {"a": "1"}}})
    assert 0 == run(scene, "build").status

    with ZipFile(scene.output) as archive:
        entry = archive.getinfo("node_modules/a/node_modules/@s/b/x.js")
        assert 0o755 == entry.external_attr >> 16 & 0o777
        assert b"#!/usr/bin/env node\n" == archive.read(entry)


@pytest.mark.parametrize("bundles", [["x"], True], ids=["named", "all"])
def test_a_bundled_package_that_the_tarball_lacks(scene: Scene, bundles: object) -> None:
    """Npm installs without it and so do we, with a warning; the hint mends it."""
    scene.publish("x")
    scene.publish("a", dependencies={"x": "1"}, bundleDependencies=bundles)
    scene.write({"package.json": {"name": "fn", "dependencies": {"a": "1"}}})
    assert ["node_modules/a"] == list(locked(scene))

    result = run(scene, "build")
    assert (0, True) == (result.status, "[bundled-missing]" in result.stderr)
    scene.write({"package.json": {"name": "fn", "dependencies": {"a": "1", "x": "1"}}})
    assert {"node_modules/a", "node_modules/x"} == locked(scene).keys()
    assert {"a", "x"} == packed(scene)
    assert "[bundled-missing]" not in run(scene, "build").stderr


def test_a_tarball_with_a_backslash(scene: Scene) -> None:
    r"""On Linux `c\d.js` is a file's name, in the package and when Lambda unpacks it."""
    scene.publish("weird", files={"c\\d.js": b"1"})
    scene.write({"package.json": {"name": "fn", "dependencies": {"weird": "1"}}})

    result = run(scene, "build")
    assert 0 == result.status, result.stderr
    assert "warning[zip-name-unsafe]" in result.stderr
    with ZipFile(scene.output) as archive:
        assert b"1" == archive.read("node_modules/weird/c\\d.js")
    assert 0 == run(scene, "install").status
    assert (scene.folder / "installed/node_modules/weird/c\\d.js").is_file()


@pytest.mark.parametrize("locks", [True, False])
@pytest.mark.parametrize("npmrc", ["", "install-links=true\n"])
def test_a_folder_elsewhere_that_bundles_packages(scene: Scene, npmrc: str, *, locks: bool) -> None:
    """Its bundle is what npm packs of the folder; the registry is not asked for it."""
    inner = {"name": "dep", "version": "1.0.0", "dependencies": {"deeper": "1"}}
    lib = {"name": "lib", "version": "1.0.0", "dependencies": {"dep": "1"}}
    write_files(
        scene.folder / "lib",
        {
            "package.json": {**lib, "bundleDependencies": ["dep"]},
            "index.js": "module.exports = require('dep');",
            "node_modules/dep/package.json": inner,
            "node_modules/dep/index.js": "module.exports = require('deeper');",
            "node_modules/dep/node_modules/deeper/package.json": {
                "name": "deeper",
                "version": "1.0.0",
            },
            "node_modules/dep/node_modules/deeper/index.js": "",
            "node_modules/stray/package.json": {"name": "stray", "version": "1.0.0"},
        },
    )
    own = {"name": "fn", "dependencies": {"lib": "file:../lib"}}
    scene.write({"package.json": own, "index.js": f"require('lib');\n{HANDLER}", ".npmrc": npmrc})
    if locks:
        locked(scene)

    built = run(scene, "build")

    assert 0 == built.status, built.stderr
    names = [name for name in listing(scene.output) if name.startswith("node_modules/")]
    top = "node_modules/lib/"
    assert [
        f"{top}index.js",
        f"{top}node_modules/dep/index.js",
        f"{top}node_modules/dep/node_modules/deeper/index.js",
        f"{top}node_modules/dep/node_modules/deeper/package.json",
        f"{top}node_modules/dep/package.json",
        f"{top}package.json",
    ] == sorted(names)


def test_a_bundled_package_that_needs_what_its_tarball_lacks(scene: Scene) -> None:
    """The first lockfile lacks it, as npm's does (npm/cli#9821); the hint mends that."""
    inner = b'{"name":"log","version":"1.0.0","dependencies":{"gauge":"1"}}'
    scene.publish("gauge")
    scene.publish(
        "core",
        dependencies={"log": "1"},
        bundleDependencies=["log"],
        files={"node_modules/log/package.json": inner},
    )
    scene.write({"package.json": {"name": "fn", "dependencies": {"core": "1"}}})
    assert {"core", "core/node_modules/log"} == packed(scene)
    assert {"node_modules/core", "node_modules/core/node_modules/log"} == locked(scene).keys()

    refused = run(scene, "build")
    assert (1, "EUSAGE") == (refused.status, refused.code)
    assert "Missing: gauge@1.0.0 from lock file" in refused.stderr
    assert "`python -m zipper resolve`" in refused.stderr
    assert "node_modules/gauge" in locked(scene)
    assert {"core", "core/node_modules/log", "gauge"} == packed(scene)


FORBIDDEN = {
    "file": ({"dependencies": {"x": "file:x.tgz"}}, "allow-file", "EALLOWFILE"),
    "folder": ({"dependencies": {"x": "file:libs/x"}}, "allow-directory", "EALLOWDIRECTORY"),
    "workspace": ({"workspaces": ["libs/x"]}, "allow-directory", "EALLOWDIRECTORY"),
}


@pytest.mark.parametrize("locks", [False, True], ids=["unlocked", "locked"])
@pytest.mark.parametrize(("fields", "key", "code"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_forbidden_places(scene: Scene, fields: dict, key: str, code: str, *, locks: bool) -> None:
    """`allow-file` and `allow-directory` forbid what is on this disk; `root` is the project's."""
    manifest = scene.publish("x")
    tarball = scene.registry.tarballs[
        manifest["dist"]["tarball"].removeprefix(scene.registry.origin)
    ]
    scene.write(
        {"package.json": {"name": "fn", **fields}, "libs/x/package.json": X, "x.tgz": tarball}
    )
    if locks:
        assert locked(scene)

    for allowed, found in (("none", code), ("root", None), ("all", None)):
        scene.write({".npmrc": f"; first\n{key}={allowed}\n"})
        for command in COMMANDS if not locks else ("build", "install"):
            result = run(scene, command)
            assert found == result.code, (allowed, command, result.stderr)
            assert (found is not None) == (".npmrc:2" in result.stderr)
            if not locks:
                (scene.project / "package-lock.json").unlink(missing_ok=True)


def test_commands_are_not_linked(scene: Scene) -> None:
    """`bin-links=false` leaves out node_modules/.bin, in the first install and in the next."""
    scene.publish("a", bin={"a": "cli.js"}, files={"cli.js": b""})
    scene.depend("a")
    folder = scene.folder / "installed" / "node_modules"
    assert 0 == run(scene, "install").status
    assert (folder / ".bin" / "a").is_symlink()

    scene.write({".npmrc": "bin-links=false\n"})
    for _ in range(2):
        assert 0 == run(scene, "install").status
        assert not (folder / ".bin").exists()


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.xfail(strict=True, reason="Deviation: one store zip serves every project")
def test_commands_that_are_not_linked_keep_their_modes(scene: Scene) -> None:
    """With `bin-links=false` npm makes no command executable that the tarball has not so."""
    scene.publish("a", bin={"a": "cli.js"}, files={"cli.js": b""})
    scene.depend("a")
    scene.write({".npmrc": "bin-links=false\n"})
    assert 0 == run(scene, "install").status

    mode = (scene.folder / "installed" / "node_modules" / "a" / "cli.js").stat().st_mode
    assert not mode & 0o111


@pytest.mark.parametrize("npmrc", ["install-strategy=linked\n", "package-lock=false\n"])
def test_settings_that_change_nothing(scene: Scene, npmrc: str) -> None:
    """What is not done as npm does is told, with its place."""
    scene.publish("a")
    scene.depend("a")
    scene.write({".npmrc": npmrc})

    result = run(scene, "build")
    assert 0 == result.status, result.stderr
    assert "[npmrc-unheeded]" in result.stderr
    assert ".npmrc:1" in result.stderr


@pytest.mark.parametrize("on_fail", ["error", "warn", "ignore", None])
def test_development_engines(scene: Scene, on_fail: str | None) -> None:
    """`devEngines` stops, warns or says nothing as `onFail` asks; `force` makes it a warning."""
    wanted = {"name": "node", "version": ">=99", **({"onFail": on_fail} if on_fail else {})}
    scene.write({"package.json": {"name": "fn", "devEngines": {"runtime": wanted}}})
    code = "EBADDEVENGINES" if on_fail in {"error", None} else None

    for command in COMMANDS:
        result = run(scene, command)
        assert code == result.code, result.stderr
        assert (on_fail == "warn") == ("[dev-engines]" in result.stdout + result.stderr)
    scene.write({".npmrc": "force=true\n"})
    assert 0 == run(scene, "build").status


@pytest.mark.parametrize(
    ("engine", "name", "begin"),
    [
        ("packageManager", "pnpm", "commit the lockfile"),
        ("cpu", "arm64", "choose an architecture"),
        ("os", "darwin", 'write `"onFail"'),
        ("libc", "musl", 'write `"onFail"'),
    ],
)
def test_cures_for_development_engines(scene: Scene, engine: str, name: str, begin: str) -> None:
    """The hint names what helps for this engine, and it does."""
    scene.write({"package.json": {"name": "fn", "devEngines": {engine: {"name": name}}}})
    result = run(scene, "build")
    assert ("EBADDEVENGINES", True) == (result.code, f"hint: {begin}" in result.stderr)

    if engine == "packageManager":
        scene.write({"pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n  .: {}\n"})
    elif engine in {"os", "libc"}:
        wanted = {engine: {"name": name, "onFail": "warn"}}
        scene.write({"package.json": {"name": "fn", "devEngines": wanted}})
    words = ["--arch", "arm64"] if engine == "cpu" else []
    assert 0 == scene.build(*words).status


def test_a_workspace_with_narrow_files(scene: Scene) -> None:
    """Its code names a file that `files` leaves out: npm's link finds it, the package does not."""
    joined = "require('path').join(__dirname, '../templates/a.html')"
    shared = {"name": "@acme/shared", "version": "1.0.0", "main": "dist/index.js"}
    scene.write(
        {
            "package.json": {"name": "fn", "workspaces": ["packages/*"]},
            "packages/shared/package.json": {**shared, "files": ["dist"]},
            "packages/shared/dist/index.js": f"require('fs').readFileSync({joined});",
            "packages/shared/templates/a.html": "<p>",
        }
    )
    result = run(scene, "build")
    assert 0 == result.status, result.stderr
    assert "node_modules/@acme/shared/templates/a.html" not in listing(scene.output)
    assert "[linked-files-left-out]" in result.stderr
    assert "`templates/a.html`" in result.stderr

    scene.write({"packages/shared/dist/index.js": "exports.f = () => require('../lib/x');"})
    scene.write({"packages/shared/lib/x.js": ""})
    assert "`lib/x.js`" in run(scene, "build").stderr

    scene.write({"packages/shared/dist/index.js": f"require('fs').readFileSync({joined});"})
    wide = {**shared, "files": ["dist", "templates"]}
    scene.write({"packages/shared/package.json": wide})
    mended = run(scene, "build")
    assert "[linked-files-left-out]" not in mended.stderr
    assert "node_modules/@acme/shared/templates/a.html" in listing(scene.output)


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_links_out_of_the_project(scene: Scene) -> None:
    """They are told, and each hint does what it says."""
    outside = scene.folder / "outside"
    outside.mkdir()
    (outside / "a.js").write_text("1")
    (scene.project / "file.js").symlink_to("../outside/a.js")
    (scene.project / "folder").symlink_to(outside)
    (scene.project / "broken").symlink_to("nowhere")
    (scene.project / "inside.js").symlink_to("index.js")
    (scene.project / "loop").symlink_to(".")
    (scene.project / "itself").symlink_to("itself")
    (scene.project / "there").symlink_to("back")
    (scene.project / "back").symlink_to("there")

    result = run(scene, "build")
    assert 0 == result.status, result.stderr
    assert {"index.js", "inside.js", "package.json"} == set(listing(scene.output))
    for name, hint in (
        ("file.js", "--exclude '!file.js'"),
        ("folder", "--exclude '!folder'"),
        ("broken", "--exclude broken"),
        ("itself", "--exclude itself"),
        ("there", "--exclude there"),
    ):
        assert f"warning[left-out]: `{name}` is not in the package" in result.stderr
        assert hint in result.stderr

    kept = ("--exclude", "!file.js", "--exclude", "!folder")
    options = (
        *kept,
        *("--exclude=broken", "--exclude=itself", "--exclude=there", "--exclude=back"),
    )
    result = run(scene, "build", *options)
    assert {"index.js", "inside.js", "package.json", "file.js", "folder/a.js"} == set(
        listing(scene.output)
    )
    assert "left-out" not in result.stderr


def test_a_missing_module_may_be_in_a_layer(scene: Scene) -> None:
    """The hint names `--layer`, and with the layer's zip nothing is missing."""
    scene.write({"index.js": "require('ms'); exports.handler = async () => 1;"})
    result = run(scene, "build")
    assert 1 == result.status
    assert "`--layer ZIP`" in result.stderr

    layer = scene.folder / "layer.zip"
    with ZipFile(layer, "w") as archive:
        for name, text in (("package.json", '{"name":"ms"}'), ("index.js", "")):
            info = ZipInfo(f"nodejs/node_modules/ms/{name}")
            info.external_attr = 0o100644 << 16
            archive.writestr(info, text)
    assert 0 == run(scene, "build", "--layer", str(layer)).status
