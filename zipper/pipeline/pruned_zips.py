"""What this machine remembers of the zips that it pruned, and the file of a trace.

In: a zip, or the result of a run. Out: what went from it; the text that `build --trace` reads.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from zipper.as_json import json_text
from zipper.named_tuple import NamedTuple
from zipper.package import PrunedPackage
from zipper.pipeline.hashing import hash_output
from zipper.store.notes import PRUNED

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.node.result import RunResult
    from zipper.store.notes import Notebook

__all__ = ["PrunedFiles", "make_trace", "recall_pruned"]

Row = tuple[str, int, int, str]
"""Name, bytes, zipped bytes and rule of a file."""


class PrunedFiles(NamedTuple):
    """What went from one package."""

    mode: str
    packages: tuple[PrunedPackage, ...]
    removed: tuple[Row, ...]


def recall_pruned(path: Path, notebook: Notebook) -> PrunedFiles | None:
    """Return what went from the zip at `path`; None where this cache does not know.

    Raises:
        OSError: it cannot be read.
    """
    noted = notebook.recall(PRUNED, hash_output(path))
    if noted is None:
        return None
    head, removed = noted.decode("ascii").split("\n")
    document: dict[str, Any] = json.loads(head)
    packages = tuple(PrunedPackage(*row) for row in document["packages"])
    return PrunedFiles(document["mode"], packages, tuple(map(tuple, json.loads(removed))))


def make_trace(result: RunResult) -> str:
    """Return the text of a trace: how it was taken, what it does not show, and what was opened."""
    from zipper.node.opened_files import METHOD  # noqa: PLC0415  (for a trace)

    return json_text(
        {
            "format": 1,
            "path": result.path,
            "handler": result.handler,
            "runtime": result.runtime,
            "node_version": result.node_version,
            "method": METHOD,
            "gaps": list(result.trace_gaps),
            "invocations": len(result.invocations),
            "failed": sum(not one.ok for one in result.invocations),
            "opened": list(result.opened or ()),
        }
    )
