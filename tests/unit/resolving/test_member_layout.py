"""A member's layout is what it was made of, also where it was noted before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.scene import write_files
from zipper.project.read_project import Project, read_project
from zipper.resolving.member_layout import lay_out_member, tell_doubled
from zipper.store.notes import Notebook
from zipper.tree.hoist import Doubled

if TYPE_CHECKING:
    from pathlib import Path

_FACTS = {"resolved": "https://registry.example/x.tgz", "integrity": f"sha512-{'A' * 86}=="}


def locked(version: str = "1.0.0", **more: object) -> dict[str, Any]:
    """Return a lockfile's row of a registry package."""
    return {"version": version, **_FACTS, **more}


def make_project(folder: Path) -> Project:
    """Return the member `fn` of a workspace with an alias, a bundle, a sibling and two versions."""
    root = {"name": "root", "workspaces": ["packages/*"], "dependencies": {"only-root": "*"}}
    fn = {
        "name": "fn",
        "version": "1.0.0",
        "dependencies": {"sib": "*", "odd": "npm:is-odd@1.0.0", "holder": "*", "left": "^2.0.0"},
    }
    sib = {"name": "sib", "version": "1.0.0", "dependencies": {"left": "^1.0.0"}}
    packages = {
        "": root,
        "packages/fn": fn,
        "packages/sib": sib,
        "node_modules/fn": {"resolved": "packages/fn", "link": True},
        "node_modules/sib": {"resolved": "packages/sib", "link": True},
        "node_modules/only-root": locked(),
        "node_modules/odd": locked(name="is-odd"),
        "node_modules/left": locked("1.0.0"),
        "packages/fn/node_modules/left": locked("2.0.0"),
        "node_modules/holder": locked(
            dependencies={"inner": "*", "left": "^1.0.0"}, bundleDependencies=["inner"]
        ),
        "node_modules/holder/node_modules/inner": {"version": "3.0.0", "inBundle": True},
    }
    lockfile = {"name": "root", "lockfileVersion": 3, "requires": True, "packages": packages}
    write_files(
        folder,
        {
            "package.json": root,
            "packages/fn/package.json": fn,
            "packages/sib/package.json": sib,
            "package-lock.json": lockfile,
        },
    )
    return read_project(folder / "packages/fn")


def test_a_noted_layout_is_the_one_that_was_made(tmp_path: Path) -> None:
    """Every node and finding is the same, the names of folders, bundles and aliases too."""
    project = make_project(tmp_path / "root")
    assert project.lockfile is not None
    whole = project.lockfile.tree
    notebook = Notebook(tmp_path / "cache")
    omit = frozenset({"dev"})
    fresh = lay_out_member(project, whole, omit=omit)
    first = lay_out_member(project, whole, omit=omit, notebook=notebook)
    noted = lay_out_member(project, whole, omit=omit, notebook=notebook)

    assert {
        "", "node_modules/sib", "node_modules/left", "node_modules/odd", "node_modules/holder",
        "node_modules/holder/node_modules/inner", "node_modules/holder/node_modules/left",
        "node_modules/sib/node_modules/left",
    } == set(fresh.tree.nodes)  # fmt: skip
    assert fresh == first == noted
    assert ["package-copies"] == [finding.code for finding in noted.findings]


def test_a_layout_with_the_roots_dependencies_is_another(tmp_path: Path) -> None:
    """What is noted of the member alone does not answer for it."""
    project = make_project(tmp_path / "root")
    assert project.lockfile is not None
    whole = project.lockfile.tree
    notebook = Notebook(tmp_path / "cache")
    alone = lay_out_member(project, whole, omit=frozenset(), notebook=notebook)
    both = lay_out_member(project, whole, omit=frozenset(), with_root=True, notebook=notebook)

    assert {"node_modules/only-root"} == both.tree.nodes.keys() - alone.tree.nodes.keys()


def test_a_package_under_two_names_has_nothing_in_its_way() -> None:
    """An alias, and the same package patched, are copies that no override makes one."""
    found = tell_doubled(Doubled("a@1.0.0", ("node_modules/a", "node_modules/b"), ("fn",), ()))

    assert found.message.endswith(
        "`fn` need it, under several names, or with other peers or patches"
    )
    assert "" == found.hint
