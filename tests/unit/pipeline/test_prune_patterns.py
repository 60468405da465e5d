"""Patterns of `keep` and `drop`: by the name in the zip, or below the last node_modules."""

from __future__ import annotations

import pytest

from zipper.errors import ProjectError
from zipper.pipeline.prune_patterns import PrunePatterns, tell_idle

VIEW = "node_modules/express/lib/view.js"
NESTED = "node_modules/a/node_modules/express/lib/view.js"


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        (VIEW, VIEW, True),
        (VIEW, NESTED, False),
        ("express/lib/view.js", VIEW, True),
        ("express/lib/view.js", NESTED, True),
        ("express/lib/view.js", "express/lib/view.js", True),
        ("express/**", VIEW, True),
        ("/express/**", VIEW, True),
        ("/node_modules/**", VIEW, True),
        ("lib/view.js", "src/lib/view.js", False),
        ("*.js", VIEW, True),
        ("*.ts", VIEW, False),
        ("other/**", VIEW, False),
    ],
)
def test_a_pattern_matches_names(pattern: str, name: str, *, matches: bool) -> None:
    """Of the zip, or of the package that is meant wherever it is."""
    patterns = PrunePatterns([pattern])

    assert (pattern if matches else None) == patterns.find(name)
    assert ([] if matches else [pattern]) == patterns.list_idle([name])


def test_the_first_that_matches_is_named() -> None:
    """Each that matches nothing is idle, in the order of the option."""
    patterns = PrunePatterns(["z/**", "*.js", "express/**", "a/**"])

    assert "*.js" == patterns.find(VIEW)
    assert ["z/**", "a/**"] == patterns.list_idle(["x.txt", VIEW])
    assert [] == PrunePatterns([]).list_idle([VIEW])
    assert PrunePatterns([]).find(VIEW) is None


@pytest.mark.parametrize("pattern", ["!", "a\\", "[z-a].js"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    """As for other options: a negation of nothing, half an escape, a range that is none."""
    with pytest.raises(ProjectError) as raised:
        PrunePatterns(["a", pattern])

    assert ("EPATTERN", (("patterns", pattern),)) == (raised.value.code, raised.value.facts)


def test_idle_patterns_are_told_with_their_option() -> None:
    """A warning for each."""
    found = tell_idle({"keep": ["a", "b"], "drop": ["c"], "other": []})

    assert {("prune-pattern", "warning", "")} == {one[:3] for one in found}
    told = [one.message.partition(",")[0] for one in found]
    pairs = (("keep", "a"), ("keep", "b"), ("drop", "c"))
    assert [f"`{option}` has the pattern `{pattern}`" for option, pattern in pairs] == told
    assert all("explain PROJECT --all" in one.hint for one in found)
