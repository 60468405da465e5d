"""Overrides where packages are gathered with their peers before they are placed."""

from __future__ import annotations

from tests.support.invented_registry import project, registry
from tests.support.resolving import resolve


def test_rules_spread_along_the_edges_of_a_gathering() -> None:
    """`a` is needed once: no rule, wherever it was learned, keeps it from being shared.

    Expected as npm 11 resolves it.
    """
    world = registry(
        {
            "a@1.1.0": {},
            "a@3.0.0": {"dependencies": {"f": ">=1.1.0"}},
            "c@2.0.0": {
                "dependencies": {"@s/h": ">=1.1.0"},
                "peerDependencies": {"e": "1.0.0", "a": "^1.0.0"},
            },
            "d@2.0.0": {"dependencies": {"a": "^1.0.0"}},
            "e@1.1.0": {"dependencies": {"a": "1 || 2"}, "peerDependencies": {"@s/h": ">=1 <3"}},
            "f@2.0.0": {"dependencies": {"c": ">=1 <3"}},
            "@s/h@2.0.0": {"dependencies": {"a": "*"}},
        }
    )
    manifest = {
        "dependencies": {"d": "*", "@s/h": "^2.0.0"},
        "overrides": {"d@>=2": "$d", "e@1": {}},
    }

    tree = resolve(project(manifest), world).tree

    assert {at: node.version for at, node in tree.nodes.items() if at} == {
        "node_modules/@s/h": "2.0.0",
        "node_modules/a": "1.1.0",
        "node_modules/d": "2.0.0",
    }
