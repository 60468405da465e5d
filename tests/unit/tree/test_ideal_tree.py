"""What a resolution begins with: names to update, overrides, a yarn.lock, the project's name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import resolve
from zipper.errors import ResolutionError, UsageError
from zipper.lockfile.yarn_classic import YarnEntry
from zipper.tree.ideal_tree import build_ideal_tree

WORLD = {"a@1.0.0": {}, "a@1.1.0": {}, "b@1.0.0": {"dependencies": {"a": "1"}}}


def test_a_name_to_update_has_no_version() -> None:
    """The first one that is none is told, and what to write."""
    request = project({}, update=frozenset({"c@2", "b@1", "@s/a"}))

    with pytest.raises(UsageError) as raised:
        resolve(request, registry({}))

    error = raised.value
    assert ("EUPDATEARGS", "`b@1` is not a package name") == (error.code, error.message)
    assert "name packages to update without a version: `--update NAME`" == error.hint


def test_an_override_may_not_contradict_the_project() -> None:
    """Both are told; one that says the same, or refers to the project's own, is none."""
    needs = {"dependencies": {"a": "1.0.0", "b": "*"}}

    with pytest.raises(ResolutionError) as raised:
        resolve(project({**needs, "overrides": {"a": "1.1.0"}}), registry(WORLD))

    assert (("dependency", "1.0.0"), ("override", "1.1.0")) == raised.value.facts
    hint = 'write the wanted version as the dependency, and `"$a"` as the override'
    assert ("EOVERRIDE", hint) == (raised.value.code, raised.value.hint)
    for value in ("1.0.0", "$a", "*", "", {"x": "1"}):
        tree = resolve(project({**needs, "overrides": {"a": value}}), registry(WORLD)).tree
        assert "1.0.0" == tree.nodes["node_modules/a"].version


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [("/project", "fn", "project"), ("/", "fn", "fn"), ("/x/y", "", "y")],
)
def test_the_project_is_called_after_its_folder(path: str, name: str, expected: str) -> None:
    """Or after its package.json, where it is the disk."""
    request = project({"name": name, "dependencies": {"a": "1"}})._replace(path=path)

    assert expected == resolve(request, registry(WORLD)).tree.nodes[""].name


@pytest.mark.parametrize(
    ("update", "expected"), [(False, "1.0.0"), (frozenset({"b"}), "1.0.0"), (True, "1.1.0")]
)
def test_a_yarn_lock_answers_unless_all_is_chosen_anew(
    update: bool | frozenset[str],
    expected: str,
) -> None:
    """What yarn chose is what npm takes."""
    entry = YarnEntry("1.0.0", "https://registry.example/a/-/a-1.0.0.tgz")
    request = project({"dependencies": {"a": "1"}}, yarn_lock={"a@1": entry}, update=update)

    assert expected == resolve(request, registry(WORLD)).tree.nodes["node_modules/a"].version


def test_the_lockfile_of_a_git_package_says_which_branch_it_was() -> None:
    """Another branch is another package, though the commit does not tell."""
    sha = "a" * 40
    url = "git+ssh://git@h.example/g.git"

    def request(wanted: str, **more: Any) -> Any:
        return project({"dependencies": {"g": f"{url}#{wanted}"}}, **more)

    first = request("main")
    resolved = f"{url}#{sha}"
    node = resolve(project({"dependencies": {"a": "1"}}), registry(WORLD)).tree
    locked = node._replace(
        nodes={
            "": node.nodes[""]._replace(manifest=first.manifest),
            "node_modules/g": node.nodes["node_modules/a"]._replace(
                location="node_modules/g", name="g", resolved=resolved
            ),
        }
    )
    asked = []
    for wanted, version, manifest in (
        ("main", 3, first.manifest), ("other", 3, first.manifest), ("other", 3, None),
    ):  # fmt: skip
        given = request(wanted, lockfile=locked, lockfile_version=version, locked_manifest=manifest)
        steps = build_ideal_tree(given)
        try:
            asked.append(type(next(steps)).__name__)
        except StopIteration:
            asked.append("")

    assert ["", "ManifestRequest", ""] == asked
