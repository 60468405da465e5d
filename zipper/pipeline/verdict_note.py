"""Remembering what the rules found in a zip: the same bytes are judged once for the same request.

In: a zip's hash and the request. Out: the inputs of the note, and what was noted under them. Light,
because every build imports it; the rules are not.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from zipper.as_json import as_json
from zipper.errors import ArchiveError
from zipper.findings import Closure, Finding, Unknown
from zipper.pipeline.hashing import hash_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from zipper.settings.build_request import BuildRequest
    from zipper.store.notes import Kind, Notebook, Value

__all__ = ["know_layer", "recall_verdict", "remember_verdict", "verdict_inputs"]


def verdict_inputs(
    request: BuildRequest, code_sha256: str, *, day: str | None = None
) -> tuple[Value, ...]:
    """Return all that the findings about a zip depend on, but for its handler.

    Args:
        request: the function that it is for.
        code_sha256: the zip's hash.
        day: an ISO date, by default today's.

    Raises:
        ArchiveError: EREAD if a layer cannot be read.
    """
    today = day or time.strftime("%Y-%m-%d", time.gmtime())
    return (
        code_sha256,
        tuple(request.target),
        # All that the day decides: whether the runtime is deprecated, or refused.
        request.target.details.find_last_step(today),
        request.max_size_bytes,
        request.max_unzipped_size_bytes,
        request.kind,
        tuple(map(know_layer, request.layers)),
        tuple(request.downgrade),
        tuple(request.provided),
        request.timeout_seconds,
        request.node_options,
        tuple(request.env),
    )


def know_layer(path: str) -> str:
    """Return what a note knows a layer by: the hash of a zip; an ARN, whose layer never changes.

    Raises:
        ArchiveError: EREAD if it cannot be read.
    """
    if path.startswith("arn:"):
        return path
    try:
        return hash_file(path)
    except OSError as cause:
        raise ArchiveError(
            "EREAD",
            f"cannot read the layer `{path}`: {cause.strerror or cause}",
            hint="name the layer's zip, as `aws lambda publish-layer-version` takes it",
        ) from cause


def recall_verdict(
    notebook: Notebook,
    kind: Kind,
    inputs: Value,
    still: Callable[[Value], bool] | None = None,
) -> dict[str, object] | None:
    """Return the fields that were noted for `inputs`, `findings` and `closure` as values."""
    noted = notebook.recall(kind, inputs, still)
    if noted is None:
        return None
    row = json.loads(noted)
    closure = row["closure"]
    if closure is not None:
        unknown = tuple(Unknown(**item) for item in closure["unknown"])
        closure = Closure(closure["proven"], tuple(closure["assumed"]), unknown)
    findings = tuple(Finding(**finding) for finding in row["findings"])
    return {**row, "findings": findings, "closure": closure}


def remember_verdict(
    notebook: Notebook,
    kind: Kind,
    inputs: Value,
    judged: object,
    witnesses: Value = (),
) -> None:
    """Note a value that has `findings` and a `closure` among its fields."""
    text = json.dumps(as_json(judged)).encode("ascii")
    notebook.remember(kind, inputs, text, witnesses)
