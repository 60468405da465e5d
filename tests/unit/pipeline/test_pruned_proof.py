"""A pruned zip is held against what the whole one loads, and against what was found in that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.scene import write_files
from zipper.archive.splice import splice
from zipper.files import write_file
from zipper.findings import Finding
from zipper.pipeline.building import plan
from zipper.pipeline.pruned_proof import prove
from zipper.store.store_zips import Store

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.findings import Severity
    from zipper.pipeline.planning import PackagePlan

Rows = list[tuple[str, int, int, str]]


class Pruned:
    """A project's pruned plan and its zip, whose proof a test changes."""

    def __init__(self, folder: Path, files: dict[str, str | bytes | dict]) -> None:
        write_files(folder / "fn", {"package.json": {"name": "fn"}, **files})
        cache = folder / "cache"
        self.planned: PackagePlan = plan(folder / "fn", prune="reached", cache_dir=cache)
        self.path = folder / "fn.zip"
        self.store = Store(cache)
        write_file(self.path, splice(self.planned.contents))

    def prove(
        self,
        *found: Finding,
        reached: dict[str, str] | None = None,
        known: list[list[str]] | None = None,
        removed: Rows | None = None,
        code_sha256: str = "x",
    ) -> tuple[Finding, ...]:
        """Return what is not proven where the whole zip was something else."""
        decided = self.planned.pruning
        assert decided is not None
        digest = json.dumps([reached, known, removed])
        proof = {"findings": known, "reached": {**decided.proof["reached"], **(reached or {})}}
        changed = decided._replace(proof=proof, removed=json.dumps(removed or []), digest=digest)
        return prove(
            self.planned._replace(pruning=changed),
            changed,
            self.store,
            found,
            path=self.path,
            code_sha256=code_sha256,
            source=None,
        )


@pytest.fixture
def pruned(tmp_path: Path) -> Pruned:
    """A function of two files."""
    text = "require('./own'); exports.handler = async () => 1;"
    return Pruned(tmp_path, {"index.js": text, "own.js": "1"})


def test_what_loads_as_before_is_proven(pruned: Pruned) -> None:
    """The same files, reached in the same way: nothing is said."""
    assert () == pruned.prove(known=[])


def test_a_removed_file_that_the_whole_loads_is_named(pruned: Pruned) -> None:
    """Where no request that fails is known, the file itself and its rule are; each once."""
    removed = [(name, 1, 1, "drop") for name in ("b.js", "a.js", "unasked.js")]

    found = pruned.prove(reached={"a.js": "1", "b.js": "1"}, removed=removed)

    assert ["a.js", "b.js"] == [one.path for one in found]
    assert {("prune-unproven", "error")} == {(one.code, one.severity) for one in found}
    assert "`a.js` is reached, and the rule `drop` has taken out `a.js`" == found[0].message


@pytest.mark.parametrize(
    ("reached", "ending"),
    [({"own.js": "other"}, "than the whole"), ({"own.js": "o", "z.js": "1"}, ", and 1 more")],
)
def test_a_file_that_loads_otherwise_is_named(
    pruned: Pruned, reached: dict[str, str], ending: str
) -> None:
    """Where nothing that went explains it, the first such file is told, and how many there are."""
    (finding,) = pruned.prove(reached=reached)

    assert ("prune-unproven", "error", "own.js") == finding[:3]
    assert "loads `own.js` in another way" in finding.message
    assert finding.message.endswith(ending)


@pytest.mark.parametrize(
    ("specifier", "name"),
    [
        ("./gone.js", "gone.js"),
        ("./gone", "gone.js"),
        ("./gone", "gone/index.js"),
        ("pkg", "node_modules/pkg/main.js"),
        ("pkg/x", "node_modules/pkg/x.js"),
    ],
)
def test_the_request_whose_file_went_is_named(tmp_path: Path, specifier: str, name: str) -> None:
    """By its place, or its package's name; what is called alike is not meant."""
    text = f"\nrequire('{specifier}'); exports.handler = async () => 1;"
    pruned = Pruned(tmp_path, {"index.js": text})
    alike: Rows = [(one, 1, 1, "class") for one in ("gone2.js", "node_modules/pkg2/main.js")]

    (finding,) = pruned.prove(reached={"index.js": "o"}, removed=[*alike, (name, 1, 1, "drop")])

    assert name == finding.path
    text = f"`index.js` line 2 requests `{specifier}`, and the rule `drop` has taken out `{name}`"
    assert text == finding.message
    (other,) = pruned.prove(reached={"index.js": "o"}, removed=alike)
    assert "in another way" in other.message


@pytest.mark.parametrize(
    ("code", "severity", "known", "is_told"),
    [
        ("module-missing", "error", [], True),
        ("module-missing", "warning", [], True),
        ("module-missing", "info", [], False),
        ("module-missing", "error", [["module-missing", "error", "index.js"]], False),
        ("module-missing", "error", [["module-missing", "error", "other.js"]], True),
        ("module-missing", "error", [["binary-arch", "error", "index.js"]], True),
        ("module-missing", "error", None, False),
        ("size-unzipped", "error", [], False),
        ("zip-duplicate", "error", [], False),
        ("runtime-deprecated", "warning", [], False),
    ],
)
def test_only_what_is_new_is_held_against_it(
    pruned: Pruned, code: str, severity: Severity, known: list[list[str]] | None, *, is_told: bool
) -> None:
    """What the whole has too is none of it; sizes, the zip itself and the day say nothing."""
    found = pruned.prove(Finding(code, severity, "index.js", "said", ""), known=known)

    expected = [("prune-unproven", "error", "index.js", "only the pruned package has this: said")]
    assert (expected if is_told else []) == [one[:4] for one in found]


def test_a_proof_is_of_a_zip_and_a_decision(pruned: Pruned) -> None:
    """Another zip, or another decision about the same one, is proven anew."""
    assert () == pruned.prove(known=[])
    assert pruned.prove(reached={"own.js": "other"})
    assert pruned.prove(reached={"own.js": "other"})
    (pruned.path).write_bytes(pruned.path.read_bytes().replace(b"own.js", b"two.js"))
    assert () == pruned.prove(known=[])
    assert pruned.prove(known=[], code_sha256="y")
