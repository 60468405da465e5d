"""The process between zipper and Node: it isolates one Node process and outlives none of it.

In: a `SandboxRequest` as JSON on stdin. Out: JSON lines on the status descriptor: `prepared` with
what could be isolated, `ended` with how Node ended and what it left in its temporary space. A byte
on the control descriptor, or its end, kills everything that runs here.

Runs as `python -I -S`, with the standard library only, so that it starts in a few hundredths of a
second. All is imported before the root directory changes: afterwards Python's files are gone.
What the function is and what its messages mean belongs to `zipper.node.execution`.

    zipper ── sandbox ── init (process 1 of a namespace, where permitted) ── node ── ...
"""

from __future__ import annotations

import json
import os
import pwd
import resource
import select
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn

from zipper.node import syscalls
from zipper.node.left_files import find_left_files
from zipper.node.processes import count_threads, kill_descendants, reap
from zipper.node.root import build_root, enter_root
from zipper.node.sandbox_request import SandboxRequest, SandboxStart, read_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["LAMBDA_GID", "LAMBDA_UID", "main", "serve"]

LAMBDA_UID: Final = 993
LAMBDA_GID: Final = 990
"""Lambda's `sbx_user1051`, as its base images document it."""

_NOT_STARTED: Final = 127
_SPACE_POLL_SECONDS: Final = 0.1


def _find_nobody() -> tuple[int, int]:
    """Return nobody's user and group, whose numbers differ between systems."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return entry.pw_uid, entry.pw_gid


NOBODY: Final = _find_nobody()


class _Isolation:
    """What the system permitted; the notes say what it did not."""

    def __init__(self) -> None:
        self.mounts = self.processes = self.network = self.users = False
        self.notes: list[str] = []


def main() -> None:
    """Read the request from stdin, run Node, tell how it ended."""
    serve(read_request(sys.stdin.read()))


def serve(request: SandboxRequest, *, hides_memory: bool = False) -> None:
    """Run what the request says, tell how it ended.

    `hides_memory` keeps what runs from reading this process, which has its user where that is not
    root: a copy of zipper has variables and credentials in memory.
    """
    os.setsid()
    os.umask(0o022)  # the folders of the new root are another user's to read, as Lambda's are
    _bind_life_to_parent()
    isolation = _isolate(request)
    if hides_memory:
        syscalls.forbid_reading()
    child = os.fork()
    if child == 0:
        _bind_life_to_parent()
        _run_init(request, isolation)
    for descriptor in {*request.pipes, request.status, request.control, request.starts} - {-1}:
        os.close(descriptor)
    os.waitpid(child, 0)
    kill_descendants(os.getpid())


def _bind_life_to_parent() -> None:
    """End with the parent, and adopt what this process's descendants leave; Linux only."""
    if sys.platform.startswith("linux"):
        syscalls.die_with_parent(signal.SIGKILL)
        syscalls.adopt_orphans()


def _isolate(request: SandboxRequest) -> _Isolation:
    """Enter every namespace that the system permits, the ones together that need each other."""
    isolation = _Isolation()
    try:
        if os.geteuid() != 0:
            _own_user()
            isolation.users = True
        syscalls.unshare(syscalls.CLONE_NEWNS | syscalls.CLONE_NEWPID | syscalls.CLONE_NEWIPC)
        isolation.mounts = isolation.processes = True
    except OSError as error:
        isolation.notes.append(
            f"no namespaces ({error.strerror}): paths, processes and files are the machine's"
        )
    if not request.network:
        try:
            syscalls.unshare(syscalls.CLONE_NEWNET)
            isolation.network = True
            syscalls.raise_loopback()
        except OSError as error:
            if not isolation.network:
                isolation.notes.append(
                    f"no network namespace ({error.strerror}): the function reaches the network"
                )
    return isolation


def _own_user() -> None:
    """Enter a user namespace in which this user is Lambda's, with capabilities over itself."""
    uid, gid = os.geteuid(), os.getegid()
    syscalls.unshare(syscalls.CLONE_NEWUSER)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{LAMBDA_UID} {uid} 1")
    _write("/proc/self/gid_map", f"{LAMBDA_GID} {gid} 1")


def _run_init(request: SandboxRequest, isolation: _Isolation) -> NoReturn:
    """Prepare the files, start Node, wait for its end or the order to end it, tell, exit."""
    tmp = request.tmp
    if request.starts < 0:  # what is in the folders of others is put there later
        _give_away(request.writable)
    if isolation.mounts:
        try:
            build_root(request.root, request.binds, request.writable, tmp_bytes=request.tmp_bytes)
            enter_root(request.root)
            tmp = "/tmp"  # noqa: S108 - the sandbox's own  # nosec B108
        except OSError as error:
            isolation.mounts = False
            isolation.notes.append(f"no root directory of its own ({error})")
    if not isolation.mounts:
        _prepare_plain(request)
    for start in _find_starts(request, isolation):
        _run_one(request, start, isolation, tmp)
    os._exit(0)


def _find_starts(request: SandboxRequest, isolation: _Isolation) -> Iterator[SandboxStart]:
    """Yield what is to run: one program, or one after another as they are named."""
    if request.starts < 0:
        yield request.private if isolation.mounts else request.plain
        return
    with open(request.starts, "rb") as lines:  # noqa: PTH123 - a descriptor
        while request.control not in select.select([request.starts, request.control], [], [])[0]:
            line = lines.readline()
            if not line:
                return
            start = SandboxStart(**json.loads(line))
            _give_away(request.writable, but=start.read_only)
            yield start


def _run_one(request: SandboxRequest, start: SandboxStart, isolation: _Isolation, tmp: str) -> None:
    node = _start_node(request, start, isolation)
    if request.starts < 0:
        for descriptor in set(request.pipes):
            os.close(descriptor)
    _tell(request.status, {"event": "prepared", **vars(isolation)})
    space = None if isolation.mounts else (lambda: find_left_files(tmp)[2] > request.tmp_bytes)
    kill_all = _kill_namespace if isolation.processes else _kill_children
    code, is_full = _wait(node, request.control, kill_all, space)
    names, count, size = find_left_files(tmp) if request.tells_files else ([], 0, 0)
    told = {"event": "ended", "code": code, "space_exceeded": is_full}
    _tell(request.status, {**told, "files": names, "file_count": count, "file_bytes": size})


def _give_away(folders: list[str], but: str = "") -> None:
    """Make the user `nobody` the owner of what is in `folders`, where root runs as that user.

    The folder `but` keeps its owner, and so do files with other names elsewhere: these are the
    store's, and are only read.
    """
    if os.geteuid() != 0:
        return
    with suppress(OSError):  # a root that is one only inside its container, and stays it
        for folder in folders:
            os.chown(folder, *NOBODY)
            waiting = [folder]
            for place in waiting:
                for entry in os.scandir(place):
                    if entry.is_dir(follow_symlinks=False) and entry.path != but:
                        waiting.append(entry.path)
                    elif entry.path == but or entry.stat(follow_symlinks=False).st_nlink > 1:
                        continue
                    os.chown(entry.path, *NOBODY, follow_symlinks=False)


def _prepare_plain(request: SandboxRequest) -> None:
    """Give nobody the temporary folder, and the Node where root's folders hide it."""
    if os.geteuid() != 0:
        return
    try:
        os.chown(request.tmp, *NOBODY)
    except OSError:  # a root that is one only inside its container
        os.chmod(request.tmp, 0o777)  # noqa: PTH101, S103 - the folder is in one of this run only  # nosec B103
    target = request.plain.arguments[0] if request.starts < 0 else request.node
    if target != request.node and not os.path.exists(target):  # noqa: PTH110
        import shutil  # noqa: PLC0415 - only here, and starting must be quick

        os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
        shutil.copyfile(request.node, target)
        os.chmod(target, 0o755)  # noqa: PTH101, S103 - nobody must be able to start it  # nosec B103


def _start_node(request: SandboxRequest, start: SandboxStart, isolation: _Isolation) -> int:
    _tell(request.status, {"event": "starting"})
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        _limit(request)
        _drop_user(request, isolation)
        _limit_processes(request, isolation)
        _connect(request.pipes)
        os.chdir(start.directory)
        os.execve(start.arguments[0], start.arguments, start.variables)  # noqa: S606 - its purpose  # nosec B606
    except Exception as error:  # noqa: BLE001 - this copy of the process must end here
        os.write(2, f"cannot start {start.arguments[0]}: {error}\n".encode())
    os._exit(_NOT_STARTED)


def _limit(request: SandboxRequest) -> None:
    """Set the limits that any user keeps; RLIMIT_AS is none of them, as Node reserves gigabytes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    files = request.files_max if hard < 0 else min(request.files_max, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


def _limit_processes(request: SandboxRequest, isolation: _Isolation) -> None:
    """Limit processes and threads, which the kernel counts by user and user namespace."""
    most = request.processes_max
    if not isolation.users:
        most += count_threads(os.geteuid())
    hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    most = most if hard < 0 else min(most, hard)
    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


def _drop_user(request: SandboxRequest, isolation: _Isolation) -> None:
    """Leave root for nobody without capabilities; inside it is Lambda's user where permitted."""
    if not sys.platform.startswith("linux"):
        if os.geteuid() == 0:
            _become_nobody()
        return
    if os.geteuid() == 0:
        syscalls.drop_bounding_set()
        try:
            _become_nobody()
            syscalls.make_dumpable()
        except OSError as error:
            note = f"root cannot become another user ({error.strerror}): it reads what root can"
            _tell(request.status, {"event": "prepared", "notes": [note]})
        with suppress(OSError):  # without it, the limit on processes counts all of nobody's
            _own_user()
            isolation.users = True
            syscalls.drop_bounding_set()
    syscalls.forbid_new_privileges()


def _become_nobody() -> None:
    """Change every user and group of this process to nobody's; there is no way back."""
    uid, gid = NOBODY
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _connect(pipes: list[int]) -> None:
    """Make `pipes` the descriptors 0 to 4, whatever their numbers are, and close all others."""
    above = [os.dup(pipe) for pipe in pipes]
    while min(above) < len(pipes):
        above = [os.dup(pipe) for pipe in above]
    for number, pipe in enumerate(above):
        os.dup2(pipe, number, inheritable=True)
    os.closerange(len(pipes), 65536)


def _wait(
    node: int, control: int, kill_all: Callable[[], None], is_full: Callable[[], bool] | None
) -> tuple[int, bool]:
    """Return Node's exit code, negative for a signal, and whether it was killed for its space."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    full = False
    while True:
        code = reap(node)
        if code is not None:
            kill_all()
            return code, full
        pause = _SPACE_POLL_SECONDS if is_full else None
        ready, _, _ = select.select([reader, control], [], [], pause)
        if reader in ready:
            os.read(reader, 4096)
        full = full or bool(is_full and is_full())
        if control in ready or full:
            code = reap(node)
            _kill_quietly(node)
            kill_all()
            return (-signal.SIGKILL if code is None else code), full


def _kill_namespace() -> None:
    """Kill every process of this namespace but this one, and wait until none is left."""
    for _ in range(1000):
        with suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _kill_children() -> None:
    kill_descendants(os.getpid())


def _kill_quietly(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 - starting must be quick
        file.write(text)


def _tell(descriptor: int, message: dict[str, object]) -> None:
    message["at"] = time.time()
    os.write(descriptor, json.dumps(message).encode() + b"\n")
