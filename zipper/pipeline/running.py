"""Running a zip made by any tool as Lambda would: a fitting Node, and the package in it.

In: paths and options. Out: a `RunResult`. How it is run, and under which limits, is
`zipper.node`'s work.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.checks.pruned_record import RECORD
from zipper.checks.run_rules import find_start
from zipper.errors import UsageError
from zipper.kinds import KINDS
from zipper.node.limits import LIMITS, Limits
from zipper.node.run_zip import RunSettings, run_zip
from zipper.node.web_requests import make_request, parse_request
from zipper.npm.package_json import Manifest
from zipper.pipeline.event_log import listener
from zipper.pipeline.reading_zips import arns_of, open_listing, zips_of
from zipper.project.npmrc_files import read_npm_settings
from zipper.project.read_project import Project
from zipper.settings.cache_folder import find_cache_dir
from zipper.settings.function_variables import find_variables
from zipper.settings.read_settings import request_of_call
from zipper.store.notes import Notebook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from zipper.events import OnEvent
    from zipper.node.result import RunResult
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.option_types import RunOptions

__all__ = ["name_missed", "run", "run_requested", "settings_of"]

PathLike = str | os.PathLike[str]

_RUN_LAYER = "run a function with it: `python -m zipper run fn.zip --layer layer.zip`"

_PRUNED_ELSEWHERE = (
    "a file is missing, the zip is pruned, and this machine's cache does not know what went: see "
    "`python -m zipper explain PROJECT --pruned`, with `--prune` as it was built"
)


def run(path: PathLike, **options: Unpack[RunOptions]) -> RunResult:
    """Run the handler in the zip at `path` once for each event, as Lambda would.

    An option that is not given comes from the ZIPPER_ variables, or else from the default.

    Args:
        path: a zip made by any tool.
        **options: see below. The handler is by default what package.json in the zip says by `main`.

    Returns:
        What each event came to; it is `ok` where the function answered all of them.

    Raises:
        UsageError: EUSAGE for settings that Lambda refuses, or an event that is not JSON.
        ArchiveError: EREAD; EZIP for a zip that Lambda could not unpack, or that is too large.
        NodeError: ENODE where no fitting Node.js is to be had, or it cannot run functions here.
    """
    request, events = request_of_call("run", options), options.get("events")
    is_web = KINDS[request.kind].starts == "entry"
    return run_requested(
        path,
        request,
        events=_read_requests(events) if is_web else _read_events(events),
        environment=options.get("environment") or {},
        on_event=listener(options.get("on_event")),
    )


def run_requested(
    path: PathLike,
    request: BuildRequest,
    *,
    events: Sequence[bytes],
    environment: Mapping[str, str],
    on_event: OnEvent | None = None,
    traces: bool = False,
) -> RunResult:
    """Run the function of `request`; see `run`. `traces` notes which of its files are opened."""
    settings = settings_of(path, request, environment, traces=traces)
    from zipper.pipeline.nodejs import find_node  # noqa: PLC0415  (after what may be refused)

    found = find_node(
        _read_here(request.npm_options),
        request.target,
        cache_dir=find_cache_dir(request.cache_dir),
        choice=request.node,
        mirror=request.node_mirror,
        offline=request.offline,
        on_event=on_event,
    )
    result = run_zip(Path(path), settings=settings, node=found, events=events)
    return result if result.ok else name_missed(result, request)


def settings_of(
    path: PathLike, request: BuildRequest, environment: Mapping[str, str], *, traces: bool = False
) -> RunSettings:
    """Return how to run the zip at `path`.

    Raises:
        UsageError, ArchiveError: as `run`.
    """
    return RunSettings(
        target=request.target,
        handler=_find_start(path, request),
        layers=tuple(map(Path, zips_of(request.layers))),
        unknown_layers=arns_of(request.layers),
        memory_mb=request.memory_mb,
        timeout_seconds=request.timeout_seconds,
        limits=_limits_of(request),
        kind=KINDS[request.kind],
        environment={
            **find_variables(request.env, request.node_options),
            **environment,
        },
        network=request.network,
        concurrency=request.concurrency,
        runtime_modules=None if request.runtime_modules is None else Path(request.runtime_modules),
        traces=traces,
    )


def name_missed(result: RunResult, request: BuildRequest) -> RunResult:
    """Return the result with the files that pruning took out and that its errors name."""
    from zipper.pipeline.pruned_zips import recall_pruned  # noqa: PLC0415  (for what failed)
    from zipper.pruning.missed_files import find_missed, names_absence  # noqa: PLC0415

    path = Path(result.path)
    known = recall_pruned(path, Notebook(find_cache_dir(request.cache_dir)))
    errors = [one.error for one in result.invocations if one.error is not None]
    lines = [line.text for one in result.invocations for line in one.log]
    texts = [*(text for error in errors for text in (error.message, *error.trace)), *lines]
    if known is not None:
        rules = {row[0]: row[3] for row in known.removed}
        joined = ["\n".join((error.message, *error.trace)) for error in errors]
        return replace(result, missed=find_missed([*joined, *texts], rules))
    if names_absence(texts) and RECORD in open_listing(path).by_name:
        return replace(result, notes=(*result.notes, _PRUNED_ELSEWHERE))
    return result


def _find_start(path: PathLike, request: BuildRequest) -> str:
    """Return what runs: the handler, or the entry file of a web function."""
    kind = KINDS[request.kind]
    if kind.starts == "nothing":
        raise UsageError("EUSAGE", f"a {kind.noun} has nothing to run", hint=_RUN_LAYER)
    given = request.entry if kind.starts == "entry" else request.handler
    if given:
        return given.removeprefix("./") if kind.starts == "entry" else given
    return find_start(open_listing(path), kind.name, find_variables(request.env))


def _limits_of(request: BuildRequest) -> Limits:
    """Return what the service takes, and the kind of function besides."""
    limits, kind = LIMITS[request.limits], KINDS[request.kind]
    return replace(
        limits,
        timeout_seconds_max=min(limits.timeout_seconds_max, kind.timeout_seconds_max),
        package_bytes=max(limits.package_bytes, kind.unzipped_max_bytes),
        layers=limits.layers if kind.takes_layers else 0,
    )


def _read_events(events: object) -> tuple[bytes, ...]:
    """Return the JSON documents that a caller means; one event may be without a list.

    Raises:
        UsageError: EUSAGE for a file that cannot be read, and for what JSON does not have.
    """
    if events is None:
        return (b"{}",)
    if isinstance(events, Iterable) and not isinstance(events, str | bytes | Mapping):
        return tuple(map(_read_event, events))
    return (_read_event(events),)


def _read_requests(events: object) -> tuple[bytes, ...]:
    """Return the requests that a caller means for a web function: lines, dicts, JSON as bytes.

    Raises:
        UsageError: EUSAGE for what is no request.
    """
    if events is None:
        events = "GET /"
    if not isinstance(events, Iterable) or isinstance(events, str | bytes | Mapping):
        events = (events,)
    return tuple(
        parse_request(one) if isinstance(one, str | bytes) else make_request(one) for one in events
    )


def _read_event(event: object) -> bytes:
    """Return bytes as they are, a path's file, and anything else as JSON.

    A text is a path, but for one that begins as an object, a list or a text of JSON does.
    """
    if isinstance(event, bytes):
        return event
    if isinstance(event, str) and event.lstrip()[:1] in {"{", "[", '"'}:
        return event.encode()
    try:
        if isinstance(event, str | os.PathLike):
            return Path(event).read_bytes()
        return json.dumps(event).encode()
    except OSError as cause:
        raise UsageError(
            "EUSAGE",
            f"cannot read the event `{event}`: {cause.strerror or cause}",
            hint="pass a dict, JSON as bytes, or the path of a JSON file",
        ) from cause
    except (TypeError, ValueError) as cause:
        raise UsageError("EUSAGE", f"an event is no JSON: {cause}") from cause


def _read_here(npm_options: Mapping[str, str]) -> Project:
    """Return npm's settings of the current folder as a project's: they name the registry."""
    here = Path.cwd()
    npm = read_npm_settings(here, options=npm_options)
    return Project(
        root=here, manifest=Manifest(), lockfile=None, npm=npm, workspaces={}, fingerprint=""
    )
