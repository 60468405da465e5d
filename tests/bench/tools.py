"""Who runs: zipper, and what a user would type instead, each with a cache of its own."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.bench.functions import OF_FUNCTIONS
from tests.bench.typescript import BUNDLE_CHANGED, TYPESCRIPT_CHANGED
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["Checkout", "Tool", "all_tools", "relock_for"]

_RUNTIME = "nodejs22.x"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A fresh copy of a project, and where a tool finds and leaves what belongs to the run.

    Attributes:
        output: the deployment package (or the lockfile) to be written.
        cache: the tool's cache or store.
        finished: a package that zipper has made of this project before.
        handler: the one in TypeScript, in the case that changes its source.
    """

    folder: Path
    output: Path
    cache: Path
    finished: Path
    handler: str = ""

    @property
    def source(self) -> str:
        """Where the handler in TypeScript is."""
        return f"{self.handler.rpartition('.')[0]}.ts"


@dataclass(frozen=True, slots=True)
class Tool:
    """One way to the result; of a peer that only installs, `zip -r` is the second half.

    Attributes:
        commands: the command line, by case; the tool cannot do a case that is absent.
        env: variables on top of the user's own, for a checkout.
        relock: the command that makes the tool's own lockfile of npm's; None where it reads that.
        missing: why it cannot run here; None where it can.
        runs_max: how many measured runs are enough, for a tool that takes minutes.
    """

    name: str
    version: str
    commands: Mapping[str, Callable[[Checkout], list[str]]]
    env: Callable[[Checkout], dict[str, str]] = field(default=lambda _: {})
    relock: tuple[str, ...] | None = None
    missing: str | None = None
    runs_max: int = 1_000


def all_tools(bun: str | None, sam: str | None, esbuild: str | None = None) -> list[Tool]:
    """Return every tool, those that cannot run here too.

    `bun`, `sam` and `esbuild` are where these are, if not on PATH.
    """
    asked = {"bun": bun, "esbuild": esbuild, "sam": sam}
    bun, esbuild, sam = (path or shutil.which(name) for name, path in asked.items())
    return [_zipper(), _npm(), _bun(bun), _esbuild(esbuild), _sam(sam), _cp(), _python()]


def relock_for(tool: Tool, checkout: Checkout) -> None:
    """Write the tool's own lockfile in `checkout`, from npm's, where it has one."""
    if tool.relock is not None:
        env = {**os.environ, **tool.env(checkout)}
        subprocess.run(tool.relock, cwd=checkout.folder, env=env, check=True)


def _zipper() -> Tool:
    def build(at: Checkout) -> list[str]:
        function = ("--runtime", _RUNTIME, "--handler", "index.handler")
        return _module("build", at.folder, *function, *_quietly(at))

    def transform(at: Checkout) -> list[str]:
        function = ("--runtime", _RUNTIME, "--handler", at.handler)
        return _module("build", at.folder, *function, *_quietly(at))

    def resolve(at: Checkout) -> list[str]:
        return _module("resolve", at.folder, *_quietly(at))

    def build_all(at: Checkout) -> list[str]:
        return _module("build", "-o", f"{at.output}/", *_quietly(at)[2:])

    def install(at: Checkout) -> list[str]:
        into = ("--into", at.folder, "--cache-dir", at.cache, "--quiet", "--no-progress")
        return _module("install", at.folder, "--runtime", _RUNTIME, *into)

    return Tool(
        "zipper",
        f"Python {sys.version.split()[0]}",
        {
            **dict.fromkeys(("warm", "cold", "cold-unlocked"), build),
            **dict.fromkeys(("resolve-cold", "resolve-warm"), resolve),
            **dict.fromkeys(OF_FUNCTIONS, build_all),
            TYPESCRIPT_CHANGED: transform,
            BUNDLE_CHANGED: lambda at: [*transform(at), "--bundle"],
            "install": install,
            "import": lambda _: [sys.executable, "-c", "import zipper"],
            "version": lambda _: _module("--version"),
            "help": lambda _: _module("--help"),
            "generated-5000": lambda _: _generated("5000"),
            "generated-10000": lambda _: _generated("10000"),
        },
        env=lambda _: {"PYTHONPATH": str(REPOSITORY)},
    )


def _npm() -> Tool:
    missing = _missing("npm", "zip")
    install = "npm {} --omit=dev --ignore-scripts --silent"
    lock = ["npm", "install", "--package-lock-only", "--ignore-scripts", "--silent"]
    return Tool(
        "npm",
        missing or f"npm {_version('npm')}, Node {_version('node')}, {_zip_version()}",
        {
            **dict.fromkeys(("warm", "cold"), _then_zip(install.format("ci"))),
            "cold-unlocked": _then_zip(install.format("install")),
            **dict.fromkeys(("resolve-cold", "resolve-warm"), lambda _: lock),
            "install": lambda _: shlex.split(install.format("ci")),
        },
        env=_npm_env,
        missing=missing,
    )


def _bun(bun: str | None) -> Tool:
    missing = _missing("zip") if bun else "no bun; `npm install --prefix DIR bun`, then --bun PATH"
    program = bun or "bun"
    install = f"{shlex.quote(program)} install --production --ignore-scripts --silent"
    lock = [program, "install", "--lockfile-only", "--ignore-scripts", "--silent"]
    return Tool(
        "bun",
        missing or f"bun {_version(program)}, {_zip_version()}",
        {
            **dict.fromkeys(("warm", "cold"), _then_zip(f"{install} --frozen-lockfile")),
            "cold-unlocked": _then_zip(install),
            **dict.fromkeys(("resolve-cold", "resolve-warm"), lambda _: lock),
            "install": lambda _: shlex.split(f"{install} --frozen-lockfile"),
            TYPESCRIPT_CHANGED: _then_zip_bundle(
                f"{install} --frozen-lockfile",
                f"{shlex.quote(program)} build {{}} --target=node --outfile=out/index.js",
            ),
        },
        env=lambda at: {"BUN_INSTALL_CACHE_DIR": str(at.cache)},
        relock=tuple(lock),
        missing=missing,
    )


def _esbuild(esbuild: str | None) -> Tool:
    """Return esbuild's own command, which bundles what npm has installed."""
    missing = _missing("npm", "zip")
    if not esbuild:
        missing = "no esbuild; `npm install --prefix DIR esbuild`, then --esbuild PATH"
    program = esbuild or "esbuild"
    flags = "--bundle --platform=node --target=node22 --log-level=error --outfile=out/index.js"
    bundle = f"{shlex.quote(program)} {{}} {flags}"
    npm = "npm {} --omit=dev --ignore-scripts --silent"
    install = f"{{ [ -f package-lock.json ] && {npm.format('ci')} || {npm.format('install')}; }}"
    return Tool(
        "esbuild",
        missing or f"esbuild {_version(program)}, {_zip_version()}",
        dict.fromkeys((TYPESCRIPT_CHANGED, BUNDLE_CHANGED), _then_zip_bundle(install, bundle)),
        env=_npm_env,
        missing=missing,
    )


def _sam(sam: str | None) -> Tool:
    """Return SAM's build, which installs each function into a folder and zips nothing."""
    missing = "no sam; `pip install aws-sam-cli` in an environment of its own, then --sam PATH"
    program = sam or "sam"

    def build(at: Checkout) -> list[str]:
        places = ("--build-dir", str(at.output), "--cache-dir", str(at.cache / "sam"))
        return [program, "build", "--cached", "--parallel", *places]

    return Tool(
        "sam",
        _version(program) if sam else missing,
        dict.fromkeys(OF_FUNCTIONS, build),
        env=lambda at: {**_npm_env(at), "SAM_CLI_TELEMETRY": "0"},
        missing=None if sam else missing,
        runs_max=1,
    )


def _npm_env(at: Checkout) -> dict[str, str]:
    return {
        "npm_config_cache": str(at.cache),
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "npm_config_update_notifier": "false",
    }


def _cp() -> Tool:
    def copy(at: Checkout) -> list[str]:
        return ["cp", str(at.finished), str(at.output)]

    return Tool("cp", "of the finished zip", {"warm": copy}, missing=_missing("cp"))


def _python() -> Tool:
    nothing = dict.fromkeys(("import", "version", "help"), lambda _: [sys.executable, "-c", "pass"])
    return Tool("python", "-c pass", nothing)


def _module(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "zipper", *map(str, arguments)]


def _generated(count: str) -> list[str]:
    return [sys.executable, "-m", "tests.bench.generated", count]


def _quietly(at: Checkout) -> tuple[str | Path, ...]:
    return ("-o", at.output, "--cache-dir", at.cache, "--quiet", "--no-progress")


def _then_zip(install: str) -> Callable[[Checkout], list[str]]:
    return lambda at: ["sh", "-c", f"{install} && zip -qr {shlex.quote(str(at.output))} ."]


def _then_zip_bundle(install: str, bundle: str) -> Callable[[Checkout], list[str]]:
    """Return what bundles into `out` (`bundle`, with the source's name), and installs before."""

    def command(at: Checkout) -> list[str]:
        output = shlex.quote(str(at.output))
        ready = f"[ -d node_modules ] || {install}"
        made = bundle.format(shlex.quote(at.source))
        return ["sh", "-c", f"{{ {ready}; }} && {made} && rm -f {output} && zip -qr {output} out"]

    return command


def _missing(*programs: str) -> str | None:
    absent = [program for program in programs if shutil.which(program) is None]
    return f"not installed: {', '.join(absent)}" if absent else None


def _version(program: str) -> str:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip().removeprefix("v")


def _zip_version() -> str:
    done = subprocess.run(["zip", "-v"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.splitlines()[1].split()[2:4])
