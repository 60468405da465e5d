"""Invented registries, resolved by the real npm and by zipper, side by side."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.drawing import draw_tree_differences, entries_of
from tests.support.invented_registry import invent, project, registry
from tests.support.npm import node_version, require_npm, run_npm
from tests.support.resolving import resolve
from zipper.errors import ZipperError
from zipper.lockfile.read import read_lockfile
from zipper.tree.model import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.support.resolving import World
    from zipper.tree.request import IdealTreeRequest

pytestmark = [pytest.mark.node, pytest.mark.slow]

_SEEDS = range(16)


@pytest.fixture
def serve() -> Iterator[Any]:
    """Serve packuments from memory; calling it gives the registry's address."""
    servers: list[ThreadingHTTPServer] = []

    def start(packuments: Mapping[str, Any]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                packument = packuments.get(self.path[1:])
                body = json.dumps(packument or {}).encode()
                self.send_response(200 if packument else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("localhost", 0), Handler)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://localhost:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _resolve(request: IdealTreeRequest, world: World) -> Tree | str:
    try:
        return resolve(request, world).tree
    except ZipperError as error:
        return error.code


@pytest.mark.parametrize("seed", _SEEDS)
def test_an_invented_project_resolves_as_with_npm(seed: int, serve: Any, tmp_path: Path) -> None:
    """The tree is npm's, or both fail with the same code."""
    require_npm()
    packages, manifest = invent(seed)
    world = registry(packages)
    request = project(manifest, node_version=node_version())
    (tmp_path / "package.json").write_text(json.dumps(request.manifest.raw), encoding="utf-8")
    address = serve(world.packuments)

    run = run_npm(
        "install",
        "--package-lock-only",
        "--ignore-scripts",
        f"--registry={address}",
        folder=tmp_path,
        npm_cache=tmp_path / "cache",
    )

    actual = _resolve(request, world)
    if not isinstance(actual, Tree):
        assert run.code == actual, run.output
        return
    assert run.code is None, run.output
    text = (tmp_path / "package-lock.json").read_text(encoding="utf-8")
    expected = read_lockfile(text, path="package-lock.json", manifest=request.manifest).tree
    differences = draw_tree_differences(
        entries_of(expected, project="/project"), entries_of(actual, project="/project")
    )
    assert not differences, differences
