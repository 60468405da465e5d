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


OLD = "https://third.example/old/"
HOST = default_registry().removeprefix("https://").rstrip("/")
REWRITTEN = [
    # registry, setting, resolved, expected; PUBLIC is the public registry, HOST its name
    ("", "", "PUBLIC/a/-/a-1.0.0.tgz", "PUBLIC/a/-/a-1.0.0.tgz"),
    ("", "", "http://HOST/a/-/a-1.0.0.tgz", "PUBLIC/a/-/a-1.0.0.tgz"),
    ("", "", "https://HOST:8080/a.tgz?x=1#f", "PUBLIC/a.tgz"),
    ("", "", "http://third.example/a.tgz", "http://third.example/a.tgz"),
    ("", "never", "http://HOST/a.tgz", "http://HOST/a.tgz"),
    ("", "third.example", "http://HOST/a.tgz", "http://HOST/a.tgz"),
    ("PRIVATE", "", "PUBLIC/a/-/a-1.0.0.tgz", "https://registry.example/npm/a/-/a-1.0.0.tgz"),
    ("PRIVATE", "", "PUBLIC/@s/a/-/a-1.0.0.tgz", "https://registry.example/npm/@s/a/-/a-1.0.0.tgz"),
    ("PRIVATE", "", "https://third.example/a.tgz", "https://third.example/a.tgz"),
    ("PRIVATE", "", "https://registry.example/npm/a.tgz", "https://registry.example/npm/a.tgz"),
    ("PRIVATE", "never", "PUBLIC/a.tgz", "PUBLIC/a.tgz"),
    ("PRIVATE", "always", "https://third.example:99/a.tgz", "https://registry.example/npm/a.tgz"),
    ("PRIVATE", "always", "http://u:p@x.example/npm/a.tgz?x", "https://registry.example/npm/a.tgz"),
    ("PRIVATE", "third.example", "https://third.example/a.tgz?x", "https://registry.example/npm/a.tgz?x"),
    ("PRIVATE", "Third.example", "https://third.example/a.tgz", "https://third.example/a.tgz"),
    ("PRIVATE", "third.example:99", "https://third.example:99/a.tgz", "https://registry.example/a.tgz"),
    ("PRIVATE", "third.example", "PUBLIC/a.tgz", "PUBLIC/a.tgz"),
    ("PRIVATE", OLD, "https://third.example/old/a.tgz", "https://registry.example/npm/a.tgz"),
    ("PRIVATE", OLD, "https://third.example/older/a.tgz", "https://third.example/older/a.tgz"),
    ("PRIVATE", "always", "git+ssh://git@host.example/a.git#1", "git+ssh://git@host.example/a.git#1"),
    ("PRIVATE", "always", "file:../a.tgz", "file:../a.tgz"),
    ("registry=http://localhost:4873/", "", "PUBLIC/a.tgz", "http://localhost:4873/a.tgz"),
    ("@s:registry=https://scope.example/", "", "PUBLIC/@s/a.tgz", "PUBLIC/@s/a.tgz"),
]  # fmt: skip


@pytest.mark.parametrize(("registry", "setting", "resolved", "expected"), REWRITTEN)
def test_replace_registry_host(registry, setting, resolved, expected):
    """What was locked at one registry is fetched from the default one, as npm does."""
    npmrc = registry.replace("PRIVATE", PRIVATE)
    settings = settle(npmrc + (f"\nreplace-registry-host={setting}" if setting else ""))
    resolved, expected = (
        text.replace("PUBLIC", f"https://{HOST}").replace("HOST", HOST)
        for text in (resolved, expected)
    )

    assert expected == rewrite_resolved(settings, resolved)
