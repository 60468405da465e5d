"""Running a deployment package the way Lambda would.

In: a zip, its layers, events, and a Node. Out: a `RunResult`. Everything that the run makes lies in
one temporary folder and in processes that end with it.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.archive.listing import ZipSource, read_listing
from zipper.errors import ArchiveError, NodeError, OutputError, UsageError
from zipper.file_bytes import read_file
from zipper.files import write_error
from zipper.kinds import DEFAULT_KIND, KINDS, ZipKind
from zipper.node.execution import run_events
from zipper.node.launch import Launch
from zipper.node.limits import STANDARD, Limits, check_event, check_limits
from zipper.node.opened_files import OpenedFiles
from zipper.node.result import ExecutionEnvironment, RunResult
from zipper.node.sandbox_process import find_endpoint
from zipper.node.sandbox_request import SandboxStart
from zipper.node.unpack_zip import UnpackedFile, merge_layers, plan_members, write_members
from zipper.node.variables import (
    FunctionSettings,
    RunPlaces,
    check_variables,
    node_arguments,
    node_variables,
)
from zipper.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zipper.node.environment import NodeEnvironment
    from zipper.target import Target

__all__ = ["RunSettings", "run_zip"]

_BOOTSTRAP: Final = Path(__file__).with_name("bootstrap")
_PRIVATE: Final = RunPlaces()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """What runs, and under which limits.

    Attributes:
        handler: as Lambda takes it, such as `index.handler`.
        layers: zips, in the order in which the function names them.
        memory_mb: of function and Node together.
        timeout_seconds: for one invocation.
        environment: the function's own variables; nothing else of the caller's reaches it.
        network: False asks for a process without a network.
        concurrency: how many processes start at once; each takes all the events.
        runtime_modules: a folder that stands for `/var/runtime/node_modules`, where Lambda has an
            AWS SDK; None leaves it out.
        unknown_layers: ARNs of layers of which there is no zip here.
        kind: what the zip is for.
        traces: whether to note which files of the package are opened.
        name: of the function; also in its ARN and log group.
    """

    target: Target
    handler: str
    layers: tuple[Path, ...] = ()
    memory_mb: int = 128
    timeout_seconds: float = 3
    limits: Limits = STANDARD
    environment: Mapping[str, str] = field(default_factory=dict)
    network: bool = True
    concurrency: int = 1
    runtime_modules: Path | None = None
    unknown_layers: tuple[str, ...] = ()
    kind: ZipKind = KINDS[DEFAULT_KIND]
    traces: bool = False
    name: str = "function"
    region: str = "us-east-1"


@dataclass(frozen=True, slots=True)
class _ZipContents:
    """The members of the package and of its layers together."""

    task: dict[str, UnpackedFile]
    opt: dict[str, UnpackedFile]

    @property
    def size_bytes(self) -> int:
        return sum(member.entry.size for part in (self.task, self.opt) for member in part.values())


def run_zip(
    path: Path,
    *,
    settings: RunSettings,
    node: NodeEnvironment,
    events: Sequence[bytes] = (b"{}",),
) -> RunResult:
    """Run the handler in the zip at `path` once for each event.

    Args:
        path: the deployment package.
        settings: what runs, and under which limits.
        node: the Node.js that runs it; its major should be the runtime's.
        events: JSON documents; they share one process, one after another.

    Raises:
        UsageError: EUSAGE for settings that Lambda refuses, or an event that is not JSON.
        ArchiveError: EZIP for a zip that Lambda could not unpack, or that is too large.
        OutputError: EOUTPUT where the temporary folder cannot hold the package.
        NodeError: ENODE on a system that cannot run functions, or for a Node that does not start.
    """
    _require_system()
    check_limits(
        settings.limits,
        memory_mb=settings.memory_mb,
        timeout_seconds=settings.timeout_seconds,
        layers=len(settings.layers),
        concurrency=settings.concurrency,
    )
    check_variables(settings.environment, bytes_max=settings.kind.variables_max_bytes)
    _check_modules(settings.runtime_modules)
    for event in events:
        check_event(event, settings.limits)
    with ExitStack() as stack:
        began = time.monotonic()
        contents = _read_contents(path, settings)
        work = _unpack(contents, stack)
        unpack_seconds = time.monotonic() - began
        launches = [_prepare_launch(settings, node, work) for _ in range(settings.concurrency)]
        with OpenedFiles(work / "task") if settings.traces else nullcontext() as opened:
            environments = _run_all(launches, tuple(events))
    return RunResult(
        path=str(path),
        runtime=settings.target.runtime,
        architecture=settings.target.architecture,
        handler=settings.handler,
        memory_mb=settings.memory_mb,
        timeout_seconds=settings.timeout_seconds,
        limits=settings.limits.name,
        node_version=node.version,
        node_origin=node.origin,
        unpack_seconds=unpack_seconds,
        files=len(contents.task),
        unzipped_size_bytes=contents.size_bytes,
        environments=environments,
        notes=_notes(settings, node, environments),
        opened=None if opened is None else tuple(sorted(opened.names)),
        trace_gaps=() if opened is None else tuple(opened.gaps),
        kind=settings.kind.name,
    )


def _require_system() -> None:
    if sys.platform == "win32":
        raise NodeError(
            "ENODE",
            "functions cannot be run on Windows: it has none of the limits that Lambda sets",
            hint="run zipper inside WSL, a container or CI; `zipper check` works here",
        )


def _check_modules(folder: Path | None) -> None:
    if folder is not None and not (folder.is_absolute() and folder.is_dir()):
        raise UsageError("EUSAGE", f"`{folder}` is not an absolute path of a folder")
    if folder is not None and folder.name != "node_modules":
        raise UsageError(
            "EUSAGE",
            f"`{folder}` is not a node_modules folder",
            hint="name the node_modules folder itself, as `npm install` made it",
        )


def _read_contents(path: Path, settings: RunSettings) -> _ZipContents:
    limits = settings.limits
    plans = [
        plan_members(read_listing(_open(zip_path)), zip_name=str(zip_path))
        for zip_path in (path, *settings.layers)
    ]
    contents = _ZipContents(plans[0], merge_layers(plans[1:]))
    if contents.size_bytes >= limits.package_bytes:
        raise ArchiveError(
            "EZIP",
            f"`{path}` has {contents.size_bytes:,} bytes unzipped, layers included",
            facts=(
                ("Lambda says", f"Unzipped size must be smaller than {limits.package_bytes} bytes"),
            ),
            hint="`zipper explain` shows what takes the space",
        )
    return contents


def _open(path: Path) -> ZipSource:
    if (found := read_file(path)) is None:
        raise UsageError("EUSAGE", f"there is no file `{path}`")
    return found


def _unpack(contents: _ZipContents, stack: ExitStack) -> Path:
    """Return the folder of this run, filled; it is gone when `stack` is left."""
    try:
        work = stack.enter_context(_work_folder())
        _fill(work, contents)
    except OSError as cause:
        place = Path(cause.filename or tempfile.gettempdir())
        raise write_error(cause, place, OutputError) from cause
    return work


@contextmanager
def _work_folder() -> Iterator[Path]:
    """Make the folder of this run; no parent of it holds modules that Node would find."""
    with scratch_folder("zipper-run-") as work:
        work.chmod(0o711)
        for name in ("task", "opt", "runtime", "root", "lang", "tmp"):
            (work / name).mkdir(mode=0o755)
            (work / name).chmod(0o755)
        (work / "tmp").chmod(0o700)
        yield work


def _fill(work: Path, contents: _ZipContents) -> None:
    write_members(contents.task.values(), work / "task")
    write_members(contents.opt.values(), work / "opt")
    for source in sorted(_BOOTSTRAP.iterdir()):
        target = work / "runtime" / source.name
        shutil.copyfile(source, target)
        target.chmod(0o444)


def _prepare_launch(settings: RunSettings, node: NodeEnvironment, work: Path) -> Launch:
    """Return how Node is started, in a root directory of its own and without one."""
    function = _function_settings(settings)
    plain = RunPlaces(
        task=str(work / "task"),
        opt=str(work / "opt"),
        runtime=str(work / "runtime"),
        lang=str(work / "lang"),
        tmp=str(work / "tmp"),
        root=str(work),
        modules=None if settings.runtime_modules is None else str(settings.runtime_modules),
    )
    executable = str(node.executable)
    binds = [
        (str(work / "task"), _PRIVATE.task),
        (str(work / "opt"), _PRIVATE.opt),
        (str(work / "runtime"), _PRIVATE.runtime),
        (executable, f"{_PRIVATE.lang}/bin/node"),
    ]
    if settings.runtime_modules is not None:
        (work / "runtime" / "node_modules").mkdir(exist_ok=True)  # where the folder is shown
        binds.append((str(settings.runtime_modules), f"{_PRIVATE.runtime}/node_modules"))
    plain_start = _start(function, plain)
    if os.geteuid() != 0:
        plain_start.arguments[0] = executable
    return Launch(
        settings=function,
        limits=settings.limits,
        timeout_seconds=settings.timeout_seconds,
        network=settings.network,
        node=executable,
        work=work,
        private=_start(function, _PRIVATE),
        plain=plain_start,
        binds=tuple(binds),
    )


def _function_settings(settings: RunSettings) -> FunctionSettings:
    return FunctionSettings(
        target=settings.target,
        handler=settings.handler,
        memory_mb=settings.memory_mb,
        name=settings.name,
        log_stream=f"{time.strftime('%Y/%m/%d', time.gmtime())}/[$LATEST]{uuid.uuid4().hex}",
        region=settings.region,
        variables=dict(settings.environment),
        endpoint=find_endpoint() if settings.kind.starts == "entry" else "",
    )


def _start(settings: FunctionSettings, places: RunPlaces) -> SandboxStart:
    return SandboxStart(
        node_arguments(settings, places), node_variables(settings, places), places.task
    )


def _run_all(
    launches: Sequence[Launch], events: tuple[bytes, ...]
) -> tuple[ExecutionEnvironment, ...]:
    """Run all events in each process, all processes at once, one thread for each."""
    stop = threading.Event()
    if len(launches) == 1:
        return run_events(launches[0], events, stop=stop)
    with ThreadPoolExecutor(len(launches)) as pool:
        running = [pool.submit(run_events, launch, events, stop=stop) for launch in launches]
        try:
            return tuple(part for future in running for part in future.result())
        finally:
            stop.set()


def _notes(
    settings: RunSettings, node: NodeEnvironment, environments: tuple[ExecutionEnvironment, ...]
) -> tuple[str, ...]:
    """Return what of this run differs from Lambda, each thing once."""
    target, kind = settings.target, settings.kind
    notes = [f"the layer {arn} is not here: it runs without" for arn in settings.unknown_layers]
    if settings.timeout_seconds > kind.timeout_seconds_agreed:
        notes.append(f"a timeout of {settings.timeout_seconds:g} s: {kind.timeout_reason}")
    if node.major != target.details.major:
        notes.append(f"Node.js {node.version} replaces {target.runtime}, as requested")
    machine = {"amd64": "x86_64", "aarch64": "arm64"}.get(platform.machine().lower())
    if (machine or platform.machine()) != target.architecture:
        notes.append(
            f"this machine is {platform.machine()}: native add-ons for {target.architecture}"
            " cannot load here"
        )
    if not sys.platform.startswith("linux"):
        notes.append(f"this system is {sys.platform}: native add-ons for linux cannot load here")
    missing = "Cannot find module '@aws-sdk/", "Cannot find package '@aws-sdk/"
    errors = [one.error for part in environments for one in part.invocations if one.error]
    if settings.runtime_modules is None and any(
        text in e.message for e in errors for text in missing
    ):
        notes.append("Lambda's runtime brings @aws-sdk/* along; this run does not")
    return tuple(notes)
