"""What a decision about pruning depends on: a change of any of it decides anew."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from tests.support.checking import zip_files
from tests.support.scene import HANDLER, write_files
from zipper.archive.entries import PlannedZip
from zipper.checks.pruned_record import RECORD
from zipper.errors import ProjectError
from zipper.package import PrunedPackage, PrunedRule, PruningResult
from zipper.pipeline.building import build, plan
from zipper.pipeline.planning import PlannedFile
from zipper.pipeline.pruned_plan import prune_inputs
from zipper.target import Target

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene

ARN = "arn:aws:lambda:eu-west-1:123456789012:layer:deps:1"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A function whose handler reads nothing else, with a file that is not reached."""
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    files = {"package.json": {"name": "fn"}, "index.js": HANDLER, "unreached.js": "1"}
    write_files(tmp_path / "fn", files)
    return tmp_path / "fn"


@pytest.mark.parametrize(
    "change",
    [
        {"prune": "safe"},
        {"keep": ("a.js",)},
        {"drop": ("a.js",)},
        {"prune_own": True},
        {"handler": "other.handler"},
        {"provided": ("a",)},
        {"node_options": "--conditions=x"},
        {"env": ("A=1",)},
        {"layers": (ARN,)},
        {"target": Target("nodejs20.x")},
        {"target": Target("nodejs24.x", "arm64")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_each_setting_that_decides_is_an_input(project: Path, change: dict[str, Any]) -> None:
    """What a request says of the function, and of what may go."""
    planned = plan(project, runtime="nodejs24.x")
    before = prune_inputs(planned)

    after = prune_inputs(planned._replace(request=planned.request._replace(**change)))

    assert before != after


def test_the_plan_and_the_place_of_the_handler_are_inputs(project: Path) -> None:
    """Another plan is another zip; where the handler is in it decides what is followed."""
    planned = plan(project)
    inputs = [
        prune_inputs(one)
        for one in (
            planned,
            planned._replace(fingerprint="x"),
            planned._replace(handler="fn/index.handler"),
        )
    ]

    assert inputs[0] == prune_inputs(planned)
    assert all(one != inputs[0] for one in inputs[1:])


@pytest.mark.parametrize("option", ["trace", "layers"])
def test_files_count_by_their_bytes(project: Path, tmp_path: Path, option: str) -> None:
    """A trace, and the zip of a layer."""
    path = tmp_path / "file"
    values = {"trace": str(path), "layers": (str(path),)}
    planned = plan(project)
    planned = planned._replace(request=planned.request._replace(**{option: values[option]}))

    found = []
    for text in ("one", "two", "one"):
        path.write_bytes(zip_files({"a.js": text}))
        found.append(prune_inputs(planned))

    assert found[0] == found[2]
    assert found[0] != found[1]


def test_a_trace_keeps_what_was_opened(project: Path, tmp_path: Path) -> None:
    """Another trace decides anew, and one that has gone is an error, however much is noted."""
    trace = tmp_path / "trace.json"

    def names(*opened: str) -> list[str]:
        trace.write_text(json.dumps({"opened": opened}))
        found = plan(project, prune="reached", prune_own=True, trace=trace)
        return [file.path for file in found.files]

    assert "unreached.js" not in names()
    assert "unreached.js" in names("unreached.js")
    assert "unreached.js" not in names("index.js")
    trace.unlink()
    with pytest.raises(ProjectError, match="cannot read the trace") as raised:
        plan(project, prune="reached", prune_own=True, trace=trace)
    assert "EPRUNE" == raised.value.code


def test_findings_say_which_patterns_are_idle(project: Path) -> None:
    """Beside those of the whole plan; without any, nothing is said."""
    found = plan(project, prune="reached", keep=["absent.js"], exclude=["unreached.js"]).findings

    assert ["prune-pattern"] == [one.code for one in found if one.code.startswith("prune")]
    codes = [one.code for one in plan(project, prune="reached").findings]
    assert "prune-pattern" not in codes


FILES = {
    "index.js": b'exports.f = () => require("./lib/x");',
    "lib/x.js": b"1;",
    "lib/y.js": b"y" * 500,
    "lib/z.js": b"z" * 400,
    "index.d.ts": b"d" * 900,
    "README.md": b"r" * 30,
}
NEEDING = 'exports.handler = async () => [require("a"), require("d")];\n'
MODULES = [f"node_modules/{name}" for name in "abc"]
DYNAMIC = "require(process.env.X)"


@pytest.fixture
def needing(called_scene: Scene) -> Scene:
    """A function that loads a part of `a`, and nothing of `b` and `c` for sure."""
    called_scene.publish("a", files=FILES)
    for name in "bc":
        called_scene.publish(name, files={"index.js": b"1", "keep.txt": b"k"})
    called_scene.publish("d", files={"index.js": b"\nrequire(process.env.X);", "x.js": b"1"})
    called_scene.depend(*"abcd")
    called_scene.write({"index.js": NEEDING, "own.txt": "o" * 50, "more.txt": "m"})
    return called_scene


def test_what_goes_is_left_out_and_summed(needing: Scene) -> None:
    """By rule, the most bytes first; what is noted says the same as what is worked out."""
    settings: dict[str, Any] = {
        "prune": "reached", "drop": ["own.txt", "nothing.*"], "keep": ["**/keep.txt", "none/"],
    }  # fmt: skip
    whole = plan(needing.project)
    sizes = {one.path: (one.size_bytes, one.compressed_size_bytes) for one in whole.files}

    first, again = (plan(needing.project, **settings) for _ in range(2))
    anew = plan(needing.project, **settings, no_recall=True)

    gone = {
        "declarations": ["a/index.d.ts"],
        "unreached": ["a/lib/y.js", "a/lib/z.js"],
        "drop": ["own.txt"],
        "docs": ["a/README.md"],
    }
    named = {
        rule: [name if name == "own.txt" else f"node_modules/{name}" for name in names]
        for rule, names in gone.items()
    }
    rules = tuple(
        PrunedRule(rule, len(names), *(sum(sizes[name][at] for name in names) for at in (0, 1)))
        for rule, names in named.items()
    )
    assert first.pruning is not None
    assert PruningResult(
        "reached", 5, sum(rule.size_bytes for rule in rules),
        sum(rule.zipped_size_bytes for rule in rules), rules,
        (
            *(PrunedPackage(folder, "exact", "", 0, "") for folder in ("", *MODULES)),
            PrunedPackage("node_modules/d", "whole", "node_modules/d/index.js", 2, DYNAMIC),
        ),
    ) == first.pruning.result  # fmt: skip
    left = sizes.keys() - {name for names in named.values() for name in names}
    assert sorted({*left, RECORD}) == [one.path for one in first.files]
    assert whole.files == tuple(
        PlannedFile(name, size, packed) for name, size, packed, _ in first.pruning.whole.describe()
    )
    told = [one.message for one in first.findings if one.code == "prune-pattern"]
    assert ["`keep` has the pattern `none/`", "`drop` has the pattern `nothing.*`"] == [
        message.partition(",")[0] for message in told
    ]
    for other in (again, anew):
        assert other.pruning is not None
        assert other.pruning._replace(whole=first.pruning.whole) == first.pruning
        assert (other.fingerprint, other.files) == (first.fingerprint, first.files)
        assert other.findings == first.findings
    assert {"module-dynamic", "junk-file"} == {row[0] for row in first.pruning.proof["findings"]}
    assert {"index.js", "node_modules/a/index.js", "node_modules/d/index.js"} <= (
        first.pruning.proof["reached"].keys()
    )
    untouched = {part.name for part in first.contents.parts if isinstance(part, PlannedZip)}
    assert {f"node_modules/{name}/".encode() for name in "bcd"} == untouched  # they stay whole
    assert "prune" in first.timings_seconds
    assert whole.fingerprint != first.fingerprint


def test_nothing_goes_where_the_handler_cannot_be_followed(needing: Scene) -> None:
    """The check of the zip says why; what the whole one is like is not known."""
    whole = plan(needing.project, handler="absent.handler")

    planned = plan(needing.project, handler="absent.handler", prune="safe")

    assert planned.pruning is not None
    assert PruningResult("safe", 0, 0, 0, (), ()) == planned.pruning.result
    assert whole.files == planned.files
    assert {"findings": None, "reached": {}} == planned.pruning.proof


def test_the_record_has_the_date_of_all_members(
    needing: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The zip is the same wherever it is built."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")

    build(needing.project, prune="reached", output=needing.output)

    with ZipFile(needing.output) as archive:
        assert RECORD in archive.namelist()
        assert {(2023, 11, 14, 22, 13, 20)} == {one.date_time for one in archive.infolist()}


@pytest.mark.skipif(os.name != "posix", reason="names are bytes")
def test_names_may_be_any_bytes(needing: Scene) -> None:
    """What goes and what stays is told apart by them."""
    gone, kept = (os.fsdecode(name) for name in (b"\xffgone.txt", b"\xfekept.bin"))
    for name in (gone, kept):
        (needing.project / name).write_text("1")

    for _ in range(2):
        planned = plan(needing.project, prune="reached", drop=["*.txt"])
        names = [one.path for one in planned.files]

        assert planned.pruning is not None
        assert [kept] == [name for name in names if not name.isascii()]
        rows = {row[0]: row[3] for row in planned.pruning.read_removed()}
        assert "drop" == rows["\xa0gone.txt"]  # as a zip's own code has it
