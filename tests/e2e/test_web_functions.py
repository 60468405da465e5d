"""Web functions: built around their entry file, checked as programs, and run with requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import zipper
from tests.support.command import CommandResult, run_zipper
from tests.support.node import node_of
from tests.support.scene import Scene, listing

if TYPE_CHECKING:
    from pathlib import Path

SERVER = """
const http = require('http');
const [host, port] = process.env.AWS_LAMBDA_HTTP_ENDPOINT.split(':');
if (require.main !== module) throw new Error('this is no main module');
http.createServer((request, response) => {
  console.log('asked for', request.url);
  if (request.url === '/die') process.exit(3);
  response.statusCode = request.url === '/bad' ? 503 : 200;
  request.pipe(response);
  if (request.method === 'GET') response.end(process.env.AWS_LAMBDA_NODEJS_ENTRYPOINT ?? 'index');
}).listen(port, host);
"""
ARM = ("--kind", "web")


def run(scene: Scene, *words: str | Path, status: int = 0) -> CommandResult:
    """Run a command in the project, and look at its status."""
    extra = ("--cache-dir", str(scene.cache))
    done = run_zipper(*map(str, words), *extra, cwd=scene.project, env=scene.environment)
    assert status == done.status, done.stderr
    return done


def document_of(done: CommandResult) -> dict[str, Any]:
    assert done.document is not None
    return done.document


def test_a_web_function_is_built_around_its_entry_file(scene: Scene) -> None:
    """It is for arm64 and nodejs24.x without a word, and has an entry instead of a handler."""
    scene.write({"index.js": SERVER})

    built = document_of(run(scene, "build", *ARM, "-o", "w.zip", "--json"))

    seen = tuple(built[key] for key in ("kind", "entry", "handler", "runtime", "architecture"))
    assert ("web", "index.js", "", "nodejs24.x", "arm64") == seen
    assert "pass" == built["verdict"]
    assert ["index.js", "package.json"] == list(listing(scene.project / "w.zip"))


def test_settings_say_what_it_is(scene: Scene) -> None:
    """`kind` and `entry` are keys, also of one of several functions; check and run know them."""
    tables = """
[[tool.zipper.functions]]
name = "site"
kind = "web"
entry = "server.js"
[[tool.zipper.functions]]
name = "job"
"""
    scene.write({"server.js": SERVER, "pyproject.toml": tables})

    rows = document_of(run(scene, "build", "--json"))["functions"]
    checked = document_of(run(scene, "check", "site", "--json"))

    assert [("web", "arm64"), ("function", "x86_64")] == [
        (row["kind"], row["architecture"]) for row in rows
    ]
    assert "entry-variable" in {one["code"] for one in checked["findings"]}
    assert "pass" == checked["verdict"]


def test_what_a_web_function_cannot_have(scene: Scene) -> None:
    """Another runtime, x86_64 and layers are errors, and no zip is written."""
    scene.write({"index.js": SERVER})
    words = ("--runtime", "nodejs22.x", "--arch", "x86_64", "--json")

    built = document_of(run(scene, "build", *ARM, *words, status=1))

    errors = {one["code"] for one in built["findings"] if one["severity"] == "error"}
    assert {"kind-runtime", "kind-architecture"} <= errors
    assert not built["written"]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--event", "-"), "a web function takes requests"),
        (("--request", "nothing"), "cannot read"),
        (("--request", '{"a": 1}'), "the key `a`"),
    ],
)
def test_what_cannot_be_run(scene: Scene, words: tuple[str, ...], text: str) -> None:
    """Events, and what is no request, are wrong usage."""
    scene.write({"index.js": SERVER})
    run(scene, "build", *ARM, "-o", "w.zip")

    result = run(scene, "run", "w.zip", *ARM, *words, status=2)

    assert text in result.stderr


@pytest.mark.node
@pytest.mark.parametrize("network", ["--network", "--no-network"])
def test_a_server_answers(scene: Scene, network: str) -> None:
    """Each request has its status, its answer and its log; 500 and more fail the run."""
    scene.write({"dist/server.js": SERVER, "index.js": "", "pyproject.toml": ""})
    run(scene, "build", *ARM, "--entry", "dist/server.js", "-o", "w.zip")
    node = node_of(24).executable
    words = ("--entry", "dist/server.js", "--node", node, network, "--json")
    post = json.dumps({"method": "POST", "path": "/p", "body": {"a": "ü"}})

    good = document_of(
        run(scene, "run", "w.zip", *ARM, *words, "--request", "/", "--request", post)
    )
    bad = document_of(run(scene, "run", "w.zip", *ARM, *words, "--request", "/bad", status=1))

    first, second = good["environments"][0]["invocations"]
    assert (200, "dist/server.js") == (first["status"], first["response"]["body"])
    assert ["asked for /"] == [line["text"] for line in first["log"]]
    assert '{"a": "\\u00fc"}' == second["response"]["body"]
    assert 503 == bad["environments"][0]["invocations"][0]["status"]


@pytest.mark.node
@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("console.log(1)", "came to its end, and nothing listens"),
        ("throw new Error('x')", "exit status 1"),
        (SERVER, "exit status 3"),
    ],
)
def test_a_program_that_ends(scene: Scene, text: str, error: str) -> None:
    """The run says why there is no answer."""
    scene.write({"index.js": text})
    run(scene, "build", *ARM, "-o", "w.zip", "--no-check")  # which sees that one throws
    words = ("--request", "/die", "--node", node_of(24).executable)

    assert error in run(scene, "run", "w.zip", *ARM, *words, status=1).stdout


@pytest.mark.node
def test_the_library_sends_requests(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """`events` are request lines and dicts for a web function."""
    for name, value in scene.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(scene.project)
    scene.write({"index.js": SERVER})
    zipper.build(kind="web", output="w.zip", cache_dir=scene.cache)
    node = node_of(24).executable

    result = zipper.run(
        "w.zip", kind="web", events=["GET /", {"path": "/bad"}], node=node, cache_dir=scene.cache
    )

    assert [200, 503] == [one.status for one in result.invocations]
    assert (False, "web") == (result.ok, result.kind)
