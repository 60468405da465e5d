"""Requests find what Node finds, in the package, the layers and the runtime."""

from __future__ import annotations

import io
import zipfile

import pytest
from support.checking import check_files
from support.mutations import pack

from zipper.archive.listing import read_listing
from zipper.checks.filesystem import FileSystem
from zipper.checks.handler_rules import node_path
from zipper.checks.module_resolution import Failure, Found, Resolver
from zipper.checks.package_maps import MapError, PackageFile, find_target, split_name
from zipper.checks.subject import Subject
from zipper.target import Target

FROM = "/var/task/index.js"


def _resolver(
    files: dict[str, str], *, runtime: str = "nodejs24.x", layers: tuple[dict[str, str], ...] = ()
) -> Resolver:
    listings = [
        read_listing(pack({name: (text.encode(), 0o644) for name, text in part.items()}))
        for part in (files, *layers)
    ]
    subject = Subject(listing=listings[0], target=Target(runtime), layers=tuple(listings[1:]))
    return Resolver(FileSystem.of(subject), subject.target, node_path(subject))


def _path(answer: Found | Failure) -> str:
    return (
        answer.path.removeprefix("/var/task/") if isinstance(answer, Found) else f"-{answer.kind}"
    )


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("./a", "a.js"),
        ("./a.js", "a.js"),
        ("./b", "b.json"),
        ("./c", "c.node"),
        ("./folder", "folder/index.js"),
        ("./folder/", "folder/index.js"),
        ("./both", "both.js"),
        ("./both/", "both/index.js"),
        ("./both/.", "both/index.js"),
        ("./both/x/..", "both/index.js"),
        ("./both/x/../", "both/index.js"),
        ("./a.js/.", "-missing"),
        ("./a.js/", "-missing"),
        ("./with-main", "with-main/lib/x.js"),
        ("./bad-main", "bad-main/index.js"),
        ("./no-main", "-missing"),
        (".", "-missing"),
        ("./nothing", "-missing"),
        ("/var/task/a", "a.js"),
        ("fs", "fs"),
        ("node:fs", "fs"),
        ("node:nothing", "-newer"),
        ("", "-missing"),
        ("pkg", "node_modules/pkg/main.js"),
        ("pkg/sub", "node_modules/pkg/sub.js"),
        ("pkg/package.json", "node_modules/pkg/package.json"),
        ("map", "node_modules/map/r.js"),
        ("map/x", "node_modules/map/lib/x.js"),
        ("map/y", "-export-path"),
        ("map/lib/x.js", "-export-path"),
        ("broken", "-package-json"),
        ("@s/p", "node_modules/@s/p/index.js"),
    ],
)
def test_require(specifier: str, expected: str) -> None:
    """`require` tries extensions, folders, `main` and `exports` in Node's order."""
    files = {
        "a.js": "", "b.json": "{}", "c.node": "", "folder/index.js": "",
        "both.js": "", "both/index.js": "",
        "with-main/package.json": '{"main": "lib/x"}', "with-main/lib/x.js": "",
        "bad-main/package.json": '{"main": "nowhere"}', "bad-main/index.js": "",
        "no-main/package.json": '{"main": "nowhere"}',
        "node_modules/pkg/package.json": '{"main": "./main"}',
        "node_modules/pkg/main.js": "", "node_modules/pkg/sub.js": "",
        "node_modules/map/package.json": '{"exports": {".": {"import": "./i.js", "require": '
        '"./r.js"}, "./x": "./lib/x.js"}}',
        "node_modules/map/i.js": "", "node_modules/map/r.js": "", "node_modules/map/lib/x.js": "",
        "node_modules/broken/package.json": "{", "node_modules/broken/index.js": "",
        "node_modules/@s/p/index.js": "",
    }  # fmt: skip
    assert expected == _path(_resolver(files).require(specifier, FROM))


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        (".", "a/b/index.js"),
        ("./", "a/b/index.js"),
        ("..", "a/index.js"),
        ("../", "a/index.js"),
        ("../..", "index.js"),
        ("../b", "a/b.js"),
        ("...", "-missing"),
        (".b", "node_modules/.b/index.js"),
        ("..b", "-missing"),
        ("..c", "a/b/..c.js"),
    ],
)
def test_the_folder_and_those_above_it(specifier: str, expected: str) -> None:
    """Only whole dots are folders: a name that begins with two is a file's, with one no path's."""
    names = ("index.js", "a/index.js", "a/b.js", "a/b/index.js", "a/b/x.js", "a/b/..c.js")
    packages = ("node_modules/.b/index.js", "node_modules/..b/index.js")
    resolver = _resolver(dict.fromkeys(names + packages, ""))

    assert expected == _path(resolver.require(specifier, "/var/task/a/b/x.js"))


def test_an_empty_name_is_called_so() -> None:
    """Node's own message is about an argument; the word is easy to overlook in a file."""
    for answer in (_resolver({}).require("", FROM), _resolver({}).import_("", FROM)):
        assert ("missing", "is an empty name") == (answer.kind, answer.message)


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("./a.js", "a.js"),
        ("./a.js?query#hash", "a.js"),
        ("./%61.js", "a.js"),
        ("./a", "-missing"),
        ("./folder", "-folder"),
        ("file:///var/task/a.js", "a.js"),
        ("/var/task/a.js", "a.js"),
        ("/var/task/gone.js", "-missing"),
        ("/a.js", "-missing"),
        (".", "-folder"),
        ("..", "-missing"),
        ("./", "-folder"),
        ("../task/a.js", "a.js"),
        ("x:y/a.js", "-unsupported"),
        ("pkg:x", "-unsupported"),
        ("pkg/x:y", "-missing"),
        ("data:text/javascript,1", "data"),
        ("https://registry.example/a.js", "-unsupported"),
        ("pkg", "node_modules/pkg/main.js"),
        ("pkg/sub", "-missing"),
        ("pkg/sub.js", "node_modules/pkg/sub.js"),
        ("map", "node_modules/map/i.js"),
        ("node:path", "path"),
    ],
)
def test_import(specifier: str, expected: str) -> None:
    """`import` takes paths as they are, and packages by `exports` or `main`."""
    files = {
        "a.js": "", "folder/index.js": "",
        "node_modules/pkg/package.json": '{"main": "./main"}',
        "node_modules/pkg/main.js": "", "node_modules/pkg/sub.js": "",
        "node_modules/map/package.json": '{"exports": {"import": "./i.js", "require": "./r.js"}}',
        "node_modules/map/i.js": "", "node_modules/map/r.js": "",
    }  # fmt: skip
    assert expected == _path(_resolver(files).import_(specifier, FROM))


ENDS = (".js", ".json", ".node")
MAIN = [f"{name}{end}" for name in ("x", "x/index", "index") for end in ENDS]


@pytest.mark.parametrize("by", ["require", "import_"])
@pytest.mark.parametrize("first", range(len(MAIN)))
def test_what_main_may_name(by: str, first: int) -> None:
    """A file, one with an extension, a folder's index, and else the package's own index.

    Source: Node.js documentation, LOAD_AS_DIRECTORY; lib/internal/modules/esm/resolve.js,
    `legacyMainResolve`; tried with Node.js 24.
    """
    manifest = {"node_modules/p/package.json": '{"main": "x"}'}
    files = {f"node_modules/p/{name}": "" for name in MAIN[first:]}
    for answer in ({**manifest, **files}, {**manifest, "node_modules/p/x": ""}):
        found = getattr(_resolver(answer), by)("p", FROM)
        named = MAIN[first] if "node_modules/p/x" not in answer else "x"
        assert f"node_modules/p/{named}" == _path(found)


@pytest.mark.parametrize("by", ["require", "import_"])
@pytest.mark.parametrize("end", ENDS)
def test_what_a_package_without_main_is(by: str, end: str) -> None:
    """Its index, by the same extensions."""
    resolver = _resolver({f"node_modules/p/index{end}": ""})

    assert f"node_modules/p/index{end}" == _path(getattr(resolver, by)("p", FROM))


def test_the_nearest_node_modules_wins() -> None:
    """The walk goes up from the asking file, and never into node_modules/node_modules."""
    files = {
        "node_modules/a/index.js": "",
        "node_modules/b/node_modules/a/index.js": "",
        "node_modules/b/lib/x.js": "",
    }
    resolver = _resolver(files)
    assert "node_modules/b/node_modules/a/index.js" == _path(
        resolver.require("a", "/var/task/node_modules/b/lib/x.js")
    )
    assert "node_modules/a/index.js" == _path(resolver.require("a", FROM))


def test_self_reference_and_imports() -> None:
    """A package finds itself by name through `exports`, and `#names` through `imports`."""
    files = {
        "package.json": '{"name": "me", "exports": {"./x": "./x.js"}, "imports": {"#in": '
        '"./in.js", "#dep": "dep", "#loop": "#loop"}}',
        "x.js": "", "in.js": "", "node_modules/dep/index.js": "",
    }  # fmt: skip
    resolver = _resolver(files)
    answers = {
        name: _path(resolver.require(name, FROM))
        for name in ("me/x", "me", "#in", "#dep", "#no", "#", "#loop")
    }
    assert {
        "me/x": "x.js", "me": "-export-path", "#in": "in.js", "#dep": "node_modules/dep/index.js",
        "#no": "-export-path", "#loop": "-missing", "#": "-export-path",
    } == answers  # fmt: skip


@pytest.mark.parametrize(
    ("runtime", "by_require", "by_import"),
    [
        ("nodejs20.x", "r.js", "i.js"),
        ("nodejs22.x", "r.js", "i.js"),
        ("nodejs24.x", "s.js", "s.js"),
    ],
)
def test_module_sync_holds_where_require_loads_modules(
    runtime: str, by_require: str, by_import: str
) -> None:
    """Lambda's flags on Node.js 20 and 22 switch the condition `module-sync` off."""
    manifest = '{"exports": {"module-sync": "./s.js", "import": "./i.js", "require": "./r.js"}}'
    files = {
        "node_modules/p/package.json": manifest,
        **{f"node_modules/p/{n}.js": "" for n in "sir"},
    }
    resolver = _resolver(files, runtime=runtime)
    assert f"node_modules/p/{by_require}" == _path(resolver.require("p", FROM))
    assert f"node_modules/p/{by_import}" == _path(resolver.import_("p", FROM))


@pytest.mark.parametrize(
    ("runtime", "specifier", "expected"),
    [
        ("nodejs24.x", "@aws-sdk/client-s3", "runtime"),
        ("nodejs24.x", "aws-sdk", "missing"),
        ("nodejs24.x", "@smithy/types", "missing"),
        ("nodejs16.x", "aws-sdk/clients/s3", "runtime"),
        ("nodejs16.x", "@aws-sdk/client-s3", "missing"),
        ("nodejs22.x", "node:sqlite", "builtin"),
        ("nodejs20.x", "node:sqlite", "missing"),
        ("nodejs22.x", "sqlite", "missing"),
        ("nodejs14.x", "timers/promises", "missing"),
    ],
)
def test_what_the_runtime_brings(runtime: str, specifier: str, expected: str) -> None:
    """Built-in modules and the SDK differ by runtime."""
    assert expected == _resolver({"index.js": ""}, runtime=runtime).require(specifier, FROM).kind


def test_layers_are_searched_after_the_package_and_later_ones_win() -> None:
    """A layer's node_modules answer what the package lacks, the versioned folder first."""
    first = {"nodejs/node_modules/a/index.js": "1", "nodejs/node_modules/b/index.js": "1"}
    second = {"nodejs/node24/node_modules/a/index.js": "2", "nodejs/node_modules/b/index.js": "2"}
    resolver = _resolver({"node_modules/c/index.js": ""}, layers=(first, second))
    assert "/opt/nodejs/node24/node_modules/a/index.js" == _path(resolver.require("a", FROM))
    assert "node_modules/c/index.js" == _path(resolver.require("c", FROM))
    assert b"2" == resolver.files.read("/opt/nodejs/node_modules/b/index.js", limit_bytes=9)


@pytest.mark.parametrize("runtime", ["nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x"])
def test_layers_are_searched_by_import_too(runtime: str) -> None:
    """AWS's build of Node.js looks in NODE_PATH for both since 18."""
    layer = {"nodejs/node_modules/a/index.js": "1"}
    resolver = _resolver({"index.mjs": ""}, layers=(layer,), runtime=runtime)
    for find in (resolver.require, resolver.import_):
        assert "/opt/nodejs/node_modules/a/index.js" == _path(find("a", "/var/task/index.mjs"))


def test_links_are_followed() -> None:
    """A link's target answers, under its real path, as in pnpm's node_modules."""
    files = {
        "node_modules/a": (b"../store/a", 0o120777),
        "store/a/index.js": (b"", 0o644),
        "loop": (b"loop", 0o120777),
    }
    listing = read_listing(_pack_modes(files))
    subject = Subject(listing=listing, target=Target())
    resolver = Resolver(FileSystem.of(subject), subject.target, ())
    assert "store/a/index.js" == _path(resolver.require("a", FROM))
    assert "-missing" == _path(resolver.require("./loop/x", FROM))


def _pack_modes(files: dict[str, tuple[bytes, int]]) -> bytes:

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, (content, mode) in files.items():
            member = zipfile.ZipInfo(name)
            member.create_system = 3
            member.external_attr = (mode if mode > 0o7777 else 0o100000 | mode) << 16
            archive.writestr(member, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("exports", "subpath", "expected"),
    [
        ("./a.js", ".", "/p/a.js"),
        (["./a.js", "./b.js"], ".", "/p/a.js"),
        ([{"browser": "./b.js"}, "./a.js"], ".", "/p/a.js"),
        ({"node": {"require": "./a.js"}, "default": "./b.js"}, ".", "/p/a.js"),
        ({"browser": "./b.js", "default": "./a.js"}, ".", "/p/a.js"),
        ({"./f/*": "./lib/*.js"}, "./f/x/y", "/p/lib/x/y.js"),
        ({"./f/*": "./lib/*.js", "./f/private/*": None}, "./f/private/x", None),
        ({"./f/*.js": "./lib/*.js"}, "./f/x", None),
        ({"./a": "./a.js", "./*": "./w/*.js"}, "./a", "/p/a.js"),
        ({"./*": "./w/*.js", "./a/*": "./v/*.js"}, "./a/b", "/p/v/b.js"),
        ({".": "./a.js", "require": "./b.js"}, ".", None),
        ("../a.js", ".", None),
        ("./../a.js", ".", None),
        ("./node_modules/a.js", ".", None),
        ("a.js", ".", None),
        ({".": None}, ".", None),
        ({".": {"import": "./a.js"}}, ".", None),
        ({"require": {"browser": "./b.js"}, "default": "./a.js"}, ".", "/p/a.js"),
        (5, ".", None),
    ],
)
def test_exports(exports: object, subpath: str, expected: str | None) -> None:
    """`exports` is read as Node's specification says, patterns and conditions included."""
    package = PackageFile("/p", exists=True, exports=exports)
    try:
        found: str | None = find_target(package, subpath, frozenset({"node", "require"}))
    except MapError:
        found = None
    assert expected == found


@pytest.mark.parametrize(("depth", "is_followed"), [(64, True), (65, False), (900, False)])
def test_exports_without_end_are_refused(depth: int, *, is_followed: bool) -> None:
    """Conditions nested a thousand times are an answer, not a crash."""
    nested: object = "./a.js"
    for _ in range(depth):
        nested = {"node": nested}
    package = PackageFile("/p", exists=True, exports=nested)
    if is_followed:
        assert "/p/a.js" == find_target(package, ".", frozenset({"node"}))
        return
    with pytest.raises(MapError, match="nested"):
        find_target(package, ".", frozenset({"node"}))


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("./gone.js", "./gone.js"),
        ("../gone.js", "../gone.js"),
        ("/gone.js", "/gone.js"),
        ("file:///gone.js", "file:///gone.js"),
        ("https://a.b/c.js", "https://a.b/c.js"),
        ("node:fs", "node:fs"),
        ("fs", "fs"),
        ("pkg", "node_modules/pkg/index.js"),
        ("gone", "-missing"),
    ],
)
def test_what_import_meta_resolve_gives(specifier: str, expected: str) -> None:
    """No path and no URL is looked for; packages are, and builtins are what they are."""
    resolver = _resolver({"node_modules/pkg/index.js": ""})

    assert expected == _path(resolver.resolve_meta(specifier, FROM))


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("a", ("a", ".")),
        ("a/b/c", ("a", "./b/c")),
        ("@s/a", ("@s/a", ".")),
        ("@s/a/b", ("@s/a", "./b")),
        ("@s", None),
        ("@s/", None),
        (".a", None),
        ("a\\b", None),
        ("a%2fb/c", None),
        ("a/b%2fc", ("a", "./b%2fc")),
    ],
)
def test_package_names(specifier: str, expected: tuple[str, str] | None) -> None:
    """A bare specifier is a package's name and a subpath."""
    assert expected == split_name(specifier)


@pytest.mark.parametrize("place", ["node_modules/b/package.json", "package.json"])
@pytest.mark.parametrize(("runtime", "is_refused"), [("nodejs22.x", False), ("nodejs24.x", True)])
def test_a_manifest_that_may_not_be_read(place: str, runtime: str, *, is_refused: bool) -> None:
    """Up to Node.js 22 it counts as absent, and later versions refuse it; tried with both."""
    files = {
        "index.js": "require('b'); exports.handler = async () => 1;",
        "node_modules/b/index.js": "",
        "node_modules/b/package.json": "{}",
        place: ("{}", 0o600),
    }
    found = [
        one.message
        for one in check_files(files, runtime=runtime).findings
        if one.code == "package-json-invalid"
    ]

    assert [is_refused] * is_refused == ["permission denied" in message for message in found]
