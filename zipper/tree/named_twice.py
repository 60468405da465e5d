"""Names that a folder of the project has among its dependencies and its development dependencies.

In: a tree, and what is omitted. Out: which of these names npm leaves out, the tree as npm means
it, and findings.

npm loads the development dependencies of the root, of members and of linked folders last, so that
they win: `npm ci --omit=dev` installs nothing for the name's sake. Where something else needs the
package, it is there, and the folder finds it.

Source: @npmcli/arborist 9, node.js (`_loadDeps`); tried with npm 11.19.1 for the root, a member and
a link, with one spec and with two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.findings import Finding
from zipper.tree.connections import connect
from zipper.tree.flags import calculate_flags, is_omitted
from zipper.tree.model import Tree, list_twice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


__all__ = ["find_left_out", "settle_names", "tell_left_out"]


def find_left_out(
    tree: Tree, *, omit: frozenset[str], legacy_peer_deps: bool = False
) -> dict[str, list[str]]:
    """Return folder to names that it has twice and that `omit` leaves out."""
    twice = {
        location: names
        for location, node in tree.nodes.items()
        if (names := list_twice(node.manifest))
    }
    if not twice or "dev" not in omit:
        return {}
    flags = calculate_flags(tree, connect(tree, legacy_peer_deps=legacy_peer_deps))
    left_out = {}
    for location, names in twice.items():
        found = {name: tree.find(location, name) for name in names}
        gone = [
            name
            for name, node in found.items()
            if node is not None and is_omitted(flags[node.location], omit)
        ]
        if gone and not is_omitted(flags[location], omit):
            left_out[location] = gone
    return left_out


def settle_names(tree: Tree, left_out: Mapping[str, list[str]]) -> Tree:
    """Return `tree` with each name that a folder has twice in one place only.

    What is left out stays a development dependency, all others stay dependencies.
    """
    changed = {}
    for location, node in tree.nodes.items():
        manifest = node.manifest
        names = list_twice(manifest)
        if not names:
            continue
        gone = left_out.get(location, [])
        settled = manifest._replace(
            dependencies=_without(manifest.dependencies, gone),
            optional_dependencies=_without(manifest.optional_dependencies, gone),
            dev_dependencies=_without(manifest.dev_dependencies, set(names) - set(gone)),
        )
        changed[location] = node._replace(manifest=settled)
    return Tree({**tree.nodes, **changed}) if changed else tree


def tell_left_out(tree: Tree, left_out: Mapping[str, list[str]]) -> Iterator[Finding]:
    """Yield a warning for each folder that may lack what it runs with."""
    for location, names in left_out.items():
        package = tree.nodes[location].package_name or location or "package.json"
        shown = ", ".join(f"`{name}`" for name in names)
        yield Finding(
            "dev-left-out",
            "warning",
            f"{location}/package.json" if location else "package.json",
            f"{shown} of `{package}` is left out, as by npm: it is in `devDependencies` too, "
            "which wins",
            f"remove {shown} from `devDependencies` if it is needed at run time, then "
            "`python -m zipper resolve`",
        )


def _without(group: Mapping[str, str], names: set[str] | list[str]) -> Mapping[str, str]:
    return {name: spec for name, spec in group.items() if name not in names}
