"""Addresses of packuments and tarballs, and which registry a `resolved` is fetched from."""

from __future__ import annotations

import pytest

from zipper.npm.npmrc import build_settings, layer_from_text
from zipper.registry.address import default_registry, packument_url, rewrite_resolved, tarball_url


def settle(text: str):
    """Return the settings of one .npmrc."""
    return build_settings([layer_from_text("user", text, ".npmrc")], environ={})


PRIVATE = "registry=https://registry.example/npm"


@pytest.mark.parametrize(
    ("name", "version", "path"),
    [
        ("a", "1.0.0", "a/-/a-1.0.0.tgz"),
        ("@s/a", "1.0.0-rc.1", "@s/a/-/a-1.0.0-rc.1.tgz"),
        ("a", "1.0.0+build.5", "a/-/a-1.0.0.tgz"),
        ("a b", "1.0.0", "a%20b/-/a%20b-1.0.0.tgz"),
    ],
)
def test_standard_tarball_address(name, version, path):
    """`registry/name/-/basename-version.tgz`, without build metadata."""
    assert f"https://registry.example/npm/{path}" == tarball_url(settle(PRIVATE), name, version)


def test_packument_address_escapes_the_slash_of_a_scope():
    """Only the scope's slash is escaped, in npm's spelling."""
    found = [packument_url(settle(PRIVATE), name) for name in ("a", "@s/a", "../x?y#z")]

    assert [
        "https://registry.example/npm/a",
        "https://registry.example/npm/@s%2fa",
        "https://registry.example/npm/..%2fx%3Fy%23z",
    ] == found


def test_scope_has_its_registry():
    """The scope's registry gives the base of both addresses."""
    settings = settle(PRIVATE + "\n@s:registry=https://other.example")

    assert "https://other.example/@s/a/-/a-1.0.0.tgz" == tarball_url(settings, "@s/a", "1.0.0")


def test_public_registry_is_known_without_being_written_down():
    """Without a setting the address comes from the package URL library."""
    assert default_registry().startswith("https://")
    assert default_registry() + "a/-/a-1.0.0.tgz" == tarball_url(settle(""), "a", "1.0.0")


REWRITTEN = [
    # setting, resolved (PUBLIC stands for the public registry), expected
    ("", "PUBLIC/a/-/a-1.0.0.tgz", "https://registry.example/npm/a/-/a-1.0.0.tgz"),
    ("", "https://third.example/a.tgz", "https://third.example/a.tgz"),
    ("", "https://registry.example/npm/a.tgz", "https://registry.example/npm/a.tgz"),
    ("never", "PUBLIC/a.tgz", "PUBLIC/a.tgz"),
    ("always", "https://third.example:99/a.tgz", "https://registry.example/npm/a.tgz"),
    ("always", "http://x.example/npm/a.tgz", "https://registry.example/npm/a.tgz"),
    ("third.example", "https://third.example/a.tgz", "https://registry.example/npm/a.tgz"),
    ("third.example", "PUBLIC/a.tgz", "PUBLIC/a.tgz"),
    ("https://third.example/old/", "https://third.example/old/a.tgz", "https://registry.example/npm/a.tgz"),
    ("https://third.example/old/", "https://third.example/older/a.tgz", "https://third.example/older/a.tgz"),
    ("always", "git+ssh://git@host.example/a.git#1", "git+ssh://git@host.example/a.git#1"),
    ("always", "file:../a.tgz", "file:../a.tgz"),
]  # fmt: skip


@pytest.mark.parametrize(("setting", "resolved", "expected"), REWRITTEN)
def test_replace_registry_host(setting, resolved, expected):
    """What was locked at one registry is fetched from the configured one, as npm does."""
    public = default_registry().rstrip("/")
    settings = settle(PRIVATE + (f"\nreplace-registry-host={setting}" if setting else ""))
    found = rewrite_resolved(settings, resolved.replace("PUBLIC", public), name="a")

    assert expected.replace("PUBLIC", public) == found


def test_nothing_is_rewritten_without_another_registry():
    """With the public registry itself, `resolved` stands."""
    resolved = default_registry() + "a/-/a-1.0.0.tgz"

    assert resolved == rewrite_resolved(settle(""), resolved, name="a")


def test_scoped_name_is_rewritten_to_its_registry():
    """The scope's registry takes over what was locked at the public one."""
    settings = settle("@s:registry=https://scope.example/")
    resolved = default_registry() + "@s/a/-/a-1.0.0.tgz"

    assert "https://scope.example/@s/a/-/a-1.0.0.tgz" == rewrite_resolved(
        settings, resolved, name="@s/a"
    )
