"""Which commands a node_modules folder offers."""

from __future__ import annotations

from zipper.tree.bins import BinLink, find_bin_links


def test_each_folder_offers_the_commands_of_what_is_in_it() -> None:
    """The first by its folder has a name that two offer; what no file can be called is left out."""
    offered = [
        ("node_modules/b", {"run": "b.js", "only\0": "b.js", "odd": "b\0.js"}),
        ("node_modules/a", {"run": "bin/a.js", "other": "../a.js"}),
        ("node_modules/@s/c", {"c": "c.js"}),
        ("node_modules/a/node_modules/d", {"run": "d.js"}),
        ("lib", {"lib": "lib.js"}),
    ]

    assert find_bin_links(offered) == [
        BinLink("node_modules/.bin/c", "../@s/c/c.js", "node_modules/@s/c/c.js"),
        BinLink("node_modules/.bin/run", "../a/bin/a.js", "node_modules/a/bin/a.js"),
        BinLink("node_modules/.bin/other", "../a.js", "node_modules/a/../a.js"),
        BinLink("node_modules/a/node_modules/.bin/run", "../d/d.js",
                "node_modules/a/node_modules/d/d.js"),
    ]  # fmt: skip
