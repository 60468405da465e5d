"""The same lockfile has the same layout tomorrow: graphs, and where each way puts what is in them.

    python -m tests.unit.tree.test_hoist_layouts

lays the graphs of the table out anew, for a change that is meant to move folders.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.support.shared import REPOSITORY
from zipper.tree.hoist_choices import place
from zipper.tree.hoist_deeply import place_deeply
from zipper.tree.hoist_exactly import is_small, place_fewest
from zipper.tree.hoist_greedily import choose_top, improve_top
from zipper.tree.hoist_problem import CLOSED, TOP, EndlessError, PlacedCopy, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TABLE: Final = REPOSITORY / "fixtures" / "locked" / "layouts.json"
ROWS: Final = json.loads(TABLE.read_text("utf-8"))

WAYS: Final[Mapping[str, Callable[[Problem], PlacedCopy | None]]] = {
    "all": place,
    "one": lambda problem: improve_top(problem, choose_top(problem))[0],
    "exact": place_fewest,
    "deep": lambda problem: place_deeply(problem, ()),
}
"""The way that is chosen, one pass, all that there are, and the search."""


def read(row: Mapping[str, Any]) -> Problem:
    """Return what there is to lay out; `a1` is an instance that is asked for as `a`."""
    keys = list(row["edges"])

    def number(field: str) -> dict[int, list[tuple[str, int]]]:
        found = row.get(field, {}).items()
        return {
            keys.index(key): [(to[0], keys.index(to)) for to in text.split()] for key, text in found
        }

    def names(field: str) -> dict[int, list[str]]:
        return {keys.index(key): text.split() for key, text in row.get(field, {}).items()}

    return Problem(
        keys,
        [*number("edges").values()],
        number("bundled"),
        names("closed"),
        names("barred"),
    )


def draw(problem: Problem, copy: PlacedCopy) -> str:
    """Return what is in a folder, in brackets what is in each of these; 0 is a tarball's own."""
    return " ".join(
        (f"{name}0" if inner.instance == CLOSED else problem.keys[inner.instance])
        + (f"({draw(problem, inner)})" if inner.children else "")
        for name, inner in sorted(copy.children.items())
    )


def lay_out(problem: Problem, way: str) -> str:
    """Return the layout as a text."""
    try:
        placed = WAYS[way](problem)
    except EndlessError as error:
        return "endless for sure" if error.is_certain else "endless"
    return "endless" if placed is None else draw(problem, placed)


def list_ways(problem: Problem) -> list[str]:
    """Return the ways that can lay it out."""
    whole = not problem.bundled and not problem.closed
    found = {"all": True, "one": True, "exact": is_small(problem), "deep": whole}
    return [way for way in WAYS if found[way]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["edges"]["top"])
def test_a_graph_is_laid_out_as_before(row: dict[str, Any]) -> None:
    """In each way that can; none has fewer copies than the one that tries everything."""
    problem = read(row)

    assert row["layouts"] == {way: lay_out(problem, way) for way in list_ways(problem)}
    layouts = [text.replace("(", " ").split() for text in row["layouts"].values()]
    if "exact" in row["layouts"]:
        fewest = row["layouts"]["exact"].replace("(", " ").split()
        assert all(len(fewest) <= len(one) for one in layouts if one[0] != "endless")


def test_an_importer_of_nothing_is_alone() -> None:
    """No way makes a folder for it."""
    problem = Problem(["top"], [[]], {}, {}, {})

    assert ["", "", "", ""] == [lay_out(problem, way) for way in list_ways(problem)]
    assert TOP == place(problem).instance


def test_what_the_importer_must_not_find_may_lie_at_the_top() -> None:
    """There is no other place for what all others find there; a package bars its own folder."""
    edges = {"top": "a1", "a1": "b1", "b1": ""}
    free = read({"edges": edges, "barred": {"top": "b"}})
    edges = {"top": "b2 c1", "a1": "b1", "b1": "", "b2": "", "c1": "a1"}
    nested = read({"edges": edges, "barred": {"c1": "b"}})

    assert ["a1 b1"] * 4 == [lay_out(free, way) for way in list_ways(free)]
    assert ["a1(b1) b2 c1"] * 4 == [lay_out(nested, way) for way in list_ways(nested)]


def main() -> None:
    """Write the table anew."""
    rows = []
    for row in ROWS:
        problem = read(row)
        layouts = {way: lay_out(problem, way) for way in list_ways(problem)}
        rows.append(json.dumps({**row, "layouts": layouts}))
    lines = ",\n".join(rows)
    TABLE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
