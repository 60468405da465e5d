"""The file that `run --trace` writes, and what a cache knows of a pruned zip."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.run_results import make_invocation, make_result
from zipper.node.result import FunctionError
from zipper.package import PrunedPackage
from zipper.pipeline.hashing import hash_output
from zipper.pipeline.pruned_zips import PrunedFiles, make_trace, recall_pruned
from zipper.store.notes import PRUNED, Notebook

if TYPE_CHECKING:
    from pathlib import Path


def test_a_trace_says_how_it_was_taken() -> None:
    """Beside the opened files it has the function, the Node, the method, its gaps and failures."""
    failed = make_invocation(error=FunctionError("Error", "no"))
    result = make_result(
        make_invocation(),
        make_invocation(),
        failed,
        path="fn.zip",
        opened=("a.js", "b.js"),
        trace_gaps=("what is not seen",),
    )

    document = json.loads(make_trace(result))

    assert "inotify" in document.pop("method")
    assert {
        "format": 1,
        "path": "fn.zip",
        "handler": "index.handler",
        "runtime": "nodejs22.x",
        "node_version": "22.1.0",
        "gaps": ["what is not seen"],
        "invocations": 3,
        "failed": 1,
        "opened": ["a.js", "b.js"],
    } == document
    assert [] == json.loads(make_trace(make_result(make_invocation())))["opened"]


def test_what_went_is_known_by_the_zip(tmp_path: Path) -> None:
    """A note of the zip's own bytes counts, and none of another zip's."""
    zipped, notebook = tmp_path / "fn.zip", Notebook(tmp_path / "cache")
    zipped.write_bytes(b"zip")
    package, row = PrunedPackage("node_modules/a", "exact", "", 0, ""), ("a.js", 3, 2, "drop")
    head = json.dumps({"mode": "reached", "packages": [package]})

    assert recall_pruned(zipped, notebook) is None
    notebook.remember(PRUNED, hash_output(zipped), f"{head}\n{json.dumps([row])}".encode())
    assert PrunedFiles("reached", (package,), (row,)) == recall_pruned(zipped, notebook)
    zipped.write_bytes(b"another")
    assert recall_pruned(zipped, notebook) is None
