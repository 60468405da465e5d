"""What a closure is walked from, and a trace, which says which files a function opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.checking import zip_files
from zipper.archive.listing import read_listing
from zipper.errors import ArchiveError, ProjectError
from zipper.pipeline.noted_facts import NotedFacts
from zipper.pipeline.pruning_decision import read_trace, subject_of
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings
from zipper.store.notes import Notebook
from zipper.target import Target

if TYPE_CHECKING:
    from pathlib import Path


def test_the_opened_files_are_read(tmp_path: Path) -> None:
    """Without a trace nothing was opened."""
    path = tmp_path / "trace.json"
    path.write_text('{"format": 1, "opened": ["a.js", "b.js"]}')

    assert {"a.js", "b.js"} == read_trace(str(path))
    assert frozenset() == read_trace(None)
    assert frozenset() == read_trace("")


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (None, "EPRUNE", "cannot read the trace"),
        ("[]", "EJSONPARSE", "but an array"),
        ("{", "EJSONPARSE", "is not JSON"),
        ("{}", "EPRUNE", "it has no `opened`"),
        ('{"opened": "a.js"}', "EPRUNE", "it has no `opened`"),
        ('{"opened": ["a.js", 7]}', "EPRUNE", "it has no `opened`"),
        ('{"opened": [7, "a.js"]}', "EPRUNE", "it has no `opened`"),
    ],
)
def test_what_is_no_trace_is_refused(
    tmp_path: Path, text: str | None, code: str, message: str
) -> None:
    """The error says how a trace is written."""
    path = tmp_path / "trace.json"
    if text is not None:
        path.write_text(text)

    with pytest.raises(ProjectError, match=message) as raised:
        read_trace(str(path))

    assert code == raised.value.code
    assert str(path) in raised.value.message
    assert ("--trace FILE" in (raised.value.hint or "")) == (code == "EPRUNE")


ARN = "arn:aws:lambda:eu-west-1:123456789012:layer:deps:1"
FIELDS: list[tuple[dict[str, Any], str, object]] = [
    ({"target": Target("nodejs20.x", "arm64")}, "target", Target("nodejs20.x", "arm64")),
    ({"handler": "other.run"}, "handler", "other.run"),
    ({"kind": "web", "entry": "app.js"}, "handler", "app.js"),
    ({"kind": "web", "entry": "app.js"}, "kind", "web"),
    ({"layers": (ARN,)}, "unknown_layers", (ARN,)),
    ({"provided": ("a",)}, "provided", ("a",)),
    ({"node_options": "--conditions=x"}, "node_options", "--conditions=x"),
    ({"env": ("NODE_OPTIONS=--no-warnings",)}, "node_options", "--no-warnings"),
    ({"env": ("A=1",)}, "variables", {"A": "1"}),
]
"""Changes of a request, and a field of what is walked from with its value."""


@pytest.mark.parametrize(("changes", "field", "expected"), FIELDS)
def test_each_setting_reaches_the_walk(
    tmp_path: Path, changes: dict[str, Any], field: str, expected: object
) -> None:
    """What is asked for is what the closure knows; by default it is something else."""
    listing = read_listing(zip_files({"index.js": "1"}))
    request = request_from(Settings(handler="index.handler"), folder=str(tmp_path))
    facts = NotedFacts(Notebook(tmp_path / "cache"))

    subject = subject_of(listing, request._replace(**changes), facts, "")

    assert expected == getattr(subject, field)
    assert expected != getattr(subject_of(listing, request, facts, ""), field)


def test_layers_facts_and_the_hash_are_those_that_are_given(tmp_path: Path) -> None:
    """A layer's zip is opened; one that is none is refused."""
    layer = tmp_path / "layer.zip"
    layer.write_bytes(zip_files({"nodejs/node_modules/a/index.js": "1"}))
    listing = read_listing(zip_files({"index.js": "1"}))
    request = request_from(Settings(handler="index.handler"), folder=str(tmp_path))
    request = request._replace(layers=(str(layer), ARN))
    facts = NotedFacts(Notebook(tmp_path / "cache"))

    subject = subject_of(listing, request, facts, "hash")

    names = [[entry.name for entry in one.entries] for one in subject.layers]
    assert [["nodejs/node_modules/a/index.js"]] == names
    assert ("hash", True, True) == (
        subject.code_sha256,
        subject.cache is facts,
        subject.listing is listing,
    )
    layer.write_bytes(b"no zip")
    with pytest.raises(ArchiveError):
        subject_of(listing, request, facts, "")
