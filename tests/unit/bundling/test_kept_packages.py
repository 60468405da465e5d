"""Which packages stay outside of a bundle, by what a metafile and their files say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.bundling.bundle_limits import find_limits
from zipper.bundling.kept_packages import KeptPackages
from zipper.bundling.metafile import Import, Metafile
from zipper.bundling.surroundings import Surroundings
from zipper.npm.package_json import parse_manifest
from zipper.tree.model import Node, Tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.bundling.surroundings import KeptPackage


def _decide(
    files: Mapping[str, str],
    packages: Mapping[str, Mapping[str, object]],
    imports: Mapping[str, list[str]],
    *,
    natives: Mapping[str, str] | None = None,
    anyway: tuple[str, ...] = (),
    external: tuple[str, ...] = (),
    beside: Mapping[str, tuple[str, int]] | None = None,
) -> dict[str, KeptPackage]:
    """Decide for a bundle of `files`; a request that names none of them is external."""
    tree = Tree(
        {
            place: Node(
                place, place.rpartition("node_modules/")[2], parse_manifest(dict(raw)), "1.0.0"
            )
            for place, raw in {"": {}, **packages}.items()
        }
    )
    inputs = {
        path: tuple(
            Import(one, "require-call", one not in files, one) for one in imports.get(path, [])
        )
        for path in files
    }
    around = Surroundings(
        tree=tree,
        places={place: place for place in packages},
        natives=natives or {},
        find_limits=lambda paths: {path: find_limits(files[path].encode()) for path in paths},
        read=lambda path: files[path].encode(),
        anyway=frozenset(anyway),
        external=frozenset(external),
        left=lambda _: False,
        beside=beside or {},
    )
    return KeptPackages(Metafile(inputs, {}), around).decide()


READS = "\nconst here = fs.readFileSync(__dirname + '/x');\n"
A, B = "node_modules/a", "node_modules/b"


def test_package_that_reads_stays_with_what_it_depends_on() -> None:
    """Its file and line decide; its dependencies only follow."""
    kept = _decide(
        {"i.js": "", f"{A}/x.js": READS, f"{B}/y.js": ""},
        {A: {"dependencies": {"b": "1"}}, B: {}},
        {"i.js": [f"{A}/x.js"], f"{A}/x.js": [f"{B}/y.js"]},
    )

    assert ("place", f"{A}/x.js", 2) == (kept[A].kind, kept[A].path, kept[A].line)
    assert "dependency" == kept[B].kind


def test_settings_overrule() -> None:
    """`bundle_anyway` takes a package in, `external` leaves one out; native code never goes in."""
    files = {"i.js": "", f"{A}/x.js": READS, f"{B}/y.js": ""}
    packages: dict[str, Mapping[str, object]] = {A: {}, B: {}}
    imports = {"i.js": [f"{A}/x.js", f"{B}/y.js"]}

    assert {} == _decide(files, packages, imports, anyway=("a",))
    assert "external" == _decide(files, packages, imports, external=("b",))[B].kind
    kept = _decide(files, packages, imports, natives={A: "a.node"}, anyway=("a",))
    assert ("native", f"{A}/a.node") == (kept[A].kind, kept[A].path)


def test_what_a_tracer_names_stays_with_it() -> None:
    """What imports a patcher stays too, and so does what it names; what none names does not."""
    c = "node_modules/c"
    kept = _decide(
        {
            "i.js": "",
            f"{A}/x.js": "hook('b', patch)",
            "node_modules/ritm/i.js": "Module.prototype.require = function () {}",
            f"{B}/y.js": "",
            f"{c}/z.js": "",
        },
        {A: {"dependencies": {"ritm": "1"}}, "node_modules/ritm": {}, B: {}, c: {}},
        {
            "i.js": [f"{A}/x.js", f"{B}/y.js", f"{c}/z.js"],
            f"{A}/x.js": ["node_modules/ritm/i.js"],
        },
    )

    kinds = {place: one.kind for place, one in kept.items()}
    assert {A: "hook", "node_modules/ritm": "hook", B: "traced"} == kinds


def test_direct_dependency_that_a_text_names_stays() -> None:
    """`app.set('view engine', 'ejs')`: nothing imports it, and it is asked for by name."""
    tree = {"": {"dependencies": {"a": "1", "b": "1"}}, A: {}, B: {}}
    kept = _decide({"i.js": "\nset('engine', 'a')"}, tree, {})

    assert {A: ("named", "i.js", 2)} == {
        place: (one.kind, one.path, one.line) for place, one in kept.items()
    }


def test_package_with_another_version_of_what_stays_stays() -> None:
    """From the bundle, its own copy would not be found."""
    inner = f"{B}/node_modules/a"
    kept = _decide(
        {"i.js": "", f"{A}/x.js": READS, f"{B}/y.js": "require('a')", f"{inner}/x.js": ""},
        {A: {}, B: {"dependencies": {"a": "2"}}, inner: {}},
        {"i.js": [f"{A}/x.js", f"{B}/y.js"], f"{B}/y.js": [f"{inner}/x.js"]},
    )

    assert {A: "place", B: "version", inner: "dependency"} == {
        place: one.kind for place, one in kept.items()
    }


def test_imported_package_that_is_also_asked_for_otherwise_stays() -> None:
    """Such a request looks in node_modules, where what is only in the bundle is not."""
    packages: dict[str, Mapping[str, object]] = {"": {"dependencies": {"a": "1", "b": "1"}}}
    packages |= {A: {}, B: {}}
    imports = {"i.js": [f"{A}/x.js", f"{B}/y.js"]}
    for text, name in (
        ("\nrequire('a/langs/' + name)", A),
        ("\nnames.map((one) => require(one)); const names = ['b'];", B),
    ):
        kept = _decide({"i.js": text, f"{A}/x.js": "", f"{B}/y.js": ""}, packages, imports)

        assert {name: ("named", "i.js", 2)} == {
            place: (one.kind, one.path, one.line) for place, one in kept.items()
        }


def test_package_of_which_only_types_are_taken_is_left_out() -> None:
    """A specifier is no text that names what a run asks for."""
    tree = {"": {"dependencies": {"a": "1"}}, A: {}}

    assert {} == _decide({"i.ts": "import type { T } from 'a';"}, tree, {})


def test_what_code_beside_the_bundle_imports_stays() -> None:
    """Code that is loaded from a folder shares its packages with the bundle."""
    imports = {"i.js": [f"{A}/x.js"]}
    kept = _decide({"i.js": "", f"{A}/x.js": ""}, {A: {}}, imports, beside={"a": ("m/1.js", 3)})

    assert ("named", "m/1.js", 3) == (kept[A].kind, kept[A].path, kept[A].line)


def test_patterns_of_external_leave_packages_out() -> None:
    """A `*`, or a path into a package: the package stays, so that it is found."""
    packages: dict[str, Mapping[str, object]] = {"node_modules/@s/a": {}, B: {}}
    for pattern in ("@s/*", "@s/a/sub", "@s/a/*"):
        imports = {"i.js": ["@s/a/sub", f"{B}/y.js"]}
        kept = _decide({"i.js": "", f"{B}/y.js": ""}, packages, imports, external=(pattern,))

        assert {"node_modules/@s/a": "external"} == {at: one.kind for at, one in kept.items()}


def test_text_anywhere_in_a_package_that_asks_by_name_counts() -> None:
    """An ORM names its driver in one file and requires it in another; its own name says nothing."""
    packages: dict[str, Mapping[str, object]] = {"": {"dependencies": {"a": "1", "b": "1"}}}
    packages |= {A: {}, B: {}}
    files = {
        "i.js": "",
        f"{A}/ask.js": "exports.load = (name) => require(name); debug('a')",
        f"{A}/pg.js": "load('b')",
        f"{B}/y.js": "",
    }
    imports = {"i.js": [f"{A}/ask.js", f"{A}/pg.js", f"{B}/y.js"]}

    assert {B} == _decide(files, packages, imports).keys()
