"""Classes of files that no Node loads unasked."""

from __future__ import annotations

import pytest

from zipper.pruning.safe_classes import ClassOf, find_es_folders, find_mentions, is_notice

NAMES = [
    ("index.d.ts", "declarations"),
    ("lib/a.d.mts", "declarations"),
    ("index.js.map", "maps"),
    ("index.d.ts.map", "maps"),
    ("lib/a.js.flow", "sources"),
    ("src/index.ts", "sources"),
    ("src/only.ts", None),
    ("src/addon.cc", "native-sources"),
    ("build/Release/obj.target/a.o", "native-sources"),
    ("binding.gyp", "native-sources"),
    ("test/a.js", "tests"),
    ("a.test.js", "tests"),
    ("README.md", "docs"),
    ("docs/a.html", "docs"),
    ("examples/a.js", "examples"),
    (".eslintrc.json", "editors"),
    (".github/workflows/a.yml", "editors"),
    ("tsconfig.json", "editors"),
    ("es/index.js", "es-builds"),
    ("index.js", None),
    ("package.json", None),
    ("data.json", None),
    ("lib/test.wasm", None),
    ("LICENSE", None),
    ("LICENSE.md", None),
    ("docs/LICENSE", None),
    ("docs/NOTICE.txt", None),
    ("test/COPYING", None),
    ("licenses/mit.md", None),
]
FILES = [name for name, _ in NAMES] + ["lib/addon.node", "lib/index.js"]


@pytest.mark.parametrize(("name", "kind"), NAMES)
def test_a_file_is_of_the_class_of_its_name(name: str, kind: str | None) -> None:
    """Names and the package's other files decide; licences and notices are of no class."""
    manifest = {"main": "lib/index.js", "module": "es/index.js"}

    assert kind == ClassOf.make(FILES, manifest).find(name, at_top_only=False)


def test_a_folder_within_a_whole_package_means_nothing() -> None:
    """Of a package that stays whole, only a folder at its top is one of tests."""
    classes = ClassOf.make(FILES, {})

    assert "tests" == classes.find("test/a.js", at_top_only=True)
    assert classes.find("lib/test/a.js", at_top_only=True) is None


@pytest.mark.parametrize(
    ("manifest", "folders"),
    [
        ({"main": "dist-cjs/index.js", "module": "dist-es/index.js"}, ("dist-es/",)),
        ({"main": "lib/a.js", "module": "lib/a.mjs"}, ()),
        ({"module": "index.mjs"}, ()),
        ({"exports": {".": {"browser": "./web/x.js", "default": "./lib/x.js"}}}, ("web/",)),
        (
            {
                "exports": {".": {"import": "./es/x.js", "require": "./cjs/x.js"}},
                "module": "es/x.js",
            },
            (),
        ),
        ({"module": "es/x.js", "exports": {"./*": "./es/*.js"}}, ()),
        ({"module": "es/x.js", "bin": {"x": "es/cli.js"}}, ()),
        ({"module": "../es/x.js"}, ()),
        ("no object", ()),
    ],
)
def test_folders_for_bundlers_are_those_that_node_is_never_led_to(
    manifest: object, folders: tuple[str, ...]
) -> None:
    """A folder counts where fields for bundlers lead there, and no field or condition of Node."""
    assert folders == find_es_folders(manifest)


@pytest.mark.parametrize(
    "name",
    ["LICENSE", "license.txt", "MIT-LICENSE.txt", "NOTICE", "UNLICENSE", "a/COPYING", "AUTHORS"],
)
def test_notices_are_known_by_their_names(name: str) -> None:
    """Licences, notices and what they refer to are recognized wherever they are."""
    assert is_notice(name)


@pytest.mark.parametrize("name", ["license.js", "lib/notice.mjs", "license.d.ts", "package.json"])
def test_code_is_no_notice(name: str) -> None:
    """A module that is called like a licence is code."""
    assert not is_notice(name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('x.endsWith(".d.ts")', (".d.ts",)),
        (r"/\.d\.ts$/.test(x)", (".d.ts",)),
        ("`lib.${x}.ts`", (".ts",)),
        ('"./test/a"', ("test",)),
        ("a.map(x)", ()),
        ("done(null, result.code, result.map)", ()),
        ("f({ map: result.map, x })", ()),
        ("`${name}.map`", (".map",)),
        (r"/\.(?:js|map)$/; /\.map(?:\?|$)/", (".map",)),
        ("//# sourceMappingURL=a.js.map", ()),
        ("latest", ()),
    ],
)
def test_texts_that_name_a_class_are_found(text: str, words: tuple[str, ...]) -> None:
    """An extension or a folder counts where it is in a text, and not in a name."""
    assert words == find_mentions(text.encode())
