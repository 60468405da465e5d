"""Manifests that bun's frozen install finds in step though they ask for something else."""

from __future__ import annotations

import pytest

from zipper.errors import LockfileError
from zipper.lockfile.foreign import ForeignLockfile
from zipper.npm.package_json import Manifest
from zipper.resolving.frozen import refuse_drift
from zipper.resolving.frozen_bun import follow_manifests
from zipper.tree.locked_graph import Instance, LockedGraph

FN = Manifest(name="fn", dependencies={"a": "1.0.0", "lib": "workspace:*"})
LIB = Manifest(name="lib", version="2.0.0", dependencies={"a": "^1.0.0", "b": "catalog:"})


def package(name: str, version: str) -> Instance:
    return Instance(Manifest(name=name, version=version))


def lock(peers: str | None = None) -> ForeignLockfile:
    """Return a lockfile of two members; only the second depends on `b`."""
    instances = {
        "./fn": Instance(FN, {"a": "a", "lib": "./lib"}, folder="fn"),
        "./lib": Instance(LIB._replace(version=""), {"a": "a", "b": "b"}, folder="lib"),
        "a": package("a", "1.0.0"),
        "b": package("b", "3.1.0"),
        "lib/b": package("b", "3.0.0"),
    }
    graph = LockedGraph(instances, {"fn": "./fn", "lib": "./lib"})
    return ForeignLockfile("bun.lock", "bun", "1", graph, {"catalog": {"b": "^3.0.0"}}, peers)


def follow(disk: Manifest, peers: str | None = None) -> Instance:
    """Return the first member as it is followed, held against its manifest."""
    manifests = {"fn": disk, "lib": LIB}
    followed = follow_manifests(lock(peers), manifests)
    refuse_drift(followed, manifests)
    return followed.graph.instances["./fn"]


@pytest.mark.parametrize(
    ("dependencies", "targets"),
    [
        ({"a": "^1.0.0", "lib": "workspace:^"}, {"a": "a", "lib": "./lib"}),
        ({"a": "npm:a@1", "lib": "^2.0.0"}, {"a": "a", "lib": "./lib"}),
        ({"lib": "workspace:2.0.0"}, {"lib": "./lib"}),
        ({"a": "1.0.0", "lib": "*", "b": "^3.0.0"}, {"a": "a", "lib": "./lib", "b": "b"}),
        ({"lib": "*", "b": "catalog:"}, {"lib": "./lib", "b": "b"}),
        ({"lib": "*", "b": "~3.0.0"}, {"lib": "./lib", "b": "lib/b"}),
    ],
    ids=["a range", "words for the same", "one less", "one more", "a catalog's", "an older one"],
)
def test_what_comes_to_the_same_packages_is_followed(
    dependencies: dict[str, str], targets: dict[str, str]
) -> None:
    """Bun compares the packages, and takes a locked one where it fits, the newest of several."""
    assert targets == follow(FN._replace(dependencies=dependencies)).targets


@pytest.mark.parametrize(
    ("dependencies", "told"),
    [
        ({"a": "2.0.0", "lib": "*"}, "`a` is `2.0.0` there, and `1.0.0` in the lockfile"),
        ({"a": "1.0.0", "lib": "*", "c": "1"}, "`c` is `1` there, and not in the lockfile"),
        ({"a": "1.0.0", "lib": "^3.0.0"}, "`lib` is `^3.0.0` there, and `workspace:*`"),
        ({"a": "1.0.0", "lib": "*", "b": "^4.0.0"}, "`b` is `^4.0.0` there, and not"),
        ({"a": "1.0.0", "lib": "*", "c": "npm:b@3"}, "`c` is `npm:b@3` there, and not"),
    ],
)
def test_what_needs_another_package_is_out_of_step(dependencies: dict[str, str], told: str) -> None:
    """A version that is not locked, or a name that is not."""
    with pytest.raises(LockfileError) as caught:
        follow(FN._replace(dependencies=dependencies))

    assert "EFROZENLOCKFILE" == caught.value.code
    assert told in str(caught.value.facts)


def test_a_package_that_nothing_reaches_any_more_is_out_of_step() -> None:
    """Bun would take it out of its lockfile."""
    manifests = {"fn": FN, "lib": LIB._replace(dependencies={"a": "^1.0.0"})}

    with pytest.raises(LockfileError) as caught:
        refuse_drift(follow_manifests(lock(), manifests), manifests)

    assert (("in the lockfile", "nothing asks for `b@3.1.0`"),) == caught.value.facts


@pytest.mark.parametrize("peers", [None, "ancestors"])
def test_a_peer_that_is_locked_is_installed(peers: str | None) -> None:
    """A peer is a dependency of the hoisted linker's; the isolated one looks for it above first."""
    own = follow(FN._replace(peer_dependencies={"b": ">=3"}), peers)

    assert {"b": "b"} == {
        name: to
        for name, to in (own.targets if peers is None else own.peer_targets).items()
        if name == "b"
    }


def test_what_is_as_it_was_locked_is_left_alone() -> None:
    """The lockfile itself comes back."""
    lockfile = lock()

    assert lockfile is follow_manifests(lockfile, {"fn": FN, "lib": LIB})
