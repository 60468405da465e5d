"""yarn's checksum of a package, from the members of its tarball."""

from __future__ import annotations

import pytest

from tests.support.tarballs import directory, gzip, member, tar
from zipper.store.extract import extract
from zipper.store.yarn_checksum import YarnChecksum


def take(*members: tuple[str, int, bytes], name: str = "a") -> str | None:
    checksum = YarnChecksum(name)
    for path, mode, data in members:
        if path.endswith("/"):
            checksum.add_other(path, True)  # noqa: FBT003  (as the reader calls it)
        else:
            checksum.add_file(path, mode, data)
    return checksum.finish()


EXPECTED = (
    "10c0/45b41430e0c6aafa0b111e63b9e1c8a05fc67942a0ed200ae92d6ff1dddd9cb9"
    "bcf90f02a013be6b79999ca34bff2475df886c586e224ebf7a324ea5f40a0e53"
)
PLAIN = (
    ("package/package.json", 0o644, b"{}"),
    ("package/bin/x.js", 0o755, b"#!/usr/bin/env node\n"),
)


def test_it_is_what_yarn_writes() -> None:
    """Of two files, one of them executable, packed and locked by yarn 4.9."""
    assert EXPECTED == take(*PLAIN)


def test_members_of_a_tarball_count_as_it_is_unpacked() -> None:
    """Its files and its folders, in the order that they have there."""
    members = [member(path, data, mode=mode) for path, mode, data in PLAIN]
    found = []
    for others in ((), (directory("package/lib/"),)):
        checksum = YarnChecksum("a")
        extract(gzip(tar(*others, *members)), label="a", checksum=checksum)
        found.append(checksum.finish())

    assert [EXPECTED, take(("package/lib/", 0o755, b""), *PLAIN)] == found


def test_what_yarn_passes_over_does_not_count() -> None:
    """The first folder's name, links of `.`, permission bits, paths that leave the package."""
    odd = (
        ("./x/package.json", 0o600, b"{}"),
        ("/etc/passwd", 0o644, b""),
        ("x/../../y", 0o644, b""),
        ("top", 0o644, b""),
        ("x/bin/x.js", 0o711, PLAIN[1][2]),
    )

    assert take(*PLAIN) == take(*odd)


def test_order_names_modes_and_folders_count() -> None:
    """A tarball in another order is another zip."""
    made = {
        take(*PLAIN),
        take(*reversed(PLAIN)),
        take(*PLAIN, name="b"),
        take(PLAIN[0], ("package/bin/x.js", 0o644, PLAIN[1][2])),
        take(("package/lib/", 0o755, b""), *PLAIN),
    }

    assert 5 == len(made)


@pytest.mark.parametrize("again", ["package/package.json", "package/./bin/x.js"])
def test_a_file_that_comes_again_as_it_was_changes_nothing(again: str) -> None:
    """As in tarballs of pnpm's, such as agent-base 7.1: the first and the last member, too."""
    known = {path.replace("bin", "./bin"): row for path, *row in PLAIN} | {
        path: row for path, *row in PLAIN
    }
    mode, data = known[again]

    assert EXPECTED == take(*PLAIN, (again, mode, data))


@pytest.mark.parametrize(
    "members",
    [
        (*PLAIN, ("package/package.json", 0o644, b"[]")),
        (*PLAIN, ("package/package.json", 0o755, b"{}")),
        (*PLAIN, ("package/bin/x.js", 0o755, b"other")),
        (("package/\u00e4.js", 0o644, b""),),
    ],
)
def test_what_is_not_understood_has_none(members: tuple[tuple[str, int, bytes], ...]) -> None:
    """Another file of a name that was, and a name beyond ASCII: the integrity is enough then."""
    assert take(*members) is None


def test_a_link_is_not_understood() -> None:
    """Yarn makes a link of it, which this does not follow."""
    checksum = YarnChecksum("a")
    checksum.add_other("package/link", False)  # noqa: FBT003  (as the reader calls it)

    assert checksum.finish() is None
