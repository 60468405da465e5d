"""A registry that makes resolving hard, and its resolution: `python -m tests.bench.generated 5000`.

A chain of 500, a fan of hundreds, peers everywhere, diamonds whose sides want different majors, and
packages with 2,000 versions. The seconds must grow as the number of packages does.
"""

from __future__ import annotations

import sys
from typing import Any

from tests.support.invented_registry import project, registry
from tests.support.resolving import World, resolve

_CHAIN = 500
_SHARED = 40
_VERSIONS = 2_000


def generate(count: int) -> World:
    """Return a registry of `count` packages that `p0` leads to all of."""
    packages: dict[str, dict[str, Any]] = {}
    for number in range(count):
        wanted = {f"p{child}": "^1.0.0" for child in _children(number, count)}
        wanted[f"shared{number % _SHARED}"] = f"^{1 + number % 2}.0.0"
        peers = {"core": "^1.0.0"} if number % 3 == 0 else {}
        fields = {"dependencies": wanted, "peerDependencies": peers}
        packages |= {f"p{number}@1.{minor}.0": fields for minor in range(3)}
    for number in range(_SHARED):
        packages |= {f"shared{number}@{major}.0.0": {} for major in (1, 2)}
    packages |= {
        f"core@1.{number // 50}.{number % 50}": {"dependencies": {"shared0": "^1.0.0"}}
        for number in range(_VERSIONS)
    }
    return registry(packages)


def _children(number: int, count: int) -> list[int]:
    """Return a chain first, then two children each; the project's own dependency fans out."""
    if number < _CHAIN:
        fan = range(_CHAIN, min(count, 2 * _CHAIN)) if number == 0 else ()
        return [child for child in (number + 1, *fan) if child < min(count, 2 * _CHAIN)]
    first = 2 * number
    return [child for child in (first, first + 1) if 2 * _CHAIN <= child < count]


def main(arguments: list[str]) -> None:
    """Generate and resolve a registry of as many packages as `arguments` say."""
    count = int(arguments[0])
    tree = resolve(project({"dependencies": {"p0": "*", "core": "*"}}), generate(count)).tree
    missing = [number for number in range(count) if f"node_modules/p{number}" not in tree.nodes]
    assert not missing, missing[:9]


if __name__ == "__main__":
    main(sys.argv[1:])
