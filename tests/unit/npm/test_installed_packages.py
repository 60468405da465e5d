"""Which installed package a file belongs to, in the layouts of every package manager."""

from __future__ import annotations

import pytest

from zipper.npm.folder_path import find_installed


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("index.js", ""),
        ("node_modules/a/index.js", "node_modules/a"),
        ("node_modules/@s/b/lib/b.js", "node_modules/@s/b"),
        ("node_modules/a/node_modules/b/b.js", "node_modules/a/node_modules/b"),
        ("packages/fn/node_modules/a/a.js", "packages/fn/node_modules/a"),
        ("node_modules/.pnpm/a@1.0.0/node_modules/a/a.js",
         "node_modules/.pnpm/a@1.0.0/node_modules/a"),
        ("node_modules/.pnpm/a@1.0.0/node_modules/@s/b/b.js",
         "node_modules/.pnpm/a@1.0.0/node_modules/@s/b"),
        ("node_modules/file.js", ""),
        ("node_modules/@s/file.js", ""),
        ("node_modules/.bin/tsc", ""),
        ("node_modules/.package-lock.json", ""),
        ("node_modules/a/test/node_modules/file.js", "node_modules/a"),
        ("node_modules/a/test/node_modules/b/package.json", "node_modules/a"),
        ("node_modules/a/test/node_modules/b/node_modules/c/c.js", "node_modules/a"),
        ("node_modules/a/node_modules/file.js", "node_modules/a"),
        ("my_node_modules/a/a.js", ""),
        ("node_modules", ""),
        ("node_modules/", ""),
    ],
)  # fmt: skip
def test_a_package_is_what_a_package_manager_installs(path: str, folder: str) -> None:
    """A node_modules deeper in a package is one of its own folders, such as a test's fixtures."""
    assert folder == find_installed(path)
