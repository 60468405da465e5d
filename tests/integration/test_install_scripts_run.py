"""Install scripts leave what they leave with npm, once; the second build starts no Node."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from contextlib import suppress
from pathlib import Path

import pytest
from support.node import fetch_with_npm, node_of
from support.npm import require_npm

from zipper.errors import NodeError
from zipper.node.built_packages import ScriptSettings, build_packages
from zipper.node.install_scripts import ScriptPackage, package_scripts
from zipper.npm.integrity import from_data
from zipper.store.extract import extract
from zipper.store.install_files import link_packages
from zipper.store.keys import StoreKey
from zipper.store.store_zip_format import inflate
from zipper.store.store_zips import Store
from zipper.target import Target

pytestmark = [pytest.mark.node, pytest.mark.skipif(os.name == "nt", reason="scripts are for sh")]

TARGET = Target("nodejs20.x")

WRITE = """
const fs = require('fs');
const path = require('path');
const event = process.env.npm_lifecycle_event;
fs.appendFileSync('order.txt', event + '\\n');
fs.mkdirSync('made', { recursive: true });
const names = Object.keys(process.env).filter((name) => name.startsWith('npm_'));
const kept = names.sort().map((name) => [name, process.env[name]]);
fs.writeFileSync(`made/${event}.json`, JSON.stringify(Object.fromEntries(kept)));
if (event === 'install') {
  fs.writeFileSync('tool', '#!/bin/sh\\n');
  fs.chmodSync('tool', 0o755);
  fs.unlinkSync('removed.txt');
  fs.writeFileSync('changed.txt', 'after');
  fs.mkdirSync('../.made-beside', { recursive: true });
  fs.writeFileSync('../.made-beside/index.js', 'module.exports = 1;\\n');
}
console.log('ran', event, process.cwd().split(path.sep).slice(-2).join('/'));
"""

MANIFEST = {
    "name": "made",
    "version": "1.0.0",
    "bin": "cli.js",
    "config": {"port": 80},
    "engines": {"node": ">=1"},
    "scripts": dict.fromkeys(("preinstall", "install", "postinstall"), "node write.js"),
}

FILES = {
    "package.json": json.dumps(MANIFEST),
    "write.js": WRITE,
    "cli.js": "#!/usr/bin/env node\n",
    "removed.txt": "before",
    "changed.txt": "before",
}


def tarball_of(files):
    """Return a package's tarball."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content.encode()))
    return buffer.getvalue()


class Project:
    """A tree with one package, and what building it asks for."""

    def __init__(self, folder, tarball, *, optional=False, others=()):
        self.folder = folder
        self.store = Store(folder / "cache")
        self.asked = []
        self.zips = {}
        for one in (*others, tarball):
            location, package, own = self._add(one, optional=optional)
            self.zips[location] = own
        self.packages = {location: (package, own)}
        self.location = location

    def _add(self, tarball, *, optional):
        digest = from_data(tarball)
        key = StoreKey("sha512", digest.hex_digest)
        own = self.store.add(key, extract(tarball, label="it"))
        package_json = json.loads(own.read("package.json"))
        location = f"node_modules/{package_json['name']}"
        package = ScriptPackage(
            location=location,
            name=package_json["name"],
            version=package_json["version"],
            content=key.digest,
            package_json=package_json,
            scripts=package_scripts(
                package_json, has_binding_gyp=own.read("binding.gyp") is not None
            ),
            integrity=str(digest),
            optional=optional,
        )
        return location, package, own

    def build(self, *, major=20, target=TARGET, timeout_seconds=120, **variables):
        """Build the last package and return it."""
        built = build_packages(
            self.packages,
            store=self.store,
            settings=ScriptSettings(
                target=target,
                node_version=node_of(major).version,
                logs=self.folder / "logs",
                timeout_seconds=timeout_seconds,
                variables=variables,
            ),
            provide_node=lambda: self.asked.append("node") or node_of(major),
            make_tree=self.make_tree,
        )
        return built[self.location]

    def make_tree(self, root):
        """Make the tree on disk."""
        self.asked.append("tree")
        link_packages([[(own, f"{root}/{at}") for at, own in self.zips.items()]], copy=True)


def contents(entries):
    """Return name to content and whether it is executable."""
    return {entry.name.decode(): (inflate(entry), bool(entry.mode & 0o111)) for entry in entries}


def on_disk(folder):
    """Return the same of a folder."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), bool(path.stat().st_mode & 0o111))
        for path in folder.rglob("*")
        if path.is_file()
    }


def install_with_npm(folder, *specs):
    """Install with npm, scripts included, and return the node_modules folder."""
    require_npm()
    folder.mkdir()
    (folder / "package.json").write_text('{"name": "project", "version": "1.0.0"}')
    subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--foreground-scripts", *specs],
        cwd=folder,
        check=True,
        capture_output=True,
        env={**os.environ, "npm_config_cache": str(folder.parent / "npm-cache")},
    )
    return folder / "node_modules"


def test_same_files_as_npm(tmp_path):
    """Written, changed, removed, executable and beside: all as npm leaves them, in its order."""
    tarball = tarball_of(FILES)
    (tmp_path / "made.tgz").write_bytes(tarball)
    theirs = install_with_npm(tmp_path / "npm", str(tmp_path / "made.tgz"))

    ours = Project(tmp_path, tarball).build()

    files, wanted = contents(ours.files), on_disk(theirs / "made")
    assert {*wanted} == {*files}
    assert b"preinstall\ninstall\npostinstall\n" == files["order.txt"][0]
    assert "removed.txt" not in files
    for name in ("order.txt", "tool", "changed.txt", "cli.js", "write.js"):
        assert wanted[name] == files[name]
    assert on_disk(theirs / ".made-beside") == {
        name.removeprefix(".made-beside/"): found for name, found in contents(ours.beside).items()
    }


def test_variables_of_npm(tmp_path):
    """The variables that npm gives to scripts are there; where they differ, the target decides."""
    tarball = tarball_of(FILES)
    (tmp_path / "made.tgz").write_bytes(tarball)
    theirs = install_with_npm(tmp_path / "npm", str(tmp_path / "made.tgz"))
    wanted = json.loads((theirs / "made" / "made" / "install.json").read_text())

    ours = Project(tmp_path, tarball).build(target=Target("nodejs20.x", "arm64"), MINE="1")

    found = json.loads(contents(ours.files)["made/install.json"][0])
    same = [
        name
        for name in wanted
        if name.startswith(("npm_package_", "npm_lifecycle_"))
        and name not in ("npm_package_json", "npm_package_resolved")
    ]
    assert {name: wanted[name] for name in same} == {name: found.get(name) for name in same}
    assert {"npm_package_config_port", "npm_package_engines_node", "npm_package_bin_made"} <= {
        *same
    }
    assert ("arm64", "linux", "glibc") == (
        found["npm_config_arch"],
        found["npm_config_platform"],
        found["npm_config_libc"],
    )
    assert "npm_config_target" not in found, "node-pre-gyp 1.0 then knows no Node.js 20"


def test_second_build_runs_nothing(tmp_path):
    """What scripts made is in the store: no tree is made and no Node asked for."""
    project = Project(tmp_path, tarball_of(FILES))
    first = project.build()
    assert ["node", "tree"] == project.asked

    second = project.build()

    assert ["node", "tree"] == project.asked
    assert contents(first.files) == contents(second.files)
    assert contents(first.beside) == contents(second.beside)
    assert second.log == first.log
    assert "ran preinstall node_modules/made" in first.log.read_text()


def test_same_folder_in_every_build(tmp_path):
    """Compilers write paths into what they make; builds with other stores still agree."""
    manifest = {"name": "made", "version": "1.0.0", "scripts": {"install": "pwd > where.txt"}}
    tarball = tarball_of({"package.json": json.dumps(manifest)})
    (tmp_path / "other").mkdir()

    one, other = Project(tmp_path, tarball).build(), Project(tmp_path / "other", tarball).build()

    assert contents(one.files) == contents(other.files)


def test_another_target_is_built_anew(tmp_path):
    """A result belongs to its target, Node and variables."""
    project = Project(tmp_path, tarball_of(FILES))
    project.build()
    project.build(target=Target("nodejs20.x", "arm64"))
    project.build(MINE="1")

    assert ["node", "tree"] * 3 == project.asked


def test_store_is_never_changed(tmp_path):
    """A script that changes a file in place changes a copy."""
    project = Project(tmp_path, tarball_of(FILES))
    project.build()

    assert b"before" == project.zips[project.location].read("changed.txt")


def failing(command, **more):
    """Return a package whose install script is `command`."""
    manifest = {"name": "bad", "version": "2.0.0", "scripts": {"install": command, **more}}
    return tarball_of({"package.json": json.dumps(manifest)})


def test_failure_of_a_required_package(tmp_path):
    """The build fails with the command, the status and the end of the log."""
    project = Project(tmp_path, failing("echo going; echo wrong >&2; exit 3"))

    with pytest.raises(NodeError) as caught:
        project.build()

    facts = dict(caught.value.facts)
    assert "ESCRIPT" == caught.value.code
    assert "the install script of bad@2.0.0 exited with status 3" == caught.value.message
    assert "going\nwrong" == facts["it said"]
    assert "going" in Path(facts["log"]).read_text(encoding="utf-8")


def test_failure_of_an_optional_package(tmp_path):
    """An optional package is dropped, its later scripts do not run, and nothing is kept."""
    project = Project(tmp_path, failing("exit 1", postinstall="echo later > later"), optional=True)

    for _ in range(2):
        built = project.build()
        assert "exited with status 1" in built.failure.message
        assert () == built.files
    assert ["node", "tree"] * 2 == project.asked


def test_script_that_takes_too_long(tmp_path):
    """A script has a time limit, and nothing that it started lives on."""
    project = Project(tmp_path, failing("sleep 345 & sleep 345"))

    with pytest.raises(NodeError, match=r"took longer than 0\.5 s"):
        project.build(timeout_seconds=0.5)

    rows = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "sleep 345" not in rows.splitlines()


def test_environment_of_a_script_is_scrubbed(tmp_path, monkeypatch):
    """No token and no home of the caller's reaches a script unless it is given."""
    monkeypatch.setenv("NPM_TOKEN", "secret-of-the-caller")
    project = Project(tmp_path, failing("env > seen.txt"))

    seen = contents(project.build(GIVEN="by the user").files)["seen.txt"][0].decode()

    assert "secret-of-the-caller" not in seen
    assert f"HOME={os.environ['HOME']}\n" not in seen
    assert "GIVEN=by the user\n" in seen


def test_commands_of_dependencies(tmp_path):
    """A script finds Node and the commands in the tree's `.bin` folders."""
    manifest = {
        "name": "caller",
        "version": "1.0.0",
        "scripts": {"install": "node -p process.version > version.txt"},
    }
    project = Project(tmp_path, tarball_of({"package.json": json.dumps(manifest)}))

    files = contents(project.build(major=22).files)

    assert f"v{node_of(22).version}\n".encode() == files["version.txt"][0]


@pytest.mark.network
def test_esbuild_as_npm_leaves_it(tmp_path):
    """Esbuild's script puts the real binary in the place of its command, as with npm."""
    version = "0.28.0"
    theirs = install_with_npm(tmp_path / "npm", f"esbuild@{version}")
    others = [fetch_with_npm("@esbuild/linux-x64", version)]

    ours = Project(tmp_path, fetch_with_npm("esbuild", version), others=others).build()

    assert on_disk(theirs / "esbuild") == contents(ours.files)


GYP = {
    "package.json": json.dumps({"name": "native", "version": "1.0.0"}),
    "binding.gyp": '{"targets": [{"target_name": "native", "sources": ["native.c"]}]}',
    "native.c": (
        "#include <node_api.h>\n"
        "static napi_value init(napi_env env, napi_value exports) {\n"
        "  napi_value number;\n  napi_create_int32(env, 42, &number);\n  return number;\n}\n"
        "NAPI_MODULE(native, init)\n"
    ),
}


@pytest.mark.slow
def test_implied_node_gyp(tmp_path):
    """A package with a binding.gyp and no script is built with node-gyp, headers at hand."""
    if not (shutil.which("cc") and shutil.which("make") and shutil.which("npm")):
        pytest.skip("needs a C compiler, make, and npm for its node-gyp")
    built = Project(tmp_path, tarball_of(GYP)).build(major=22, target=Target("nodejs22.x"))
    binary, _ = contents(built.files)["build/Release/native.node"]
    (tmp_path / "native.node").write_bytes(binary)

    done = subprocess.run(
        [str(node_of(22).executable), "-p", "require('./native.node')"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "42\n" == done.stdout


WAYS_OUT = """
const fs = require("fs"), os = require("os"), path = require("path");
const outside = process.env.OUTSIDE;
const tries = {
  home: () => fs.readFileSync(path.join(outside, "secret"), "utf8"),
  write: () => fs.writeFileSync(path.join(outside, "written"), ""),
  root: () => fs.writeFileSync("/written", ""),
  etc: () => fs.writeFileSync("/etc/written", ""),
  usr: () => fs.writeFileSync("/usr/written", ""),
  node: () => fs.writeFileSync(process.execPath + "x", ""),
  shadow: () => fs.readFileSync("/etc/shadow"),
  own: () => fs.writeFileSync("written", ""),
  temporary: () => fs.writeFileSync(path.join(os.tmpdir(), "written"), ""),
};
const done = Object.keys(tries).filter((name) => { try { tries[name](); return true } catch {} });
fs.writeFileSync("done.json", JSON.stringify(done));
require("child_process").spawn("/bin/sh", ["-c", "trap '' TERM HUP; setsid sleep 300"],
  { detached: true, stdio: "ignore" }).unref();
fs.writeFileSync("processes.json", JSON.stringify(fs.readdirSync("/proc").filter(Number)));
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="namespaces are Linux's")
def test_a_script_has_its_folder_and_leaves_no_child(tmp_path):
    """It writes to the tree and its temporary folder, sees nothing of the user's, ends whole."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("x")
    tarball = tarball_of(
        {
            "package.json": json.dumps(
                {"name": "it", "version": "1.0.0", "scripts": {"install": "node way.js"}}
            ),
            "way.js": WAYS_OUT,
        }
    )
    before = _sleepers()

    built = Project(tmp_path, tarball).build(OUTSIDE=str(outside))

    if built.notes:
        pytest.skip(f"this system permits no sandbox: {built.notes}")
    found = contents(built.files)
    assert ["own", "temporary"] == json.loads(found["done.json"][0])
    assert 10 > len(json.loads(found["processes.json"][0]))
    assert ["secret"] == [path.name for path in outside.iterdir()]
    assert before == _sleepers()


def _sleepers():
    """Return the processes of this machine that sleep for so long."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if path.read_bytes() == b"sleep\x00300\x00":
                found.add(path.parent.name)
    return found
