"""esbuild at work: files in, files out, nothing else of the machine to see.

In: an executable, sources by name, flags. Out: what it wrote, or its messages as an error. It runs
in the sandbox of install scripts: without network, without variables, in a folder of its own that
holds the sources and no node_modules. Which flags are given belongs to
`zipper.bundling.esbuild_files`.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.bundling.tool_process import ToolSandbox
from zipper.errors import OutputError, ProjectError
from zipper.files import write_error
from zipper.findings import count_more
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from zipper.bundling.tool_process import ToolEnd

__all__ = ["Esbuild"]

_SHOWN_MAX: Final = 5
_OUT: Final = "out"
_ERROR: Final = late_pattern(
    r"^\S+ \[ERROR\] (?P<message>.*)\n(?:\n {4}(?P<place>.*):\n(?P<source>(?: {4,}.*\n)*))?",
    re.MULTILINE,
)


class Esbuild:
    """An esbuild in its sandbox.

    Args:
        executable: esbuild itself.
        meanwhile: called whenever it runs, to do what is needed afterwards.

    Raises:
        OutputError: EOUTPUT where there can be no temporary folder.
    """

    def __init__(self, executable: Path, meanwhile: Callable[[], None] | None = None) -> None:
        self.executable = executable
        self._meanwhile = meanwhile
        with self._telling():
            self._sandbox = ToolSandbox("zipper-esbuild-", readable=(executable.parent,))
        self._is_over = False

    @property
    def is_ready(self) -> bool:
        """Whether it can run: an esbuild that took too long, or whose sandbox has ended, cannot."""
        return not self._is_over and self._sandbox.is_alive

    def run(
        self, sources: Mapping[str, bytes], arguments: Sequence[Sequence[str]]
    ) -> list[dict[str, bytes]]:
        """Start esbuild once for each row of `arguments`; return what each wrote, by name.

        Args:
            sources: `/`-separated names to contents; a name may begin with `../`.
            arguments: what comes after the program's name; `--outdir` is added.

        Raises:
            ProjectError: EESBUILD with esbuild's own messages, their files and lines.
            OutputError: EOUTPUT where the temporary folder cannot hold the sources.
        """
        self._is_over = True
        with self._telling():
            self._sandbox.clear()
            folder = _lay_out(self._sandbox.folder, sources)
            return [
                self._run(folder, row, f"{_OUT}{number}") for number, row in enumerate(arguments)
            ]

    def _run(self, folder: Path, arguments: Sequence[str], out: str) -> dict[str, bytes]:
        command = [str(self.executable), *arguments, f"--outdir={out}"]
        done = self._sandbox.run(command, folder, self._meanwhile)
        self._is_over = done.code is None
        if done.code != 0:
            raise _failure(done)
        written = folder / out
        return {
            path.relative_to(written).as_posix(): path.read_bytes()
            for path in sorted(written.rglob("*"))
            if path.is_file()
        }

    def order_end(self) -> None:
        """Have the sandbox end, without waiting for that; `close` waits for it."""
        self._is_over = True
        self._sandbox.order_end()

    def close(self) -> None:
        """End the sandbox; a second call does nothing."""
        self._is_over = True
        self._sandbox.close()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as cause:
            place = Path(cause.filename or self.executable)
            raise write_error(cause, place, OutputError) from cause


def _lay_out(top: Path, sources: Mapping[str, bytes]) -> Path:
    """Write the sources; return the folder that their names count from.

    Whatever the umask says: in the sandbox another user reads them.
    """
    depth = max((name.split("/").count("..") for name in sources), default=0)
    folder = top.joinpath("sources", *["_"] * depth)
    for name, data in sources.items():
        path = Path(os.path.normpath(folder / name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o644)
    folder.mkdir(parents=True, exist_ok=True)
    for place, _, _ in os.walk(top):
        Path(place).chmod(0o755)
    return folder


def _failure(done: ToolEnd) -> ProjectError:
    """Return esbuild's errors as one of ours: the first as the message, all with their places."""
    errors = list(_ERROR.finditer(done.said))
    if not errors:
        told = done.said.strip()[-1000:] or "nothing"
        return ProjectError("EESBUILD", f"esbuild {done.problem}", facts=(("it said", told),))
    is_await = "Top-level await" in errors[0]["message"]
    facts = tuple((error["place"] or "error", _describe(error)) for error in errors[:_SHOWN_MAX])
    more = count_more(errors, 1)
    return ProjectError(
        "EESBUILD",
        f"esbuild cannot read the sources: {errors[0]['message']}{more}",
        facts=facts,
        hint='make it an ES module: `"type": "module"` in package.json, or `.mts` for its name'
        if is_await
        else "mend the file, or take it out of what the handler imports",
    )


def _describe(error: re.Match[str]) -> str:
    """Return a message with the line of the source that it is about, as esbuild shows it."""
    lines = [line[4:].rstrip() for line in (error["source"] or "").splitlines()]
    return "\n".join([error["message"], *filter(None, lines)])
