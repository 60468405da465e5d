"""Which source holds the handler, and when that is not certain."""

from __future__ import annotations

import pytest

from zipper.bundling.handler_source import find_handler_source, tell_built
from zipper.errors import ProjectError

HANDLER = b"export const handler = async () => 1;\n"


def find(files: dict[str, bytes], manifest: dict | None = None, handler: str | None = None):
    return find_handler_source(files, manifest or {}, handler, read=files.__getitem__)


@pytest.mark.parametrize(
    ("names", "manifest", "handler", "expected"),
    [
        (["src/a.ts"], {}, "src/a.main", ("src/a.main", "src/a.ts")),
        (["src/a.mts"], {}, "./src/a.main", ("./src/a.main", "src/a.mts")),
        (["src/a.ts", "src/a.js"], {}, "src/a.main", None),
        (["index.ts"], {}, None, ("index.handler", "index.ts")),
        (["src/a.ts"], {"main": "src/a.ts"}, None, ("src/a.handler", "src/a.ts")),
        (["src/a.ts"], {"main": "./src/a"}, None, ("src/a.handler", "src/a.ts")),
        (["src/a.ts", "dist/a.js"], {"main": "dist/a.js"}, None, None),
        (["src/a.ts"], {"main": "dist/a.js"}, None, ("src/a.handler", "src/a.ts")),
        (["src/a.ts", "src/b.ts"], {"main": "dist/b.js"}, None, ("src/b.handler", "src/b.ts")),
        (["src/a.ts", "src/a.test.ts", "src/a.d.ts"], {}, None, ("src/a.handler", "src/a.ts")),
        (["test/a.ts", "vitest.config.ts"], {}, None, None),
        (["src/a.ts"], {}, "lib/a.handler", None),
    ],
)
def test_choice(
    names: list[str], manifest: dict, handler: str | None, expected: tuple[str, str] | None
) -> None:
    """What is named goes first, then `main`, then the only candidate."""
    found = find(dict.fromkeys(names, HANDLER), manifest, handler)

    assert expected == (None if found is None else found[:2])


@pytest.mark.parametrize(
    ("text", "exports"),
    [
        (b"export async function handler() {}", True),
        (b"const handler = 1;\nexport { handler };", True),
        (b"export { a, handler, b }", True),
        (b"exports.handler = f", True),
        (b"import a from 'a'; export const handler = a;", True),
        (b"export { a as handler };", True),
        (b"\xef\xbb\xbfexport const handler = 1;", True),
        (b"const o = { handler };\nexport = o;", True),
        (b"const o = { main };\nexport = o;", False),
        (b"const handler = 1;", False),
        (b"export const handlers = 1;", False),
        (b"// export const handler", False),
        (b"export interface handler { a: 1 }", False),
        (b"export type handler = () => void;", False),
        (b"export declare const handler: () => void;", False),
    ],
)
def test_candidates_export_a_handler(text: bytes, *, exports: bool) -> None:
    """A source is a candidate where it exports `handler`; without any, that is an error."""
    if exports:
        assert find({"src/a.ts": text}) is not None
        return
    with pytest.raises(ProjectError, match="no source exports `handler`") as caught:
        find({"src/a.ts": text})
    assert "--handler src/a.NAME" in (caught.value.hint or "")


@pytest.mark.parametrize("other", ["index.js", "lib/b.mjs", "api.cjs"])
def test_javascript_may_have_the_handler(other: str) -> None:
    """Beside it, sources that export none are no error: the check looks for the handler."""
    assert find({"src/a.ts": b"export type A = 1;\n", other: b""}) is None


def test_only_candidate_is_told() -> None:
    """That nothing named the handler is said."""
    found = find({"src/a.ts": HANDLER}, {"main": "dist/x.js"})

    assert found is not None
    assert ["handler-found"] == [one.code for one in found.findings]
    assert "dist/x.js" in found.findings[0].message


def test_several_candidates_are_an_error() -> None:
    """Nothing is chosen at random."""
    with pytest.raises(ProjectError) as caught:
        find({"src/a.ts": HANDLER, "src/b.ts": HANDLER})

    assert "EHANDLER" == caught.value.code
    assert "src/a.handler" in (caught.value.hint or "")


def test_source_beside_what_is_built_is_told() -> None:
    """Where `main` names built JavaScript, its source is mentioned."""
    names = ["dist/index.js", "src/index.ts"]

    assert ["src/index.ts"] == [f.path for f in tell_built(names, {"main": "dist/index.js"}, None)]
    assert () == tell_built(names, {"main": "dist/index.js"}, "dist/index.handler")
    assert () == tell_built(["dist/index.js"], {"main": "dist/index.js"}, None)
