"""esbuild at work: files in, files out, nothing else of the machine to see.

In: an executable, sources by name, flags. Out: what it wrote, or its messages as an error. It runs
in the sandbox of install scripts: without network, without variables, in a folder of its own that
holds the sources and no node_modules. Which flags are given belongs to `zipper.bundling.transform`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.bundling.tool_process import run_tool
from zipper.errors import OutputError, ProjectError
from zipper.files import write_error
from zipper.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zipper.bundling.tool_process import ToolEnd

__all__ = ["run_esbuild"]

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
    done = run_tool(
        [str(executable), *arguments, f"--outdir={out}"],
        scratch,
        folder,
        readable=(executable.parent,),
        log=scratch / f"{out}.log",
    )
    if done.code != 0:
        raise _failure(done)
    written = folder / out
    return {
        path.relative_to(written).as_posix(): path.read_bytes()
        for path in sorted(written.rglob("*"))
        if path.is_file()
    }


def _failure(done: ToolEnd) -> ProjectError:
    """Return esbuild's errors as one of ours: the first as the message, all with their places."""
    errors = list(_ERROR.finditer(done.said))
    if not errors:
        told = done.said.strip()[-1000:] or "nothing"
        return ProjectError("EESBUILD", f"esbuild {done.problem}", facts=(("it said", told),))
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
