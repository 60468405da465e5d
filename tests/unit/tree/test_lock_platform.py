"""A lockfile that was written on another platform, and has its variants alone."""

from __future__ import annotations

import json

import pytest

from zipper.errors import LockfileError
from zipper.lockfile.npm_read import read_lockfile
from zipper.npm.package_json import parse_manifest
from zipper.target import Target
from zipper.tree.connections import connect
from zipper.tree.lock_platform import refuse_lock_for_another_platform


def judge(
    variant: str,
    *,
    arch: str = "x86_64",
    locked: dict | None = None,
    kind: str = "optionalDependencies",
) -> LockfileError | None:
    """Return the refusal of a package with `variant`, where others are `locked`."""
    others = {"@a/darwin-arm64": {"os": ["darwin"], "cpu": ["arm64"]}} if locked is None else locked
    names = dict.fromkeys((variant, *others), "1.0.0")
    nodes = {
        "": {"name": "fn", "dependencies": {"a": "1.0.0"}},
        "node_modules/a": {"version": "1.0.0", kind: names},
        **{
            f"node_modules/{name}": {"version": "1.0.0", "optional": True, **fields}
            for name, fields in others.items()
        },
    }
    text = json.dumps({"lockfileVersion": 3, "packages": nodes})
    tree = read_lockfile(text, path="", manifest=parse_manifest(nodes[""])).tree
    try:
        refuse_lock_for_another_platform(
            tree, connect(tree), kept=list(tree.nodes), target=Target("nodejs24.x", arch)
        )
    except LockfileError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("variant", "arch", "is_meant"),
    [
        ("@a/linux-x64", "x86_64", True),
        ("@a/linux-x64-gnu", "x86_64", True),
        ("a-linux-x86_64", "x86_64", True),
        ("a-linux-amd64", "x86_64", True),
        ("@a/linux-arm64", "arm64", True),
        ("a.linux_aarch64", "arm64", True),
        ("@a/linux-arm64", "x86_64", False),
        ("@a/linux-x64", "arm64", False),
        ("@a/linux-x64-musl", "x86_64", False),
        ("@a/linux-arm64-musl", "arm64", False),
        ("a-linux-arm64-android", "arm64", False),
        ("@a/linux-arm-gnueabihf", "arm64", False),
        ("@a/linux-arm-musleabihf", "arm64", False),
        ("@a/win32-x64", "x86_64", False),
        ("@a/linuxx64", "x86_64", False),
        ("a-x64", "x86_64", False),
    ],
)
def test_the_variant_that_is_missing(variant: str, arch: str, *, is_meant: bool) -> None:
    """Its name has the system and the processor as words, and no other C library."""
    error = judge(variant, arch=arch)

    facts = {"missing": variant, "locked": "@a/darwin-arm64", "needed by": "node_modules/a"}
    assert (facts if is_meant else {}) == dict(error.facts if error else ())
    assert ("ELOCKPLATFORM" if is_meant else None) == getattr(error, "code", None)


@pytest.mark.parametrize(
    "locked", [{}, {"b": {}}, {"b": {"os": ["linux"], "cpu": ["x64"]}}], ids=["none", "any", "fits"]
)
def test_no_reason_to_refuse(locked: dict) -> None:
    """Nothing was written for another platform, or what is there will do."""
    assert judge("@a/linux-x64", locked=locked) is None


def test_what_is_for_any_platform_is_no_variant() -> None:
    """It is there beside those that are for another one."""
    locked = {"b": {}, "@a/darwin-arm64": {"cpu": ["arm64"]}}

    error = judge("@a/linux-x64", locked=locked)

    assert error is not None
    assert "@a/darwin-arm64" == dict(error.facts)["locked"]


def test_what_is_required_is_no_variant() -> None:
    """Whatever its name tells."""
    assert judge("@a/linux-x64", kind="dependencies") is None


def test_the_project_itself_lacks_variants() -> None:
    """All that are missing are named, and all that are locked."""
    there = {
        "@a/darwin-arm64": {"os": ["darwin"]},
        "@a/win32-x64": {"cpu": ["x64"], "os": ["win32"]},
    }
    names = dict.fromkeys(("@a/linux-x64", "@b/linux-x64-gnu", *there), "1.0.0")
    nodes = {
        "": {"name": "fn", "optionalDependencies": names},
        **{
            f"node_modules/{n}": {"version": "1.0.0", "optional": True, **f}
            for n, f in there.items()
        },
    }
    text = json.dumps({"lockfileVersion": 3, "packages": nodes})
    tree = read_lockfile(text, path="", manifest=parse_manifest(nodes[""])).tree

    with pytest.raises(LockfileError) as raised:
        refuse_lock_for_another_platform(
            tree, connect(tree), kept=[""], target=Target("nodejs24.x", "x86_64")
        )

    assert {
        "missing": "@a/linux-x64, @b/linux-x64-gnu",
        "locked": "@a/darwin-arm64, @a/win32-x64",
        "needed by": "the project",
    } == dict(raised.value.facts)
    assert "zipper resolve" in (raised.value.hint or "")
