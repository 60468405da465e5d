"""Lays a locked graph out in node_modules without links.

In: a graph and one of its importers. Out: a tree in which every walk of Node's finds the instance
that the graph names, with few copies of any, and which packages are in it more than once.

The importer is at the top. What clashes with nothing is beside it, once. Where
packages ask for different things under one name, one of these is at the top and the others
are inside of those that ask for them. Few such packages are laid out by trying all
(`hoist_exactly`), many in one pass (`hoist_greedily`), and by a search where the pass has no end
(`hoist_deeply`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.errors import LockfileError
from zipper.tree.hoist_choices import place
from zipper.tree.hoist_problem import CLOSED, EndlessError, PlacedCopy, Problem, state_problem
from zipper.tree.locked_graph import make_node
from zipper.tree.merge_instances import merge_instances
from zipper.tree.model import ROOT, Tree, join_location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zipper.tree.locked_graph import LockedGraph

__all__ = ["Doubled", "Hoisted", "hoist"]


class Doubled(NamedTuple):
    """A package that is in more than one folder, so that its state does too."""

    package: str
    """`name@version`."""
    locations: tuple[str, ...]
    asked_by: tuple[str, ...]
    """`name@version` of those that find one of them."""
    others: tuple[tuple[str, tuple[str, ...]], ...]
    """What is in its way: another package under its name, and who asks for that one."""


class Hoisted(NamedTuple):
    """A layout."""

    tree: Tree
    """Without links: a package that lies on this disk is a `file:` folder that is copied."""
    instances: Mapping[str, str]
    """Location to the key of the instance that is there."""
    doubled: tuple[Doubled, ...]


_HINT: Final = "have one of them depend on the same version as the others, with an override"


def hoist(graph: LockedGraph, importer: str, *, hint: str | None = None) -> Hoisted:
    """Return the layout of what the importer in the folder `importer` reaches.

    It depends on what the graph says, never on the order in which it says it.

    Args:
        graph: with one instance in place of those that cannot be told apart, or with many.
        importer: one of its importers' folders.
        hint: what to do where there is no layout; None for what any tool can do.

    Raises:
        LockfileError: ELAYOUT where no finite layout was found; the ring of packages is named.
    """
    merged = merge_instances(graph)
    problem = state_problem(merged, merged.importers[importer])
    try:
        top = place(problem)
    except EndlessError as error:
        raise _no_layout(merged, problem, error, hint or _HINT) from None
    copies = dict(_list_copies(top))
    nodes = {
        location: make_node(location, copy.name, merged.instances[problem.keys[copy.instance]])
        for location, copy in copies.items()
    }
    return Hoisted(
        Tree(nodes),
        {location: problem.keys[copy.instance] for location, copy in copies.items()},
        tuple(_find_doubled(merged, problem, copies)),
    )


def _list_copies(root: PlacedCopy) -> Iterator[tuple[str, PlacedCopy]]:
    """Yield location and copy, in the order of the locations, each after the folder around it."""
    waiting = [(ROOT, root)]
    while waiting:
        location, copy = waiting.pop()
        yield location, copy
        waiting += [
            (join_location(location, name), inner)
            for name, inner in sorted(copy.children.items(), reverse=True)
            if inner.instance != CLOSED
        ]


def _find_doubled(
    graph: LockedGraph, problem: Problem, copies: Mapping[str, PlacedCopy]
) -> Iterator[Doubled]:
    """Yield each package (a name and a version) that is in several folders."""
    labels = [graph.instances[key].label for key in problem.keys]
    found: dict[str, list[str]] = {}
    for location, copy in copies.items():
        if location != ROOT:
            found.setdefault(labels[copy.instance], []).append(location)
    askers = None
    for package, locations in sorted(found.items()):
        if len(locations) == 1:
            continue
        askers = _find_askers(problem, copies, labels) if askers is None else askers
        names = {copies[location].name for location in locations}
        others = {
            labels[copy.instance]: askers.get(location, ())
            for location, copy in copies.items()
            if copy.name in names and labels[copy.instance] != package
        }
        asked_by = {one for location in locations for one in askers.get(location, ())}
        yield Doubled(package, tuple(locations), tuple(sorted(asked_by)), tuple(others.items()))


def _find_askers(
    problem: Problem, copies: Mapping[str, PlacedCopy], labels: Sequence[str]
) -> Mapping[str, tuple[str, ...]]:
    """Return location to the labels of what finds it."""
    places = {id(copy): location for location, copy in copies.items()}
    found: dict[str, set[str]] = {}
    for copy in copies.values():
        for name, _ in problem.edges[copy.instance]:
            at: PlacedCopy | None = copy
            while at is not None and name not in at.children:
                at = at.parent
            if at is not None:
                found.setdefault(places[id(at.children[name])], set()).add(labels[copy.instance])
    return {location: tuple(sorted(askers)) for location, askers in found.items()}


def _no_layout(
    graph: LockedGraph, problem: Problem, error: EndlessError, hint: str
) -> LockfileError:
    ring = [graph.instances[problem.keys[one]].label for one in error.ring]
    if error.copies:
        what = f"no node_modules with fewer than {error.copies:,} folders was found that holds"
    else:
        found = "holds" if error.is_certain else "was found that holds"
        what = f"no node_modules of finite depth {found}"
    return LockfileError(
        "ELAYOUT",
        f"{what} these packages: each round of the ring needs another one inside of it",
        facts=(("ring", " > ".join(ring)),),
        hint=hint,
    )
