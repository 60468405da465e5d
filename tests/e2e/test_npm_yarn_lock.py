"""A yarn.lock counts as it does for the real npm, read and resolved side by side."""

from __future__ import annotations

import json
import random
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.npm import node_version, require_npm, run_npm
from zipper.lockfile.yarn_classic import read_yarn_lock
from zipper.pipeline.lockfile_writing import resolve

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.node, pytest.mark.slow]

_READER = """
const YarnLock = require(process.argv[1] + '/npm/node_modules/@npmcli/arborist/lib/yarn-lock.js')
const text = value => typeof value === 'string' ? value : ''
const read = data => {
  const lock = new YarnLock()
  let whole = true
  try { lock.parse(data) } catch { whole = false }
  const entries = [...lock.entries].filter(([, entry]) => text(entry.version))
  return [entries.map(([spec, entry]) =>
    [spec, entry.version, text(entry.resolved), text(entry.integrity)]), whole]
}
const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'))
console.log(JSON.stringify(texts.map(read)))
"""
_PIECES = (
    *'a@":,\\\r\n#\u2028\ufeff\u00a0\x1c\x85',
    *("@s/b", ", ", '\\"', "\n", "\n  ", "\n    ", "    ", "^1", '"x y"', "<<<<<<< a", "\n\n"),
    *("version ", "resolved ", "integrity ", "dependencies:", ":\n  version ", ":\n  resolved "),
    "\n  dependencies:\n    a b",
)


def test_texts_are_read_as_npm_reads_them() -> None:
    """Entries, and whether the file was read to its end, in whole files and in broken ones."""
    require_npm()
    invented = random.Random(1)
    texts = [
        invented.choice(("", "a@1:\n  version 1\n"))
        + "".join(invented.choices(_PIECES, k=invented.randint(1, 40)))
        for _ in range(10_000)
    ]
    root = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=True)
    done = subprocess.run(
        ["node", "-e", _READER, root.stdout.strip()],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )

    for text, (entries, is_whole) in zip(texts, json.loads(done.stdout), strict=True):
        lock = read_yarn_lock(text.encode())
        found = [[spec, *entry[:2], entry.integrity or ""] for spec, entry in lock.entries.items()]
        assert (entries, is_whole) == (found, lock.is_whole), repr(text)


@pytest.mark.network
def test_lockfile_is_the_one_that_npm_writes(tmp_path: Path) -> None:
    """Older versions, an alias, another package's tarball, and what was broken off in a merge."""
    require_npm()
    registry = run_npm("config", "get", "registry", folder=tmp_path).output.strip()
    chosen = {
        "debug@^4.0.0": ("4.3.1", "debug/-/debug-4.3.1.tgz"),
        "lod@npm:lodash@^4.0.0": ("4.17.20", "lodash/-/lodash-4.17.20.tgz"),
        "@types/node@>=18 <20": ("18.0.0", "@types/node/-/node-18.0.0.tgz"),
        "ms@^2.0.0": ("2.0.0", "semver/-/semver-7.3.0.tgz"),
    }
    entries = "\n".join(
        f'"{spec}":\n  version "{version}"\n  resolved "{registry}{path}#abc"\n'
        for spec, (version, path) in chosen.items()
    )
    asked = {**dict(spec.rsplit("@", 1) for spec in chosen if ":" not in spec), "semver": "^7.0.0"}
    manifest = {"name": "fn", "dependencies": {**asked, "lod": "npm:lodash@^4.0.0"}}
    for name in ("npm", "zipper"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
        text = f"# yarn lockfile v1\n\n\n{entries}\n<<<<<<< a\nsemver@^7.0.0:\n  version 7.3.0\n"
        (tmp_path / name / "yarn.lock").write_text(text, encoding="utf-8")

    run = run_npm("install", "--package-lock-only", "--ignore-scripts", folder=tmp_path / "npm")
    resolve(tmp_path / "zipper", node_version=node_version(), cache_dir=tmp_path / "cache")

    assert run.code is None, run.output
    theirs, ours = (
        (tmp_path / name / "package-lock.json").read_text("utf-8") for name in ("npm", "zipper")
    )
    assert '"version": "4.3.1"' in theirs
    assert theirs == ours
