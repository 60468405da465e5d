"""What a function loads at once, known from its files alone: without a Node to measure it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.checking import zip_files
from tests.support.run_results import make_invocation, make_result
from zipper.archive.listing import read_listing
from zipper.checks.closure import close
from zipper.errors import ProjectError
from zipper.node.result import LogLine
from zipper.pipeline.explaining_cold import (
    LoadTimes,
    _with_probe,
    describe_cold,
    explain_cold,
    read_times,
)
from zipper.pipeline.noted_facts import NotedFacts
from zipper.pipeline.pruning_decision import subject_of
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings
from zipper.store.notes import Notebook

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.pipeline.explaining_cold import ColdStart

FILES = {
    "index.js": """
const a = require('a');
const { b } = require('b');
require('./own');
if (process.env.NEVER) require('c');
exports.handler = async () => [a, require('./late')];
b();
""",
    "own.js": "require('a');\n",
    "late.js": "require('d');\n",
    "node_modules/a/index.js": "require('./more');\n",
    "node_modules/a/more.js": "1;" * 50,
    **{f"node_modules/{name}/index.js": "exports.b = () => 1;" for name in "bcd"},
}


def _explain(folder: Path, files: dict[str, str]) -> ColdStart:
    (folder / "fn.zip").write_bytes(zip_files(files))
    settings = Settings(offline=True, cache_dir=str(folder / "cache"), handler="index.handler")
    return explain_cold(str(folder / "fn.zip"), request_from(settings, folder=str(folder)))


def test_modules_that_load_at_once(tmp_path: Path) -> None:
    """Each has the first request for it; what a branch or a function loads is none of them."""
    cold = _explain(tmp_path, FILES)

    assert {
        "index.js": ("", 0, ""),
        "own.js": ("index.js", 4, "./own"),
        "node_modules/a/index.js": ("index.js", 2, "a"),
        "node_modules/a/more.js": ("node_modules/a/index.js", 1, "./more"),
        "node_modules/b/index.js": ("index.js", 3, "b"),
    } == {one.file: (one.requested_by, one.line, one.specifier) for one in cold.modules}
    assert sum(len(FILES[one.file]) for one in cold.modules) == cold.size_bytes
    assert "index.js" == cold.modules[0].file
    assert (None, None) == (cold.node_version, cold.init_milliseconds)
    assert "times are not measured" in cold.notes[0]


def test_packages_that_could_load_later(tmp_path: Path) -> None:
    """One that is called while another file loads could not, nor one that is loaded for itself."""
    cold = _explain(tmp_path, FILES)

    assert [
        ("", 2, "", 0, None, 0),
        ("node_modules/a", 2, "own.js", 1, False, 1),
        ("node_modules/b", 1, "index.js", 3, False, 7),
    ] == [
        (p.folder, p.files, p.requested_by, p.line, p.could_be_later, p.used_line)
        for p in sorted(cold.packages)
    ]
    alone = {name: text for name, text in FILES.items() if name != "own.js"}
    alone["index.js"] = FILES["index.js"].replace("require('./own');", "")
    (package,) = (p for p in _explain(tmp_path, alone).packages if p.folder == "node_modules/a")
    assert (True, 0) == (package.could_be_later, package.used_line)


def test_a_handler_that_cannot_be_followed(tmp_path: Path) -> None:
    """Nothing is known of what it loads, which is an error with the way to its reason."""
    with pytest.raises(ProjectError) as raised:
        _explain(tmp_path, {"index.txt": "x"})

    assert "EPRUNE" == raised.value.code
    assert "zipper check" in (raised.value.hint or "")


def test_times_are_those_of_the_probe() -> None:
    """The first line for a file counts; what the function prints itself is no measurement."""
    lines = (
        "ready",
        "\x01zipper-load\tcommonjs\t90.500\t80.125\t/var/task/node_modules/a/index.js",
        "\x01zipper-load\tmodule\t2.000\t2.000\t/var/task/odd\tname.mjs",
        "\x01zipper-load\tcommonjs\t1.000\t1.000\t/var/task/node_modules/a/index.js",
    )
    log = tuple(LogLine(0.1, "stderr", None, text) for text in lines)
    result = make_result(make_invocation(log=log, init_seconds=0.12345), node_version="24.1.0")

    times = read_times(result, measures_modules=True)

    assert {"node_modules/a/index.js": 80.125, "odd\tname.mjs": 2.0} == times.by_file
    assert ("24.1.0", 123.5, ()) == (times.node_version, times.init_milliseconds, times.notes)


def test_what_was_not_measured_is_said() -> None:
    """An init that took too long has no time, a silent one no files, an old Node no ES modules."""
    silent = read_times(make_result(make_invocation(init_seconds=None)), measures_modules=False)

    assert ({}, None) == (silent.by_file, silent.init_milliseconds)
    assert (True, True) == ("said none" in silent.notes[0], "ES modules" in silent.notes[1])


def _describe(folder: Path, files: dict[str, str], times: dict[str, float]) -> ColdStart:
    """Return what a function loads at once, where its init took these times."""
    listing = read_listing(zip_files(files))
    settings = Settings(handler="index.handler", runtime="nodejs22.x")
    request = request_from(settings, folder=str(folder))
    subject = subject_of(listing, request, NotedFacts(Notebook(folder / "cache")), "")
    start = close(subject)
    assert start is not None
    return describe_cold(subject, start, LoadTimes(times, "22.1.0", 30.5, ("a note",)))


def test_what_was_measured_comes_first(tmp_path: Path) -> None:
    """A file that did load is listed, though only a branch asks for it; the slowest goes first."""
    times = {"node_modules/c/index.js": 5.0, "node_modules/a/more.js": 2.25, "own.js": 0.5}
    times |= {"node_modules/a/index.js": 0.25, "index.js": 0.0}

    cold = _describe(tmp_path, FILES, times)

    assert ("index.handler", "nodejs22.x", "22.1.0", 30.5, ("a note",)) == (
        cold.handler,
        cold.runtime,
        cold.node_version,
        cold.init_milliseconds,
        cold.notes,
    )
    slowest = [*sorted(times, key=lambda name: -times[name]), "node_modules/b/index.js"]
    assert slowest == [one.file for one in cold.modules]
    assert {**times, "node_modules/b/index.js": None} == {
        one.file: one.self_milliseconds for one in cold.modules
    }
    packages = {one.folder: one for one in cold.packages}
    assert ["node_modules/c", "node_modules/a", ""] == [one.folder for one in cold.packages][:3]
    assert [5.0, 2.5, 0.5, None] == [
        packages[name].self_milliseconds
        for name in ("node_modules/c", "node_modules/a", "", "node_modules/b")
    ]
    sizes = {name: len(text) for name, text in FILES.items()}
    assert sizes["node_modules/a/index.js"] + sizes["node_modules/a/more.js"] == (
        packages["node_modules/a"].size_bytes
    )
    asked = packages["node_modules/c"]
    assert ("index.js", 5, "c", 1) == (asked.requested_by, asked.line, asked.specifier, asked.files)


def test_what_is_equally_slow_is_sorted_by_size_and_name(tmp_path: Path) -> None:
    """The largest first; of the same size by their names."""
    names = {"small": 1, "large": 30, "b": 9, "a": 9}
    files = {f"node_modules/{name}/index.js": "1;" * count for name, count in names.items()}
    files["index.js"] = "\n".join(f"require('{name}')();" for name in names)
    files["index.js"] += "exports.handler = async () => 1;"

    cold = _describe(tmp_path, files, {})

    assert [f"node_modules/{name}/index.js" for name in ("large", "a", "b", "small")] == [
        one.file for one in cold.modules if one.file != "index.js"
    ]
    assert "node_modules/large" == next(one.folder for one in cold.packages if one.folder)
    assert sum(len(text) for text in files.values()) == cold.size_bytes


@pytest.mark.parametrize(
    ("text", "later", "line"),
    [
        ("const a = require('a');\nexports.handler = async () => a;", True, 0),
        ("const a = require('a');\na();\nexports.handler = async () => 1;", False, 2),
        ("require('a');\nexports.handler = async () => 1;", False, 1),
        ("exports.handler = async () => require('a');", None, 0),
        (
            "const a = require('a');\nrequire('./own');\nexports.handler = async () => a;",
            True,
            0,
        ),
    ],
)
def test_whether_a_package_could_wait(
    tmp_path: Path, text: str, *, later: bool | None, line: int
) -> None:
    """Where each of its users at once only serves code that runs later."""
    own = "const a = require('a'); exports.f = () => a;"
    files = {"index.js": text, "own.js": own, "node_modules/a/index.js": "1;"}
    times = {"node_modules/a/index.js": 1.0}

    cold = _describe(tmp_path, files, times)

    found = {one.folder: one for one in cold.packages}["node_modules/a"]
    assert (later, line) == (found.could_be_later, found.used_line)


def test_the_largest_packages_are_judged(tmp_path: Path) -> None:
    """Of sixty, the function's own files among them, it is said whether they could load later."""
    names = [f"p{number}" for number in range(10, 72)]
    files = {f"node_modules/{name}/index.js": "1;" * int(name[1:]) for name in names}
    lines = [f"const {name} = require('{name}');" for name in names]
    files["index.js"] = "\n".join([*lines, f"exports.handler = async () => [{', '.join(names)}];"])

    cold = _describe(tmp_path, files, {})

    judged = {one.folder: one.could_be_later for one in cold.packages if one.folder}
    assert {f"node_modules/{name}": True for name in names[3:]}.items() <= judged.items()
    assert 59 == sum(one is not None for one in judged.values())


@pytest.mark.parametrize(
    ("changes", "memory", "options"),
    [
        ({}, 1024, ""),
        ({"memory_mb": 2048}, 2048, ""),
        ({"memory_mb": 128, "node_options": "--no-warnings"}, 1024, "--no-warnings "),
    ],
)
def test_an_init_is_measured_without_a_network(
    tmp_path: Path, changes: dict[str, Any], memory: int, options: str
) -> None:
    """Once, with time enough, and with the memory of a small function at least."""
    request = request_from(Settings(), folder=str(tmp_path))._replace(**changes)

    asked, variables = _with_probe(request)

    assert (memory, 60.0, False, 1) == (
        asked.memory_mb,
        asked.timeout_seconds,
        asked.network,
        asked.concurrency,
    )
    assert {"NODE_OPTIONS": f"{options}--require /var/runtime/load-times.cjs"} == variables
