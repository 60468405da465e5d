"""What is measured: the cases, what each tool finds before a run, and the required ratios."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.bench.functions import OF_FUNCTIONS, change_one, describe_functions
from tests.bench.measure import Sample, run_measured
from tests.bench.tools import Checkout, Tool, relock_for
from tests.bench.typescript import (
    BUNDLE_CHANGED,
    TYPESCRIPT_CHANGED,
    change_source,
    describe_sources,
    find_handler,
)
from tests.support.projects import Project, copy_project, remove_lockfiles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = [
    "CASES",
    "CEILINGS",
    "GENERATED",
    "MEMORY_CEILING_BYTES",
    "REQUIREMENTS",
    "WITHOUT_PROJECT",
    "Ceiling",
    "Requirement",
    "Result",
    "measure_case",
    "measure_sizes",
]

CASES: Final = (
    "warm",
    "cold",
    "cold-unlocked",
    "resolve-cold",
    "resolve-warm",
    "install",
    "size",
    "functions",
    "functions-changed",
    TYPESCRIPT_CHANGED,
    BUNDLE_CHANGED,
    "import",
    "version",
    "help",
    "generated-5000",
    "generated-10000",
)
GENERATED: Final = ("generated-5000", "generated-10000")
"""Resolving so many packages, which must take less than 3 s for 5,000, and less than twice as long
for 10,000."""
WITHOUT_PROJECT: Final = ("import", "version", "help", *GENERATED)
_CHANGES: Final = {
    "functions-changed": lambda at: change_one(at.folder),
    TYPESCRIPT_CHANGED: lambda at: change_source(at.folder, at.handler),
    BUNDLE_CHANGED: lambda at: change_source(at.folder, at.handler),
}
"""What is changed between a first build, which is not measured, and the one that is."""
_EMPTY_CACHE: Final = ("cold", "cold-unlocked", "resolve-cold")
_NO_LOCKFILE: Final = ("cold-unlocked", "resolve-cold", "resolve-warm")


@dataclass(frozen=True, slots=True)
class Requirement:
    """`case` on `project` must take at most 1/`ratio` of what `peer` takes."""

    case: str
    project: str
    peer: str
    ratio: float


_WITH_TYPESCRIPT: Final = ("small", "aws", "froch-lambda-edge-pnpm")
"""The last one is somebody's function in TypeScript, of the corpus; esbuild cannot bundle `big`."""

REQUIREMENTS: Final = (
    Requirement("warm", "small", "npm", 15),
    Requirement("warm", "big", "npm", 60),
    Requirement("warm", "small", "bun", 1),
    Requirement("warm", "big", "bun", 25),
    Requirement("warm", "big", "cp", 1 / 6),
    Requirement("cold", "big", "bun", 3),
    Requirement("cold", "small", "bun", 1 / 1.5),
    Requirement("cold-unlocked", "big", "npm", 6),
    Requirement("cold-unlocked", "big", "bun", 2),
    Requirement("resolve-cold", "big", "npm", 4),
    Requirement("resolve-cold", "small", "npm", 2),
    Requirement("resolve-warm", "big", "npm", 10),
    Requirement("resolve-warm", "small", "npm", 10),
    Requirement("functions", "aws", "sam", 20),
    *(Requirement(TYPESCRIPT_CHANGED, name, "esbuild", 1 / 1.5) for name in _WITH_TYPESCRIPT),
    Requirement("install", "big", "npm", 3),
    Requirement("install", "big", "bun", 1 / 1.5),
)
"""The speed table that zipper promises."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """`case` must take at most `seconds`, on top of Python's own start where it says so."""

    case: str
    project: str | None
    seconds: float
    above_python: bool = False


CEILINGS: Final = (
    Ceiling("warm", "small", 0.12),
    Ceiling("import", None, 0.03, above_python=True),
    Ceiling("version", None, 0.08),
    Ceiling("help", None, 0.12),
)
"""What a person at a terminal is promised, on two cores that have nothing else to do."""

_RUNS_MIN: Final = 3
_ENOUGH_SECONDS: Final = 60.0
"""Three runs of a tool are enough if they took so long in all: npm needs 50 s for one."""

MEMORY_CEILING_BYTES: Final = 400_000_000
"""What no run of zipper may exceed, on any project."""


@dataclass(frozen=True, slots=True)
class Result:
    """All runs of one tool in one case.

    Attributes:
        seconds: of each run, in their order.
        peak_memory_bytes: the largest of all runs.
        size_bytes: of what the last run wrote; 0 where the case writes nothing.
        processor_seconds: the median of what the runs took of the processors.
        failure: the end of what the tool said when it failed; None where it did not.
    """

    case: str
    project: str
    tool: str
    seconds: tuple[float, ...]
    peak_memory_bytes: int
    size_bytes: int
    processor_seconds: float = 0.0
    failure: str | None = None

    @property
    def median_seconds(self) -> float:
        """The median of all runs; infinite where the tool failed."""
        return statistics.median(self.seconds) if self.seconds else float("inf")


def measure_case(
    case: str,
    project: Project,
    tools: Sequence[Tool],
    *,
    runs: int,
    scratch: Path,
    functions: int = 50,
) -> list[Result]:
    """Run every tool `runs` times in turns, so that a busy minute troubles all of them alike.

    A tool that takes minutes runs three times, or as often as it says, at most. `functions` is how
    many the cases of many functions have.
    """
    able = [tool for tool in tools if case in tool.commands and tool.missing is None]
    racers = [_Racer(tool, case, project, scratch, functions) for tool in able]
    for racer in racers:
        racer.warm_up()
    for number in range(runs):
        for racer in racers:
            if not racer.has_enough():
                racer.run(number)
    return [racer.result() for racer in racers]


def measure_sizes(project: Project, scratch: Path) -> list[Result]:
    """Compare zipper's package with what `zip -r` makes of the same files."""
    finished = scratch / f"finished-{project.name}.zip"
    if not finished.exists() or shutil.which("zip") is None:
        return []
    folder = scratch / f"unzipped-{project.name}"
    with zipfile.ZipFile(finished) as archive:
        archive.extractall(folder)
    packed = scratch / f"packed-{project.name}.zip"
    subprocess.run(["zip", "-qr6", str(packed), "."], cwd=folder, check=True)
    shutil.rmtree(folder)
    sizes = (("zipper", finished), ("zip -r", packed))
    return [Result("size", project.name, name, (), 0, path.stat().st_size) for name, path in sizes]


class _Racer:
    """One tool in one case: its cache, its fresh checkouts, and what was measured."""

    def __init__(
        self, tool: Tool, case: str, project: Project, scratch: Path, functions: int
    ) -> None:
        self.functions = functions
        self.tool = tool
        self.case = case
        self.project = project
        self.home = scratch / tool.name.replace(" ", "") / project.name
        self.finished = scratch / f"finished-{project.name}.zip"
        self.samples: list[Sample] = []
        self.size_bytes = 0
        self.failure: str | None = None

    def warm_up(self) -> None:
        """Run once unmeasured where the case wants a filled cache, and keep zipper's package."""
        if self.case in _EMPTY_CACHE:
            return
        checkout, sample = self._run_in_checkout("warm-up")
        self._note_failure(checkout, sample)
        if self.tool.name == "zipper" and self.case == "warm" and checkout.output.exists():
            shutil.copyfile(checkout.output, self.finished)
        self._clear(checkout)

    def has_enough(self) -> bool:
        """Whether more runs would tell nothing new."""
        seconds = [sample.seconds for sample in self.samples]
        is_slow = len(seconds) >= _RUNS_MIN and sum(seconds) >= _ENOUGH_SECONDS
        return is_slow or len(seconds) >= self.tool.runs_max

    def run(self, number: int) -> None:
        """Run once, measured, in a checkout of its own."""
        if self.failure is not None:
            return
        checkout, sample = self._run_in_checkout(str(number))
        self._note_failure(checkout, sample)
        if self.failure is None:
            self.samples.append(sample)
            without_size = (*WITHOUT_PROJECT, "install")
            written = None if self.case in without_size else self._written(checkout)
            self.size_bytes = written.stat().st_size if written and written.is_file() else 0
        self._clear(checkout)

    def result(self) -> Result:
        """Return what was measured."""
        seconds = tuple(round(sample.seconds, 4) for sample in self.samples)
        peak = max((sample.peak_memory_bytes for sample in self.samples), default=0)
        processor = statistics.median([s.processor_seconds for s in self.samples] or [0.0])
        names = (self.case, self.project.name, self.tool.name)
        return Result(*names, seconds, peak, self.size_bytes, round(processor, 4), self.failure)

    def _run_in_checkout(self, name: str) -> tuple[Checkout, Sample]:
        checkout = self._check_out(name)
        command = self.tool.commands[self.case](checkout)
        env = self.tool.env(checkout)
        if self.case in _CHANGES:
            run_measured(command, cwd=checkout.folder, env=env)
            _CHANGES[self.case](checkout)
        if self.case == "resolve-warm":
            # Packuments that are there are taken as they are; npm and zipper read this alike.
            env = {**env, "npm_config_prefer_offline": "true"}
        return checkout, run_measured(command, cwd=checkout.folder, env=env)

    def _check_out(self, name: str) -> Checkout:
        cache = self.home / "cache"
        if self.case in _EMPTY_CACHE:
            shutil.rmtree(cache, ignore_errors=True)
        output = self.home / f"{self.case}-{name}.out"
        output.parent.mkdir(parents=True, exist_ok=True)
        # Info-ZIP adds an ending to a name that has none.
        if self.case not in OF_FUNCTIONS:
            output = output.with_suffix(".zip" if "resolve" not in self.case else ".json")
        folder = copy_project(self.project, self.home / f"{self.case}-{name}")
        checkout = Checkout(folder, output, cache, self.finished, find_handler(self.project))
        if self.case in (TYPESCRIPT_CHANGED, BUNDLE_CHANGED):
            describe_sources(folder, checkout.handler)
        if self.case in _NO_LOCKFILE:
            remove_lockfiles(folder)
        elif self.case in OF_FUNCTIONS:
            describe_functions(folder, self.functions)
        elif self.case not in WITHOUT_PROJECT:
            relock_for(self.tool, checkout)
        return checkout

    def _written(self, checkout: Checkout) -> Path | None:
        """Return what the run has written: the output, or a peer's lockfile in the project."""
        names = ("package-lock.json", "bun.lock", "bun.lockb")
        places = (checkout.output, *(checkout.folder / name for name in names))
        return next((path for path in places if path.exists()), None)

    def _note_failure(self, checkout: Checkout, sample: Sample) -> None:
        """Judge a run by its result: a finding, such as a package too large, is no failure."""
        quiet = self.case in WITHOUT_PROJECT
        done = sample.status == 0 if quiet else sample.status in {0, 1} and self._done(checkout)
        if not done:
            self.failure = sample.stderr.strip()[-400:] or f"exit status {sample.status}"

    def _done(self, checkout: Checkout) -> bool:
        if "resolve" in self.case:
            return self._written(checkout) is not None
        wanted = checkout.folder / "node_modules" if self.case == "install" else checkout.output
        return wanted.exists()

    def _clear(self, checkout: Checkout) -> None:
        if self.case == "install":
            # ext4 passes over what was deleted in the last minutes: a folder that is made then
            # takes several times as long, whoever makes it.
            return
        shutil.rmtree(self.home / checkout.folder.relative_to(self.home).parts[0])
        if checkout.output.is_dir():
            shutil.rmtree(checkout.output)
        checkout.output.unlink(missing_ok=True)
