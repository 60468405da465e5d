"""The world of a play: a project, its settings and registries, and what may change in them."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from tests.support.command import run_here
from tests.support.random_places import CHANGES_AROUND, write_around, write_foreign
from tests.support.random_reductions import (
    CHANGES_OF_SIZE,
    REDUCED_SOURCES,
    choose_reduced,
    list_layer_rows,
    publish_reducible,
    write_trace,
)
from tests.support.random_typescript import change_typescript, publish_esbuild
from tests.support.scene import HANDLER, write_files

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.registry_server import RegistryServer

__all__ = ["CHANGES", "World"]

RUNTIMES = ("nodejs20.x", "nodejs22.x", "nodejs24.x")
SOURCES = (
    HANDLER,
    f"require('a');\n{HANDLER}",
    f"require('absent');\n{HANDLER}",
    f"require('./lib');\n{HANDLER}",
    f"require(process.env.X);\n{HANDLER}",
    "exports.other = 1;\n",
    "exports.handler = (;\n",
    f"const key = 'AKIAABCDEFGHIJKLMNOP';\n{HANDLER}",
    *REDUCED_SOURCES,
)
NPMRC = (
    "engine-strict=true", "legacy-peer-deps=true", "strict-peer-deps=true", "omit[]=optional",
    "fetch-retries=many", "install-strategy=nested", "prefer-dedupe=true", "before=2021-06-01",
    "@s:registry=SECOND", "ignore-scripts=true", "allow-remote=none", "tag=next",
    "min-release-age=3",
)  # fmt: skip
OPTIONS = (
    ("--runtime", RUNTIMES), ("--arch", ("x86_64", "arm64")),
    ("--handler", ("index.handler", "other.handler", "index.other")),
    ("--exclude", ("*.md", "package.json", "lib.js")), ("--ignore", ("module-dynamic", "left-out")),
    ("--omit", ("optional", "peer")), ("--layer", ("ROOT/layer.zip",)),
    ("--include", ("*.js",)), ("--allow-script", ("g",)),
)  # fmt: skip
FLAGS = ("--strict", "--no-check", "--prefer-offline")
VARIABLES = (
    ("SOURCE_DATE_EPOCH", ("1600000000", "315532800")), ("NODE_ENV", ("production",)),
    ("npm_config_engine_strict", ("true",)), ("ZIPPER_IGNORE", ("module-dynamic",)),
    ("ZIPPER_MAX_SIZE", ("100", "1 MB")), ("ZIPPER_RUNTIME", RUNTIMES), ("ZIPPER_TYPO", ("1",)),
    ("npm_config_registry", ("SECOND",)), ("ZIPPER_REQUIRE_INTEGRITY", ("1",)),
    ("CFLAGS", ("-O1", "-O2")),
)  # fmt: skip
_SCRIPT = "node -e \"require('fs').writeFileSync('made.js', '1//' + require('b'))\""
DEPENDENCIES = ("a", "b", "c", "@s/d", "e", "f", "g", "h", "local", "p", "q")


class World:
    """What a play has; each change is a function of it."""

    def __init__(
        self, root: Path, rng: random.Random, first: RegistryServer, second: RegistryServer
    ) -> None:
        self.root, self.rng, self.first, self.second = root, rng, first, second
        self.code: Path | None = None
        """A copy of zipper's code, which is edited; None where this process's own runs."""
        self.days, self.umask, self.lock = 0, 0o022, "full"
        self.files: dict[str, str] = {"index.js": SOURCES[1], "other.js": HANDLER, "lib.js": ""}
        self.manifest: dict[str, Any] = {"name": "fn", "version": "1.0.0"}
        self.dependencies = ["a", "@s/d"]
        self.npmrc: list[str] = []
        self.options: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.functions: list[dict[str, str]] = []
        self.layers: dict[str, Any] = {}
        """Tables of layers, by name."""
        self.opened: list[str] | None = []
        """What the trace has; None where the file is none."""
        self.versions = self.node = 0
        self.locked = self.foreign = ""
        self.user_npmrc: list[str] = []
        self.settings: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        """Files of the project that are something else: a link, a folder."""
        self.sibling: dict[str, Any] = {}
        """The package.json of another member; none where the project is in no workspace."""
        for folder in ("project", "home", "out"):
            (root / folder).mkdir(parents=True)
        for number, registry in enumerate((first, second)):
            registry.cache_control = rng.choice(("", "public, max-age=300"))
            publish_all(registry, number)
        self.make_layer("1")
        for change in CHANGES_OF_SIZE.values():  # seldom chosen among all the others
            if rng.random() < 0.3:
                change(self)

    @property
    def project(self) -> Path:
        """The project's folder."""
        return self.root / "project"

    @property
    def cache(self) -> Path:
        """The cache that is filled."""
        return self.root / "cache"

    def environment(self, root: Path) -> dict[str, str]:
        """Return the variables of a command on the scene at `root`."""
        words = ("npm_config_", "zipper_")
        kept = {k: v for k, v in os.environ.items() if not k.lower().startswith(words)}
        own = {
            key: value.replace("SECOND", self.second.url) for key, value in self.variables.items()
        }
        return {
            **kept,
            "HOME": str(root / "home"),
            "PATH": os.pathsep.join((*([str(root / "bin")] * bool(self.node)), kept["PATH"])),
            "PREFIX": str(root / "home"),
            "npm_config_registry": self.first.url,
            "npm_config_fetch_retries": "0",
            "no_proxy": "*",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "ZIPPER_CACHE_DIR": str(root / "cache"),
            "ZIPPER_NODE": "system",
            **own,
        }

    def choose_command(self) -> list[str]:
        """Return the next command line; `ROOT` stands for the scene's folder."""
        options = [word for pair in self.options.items() for word in pair if word]
        reduced = choose_reduced(self)
        if reduced is not None:
            return reduced
        if self.rng.random() < 0.7:
            output = [] if self.functions else ["-o", "ROOT/out/fn.zip"]
            return ["build", "ROOT/project/", "--json", *output, *options]
        taken = ("--runtime", "--arch", "--prefer-offline")
        shared = [w for k, v in self.options.items() if k in taken for w in (k, v) if w]
        if self.functions:
            return ["build", "ROOT/project/", "--json", *options]
        if self.rng.random() < 0.6:
            return ["install", "ROOT/project", "--into", "ROOT/into", "--json", *shared]
        runtime = [w for k, v in self.options.items() if k == "--runtime" for w in (k, v)]
        return ["resolve", "ROOT/project", "-o", "ROOT/out/lock.json", "--json", *runtime]

    def write(self) -> None:
        """Bring the project on disk to what it should be; what is so already is not touched."""
        manifest = {**self.manifest, "dependencies": {}}
        for name in self.dependencies:
            manifest["dependencies"][name] = "file:local" if name == "local" else "*"
        if "e" in self.dependencies:
            manifest["optionalDependencies"] = {"e": manifest["dependencies"].pop("e")}
        self.put("package.json", json.dumps(manifest))
        self.put("local/package.json", json.dumps({"name": "local", "version": "1.0.0"}))
        self.put("local/index.js", self.files.get("local", "1;\n"))
        for name, text in self.files.items():
            if name != "local" and name not in self.kinds:
                self.put(name, text)
        lines = "".join(f"{line.replace('SECOND', self.second.url)}\n" for line in self.npmrc)
        self.put(".npmrc", lines)
        rows = "".join(
            "[[tool.zipper.functions]]\n" + "".join(f'{k} = "{v}"\n' for k, v in row.items())
            for row in self.functions
        )
        rows += list_layer_rows(self)
        self.put("pyproject.toml", f'[tool.zipper]\noutput = "../out/"\n{rows}' if rows else "")
        write_trace(self)
        write_around(self)
        self.write_lock()

    def put(self, name: str, text: str) -> None:
        """Write a file of the project where it differs; an empty text means no file."""
        path = self.project / name
        if not text and name != "lib.js":
            path.unlink(missing_ok=True)
        elif not path.exists() or path.read_text() != text:
            write_files(self.project, {name: text})

    def write_lock(self) -> None:
        """Lock the project as `self.lock` says; a stale lockfile stays what it was."""
        path = (self.root if self.sibling else self.project) / "package-lock.json"
        others = (self.project if self.sibling else self.root) / "package-lock.json"
        others.unlink(missing_ok=True)
        if write_foreign(self) or self.lock == "none":
            path.unlink(missing_ok=True)
        if self.foreign:
            return
        settings = (self.npmrc, self.user_npmrc, self.foreign)
        packages = (self.manifest, self.dependencies, self.versions, self.sibling)
        locked = json.dumps((self.lock, settings, packages))
        if self.lock in ("none", "stale") or locked == self.locked:
            return
        self.locked = locked
        scratch = self.root / "scratch"
        path.unlink(missing_ok=True)
        environment = {**self.environment(self.root), "ZIPPER_CACHE_DIR": str(scratch)}
        environment = {k: v for k, v in environment.items() if k != "ZIPPER_TYPO"}
        run_here("resolve", path.parent, cwd=self.root, env=environment)
        shutil.rmtree(scratch, ignore_errors=True)
        if self.lock == "bare" and path.exists():
            document = json.loads(path.read_text())
            for row in document["packages"].values():
                if not row.get("link"):
                    for key in ("resolved", "integrity"):
                        row.pop(key, None)
            path.write_text(json.dumps(document))

    def make_layer(self, text: str) -> None:
        """Write the layer, always of one size."""
        with ZipFile(self.root / "layer.zip", "w") as archive:
            archive.writestr("nodejs/node_modules/absent/index.js", text)

    def list_cache(self, pattern: str) -> list[Path]:
        """Return the files of the cache that match, sorted."""
        return sorted(path for path in self.cache.glob(pattern) if path.is_file())


def publish_all(registry: RegistryServer, number: int) -> None:
    """Publish all packages; what is in them differs from registry to registry."""
    code = {"index.js": b"module.exports = %d;\n" % number}
    publish_esbuild(registry)
    publish_reducible(registry, number)
    registry.publish("b", "1.0.0", files=code)
    registry.publish("a", "1.0.0", files={**code, "cli.js": b"#!x"}, bin="cli.js",
                     dependencies={"b": "^1.0.0"})  # fmt: skip
    registry.publish("c", "1.0.0", files=code, engines={"node": ">= 22"})
    registry.publish("@s/d", "1.0.0", files=code)
    registry.publish("e", "1.0.0", files=code, os=["darwin"])
    registry.publish("f", "1.0.0", files=code, peerDependencies={"b": "1"})
    registry.publish("g", "1.0.0", files=code, hasInstallScript=True,
                     scripts={"install": _SCRIPT}, dependencies={"b": "*"})  # fmt: skip
    registry.publish("h", "1.0.0", files=code, engines={"node": "< 21"})


def change_file(world: World) -> None:
    name = world.rng.choice(("index.js", "other.js", "lib.js", "README.md", ".env", "local"))
    text = world.rng.choice(SOURCES)
    if name in ("README.md", ".env"):
        text = world.rng.choice(("", "A=1\n", "A=2\n"))
    world.files[name] = text


def change_in_place(world: World) -> None:
    """Change a byte of a file of the project, its size and time kept."""
    name = world.rng.choice(("index.js", "other.js", "index.ts", "lib.ts"))
    path = world.project / name
    if path.is_file() and path.name not in world.kinds:
        status, text = path.stat(), path.read_text()
        text = re.sub(r"\b\d{3}\b", str(world.rng.randrange(100, 1000)), text)
        with path.open("r+b") as file:
            file.write(text.encode())
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        world.files[name] = text


def change_mode(world: World) -> None:
    path = world.project / "index.js"
    if path.is_file() and path.name not in world.kinds:
        path.chmod(path.stat().st_mode ^ 0o111)


def change_manifest(world: World) -> None:
    key, values = world.rng.choice(
        (("main", ("other.js", "index.js", None)), ("engines", ({"node": ">= 99"}, None)),
         ("type", ("module", None)), ("bundleDependencies", (["b"], None)))
    )  # fmt: skip
    value = world.rng.choice(values)
    world.manifest.pop(key, None)
    if value is not None:
        world.manifest[key] = value


def change_dependencies(world: World) -> None:
    count = world.rng.randrange(len(DEPENDENCIES))
    world.dependencies = world.rng.sample(DEPENDENCIES, count)


def change_lock(world: World) -> None:
    world.lock = world.rng.choice(("full", "full", "bare", "none", "stale"))


def change_npmrc(world: World) -> None:
    world.npmrc = world.rng.sample(NPMRC, world.rng.choice((0, 0, 1, 1, 2)))


def change_options(world: World) -> None:
    name, values = world.rng.choice((*OPTIONS, *((flag, ("",)) for flag in FLAGS)))
    if world.options.pop(name, None) is None:
        world.options[name] = world.rng.choice(values)


def change_variables(world: World) -> None:
    name, values = world.rng.choice(VARIABLES)
    if world.variables.pop(name, None) is None:
        world.variables[name] = world.rng.choice(values)


def change_functions(world: World) -> None:
    count = world.rng.choice((0, 2, 3, 4))
    names = world.rng.sample(("one", "two", "three", "four"), count)
    world.functions = [{"name": name, "runtime": world.rng.choice(RUNTIMES)} for name in names]
    if count:
        world.options.pop("--layer", None)


def change_registry(world: World) -> None:
    """Publish, deprecate or move a tag; time enough passes that the registry is asked again."""
    registry = world.rng.choice((world.first, world.second))
    name = world.rng.choice(("a", "b", "@s/d", "f"))
    world.versions += 1
    kind = world.rng.choice(("version", "deprecated", "tag", "gone"))
    packument = registry.packuments[name]
    if kind == "version":
        extra = world.rng.choice(({}, {"engines": {"node": ">= 24"}}, {"dependencies": {"c": "*"}}))
        files = {"index.js": b"module.exports = 'new';\n"}
        registry.publish(name, f"1.{world.versions}.0", files=files, **extra)
    elif kind == "deprecated":
        newest = packument["dist-tags"]["latest"]
        packument["versions"][newest]["deprecated"] = "do not"
    elif kind == "tag":
        packument["dist-tags"]["next"] = world.rng.choice(sorted(packument["versions"]))
    elif len(packument["versions"]) > 1 and world.lock in ("none", "full"):
        packument["dist-tags"]["latest"] = min(packument["versions"])
    age_packuments(world)


def age_packuments(world: World) -> None:
    """Let an hour pass for what the cache has of the registries."""
    for path in world.list_cache("packuments/**/*"):
        moment = path.stat().st_mtime - 3600
        os.utime(path, (moment, moment))


def change_clock(world: World) -> None:
    world.days = world.rng.choice((0, 1, 400, 1200))


def change_layer(world: World) -> None:
    """Write another layer of the same size, its time kept."""
    path = world.root / "layer.zip"
    status = path.stat()
    world.make_layer(world.rng.choice("123"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def change_umask(world: World) -> None:
    world.umask = world.rng.choice((0o022, 0o077, 0o002))


def _damage(world: World, paths: list[Path]) -> None:
    """Flip a byte of a file in place, its size and time kept; or cut it, or remove it."""
    if not paths:
        return
    path = world.rng.choice(paths)
    status, data = path.stat(), bytearray(path.read_bytes())
    how = world.rng.choice(("flip", "flip", "cut", "remove"))
    if how == "remove" or not data:
        path.unlink()
        return
    if how == "flip":
        data[world.rng.randrange(len(data))] ^= 1 << world.rng.randrange(8)
    else:
        data = data[: world.rng.randrange(len(data))]
    with path.open("r+b") as file:
        file.write(data)
        file.truncate()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def damage_store(world: World) -> None:
    _damage(world, world.list_cache("store/*/sha*/*/*.zip"))


def damage_unpacked(world: World) -> None:
    _damage(world, world.list_cache("store/*/sha*/*/*/**/*"))


def damage_note(world: World) -> None:
    _damage(world, world.list_cache("notes/**/*"))


def damage_output(world: World) -> None:
    _damage(world, sorted((world.root / "out").glob("*.zip")))


def swap_notes(world: World) -> None:
    """Let two notes of a kind change places."""
    notes = world.list_cache(
        f"notes/{world.rng.choice(('lockfile-proof', 'verdict', 'code-hash'))}/*/*"
    )
    if len(notes) > 1:
        one, other = world.rng.sample(notes, 2)
        text = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(text)


def damage_rows(world: World) -> None:
    """Change the value of a small note in place."""
    for path in world.list_cache("notes/*.sqlite"):
        with suppress(sqlite3.Error), sqlite3.connect(path) as connection:
            connection.execute("UPDATE notes SET value = substr(value, 1, 16) || '[]'")
        connection.close()


def change_code(world: World) -> None:
    """Edit zipper's own code: what a rule says, what is left out, what proves a lockfile.

    What decides the bytes of store zips is not edited: these go by a number, which a test holds.
    """
    assert world.code is not None
    edits = (
        ("zipper/checks/module_resolution.py", "is not in the package", "is NOT in the package"),
        ("zipper/checks/size_rules.py", "52_428_800", "52_4"),
        ("zipper/project/own_files.py", 'startswith(".env")', 'startswith(".evn")'),
        ("zipper/tree/lock_fit.py", "from __future__", "# an edit\nfrom __future__"),
    )
    name, old, new = world.rng.choice(edits)
    path = world.code / name
    text = path.read_text()
    old, new = (old, new) if old in text else (new, old)
    path.write_text(text.replace(old, new))


CHANGES: dict[str, Callable[[World], None]] = {
    "file": change_file,
    "in place": change_in_place,
    "mode": change_mode,
    "package.json": change_manifest,
    "dependencies": change_dependencies,
    "lockfile": change_lock,
    ".npmrc": change_npmrc,
    "options": change_options,
    "variables": change_variables,
    "functions": change_functions,
    "registry": change_registry,
    "hour": age_packuments,
    "clock": change_clock,
    "layer": change_layer,
    "umask": change_umask,
    "store": damage_store,
    "unpacked": damage_unpacked,
    "note": damage_note,
    "output": damage_output,
    "swapped notes": swap_notes,
    "rows": damage_rows,
    "code": change_code,
    "typescript": change_typescript,
    **CHANGES_AROUND,
    **CHANGES_OF_SIZE,
}
