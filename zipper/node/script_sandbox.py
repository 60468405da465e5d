"""A program in the sandbox that functions run in: its folders to write, little to read.

In: a command line, its variables, folders. Out: a running `Confined` that is waited for or ended;
with its end all that it started ends. What an install script is belongs to
`zipper.node.script_process`, what esbuild is to `zipper.bundling`.

Deviation: npm's scripts have all rights of the user who installs. Here they see the system's own
folders, the programs on PATH, and the tree; they write to the tree and to their home, which are
gone when the build ends. The network stays, because many of them fetch what they would compile.
"""

from __future__ import annotations

import errno
import json
import os
import select
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.node.sandbox_process import fork_sandbox, start_sandbox
from zipper.node.sandbox_request import SandboxRequest, SandboxStart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zipper.node.sandbox_process import SandboxProcess

__all__ = ["Confined", "ConfinedSeries"]

_SPACE_BYTES: Final = 8 << 30
"""What a script may write to the temporary space."""
_FILES: Final = 65_536
_PROCESSES: Final = 8_192
"""Open files and processes; a compiler that uses all cores of a large machine stays below."""
_SYSTEM: Final = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix", "/gnu", "/proc")
"""What the private root shows anyway."""
_FILE_VARIABLES: Final = ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR")
_CLOSE_SECONDS: Final = 5.0


class _Sandbox:
    """Folders to write and little to read, around what runs.

    Attributes:
        notes: what the system does not permit, so that the script has more rights than it should.
    """

    def __init__(
        self,
        start: SandboxStart,
        *,
        writable: Iterable[Path],
        work: Path,
        readable: Iterable[Path],
        output: int,
        network: bool,
        is_series: bool = False,
    ) -> None:
        self.notes: list[str] = []
        self._codes: list[int] = []
        self._text = b""
        places = [str(one) for one in writable]
        for name in ("tmp", "root"):
            (work / name).mkdir(exist_ok=True)
        binds = _find_visible([*readable, *_programs(start.variables)], but=places)
        self._status, status = os.pipe()
        control, self._control = os.pipe()
        starts, self._starts = os.pipe() if is_series else (-1, -1)
        null = os.open(os.devnull, os.O_RDONLY)
        request = SandboxRequest(
            private=start,
            plain=start,
            root=str(work / "root"),
            binds=[(one, one) for one in binds],
            writable=places,
            node="",
            tmp=str(work / "tmp"),
            tmp_bytes=_SPACE_BYTES,
            files_max=_FILES,
            processes_max=_PROCESSES,
            network=network,
            pipes=[null, output, output],
            status=status,
            control=control,
            starts=starts,
            tells_files=False,  # the folders to write may lie in there, and the whole system
        )
        try:
            begin = fork_sandbox if is_series else start_sandbox
            self._process: SandboxProcess = begin(request)
        finally:
            for descriptor in {null, status, control, starts} - {-1}:
                os.close(descriptor)

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; whether the script, and all that it started, has ended."""
        ready, _, _ = select.select([self._status], [], [], seconds)
        if not ready:
            return False
        data = os.read(self._status, 65_536)
        self._text += data
        self._take_messages()
        return not data

    def order_end(self) -> None:
        """Have it end, without waiting for that."""
        with suppress(OSError):
            os.write(self._control, b"k")

    def end(self) -> int | None:
        """End it where it still runs; return its exit code, negative for a signal."""
        self.order_end()
        while not self.wait(_CLOSE_SECONDS):
            self._process.kill()
        self._process.wait()
        for descriptor in {self._status, self._control, self._starts} - {-1}:
            os.close(descriptor)
        return self._codes[-1] if self._codes else None

    def _take_messages(self) -> None:
        *lines, self._text = self._text.split(b"\n")
        for line in lines:
            message = json.loads(line)
            self.notes += message.get("notes", [])
            self._codes += [message["code"]] if "code" in message else []


class Confined(_Sandbox):
    """One running program.

    Args:
        arguments: its command line, the program's path first.
        folder: where it starts.
        variables: all that it sees.
        writable: the folders that it may write; `folder` lies in one of them.
        work: one of them, for its temporary files.
        readable: further folders that it needs, such as the Node's.
        output: the descriptor of its log.
        network: False keeps the network from it, where the system can.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        variables: Mapping[str, str],
        writable: Iterable[Path],
        work: Path,
        readable: Iterable[Path],
        output: int,
        network: bool = True,
    ) -> None:
        super().__init__(
            SandboxStart(list(arguments), dict(variables), str(folder)),
            writable=writable,
            work=work,
            readable=readable,
            output=output,
            network=network,
        )


class ConfinedSeries(_Sandbox):
    """Programs one after another, without variables and network.

    The sandbox is made at once, while what calls it still finds out what is to run.

    Args:
        writable: as for `Confined`.
        work: as for `Confined`.
        readable: as for `Confined`.
        output: as for `Confined`.
    """

    def __init__(
        self, *, writable: Iterable[Path], work: Path, readable: Iterable[Path], output: int
    ) -> None:
        super().__init__(
            SandboxStart([], {}, ""),
            writable=writable,
            work=work,
            readable=readable,
            output=output,
            network=False,
            is_series=True,
        )

    def run(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        seconds: float,
        meanwhile: Callable[[], None] | None = None,
        read_only: str = "",
    ) -> int | None:
        """Return a program's exit code; None where it takes longer, and nothing runs after it.

        `meanwhile` is called once while the program runs. `read_only` is a folder in the writable
        ones that everybody may read: to hand over what is in it would take as long as the program.

        Raises:
            OSError: the sandbox has ended, or was never made.
        """
        start = SandboxStart(list(arguments), {}, str(folder), read_only)
        ended = len(self._codes)
        with open(self._starts, "w", encoding="utf-8", closefd=False) as starts:
            starts.write(f"{json.dumps(start._asdict())}\n")
        deadline = time.monotonic() + seconds
        if meanwhile is not None:
            meanwhile()
        while len(self._codes) == ended:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            if self.wait(left) and len(self._codes) == ended:
                raise OSError(errno.EPIPE, "the sandbox has ended")
        return self._codes[ended]


def _programs(variables: Mapping[str, str]) -> list[Path]:
    """Return the folders of the programs and certificates that the variables name.

    Python's whole folder is among them: node-gyp runs on it.
    """
    if not variables:
        return []
    import shutil  # noqa: PLC0415  (imports much, and a tool of the build has no variables)

    path = variables.get("PATH", "")
    found = [Path(one) for one in path.split(os.pathsep) if os.path.isabs(one)]  # noqa: PTH117
    for name in ("python3", variables.get("PYTHON", "")):
        program = shutil.which(name, path=path) if name else None
        if program is not None:
            found += [Path(program).parent.parent, Path(program).resolve().parent.parent]
    return found + [Path(variables[name]) for name in _FILE_VARIABLES if name in variables]


def _find_visible(wanted: Iterable[Path], *, but: Iterable[str]) -> list[str]:
    """Return what is to be shown besides the system's folders, outer ones first, none twice.

    A home is never shown as a whole, whatever lies in it.
    """
    home = Path.home()
    shown: list[str] = []
    for path in sorted({one for one in wanted if one.exists()}):
        hides = path == home or path in home.parents
        if not hides and not _is_below(str(path), [*_SYSTEM, *but, *shown]):
            shown.append(str(path))
    return shown


def _is_below(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)
