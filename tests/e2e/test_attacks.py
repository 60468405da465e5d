"""Hostile projects, registries and zips, through all commands: a sound answer or a coded error.

Whatever comes: nothing beside the project is read into a package or shown, nothing is written but
where the command says, no script runs, no escape sequence reaches the terminal, nothing takes long.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

import pytest

from tests.support.adversary import Adversary
from tests.support.attacks import ATTACKS, MARK, Attack, lay_bait
from tests.support.attacks.archives import ARCHIVES
from tests.support.command import CommandResult, run_here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.scene import Scene

PASSWD = b"root:x:0:"
SECONDS_MAX = 20
"""Of the processor, for all commands on one attack; nearly all take less than one."""


class Field:
    """A scene with its bait, in which commands are run and their traces looked at."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.environment = {**scene.environment, "ZIPPER_CACHE_DIR": str(scene.cache)}
        self.work = scene.folder / "work"
        self.made = {
            *(scene.cache, scene.output.parent, self.work),
            *(scene.folder / name for name in ("installed", "vendored", "new-lock.json")),
        }

    def run(self, *words: str) -> CommandResult:
        """Run one command in a folder of its own."""
        self.work.mkdir(exist_ok=True)
        return run_here(*words, cwd=self.work, env=self.environment)

    def attack(self) -> dict[str, CommandResult]:
        """Run every command that takes a project, then those that take its zip."""
        folder, project, output = self.scene.folder, str(self.scene.project), self.scene.output
        results = {
            "build": self.run("build", project, "-o", str(output), "--json"),
            "build by name": self.run("build", project),
            "install": self.run("install", project, "--into", str(folder / "installed")),
            "resolve": self.run("resolve", project, "-o", str(folder / "new-lock.json")),
            "vendor": self.run("vendor", project, "--into", str(folder / "vendored")),
            "explain": self.run("explain", project, "a"),
        }
        return results | (self.judge(output) if output.exists() else {})

    def judge(self, path: Path) -> dict[str, CommandResult]:
        """Run every command that takes a zip and starts no Node."""
        page = path.with_name("page.html")
        return {
            "check": self.run("check", str(path), "--verbose"),
            "explain zip": self.run("explain", str(path), "--all"),
            "page": self.run("explain", str(path), "--html", str(page)),
            "sbom": self.run("sbom", str(path)),
            "licenses": self.run("licenses", str(path)),
        }

    def snapshot(self) -> dict[str, str]:
        """Return what lies where no command has any business to write."""
        return {
            str(path): _describe(path)
            for path in self.scene.folder.rglob("*")
            if not any(made == path or made in path.parents for made in self.made)
        }

    def leaks(self) -> list[str]:
        """Return the made files that hold what is nobody's business, and links that lead out.

        The cache is the user's own, and may hold what was opened before it was refused.
        """
        found = []
        for path in (path for made in self.made - {self.scene.cache} for path in made.rglob("*")):
            if path.is_symlink() and not _leads_into(path, self.made):
                found.append(f"{path} leads to {path.readlink()}")
            if path.is_file() and not path.is_symlink():
                found += [f"{path}: {name}" for name, data in _contents(path) if _is_taboo(data)]
        return found


def _describe(path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"


def _leads_into(path: Path, folders: set[Path]) -> bool:
    real = Path(os.path.realpath(path))
    return any(Path(os.path.realpath(folder)) in real.parents for folder in folders)


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    yield "", path.read_bytes()
    try:
        with ZipFile(path) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)
                if name.startswith("/") or ".." in name.split("/"):
                    yield f"{name} climbs", MARK
    except BadZipFile:
        return


def _is_taboo(data: bytes) -> bool:
    return MARK in data or PASSWD in data


def complaints(results: dict[str, CommandResult]) -> list[str]:
    """Return what no command may answer, whatever it was given."""
    found = []
    for name, result in results.items():
        told = result.stdout + result.stderr
        if result.status not in (0, 1) or "Traceback" in told:
            found.append(f"{name} ended with {result.status}: {result.stderr[-1500:]}")
        if "\x1b" in told or "\x07" in told:
            found.append(f"{name} sends an escape to the terminal")
        if _is_taboo(told.encode("utf-8", "surrogateescape")):
            found.append(f"{name} shows what is nobody's business")
        if max(map(len, result.stderr.splitlines()), default=0) > 20_000:
            found.append(f"{name} tells a line of {len(result.stderr)} characters")
    return found


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])
def test_hostile_project(
    scene: Scene, attack: Attack, record_property: Callable[..., None]
) -> None:
    """A project, a lockfile or a registry that is out to harm does none, through any command."""
    record_property("refused", attack.code not in ("", "FINDINGS"))
    lay_bait(scene)
    attack.arrange(scene)
    field = Field(scene)
    before, began = field.snapshot(), time.process_time()
    with ExitStack() as stack:
        if attack.play is not None:
            server = stack.enter_context(Adversary())
            server.play("/a", attack.play)
            field.environment["npm_config_registry"] = server.url
        results = field.attack()
    build = results["build"]
    got = build.code or ("FINDINGS" if build.status else "")

    assert ([], []) == (complaints(results), field.leaks())
    assert before == field.snapshot()
    assert attack.code == got, build.stderr
    assert all("x-evil" not in request.headers for request in scene.registry.requests)
    assert time.process_time() - began < SECONDS_MAX


@pytest.mark.parametrize("name", ARCHIVES)
def test_hostile_zip(scene: Scene, name: str) -> None:
    """A zip that no honest tool wrote is judged and told of, and nothing of it is written."""
    lay_bait(scene)
    path = scene.output.with_name("hostile.zip")
    path.write_bytes(ARCHIVES[name])
    field = Field(scene)
    before, began = field.snapshot(), time.process_time()
    results = field.judge(path)
    page = path.with_name("page.html")

    assert [] == complaints(results)
    assert before == field.snapshot()
    assert not page.exists() or "<img src=x" not in page.read_text("utf-8", "surrogateescape")
    assert time.process_time() - began < SECONDS_MAX


def test_attacks_are_many_and_their_names_tell_them_apart() -> None:
    """No attack hides behind another's name, and none is lost on the way."""
    names = Counter(attack.name for attack in ATTACKS)

    assert [] == [name for name, count in names.items() if count > 1]
    assert len(ATTACKS) > 70
    assert len(ARCHIVES) > 20
