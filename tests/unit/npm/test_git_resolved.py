"""One form for a repository's address, whoever wrote the lockfile."""

from __future__ import annotations

import pytest

from zipper.npm.git_resolved import make_consistent

COMMIT = "ab" * 20
SSH = f"git+ssh://git@github.com/owner/name.git#{COMMIT}"


@pytest.mark.parametrize(
    "resolved",
    [
        f"github:owner/name#{COMMIT}",
        f"owner/name#{COMMIT}",
        f"https://github.com/owner/name#{COMMIT}",
        f"git+https://github.com/owner/name.git#{COMMIT}",
        f"git://github.com/owner/name.git#{COMMIT}",
        f"git@github.com:owner/name.git#{COMMIT}",
        SSH,
    ],
)
def test_a_known_host_has_one_form(resolved: str) -> None:
    """However it was written, npm's lockfiles say ssh."""
    assert SSH == make_consistent(resolved)


@pytest.mark.parametrize(
    "resolved",
    [
        f"git+https://user:secret@github.com/owner/name.git#{COMMIT}",
        f"git+https://host.example/name.git#{COMMIT}",
        f"git+file:///srv/name#{COMMIT}",
        "https://registry.example/a/-/a-1.0.0.tgz",
        "https://github.com/owner/name/archive/v1.tar.gz",
        f"https://codeload.github.com/owner/name/tar.gz/{COMMIT}",
        "file:a.tgz",
        "file:../a",
        "::",
        "",
    ],
)
def test_everything_else_stays(resolved: str) -> None:
    """Other hosts, passwords, tarballs and folders are as they were."""
    assert resolved == make_consistent(resolved)
