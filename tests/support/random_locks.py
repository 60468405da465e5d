"""Random projects, locked and installed by pnpm, yarn or bun: what zipper packs means the same.

`python -m tests.support.random_locks pnpm PROGRAM... --count 50 --seed 1 --compare lock_graph.py`
A registry on this machine has random packages: versions, optional ones, peers, aliases, cycles. The
tool, started as PROGRAM, locks a random project or workspace, and installs it; then each importer
is built. `--compare` is the script that reads an installed folder as a graph and compares it with a
zip. It prints a line for each project that differs, which it keeps, and ends with the figures. Of
those that are endless it has built what it could: a node_modules without links that holds the rest
was not found, or does not exist (`without`: ELAYOUT, certain); isolated linkers need none. There
the graph itself is compared, so that what differs is no layout. In those that are `lost` the tool's
own lockfile lacks a dependency, and our layout has something of that name.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.support.command import run_here
from tests.support.locked_graph_folder import read_manifests, write_graph
from tests.support.registry_server import RegistryServer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAMES = [f"p{number}" for number in range(18)] + [f"@s/q{number}" for number in range(4)]
RANGES = ("{0}", "^{0}", "^{0}", "~{0}", ">={0}")
RINGS = 0.03
"""How many packages may ask for what asks for them."""
_CERTAIN = "no node_modules of finite depth holds"
PLATFORMS = ({"os": ["win32"]}, {"cpu": ["arm64"]}, {"os": ["linux"]}, {"os": ["!linux"]})


class Made(NamedTuple):
    """A project on disk."""

    folder: Path
    importers: tuple[str, ...]


def publish_universe(registry: RegistryServer, rnd: random.Random) -> dict[str, list[str]]:
    """Publish random packages; return the names and versions that a project may ask for."""
    versions = {
        name: sorted({f"{rnd.randint(1, 3)}.{rnd.randint(0, 2)}.0" for _ in range(3)})
        for name in NAMES
    }
    for number, platform in enumerate(PLATFORMS):
        registry.publish(f"native-{number}", "1.0.0", **platform)
    for place, (name, numbers) in enumerate(versions.items()):
        # Most ask for what comes later, so that rings are few.
        later = {one: versions[one] for one in NAMES[place + 1 :]}
        known = versions if rnd.random() < RINGS or len(later) < len(PLATFORMS) else later
        known = {one: some for one, some in known.items() if one != name}
        for number in numbers:
            registry.publish(name, number, **_make_manifest(rnd, known, later))
    return versions


def _make_manifest(
    rnd: random.Random, known: Mapping[str, Sequence[str]], later: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    dependencies = _choose(rnd, known, rnd.choice([0, 0, 1, 1, 2, 3]))
    if rnd.random() < 0.1 and dependencies:
        real = next(iter(dependencies))
        dependencies[f"alias-{real.rpartition('/')[2]}"] = f"npm:{real}@*"
    optional = _choose(rnd, known, rnd.choice([0, 0, 0, 1]))
    if rnd.random() < 0.15:
        optional[f"native-{rnd.randrange(len(PLATFORMS))}"] = "^1.0.0"
    peers = _choose(rnd, later, min(rnd.choice([0, 0, 0, 0, 1, 2]), len(later)))
    peers = {peer: rnd.choice(["*", spec, ">=1.0.0"]) for peer, spec in peers.items()}
    kept = {name: spec for name, spec in dependencies.items() if name not in peers}
    fields = {
        "dependencies": kept,
        "optionalDependencies": {
            name: spec for name, spec in optional.items() if name not in {*kept, *peers}
        },
        "peerDependencies": peers,
        "peerDependenciesMeta": {peer: {"optional": True} for peer in peers if rnd.random() < 0.5},
        # What a package is developed with: in the packument, and without meaning to anyone else.
        "devDependencies": dict(peers),
    }
    return {field: value for field, value in fields.items() if value}


def _choose(
    rnd: random.Random, versions: Mapping[str, Sequence[str]], count: int
) -> dict[str, str]:
    names = rnd.sample(sorted(versions), count)
    return {name: rnd.choice(RANGES).format(rnd.choice(versions[name])) for name in names}


def write_project(
    folder: Path, tool: str, rnd: random.Random, versions: Mapping[str, Sequence[str]], url: str
) -> Made:
    """Write a random project: alone, or with members that depend on each other."""
    members = rnd.sample(["a", "b", "c", "d"], rnd.choice([0, 0, 2, 3]))
    manifest: dict[str, Any] = {"name": "root", "version": "1.0.0", "private": True}
    manifest["dependencies"] = _choose(rnd, versions, rnd.randint(1, 5))
    if rnd.random() < 0.3:
        name = rnd.choice(NAMES)
        manifest["dependencies"]["renamed"] = f"npm:{name}@{versions[name][-1]}"
    if rnd.random() < 0.3:
        more = _choose(rnd, versions, 1)
        manifest["optionalDependencies"] = {
            name: spec for name, spec in more.items() if name not in manifest["dependencies"]
        }
    overridden = rnd.choice(NAMES) if rnd.random() < 0.25 else None
    overrides = {overridden: versions[overridden][0]} if overridden else {}
    if overrides:
        key = {"pnpm": "pnpm", "bun": "overrides"}.get(tool, "resolutions")
        manifest[key] = {"overrides": overrides} if tool == "pnpm" else overrides
        if tool == "yarn":
            manifest[key] = {name: f"npm:{spec}" for name, spec in overrides.items()}
        if tool == "yarn1":
            manifest[key] = _choose_patterns(rnd, manifest["dependencies"], overrides)
    if members and tool != "pnpm":
        manifest["workspaces"] = ["packages/*"]
    _write(folder / "package.json", manifest)
    _write(folder / "index.js", "exports.handler = async () => 1\n")
    # yarn installs development dependencies, too: what they provide is not what is packed.
    siblings = "1.0.0" if tool == "yarn1" else "workspace:*"
    _write_members(folder, members, rnd, versions, has_peers=tool != "yarn", siblings=siblings)
    _write(folder / ".npmrc", f"registry={url}\n")
    if tool == "pnpm" and members:
        _write(folder / "pnpm-workspace.yaml", "packages:\n  - 'packages/*'\n")
    if tool == "yarn":
        lines = (
            f"npmRegistryServer: '{url.rstrip('/')}'\nunsafeHttpWhitelist: ['127.0.0.1']\n"
            "nodeLinker: node-modules\nenableTelemetry: false\nenableGlobalCache: false\n"
            "enableImmutableInstalls: false\n"
        )
        _write(folder / ".yarnrc.yml", lines)
        _write(folder / "yarn.lock", "")
    return Made(folder, (".", *(f"packages/{member}" for member in sorted(members))))


def _choose_patterns(
    rnd: random.Random, asked: Mapping[str, str], overrides: Mapping[str, str]
) -> dict[str, str]:
    """Return `resolutions` of yarn 1: for every place, or below some package."""
    above = rnd.choice(["", "**/", "**/", f"{rnd.choice(sorted(asked))}/**/", "*/"])
    return {f"{above}{name}": spec for name, spec in overrides.items()}


def _write_members(
    folder: Path,
    members: Sequence[str],
    rnd: random.Random,
    versions: Mapping[str, Sequence[str]],
    *,
    has_peers: bool,
    siblings: str,
) -> None:
    for member in members:
        others = [one for one in members if one > member and rnd.random() < 0.6]
        dependencies = _choose(rnd, versions, rnd.randint(0, 4))
        dependencies |= {f"@w/{one}": siblings for one in others}
        own: dict[str, Any] = {"name": f"@w/{member}", "version": "1.0.0"}
        own["dependencies"] = dependencies
        if has_peers and rnd.random() < 0.3:
            peers = _choose(rnd, versions, 1)
            own["peerDependencies"] = {k: "*" for k in peers if k not in dependencies}
            own["devDependencies"] = {k: v for k, v in peers.items() if k not in dependencies}
        _write(folder / "packages" / member / "package.json", own)
        _write(folder / "packages" / member / "index.js", "exports.handler = async () => 1\n")


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value, indent=2), "utf-8")


_INSTALLS = {
    "pnpm": (["install", "--no-frozen-lockfile"], ["install", "--frozen-lockfile", "--prod"]),
    "bun": (["install", "--save-text-lockfile"], ["install", "--frozen-lockfile", "--production"]),
    "yarn": (["install"],),
    "yarn1": (
        ["install", "--non-interactive"],
        ["install", "--non-interactive", "--frozen-lockfile", "--production", "--verbose"],
    ),
}


def play(options: argparse.Namespace, seed: int, work: Path) -> str:
    """Play one project; return what came of it: equal, dropped, endless, ..., or what differs."""
    rnd = random.Random(seed)
    folder = work / f"{options.tool}-{seed}"
    with RegistryServer() as registry:
        versions = publish_universe(registry, rnd)
        made = write_project(folder, options.tool, rnd, versions, registry.url)
        home = folder / ".home"
        home.mkdir()
        env = {**os.environ, "HOME": str(home), "CI": "1", "npm_config_registry": registry.url}
        env |= {
            "XDG_CACHE_HOME": str(folder / ".cache"),
            "BUN_INSTALL_CACHE_DIR": str(folder / ".b"),
            "YARN_CACHE_FOLDER": str(folder / ".y"),
        }
        for number, words in enumerate(_INSTALLS[options.tool]):
            if number and options.tool == "pnpm":
                words = [*words, f"--store-dir={folder}/.store"]  # noqa: PLW2901
            shutil.rmtree(folder / "node_modules", ignore_errors=True)
            for member in made.importers[1:]:
                shutil.rmtree(folder / member / "node_modules", ignore_errors=True)
            done = _run([*options.program, *words], folder, env)
            if done.returncode:
                return f"dropped: {(done.stdout + done.stderr)[-300:]!r}"
        peers = find_selected_peers(done.stdout) if options.tool == "yarn1" else None
        return compare(options, made, env, peers)


def find_selected_peers(text: str) -> set[tuple[str, str]]:
    """Return package and peer's name of what yarn 1 says that it has selected."""
    found = re.findall(r'Selecting "(.+?)" at level \S+ as the peer dependency of "(.+?)"', text)
    return {(package, peer.rpartition("@")[0]) for peer, package in found}


def make_graph_of_selected(graphs: Any, made: Made, peers: set[tuple[str, str]]) -> Any:
    """Return the graph of what yarn 1 installed; what it has not selected is there by accident.

    A peer that it has selected is a dependency like any other while the graph is made. yarn names
    an alias by its own name.
    """
    places = [made.folder / importer / "package.json" for importer in made.importers]
    places += [
        place
        for importer in made.importers
        for place in (made.folder / importer / "node_modules").rglob("package.json")
    ]
    texts = {place: place.read_text("utf-8") for place in places}
    try:
        for place, text in texts.items():
            manifest = json.loads(text)
            folder = place.parent.as_posix().rpartition("node_modules/")
            label = f"{folder[2] if folder[1] else manifest['name']}@{manifest['version']}"
            selected = {name: "*" for package, name in peers if package == label}
            manifest["dependencies"] = {**selected, **manifest.get("dependencies", {})}
            place.write_text(json.dumps(manifest), "utf-8")
        graph = graphs.make_graph(made.folder, made.importers)
    finally:
        for place, text in texts.items():
            place.write_text(text, "utf-8")
    for own in (*graph["importers"].values(), *graph["instances"].values()):
        own["incidental"] = {**own.pop("peers", {}), **own.pop("incidental", {})}
        own["peers"] = {}
    return graph


def compare(
    options: argparse.Namespace,
    made: Made,
    env: Mapping[str, str],
    peers: set[tuple[str, str]] | None = None,
) -> str:
    """Build each importer, and compare the zip with the install."""
    graphs = load_script(options.compare)
    if peers is None:
        has_peers = options.tool == "bun"
        expected = graphs.make_graph(made.folder, made.importers, installs_peers=has_peers)
    else:
        expected = make_graph_of_selected(graphs, made, peers)
    differences: list[str] = []
    lost: list[Any] = []
    for importer in made.importers:
        out = made.folder / "out.zip"
        out.unlink(missing_ok=True)
        build = ("build", importer, "-o", str(out), "--no-check", "--json")
        cache = ("--cache-dir", str(made.folder / ".zipper"))
        built = run_here(*build, *cache, cwd=made.folder, env=env)
        start = ""
        if not out.exists():
            told = built.stdout or built.stderr
            differences.append(f"{importer}: {told[:500]}")
            if '"ELAYOUT"' not in told:
                continue
            out = made.folder / f".graph-{len(differences)}"
            start = write_graph(made.folder, importer, out)
        starts = {importer: start}
        found = graphs.compare(out, expected, starts, manifests=peers is None).differences
        found = [one for one in found if not is_found_anyway(expected, one)]
        lost += [one for one in found if is_lost(made.folder, expected, one)]
        lines = [str(one) for one in found if one not in lost]
        differences += [f"{importer}: {line}" for line in lines[:3]]
    if lost and not differences:
        return f"lost: {'; '.join(map(str, lost[:3]))}"
    text = "; ".join(differences) or "equal"
    is_endless = all('"ELAYOUT"' in one for one in differences)
    if differences and is_endless:
        is_certain = all(_CERTAIN in one for one in differences)
        return f"{'without' if is_certain else 'endless'}: {text}"
    return text


def load_script(path: str) -> Any:
    """Return the module that a script is."""
    spec = importlib.util.spec_from_file_location("compared_graphs", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules.setdefault("compared_graphs", importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


def is_found_anyway(expected: Mapping[str, Any], difference: Any) -> bool:
    """Say whether what is extra is what the walk finds in the install, too, by its layout.

    An optional peer that no dependent provides is not compared where it lies above; it is the same
    package all the same.
    """
    if difference.kind != "extra":
        return False
    chain, _, last = difference.chain.rpartition(" > ")
    own = find_instance(expected, chain)
    found: str = own.get("incidental", {}).get(last, "")
    return found.rpartition("|")[0] == difference.found


def find_instance(expected: Mapping[str, Any], chain: str) -> Mapping[str, Any]:
    """Return the instance at the end of a chain of names; an importer is none."""
    importer, *names = chain.split(" > ")
    top = expected["importers"][importer]
    targets = {**top["root"], **top["peers"]}
    own: Mapping[str, Any] = {}
    for name in names:
        own = expected["instances"][targets[name]]
        targets = {**own["deps"], **own.get("peers", {})}
    return own


def is_lost(installed: Path, expected: Mapping[str, Any], difference: Any) -> bool:
    """Say whether what is extra is a dependency that the tool itself has lost.

    In rings of peers pnpm's lockfile may lack, by the order of the registry's answers, what a
    package's package.json asks for. It is not linked then; we may find it by our layout.
    """
    chain, _, last = difference.chain.rpartition(" > ")
    own = find_instance(expected, chain)
    if difference.kind != "extra" or not own:
        return False
    manifest = json.loads(read_manifests(installed)[own["name"], own["version"]])
    return last in manifest.get("dependencies", {})


def _run(words: Sequence[str], folder: Path, env: Mapping[str, str]) -> Any:
    return subprocess.run(
        words, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False
    )


def main() -> int:
    """Play as many projects as are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tool", choices=sorted(_INSTALLS))
    parser.add_argument("program", nargs="+")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--compare", required=True)
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="random-locks-"))
    counts = {"equal": 0, "lost": 0, "dropped": 0, "without": 0, "endless": 0, "different": 0}
    for seed in range(options.seed, options.seed + options.count):
        try:
            answer = play(options, seed, work)
        except subprocess.TimeoutExpired:
            answer = "dropped: too slow"
        kind = answer.partition(":")[0]
        kind = kind if kind in counts else "different"
        counts[kind] += 1
        if kind != "equal":
            print(f"{options.tool} {seed}: {answer}", flush=True)
        if kind != "different":
            shutil.rmtree(work / f"{options.tool}-{seed}", ignore_errors=True)
    print(f"{options.tool}: {counts}; what differs is kept in {work}")
    return int(counts["different"] > 0)


if __name__ == "__main__":
    sys.exit(main())
