"""The JSON Schemas that are shipped: made of the types, and true of what the commands print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

from tests.support.command import run_zipper
from zipper.node.result import (
    ExecutionEnvironment,
    FunctionError,
    Invocation,
    LeftFile,
    LogLine,
    RunResult,
    StreamedResponse,
)
from zipper.pipeline.result_schemas import FOLDER, make_schemas

if TYPE_CHECKING:
    from tests.support.scene import Scene


def schema(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def assert_valid(name: str, document: dict) -> None:
    """The document fits, and has no field that the schema does not name."""
    jsonschema.Draft202012Validator(schema(name)).validate(document)
    assert set(schema(name)["properties"]) == set(document)


def test_files_are_those_of_the_types() -> None:
    """Where this fails: `python -m zipper.pipeline.result_schemas`."""
    assert make_schemas() == {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.json")}


def test_a_schema_refuses_what_does_not_fit() -> None:
    """A validator that refuses nothing would prove nothing."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema("check")).validate({"path": 1})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("build", ["build", "{project}", "-o", "{zip}", "--strict"]),
        ("build", ["build", "{project}", "-o", "{zip}", "--dry-run"]),
        ("build", ["build", "{project}", "-o", "{zip}", "--handler", "no.handler"]),
        ("build", ["build", "{project}", "-o", "{zip}", "--kind", "web"]),
        ("layer", ["layer", "{project}", "-o", "{zip}"]),
        ("check", ["check", "{zip}"]),
        ("install", ["install", "{project}", "--into", "{into}"]),
        ("resolve", ["resolve", "{project}", "--update-all"]),
        ("vendor", ["vendor", "{project}", "--into", "{into}"]),
        ("error", ["build", "{project}/nowhere"]),
        ("error", ["check", "{project}/nowhere.zip"]),
    ],
)
def test_documents_fit_their_schemas(scene: Scene, name: str, words: list[str]) -> None:
    """What each command prints with `--json` is what its schema says."""
    scene.publish("a")
    scene.depend("a")
    assert 0 == scene.build().status
    places = {"project": scene.project, "zip": scene.output, "into": scene.folder / "into"}
    line = [word.format(**places) for word in words]

    done = run_zipper(
        *line, "--json", "--cache-dir", str(scene.cache), env=scene.environment, cwd=scene.folder
    )

    assert_valid(name, json.loads(done.stdout))


def test_an_audit_fits_its_schema(scene: Scene) -> None:
    """With an advisory from a database file."""
    scene.publish("a")
    scene.depend("a")
    record = {
        "id": "GHSA-1",
        "summary": "bad",
        "affected": [
            {
                "package": {"ecosystem": "npm", "name": "a"},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
            }
        ],
    }
    (scene.folder / "osv.json").write_text(json.dumps(record))
    words = ["audit", str(scene.project), "--osv", str(scene.folder / "osv.json"), "--json"]

    done = run_zipper(
        *words, "--cache-dir", str(scene.cache), env=scene.environment, cwd=scene.folder
    )

    document = json.loads(done.stdout)
    assert document["findings"]
    assert_valid("audit", document)


def test_a_run_fits_its_schema() -> None:
    """Answers, errors, streams and logs, as values: no Node is needed to print them."""
    answer = Invocation(
        request_id="1",
        stage="returned",
        response='{"statusCode": 200}',
        streamed=None,
        error=None,
        init_seconds=0.1,
        duration_seconds=0.2,
        billed_milliseconds=300,
        peak_memory_bytes=1,
        log=(LogLine(0.1, "stdout", "INFO", "hello"),),
        log_bytes=5,
        log_lines=1,
    )
    stream = StreamedResponse("text/plain", '{"statusCode": 200}', b"abc", 3)
    failed = Invocation(
        request_id="2",
        stage="invoked",
        response=None,
        streamed=stream,
        error=FunctionError("Error", "no", ("at x",)),
        init_seconds=None,
        duration_seconds=0.2,
        billed_milliseconds=200,
        peak_memory_bytes=1,
        log=(),
        log_bytes=0,
        log_lines=0,
    )
    result = RunResult(
        path="fn.zip",
        runtime="nodejs22.x",
        architecture="x86_64",
        handler="index.handler",
        memory_mb=128,
        timeout_seconds=3,
        limits="standard",
        node_version="22.0.0",
        node_origin="the system",
        unpack_seconds=0.1,
        files=1,
        unzipped_size_bytes=10,
        environments=(
            ExecutionEnvironment((answer, failed), (LeftFile("a", 1),), 1, 1, ("note",)),
        ),
        notes=(),
    )

    assert_valid("run", json.loads(result.to_json()))
    assert "<RunResult 'fn.zip': failed, 2 events, Node.js 22.0.0>" == repr(result)
