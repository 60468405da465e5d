"""Locked graphs for tests: drawn by hand, drawn by hypothesis, laid out by trying everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from zipper.npm.package_json import Manifest
from zipper.tree.locked_graph import Instance, LockedGraph

if TYPE_CHECKING:
    from collections.abc import Mapping


def draw_graph(edges: Mapping[str, Mapping[str, str] | list[str]], **more: Any) -> LockedGraph:
    """Return a graph of instances such as `a1`, which is version 1 of `a`; `top` is the importer.

    Edges are names and instances, or a list of instances that are asked for under their names.
    `more` has further fields by instance.
    """
    instances = {}
    for key, wanted in edges.items():
        targets = {to[:-1]: to for to in wanted} if isinstance(wanted, list) else dict(wanted)
        is_top = key == "top"
        manifest = Manifest(
            name="" if is_top else key[:-1],
            version="" if is_top else f"{key[-1]}.0.0",
            dependencies={name: f"{to[-1]}.0.0" for name, to in targets.items()},
        )
        instances[key] = Instance(manifest, targets, folder="" if is_top else None)
        fields = more.get(key, {})
        instances[key] = instances[key]._replace(**fields)
    return LockedGraph(instances, {"": "top"})


@st.composite
def graphs(draw: st.DrawFn, *, instances_max: int = 7) -> LockedGraph:
    """Draw any graph of a few packages in a few versions, rings and all."""
    count = draw(st.integers(1, instances_max))
    names = draw(st.integers(1, min(4, count)))
    keys = sorted({f"{'abcdefgh'[at % names]}{1 + at // names}" for at in range(count)})
    edges = {
        key: draw(st.lists(st.sampled_from(keys), max_size=3, unique_by=lambda to: to[0]))
        for key in ("top", *keys)
    }
    return draw_graph(edges)


def count_fewest(graph: LockedGraph, *, copies_max: int) -> int | None:
    """Return the fewest copies with which every walk finds its instance, by trying everything.

    None where more than `copies_max` are needed. A layout is a map from paths of names to
    instances; what a walk lacks is put into each folder on its way in turn.
    """
    for limit in range(copies_max + 1):
        if _fits({(): "top"}, graph, limit):
            return limit
    return None


def _fits(layout: dict[tuple[str, ...], str], graph: LockedGraph, left: int) -> bool:
    lacking = next(_list_lacking(layout, graph), None)
    if lacking is None:
        return True
    if left == 0:
        return False
    folder, name, wanted = lacking
    while True:
        if (*folder, name) in layout:
            return False
        if _fits({**layout, (*folder, name): wanted}, graph, left - 1):
            return True
        if not folder:
            return False
        folder = folder[:-1]


def _list_lacking(layout: Mapping[tuple[str, ...], str], graph: LockedGraph) -> Any:
    for folder, key in layout.items():
        for name, wanted in graph.instances[key].targets.items():
            at = folder
            while (*at, name) not in layout and at:
                at = at[:-1]
            if layout.get((*at, name)) != wanted:
                yield folder, name, wanted
