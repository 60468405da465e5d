"""What a request says of picking versions, and what holds where it says nothing."""

from __future__ import annotations

import pytest

from tests.support.invented_registry import project
from zipper.npm.pick import PickOptions
from zipper.tree.resolver_options import Platform, ResolverOptions

BEFORE = "2024-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("name", "counts"),
    [("a", False), ("b", True), ("@own/x", False), ("@own/x/y", True), ("@other/x", True)],
)
def test_some_packages_may_be_younger(name: str, *, counts: bool) -> None:
    """By their name, or by a glob that it fits."""
    options = ResolverOptions(before=BEFORE, release_age_exclude=("a", "@own/*"))

    found = project({}, options=options).pick_options(name)

    assert (BEFORE if counts else None) == found.before


def test_a_version_is_picked_for_the_function() -> None:
    """Its Node, the npm that is followed, and the tag of the settings."""
    options = ResolverOptions(default_tag="next")
    request = project({}, options=options, node_version="20.1.0", npm_version="9.1.0")

    assert request.pick_options("a") == PickOptions(
        node_version="20.1.0", npm_version="9.1.0", before=None, default_tag="next"
    )


def test_what_holds_where_nothing_is_said() -> None:
    """Npm's own defaults, for a machine such as AWS has."""
    options = ResolverOptions()

    assert not any(
        (options.legacy_peer_deps, options.strict_peer_deps, options.force, options.engine_strict)
    )
    assert not any((options.prefer_dedupe, options.install_links, options.before, options.omit))
    assert ("hoisted", "latest", ()) == (
        options.install_strategy, options.default_tag, options.release_age_exclude,
    )  # fmt: skip
    assert (True, True) == (options.save, options.checks_required)
    assert ("linux", "x64", "glibc") == Platform()
    request = project({})
    assert ("/", 3, False, None, None) == (
        request.home, request.lockfile_version, request.update, request.lockfile,
        request.locked_manifest,
    )  # fmt: skip
    assert ({}, {}) == (request.workspaces, request.yarn_lock)
