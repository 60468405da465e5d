"""Only what the lockfile vouches for is recalled at an install."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zipper.layout.install_layout import Layout
from zipper.npm.package_json import Manifest
from zipper.pipeline.install_note import LaidOut, Note
from zipper.store.store_zips import Store
from zipper.tree.model import Node, Tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("integrity", "link", "is_noted"),
    [
        ("sha512-a==", None, True),
        (None, None, False),
        ("", None, False),
        ("sha512-a==", "a", False),
    ],
)
def test_what_could_be_other_bytes_is_not_noted(
    integrity: str | None, link: str | None, is_noted: bool, tmp_path: Path
) -> None:
    """A tarball without integrity may be another one the next time, and a folder may change."""
    manifest = Manifest(name="a", version="1.0.0")
    node = Node(
        location="node_modules/a", name="a", manifest=manifest, version="1.0.0",
        link_target=link, integrity=integrity,
    )  # fmt: skip
    note, made = Note(Store(tmp_path), {"what": "asked"}), LaidOut(Layout((), ()), 1, ())

    note.remember(made, Tree({node.location: node}))

    assert is_noted == (note.recall() is not None)
