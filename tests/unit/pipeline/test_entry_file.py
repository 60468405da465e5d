"""Which file a web function runs: a source may become it."""

from __future__ import annotations

import pytest

from zipper.pipeline.entry_file import as_handler, find_source_entry, packed_name
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings


@pytest.mark.parametrize(
    ("names", "main", "entry", "variable", "expected"),
    [
        (["index.js", "app.js"], None, None, None, "index.js"),
        (["index.js", "app.js"], None, "app.js", None, "app.js"),
        (["index.js", "app.js"], None, "app.js", "index.js", "app.js"),
        (["index.js", "app.js"], None, None, "app.js", "app.js"),
        (["src/app.js"], "src/app.js", None, None, "src/app.js"),
        (["index.ts"], None, None, None, "index.ts"),
        (["index.tsx", "index.ts"], None, None, None, "index.ts"),
        (["src/app.mts"], None, "src/app.mjs", None, "src/app.mts"),
        (["src/app.cts"], None, "src/app.cjs", None, "src/app.cts"),
        (["src/app.cts"], None, "src/app.js", None, "src/app.js"),
        (["app.jsx"], None, "app.js", None, "app.js"),
        (["app.ts"], None, "app.ts", None, "app.ts"),
    ],
)
def test_a_source_becomes_what_is_run(
    names: list[str], main: str | None, entry: str | None, variable: str | None, expected: str
) -> None:
    """What is said comes first; where there is no such file, a source that becomes it is meant."""
    request = request_from(Settings(), folder=".")._replace(entry=entry)
    if variable is not None:
        request = request._replace(env=(f"AWS_LAMBDA_NODEJS_ENTRYPOINT={variable}",))

    assert expected == find_source_entry(request, names, {} if main is None else {"main": main})


def test_what_an_entry_is_called() -> None:
    """In the package, and as a handler, which has no ending."""
    assert ["a.js", "a.mjs", "a.cjs", "a.js", "a.js", "a.jsx"] == [
        packed_name(f"a.{ending}") for ending in ("ts", "mts", "cts", "tsx", "js", "jsx")
    ]
    assert "src/app.handler" == as_handler("src/app.test.ts")
    assert "app.handler" == as_handler("app.ts")
    assert "a.b/c/app.handler" == as_handler("a.b/c/app.ts")
