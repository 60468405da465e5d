"""A member of a workspace is built from its root: its own closure, and nothing else."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command import CommandResult, run_zipper
from tests.support.scene import HANDLER, Scene, listing, write_files

if TYPE_CHECKING:
    from pathlib import Path

USES = 'require("shared"); require("left");\n'


@pytest.fixture
def workspace(scene: Scene) -> Scene:
    """Two functions and a library, of which the registry has other packages of the same names."""
    for name in ("shared", "fn-a", "fn-b"):
        scene.publish(name, "1.0.5", files={"stranger.js": b"1"})
    for name, version in (
        ("left", "1.3.0"),
        ("left", "2.0.0"),
        ("deep", "1.0.0"),
        ("only-b", "1.0.0"),
    ):
        text = f"exports.version = '{version}'\n".encode()
        needs = {"deep": "^1.0.0"} if name == "left" else {}
        scene.publish(name, version, files={"index.js": text}, dependencies=needs)
    members = {
        "packages/fn-a": {"dependencies": {"shared": "^1.0.0", "left": "^2.0.0"}},
        "packages/fn-b": {"dependencies": {"only-b": "*", "left": "^1.0.0", "shared": "*"}},
        "packages/shared": {
            "dependencies": {"left": "^1.0.0"},
            "files": ["lib"],
            "main": "lib/a.js",
        },
    }
    shutil.rmtree(scene.project)
    files: dict[str, str | bytes | dict] = {
        "package.json": {"name": "root", "private": True, "workspaces": ["packages/*"]},
        "packages/shared/lib/a.js": 'module.exports = require("left")\n',
        "packages/shared/test/a.js": "never packed\n",
    }
    for folder, manifest in members.items():
        name = folder.rpartition("/")[2]
        files[f"{folder}/package.json"] = {"name": name, "version": "1.0.0", **manifest}
        if name != "shared":
            files[f"{folder}/index.js"] = (USES if name == "fn-a" else "") + HANDLER
    write_files(scene.project, files)
    return scene


def zipper(
    scene: Scene, *words: str | Path, status: int = 0, cwd: Path | None = None
) -> CommandResult:
    """Run a command with the scene's cache and registry, and look at its status."""
    extra = ("--cache-dir", str(scene.cache))
    done = run_zipper(*map(str, words), *extra, cwd=cwd or scene.project, env=scene.environment)
    assert status == done.status, done.stderr
    return done


def requested_siblings(scene: Scene) -> list[str]:
    """Return the requests whose path names a member of the workspace."""
    names = ("/shared", "/fn-a", "/fn-b")
    return [one.path for one in scene.registry.requests if one.path.startswith(names)]


def test_a_member_holds_its_closure_alone(workspace: Scene) -> None:
    """Siblings are real folders packed as npm packs them; each finds what the lockfile says."""
    zipper(workspace, "resolve")
    done = zipper(workspace, "build", "packages/fn-a", "-o", workspace.output, "--json")
    files = listing(workspace.output)

    assert {
        "index.js", "package.json",
        "node_modules/shared/lib/a.js", "node_modules/shared/package.json",
        "node_modules/left/index.js", "node_modules/left/package.json",
        "node_modules/shared/node_modules/left/index.js",
        "node_modules/shared/node_modules/left/package.json",
        "node_modules/deep/index.js", "node_modules/deep/package.json",
    } == set(files)  # fmt: skip
    assert b"2.0.0" in files["node_modules/left/index.js"]
    assert b"1.3.0" in files["node_modules/shared/node_modules/left/index.js"]
    assert done.document is not None
    codes = [finding["code"] for finding in done.document["findings"]]
    assert [] == codes
    assert {
        "root": str(workspace.project.resolve()),
        "lockfile": str(workspace.project.resolve() / "package-lock.json"),
        "member": "packages/fn-a",
        "siblings": 1,
    } == done.document["workspace"]
    assert [] == requested_siblings(workspace)


def test_copies_are_told_with_who_needs_them(workspace: Scene) -> None:
    """What cannot stand beside another version is packed for each that needs it, with an info."""
    needs = {"shared": "*", "other": "*", "left": "^2.0.0"}
    files: dict[str, str | bytes | dict] = {
        "packages/fn-a/package.json": {"name": "fn-a", "version": "1.0.0", "dependencies": needs},
        "packages/other/package.json": {"name": "other", "dependencies": {"left": "^1.0.0"}},
    }
    write_files(workspace.project, files)
    zipper(workspace, "resolve")
    done = zipper(workspace, "build", "packages/fn-a", "-o", workspace.output, "-v")

    assert "info[package-copies]" in done.stderr
    assert "`left@1.3.0` is packed 2 times: `other`, `shared@1.0.0` need it" in done.stderr
    assert "`left@2.0.0` for `fn-a@1.0.0` takes its place" in done.stderr


def test_the_same_bytes_in_another_place_and_again(workspace: Scene) -> None:
    """Neither the folder of the workspace nor what is remembered reaches the zip."""
    zipper(workspace, "resolve")
    other = workspace.folder / "elsewhere" / "copy"
    shutil.copytree(workspace.project, other)
    outputs = [workspace.folder / "out" / f"{number}.zip" for number in range(3)]
    zipper(workspace, "build", "packages/fn-a", "-o", outputs[0])
    zipper(workspace, "build", "packages/fn-a", "-o", outputs[1])
    zipper(workspace, "build", ".", "-o", outputs[2], cwd=other / "packages" / "fn-a")

    assert 1 == len({output.read_bytes() for output in outputs})


@pytest.mark.parametrize("command", ["build", "install", "audit", "vendor", "explain"])
@pytest.mark.parametrize("options", [(), ("--no-workspace",)])
def test_siblings_names_never_leave_without_a_lockfile(
    workspace: Scene, command: str, options: tuple[str, ...]
) -> None:
    """Where nothing says what a sibling's name means, it is an error, and no request has it."""
    into = ("--into", workspace.folder / "into")
    words = {"vendor": into, "install": into, "explain": ("left",)}.get(command, ())
    done = zipper(workspace, command, "packages/fn-a", *words, *options, status=1)

    assert "error[EWORKSPACE]: `shared` is a member of this workspace" in done.stderr
    assert [] == requested_siblings(workspace)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("# THIS IS AN AUTOGENERATED FILE.\n# yarn lockfile v1\n\n\n", 0),
        ("# THIS IS AN AUTOGENERATED FILE.\r\n# yarn lockfile v1\r\n\r\n", 0),
        ("", 1),
        ("# notes of somebody\n", 1),
        ("# yarn lockfile v1\n\nnonsense\n", 1),
    ],
)
def test_a_lockfile_of_yarn_without_entries_counts(
    workspace: Scene, text: str, status: int
) -> None:
    """Yarn 1 writes no member into its lockfile: where all are members, it holds its head alone."""
    for folder in (workspace.project / "packages").iterdir():
        manifest = json.loads((folder / "package.json").read_text())
        needs = {name: spec for name, spec in manifest["dependencies"].items() if name == "shared"}
        (folder / "package.json").write_text(json.dumps({**manifest, "dependencies": needs}))
    files = {"packages/fn-a/index.js": HANDLER, "packages/shared/lib/a.js": "1\n"}
    write_files(workspace.project, {"yarn.lock": text.encode(), **files})
    done = zipper(
        workspace, "build", "packages/fn-a", "-o", workspace.output, "--json", status=status
    )

    assert [] == requested_siblings(workspace)
    assert done.document is not None
    if status:
        assert "EWORKSPACE" == done.document["error"]["code"]
    else:
        assert "yarn" == done.document["lockfile"]["tool"]
        assert 1 == done.document["workspace"]["siblings"]
        assert "node_modules/shared/lib/a.js" in listing(workspace.output)


def test_the_hint_works(workspace: Scene) -> None:
    """`resolve` in the member writes the root's lockfile, with which the build goes through."""
    zipper(workspace, "resolve", "packages/fn-a")
    assert (workspace.project / "package-lock.json").exists()
    assert not (workspace.project / "packages/fn-a/package-lock.json").exists()
    told = zipper(workspace, "build", "packages/fn-a", "-o", workspace.output).stdout
    zipper(workspace, "install", "packages/fn-b", "--into", workspace.folder / "made")

    assert "(package-lock.json), 1 sibling packed\n" in told

    assert [] == requested_siblings(workspace)
    made = workspace.folder / "made" / "node_modules"
    assert ["deep", "left", "only-b", "shared"] == sorted(
        p.name for p in made.iterdir() if p.name[0] != "."
    )


def test_a_locked_stranger_is_named(workspace: Scene) -> None:
    """What npm locked because the spec cannot mean the sibling is packed with a warning."""
    workspace.publish("shared", "5.0.0", files={"stranger.js": b"1"})
    manifest = {"name": "fn-a", "version": "1.0.0", "dependencies": {"shared": "^5.0.0"}}
    write_files(workspace.project, {"packages/fn-a/package.json": manifest})
    write_files(workspace.project, {"packages/fn-a/index.js": HANDLER})
    zipper(workspace, "resolve", ".")
    done = zipper(workspace, "build", "packages/fn-a", "-o", workspace.output)

    assert "warning[sibling-shadowed]" in done.stderr
    assert "node_modules/shared/stranger.js" in listing(workspace.output)


@pytest.mark.parametrize("place", ["packages/shared", "packages/fn-a"])
def test_a_development_dependency_wins_as_in_npm(workspace: Scene, place: str) -> None:
    """Nothing is packed for its sake, a warning says so each time, and its hint works."""
    workspace.publish("twice", files={"index.js": b"1"})
    path = workspace.project / place / "package.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["dependencies"]["twice"] = "*"
    write_files(
        workspace.project,
        {f"{place}/package.json": {**manifest, "devDependencies": {"twice": "*"}}},
    )
    zipper(workspace, "resolve")
    for _ in range(2):
        done = zipper(workspace, "build", "packages/fn-a", "-o", workspace.output)
        assert f"warning[dev-left-out]: {place}/package.json: `twice`" in done.stderr
        assert "node_modules/twice/index.js" not in listing(workspace.output)
    other = zipper(workspace, "build", "packages/fn-b", "-o", workspace.output)
    assert ("dev-left-out" in other.stderr) == (place == "packages/shared")

    write_files(workspace.project, {f"{place}/package.json": manifest})
    zipper(workspace, "resolve")
    done = zipper(workspace, "build", "packages/fn-a", "-o", workspace.output)

    assert "dev-left-out" not in done.stderr
    assert "node_modules/twice/index.js" in listing(workspace.output)


def test_another_members_platform_is_no_hindrance(workspace: Scene) -> None:
    """A package that another member needs, and that cannot run on Lambda, stops no build."""
    workspace.publish("mac-only")
    manifest = {"name": "fn-b", "version": "1.0.0", "dependencies": {"mac-only": "*"}}
    write_files(workspace.project, {"packages/fn-b/package.json": manifest})
    zipper(workspace, "resolve")
    lockfile = workspace.project / "package-lock.json"
    locked = json.loads(lockfile.read_text())
    locked["packages"]["node_modules/mac-only"]["os"] = ["darwin"]
    lockfile.write_text(json.dumps(locked))
    zipper(workspace, "build", "packages/fn-a", "-o", workspace.output)

    refused = zipper(workspace, "build", "packages/fn-b", status=1)
    assert "error[EBADPLATFORM]" in refused.stderr


def test_what_a_member_does_not_declare_is_named(workspace: Scene) -> None:
    """What Node finds in the installed workspace alone fails the build, with who declares it."""
    write_files(workspace.project, {"packages/fn-a/index.js": 'require("only-b");\n' + HANDLER})
    zipper(workspace, "resolve")
    done = zipper(workspace, "build", "packages/fn-a", "-o", workspace.output, status=1)
    again = zipper(workspace, "build", "packages/fn-a", "-o", workspace.output, status=1)

    assert "error[undeclared-dependency]: `index.js` line 1 needs `only-b`" in done.stderr
    assert "`packages/fn-b/package.json` declares it" in done.stderr
    assert "add `only-b` to `dependencies` of `packages/fn-a/package.json`" in done.stderr
    assert done.stderr.count("error[") == again.stderr.count("error[") == 1


def test_the_roots_dependencies_come_on_request(workspace: Scene) -> None:
    """A repository with one package.json for all packs what the root depends on."""
    root = {"name": "root", "workspaces": ["packages/*"], "dependencies": {"only-b": "*"}}
    write_files(workspace.project, {"packages/fn-a/index.js": 'require("only-b");\n' + HANDLER})
    write_files(workspace.project, {"package.json": root})
    zipper(workspace, "resolve")
    zipper(workspace, "build", "packages/fn-a", "-o", workspace.output, status=1)
    extra = "--include-root-dependencies"
    zipper(workspace, "build", "packages/fn-a", "-o", workspace.output, extra)

    assert "node_modules/only-b/index.js" in listing(workspace.output)


def test_a_sibling_that_is_not_built_fails_the_build(workspace: Scene) -> None:
    """The member, its file and the script that makes it are named; after it the build passes."""
    manifest = {
        "name": "shared",
        "version": "1.0.0",
        "main": "dist/index.js",
        "scripts": {"build": "tsc", "test": "x"},
    }
    write_files(workspace.project, {"packages/shared/package.json": manifest})
    zipper(workspace, "resolve")
    done = zipper(workspace, "build", "packages/fn-a", "-o", workspace.output, status=1)
    write_files(workspace.project, {"packages/shared/dist/index.js": "exports.x = 1\n"})
    zipper(workspace, "build", "packages/fn-a", "-o", workspace.output)

    assert "error[sibling-unbuilt]" in done.stderr
    assert "the sibling `packages/shared` is not built" in done.stderr
    assert "make it first: `npm run build -w shared`" in done.stderr


def test_all_functions_of_a_workspace_in_one_command(workspace: Scene) -> None:
    """The root's settings name them by a pattern; each zip is that of the member built alone."""
    root = {
        "name": "root",
        "workspaces": ["packages/*"],
        "zipper": {"functions": ["packages/fn-*"]},
    }
    write_files(workspace.project, {"package.json": root})
    zipper(workspace, "resolve", "packages/fn-a")
    zipper(workspace, "build", "packages/fn-a", "-o", workspace.output)
    done = zipper(workspace, "build", ".")
    again = zipper(workspace, "build", ".")

    assert workspace.output.read_bytes() == (workspace.project / "fn-a.zip").read_bytes()
    assert "node_modules/only-b/index.js" in listing(workspace.project / "fn-b.zip")
    assert "2 functions built" in done.stdout
    assert "0 functions built, 2 unchanged" in again.stdout


def test_a_root_locked_by_yarn_1_in_part_is_refused(workspace: Scene) -> None:
    """What its members ask for has to be in it; no name of a member is asked for."""
    left = next(row for row in workspace.registry.packuments["left"]["versions"].values())
    lock = f'left@^1.0.0:\n  version "1.3.0"\n  resolved "{left["dist"]["tarball"]}"\n'
    write_files(workspace.project, {"yarn.lock": f"# yarn lockfile v1\n\n\n{lock}"})
    done = zipper(workspace, "build", "packages/fn-a", "-o", workspace.output, status=1)

    assert "EFROZENLOCKFILE" == done.code
    assert "`left@^2.0.0` is not in it" in done.stderr
    assert [] == requested_siblings(workspace)


def test_what_is_said_of_a_member_is_not_said_of_the_same_bytes_alone(workspace: Scene) -> None:
    """The verdict on equal bytes is another one without the workspace, whichever came first."""
    write_files(workspace.project, {"packages/fn-a/package.json": {"name": "fn-a"}})
    write_files(workspace.project, {"packages/fn-a/index.js": 'require("only-b");\n' + HANDLER})
    zipper(workspace, "resolve")
    words = ("build", "packages/fn-a", "-o", workspace.output, "--keep-failed")
    member = zipper(workspace, *words, status=1)
    first = workspace.output.read_bytes()
    alone = zipper(workspace, *words, "--no-workspace", status=1)

    assert first == workspace.output.read_bytes()
    assert "error[undeclared-dependency]" in member.stderr
    assert "error[module-missing]" in alone.stderr
    assert "undeclared-dependency" not in alone.stderr


LOGO = 'require("fs").readFileSync(require("path").join(__dirname, "..", "../assets/logo.png"));\n'


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        (LOGO + HANDLER, "error"),
        (f"exports.handler = async () => {{ {LOGO} }};\n", "warning"),
    ],
)
def test_a_file_outside_of_the_member_comes_with_its_include(
    workspace: Scene, code: str, severity: str
) -> None:
    """The finding names file and line, and its hint brings the file to where the code looks."""
    write_files(workspace.project, {"assets/logo.png": b"\x89PNG", "packages/fn-a/index.js": code})
    zipper(workspace, "resolve")
    words = ("build", "packages/fn-a", "-o", workspace.output)
    first = zipper(workspace, *words, status=int(severity == "error"))
    again = zipper(workspace, *words, status=int(severity == "error"))

    message = (
        f"{severity}[file-outside]: `index.js` line 1 names `../../assets/logo.png`: the workspace "
        "has `assets/logo.png`, and the package has not: on Lambda the path is `/assets/logo.png`"
    )
    assert message in first.stderr
    assert message in again.stderr
    option = first.stderr.partition("with `")[2].partition("`")[0].split()
    assert ["--include", "../../assets/logo.png"] == option
    done = zipper(workspace, *words, *option, "--json")

    assert done.document is not None
    assert [] == [one["code"] for one in done.document["findings"]]
    assert "packages/fn-a/index.handler" == done.document["handler"]
    assert {"assets/logo.png", "packages/fn-a/index.js", "node_modules/shared/lib/a.js"} < set(
        listing(workspace.output)
    )


def test_a_file_that_comes_later_is_found(workspace: Scene) -> None:
    """A verdict is remembered while the files that it asked about are there, or absent, as then."""
    write_files(workspace.project, {"packages/fn-a/index.js": LOGO + HANDLER})
    zipper(workspace, "resolve")
    words = ("build", "packages/fn-a", "-o", workspace.output)
    before = zipper(workspace, *words)
    write_files(workspace.project, {"assets/logo.png": b"1"})
    after = zipper(workspace, *words, status=1)

    assert "file-outside" not in before.stderr
    assert "error[file-outside]" in after.stderr


def test_a_module_outside_of_the_member_comes_with_its_include(workspace: Scene) -> None:
    """A relative request that leaves the folder has the same hint, and its packages are found."""
    files: dict[str, str | bytes | dict] = {
        "common/util.js": 'module.exports = require("left");\n',
        "packages/fn-a/src/index.js": f'require("../../../common/util");\n{HANDLER}',
    }
    write_files(workspace.project, files)
    zipper(workspace, "resolve")
    words = ("build", "packages/fn-a", "-o", workspace.output, "--handler", "src/index.handler")
    first = zipper(workspace, *words, status=1)
    option = first.stderr.partition("with `")[2].partition("`")[0].split()
    done = zipper(workspace, *words, *option)

    assert "error[module-missing]" in first.stderr
    assert ["--include", "../../common/util.js"] == option
    assert "common/util.js" in listing(workspace.output)
    assert "built packages/fn-a/src/index.handler" in done.stdout


def test_a_siblings_file_outside_of_it_is_to_be_moved(workspace: Scene) -> None:
    """Where no `include` brings a file to where a sibling's code looks, the hint says so."""
    manifest = {"name": "shared", "version": "1.0.0", "main": "index.js"}
    write_files(workspace.project, {"packages/shared/package.json": manifest})
    write_files(workspace.project, {"packages/shared/index.js": "read('../assets/logo.png');\n"})
    write_files(workspace.project, {"packages/assets/logo.png": b"1"})
    zipper(workspace, "resolve")
    done = zipper(workspace, "build", "packages/fn-a", "-o", workspace.output)

    assert "warning[file-outside]: `node_modules/shared/index.js` line 1" in done.stderr
    assert "move `packages/assets/logo.png` into `packages/shared`" in done.stderr


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("../../../etc/passwd", "leaves"),
        ("../..", "leaves"),
        ("../../", "leaves"),
        ("../../nothing.png", "finds no file"),
        ("../../assets/*.jpg", "finds no file"),
    ],
)
def test_an_include_that_leaves_the_workspace_is_refused(
    workspace: Scene, pattern: str, message: str
) -> None:
    """Nothing above the root is packed, and a pattern without a file is no silent success."""
    write_files(workspace.project, {"assets/logo.png": b"1"})
    zipper(workspace, "resolve")
    done = zipper(workspace, "build", "packages/fn-a", "--include", pattern, status=1)

    assert "error[EPATTERN]" in done.stderr
    assert message in done.stderr


def test_secrets_outside_of_the_member_stay_out(workspace: Scene) -> None:
    """What is left out of a project's own files is left out of those, and reported."""
    files: dict[str, str | bytes | dict] = {"assets/a.txt": "1", "assets/.env": "SECRET=1"}
    write_files(workspace.project, {**files, "assets/node_modules/x/index.js": "1"})
    zipper(workspace, "resolve")
    words = ("build", "packages/fn-a", "-o", workspace.output, "--include", "../../assets/")
    done = zipper(workspace, *words, "-v")

    assert ["assets/a.txt"] == [one for one in listing(workspace.output) if one[:6] == "assets"]
    assert "`assets/.env` is not in the package" in done.stderr


def test_the_roots_settings_hold_for_a_member(workspace: Scene) -> None:
    """Its own go before them, key by key; what the root says of itself as a project does not."""
    root: dict[str, Any] = {"name": "root", "private": True, "workspaces": ["packages/*"]}
    own: dict[str, Any] = {"name": "fn-b", "version": "1.0.0", "zipper": {"architecture": "arm64"}}
    settings = {"runtime": "nodejs22.x", "architecture": "x86_64", "handler": "no.where"}
    write_files(workspace.project, {"package.json": {**root, "zipper": settings}})
    write_files(workspace.project, {"packages/fn-b/package.json": own})
    write_files(workspace.project, {"packages/fn-b/main.js": "exports.run = async () => 1;\n"})
    zipper(workspace, "resolve")

    def build(*words: str) -> tuple[str, str, str]:
        done = zipper(workspace, "build", "packages/fn-b", "--dry-run", "--json", *words)
        assert done.document is not None
        return tuple(done.document[key] for key in ("runtime", "architecture", "handler"))

    assert ("nodejs22.x", "arm64", "index.handler") == build()
    assert ("nodejs24.x", "arm64", "index.handler") == build("--no-workspace")

    one = {"name": "b", "project": "packages/fn-b", "handler": "main.run", "runtime": "nodejs20.x"}
    several = {**settings, "functions": [one, {"name": "a", "project": "packages/fn-a"}]}
    write_files(workspace.project, {"package.json": {**root, "zipper": several}})

    assert ("nodejs20.x", "arm64", "main.run") == build()


def test_a_member_of_a_workspace_locked_by_yarn_1_has_its_instances(workspace: Scene) -> None:
    """`resolutions` with a path hold, and a warm build is the same without a request."""
    root = {
        "name": "root",
        "private": True,
        "workspaces": ["packages/*"],
        "resolutions": {"**/shared/left": "2.0.0"},
    }
    urls = {
        name: {version: row["dist"]["tarball"] for version, row in packument["versions"].items()}
        for name, packument in workspace.registry.packuments.items()
    }
    rows = (("left@^1.0.0", "left", "1.3.0"), ("left@2.0.0, left@^2.0.0", "left", "2.0.0"))
    lock = "".join(
        f'{key}:\n  version "{version}"\n  resolved "{urls[name][version]}"\n'
        f'  dependencies:\n    deep "^1.0.0"\n\n'
        for key, name, version in rows
    )
    lock += f'deep@^1.0.0:\n  version "1.0.0"\n  resolved "{urls["deep"]["1.0.0"]}"\n\n'
    lock += f'only-b@*:\n  version "1.0.0"\n  resolved "{urls["only-b"]["1.0.0"]}"\n'
    write_files(
        workspace.project, {"package.json": root, "yarn.lock": f"# yarn lockfile v1\n\n\n{lock}"}
    )
    told = zipper(workspace, "build", "packages/fn-a", "-o", workspace.output).stdout
    first = workspace.output.read_bytes()
    files = listing(workspace.output)
    assert "(yarn.lock), 1 sibling packed\n" in told
    workspace.registry.requests.clear()
    zipper(workspace, "build", "packages/fn-a", "-o", workspace.output)

    assert b"2.0.0" in files["node_modules/left/index.js"]
    assert "node_modules/shared/lib/a.js" in files
    assert "node_modules/shared/node_modules/left/index.js" not in files
    assert first == workspace.output.read_bytes()
    assert [] == workspace.registry.requests
