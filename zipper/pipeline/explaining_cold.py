"""What a function loads at once: bytes, the time that each module takes, and who asks for it.

In: a zip. Out: a `ColdStart`. What loads is known from the closure; the times are those of one init
in the isolated Node, without a network.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.checks.closure import close, is_eager, relative
from zipper.checks.deferrable import find_first_use
from zipper.checks.file_facts import EAGER
from zipper.checks.module_resolution import Found
from zipper.checks.run_rules import find_handler
from zipper.errors import NodeError, ProjectError
from zipper.named_tuple import NamedTuple
from zipper.npm.folder_path import find_package
from zipper.pipeline.noted_facts import NotedFacts
from zipper.pipeline.pruning_decision import subject_of
from zipper.pipeline.reading_zips import open_sound_listing
from zipper.pipeline.running import run_requested
from zipper.settings.cache_folder import find_cache_dir
from zipper.store.notes import Notebook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.checks.closure import WalkStart
    from zipper.checks.file_facts import Request
    from zipper.checks.subject import Subject
    from zipper.events import OnEvent
    from zipper.node.result import RunResult
    from zipper.settings.build_request import BuildRequest

    _Asker = tuple[str, int, str]
    """The file of a request, its line and its specifier."""

__all__ = [
    "ColdModule",
    "ColdPackage",
    "ColdStart",
    "LoadTimes",
    "describe_cold",
    "explain_cold",
    "read_times",
]

_PROBE: Final = "--require /var/runtime/load-times.cjs"
_MARK: Final = "\x01zipper-load\t"
_JUDGED_MAX: Final = 60
"""Packages, the largest first, of which is said whether they could load later."""
_MEMORY_MB: Final = 1024
_TIMEOUT_SECONDS: Final = 60.0
_MODULES_SINCE: Final = 22
"""The major of Node.js from which on the times of ES modules are measured."""


class ColdModule(NamedTuple):
    """One file that loads at once."""

    file: str
    size_bytes: int
    self_milliseconds: float | None
    """Without what it loads; None where it was not measured."""
    requested_by: str
    """The file that asks first; empty for the handler's."""
    line: int
    specifier: str


class ColdPackage(NamedTuple):
    """All that loads at once of one package."""

    folder: str
    """Empty for the project's own files."""
    files: int
    size_bytes: int
    self_milliseconds: float | None
    requested_by: str
    """The file that needs it at once; where none is known to, the first that asks."""
    line: int
    specifier: str
    could_be_later: bool | None
    """Whether every request for it from outside only serves code that runs later; None where that
    is not known."""
    used_line: int
    """The line of `requested_by` that needs it at once; 0 for none."""


class ColdStart(NamedTuple):
    """What an init loads."""

    handler: str
    runtime: str
    node_version: str | None
    """None where nothing was measured."""
    init_milliseconds: float | None
    size_bytes: int
    packages: tuple[ColdPackage, ...]
    modules: tuple[ColdModule, ...]
    notes: tuple[str, ...]
    """What was not measured, and why."""


class LoadTimes(NamedTuple):
    """What an init has shown of its modules."""

    by_file: Mapping[str, float]
    """Milliseconds, without what each loads."""
    node_version: str | None
    init_milliseconds: float | None
    notes: tuple[str, ...]


def explain_cold(path: str, request: BuildRequest, on_event: OnEvent | None = None) -> ColdStart:
    """Return what the function in the zip at `path` loads at once.

    Its init runs once, in the sandbox and without a network.

    Raises:
        ProjectError: EPRUNE where the handler cannot be followed.
        ArchiveError, UsageError: as a check, and a run, of the zip.
    """
    listing = open_sound_listing(path)
    handler = request.handler or find_handler(listing)
    request = request._replace(handler=handler)
    facts = NotedFacts(Notebook(find_cache_dir(request.cache_dir), recalls=not request.no_recall))
    subject = subject_of(listing, request, facts, "")
    start = close(subject)
    if start is None:
        raise ProjectError(
            "EPRUNE",
            f"the handler `{handler}` cannot be followed, so that nothing is known of what loads",
            hint=f"see why: `python -m zipper check {path}`",
        )
    return describe_cold(subject, start, _measure(path, request, on_event))


def describe_cold(subject: Subject, start: WalkStart, times: LoadTimes) -> ColdStart:
    """Return what a function loads at once.

    Args:
        subject: the function's zip.
        start: what its handler reaches.
        times: of one init, as far as they are known.
    """
    modules = _list_modules(subject, start, times.by_file)
    return ColdStart(
        subject.handler or "",
        subject.target.runtime,
        times.node_version,
        times.init_milliseconds,
        sum(module.size_bytes for module in modules),
        _sum_packages(start, modules),
        tuple(sorted(modules, key=lambda m: (-(m.self_milliseconds or 0), -m.size_bytes, m.file))),
        times.notes,
    )


def _with_probe(request: BuildRequest) -> tuple[BuildRequest, dict[str, str]]:
    """Return how a function is run to be measured, and its variables besides."""
    options = " ".join(filter(None, (request.node_options, _PROBE)))
    asked = request._replace(
        memory_mb=max(request.memory_mb, _MEMORY_MB),
        timeout_seconds=_TIMEOUT_SECONDS,
        network=False,
        concurrency=1,
    )
    return asked, {"NODE_OPTIONS": options}


def _measure(path: str, request: BuildRequest, on_event: OnEvent | None) -> LoadTimes:
    asked, given = _with_probe(request)
    try:
        result = run_requested(
            Path(path), asked, events=(b"{}",), environment=given, on_event=on_event
        )
    except NodeError as error:
        return LoadTimes({}, None, None, (f"times are not measured: {error.message}",))
    return read_times(result, measures_modules=request.target.details.major >= _MODULES_SINCE)


def read_times(result: RunResult, *, measures_modules: bool) -> LoadTimes:
    """Return what the probe has written to a function's log.

    Args:
        result: of the run.
        measures_modules: whether the probe sees ES modules too.
    """
    found: dict[str, float] = {}
    for one in result.invocations:
        for line in one.log:
            if line.text.startswith(_MARK):
                _, _, _, own, file = line.text.split("\t", 4)
                found.setdefault(file.partition("/task/")[2], float(own))
    notes = [] if found else ["times are not measured: the function's init said none"]
    if not measures_modules:
        notes.append("before Node.js 22 the times of ES modules are not measured")
    init = result.invocations[0].init_seconds
    milliseconds = None if init is None else round(1000 * init, 1)
    return LoadTimes(found, result.node_version, milliseconds, tuple(notes))


def _list_modules(
    subject: Subject, start: WalkStart, times: Mapping[str, float]
) -> list[ColdModule]:
    askers = _find_askers(start, times)
    found = []
    for path, module in start.walk.modules.items():
        name = relative(path)
        entry = subject.listing.find(name)
        if entry is None or not (is_eager(module) or name in times):
            continue
        asker, request = askers.get(path, ("", None))
        line, specifier = (0, "") if request is None else (request.line, request.specifier)
        found.append(ColdModule(name, entry.size, times.get(name), asker, line, specifier))
    return found


def _find_askers(start: WalkStart, times: Mapping[str, float]) -> dict[str, tuple[str, Request]]:
    """Return who asks for each file: what is sure to run at once, or else what did load at once."""
    at_once: dict[str, tuple[str, Request]] = {}
    later: dict[str, tuple[str, Request]] = {}
    for path, module in start.walk.modules.items():
        name = relative(path)
        for asked in module.asked if is_eager(module) or name in times else ():
            is_sure = is_eager(module) and asked.level == EAGER
            if isinstance(asked.answer, Found):
                found = at_once if is_sure else later
                found.setdefault(asked.answer.path, (name, asked.request))
    return later | at_once


def _sum_packages(start: WalkStart, modules: list[ColdModule]) -> tuple[ColdPackage, ...]:
    groups: dict[str, list[ColdModule]] = defaultdict(list)
    for module in modules:
        groups[find_package(module.file)].append(module)
    ordered = sorted(groups, key=lambda folder: -sum(m.size_bytes for m in groups[folder]))
    packages = []
    for number, folder in enumerate(ordered):
        own = groups[folder]
        outer = [m for m in own if m.requested_by and find_package(m.requested_by) != folder]
        asker = (outer[0].requested_by, outer[0].line, outer[0].specifier) if outer else ("", 0, "")
        later, used = None, 0
        if folder and outer and number < _JUDGED_MAX:
            later, asker, used = _judge(start, folder, asker)
        times = [m.self_milliseconds for m in own if m.self_milliseconds is not None]
        packages.append(
            ColdPackage(
                folder,
                len(own),
                sum(m.size_bytes for m in own),
                round(sum(times), 3) if times else None,
                *asker,
                later,
                used,
            )
        )
    return tuple(sorted(packages, key=lambda one: (-(one.self_milliseconds or 0), -one.size_bytes)))


def _judge(start: WalkStart, folder: str, first: _Asker) -> tuple[bool | None, _Asker, int]:
    """Return whether every request for a package could wait, else which cannot, and the line."""
    answers: list[int | None] = []
    for path, module in start.walk.modules.items():
        if not is_eager(module) or find_package(relative(path)) == folder:
            continue
        asked = [
            one.request
            for one in module.asked
            if one.level == EAGER
            and isinstance(one.answer, Found)
            and find_package(relative(one.answer.path)) == folder
        ]
        source = start.walk.reader.source_of(start.walk.reader.content_of(path)) if asked else None
        for request in asked:
            used = None if source is None else find_first_use(source, request)
            if used:
                return False, (relative(path), request.line, request.specifier), used
            answers.append(used)
    return (None if None in answers or not answers else True), first, 0
