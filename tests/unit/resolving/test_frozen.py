"""A foreign lockfile held against its manifests, as the tool's own frozen install does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zipper.errors import LockfileError
from zipper.lockfile.foreign import ForeignLockfile, importer_key
from zipper.npm.package_json import Manifest
from zipper.resolving.frozen import refuse_drift
from zipper.tree.locked_graph import Instance, LockedGraph

if TYPE_CHECKING:
    from collections.abc import Mapping


def lock(
    tool: str, locked: Mapping[str, Manifest], *, version: str = "9.0", **settings: object
) -> ForeignLockfile:
    instances = {importer_key(at): Instance(one, folder=at) for at, one in locked.items()}
    importers = {at: importer_key(at) for at in locked}
    graph = LockedGraph(instances, importers)
    return ForeignLockfile("lock", tool, version, graph, settings)


A1, A2 = Manifest(dependencies={"a": "^1.0.0"}), Manifest(dependencies={"a": "^2.0.0"})


@pytest.mark.parametrize(
    ("tool", "code"),
    [("pnpm", "ERR_PNPM_OUTDATED_LOCKFILE"), ("bun", "EFROZENLOCKFILE"), ("yarn", "YN0028")],
)
def test_another_spec_is_an_error_under_the_tool_s_code(tool: str, code: str) -> None:
    """The difference is said, with the file that has it."""
    with pytest.raises(LockfileError) as caught:
        refuse_drift(lock(tool, {"": A1, "fn": A1}), {"": A1, "fn": A2})

    assert code == caught.value.code
    difference = "`a` is `^2.0.0` there, and `^1.0.0` in the lockfile"
    assert (("fn/package.json", difference),) == caught.value.facts


def test_a_tool_without_rules_of_its_own_compares_the_specs_alone() -> None:
    """What it locks of a manifest beside them is unknown, so nothing else can differ."""
    disk = A1._replace(name="b", peer_dependencies={"p": "1"})

    refuse_drift(lock("new", {"": A1}), {"": disk})


@pytest.mark.parametrize(("locked", "disk"), [(A1, Manifest()), (Manifest(), A1)])
def test_what_only_one_has_is_an_error(locked: Manifest, disk: Manifest) -> None:
    """A dependency that was added, and one that was removed."""
    with pytest.raises(LockfileError):
        refuse_drift(lock("pnpm", {"": locked}), {"": disk})


@pytest.mark.parametrize(
    ("lockfile", "disk"),
    [
        (lock("pnpm", {"": A1}), A1),
        (lock("pnpm", {"": A1}, overrides={"a": "^1.0.0"}), A2),
        (lock("pnpm", {"": A1}, overrides={"x>a@2": "1"}), A2),
        (lock("pnpm", {"": Manifest()}, ignoredOptionalDependencies=["a"]), A1),
        (lock("pnpm", {"": Manifest()}), Manifest(dependencies={"a": "link:../a"})),
        (
            lock("pnpm", {"": A1}, settings={"autoInstallPeers": "true"}),
            Manifest(peer_dependencies={"a": "^1.0.0"}),
        ),
        (lock("pnpm", {"": Manifest(dev_dependencies={"node": "runtime:22"})}), Manifest()),
        (
            lock("bun", {"": Manifest(dependencies={"a": "packages/a"})}, version="0"),
            Manifest(dependencies={"a": "workspace:*"}),
        ),
        (lock("yarn", {"": Manifest(dependencies={"a": "npm:^1.0.0"})}), A1),
        (
            lock("yarn", {"": Manifest(dependencies={"a": "npm:^1.0.0"})}),
            Manifest(dev_dependencies={"a": "^1.0.0"}),
        ),
    ],
)
def test_what_the_tool_itself_changes_is_in_step(lockfile: ForeignLockfile, disk: Manifest) -> None:
    """Overrides, ignored names, links, peers that are installed, and a tool's own words for it."""
    refuse_drift(lockfile, {"": disk})


def test_a_member_that_is_not_there_is_passed_over() -> None:
    """Part of a repository may be checked out."""
    refuse_drift(lock("pnpm", {"": A1, "gone": A2}), {"": A1})


def other(**fields: object) -> Manifest:
    return A1._replace(**fields)


@pytest.mark.parametrize(
    ("tool", "locked", "disk", "word"),
    [
        ("pnpm", A1, Manifest(dev_dependencies={"a": "^1.0.0"}), "devDependencies"),
        ("pnpm", A1, Manifest(optional_dependencies={"a": "^1.0.0"}), "optionalDependencies"),
        (
            "pnpm",
            A1,
            other(raw={"dependenciesMeta": {"a": {"injected": True}}}),
            "dependenciesMeta",
        ),
        ("pnpm", A1, other(raw={"publishConfig": {"directory": "dist"}}), "publishDirectory"),
        ("bun", A1, other(peer_dependencies={"p": "*"}), "`p`"),
        ("yarn", other(name="r"), other(name="s"), "`s`"),
        ("yarn", A1, other(peer_dependencies={"p": "*"}), "`p`"),
        ("yarn", other(peer_dependencies={"p": "1"}), other(peer_dependencies={"p": "2"}), "`p`"),
        ("yarn", A1, Manifest(optional_dependencies={"a": "^1.0.0"}), "optional"),
        ("yarn", A1, other(raw={"dependenciesMeta": {"a": {"optional": True}}}), "optional"),
    ],
)
def test_what_else_a_tool_records_is_compared(
    tool: str, locked: Manifest, disk: Manifest, word: str
) -> None:
    """The group, what is said of a dependency, peers and names: each where the tool compares it."""
    with pytest.raises(LockfileError) as caught:
        refuse_drift(lock(tool, {"": locked}), {"": disk})

    assert word in caught.value.facts[0][1]


@pytest.mark.parametrize(
    ("tool", "locked", "disk"),
    [
        ("bun", A1, Manifest(dev_dependencies={"a": "^1.0.0"})),
        ("bun", other(peer_dependencies={"p": "1"}), other(peer_dependencies={"p": "2"})),
        ("pnpm", A1, other(name="s", peer_dependencies={"p": "*"})),
        ("pnpm", A1, other(dev_dependencies={"a": "^1.0.0"})),
        ("yarn", other(name="r"), A1),
        (
            "pnpm",
            other(raw={"dependenciesMeta": {"a": {"injected": "true"}}}),
            other(raw={"dependenciesMeta": {"a": {"injected": True}}}),
        ),
    ],
)
def test_what_a_tool_does_not_compare_is_in_step(
    tool: str, locked: Manifest, disk: Manifest
) -> None:
    """A name for pnpm, a group and a peer's range for bun, a name that yarn made up."""
    refuse_drift(lock(tool, {"": locked}), {"": disk})


def test_what_nothing_asks_for_is_out_of_step() -> None:
    """Yarn would take it out."""
    lockfile = lock("yarn", {"": A1})._replace(unasked=("b@^1.0.0",))

    with pytest.raises(LockfileError) as caught:
        refuse_drift(lockfile, {"": A1})

    assert (("in the lockfile", "nothing asks for `b@^1.0.0`"),) == caught.value.facts
