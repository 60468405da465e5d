"""What a real Node says when it loads a handler the way Lambda does.

The oracle of the checks: a package as files is written into a folder without parents, and Node of
the runtime's major version loads the handler by the rules of that runtime's loader (aws-lambda-ric
3.3.0 up to Node.js 22, 4.0.2 from 24 on), under Lambda's flags, as a user who owns no file.
"""

# ruff: noqa: E501  (the loader is JavaScript, kept as it is read)

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["FLAGS", "Loaded", "PackageFiles", "TaskFolder"]

PackageFiles = dict[str, tuple[bytes, int]]
"""Content and mode by name."""

FLAGS = {
    20: ("--no-experimental-require-module",),
    22: ("--no-experimental-require-module", "--no-experimental-detect-module"),
    24: (),
}
"""What Lambda switches off, by major version."""

_TIMEOUT_SECONDS = 60
_NOBODY = 65534

_LOADER = r"""
import { createRequire } from "node:module";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const require = createRequire(import.meta.url);
const [generation, root, ...handlers] = process.argv.slice(2);
globalThis.awslambda = { streamifyResponse: (f) => Object.assign(f, { streaming: true }), HttpResponseStream: {} };

class Refused extends Error {}

function split(handler) {
  if (handler.includes("..")) throw new Refused("MalformedHandlerName");
  const base = path.basename(handler);
  const folder = handler.substring(0, handler.indexOf(base));
  const dot = base.indexOf(".");
  if (dot < 0) throw new Refused("Bad handler");
  return [folder, base.substring(0, dot), base.substring(dot + 1)];
}

function saysModule(folder) {
  for (;;) {
    if (folder.endsWith("/node_modules")) return false;
    const file = path.join(folder, "package.json");
    if (existsSync(file)) {
      try { return JSON.parse(readFileSync(file)).type === "module"; } catch { return false; }
    }
    if (folder === "/") return false;
    folder = path.dirname(folder);
  }
}

async function third(folder, name) {
  const place = path.resolve(root, folder, name);
  let loaded = existsSync(place) ? require(place) : undefined;
  if (loaded) return loaded;
  const asModule = existsSync(place + ".js") && saysModule(path.dirname(place + ".js"));
  if (!asModule && existsSync(place + ".js")) loaded = require(place + ".js");
  if (loaded) return loaded;
  if (asModule) return import(place + ".js");
  if (existsSync(place + ".mjs")) return import(place + ".mjs");
  if (existsSync(place + ".cjs")) return require(place + ".cjs");
  return require(require.resolve(name, { paths: [root, folder] }));
}

async function fourth(folder, name) {
  const place = path.resolve(root, folder.replace(/\/$/, ""), name);
  for (const extension of ["", ".js", ".mjs", ".cjs"]) {
    if (existsSync(place + extension)) return import(place + extension);
  }
  return require(require.resolve(name, { paths: [root, path.join(root, folder)] }));
}

function pick(module, names) {
  if (generation === "3") return names.reduce((value, name) => value && value[name], module);
  const inside = (start) => names.reduce(
    (value, name) => (value && typeof value === "object" ? value[name] : undefined), start);
  return inside(module) || ("default" in module ? inside(module.default) : undefined);
}

let status = 0;
for (const handler of handlers) {
  try {
    const [folder, name, rest] = split(handler);
    const module = await (generation === "3" ? third(folder, name) : fourth(folder, name));
    const found = pick(module, rest.split("."));
    if (!found) throw new Refused("HandlerNotFound: undefined");
    if (typeof found !== "function") throw new Refused("HandlerNotFound: no function");
    if (generation === "4" && found.length >= 3 && !found.streaming) throw new Refused("CallbackHandlerDeprecated");
    await new Promise((done) => setTimeout(done, handlers.length > 1 ? 0 : 20));
    console.log("loaded");
  } catch (error) {
    status = 1;
    console.log("refused", error?.name, error?.code, String(error?.message ?? error).replace(/\s+/g, " ").slice(0, 400));
  }
}
process.exit(status);
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Node's answer."""

    ok: bool
    text: str


class TaskFolder:
    """A folder without parents that holds a package as Lambda unzips it; only changes are written.

    Use it as a context: the folder is removed at its end.
    """

    def __init__(self) -> None:
        self._shown: PackageFiles = {}

    def __enter__(self) -> Self:
        self._temporary = tempfile.TemporaryDirectory()
        base = Path(self._temporary.name)
        base.chmod(0o755)
        self.root = base / "task"
        self.root.mkdir()
        self._loader = base / "loader.mjs"
        self._loader.write_text(_LOADER)
        return self

    def __exit__(self, *_: object) -> None:
        self._temporary.cleanup()

    def show(self, files: PackageFiles) -> None:
        """Make the folder hold `files` and nothing else."""
        for name in [n for n, value in self._shown.items() if files.get(n) is not value]:
            (self.root / name).unlink()
            self._remove_empty((self.root / name).parent)
        for name, value in files.items():
            if self._shown.get(name) is not value:
                place = self.root / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(value[0])
                place.chmod((value[1] & 0o7) * 0o111)
        self._shown = dict(files)

    def _remove_empty(self, folder: Path) -> None:
        while folder != self.root and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent

    def load(
        self, node: str, major: int, handler: str, *, env: Mapping[str, str] | None = None
    ) -> Loaded:
        """Return whether `node` loads `handler` from what the folder holds."""
        answer = self._run(node, major, [handler], env)
        text = answer.stdout.strip().rpartition("\n")[2] or answer.stderr.strip()[-400:]
        return Loaded(answer.returncode == 0 and text == "loaded", text)

    def load_each(self, node: str, major: int, handlers: Sequence[str]) -> list[bool]:
        """Return whether `node` loads each handler; none of them may print.

        One process loads them all; where one ends it, that is not loaded, and another goes on.
        """
        loaded: list[bool] = []
        while len(loaded) < len(handlers):
            lines = self._run(node, major, handlers[len(loaded) :], None).stdout.splitlines()
            loaded += [line == "loaded" for line in lines]
            if len(loaded) < len(handlers):
                loaded.append(False)
        return loaded

    def _run(
        self, node: str, major: int, handlers: Sequence[str], env: Mapping[str, str] | None
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "NODE_PATH": str(self.root),
            "LD_LIBRARY_PATH": f"{self.root}:{self.root}/lib",
            "HOME": "/nonexistent",
            **(env or {}),
        }
        generation = "3" if major < 24 else "4"
        flags = FLAGS.get(major, ())
        return subprocess.run(
            [node, *flags, str(self._loader), generation, str(self.root), *handlers],
            cwd=self.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_TIMEOUT_SECONDS,
            user=_NOBODY if sys.platform != "win32" and os.geteuid() == 0 else None,
        )
