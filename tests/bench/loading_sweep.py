"""Bundles of popular packages: what `check` says, and what the loaders of AWS do with them.

    python -m tests.bench.loading_sweep [--stacks axios,pg] [--ways webpack,bun] [--runtimes 24]

Each stack is installed by npm, bundled in each way, judged by `check` and loaded by a real Node as
Lambda does it. The figures are told by way; false errors and misses are listed. Everything is kept
in the folder of `--folder`, what the loaders did among it, so that a second run judges alone.
`--prepare` leaves judging to that run. Exit status 1 for a false error.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.support.lambda_loader import TaskFolder
from tests.support.mutations import pack
from tests.support.node import node_of
from tests.support.stacks import STACKS
from zipper.checks.run_rules import check_zip
from zipper.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.support.lambda_loader import PackageFiles

_STEP_SECONDS = 300
_BANNER = "import{createRequire as r_}from'module';const require=r_(import.meta.url);"
_RUN_CODES = {"size-unzipped", "secret-file"}
"""Errors that are not about loading."""


class Way(NamedTuple):
    """How a function is bundled: a tool of npm, its words, and the file that comes of it."""

    tools: str
    words: str
    """With `{entry}`, `{banner}` and `{out}`, a folder."""
    output: str


_ESBUILD = "esbuild {entry} --bundle --platform=node --log-level=error --outfile={out}/"
_ROLLUP = (
    "rollup {entry} --silent -p @rollup/plugin-node-resolve -p @rollup/plugin-commonjs "
    "-p @rollup/plugin-json --inlineDynamicImports"
)
_ROLLUP_TOOLS = "rollup @rollup/plugin-node-resolve @rollup/plugin-commonjs @rollup/plugin-json"
WAYS = {
    "esbuild-cjs": Way("esbuild", f"{_ESBUILD}index.js --format=cjs", "index.js"),
    "esbuild-cjs-minify": Way("esbuild", f"{_ESBUILD}index.js --format=cjs --minify", "index.js"),
    "esbuild-esm": Way("esbuild", f"{_ESBUILD}index.mjs --format=esm", "index.mjs"),
    "esbuild-esm-minify": Way("esbuild", f"{_ESBUILD}index.mjs --format=esm --minify", "index.mjs"),
    "esbuild-esm-banner": Way(
        "esbuild", f"{_ESBUILD}index.mjs --format=esm --banner:js={{banner}}", "index.mjs"
    ),
    "webpack": Way(
        "webpack webpack-cli",
        "webpack --mode production --target node --entry {entry} -o {out} "
        "--output-filename index.js --output-library-type commonjs2",
        "index.js",
    ),
    "rollup": Way(_ROLLUP_TOOLS, f"{_ROLLUP} -f cjs -o {{out}}/index.js", "index.js"),
    "rolldown": Way(
        "rolldown", "rolldown {entry} --platform node -f esm -o {out}/index.mjs", "index.mjs"
    ),
    "bun": Way("bun", "bun build {entry} --target=node --outfile={out}/index.mjs", "index.mjs"),
    "ncc": Way("@vercel/ncc", "ncc build {entry} -q -o {out}", "index.mjs"),
    "tsup": Way(
        "tsup typescript", "tsup {entry} --format cjs --silent --no-config -d {out}", "index.js"
    ),
}


class Outcome(NamedTuple):
    """One bundle on one runtime."""

    stack: str
    way: str
    major: int
    kind: str
    """`agree`, `false error`, `miss` or `not built`."""
    told: str


def main(arguments: Sequence[str]) -> int:
    """Run the sweep and tell its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stacks", default=",".join(STACKS))
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--runtimes", default="22,24")
    parser.add_argument("--folder", default=None)
    parser.add_argument("--prepare", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.folder or temporary).resolve()
        ways = options.ways.split(",")
        majors = [int(major) for major in options.runtimes.split(",")]
        _install(folder / "tools", " ".join(WAYS[way].tools for way in ways).split())
        outcomes: list[Outcome] = []
        for stack in options.stacks.split(","):
            for outcome in _sweep(folder, stack, ways, majors, judges=not options.prepare):
                outcomes.append(outcome)
                if outcome.kind != "agree":
                    print(*outcome, sep=" | ", flush=True)
    return _tell(outcomes)


def _tell(outcomes: Sequence[Outcome]) -> int:
    for way in dict.fromkeys(outcome.way for outcome in outcomes):
        kinds = Counter(outcome.kind for outcome in outcomes if outcome.way == way)
        print(f"{way}: {json.dumps(kinds)}")
    total = Counter(outcome.kind for outcome in outcomes)
    print(f"all: {json.dumps(total)}")
    return int(bool(total["false error"]))


def _install(folder: Path, packages: Sequence[str]) -> bool:
    """Install packages where they are not; return whether that worked."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = json.dumps({"private": True, "wants": sorted(set(packages))})
    manifest = folder / "wanted.json"
    if manifest.exists() and manifest.read_text(encoding="utf-8") == wanted:
        return True
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    words = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *packages]
    done = _run(words, folder) and _run_bun(folder)
    if done:
        manifest.write_text(wanted, encoding="utf-8")
    return done


def _run_bun(folder: Path) -> bool:
    """Let bun fetch its program, which its install script does."""
    script = folder / "node_modules" / "bun" / "install.js"
    return not script.exists() or _run(["node", str(script)], script.parent)


def _run(words: Sequence[str], folder: Path) -> bool:
    try:
        done = subprocess.run(
            words, cwd=folder, capture_output=True, check=False, timeout=_STEP_SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _sweep(
    folder: Path, stack: str, ways: Sequence[str], majors: Sequence[int], *, judges: bool
) -> Iterator[Outcome]:
    place = folder / stack.replace("/", "_")
    specs = [f"{name}@{spec}" for name, spec in STACKS[stack].items()]
    if not _install(place, specs):
        yield Outcome(stack, "npm", 0, "not built", "npm cannot install it")
        return
    entry = place / "index.mjs"
    imports = "".join(f"import * as m{n} from '{m}';\n" for n, m in enumerate(STACKS[stack]))
    names = ", ".join(f"m{n}" for n in range(len(STACKS[stack])))
    entry.write_text(
        f"{imports}export const handler = async () => [{names}].map((m) => Object.keys(m));\n",
        encoding="utf-8",
    )
    for way in ways:
        files = _bundle(folder, place, way)
        if files is None:
            yield Outcome(stack, way, 0, "not built", "the bundler fails")
            continue
        loads = _load(place / "out" / f"{way}.json", files, majors)
        for major in majors if judges else ():
            yield _judge(files, loads[str(major)], stack, way, major)


def _load(notes: Path, files: PackageFiles, majors: Sequence[int]) -> dict[str, str]:
    """Return what the loader of each runtime says, and keep it in `notes`."""
    known: dict[str, str] = json.loads(notes.read_text("utf-8")) if notes.exists() else {}
    with TaskFolder() as task:
        for major in majors:
            if str(major) not in known:
                task.show(files)
                node = str(node_of(major).executable)
                known[str(major)] = task.load(node, major, "index.handler").text
    notes.write_text(json.dumps(known), encoding="utf-8")
    return known


def _bundle(folder: Path, place: Path, way: str) -> PackageFiles | None:
    out = place / "out" / way
    values = {"entry": str(place / "index.mjs"), "out": str(out), "banner": _BANNER}
    tool, *words = [word.format(**values) for word in WAYS[way].words.split()]
    if not out.exists() and not _run(
        [str(folder / "tools" / "node_modules" / ".bin" / tool), *words], place
    ):
        return None
    found = {
        str(file.relative_to(out)): (file.read_bytes(), 0o644)
        for file in sorted(out.rglob("*"))
        if file.is_file()
    }
    return found if WAYS[way].output in found else None


def _judge(files: PackageFiles, loaded: str, stack: str, way: str, major: int) -> Outcome:
    report = check_zip(
        pack(files), path=stack, target=Target(f"nodejs{major}.x"), handler="index.handler"
    )
    errors = [f for f in report.findings if f.severity == "error" and f.code not in _RUN_CODES]
    if (loaded == "loaded") is not bool(errors):
        return Outcome(stack, way, major, "agree", "")
    if errors:
        told = f"{errors[0].code}: {errors[0].message}"
        return Outcome(stack, way, major, "false error", told)
    return Outcome(stack, way, major, "miss", loaded[:300])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
