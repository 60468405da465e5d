"""Servers of real frameworks, built as web functions from the public registry, answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import zipper
from tests.support.node import node_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.network, pytest.mark.node]

ENDPOINT = "const [host, port] = process.env.AWS_LAMBDA_HTTP_ENDPOINT.split(':');\n"
SERVERS: dict[str, tuple[dict[str, str], str]] = {
    "express": (
        {"express": "5"},
        (
            "import express from 'express';\nconst app = express().use(express.json());\n"
            "app.post('/echo', (q, r) => r.status(201).json(q.body));\n"
            "app.get('/', (q, r) => r.json({ ok: 1 }));\napp.listen(port, host);\n"
        ),
    ),
    "hono": (
        {"hono": "4", "@hono/node-server": "1"},
        (
            "import { serve } from '@hono/node-server';\nimport { Hono } from 'hono';\n"
            "const app = new Hono().get('/', (c) => c.json({ ok: 1 }));\n"
            "app.post('/echo', async (c) => c.json(await c.req.json(), 201));\n"
            "serve({ fetch: app.fetch, hostname: host, port: Number(port) });\n"
        ),
    ),
    "plain": (
        {},
        (
            "import http from 'node:http';\nhttp.createServer((q, r) => {\n"
            "  r.setHeader('content-type', 'application/json');\n"
            "  if (q.method === 'GET') return r.end('{\"ok\":1}');\n"
            "  r.statusCode = 201; q.pipe(r);\n"
            "}).listen(port, host);\n"
        ),
    ),
}


@pytest.mark.parametrize("name", SERVERS)
def test_a_framework_answers(name: str, tmp_path: Path) -> None:
    """The package passes its check, the server starts, and both requests are answered."""
    dependencies, text = SERVERS[name]
    manifest = {"name": name, "version": "1.0.0", "type": "module", "dependencies": dependencies}
    (tmp_path / "package.json").write_text(json.dumps(manifest))
    (tmp_path / "index.js").write_text(ENDPOINT + text)
    output = tmp_path / "web.zip"

    package = zipper.build(tmp_path, kind="web", output=output)
    result = zipper.run(
        output,
        kind="web",
        events=["GET /", {"method": "POST", "path": "/echo", "body": {"a": [1]}}],
        node=node_of(24).executable,
    )

    assert ("pass", "index.js") == (package.verdict, package.entry)
    assert "entry-silent" not in {finding.code for finding in package.findings}
    assert [200, 201] == [one.status for one in result.invocations]
    bodies = [json.loads(json.loads(one.response or "")["body"]) for one in result.invocations]
    assert [{"ok": 1}, {"a": [1]}] == bodies
