"""Peers of a yarn.lock of version 1: which package yarn chooses, for all that depend on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zipper.lockfile.yarn_classic import read_yarn_lock
from zipper.lockfile.yarn_classic_graph import state_classic_graph
from zipper.lockfile.yarn_classic_peers import bind_classic_peers
from zipper.npm.package_json import parse_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.tree.locked_graph import Instance

LOCK = """# yarn lockfile v1


plugin@^1.0.0:
  version "1.0.0"

host@^1.0.0:
  version "1.5.0"

host@^2.0.0-rc.0:
  version "2.0.0-rc.1"

"odd@npm:plugin@^1.0.0":
  version "1.0.0"

old@^1.0.0:
  version "1.0.0"
  dependencies:
    host "^1.0.0"
    plugin "^1.0.0"
    odd "npm:plugin@^1.0.0"

new@^1.0.0:
  version "1.0.0"
  dependencies:
    host "^2.0.0-rc.0"
    plugin "^1.0.0"
    odd "npm:plugin@^1.0.0"

deep@^1.0.0:
  version "1.0.0"
  dependencies:
    old "^1.0.0"
"""


def bind(
    root: dict[str, Any], members: dict[str, dict[str, Any]] | None = None, peer: str = "*"
) -> dict[str, str | None]:
    """Return what the peer `host` is for the plugin and for its alias."""
    bound = bind_all(root, members, peer)
    keys = ("plugin@1.0.0", "odd@npm:plugin@1.0.0")
    return {key.partition("@")[0]: bound[key].targets.get("host") for key in keys if key in bound}


def bind_all(
    root: dict[str, Any], members: dict[str, dict[str, Any]] | None = None, peer: str = "*"
) -> Mapping[str, Instance]:
    """Return all instances; `host` is an optional peer of the plugin."""
    importers = {"": parse_manifest(root)}
    importers |= {f"p/{name}": parse_manifest(own) for name, own in (members or {}).items()}
    names = {own.name: folder for folder, own in importers.items() if folder}
    entries = read_yarn_lock(LOCK.encode()).entries
    stated = state_classic_graph(entries, importers, workspaces=names, omits_dev=True)
    assert stated is not None
    known = {
        key: own._replace(
            manifest=own.manifest._replace(
                peer_dependencies={"host": peer},
                peer_optional=frozenset({"host"}),
                dev_dependencies={"host": "^1.0.0"},
            )
        )
        if own.manifest.name == "plugin"
        else own
        for key, own in stated.graph.instances.items()
    }
    graph = stated.graph._replace(instances=known)
    return bind_classic_peers(graph, stated.named, stated.requests).instances


def test_the_request_with_the_fewest_packages_above_it_counts() -> None:
    """One instance has one provider, though its dependents provide two."""
    near = bind({"dependencies": {"deep": "^1.0.0", "new": "^1.0.0"}})
    first = bind({"dependencies": {"old": "^1.0.0", "new": "^1.0.0"}})

    assert "host@2.0.0-rc.1" == near["plugin"]
    assert "host@1.5.0" == first["plugin"]


def test_an_alias_is_what_its_last_request_makes_it() -> None:
    """Such a package is resolved anew each time that it is requested, for yarn 1."""
    found = bind({"dependencies": {"old": "^1.0.0", "new": "^1.0.0"}})

    assert "host@2.0.0-rc.1" == found["odd"]


def test_a_provider_that_does_not_fit_is_passed_over() -> None:
    """One further up is taken, a prerelease counts as its version, and else there is none."""
    below = {"dependencies": {"new": "^1.0.0", "host": "^1.0.0"}}

    assert "host@1.5.0" == bind(below, peer="^1.0.0")["plugin"]
    assert "host@2.0.0-rc.1" == bind(below, peer=">=1.9.0")["plugin"]
    assert bind(below, peer="^3.0.0")["plugin"] is None


def test_members_provide_what_they_depend_on() -> None:
    """The first member that has the package decides for all; what it develops with does not."""
    old = {"name": "a", "dependencies": {"plugin": "^1.0.0", "host": "^1.0.0"}}
    new = {"name": "b", "dependencies": {"plugin": "^1.0.0", "host": "^2.0.0-rc.0"}}
    dev = {"name": "a", "dependencies": {"plugin": "^1.0.0"}, "devDependencies": {"host": "^1.0.0"}}

    assert "host@1.5.0" == bind({}, {"a": old, "b": new})["plugin"]
    assert bind({}, {"a": dev, "b": new})["plugin"] is None


def test_an_optional_peer_that_is_found_is_a_dependency() -> None:
    """It is installed, even if only development depends on it besides; one not found stays so."""
    root = {"dependencies": {"plugin": "^1.0.0"}, "devDependencies": {"host": "^1.0.0"}}

    found = bind_all(root)["plugin@1.0.0"]
    assert "host@1.5.0" == found.targets["host"]
    assert not found.manifest.peer_optional
    assert not found.manifest.dev_dependencies
    assert {"host"} == bind_all(root, peer="^3.0.0")["plugin@1.0.0"].manifest.peer_optional
