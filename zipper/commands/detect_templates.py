"""The functions that a SAM template or a serverless.yml beside the projects describes.

In: a folder. Out: what is seen in the template, with each function's own folder. The folder is only
read.
"""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from zipper.commands.detect_sam import describe_sam, is_sam
from zipper.commands.detect_serverless import describe_serverless
from zipper.commands.detected import Described, Seen
from zipper.commands.template_yaml import read_template
from zipper.pipeline.handler_files import EXTENSIONS
from zipper.target import ARCHITECTURES, DEFAULT_RUNTIME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["look_at_templates"]

_SAM: Final = ("template.yaml", "template.yml", "template.json", "sam.yaml", "sam.yml")
_SERVERLESS: Final = ("serverless.yml", "serverless.yaml", "serverless.json")
_CODE: Final = ("serverless.ts", "serverless.js", "serverless.mjs", "serverless.cjs")


def look_at_templates(
    folder: Path, *, find_handler: Callable[[Path], str]
) -> tuple[Seen | None, tuple[str, ...]]:
    """Return what the template in `folder` says of functions, and what else there is to say.

    Args:
        folder: of the template.
        find_handler: returns the likeliest handler of a folder, for a function that names none.

    Raises:
        ProjectError: EYAMLPARSE, EREAD.
    """
    notes = [f"{name} is code, which is not read" for name in _CODE if (folder / name).is_file()]
    for described in _read(folder):
        notes += described.notes
        if described.functions:
            rows = [_place(row, folder, find_handler) for row in described.functions]
            notes += [note for row in rows for note in _tell_files(row, folder)]
            return _as_seen(rows), tuple(notes)
    return None, tuple(notes)


def _read(folder: Path) -> Iterator[Described]:
    for name in _SAM:
        if _is_written(folder / name):
            template = read_template(folder / name)
            if is_sam(template):
                yield describe_sam(template, path=name)
    for name in _SERVERLESS:
        if _is_written(folder / name):
            yield describe_serverless(read_template(folder / name), path=name)


def _is_written(path: Path) -> bool:
    """Tell whether there is a file that a shell has not just made for our own output."""
    return path.is_file() and path.stat().st_size > 0


def _place(
    row: dict[str, object], folder: Path, find_handler: Callable[[Path], str]
) -> dict[str, object]:
    """Return the row with its folder: the template's, or the nearest one with a package.json."""
    name, handler = row["name"], row.get("handler")
    rest = {key: value for key, value in row.items() if key not in ("name", "project", "handler")}
    if "project" in row:
        project = str(row["project"])
        found = handler or find_handler(folder / project)
        return {"name": name, "project": project, "handler": found, **rest}
    path = PurePosixPath(str(handler))
    for parent in path.parents:
        if str(parent) != "." and (folder / parent / "package.json").is_file():
            inside = path.relative_to(parent).as_posix()
            # Patterns count from the folder of the whole service.
            rest = {key: value for key, value in rest.items() if key not in ("include", "exclude")}
            return {"name": name, "project": str(parent), "handler": inside, **rest}
    return {"name": name, "project": ".", "handler": handler, **rest}


def _tell_files(row: dict[str, object], folder: Path) -> Iterator[str]:
    project = folder / str(row["project"])
    if not project.is_dir():
        yield f"{row['name']}: the folder `{row['project']}` does not exist"
        return
    path = PurePosixPath(str(row["handler"]))
    stem = path.with_name(path.name.partition(".")[0]).as_posix()
    if any((project / f"{stem}{extension}").is_file() for extension in EXTENSIONS):
        return
    yield f"{row['name']}: there is no `{stem}.js` in `{row['project']}` yet"


def _as_seen(rows: list[dict[str, object]]) -> Seen:
    """Return the table: what most functions have in common is there once."""
    common: dict[str, object] = {
        "runtime": _most(rows, "runtime", DEFAULT_RUNTIME),
        "architecture": _most(rows, "architecture", ARCHITECTURES[0]),
    }
    if len(rows) == 1:
        (row,) = rows
        named = {key: value for key, value in row.items() if key != "name"}
        return Seen({**common, **named, "output": f"dist/{row['name']}.zip"})
    defaults = {"runtime": DEFAULT_RUNTIME, "architecture": ARCHITECTURES[0]}
    functions = tuple(
        {
            key: value
            for key, value in {**row, **_missing(row, defaults)}.items()
            if key not in common or value != common[key]
        }
        for row in rows
    )
    return Seen({**common, "output": "dist/"}, functions)


def _missing(row: dict[str, object], defaults: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in defaults.items() if key not in row}


def _most(rows: list[dict[str, object]], key: str, default: str) -> object:
    counts = Counter(str(row.get(key, default)) for row in rows)
    return counts.most_common(1)[0][0]
