"""yarn.lock of version 1 as a graph: what each name of each package means."""

from __future__ import annotations

from typing import Any

import pytest

from zipper.errors import LockfileError
from zipper.lockfile.yarn_classic import read_yarn_lock
from zipper.lockfile.yarn_classic_graph import ClassicGraph, state_classic_graph
from zipper.npm.package_json import Manifest, parse_manifest

LOCK = """# yarn lockfile v1


a@^1.0.0:
  version "1.0.0"
  resolved "https://registry.example/a/-/a-1.0.0.tgz#0123"
  integrity sha512-a
  dependencies:
    c "^1.0.0"
    spaced ">= 1.0.0 < 3"
  optionalDependencies:
    absent "^9.0.0"

b@^1.0.0:
  version "1.0.0"
  dependencies:
    c "^1.0.0"

c@2.0.0:
  version "2.0.0"

c@^1.0.0:
  version "1.5.0"

"spaced@>= 1.0.0 < 3":
  version "2.0.0"

"odd@npm:c@^1.0.0":
  version "1.5.0"

"g@git+https://git.example/g.git#v1":
  version "1.0.0"
  resolved "git+https://git.example/g.git#0123456789012345678901234567890123456789"

"copied@file:./lib/copied":
  version "1.0.0"
  dependencies:
    c "^1.0.0"
"""


def state(
    root: dict[str, Any], members: dict[str, dict[str, Any]] | None = None, lock: str = LOCK
) -> ClassicGraph | None:
    """Return the graph of a project and its members, by folder."""
    importers: dict[str, Manifest] = {"": parse_manifest(root)}
    importers |= {folder: parse_manifest(own) for folder, own in (members or {}).items()}
    names = {own.name: folder for folder, own in importers.items() if folder}
    return state_classic_graph(read_yarn_lock(lock.encode()).entries, importers, workspaces=names)


def targets(found: ClassicGraph | None, key: str) -> dict[str, str]:
    """Return what an instance reaches."""
    assert found is not None
    return dict(found.graph.instances[key].targets)


def test_each_name_means_the_entry_of_its_range() -> None:
    """Ranges with spaces and aliases too; an optional dependency that is not locked is left out."""
    found = state({"dependencies": {"a": "^1.0.0", "odd": "npm:c@^1.0.0"}})

    assert {"a": "a@1.0.0", "odd": "odd@npm:c@1.5.0"} == targets(found, "./")
    assert {"c": "c@1.5.0", "spaced": "spaced@2.0.0"} == targets(found, "a@1.0.0")
    assert found is not None
    assert "sha512-a" == found.graph.instances["a@1.0.0"].integrity


@pytest.mark.parametrize(
    ("pattern", "of_a", "of_b"),
    [
        ("c", "c@2.0.0", "c@2.0.0"),
        ("**/c", "c@2.0.0", "c@2.0.0"),
        ("a/c", "c@2.0.0", "c@2.0.0"),
        ("a/**/c", "c@2.0.0", "c@2.0.0"),
        ("**/b/c", "c@2.0.0", "c@2.0.0"),
        ("b/a/c", "c@1.5.0", "c@1.5.0"),
    ],
)
def test_resolutions_are_for_paths(pattern: str, of_a: str, of_b: str) -> None:
    """A path is matched from the project on; what it gives a range counts for all with that range.

    So did yarn 1.22.22 with each of these in a frozen install.
    """
    needs = {"a": "^1.0.0", "b": "^1.0.0"}
    found = state({"dependencies": needs, "resolutions": {pattern: "2.0.0"}})

    assert of_a == targets(found, "a@1.0.0")["c"]
    assert of_b == targets(found, "b@1.0.0")["c"]


def test_members_are_folders() -> None:
    """A name that a member has means it where the version fits, and `link:` means its folder."""
    fn = {"name": "fn", "dependencies": {"lib": "^1.0.0", "l": "link:../lib", "b": "^1.0.0"}}
    lib = {"name": "lib", "version": "1.2.0", "dependencies": {"a": "^1.0.0"}}
    found = state({"name": "root"}, {"packages/fn": fn, "packages/lib": lib})

    lib_key = "./packages/lib"
    assert {"lib": lib_key, "l": lib_key, "b": "b@1.0.0"} == targets(found, "./packages/fn")
    assert {"a": "a@1.0.0"} == targets(found, lib_key)


def test_other_sources_are_pinned() -> None:
    """A git dependency is the locked commit; a copied folder has the entry's dependencies."""
    git = "git+https://git.example/g.git"
    found = state({"dependencies": {"g": f"{git}#v1", "copied": "file:./lib/copied"}})

    assert found is not None
    commit = "0123456789012345678901234567890123456789"
    assert {f"g@{git}#{commit}"} == set(found.specs)
    assert commit == found.specs[f"g@{git}#{commit}"].git_committish
    key = targets(found, "./")["copied"]
    assert "lib/copied" == found.graph.instances[key].folder
    assert {"c": "c@1.5.0"} == targets(found, key)


@pytest.mark.parametrize(
    ("needs", "told"),
    [
        ({"a": "^2.0.0"}, "`a@^2.0.0` is not in it"),
        ({"new": "*", "c": "^1.0.0"}, "`new@*` is not in it"),
        ({"a": "^1.0.0", "x": "file:../../../etc"}, "`x@file:../../../etc` is not in it"),
        ({"stale": "^2.0.0"}, "`stale@^2.0.0` is 1.0.0, which is not in that range"),
    ],
)
def test_a_lockfile_out_of_step_is_refused(needs: dict[str, str], told: str) -> None:
    """What package.json asks for and the file lacks is the error of a frozen install."""
    lock = LOCK + '\nstale@^2.0.0:\n  version "1.0.0"\n'
    with pytest.raises(LockfileError) as caught:
        state({"dependencies": needs}, lock=lock)

    assert "EFROZENLOCKFILE" == caught.value.code
    assert (("in the lockfile", told),) == caught.value.facts


def test_an_entry_from_elsewhere_is_for_the_rules_of_npm() -> None:
    """An address in place of a version may be forbidden, so that it is no graph."""
    lock = '# yarn lockfile v1\n\n\na@^1.0.0:\n  version "1.0.0"\n  resolved "https://x.example/a.tgz"\n'

    assert state({"dependencies": {"a": "^1.0.0"}}, lock=lock) is None
