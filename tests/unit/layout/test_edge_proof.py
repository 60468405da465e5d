"""The proof over a laid out tree: it believes nothing but the walk."""

from __future__ import annotations

from tests.support.graphs import draw_graph
from zipper.layout.edge_proof import WrongEdge, prove_edges
from zipper.tree.hoist import hoist
from zipper.tree.model import Tree

GRAPH = draw_graph({"top": ["a1", "b1", "x1"], "a1": ["x2"], "b1": ["x1"], "x1": [], "x2": ["b1"]})


def test_a_right_layout_is_proven() -> None:
    """Every edge is walked and counted, and nothing is in the tree for nothing."""
    proof = prove_edges(hoist(GRAPH, "").tree, GRAPH, "")

    assert (6, (), ()) == proof


def test_a_lost_copy_is_a_wrong_edge() -> None:
    """Without the nested version the walk ends at the other one, and that is said."""
    nodes = dict(hoist(GRAPH, "").tree.nodes)
    del nodes["node_modules/a/node_modules/x"]

    proof = prove_edges(Tree(nodes), GRAPH, "")

    assert (WrongEdge("node_modules/a", "x", "x@2.0.0", "node_modules/x"),) == proof.wrong


def test_a_missing_package_is_a_wrong_edge() -> None:
    """A walk that finds nothing is told as such."""
    nodes = dict(hoist(GRAPH, "").tree.nodes)
    del nodes["node_modules/b"]

    proof = prove_edges(Tree(nodes), GRAPH, "")

    assert WrongEdge("", "b", "b@1.0.0", None) in proof.wrong


def test_other_bytes_are_wrong() -> None:
    """The right name in the right place is not enough: integrity and address have to be equal."""
    nodes = dict(hoist(GRAPH, "").tree.nodes)
    nodes["node_modules/b"] = nodes["node_modules/b"]._replace(integrity="sha512-other")

    proof = prove_edges(Tree(nodes), GRAPH, "")

    assert {"node_modules/b"} == {edge.found for edge in proof.wrong}


def test_one_folder_cannot_be_two_instances() -> None:
    """Two instances of one version that reach different packages need two folders."""
    graph = draw_graph(
        {
            "top": ["a1", "b1"],
            "a1": {"x": "x1"},
            "b1": {"x": "y1"},
            "x1": ["c1"],
            "y1": [],
            "c1": [],
        }
    )
    graph = graph._replace(
        instances={
            **graph.instances,
            "y1": graph.instances["y1"]._replace(manifest=graph.instances["x1"].manifest),
        }
    )
    nodes = dict(hoist(graph, "").tree.nodes)
    nested = [at for at in nodes if at.count("node_modules") > 1]
    shared = Tree({at: node for at, node in nodes.items() if at not in nested})

    assert () == prove_edges(Tree(nodes), graph, "").wrong
    assert 1 == len(prove_edges(shared, graph, "").wrong)


def test_what_nothing_reaches_is_told() -> None:
    """A package that no walk finds is in the tree for nothing."""
    nodes = dict(hoist(GRAPH, "").tree.nodes)
    nodes["node_modules/z"] = nodes["node_modules/b"]._replace(location="node_modules/z", name="z")

    assert ("node_modules/z",) == prove_edges(Tree(nodes), GRAPH, "").unreached
