"""Files that sources name by their own place: where they are, and where a bundle looks."""

from __future__ import annotations

import pytest

from zipper.bundling.bundled_assets import find_places

HEAD = "import path from 'node:path';\nimport fs from 'node:fs';\n"


def _find(text: str) -> list[tuple[str, str, bool]]:
    found = find_places(
        (HEAD + text).encode(), path="pkg/src/lib/a.js", bundle="src/index.js", folder="pkg"
    )
    return [(one.path, one.looked, one.is_known) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("load(path.join(__dirname, 'x.proto'))", ("pkg/src/lib/x.proto", "src/x.proto", True)),
        ("load(`${__dirname}/../x.proto`)", ("pkg/src/x.proto", "x.proto", True)),
        ("load(__dirname + '/v')", ("pkg/src/lib/v", "src/v", True)),
        ("new URL('./x.wasm', import.meta.url)", ("pkg/src/lib/x.wasm", "src/x.wasm", True)),
        ("load(path.join(__dirname, '../../x'))", ("pkg/x", "../x", True)),
        ("load(path.resolve(process.cwd(), 'c.yml'))", ("pkg/c.yml", "c.yml", True)),
        ("fs.readFileSync('c.yml')", ("pkg/c.yml", "c.yml", True)),
        (
            "const D = path.join(__dirname, 'd');\nload(path.join(D, 'x'))",
            ("pkg/src/lib/d/x", "src/d/x", True),
        ),
        ("load(require.resolve('./t.html'))", ("pkg/src/lib/t.html", "src/t.html", True)),
        ("new URL(import.meta.resolve('./t'))", ("pkg/src/lib/t", "src/t", True)),
        (
            "const r = createRequire(import.meta.url);\nr('./d.json')",
            ("pkg/src/lib/d.json", "src/d.json", True),
        ),
        ("path.join(process.env.LAMBDA_TASK_ROOT, 'x')", ("pkg/x", "x", True)),
        ("new Worker('./w.js')", ("pkg/w.js", "w.js", True)),
        (
            "fs.readFileSync(path.join(__dirname, 'v', `${n}.txt`))",
            ("pkg/src/lib/v", "src/v", True),
        ),
        ("fs.readFileSync(`${__dirname}/v/${n}.txt`)", ("pkg/src/lib/v", "src/v", True)),
        ("new URL(`./v/${n}.txt`, import.meta.url)", ("pkg/src/lib/v", "src/v", True)),
        (
            "function f() { const d = __dirname; const p = d + '/x'; return fs.readFileSync(p); }",
            ("pkg/src/lib/x", "src/x", True),
        ),
        ("glob('m/*.js', { cwd: __dirname })", ("pkg/src/lib", "src", False)),
        ("use(express.static(__dirname))", ("pkg/src/lib", "src", False)),
        ("fs.readFileSync(path.join(__dirname, name))", ("pkg/src/lib", "src", False)),
    ],
)
def test_places_are_evaluated(text: str, expected: tuple[str, str, bool]) -> None:
    """Whatever way a path is written: from the file, its folder, or the current folder."""
    assert expected in _find(text)


@pytest.mark.parametrize(
    "text",
    [
        "console.log(__dirname)",
        "log({ place: __dirname })",
        "const require = createRequire(import.meta.url)",
        "if (process.argv[1] === fileURLToPath(import.meta.url)) start()",
        "// path.join(__dirname, 'x')",
        "const text = \"path.join(__dirname, 'x')\"",
        "fs.readFileSync('/etc/hosts')",
    ],
)
def test_what_names_no_file_is_none(text: str) -> None:
    """A place alone, a guard, a comment, a text, and files of the system."""
    assert [] == _find(text)


def test_line_is_the_sources() -> None:
    """Mentions are counted as in the source, comments left out."""
    source = (
        b"// __dirname is here\nimport path from 'node:path';\n\nload(path.join(__dirname, 'x'))\n"
    )
    (place,) = find_places(source, path="a.js", bundle="a.js", folder="")

    assert 4 == find_places(
        b"import path from 'node:path';\nload(path.join(__dirname, 'x'))",
        path="a.js",
        bundle="a.js",
        folder="",
    )[0].line_in(source)
    assert place.looked == "x"
