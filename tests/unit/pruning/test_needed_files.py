"""What stays of a package, why, and what goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.mutations import pack
from zipper.archive.listing import read_listing
from zipper.checks.closure import close
from zipper.checks.subject import Subject
from zipper.pruning.kept import PruneRules
from zipper.pruning.known_packages import KnownPackage
from zipper.pruning.needed_files import find_kept
from zipper.pruning.removed_files import choose_removed
from zipper.target import Target

if TYPE_CHECKING:
    from zipper.pruning.removed_files import Pruning

A = "node_modules/a"
ROW = KnownPackage(
    "a",
    (),
    (),
    (),
    finds_caller=False,
    names_packages=False,
    is_confined=False,
    why="w",
    source="s",
    date="d",
)


def prune(files: dict[str, str], mode: str = "reached", **rules: object) -> Pruning:
    """Return what is decided about a package whose handler is in `index.js`."""
    manifests = {
        f"{folder}/package.json": f'{{"name": "{folder.rpartition("node_modules/")[2]}"}}'
        for folder in {
            "/".join(name.split("/")[:2]) for name in files if name.startswith("node_modules/")
        }
    }
    raw = {name: (text.encode(), 0o644) for name, text in {**manifests, **files}.items()}
    listing = read_listing(pack(raw))
    subject = Subject(listing=listing, target=Target("nodejs22.x"), handler="index.handler")
    start = close(subject)
    assert start is not None
    given = {
        "mode": mode,
        "prunes_own": False,
        "find_keep": lambda _: None,
        "find_drop": lambda _: None,
        "opened": frozenset(),
        "table": (),
        **rules,
    }
    chosen = PruneRules(**given)  # type: ignore[arg-type]
    return choose_removed(subject.files, find_kept(subject, start, chosen), chosen)


def gone(pruning: Pruning) -> dict[str, str]:
    return {file.name: file.rule for file in pruning.removed}


def verdict(pruning: Pruning, folder: str = A) -> tuple[str, str, int]:
    one = next(one for one in pruning.packages if one.folder == folder)
    return one.verdict, one.reason.path, one.reason.line


HANDLER = 'const a = require("a"); exports.handler = async () => a;'


def test_files_that_nothing_reaches_go_and_licences_stay() -> None:
    """A package whose requests are all followed keeps what is reached, package.json and licence."""
    files = {
        "index.js": HANDLER,
        f"{A}/index.js": 'if (0) require("./b"); f = () => require("./c/d.js")',
        f"{A}/b.js": "",
        f"{A}/c/d.js": "",
        f"{A}/c/package.json": "{}",
        f"{A}/e.js": "",
        f"{A}/e/package.json": "{}",
        f"{A}/data.json": "{}",
        f"{A}/LICENSE": "MIT",
        f"{A}/README.md": "# a",
        "node_modules/z/index.js": "",
        "notes.md": "own",
    }
    found = prune(files)

    assert {
        f"{A}/e.js": "unreached",
        f"{A}/e/package.json": "unreached",
        f"{A}/data.json": "unreached",
        f"{A}/README.md": "docs",
        "node_modules/z/index.js": "unreached-package",
        "node_modules/z/package.json": "unreached-package",
    } == gone(found)
    assert "exact" == verdict(found)[0]


def test_safe_takes_classes_alone() -> None:
    """`safe` takes nothing that is of no class, reached or not, and nothing that is reached."""
    files = {
        "index.js": 'require("a/test/x.js"); exports.handler = async () => 0;',
        f"{A}/index.js": "",
        f"{A}/other.js": "",
        f"{A}/index.d.ts": "",
        f"{A}/test/x.js": "",
        f"{A}/test/y.js": "",
        "node_modules/z/index.d.ts": "",
        "node_modules/z/index.js": "",
    }

    assert {
        f"{A}/index.d.ts": "declarations",
        f"{A}/test/y.js": "tests",
        "node_modules/z/index.d.ts": "declarations",
    } == gone(prune(files, "safe"))


@pytest.mark.parametrize(
    "text",
    [
        "require(name)",
        "require('./' + name)",
        "list(__dirname)",
        "const d = path.join(__dirname, '.'); f(d)",
        "require('finder')()",
    ],
)
def test_a_package_that_reads_anything_stays_whole(text: str) -> None:
    """What cannot be followed keeps all but the safe class, and names the line that decided."""
    files = {
        "index.js": HANDLER,
        f"{A}/index.js": f"\n{text}",
        f"{A}/b.js": 'require("deep")',
        f"{A}/x.dat": "",
        f"{A}/index.d.ts": "",
        "node_modules/deep/index.js": "",
        "node_modules/deep/more.js": "",
        "node_modules/finder/index.js": "",
    }
    row = ROW._replace(package="finder", finds_caller=True)
    found = prune(files, table=(row,))

    assert ("whole", f"{A}/index.js", 2) == verdict(found)
    kept = {name for name in files if name not in gone(found)}
    assert {f"{A}/b.js", f"{A}/x.dat", "node_modules/deep/index.js"} <= kept
    assert "declarations" == gone(found)[f"{A}/index.d.ts"]
    assert "unreached" == gone(found)["node_modules/deep/more.js"]


def test_a_class_that_a_whole_package_mentions_stays() -> None:
    """A package that may read any of its files keeps those whose extension or folder it names."""
    files = {
        "index.js": HANDLER,
        f"{A}/index.js": 'fs.readFileSync(path.join(__dirname, name + ".d.ts")); f("./docs/x")',
        f"{A}/lib.d.ts": "",
        f"{A}/docs/x.txt": "",
        f"{A}/test/x.js": "",
    }

    assert {f"{A}/test/x.js": "tests"} == gone(prune(files))


def test_assets_of_constant_paths_stay() -> None:
    """A file, a folder and a worker named by constants stay; the worker is followed."""
    files = {
        "index.js": HANDLER,
        f"{A}/index.js": (
            "fs.readFileSync(path.join(__dirname, 'x.txt')); list(path.join(__dirname, 'data'));"
            "new Worker(path.join(__dirname, 'worker.js')); fork(__dirname + '/child')"
        ),
        f"{A}/x.txt": "",
        f"{A}/y.txt": "",
        f"{A}/data/z/1.bin": "",
        f"{A}/worker.js": 'require("./inner")',
        f"{A}/inner.js": "",
        f"{A}/child.js": "",
    }
    found = prune(files)

    assert {f"{A}/y.txt": "unreached"} == gone(found)
    assert "assets" == verdict(found)[0]


def test_names_that_are_computed_keep_what_is_declared() -> None:
    """A package keeps what it, those that use it, and the project declare; no others."""
    files = {
        "index.js": 'require("user"); exports.handler = async () => 0;',
        "package.json": '{"dependencies": {"mine": "1", "user": "1"}}',
        "node_modules/user/package.json": '{"name": "user", "dependencies": {"a": "1", "p": "1"}}',
        "node_modules/user/index.js": 'require("a")',
        f"{A}/package.json": '{"name": "a", "peerDependencies": {"q": "1"}}',
        f"{A}/index.js": "exports.load = (name) => require(name)",
        **{f"node_modules/{name}/index.js": "" for name in ("mine", "p", "q", "other")},
        **{f"node_modules/{name}/more.js": "" for name in ("mine", "p", "q")},
    }
    found = prune(files)

    assert {"node_modules/other/index.js", "node_modules/other/package.json"} == set(gone(found))
    assert ("whole", f"{A}/index.js", 1) == verdict(found, "node_modules/p")


def test_the_beginning_of_a_name_narrows_what_is_meant() -> None:
    """Of the declared packages, those stay whose names begin as the request does."""
    files = {
        "index.js": HANDLER,
        f"{A}/package.json": '{"name": "a", "optionalDependencies": {"a-x": "1", "b-x": "1"}}',
        f"{A}/index.js": "require(`a-${process.platform}`)",
        "node_modules/a-x/lib.node": "",
        "node_modules/b-x/index.js": "",
    }
    found = gone(prune(files))

    assert "node_modules/a-x/lib.node" not in found
    assert "unreached-package" == found["node_modules/b-x/index.js"]


@pytest.mark.parametrize("start", ["b-", "file:", "./", "#", "a/", ""])
def test_a_name_that_cannot_be_its_own_leaves_a_package_exact(start: str) -> None:
    """What begins as another package's name finds no file of the package that requests it."""
    files = {
        "index.js": HANDLER,
        f"{A}/index.js": f'f = (name) => require("{start}" + name)',
        f"{A}/x.js": "",
        "node_modules/b-c/index.js": "",
        f"{A}/package.json": '{"name": "a", "dependencies": {"b-c": "1"}}',
    }
    found = prune(files)

    assert ("exact" if start == "b-" else "whole") == verdict(found)[0]
    assert "node_modules/b-c/index.js" not in gone(found) or start not in ("b-", "")


def test_a_row_about_callers_names_no_package() -> None:
    """What such a package requests by computed names is in the package that requests it."""
    files = {
        "index.js": HANDLER,
        f"{A}/index.js": "f = (place) => require(place)",
        "node_modules/b/index.js": "",
        f"{A}/package.json": '{"name": "a", "dependencies": {"b": "1"}}',
    }

    assert "node_modules/b/index.js" not in gone(prune(files))
    found = prune(files, table=(ROW._replace(finds_caller=True),))
    assert "unreached-package" == gone(found)["node_modules/b/index.js"]
    assert "whole" == verdict(found)[0]
    both = ROW._replace(finds_caller=True, names_packages=True)
    assert "node_modules/b/index.js" not in gone(prune(files, table=(both,)))


def test_package_json_files_that_resolving_reads_stay() -> None:
    """A folder that redirects by its package.json keeps it, though no kept file is in it."""
    files = {
        "index.js": 'require("a/sub"); exports.handler = async () => 0;',
        f"{A}/sub/package.json": '{"main": "../lib/sub.js"}',
        f"{A}/lib/sub.js": "",
        f"{A}/lib/package.json": '{"type": "commonjs"}',
    }

    assert {} == gone(prune(files))


def test_module_sync_and_what_is_there_without_it_both_stay() -> None:
    """What the minor version of Node decides stays either way."""
    exports = '{"name": "a", "exports": {"module-sync": "./m.mjs", "default": "./c.js"}}'
    files = {
        "index.js": HANDLER,
        f"{A}/package.json": exports,
        f"{A}/m.mjs": "",
        f"{A}/c.js": "",
        f"{A}/d.js": "",
    }

    assert {f"{A}/d.js": "unreached"} == gone(prune(files))


def test_patterns_and_traces_decide_before_the_rules() -> None:
    """`keep` and a trace keep a file and what it requests; `drop` takes even what is reached."""
    files = {
        "index.js": HANDLER,
        f"{A}/index.js": "",
        f"{A}/kept.js": 'require("./with")',
        f"{A}/with.js": "",
        f"{A}/opened.js": "",
        f"{A}/other.js": "",
    }
    found = prune(
        files,
        find_keep=lambda name: "k" if name.endswith("kept.js") else None,
        find_drop=lambda name: "d" if name == f"{A}/index.js" else None,
        opened=frozenset({f"{A}/opened.js"}),
    )

    assert {f"{A}/index.js": "drop", f"{A}/other.js": "unreached"} == gone(found)


def test_own_files_go_only_where_that_is_asked_for() -> None:
    """The project's own files stay, and are followed where code may read any of them."""
    files = {"index.js": "exports.handler = async () => 0;", "b.js": "", "c.txt": ""}

    assert {} == gone(prune(files))
    assert {"b.js": "unreached", "c.txt": "unreached"} == gone(prune(files, prunes_own=True))
    open_files = {**files, "index.js": "list(__dirname); exports.handler = async () => 0;"}
    assert {} == gone(prune(open_files, prunes_own=True))


def test_the_table_keeps_files_packages_and_classes() -> None:
    """A row keeps files of its package, other packages whole, and a class in all packages."""
    files = {
        "index.js": HANDLER,
        f"{A}/index.js": "",
        f"{A}/engine.bin": "",
        f"{A}/index.js.map": "",
        f"{A}/x.js": "",
        "node_modules/.gen/client/index.js": "",
    }
    row = ROW._replace(files=("*.bin",), packages=(".gen",), classes=("maps",))

    assert {f"{A}/x.js": "unreached"} == gone(prune(files, table=(row,)))
    assert {} == gone(prune(files, "safe", table=(row,)))
    assert f"{A}/engine.bin" in gone(prune(files))


def test_a_row_that_confines_replaces_what_is_computed() -> None:
    """Where the table has all that a package reads by computed names, the rest is exact."""
    files = {
        "index.js": HANDLER,
        f"{A}/index.js": 'require("./locale/" + name)',
        f"{A}/locale/de.js": "",
        f"{A}/other.js": "",
    }
    row = ROW._replace(files=("locale/*.js",), is_confined=True)

    assert {f"{A}/other.js": "unreached"} == gone(prune(files, table=(row,)))
