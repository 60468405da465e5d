"""esbuild at work: files in, files out, nothing else of the machine to see.

In: an executable, sources by name, flags. Out: what it wrote, or its messages as an error. It runs
in the sandbox of install scripts: without network, without variables, in a folder of its own that
holds the sources and no node_modules. Which flags are given belongs to `zipper.bundling.transform`.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.errors import OutputError, ProjectError
from zipper.files import write_error
from zipper.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["run_esbuild"]

_SECONDS_MAX: Final = 120.0
_POLL_SECONDS: Final = 1.0
_SHOWN_MAX: Final = 5
_OUT: Final = "out"
_ERROR: Final = re.compile(
    r"^\S+ \[ERROR\] (?P<message>.*)\n(?:\n {4}(?P<place>.*):\n(?P<source>(?: {4,}.*\n)*))?",
    re.MULTILINE,
)


def run_esbuild(
    executable: Path, sources: Mapping[str, bytes], arguments: Sequence[Sequence[str]]
) -> list[dict[str, bytes]]:
    """Start esbuild once for each row of `arguments`; return the files that each wrote, by name.

    Args:
        executable: esbuild itself.
        sources: `/`-separated names to contents; a name may begin with `../`.
        arguments: what comes after the program's name; `--outdir` is added.

    Raises:
        ProjectError: EESBUILD with esbuild's own messages, their files and lines.
        OutputError: EOUTPUT where the temporary folder cannot hold the sources.
    """
    try:
        with scratch_folder("zipper-esbuild-") as scratch:
            folder = _lay_out(scratch, sources)
            return [
                _run(executable, scratch, folder, row, f"{_OUT}{number}")
                for number, row in enumerate(arguments)
            ]
    except OSError as cause:
        raise write_error(cause, Path(cause.filename or executable), OutputError) from cause


def _lay_out(scratch: Path, sources: Mapping[str, bytes]) -> Path:
    """Write the sources; return the folder that their names count from."""
    depth = max((name.split("/").count("..") for name in sources), default=0)
    folder = scratch.joinpath("tree", *["_"] * depth)
    for name, data in sources.items():
        path = Path(os.path.normpath(folder / name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _run(
    executable: Path, scratch: Path, folder: Path, arguments: Sequence[str], out: str
) -> dict[str, bytes]:
    command = [str(executable), *arguments, f"--outdir={out}"]
    log = scratch / f"{out}.log"
    with log.open("wb") as output:
        code = _start(command, scratch, folder, output.fileno())
    said = log.read_text("utf-8", "replace")
    if code != 0:
        raise _failure(said, code)
    written = folder / out
    return {
        path.relative_to(written).as_posix(): path.read_bytes()
        for path in sorted(written.rglob("*"))
        if path.is_file()
    }


def _start(command: Sequence[str], scratch: Path, folder: Path, output: int) -> int | None:
    """Run the command to its end; return its exit code, None where it took too long."""
    if os.name == "nt":
        return _start_free(command, folder, output)
    from zipper.node.script_sandbox import Confined  # noqa: PLC0415  (exists elsewhere only)

    work = scratch / "work"
    work.mkdir(exist_ok=True)
    running = Confined(
        command,
        folder=folder,
        variables={},
        writable=(scratch / "tree", work),
        work=work,
        readable=(Path(command[0]).parent,),
        output=output,
        network=False,
    )
    deadline = time.monotonic() + _SECONDS_MAX
    is_over = False
    try:
        while not is_over and time.monotonic() < deadline:
            is_over = running.wait(_POLL_SECONDS)
    finally:
        code = running.end()
    return code if is_over else None


def _start_free(command: Sequence[str], folder: Path, output: int) -> int | None:
    """Run the command without a sandbox, which Windows does not have."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - the package's own program, verified  # nosec B603
            command,
            cwd=folder,
            env=kept,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            timeout=_SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.returncode


def _failure(said: str, code: int | None) -> ProjectError:
    """Return esbuild's errors as one of ours: the first as the message, all with their places."""
    errors = list(_ERROR.finditer(said))
    if not errors:
        how = f"took longer than {_SECONDS_MAX:g} s" if code is None else f"ended with {code}"
        told = said.strip()[-1000:] or "nothing"
        return ProjectError("EESBUILD", f"esbuild {how}", facts=(("it said", told),))
    facts = tuple((error["place"] or "error", _describe(error)) for error in errors[:_SHOWN_MAX])
    more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
    return ProjectError(
        "EESBUILD",
        f"esbuild cannot read the sources: {errors[0]['message']}{more}",
        facts=facts,
        hint="mend the file, or take it out of what the handler imports",
    )


def _describe(error: re.Match[str]) -> str:
    """Return a message with the line of the source that it is about, as esbuild shows it."""
    lines = [line[4:].rstrip() for line in (error["source"] or "").splitlines()]
    return "\n".join([error["message"], *filter(None, lines)])
