"""The page of `explain --html`: one file with everything in it, for a browser without a network.

In: the template, an inventory, a report, changes. Out: the page's text. The template has a single
hole, for the data as JSON; what is seen is made from them in the browser, so that no text of a
package is ever put into HTML here.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import replace
from string import Template
from typing import TYPE_CHECKING

from zipper.as_json import as_json
from zipper.report.as_text import QUOTA_BYTES
from zipper.report.bundle_parts import name_parts
from zipper.report.changes import last_name, short_names
from zipper.report.size_tree import Branch, grow
from zipper.tree.connections import connect
from zipper.tree.model import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zipper.findings import Finding
    from zipper.report.changes import Changes
    from zipper.report.inventory import Inventory
    from zipper.tree.model import Tree

__all__ = ["list_packages", "make_page"]


def make_page(
    template: str,
    inventory: Inventory,
    *,
    findings: Sequence[Finding] = (),
    changes: Changes | None = None,
) -> str:
    """Return the page. The same package gives the same bytes, wherever it is on a disk.

    Args:
        template: the text of `page.html`, in which `$data` is the hole and `$$` a dollar.
        inventory: what the package holds.
        findings: what the checks say.
        changes: what differs from another package, if there is one.
    """
    data = {
        "path": last_name(inventory.path),
        "size_bytes": inventory.size_bytes,
        "unzipped_size_bytes": inventory.unzipped_size_bytes,
        "quota_bytes": QUOTA_BYTES,
        "files": len(inventory.files),
        "gone_bytes": sum(file.size_bytes for file in inventory.gone),
        "gone_files": len(inventory.gone),
        "tree": _pack(replace(grow(inventory), label=last_name(inventory.path))),
        "packages": [*list_packages(inventory), *_list_bundled(inventory)],
        "findings": [
            as_json(finding)
            for severity in ("error", "warning", "info")
            for finding in findings
            if finding.severity == severity
        ],
        "changes": None if changes is None else as_json(short_names(changes)),
    }
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
    # JSON inside of a script element must not close it, nor open a comment.
    return Template(template).substitute(data=text.replace("<", "\\u003c"))


def list_packages(inventory: Inventory) -> list[dict[str, object]]:
    """Return a row for each package: its fields, and the shortest chain that asks for it."""
    chains = _shortest_chains(inventory.tree)
    return [
        {
            "name": row.name,
            "version": row.version,
            "licence": row.licence,
            "folder": row.folder,
            "files": row.files,
            "size_bytes": row.size_bytes,
            "zipped_size_bytes": row.zipped_size_bytes,
            "why": chains.get(row.folder, ""),
        }
        for row in inventory.packages
    ]


def _list_bundled(inventory: Inventory) -> Iterator[dict[str, object]]:
    """Yield a row for each package in a bundle, which is in the folder that the tree gives it."""
    sizes = {file.name: file for file in inventory.files}
    for name, parts in inventory.parts.items():
        rows: dict[tuple[str, str], list[int]] = {}
        for part in name_parts(parts):
            if part.package:
                rows.setdefault((part.package, part.version), []).append(part.size_bytes)
        file = sizes[name]
        for (package, version), found in rows.items():
            yield {
                "name": package,
                "version": version,
                "licence": "not known",
                "folder": f"{name}/node_modules/{package}",
                "files": len(found),
                "size_bytes": sum(found),
                "zipped_size_bytes": file.zipped_size_bytes * sum(found) // file.size_bytes,
                "why": f"in the bundle {name}",
            }


def _shortest_chains(tree: Tree) -> Mapping[str, str]:
    """Return for each location the names on a shortest way from the project to it."""
    if ROOT not in tree.nodes:
        return {}
    edges = connect(tree).edges_out
    chains = {ROOT: ""}
    waiting = deque([ROOT])
    while waiting:
        source = waiting.popleft()
        for edge in edges.get(source, ()):
            if edge.target is not None and edge.target not in chains:
                before = chains[source]
                chains[edge.target] = f"{before} > {edge.name}" if before else edge.name
                waiting.append(edge.target)
    return chains


def _pack(branch: Branch) -> list[object]:
    """Return a branch as the page reads it: label, bytes, zipped bytes, files, package, branches.

    `package` is the folder of a package, and 0 for a file or a folder. Where pruning took something
    out, its bytes and zipped bytes follow; branches are 0 then for a file.

    Small arrays instead of objects: 30,000 files make 1 MB. A folder with nothing but one folder
    in it becomes one branch, as there is nothing to choose. Recursion is as deep as folders are,
    which the names of a zip bound at 65,535 bytes; deeper ones than 200 are summed up.
    """
    return _pack_to(branch, 200, "")


def _pack_to(branch: Branch, depth: int, place: str) -> list[object]:
    label = branch.label
    while not branch.is_package and len(branch.branches) == 1:
        ((below, only),) = branch.branches.items()
        if not only.branches or only.is_package:
            break
        label, branch, place = f"{label}/{only.label}", only, below
    packed: list[object] = [
        label,
        branch.size_bytes,
        branch.zipped_size_bytes,
        branch.files,
        place if branch.is_package else 0,
    ]
    if branch.branches and depth:
        packed.append([_pack_to(item, depth - 1, key) for key, item in branch.branches.items()])
    if branch.gone_bytes:
        packed += [] if len(packed) > 5 else [0]
        packed += [branch.gone_bytes, branch.gone_zipped_bytes]
    return packed
