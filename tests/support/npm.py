"""The oracle: what the real npm does with a project, recorded as a value.

npm runs in a scratch copy, never runs a script, and keeps its own cache between runs
(`ZIPPER_NPM_CACHE`, else a folder in the temporary directory). With `ZIPPER_ORACLE_DIR` set,
answers are kept there too, so that a second comparison costs no install.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import tarfile
import tempfile
import time
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import NPM_LOCKFILES, Project, copy_project, remove_lockfiles

__all__ = [
    "Answer",
    "File",
    "NpmRun",
    "ask_for_install",
    "ask_for_lockfile",
    "node_version",
    "npm_cpu",
    "require_npm",
    "run_npm",
]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_CODE = re.compile(r"^npm (?:error|ERR!) code (\S+)", re.MULTILINE)
_LOCK_ONLY = ("install", "--package-lock-only", "--ignore-scripts")
_TIMEOUT_SECONDS = 900


@dataclass(frozen=True, slots=True)
class File:
    """What a file is to the function: its bytes, by SHA-256 in hex, and whether it can be run."""

    sha256: str
    executable: bool


@dataclass(frozen=True, slots=True)
class NpmRun:
    """How npm ended: its exit status, its error code (None when it succeeded) and what it said."""

    status: int
    code: str | None
    output: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What npm makes of a project.

    Attributes:
        code: npm's error code, or None where it succeeded.
        refused: the code with which `npm ci` refused the project's own lockfile, so that npm had
            to make a new one; None where it has none or npm accepts it.
        lockfile: the text of the lockfile that `files` were installed from; None on an error.
        files: what the production install puts under node_modules, by path from the project; a
            linked package holds what npm would pack of it. Empty where only a lockfile was asked.
    """

    code: str | None
    refused: str | None
    lockfile: str | None
    files: Mapping[str, File]


def require_npm() -> None:
    """Skip the test where there is no npm to compare with."""
    if shutil.which("npm") is None:
        pytest.skip("no npm on the PATH to compare with")


@cache
def node_version() -> str:
    """Return the version of the Node that npm runs on, such as `20.20.2`."""
    done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip().removeprefix("v")


def npm_cpu(architecture: str) -> str:
    """Return npm's name for one of Lambda's architectures."""
    return {"x86_64": "x64", "arm64": "arm64"}[architecture]


def run_npm(*arguments: str, folder: Path, npm_cache: Path | None = None) -> NpmRun:
    """Run npm in `folder` with the user's own settings, but for what makes it chatty."""
    settings = {
        "npm_config_cache": str(npm_cache or _npm_cache()),
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "npm_config_update_notifier": "false",
        "npm_config_progress": "false",
    }
    done = subprocess.run(
        ["npm", *arguments],
        cwd=folder,
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        umask=0o022,
        check=False,
    )
    found = _CODE.search(done.stderr)
    failed = found[1] if found else "UNKNOWN"
    return NpmRun(done.returncode, failed if done.returncode else None, done.stdout + done.stderr)


def ask_for_lockfile(project: Project, *, fresh: bool = False) -> Answer:
    """Return the lockfile that npm writes for `project` when its own is taken away.

    An answer that was kept is at most six hours old, since the registry moves on; `fresh` asks
    again and replaces it.
    """
    question = _Question("lockfile", project)
    kept = None if fresh else question.kept(max_age_seconds=6 * 3600)
    return kept or question.keep(_with_copy(project, _resolve))


def ask_for_install(project: Project, *, cpu: str) -> Answer:
    """Return what `npm ci` puts on disk for production on linux, `cpu` and glibc.

    The project's own lockfile is used where npm accepts it, else one that npm makes.
    """
    question = _Question(f"install-{cpu}", project)
    return question.kept() or question.keep(_with_copy(project, lambda f: _install(f, cpu)))


def _resolve(folder: Path) -> Answer:
    remove_lockfiles(folder)
    run = run_npm(*_LOCK_ONLY, "--prefer-online", folder=folder)
    return Answer(run.code, None, None if run.code else _lockfile(folder), {})


def _install(folder: Path, cpu: str) -> Answer:
    target = ("--omit=dev", "--ignore-scripts", "--os=linux", f"--cpu={cpu}", "--libc=glibc")
    has_lockfile = any((folder / name).exists() for name in NPM_LOCKFILES)
    run = run_npm("ci", *target, folder=folder) if has_lockfile else None
    refused = run.code if run else None
    if run is None or refused:
        remove_lockfiles(folder)
        run = run_npm(*_LOCK_ONLY, folder=folder)
        if run.code is None:
            run = _install_from_own_lockfile(folder, target)
    if run.code is None and _links_outside(_lockfile(folder)):
        # npm leaves out what such a package needs; installed as a copy, it is complete.
        run = run_npm("install", "--install-links", "--no-save", *target, folder=folder)
    if run.code:
        return Answer(run.code, refused, None, {})
    return Answer(None, refused, _lockfile(folder), dict(_installed_files(folder)))


def _install_from_own_lockfile(folder: Path, target: tuple[str, ...]) -> NpmRun:
    """Install what npm has just locked.

    `npm ci` refuses npm's own lockfile where an optional dependency could not be had and was
    left out of it; `npm install` takes the same lockfile and installs the same tree.
    """
    run = run_npm("ci", *target, folder=folder)
    return run_npm("install", "--no-save", *target, folder=folder) if run.code == "EUSAGE" else run


def _lockfile(folder: Path) -> str:
    name = next(name for name in NPM_LOCKFILES if (folder / name).exists())
    return (folder / name).read_text(encoding="utf-8")


def _links_outside(lockfile: str) -> bool:
    packages = json.loads(lockfile).get("packages", {})
    return any(location.startswith("../") for location in packages)


def _installed_files(folder: Path) -> Iterator[tuple[str, File]]:
    yield from _files_of_modules(folder / "node_modules", "node_modules")


def _files_of_modules(modules: Path, prefix: str) -> Iterator[tuple[str, File]]:
    """Yield the files of a node_modules folder, links followed as npm would pack their targets."""
    for path in sorted(modules.iterdir()) if modules.is_dir() else ():
        location = f"{prefix}/{path.name}"
        if path.is_symlink() and path.is_dir():
            yield from _packed_files(path.resolve(), location)
            yield from _files_of_modules(
                path.resolve() / "node_modules", f"{location}/node_modules"
            )
        elif path.name.startswith("@") and path.is_dir():
            yield from _files_of_modules(path, location)
        elif path.name != ".bin" and location != "node_modules/.package-lock.json":
            yield from _files_of(path, location)


def _files_of(path: Path, location: str) -> Iterator[tuple[str, File]]:
    """Yield one file, or every file of a folder; what is neither, npm did not put there."""
    if path.is_symlink():
        return
    if path.is_file():
        executable = bool(path.stat().st_mode & 0o111)
        yield location, File(hashlib.sha256(path.read_bytes()).hexdigest(), executable)
    elif path.name == "node_modules":
        yield from _files_of_modules(path, location)
    else:
        for inner in sorted(path.iterdir()):
            yield from _files_of(inner, f"{location}/{inner.name}")


def _packed_files(package: Path, prefix: str) -> Iterator[tuple[str, File]]:
    """Yield what npm packs of a folder, with the modes that npm would install it with."""
    with tempfile.TemporaryDirectory() as scratch:
        run = run_npm("pack", "--ignore-scripts", f"--pack-destination={scratch}", folder=package)
        assert run.code is None, run.output
        (tarball,) = Path(scratch).iterdir()
        with tarfile.open(tarball) as archive:
            members = [(m.name, m.mode, archive.extractfile(m)) for m in archive if m.isfile()]
            runnable = _bin_targets(package)
            for name, mode, content in members:
                inner = name.partition("/")[2]
                assert content is not None
                executable = bool(mode & 0o111) or inner in runnable
                yield (
                    f"{prefix}/{inner}",
                    File(hashlib.sha256(content.read()).hexdigest(), executable),
                )


def _bin_targets(package: Path) -> set[str]:
    manifest = json.loads((package / "package.json").read_text(encoding="utf-8"))
    declared = manifest.get("bin") or {}
    targets = [declared] if isinstance(declared, str) else declared.values()
    return {os.path.normpath(target) for target in targets}


def _npm_cache() -> Path:
    default = Path(tempfile.gettempdir()) / "zipper-npm-cache"
    return Path(os.environ.get("ZIPPER_NPM_CACHE", default))


def _with_copy(project: Project, ask: Callable[[Path], Answer]) -> Answer:
    with tempfile.TemporaryDirectory(prefix="zipper-npm-") as scratch:
        return ask(copy_project(project, Path(scratch) / project.name))


class _Question:
    """A question to npm, and where its answer is kept between runs (if it is kept at all)."""

    def __init__(self, kind: str, project: Project) -> None:
        directory = os.environ.get("ZIPPER_ORACLE_DIR")
        name = f"{project.name}-{kind}-{_fingerprint(project)}.json"
        self.path = Path(directory) / name if directory else None

    def kept(self, *, max_age_seconds: float = float("inf")) -> Answer | None:
        """Return the answer of an earlier run, unless there is none or it is too old."""
        if self.path is None or not self.path.exists():
            return None
        if time.time() - self.path.stat().st_mtime > max_age_seconds:
            return None
        document = json.loads(self.path.read_text(encoding="utf-8"))
        files = {name: File(*values) for name, values in document.pop("files").items()}
        return Answer(**document, files=files)

    def keep(self, answer: Answer) -> Answer:
        """Keep `answer` for the next run, and return it."""
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            document = asdict(answer)
            document["files"] = {n: [f.sha256, f.executable] for n, f in answer.files.items()}
            self.path.write_text(json.dumps(document), encoding="utf-8")
        return answer


def _fingerprint(project: Project) -> str:
    digest = hashlib.sha256(f"{_npm_version()} {node_version()} {platform.machine()}".encode())
    for path in sorted(project.folder.rglob("*")):
        if path.is_file() and "node_modules" not in path.parts:
            digest.update(f"\0{path.relative_to(project.folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _npm_version() -> str:
    done = subprocess.run(["npm", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip()
