"""Why a package is in the tree, and why more than once."""

from __future__ import annotations

from tests.support.invented_registry import project, registry
from tests.support.resolving import resolve
from zipper.tree.why import draw_explanation, explain

_TREE = resolve(
    project({"dependencies": {"a": "*", "b": "*"}, "devDependencies": {"pad": "^1.0.0"}}),
    registry(
        {
            "pad@1.3.0": {},
            "pad@2.0.0": {},
            "a@1.2.0": {"dependencies": {"pad": "^1.3.0"}},
            "b@2.0.0": {"dependencies": {"pad": "^2.0.0"}},
        }
    ),
).tree


def test_every_chain_and_the_reason_of_a_second_copy_are_told() -> None:
    """Each copy has its chains from the project; the deeper one says what it could not share."""
    assert [
        "pad@1.3.0  node_modules/pad",
        "  fn > pad@^1.0.0 (dev)",
        "  fn > a@1.2.0 > pad@^1.3.0 (prod)",
        "pad@2.0.0  node_modules/b/node_modules/pad",
        "  fn > b@2.0.0 > pad@^2.0.0 (prod)",
        "  its own copy: node_modules/pad is 1.3.0, which `^2.0.0` excludes",
    ] == draw_explanation(explain(_TREE, "pad"), _TREE)


def test_a_package_that_is_not_there_is_said_to_be_absent() -> None:
    """Asking for an unknown name is no error."""
    assert ["`left` is not in the tree"] == draw_explanation(explain(_TREE, "left"), _TREE)


def test_circles_end() -> None:
    """A chain visits no package twice."""
    tree = resolve(
        project({"dependencies": {"a": "*"}}),
        registry(
            {"a@1.0.0": {"dependencies": {"b": "*"}}, "b@1.0.0": {"dependencies": {"a": "*"}}}
        ),
    ).tree

    (copy,) = explain(tree, "b").copies
    assert copy.is_complete
    assert [["a", "b"]] == [[edge.name for edge in chain] for chain in copy.chains]


def test_every_chain_is_found_where_it_is_wanted() -> None:
    """Six layers of three packages that need each other's next layer have 729 chains."""
    names = [[f"l{layer}n{number}" for number in range(3)] for layer in range(6)]
    packages = {
        f"{name}@1.0.0": {"dependencies": dict.fromkeys(below, "*")}
        for layer, below in zip(names, [*names[1:], ["last"]], strict=True)
        for name in layer
    }
    tree = resolve(
        project({"dependencies": dict.fromkeys(names[0], "*")}),
        registry({**packages, "last@1.0.0": {}}),
    ).tree

    (few,) = explain(tree, "last").copies
    (every,) = explain(tree, "last", every=True).copies

    assert (50, False) == (len(few.chains), few.is_complete)
    assert (3**6, True) == (len(set(every.chains)), every.is_complete)
    assert set(few.chains) < set(every.chains)
    assert "  ... and more chains: `--all` shows every one" in draw_explanation(
        explain(tree, "last"), tree
    )
