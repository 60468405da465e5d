"""As what a file is loaded, and what of it is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.checking import zip_files

from zipper.archive.listing import read_listing
from zipper.checks.closure import close
from zipper.checks.subject import Subject
from zipper.target import Target

if TYPE_CHECKING:
    from zipper.checks.walk import Walk

TEXT = "globalThis.loaded = 1;"
C, M, X = "commonjs", "module", "other"


def walk(files: dict[str, str], runtime: str = "nodejs24.x") -> Walk:
    """Return the walk from the handler `index.handler`."""
    listing = read_listing(zip_files(files))
    subject = Subject(listing=listing, target=Target(runtime), handler="index.handler")
    start = close(subject)
    assert start is not None
    return start.walk


@pytest.mark.parametrize(
    ("name", "declared", "plain", "written_as_module"),
    [
        ("a.js", "", (C, C, C, C), (C, C, M, M)),
        ("a.js", "module", (M, M, M, M), (M, M, M, M)),
        ("a.js", "commonjs", (C, C, C, C), (C, C, C, C)),
        ("a.ts", "", (C, C, C, C), (C, C, M, M)),
        ("a.ts", "module", (M, M, M, M), (M, M, M, M)),
        ("a.ts", "commonjs", (C, C, C, C), (C, C, C, C)),
        *((f"a.{end}", kind, (M,) * 4, (M,) * 4) for end in ("mjs", "mts") for kind in ("", C, M)),
        *((f"a.{end}", kind, (C,) * 4, (C,) * 4) for end in ("cjs", "cts") for kind in ("", C, M)),
        ("a", "", (C, C, C, C), (C, C, M, M)),
        ("a", "module", (C, M, C, M), (C, M, M, M)),
        ("a", "commonjs", (C, C, C, C), (C, C, M, C)),
        *(("a.x", kind, (C, X, C, X), (C, X, M, X)) for kind in ("", C, M)),
    ],
)
def test_as_what_a_file_is_loaded(
    name: str, declared: str, plain: tuple[str, ...], written_as_module: tuple[str, ...]
) -> None:
    """By `require` and by `import`, on Node.js 22 with Lambda's flags, and on 24.

    Source: Node.js 22.23 and 24.21 themselves; what these refuse as CommonJS counts as that.
    """
    manifest = {"p/package.json": f'{{"type": "{declared}"}}'} if declared else {}
    for text, expected in ((TEXT, plain), (f"{TEXT} export {{}}", written_as_module)):
        found = []
        for runtime in ("nodejs22.x", "nodejs24.x"):
            for handler in (
                {"index.js": f"require('./p/{name}')"},
                {"index.mjs": f"import './p/{name}'"},
            ):
                modules = walk({**handler, **manifest, f"p/{name}": text}, runtime).modules
                found.append(modules[f"/var/task/p/{name}"].kind)
        assert expected == tuple(found)


@pytest.mark.parametrize(
    ("name", "level"),
    [("a.js", 2), ("a.mjs", 2), ("a.cjs", 2), ("a.json", None), ("a.node", None), ("a.txt", None)],
)
@pytest.mark.parametrize(
    ("handler", "code"),
    [("index.js", "require.resolve('./{}')"), ("index.js", "() => require.resolve('./{}')")],
)
def test_what_is_only_resolved(name: str, level: int | None, handler: str, code: str) -> None:
    """A script may be started later, in a worker; anything else is for reading."""
    modules = walk({handler: code.format(name), name: "{}"}).modules

    found = modules.get(f"/var/task/{name}")
    assert level == (None if found is None else found.level)


@pytest.mark.parametrize(
    ("code", "levels"),
    [
        ("require('./a')", [0, 0]),
        ("if (x) require('./a')", [1, 1]),
        ("() => require('./a')", [2, 2]),
        ("try { require('./a') } catch {}", [3, 3]),
        ("() => require('./a'); require('./b')", [2, 0]),
        ("require('./b'); () => require('./a')", [2, 0]),
        ("try { require('./a') } catch {}; if (x) require('./b')", [3, 1]),
        ("try { require('./a') } catch {}; if (x) require('./a')", [1, 1]),
    ],
)
def test_when_files_run(code: str, levels: list[int]) -> None:
    """As early as anything asks for them: at once, in a branch, later, or where a failure counts.

    The first file asks for the second at once, which so runs as early as the first.
    """
    modules = walk({"index.js": code, "a.js": "require('./b')", "b.js": ""}).modules

    assert levels == [modules[f"/var/task/{name}.js"].level for name in "ab"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("require('@aws-sdk/client-s3')", {"@aws-sdk/client-s3"}),
        ("require('fs')", set()),
        ("require('gone')", set()),
        ("require.resolve('@aws-sdk/client-s3')", {"@aws-sdk/client-s3"}),
    ],
)
def test_what_the_runtime_answers(code: str, expected: set[str]) -> None:
    """What is not in the package, and was found."""
    assert expected == walk({"index.js": code}).runtime


def test_a_file_that_changes_loading_makes_nothing_sure() -> None:
    """But that the handler's own file is loaded; what is later stays later."""
    files = {
        "index.js": "require('./a'); () => require('./b'); module.paths.push('x')",
        "a.js": "require('./c')",
        **{f"{name}.js": "" for name in "bc"},
    }
    modules = walk(files).modules
    levels = {path.rpartition("/")[2]: module.level for path, module in modules.items()}
    asked = {
        (path.rpartition("/")[2], one.request.specifier): one.level
        for path, module in modules.items()
        for one in module.asked
    }

    assert {"index.js": 0, "a.js": 1, "b.js": 2, "c.js": 1} == levels
    assert {("index.js", "./a"): 1, ("index.js", "./b"): 2, ("a.js", "./c"): 1} == asked


def test_more_files_than_are_looked_up_at_once() -> None:
    """Each is followed, however many are asked for by one file."""
    names = [f"m{number}" for number in range(300)]
    files = {f"{name}.js": f"require('./{name}/x')" for name in names}
    files |= {f"{name}/x.js": "" for name in names}
    files["index.js"] = "".join(f"require('./{name}');" for name in names)

    assert {f"/var/task/{name}" for name in files} == set(walk(files).modules)
