"""What is said of requests that find nothing, and what to do about each."""

from __future__ import annotations

import pytest
from support.checking import check_files

from zipper.checks.nearby import Nearby, Sibling

H = "exports.handler = async () => 1;"
CODES = ("module-", "package-json-", "sibling-", "undeclared-")


def told(files: dict[str, str], **options: object) -> list[tuple[str, str, str]]:
    """Return severity, code and text of what is found about modules."""
    found = check_files(files, **options).findings
    kept = [one for one in found if one.code.startswith(CODES)]
    return [(one.severity, one.code, f"{one.message} / {one.hint}") for one in kept]


@pytest.mark.parametrize(
    ("specifier", "runtime", "words"),
    [
        ("gone", "nodejs24.x", "/ add `gone` to `dependencies` (not `devDependencies`) and build"),
        ("@s/gone/x", "nodejs24.x", "/ add `@s/gone` to `dependencies` (not"),
        ("node:gone", "nodejs24.x", "/ use a runtime whose Node.js has it; if a newer release"),
        ("https://a.example/b.js", "nodejs24.x", "/ pack the file, and name it by its path"),
        ("./gone", "nodejs24.x", "/ pack `gone`, or mend the path"),
        ("/var/task/gone", "nodejs24.x", "/ pack `gone`, or mend the path"),
        ("/opt/gone", "nodejs24.x", "/ pack `/opt/gone`, or mend the path"),
        ("/etc/gone", "nodejs24.x", "/ mend the path: it leads out of the package, to `/etc/gone`"),
        ("./lib", "nodejs24.x", "/ name the file in that folder; only one that has an `index.js`"),
        ("aws-sdk", "nodejs18.x", "/ the runtime brings version 3 of the SDK only, since Node.js"),
        ("aws-sdk/clients/s3", "nodejs24.x", "/ the runtime brings version 3 of the SDK only"),
        ("@smithy/x", "nodejs18.x", "/ the runtime has it where no function finds it: add it"),
        ("@aws-sdk/x", "nodejs16.x", "/ the runtime brings version 2 of the SDK only: add it"),
        ("@smithy/x", "nodejs16.x", "/ add `@smithy/x` to `dependencies`"),
        ("%gone", "nodejs24.x", "/ pack the file, or mend the path"),
    ],
)
def test_what_to_do_about_what_is_absent(specifier: str, runtime: str, words: str) -> None:
    """The hint depends on what the name means: a package, a file, a part of the SDK."""
    files = {"index.js": f"require('{specifier}'); {H}", "lib/a.js": ""}
    ((severity, code, text),) = told(files, runtime=runtime)

    is_sdk = "brings" in words or "no function finds" in words
    assert ("warning" if specifier == "node:gone" else "error") == severity
    assert ("module-sdk" if is_sdk else "module-missing") == code
    assert words in text


@pytest.mark.parametrize(
    ("asker", "layers", "words"),
    [
        ("index.js", (), "and build again; if a layer of the function has it: `--layer ZIP`"),
        ("index.js", ({"nodejs/a": ""},), "and build again"),
        ("node_modules/a/index.js", (), "or pack what `node_modules/a` depends on; if a layer"),
        ("node_modules/@s/a/b.js", ({"nodejs/a": ""},), "pack what `node_modules/@s/a` depends on"),
    ],
)
def test_who_asks_decides_what_to_do(asker: str, layers: tuple, words: str) -> None:
    """A package's dependencies are not the project's own; a layer is mentioned where none is."""
    manifest = '{"dependencies": {"gone": "1"}}'
    package = {f"{asker.rpartition('/')[0]}/package.json": manifest} if "/" in asker else {}
    index = H if asker == "index.js" else f"require('./{asker}'); {H}"
    files = {"index.js": index, **package, asker: f"require('gone'); {H}"}
    ((_, _, text),) = told(files, layers=layers)

    assert words in text
    assert text.endswith("`--layer ZIP`" if not layers else words)


@pytest.mark.parametrize(
    ("asks", "there", "words"),
    [
        (name, f"lib/{name}{ending}", f"write `./lib/{name}{ending}`")
        for name, ending in (
            *(("a", ".mjs"), ("a", ".cjs"), ("a", "/index.mjs")),
            *(("b.x", ".mjs"), ("b.js", ".cjs")),
        )
    ],
)
def test_names_that_have_to_be_whole(asks: str, there: str, words: str) -> None:
    """`require` adds three endings, and `import` none."""
    ((severity, code, text),) = told({"index.js": f"require('./lib/{asks}'); {H}", there: ""})

    assert ("error", "module-missing") == (severity, code)
    assert f"the package has `{there}`, which must be named in full" in text
    assert text.endswith(words)


@pytest.mark.parametrize("ending", [".js", ".json", ".node", "/index.js"])
def test_import_adds_no_ending(ending: str) -> None:
    """What `require` finds has to be written for `import`."""
    index = "import './lib/a'; export const handler = async () => 1;"
    ((severity, _, text),) = told({"index.mjs": index, f"lib/a{ending}": "1"})

    assert severity == "error"
    assert text.endswith(f"write `./lib/a{ending}`")


@pytest.mark.parametrize(
    ("specifier", "there", "found"),
    [
        ("./Lib", "lib.js", "lib.js"),
        ("./lib.JS", "lib.js", "lib.js"),
        ("./Data", "data.json", "data.json"),
        ("./Addon", "addon.node", "addon.node"),
        ("./Lib", "lib/index.js", "lib/index.js"),
        ("./Lib", "lib/package.json", "lib/package.json"),
        ("./LIB/a", "lib/A.js", "lib/A.js"),
        ("./lib", "lib.txt", None),
        ("A", "node_modules/a/index.js", "node_modules/a/index.js"),
        ("A", "node_modules/a/package.json", "node_modules/a/package.json"),
    ],
)
def test_names_in_another_case(specifier: str, there: str, found: str | None) -> None:
    """A file that differs in its case only is named, as it is written there."""
    ((_, code, text),) = told({"index.js": f"require('{specifier}'); {H}", there: "{}"})

    assert ("module-missing" if found is None else "module-case") == code
    assert found is None or f"the package has only `{found}`, and names are case-" in text
    assert found is None or text.endswith(f"/ write the name as in `{found}`")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--require ./gone.js", "NODE_OPTIONS loads `./gone.js`, which is not in the package"),
        ("--import gone", "NODE_OPTIONS loads `gone`, which is not in the package"),
        ("--require ./a.js", None),
    ],
)
def test_what_node_options_load(options: str, words: str | None) -> None:
    """Node does not start without it, unless a layer that is not known has it."""
    files = {"index.js": H, "a.js": ""}
    found = told(files, variables={"NODE_OPTIONS": options})
    unsure = told(files, variables={"NODE_OPTIONS": options}, unknown_layers=("arn",))

    assert (words is not None) == bool(found)
    if words is not None:
        assert [("error", "warning")] == [(found[0][0], unsure[0][0])]
        assert words in found[0][2]
        assert "; Node does not start / pack `" in found[0][2]


@pytest.mark.parametrize(
    ("manifest", "code", "expected"),
    [
        ('{"dependencies": {"b": "1"}}', "() => require('b')", "warning"),
        (
            '{"dependencies": {"b": "1"}, "optionalDependencies": {"b": "1"}}',
            "() => require('b')",
            "info",
        ),
        ('{"optionalDependencies": {"b": "1"}}', "() => require('b')", "info"),
        ('{"peerDependencies": {"b": "1"}}', "() => require('b')", "info"),
        ("{}", "() => require('b')", "info"),
        ("{}", "if (x) require('b')", "info"),
        ("{}", "require('b')", "error"),
        ("{}", "() => require('./b')", "warning"),
        ('{"dependencies": []}', "() => require('b')", "info"),
    ],
)
def test_what_a_package_does_not_promise(manifest: str, code: str, expected: str) -> None:
    """What it asks for in a function only is a feature, unless it says that it brings it."""
    files = {
        "index.js": f"require('a'); {H}",
        "node_modules/a/package.json": manifest,
        "node_modules/a/index.js": code,
    }
    ((severity, found, _),) = told(files)

    assert expected == severity
    assert (expected == "info") == (found == "module-optional-missing")


@pytest.mark.parametrize(
    ("specifier", "is_development"),
    [
        ("./a.development.js", True),
        ("./a-development", True),
        ("./cjs/a.development.min.js", True),
        ("./development", True),
        ("./a/development.cjs", True),
        ("./development.mjs", True),
        ("./adevelopment", False),
        ("./a.development.json", False),
        ("./development/a", False),
    ],
)
def test_files_for_development(specifier: str, is_development: bool) -> None:
    """What NODE_ENV chooses while one develops is left out on purpose."""
    ((severity, code, _),) = told({"index.js": f"if (x) require('{specifier}'); {H}"})

    assert ("info" if is_development else "warning") == severity
    assert ("module-optional-missing" if is_development else "module-missing") == code


SIBLING = Sibling(
    "@w/sib",
    "packages/sib",
    "dist/index.js",
    frozenset({"src/index.ts", "lib/a.js"}),
    ("build", "compile"),
)
NEARBY = Nearby(
    "packages/fn",
    {"lodash": "the root depends on it"},
    {"node_modules/@w/sib": SIBLING},
    {"shared/util.js", "packages/other/index.js", "packages/fn/own.js"}.__contains__,
)


@pytest.mark.parametrize(
    ("asks", "expected"),
    [
        (
            "@w/sib",
            (
                "the sibling `packages/sib` is not built, its file `dist/index.js` does not exist; "
                "loading the handler fails / make it first: `npm run build -w @w/sib` or `npm run "
                "compile -w @w/sib`"
            ),
        ),
        ("@w/sib/gen/x", "is not built, its file `gen/x` does not exist; loading"),
        ("lodash", "needs `lodash`, which `packages/fn/package.json` does not declare: the root"),
        ("lodash/fp", "needs `lodash`, which `packages/fn/package.json` does not declare"),
        (
            "../../shared/util",
            (
                "the workspace has `shared/util.js`, and the package has not; loading the handler "
                "fails / pack `shared/util.js` too, with `--include ../../shared/util.js`"
            ),
        ),
        ("../other", "the workspace has `packages/other/index.js`, and the package has not"),
        ("../../shared/gone", "mend the path: it leads out of the package"),
        ("./own", "pack `own`, or mend the path"),
        ("underscore", "add `underscore` to `dependencies`"),
        ("@w/other", "add `@w/other` to `dependencies`"),
        ("@w/sib/lib/a", "`node_modules/@w/sib` is there, but not its file `lib/a`"),
    ],
)
def test_what_the_workspace_has(asks: str, expected: str) -> None:
    """A sibling that is not built, what another member declares, a file above the member."""
    files = {
        "index.js": f"require('{asks}'); {H}",
        "node_modules/@w/sib/package.json": '{"name": "@w/sib", "main": "dist/index.js"}',
    }
    ((severity, code, text),) = told(files, nearby=NEARBY)
    is_unbuilt, is_undeclared = "not built" in expected, "not declare" in expected

    assert severity == "error"
    assert is_unbuilt == (code == "sibling-unbuilt")
    assert is_undeclared == (code == "undeclared-dependency")
    assert expected in text


def test_a_sibling_without_scripts_is_to_be_built() -> None:
    """Where no script makes files, the folder is named."""
    nearby = NEARBY._replace(siblings={"node_modules/@w/sib": SIBLING._replace(scripts=())})
    manifest = '{"main": "dist/index.js"}'
    files = {"index.js": f"require('@w/sib'); {H}", "node_modules/@w/sib/package.json": manifest}
    ((_, _, text),) = told(files, nearby=nearby)

    assert text.endswith("make it first: build `packages/sib`")


@pytest.mark.parametrize(
    ("owner", "words"),
    [
        ("@w/sib", "which `packages/sib/package.json` does not declare: the root depends on it"),
        ("other", "add `lodash` to the dependencies, or pack what `node_modules/other` depends on"),
    ],
)
def test_whose_package_json_lacks_a_name(owner: str, words: str) -> None:
    """The sibling's own; a published package is not for the project to mend."""
    files = {
        "index.js": f"require('{owner}'); {H}",
        f"node_modules/{owner}/index.js": "require('lodash')",
        f"node_modules/{owner}/package.json": '{"dependencies": {"lodash": "1"}}',
    }
    ((_, _, text),) = told(files, nearby=NEARBY)

    assert words in text
