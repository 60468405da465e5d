"""What `exports` and `imports` of a package.json mean, as Node reads them.

Each row was tried with Node.js 22 and 24.
"""

from __future__ import annotations

import json

import pytest
from support.checking import Memory, zip_files

from zipper.archive.listing import read_listing
from zipper.checks.filesystem import FileSystem
from zipper.checks.module_resolution import Failure, Resolver
from zipper.checks.package_maps import NO_PACKAGE, PackageFile
from zipper.checks.run_rules import check_zip
from zipper.checks.subject import Subject
from zipper.target import Target

HOME = "/var/task/node_modules/p"
FILES = {
    f"node_modules/{name}": ""
    for name in ("p/l/a.js", "p/l/b.js", "p/t.js", "dep/index.js", "dep/sub.js")
}
REFUSED = "-export-path"
BOTH = ("require", "import_")


def resolver_of(manifest: object, runtime: str = "nodejs24.x") -> Resolver:
    """Return what answers the requests of a package with this package.json."""
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    listing = read_listing(zip_files({**FILES, "node_modules/p/package.json": text}))
    subject = Subject(listing=listing, target=Target(runtime))
    return Resolver(FileSystem.of(subject), subject.target, ())


def answer(resolver: Resolver, way: str, specifier: str) -> str:
    """Return the file that is found, or meant and absent, below node_modules; else the failure."""
    found = getattr(resolver, way)(specifier, f"{HOME}/t.js")
    if isinstance(found, Failure):
        place = found.place.removeprefix("/var/task/node_modules/")
        return f"-{found.kind}" + (place and f" {place}")
    return found.path.removeprefix("/var/task/node_modules/")


def nest(value: object, depth: int, key: str | None) -> object:
    """Return a value inside of so many conditions, or arrays."""
    for _ in range(depth):
        value = [value] if key is None else {key: value}
    return value


@pytest.mark.parametrize(
    ("exports", "subpath", "expected"),
    [
        ({"./*.js": "./l/*.js"}, "/a.js", "p/l/a.js"),
        ({"./*.js": "./l/*.js"}, "/.js", REFUSED),
        ({"./a*": "./l/*"}, "/a", REFUSED),
        ({"./a*": "./l/*.js"}, "/ab", "p/l/b.js"),
        ({"./a*b": "./l/*"}, "/ab", REFUSED),
        ({"./a*b": "./l/*"}, "/axb", "-missing p/l/x"),
        ({"./a*a": "./l/*.js"}, "/aa", REFUSED),
        ({"./a*a": "./l/*.js"}, "/aba", "p/l/b.js"),
        ({"./*/*": "./l/*"}, "/a/b", REFUSED),
        ({"./a/*": "./1/*", "./a/*.js": "./2/*.js"}, "/a/x.js", "-missing p/2/x.js"),
        ({"./a/*.js": "./2/*.js", "./a/*": "./1/*"}, "/a/x.js", "-missing p/2/x.js"),
        ({"./*": "./l/*.js", "./a*c": "./m/*.js"}, "/abc", "-missing p/m/b.js"),
        ({"./*": "./l/*"}, "/*", "-missing p/l/*"),
        ({"./*": "./l/a.js"}, "/zzz", "p/l/a.js"),
        ({"./*": "./l/*/*.js"}, "/a", "-missing p/l/a/a.js"),
        ({"./*": "./l/*"}, "/../x.js", REFUSED),
        ({"./*": "./l/*"}, "/a/../x.js", REFUSED),
        ({"./*": "./l/*"}, "/x/./y", REFUSED),
        ({"./*": "./l/*"}, "/%2e%2e/x.js", REFUSED),
        ({"./*": "./l/*"}, "/node_modules/x.js", REFUSED),
        ({"./a/": "./l/"}, "/a/a.js", REFUSED),
        ({"./a": "./l/a.js"}, "/a/", REFUSED),
        ({"./a": "./l/*.js"}, "/a", "-missing p/l/*.js"),
        ({"./a": "./l//a.js"}, "/a", "p/l/a.js"),
        ({"./a": "./l/%61.js"}, "/a", "p/l/a.js"),
        ({"./a": "./l/./a.js"}, "/a", REFUSED),
        ({"./a": "./l/%2e%2e/l/a.js"}, "/a", REFUSED),
        ({"./a": "./l/node_modules/b.js"}, "/a", REFUSED),
        ({"./a": "/l/a.js"}, "/a", REFUSED),
        ({"./a": "l/a.js"}, "/a", REFUSED),
        ({".": ["../x.js", "./l/a.js"]}, "", "p/l/a.js"),
        ({".": [None, "./l/a.js"]}, "", "p/l/a.js"),
        ({".": [["./l/a.js"]]}, "", "p/l/a.js"),
        ({".": []}, "", REFUSED),
        ({".": [None]}, "", REFUSED),
        ({".": ["../x.js"]}, "", REFUSED),
        ({".": {"node": ["../x"], "default": "./l/a.js"}}, "", REFUSED),
        ({".": {"node": None, "default": "./l/a.js"}}, "", REFUSED),
        ({".": {"node": {"browser": "./x"}, "default": "./l/a.js"}}, "", "p/l/a.js"),
        ({".": {"node-addons": "./l/a.js"}}, "", "p/l/a.js"),
        ({".": {"module-sync": "./l/a.js", "default": "./l/b.js"}}, "", "p/l/a.js"),
        ({".": {"development": "./l/a.js"}}, "", REFUSED),
        ({"node": "./l/a.js"}, "", "p/l/a.js"),
        ({"node": "./l/a.js"}, "/x", REFUSED),
        ({"./x": "./l/a.js"}, "", REFUSED),
        ("./l/a.js", "/x", REFUSED),
        (["./l/a.js"], "", "p/l/a.js"),
        ({}, "", REFUSED),
        ([], "", REFUSED),
        (nest("./l/a.js", 60, "node"), "", "p/l/a.js"),
        (nest("./l/a.js", 60, None), "", "p/l/a.js"),
    ],
)
@pytest.mark.parametrize("way", BOTH)
def test_exports(exports: object, subpath: str, expected: str, way: str) -> None:
    """What either loader finds of a package by its name, within the package as well."""
    resolver = resolver_of({"name": "p", "exports": exports})

    assert expected == answer(resolver, way, f"p{subpath}")


@pytest.mark.parametrize(
    ("imports", "specifier", "by_require", "by_import"),
    [
        ({"#a": "./l/a.js"}, "#a", "p/l/a.js", ""),
        ({"#a": "dep"}, "#a", "dep/index.js", ""),
        ({"#a": "dep/sub.js"}, "#a", "dep/sub.js", ""),
        ({"#a": "../x.js"}, "#a", REFUSED, ""),
        ({"#a": "/x.js"}, "#a", REFUSED, ""),
        ({"#a": "fs"}, "#a", REFUSED, "fs"),
        ({"#a": "node:fs"}, "#a", REFUSED, ""),
        ({"#a": "https://a.example/b.js"}, "#a", REFUSED, ""),
        ({"#a": ["node:fs", "dep"]}, "#a", "dep/index.js", ""),
        ({"#a": ["../x", "dep"]}, "#a", "dep/index.js", ""),
        ({"#a": ["../x"]}, "#a", REFUSED, ""),
        ({"#a/*": "./l/*.js"}, "#a/a", "p/l/a.js", ""),
        ({"#*": "./l/*.js"}, "#a", "p/l/a.js", ""),
        ({"#d/*": "dep/*.js"}, "#d/sub", "dep/sub.js", ""),
        ({"#*/x": "dep"}, "#a/x", "dep/index.js", ""),
        ({"#a/": "./l/"}, "#a/a.js", REFUSED, ""),
        ({"#a": {"browser": "./x", "node": "dep"}}, "#a", "dep/index.js", ""),
        ({"#a": {"require": "./l/a.js", "import": "./l/b.js"}}, "#a", "p/l/a.js", "p/l/b.js"),
        ({"#a": {"browser": "./x"}}, "#a", REFUSED, ""),
        ({"#a": None}, "#a", REFUSED, ""),
        ({"#b": "./l/a.js"}, "#a", REFUSED, ""),
        ({"#a": "gone"}, "#a", "-missing", ""),
        ({"#a": "#b", "#b": "./l/a.js"}, "#a", "-missing", ""),
        ({"#/a": "./l/a.js"}, "#/a", "p/l/a.js", ""),
        ({"a": "./l/a.js"}, "a", "-missing", ""),
        ({}, "#a", REFUSED, ""),
        ([], "#a", REFUSED, ""),
        (nest("dep", 60, "node"), "#a", REFUSED, ""),
        ({"#a": nest("dep", 60, "node")}, "#a", "dep/index.js", ""),
        ({"#a": nest("dep", 60, None)}, "#a", "dep/index.js", ""),
    ],
)
def test_imports(imports: object, specifier: str, by_require: str, by_import: str) -> None:
    """A package's own names are paths in it, or packages; a built-in module only for `import`."""
    resolver = resolver_of({"imports": imports})

    assert by_require == answer(resolver, "require", specifier)
    assert (by_import or by_require) == answer(resolver, "import_", specifier)


@pytest.mark.parametrize(
    ("runtime", "expected"), [("nodejs22.x", REFUSED), ("nodejs24.x", "p/t.js")]
)
def test_names_that_begin_with_a_slash(runtime: str, expected: str) -> None:
    """They are names of `imports` from Node.js 24 on."""
    assert expected == answer(
        resolver_of({"imports": {"#/*": "./*"}}, runtime), "require", "#/t.js"
    )


@pytest.mark.parametrize(
    ("runtime", "expected"), [("nodejs16.x", "p/l/a.js"), ("nodejs18.x", REFUSED)]
)
@pytest.mark.parametrize("way", BOTH)
def test_folders_as_keys(runtime: str, expected: str, way: str) -> None:
    """Up to Node.js 16 a key may stand for all that is in a folder, the longest first.

    Source: Node.js 17.0.0, "remove support for folder mappings" (DEP0148).
    """
    folders = {"./": "./x/", "./d/": "./l/", "./d/e/": "./gone/"}
    own = {"#d/": "./l/"}
    resolver = resolver_of({"name": "p", "exports": folders, "imports": own}, runtime)

    assert expected == answer(resolver, way, "p/d/a.js")
    assert expected == answer(resolver, way, "#d/a.js")
    assert "p/l/a.js" not in answer(resolver, way, "p/d/e/a.js")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", {}),
        ("[]", {}),
        ("1", {}),
        ('{"name": 1, "main": [], "type": "other", "imports": "./a", "exports": null}', {}),
        ('{"name": "n", "main": "m"}', {"name": "n", "main": "m"}),
        ('{"type": "module"}', {"type": "module"}),
        ('{"type": "commonjs"}', {"type": "commonjs"}),
        ('\ufeff{"main": "m"}', {"main": "m"}),
        ('{"exports": "./a"}', {"exports": "./a"}),
        ('{"imports": {"#a": "./a"}}', {"imports": {"#a": "./a"}}),
        ("{", {"problem": "Expecting property name enclosed in double quotes in line 1, column 2"}),
        ("\n x", {"problem": "Expecting value in line 2, column 2"}),
        ("[" * 100_000, {"problem": "it is nested too deep"}),
    ],
)
def test_what_a_package_json_says(text: str, expected: dict[str, object]) -> None:
    """What has another type than Node expects counts as absent; a byte-order mark is skipped."""
    packages = resolver_of(text).packages

    assert PackageFile(HOME, exists=True, **expected) == packages.read(HOME)
    assert (HOME,) == packages.folders


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        (f"{HOME}/t.js", HOME),
        (f"{HOME}/l/a.js", HOME),
        ("/var/task/index.js", "/var/task"),
        ("/var/task/lib/index.js", "/var/task"),
        ("/var/task/node_modules/dep/index.js", None),
        ("/var/task/node_modules/a.js", None),
    ],
)
def test_which_package_json_counts_for_a_file(path: str, folder: str | None) -> None:
    """The nearest one above, as far as the next node_modules."""
    files = {**FILES, "package.json": "{}", "node_modules/p/package.json": "{}"}
    files["node_modules/package.json"] = "{}"
    subject = Subject(listing=read_listing(zip_files(files)), target=Target())
    packages = Resolver(FileSystem.of(subject), subject.target, ()).packages

    expected = NO_PACKAGE if folder is None else PackageFile(folder, exists=True)
    assert expected == packages.scope(path)


def test_what_is_kept_of_a_package_json_is_kept_for_its_runtime() -> None:
    """Functions of one run share packages, and may have different versions of Node.js."""
    archive = zip_files(
        {
            "index.js": "require('p/d/a.js'); exports.handler = async () => 1;",
            "node_modules/p/package.json": '{"name": "p", "exports": {"./d/": "./l/"}}',
            "node_modules/p/l/a.js": "",
        }
    )
    memory = Memory()
    for runtime, code in (("nodejs16.x", None), ("nodejs20.x", "module-export-path")):
        report = check_zip(
            archive, path="f", target=Target(runtime), handler="index.handler", facts=memory
        )
        found = {one.code for one in report.findings if one.severity == "error"}
        assert ({code} if code else set()) == found
