"""The pass that lays a graph out: each case is worked out by hand from Node's walk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zipper.tree.hoist_greedily import choose_top, count_allowed, improve_top, place_all
from zipper.tree.hoist_problem import CLOSED, EndlessError, PlacedCopy, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTHING = -2


def state(*edges: Mapping[str, int], **fields: Any) -> Problem:
    """Return the problem in which each instance, the importer first, has these edges."""
    kept: dict[str, Any] = {"bundled": {}, "closed": {}, "barred": {}, **fields}
    return Problem(
        list(map(str, range(len(edges)))), [sorted(one.items()) for one in edges], **kept
    )


def list_folders(root: PlacedCopy) -> dict[str, int]:
    """Return the instance in each folder."""
    found, waiting = {}, [("", root)]
    while waiting:
        path, copy = waiting.pop()
        for name, child in copy.children.items():
            found[f"{path}/{name}".lstrip("/")] = child.instance
            waiting.append((f"{path}/{name}", child))
    return found


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        (({"a": 1}, {"b": 2}, {}), {"a": 1, "b": 2}),
        (({"a": 1}, {"b": 2, "c": 3}, {"c": 3}, {"c": 4}, {}), {"a": 1, "b": 2, "c": 3}),
        (({"a": 1, "b": 2}, {"c": 3}, {"c": 4}, {}, {}), {"a": 1, "b": 2, "c": 3}),
        (({"a": 1, "b": 2}, {"c": 4}, {"c": 3}, {}, {}), {"a": 1, "b": 2, "c": 3}),
        (({"a": 1, "b": 2, "c": 5}, {"c": 4}, {"c": 4}, {}, {}, {}), {"a": 1, "b": 2, "c": 5}),
        (({},), {}),
    ],
)
def test_at_the_top_is_what_most_depend_on(
    edges: tuple[dict[str, int], ...], expected: dict[str, int]
) -> None:
    """What the importer asks for comes first, and the lower number of two that are as wanted."""
    assert expected == choose_top(state(*edges))


@pytest.mark.parametrize(
    ("edges", "top", "fields", "expected"),
    [
        (({"a": 1}, {"b": 2}, {}), {"a": 1, "b": 2}, {}, {"a": 1, "b": 2}),
        (({"a": 1}, {"b": 2}, {}), {"a": 1, "b": NOTHING}, {}, {"a": 1, "a/b": 2}),
        (({"a": 1}, {"b": 2}, {}), {"a": 1}, {}, {"a": 1, "b": 2}),
        (({"a": 1, "b": 2}, {"c": 3}, {"c": 4}, {}, {}), {"a": 1, "b": 2, "c": 3}, {},
         {"a": 1, "b": 2, "c": 3, "b/c": 4}),
        (({"a": 1}, {"b": 2}, {"c": 4}, {}, {}), {"a": 1, "b": 2, "c": 3}, {},
         {"a": 1, "b": 2, "b/c": 4}),
        # What a package finds is not changed by what one inside of it asks for.
        (({"a": 1}, {"b": 2, "c": 3}, {"c": 4}, {}, {}), {"a": 1, "b": NOTHING, "c": NOTHING}, {},
         {"a": 1, "a/b": 2, "a/c": 3, "a/b/c": 4}),
        # It goes as far out as nothing else was found through a folder.
        (({"a": 1}, {"b": 2}, {"c": 4}, {}, {}), {"a": 1, "b": NOTHING, "c": NOTHING}, {},
         {"a": 1, "a/b": 2, "a/c": 4}),
        (({"a": 1}, {"b": 2}, {"c": 4}, {}, {}), {"a": 1, "b": NOTHING, "c": NOTHING},
         {"barred": {1: {"c"}}}, {"a": 1, "a/b": 2, "a/b/c": 4}),
        (({"a": 1}, {"b": 2}, {"c": 4}, {}, {}), {"a": 1, "b": NOTHING, "c": 4},
         {"barred": {1: {"c"}, 2: {"c"}}}, {"a": 1, "a/b": 2, "c": 4}),
        (({"a": 1}, {"b": 2}, {}), {"a": 1, "b": 2}, {"closed": {1: ["x", "y"]}},
         {"a": 1, "a/x": CLOSED, "a/y": CLOSED, "b": 2}),
        (({"a": 1}, {"b": 2}, {"c": 3}, {}), {"a": 1, "b": 2, "c": 3},
         {"bundled": {1: [("b", 2)]}}, {"a": 1, "a/b": 2, "c": 3}),
        (({"a": 1}, {"b": 2}, {"c": 3}, {}), {"a": 1, "b": 2, "c": 3},
         {"bundled": {1: [("b", 2)], 2: [("c", 3)]}, "closed": {2: ["d"]}},
         {"a": 1, "a/b": 2, "a/b/c": 3, "a/b/d": CLOSED}),
        (({"a": 1, "b": 2}, {"b": 2}, {"a": 1}), {"a": 1, "b": 2}, {}, {"a": 1, "b": 2}),
        (({"a": 1}, {"a": 1}), {"a": 1}, {}, {"a": 1}),
    ],
)  # fmt: skip
def test_each_copy_is_as_far_out_as_it_changes_no_walk(
    edges: tuple[dict[str, int], ...],
    top: dict[str, int],
    fields: dict[str, Any],
    expected: dict[str, int],
) -> None:
    """The top holds what was chosen for it; else the outermost folder without another copy."""
    assert expected == list_folders(place_all(state(*edges, **fields), top, copies_max=99))


def test_a_layout_may_have_so_many_copies() -> None:
    """Ten thousand, and ten for each instance; the importer's folder counts as one."""
    pair = state({"a": 1, "b": 2}, {}, {})

    assert 10_030 == count_allowed(pair)
    assert 2 == len(list_folders(place_all(pair, {"a": 1, "b": 2}, copies_max=2)))
    with pytest.raises(EndlessError):
        place_all(pair, {"a": 1, "b": 2}, copies_max=1)


def test_a_ring_is_told_from_its_first_instance_to_the_same() -> None:
    """Two versions of one name that want each other have no end; each asks for the next."""
    with pytest.raises(EndlessError) as caught:
        place_all(state({"a": 1}, {"a": 2}, {"a": 1}), {"a": 1}, copies_max=99)

    assert caught.value.ring in ([1, 2, 1], [2, 1, 2])
    assert (False, 0) == (caught.value.is_certain, caught.value.copies)


def test_what_holds_others_may_be_better_off_below() -> None:
    """Three packages want one of d that wants another c than the top has: c goes where d is."""
    edges = ({"c": 5, "p": 1, "q": 2}, {"d": 3}, {"d": 3}, {"c": 4}, {}, {})
    root, chosen = improve_top(state(*edges), choose_top(state(*edges)))

    assert {"c": 5, "d": 3, "d/c": 4, "p": 1, "q": 2} == list_folders(root)
    assert 3 == chosen["d"]


def test_what_is_in_many_places_moves_to_the_top() -> None:
    """A first choice that makes three copies of a package is changed to one with one copy less."""
    edges = ({"p": 1, "q": 2, "r": 3}, {"c": 4}, {"c": 4}, {"c": 5}, {}, {})
    root, chosen = improve_top(state(*edges), {"p": 1, "q": 2, "r": 3, "c": 5})

    assert {"p": 1, "q": 2, "r": 3, "c": 4, "r/c": 5} == list_folders(root)
    assert 4 == chosen["c"]
