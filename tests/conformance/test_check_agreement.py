"""The checks and a real Node agree on what loads.

Each package and each mutation of it is judged twice: by zipper from the zip alone, and by Node of
the runtime from the unzipped files. ZIPPER_CHECK_MOST is the number of mutations of each kind, 0
for none. With ZIPPER_CHECK_SHARE=4, every fourth mutation is judged, for packages of which each
takes seconds; which ones differs with project and Node, so that all together see all kinds. Set
ZIPPER_CHECK_ZIPS to a folder of zips to add real packages (`name.zip`, and `name.handler` where
the handler is not `index.handler`).
"""

from __future__ import annotations

import json
import os
import re
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.command import run_zipper
from support.lambda_loader import TaskFolder
from support.mutations import Mutation, mutate, pack, unpack
from support.node import MAJORS, node_of
from support.packages import PACKAGES
from support.probes import list_names, make_probes
from support.projects import (
    Project,
    bench_projects,
    copy_project,
    corpus_projects,
    remove_lockfiles,
)
from support.stacks import STACKS

from zipper.checks.run_rules import check_zip
from zipper.pipeline.noted_facts import NotedFacts
from zipper.store.notes import Notebook
from zipper.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from support.lambda_loader import Loaded, PackageFiles

    from zipper.checks.file_facts import FactsCache
    from zipper.checks.results import Report

pytestmark = [pytest.mark.node, pytest.mark.slow]

LIBRARY_CODES = {"size-unzipped", "secret-file"}
PROJECTS = [*corpus_projects(), *(p for p in bench_projects() if p.name != "big")]
MOST = int(os.environ.get("ZIPPER_CHECK_MOST", "3"))
SHARE = int(os.environ.get("ZIPPER_CHECK_SHARE", "1"))


class _Judge:
    """Compares zipper's verdict with that of one Node, and counts."""

    def __init__(
        self,
        major: int,
        folder: TaskFolder,
        facts: FactsCache,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.node = str(node_of(major).executable)
        self.major = major
        self.folder = folder
        self.facts = facts
        self.env = env
        self.target = Target(f"nodejs{major}.x")
        self.told: list[str] = []
        self.count = 0

    def load(self, files: PackageFiles, handler: str) -> Loaded:
        self.folder.show(files)
        return self.folder.load(self.node, self.major, handler, env=self.env)

    def compare(self, mutation: Mutation) -> None:
        """Judge one package twice and note a difference."""
        self.count += 1
        archive = pack(mutation.files)
        report = check_zip(
            archive,
            path=mutation.name,
            target=self.target,
            handler=mutation.handler,
            facts=self.facts,
        )
        problem = _differ(report, self.load(mutation.files, mutation.handler), mutation)
        if problem is not None:
            self.told.append(f"{mutation.name}: {problem}")

    def choose(self, mutations: Iterator[Mutation]) -> Iterator[Mutation]:
        """Return the share of `mutations` that is to be judged."""
        return islice(mutations, (self.major // 2 + self.count) % SHARE, None, SHARE)

    def end(self, name: str) -> None:
        """Tell the agreement, and fail where there is a difference."""
        agreed = self.count - len(self.told)
        print(
            f"agreement on Node.js {self.major}, {name}: {agreed}/{self.count}",
            *self.told,
            sep="\n  ",
        )
        assert not self.told, "\n".join(self.told)


_NO_BUILTIN_NAME = re.compile(r"'node:[\w/]+' does not provide an export named")


def _may_be_newer(text: str, codes: set[str]) -> bool:
    """Return whether zipper warns of a module or name that a newer release of the Node may have."""
    if "ERR_UNKNOWN_BUILTIN_MODULE" in text:
        return "module-missing" in codes
    return _NO_BUILTIN_NAME.search(text) is not None and "module-export-name" in codes


def _differ(report: Report, loaded: Loaded, mutation: Mutation) -> str | None:
    """Return how zipper and Node disagree about a mutation, or None."""
    errors = {f.code for f in report.findings if f.severity == "error"} - LIBRARY_CODES
    codes = {f.code for f in report.findings if f.severity != "info"}
    if not loaded.ok and _is_in_the_runtime(report, loaded):
        return None
    if not loaded.ok and _may_be_newer(loaded.text, codes):
        return None
    if loaded.ok and errors:
        return f"zipper says {sorted(errors)}, Node loads it"
    if not loaded.ok and not errors:
        return f"zipper finds {sorted(codes)}, Node says {loaded.text}"
    if not loaded.ok and mutation.codes and not codes & mutation.codes:
        return f"zipper says {sorted(errors)}, expected {sorted(mutation.codes)}"
    return None


def _is_in_the_runtime(report: Report, loaded: Loaded) -> bool:
    """Return whether Node misses what Lambda's runtime brings and this machine does not."""
    missing = re.search(r"Cannot find (?:package|module) '([^']+)'", loaded.text)
    assumed = () if report.closure is None else report.closure.assumed
    return missing is not None and missing[1] in assumed


@pytest.fixture
def folder() -> Iterator[TaskFolder]:
    with TaskFolder() as made:
        yield made


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> FactsCache:
    """What files say, remembered from one mutation to the next as from one check to the next."""
    return NotedFacts(Notebook(tmp_path_factory.mktemp("facts")))


@pytest.mark.parametrize("major", MAJORS)
@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_zipper_and_node_agree_on_mutations(
    name: str, major: int, folder: TaskFolder, facts: FactsCache
) -> None:
    """A package and its mutations load in Node exactly where zipper finds no error."""
    judge = _Judge(major, folder, facts)
    files, handler = PACKAGES[name]
    _judge_all(judge, files, handler, most=8)
    judge.end(name)


def _judge_all(judge: _Judge, files: PackageFiles, handler: str, *, most: int) -> None:
    """Judge a package as it is, and its mutations where its handler is found at all."""
    judge.compare(Mutation("unchanged", files, handler, frozenset()))
    if most:
        made = mutate(files, handler, judge.target, most=most, facts=judge.facts)
        for mutation in judge.choose(made):
            judge.compare(mutation)


@pytest.fixture(scope="module")
def zips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("zips")


def _build(project: Path, output: Path, *options: str) -> PackageFiles:
    """Return the files of the zip that `build` makes, once a session; skip where it refuses."""
    if not output.exists():
        words = ("build", project, "-o", output, "--json", *options)
        result = run_zipper(*words)
        if result.code == "EUSAGE" and not output.exists():  # the lockfile is out of date
            remove_lockfiles(project)
            result = run_zipper(*words)
        if not output.exists():
            assert result.code != "EBUG", result.stderr
            pytest.skip(f"zipper refuses it, as npm does: {result.code}")
    return unpack(output.read_bytes())


@pytest.mark.network
@pytest.mark.parametrize("major", MAJORS)
@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_zipper_and_node_agree_on_what_build_makes(
    project: Project,
    major: int,
    zips: Path,
    folder: TaskFolder,
    facts: FactsCache,
    tmp_path: Path,
) -> None:
    """The zips of real projects, with handlers that ask for all dependencies, and mutations."""
    judge = _Judge(major, folder, facts, project.handler_env)
    options = ("--handler", project.handler) if project.handler else ()
    source = copy_project(project, tmp_path / "project")
    files = _build(source, zips / f"{project.name}.zip", *options)
    if project.handler is not None:
        most = MOST if judge.load(files, project.handler).ok else 0
        _judge_all(judge, files, project.handler, most=most)
    for name, text in _ask_for_all(judge, files):
        _judge_all(judge, {**files, name: (text, 0o644)}, "probe.handler", most=MOST)
    judge.end(project.name)


def _ask_for_all(judge: _Judge, files: PackageFiles) -> Iterator[tuple[str, bytes]]:
    """Yield handlers that ask for each dependency which Node can load, of both kinds."""
    manifest = json.loads(files["package.json"][0])
    names = [*manifest.get("dependencies", {}), *manifest.get("optionalDependencies", {})]
    for extension, ask, end in (
        ("cjs", "require({});", "exports.handler = async () => 1;\n"),
        ("mjs", "import {};", "export const handler = async () => 1;\n"),
    ):
        texts = [ask.format(json.dumps(name)) for name in names]
        probe = f"probe.{extension}"
        good = [
            text
            for text in texts
            if judge.load({**files, probe: (f"{text}\n{end}".encode(), 0o644)}, "probe.handler").ok
        ]
        if good:
            yield probe, "\n".join([*good, end]).encode()


@pytest.mark.network
@pytest.mark.parametrize("major", MAJORS)
@pytest.mark.parametrize("stack", STACKS)
def test_zipper_and_node_agree_on_popular_packages(
    stack: str, major: int, zips: Path, folder: TaskFolder, facts: FactsCache, tmp_path: Path
) -> None:
    """Handlers that require and import popular packages: all their names, and a wrong one."""
    judge = _Judge(major, folder, facts)
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": STACKS[stack]}
    (tmp_path / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
    (tmp_path / "index.js").write_text("exports.handler = async () => 1;\n", encoding="utf-8")
    files = _build(tmp_path, zips / f"{stack.replace('/', '_')}.zip")
    folder.show(files)
    probes = [
        probe
        for number, name in enumerate(STACKS[stack])
        for probe in make_probes(
            name, list_names(judge.node, major, folder.root, name), number=number
        )
    ]
    whole = {**files, **{probe.name: (probe.text.encode(), 0o644) for probe in probes}}
    for probe in probes:
        judge.compare(Mutation(probe.name, whole, probe.handler, frozenset()))
    judge.end(stack)


def _real_zips() -> list[Path]:
    folder = os.environ.get("ZIPPER_CHECK_ZIPS")
    return sorted(Path(folder).glob("*.zip")) if folder else []


@pytest.mark.parametrize("path", _real_zips(), ids=lambda path: path.stem)
@pytest.mark.parametrize("major", MAJORS)
def test_zipper_and_node_agree_on_real_packages(
    path: Path, major: int, folder: TaskFolder, facts: FactsCache
) -> None:
    """A real package and its mutations load in Node exactly where zipper finds no error."""
    judge = _Judge(major, folder, facts)
    named = path.with_suffix(".handler")
    handler = named.read_text().strip() if named.exists() else "index.handler"
    _judge_all(judge, unpack(path.read_bytes()), handler, most=MOST)
    judge.end(path.stem)
