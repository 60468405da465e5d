"""One large thing at a time, and its half: what costs more than twice as much is superlinear.

    python -m tests.bench.scale [CASE ...] --folder DIR

Cases: `packages` (1,500 dependencies, 64,500 files in a zip), `install` (1,500 dependencies,
100,500 files on the disk), `members` (a workspace of 1,000, all of them built, and one), `npm` and
`pnpm` (a lockfile of 10 MB, of which one member is built). Each says processor time and memory of a
cold and a warm run, whole and half, and how often the half goes into the whole.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from base64 import b64encode
from hashlib import sha512
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.support.registry_server import RegistryServer

if TYPE_CHECKING:
    from collections.abc import Callable

_HANDLER = "exports.handler = async () => 1;\n"


class Cost(NamedTuple):
    """Of one process, with those that it started."""

    cpu_seconds: float
    memory_mb: float


class Large(NamedTuple):
    """What is made, and what is done with it; each with its name."""

    make: Callable[[Path, RegistryServer, int], None]
    runs: dict[str, list[str]]
    size: int


def lock_of(names: list[str], registry: RegistryServer) -> dict[str, dict[str, object]]:
    """Return the lockfile's entries of published packages."""
    found = {}
    for name in names:
        manifest = registry.packuments[name]["versions"]["1.0.0"]
        found[f"node_modules/{name}"] = {
            "version": "1.0.0",
            "resolved": manifest["dist"]["tarball"],
            "integrity": manifest["dist"]["integrity"],
        }
    return found


def make_packages(folder: Path, registry: RegistryServer, count: int, files: int = 43) -> None:
    """Make a project of so many dependencies, each with as many files."""
    names = [f"p{number:05}" for number in range(count)]
    for name in names:
        registry.publish(
            name, "1.0.0",
            files={f"lib/f{number}.js": b"// %d\n" % number for number in range(files - 1)},
        )  # fmt: skip
    root = {"name": "fn", "version": "1.0.0", "dependencies": dict.fromkeys(names, "1.0.0")}
    write(folder / "package.json", root)
    packages = {"": root, **lock_of(names, registry)}
    lock = {"name": "fn", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}
    write(folder / "package-lock.json", lock)
    (folder / "index.js").write_text(_HANDLER)


def make_members(folder: Path, registry: RegistryServer, count: int) -> None:
    """Make a workspace whose members use a package and the member before."""
    registry.publish("shared", "1.0.0", files={"index.js": b"module.exports = 1;\n"})
    packages: dict[str, object] = {}
    root = {"name": "root", "version": "1.0.0", "workspaces": ["packages/*"]}
    for number in range(count):
        place = f"packages/m{number:04}"
        wanted = {"shared": "1.0.0"}
        if number % 10:
            wanted[f"m{number - 1:04}"] = "1.0.0"
        member = {"name": f"m{number:04}", "version": "1.0.0", "dependencies": wanted}
        write(folder / place / "package.json", member)
        (folder / place / "index.js").write_text(_HANDLER)
        packages[place] = member
        packages[f"node_modules/m{number:04}"] = {"resolved": place, "link": True}
    write(folder / "package.json", root)
    packages = {"": root, **packages, **lock_of(["shared"], registry)}
    lock = {"name": "root", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}
    write(folder / "package-lock.json", lock)
    rows = "".join(
        f'[[tool.zipper.functions]]\nname = "m{number:04}"\nproject = "packages/m{number:04}"\n'
        for number in range(count)
    )
    (folder / "pyproject.toml").write_text(f'[tool.zipper]\noutput = "dist/"\n{rows}')


def make_npm_lockfile(folder: Path, registry: RegistryServer, count: int) -> None:
    """Make a workspace of a hundred members that share so many packages; one uses five."""
    registry.publish("p000000", "1.0.0", files={"index.js": b"module.exports = 1;\n"})
    packages: dict[str, object] = {}
    root = {"name": "root", "version": "1.0.0", "workspaces": ["packages/*"]}
    entries = lock_of(["p000000"], registry)
    sample = entries["node_modules/p000000"]
    for number in range(1, count):
        name = f"p{number:06}"
        wanted = {f"p{(number * 7 + step) % count:06}": "^1.0.0" for step in range(3)}
        entries[f"node_modules/{name}"] = {
            **sample,
            "dev": False,
            "dependencies": wanted,
            **fake(name, sample),
        }
        del entries[f"node_modules/{name}"]["dev"]
    for member in range(100):
        share = range(member, count, 100)
        wanted = (
            {f"p{number:06}": "^1.0.0" for number in share} if member else {"p000000": "^1.0.0"}
        )
        manifest = {"name": f"m{member}", "version": "1.0.0", "dependencies": wanted}
        write(folder / f"packages/m{member}/package.json", manifest)
        (folder / f"packages/m{member}/index.js").write_text(_HANDLER)
        packages[f"packages/m{member}"] = manifest
        packages[f"node_modules/m{member}"] = {"resolved": f"packages/m{member}", "link": True}
    write(folder / "package.json", root)
    packages = {"": root, **packages, **entries}
    lock = {"name": "root", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}
    write(folder / "package-lock.json", lock)


def make_pnpm_lockfile(folder: Path, registry: RegistryServer, count: int) -> None:
    """Make the same as pnpm writes it."""
    manifest = registry.publish("p000000", "1.0.0", files={"index.js": b"module.exports = 1;\n"})
    own = manifest["dist"]["integrity"]
    lines = ["lockfileVersion: '9.0'", "", "settings:", "  autoInstallPeers: true",
             "  excludeLinksFromLockfile: false", "", "importers:", "", "  .: {}"]  # fmt: skip
    for member in range(100):
        share = range(member, count, 100) if member else range(1)
        names = [f"p{number:06}" for number in share]
        wanted = dict.fromkeys(names, "^1.0.0")
        manifest = {"name": f"m{member}", "version": "1.0.0", "dependencies": wanted}
        write(folder / f"packages/m{member}/package.json", manifest)
        (folder / f"packages/m{member}/index.js").write_text(_HANDLER)
        lines += ["", f"  packages/m{member}:", "    dependencies:"]
        for name in names:
            lines += [f"      {name}:", "        specifier: ^1.0.0", "        version: 1.0.0"]
    lines += ["", "packages:"]
    for number in range(count):
        name = f"p{number:06}"
        integrity = own if number == 0 else fake(name, {"resolved": ""})["integrity"]
        lines += ["", f"  {name}@1.0.0:", f"    resolution: {{integrity: {integrity}}}"]
    lines += ["", "snapshots:"]
    for number in range(count):
        if number == 0:
            lines += ["", "  p000000@1.0.0: {}"]
            continue
        lines += ["", f"  p{number:06}@1.0.0:", "    dependencies:"]
        lines += sorted(f"      p{(number * 7 + step) % count:06}: 1.0.0" for step in range(3))
    (folder / "pnpm-lock.yaml").write_text("\n".join(lines) + "\n")
    (folder / "pnpm-workspace.yaml").write_text("packages:\n  - packages/*\n")
    root = {"name": "root", "version": "1.0.0", "packageManager": "pnpm@10.0.0"}
    write(folder / "package.json", root)


def fake(name: str, sample: dict[str, object]) -> dict[str, str]:
    """Return of a package that is never fetched."""
    digest = b64encode(sha512(name.encode()).digest()).decode()
    resolved = str(sample["resolved"]).replace("p000000", name)
    return {"resolved": resolved, "integrity": f"sha512-{digest}"}


def write(path: Path, value: object) -> None:
    """Write JSON, as npm does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2))


BUILD = ["build", "--no-check"]
CASES = {
    "packages": Large(make_packages, {"build": [*BUILD, "."]}, 1_500),
    "install": Large(
        lambda folder, registry, count: make_packages(folder, registry, count, files=67),
        {"install": ["install", ".", "--into", "../installed"]}, 1_500,
    ),
    "members": Large(
        make_members, {"all": [*BUILD, "./"], "one": [*BUILD, "packages/m0009"]}, 1_000
    ),
    "npm": Large(make_npm_lockfile, {"one": [*BUILD, "packages/m0"]}, 27_000),
    "pnpm": Large(make_pnpm_lockfile, {"one": [*BUILD, "packages/m0"]}, 36_000),
}  # fmt: skip


def run(words: list[str], folder: Path, registry: RegistryServer) -> Cost:
    """Run zipper in a process of its own."""
    cache = folder.with_name(f"{folder.name}-cache")
    output = [] if words[0] != "build" or words[-1] == "./" else ["-o", f"{folder}.zip"]
    env = {**os.environ, "npm_config_registry": registry.url, "ZIPPER_CACHE_DIR": str(cache)}
    log = folder.with_name(f"{folder.name}.log")
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "zipper", *words, *output, "-q"],
            cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=errors,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(log.read_text()[:2_000])
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def measure(name: str, large: Large, top: Path) -> None:
    """Print what the half and the whole of a case cost."""
    costs: dict[str, list[Cost]] = {}
    size = 0
    for part in (large.size // 2, large.size):
        folder = top / f"{name}-{part}"
        for old in (folder, folder.with_name(f"{folder.name}-cache")):
            shutil.rmtree(old, ignore_errors=True)
        folder.mkdir(parents=True)
        with RegistryServer() as registry:
            large.make(folder, registry, part)
            locks = [path for path in folder.glob("*lock*") if path.is_file()]
            size = sum(path.stat().st_size for path in locks)
            for what, words in large.runs.items():
                for when in ("cold", "warm", "warm again"):
                    costs.setdefault(f"{what}, {when}", []).append(run(words, folder, registry))
    for label, (half, whole) in costs.items():
        print(
            f"{name:9} {large.size:>7,} {label:18} {half.cpu_seconds:7.2f} s, "
            f"{whole.cpu_seconds:7.2f} s ({whole.cpu_seconds / half.cpu_seconds:.2f} times), "
            f"{half.memory_mb:.0f} and {whole.memory_mb:.0f} MB; lockfile {size / 1e6:.1f} MB",
            flush=True,
        )


def main() -> None:
    """Measure the cases that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", default=list(CASES))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--divide", type=int, default=1, help="make everything so much smaller")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    for name in asked.cases:
        large = CASES[name]
        measure(name, large._replace(size=large.size // asked.divide), asked.folder.resolve())


if __name__ == "__main__":
    main()
