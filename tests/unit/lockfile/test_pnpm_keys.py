"""pnpm's keys, old and new: what a version leads to, and what a key says."""

from __future__ import annotations

import pytest

from zipper.lockfile.pnpm_keys import Key, find_key, parse_key

HASH = "vuicneq7h5plsu575owtj73piu"


@pytest.mark.parametrize(
    ("major", "name", "version", "expected"),
    [
        (9, "a", "1.0.0", "a@1.0.0"),
        (9, "@s/a", "1.0.0(b@2.0.0)", "@s/a@1.0.0(b@2.0.0)"),
        (9, "odd", "is-odd@3.0.1", "is-odd@3.0.1"),
        (9, "odd", "@s/odd@3.0.1(@t/x@1.0.0)", "@s/odd@3.0.1(@t/x@1.0.0)"),
        (9, "a", "1.0.0(@t/x@1.0.0)", "a@1.0.0(@t/x@1.0.0)"),
        (9, "a", "file:vendor/a", "a@file:vendor/a"),
        (
            9,
            "a",
            "git+https://user@host.example/a.git#1",
            "a@git+https://user@host.example/a.git#1",
        ),
        (9, "a", "link:../a", None),
        (6, "a", "1.0.0", "/a@1.0.0"),
        (6, "a", "1.0.0(@t/x@1.0.0)", "/a@1.0.0(@t/x@1.0.0)"),
        (6, "odd", "/is-odd@3.0.1", "/is-odd@3.0.1"),
        (6, "a", "file:vendor/a(b@1.0.0)", "file:vendor/a(b@1.0.0)"),
        (6, "a", "github.com/u/a/0123", "github.com/u/a/0123"),
        (5, "a", "1.0.0_b@2.0.0", "/a/1.0.0_b@2.0.0"),
        (5, "odd", "/is-odd/3.0.1", "/is-odd/3.0.1"),
        (5, "a", "link:vendor/a", None),
    ],
)
def test_a_version_leads_to_a_key(
    major: int, name: str, version: str, expected: str | None
) -> None:
    """Aliases, peers, addresses and folders lead where pnpm's `refToRelative` leads."""
    assert expected == find_key(name, version, major)


@pytest.mark.parametrize(
    ("major", "key", "expected"),
    [
        (9, "a@1.0.0", Key("a", "1.0.0", "a@1.0.0", None)),
        (9, "@s/a@1.0.0(b@2.0.0(c@3.0.0))(d@1.0.0)", Key("@s/a", "1.0.0", "@s/a@1.0.0", None)),
        (9, "a@1.0.0(patch_hash=abc)(b@1.0.0)", Key("a", "1.0.0", "a@1.0.0", "abc")),
        (
            9,
            "a@https://x.example/(a).tgz",
            Key("a", "https://x.example/(a).tgz", "a@https://x.example/(a).tgz", None),
        ),
        (9, "a@file:b(c)", Key("a", "file:b", "a@file:b", None)),
        (6, "/@s/a@1.0.0(b@2.0.0)", Key("@s/a", "1.0.0", "/@s/a@1.0.0", None)),
        (6, "github.com/u/a/0123", Key("", "", "github.com/u/a/0123", None)),
        (5, "/a/1.0.0", Key("a", "1.0.0", "/a/1.0.0", None)),
        (
            5,
            "/@s/a/1.0.0_@t+b@2.0.0+c@1.0.0",
            Key("@s/a", "1.0.0", "/@s/a/1.0.0", "@t+b@2.0.0+c@1.0.0"),
        ),
        (5, f"/a/1.0.0_{HASH}_b@1.0.0", Key("a", "1.0.0", "/a/1.0.0", HASH)),
        (
            5,
            "/lodash._reinterpolate/3.0.0",
            Key("lodash._reinterpolate", "3.0.0", "/lodash._reinterpolate/3.0.0", None),
        ),
        (5, "/my_pkg/3.0.0_x@1.0.0", Key("my_pkg", "3.0.0", "/my_pkg/3.0.0", "x@1.0.0")),
        (5, "github.com/u/a/0123", Key("", "", "github.com/u/a/0123", None)),
        (5, "/a", Key("", "", "/a", None)),
    ],
)
def test_a_key_says_name_version_and_patch(major: int, key: str, expected: Key) -> None:
    """Groups in parentheses are taken from the end, nested ones too; old keys end at `_`."""
    assert expected == parse_key(key, major)
