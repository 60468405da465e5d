"""A yarn.lock decides before the registry does, as in npm."""

from __future__ import annotations

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import resolve
from zipper.errors import IntegrityError, ResolutionError
from zipper.lockfile.yarn_classic import YarnEntry
from zipper.npm.package_json import Manifest
from zipper.npm.spec import resolve_spec
from zipper.tree.resolver_requests import FetchedManifest
from zipper.tree.yarn_spec import check_yarn_lock, expect_integrity

_HOST = "https://registry.example"
_ONE, _TWO = (f"sha512-{letter * 86}==" for letter in "AB")
_SHA1 = f"sha1-{'C' * 27}="
_PACKAGES: dict[str, dict] = {"a@1.0.0": {"dependencies": {"b": "1"}}, "a@1.1.0": {}, "b@1.0.0": {}}


@pytest.mark.parametrize(
    ("name", "spec", "version", "resolved", "wanted"),
    [
        ("a", "^1", "1.0.0", f"{_HOST}/a/-/a-1.0.0.tgz", "1.0.0"),
        ("a", "^1", "1.0.0", "http://localhost:8080/npm/x/a/-/a-1.0.0.tgz", "1.0.0"),
        ("@s/a", "^1", "1.0.0", f"{_HOST}/@s/a/-/a-1.0.0.tgz", "1.0.0"),
        ("@s/a", "^1", "1.0.0", f"{_HOST}/@s%2Fa/-/a-1.0.0.tgz", "1.0.0"),
        ("a", "^1", "1.0.0", f"{_HOST}/a/-/a-1.0.1.tgz", "npm:a@1.0.1"),
        ("a", "npm:b@^1", "1.0.0", f"{_HOST}/b/-/b-1.0.0.tgz", "npm:b@1.0.0"),
        ("a", "^1", "1.0.0", f"{_HOST}/@s/b/-/b-1.0.0.tgz", "npm:@s/b@1.0.0"),
        ("a", "^1", "1.0.0", f"{_HOST}/files/a-1.0.0.tgz", f"{_HOST}/files/a-1.0.0.tgz"),
        ("a", "^1", "1.0.0", f"{_HOST}/a/-/b-1.0.0.tgz", f"{_HOST}/a/-/b-1.0.0.tgz"),
        ("a", "^1", "1.0.0", f"{_HOST}/a/-/a-new.tgz", f"{_HOST}/a/-/a-new.tgz"),
        ("a", f"{_HOST}/a/-/a-1.0.0.tgz", "1.0.0", f"{_HOST}/a/-/a-1.0.0.tgz", None),
        ("a", "^1", "1.0.0", "", None),
    ],
)
def test_address_means_a_version(
    name: str, spec: str, version: str, resolved: str, wanted: str | None
) -> None:
    """A registry's tarball is its version, another package's an alias, and the rest an address."""
    asked = resolve_spec(name, spec, where="/case")
    entries = {f"{name}@{spec}": YarnEntry(version, resolved, _ONE)}

    found, _ = check_yarn_lock(asked, entries, where="/case")

    assert f"{name}@{wanted or spec}" == found.raw


def test_address_that_is_no_spec_is_coded() -> None:
    """What npm cannot fetch is an error of the package that asks for it."""
    asked = resolve_spec("a", "^1", where="/case")

    with pytest.raises(ResolutionError) as raised:
        check_yarn_lock(asked, {"a@^1": YarnEntry("1.0.0", "ftp://x/a.tgz")}, where="/case")

    assert "EUNSUPPORTEDPROTOCOL" == raised.value.code


@pytest.mark.parametrize(
    ("spec", "found", "noted", "integrity"),
    [
        ("1.0.0", _ONE, None, _ONE),
        ("1.0.0", _ONE, "nonsense", _ONE),
        ("1.0.0", _ONE, _ONE, _ONE),
        ("1.0.0", None, _ONE, _ONE),
        ("1.0.0", _ONE, _SHA1, f"{_SHA1} {_ONE}"),
        (f"{_HOST}/a.tgz", _ONE, _SHA1, _SHA1),
        ("git+https://git.example/a.git", None, _ONE, None),
    ],
)
def test_noted_integrity_is_kept(
    spec: str, found: str | None, noted: str | None, integrity: str | None
) -> None:
    """Yarn's hashes stay; a registry adds its own, and git has none."""
    fetched = FetchedManifest(manifest=Manifest(), resolved="", integrity=found)
    parsed = resolve_spec("a", spec, where="/case")

    assert integrity == expect_integrity(parsed, fetched, noted).integrity


def test_other_integrity_than_noted_is_refused() -> None:
    """A registry that has other bytes for a version than yarn saw is not believed."""
    fetched = FetchedManifest(manifest=Manifest(), resolved="", integrity=_ONE)

    with pytest.raises(IntegrityError) as raised:
        expect_integrity(resolve_spec("a", "1.0.0", where="/case"), fetched, _TWO)

    assert "EINTEGRITY" == raised.value.code
    assert (("wanted", _TWO), ("found", _ONE)) == raised.value.facts


@pytest.mark.parametrize(
    ("update", "versions"),
    [(False, {"a": "1.0.0", "b": "1.0.0"}), (True, {"a": "1.1.0"})],
)
def test_resolver_takes_what_yarn_chose(update: bool, versions: dict[str, str]) -> None:
    """An older version stays, with what it needs, unless everything is chosen anew."""
    request = project({"dependencies": {"a": "^1.0.0"}})._replace(
        yarn_lock={"a@^1.0.0": YarnEntry("1.0.0", f"{_HOST}/a/-/a-1.0.0.tgz")},
        update=update,
    )

    tree = resolve(request, registry(_PACKAGES)).tree

    assert versions == {node.name: node.version for node in tree.nodes.values() if node.location}


def test_an_error_names_the_yarn_lock_that_led_to_it() -> None:
    """A version that yarn chose and nobody has any more is not one that package.json asks for."""
    request = project({"dependencies": {"a": "^1.0.0"}})._replace(
        yarn_lock={"a@^1.0.0": YarnEntry("1.0.7", f"{_HOST}/a/-/a-1.0.7.tgz")}
    )

    with pytest.raises(ResolutionError) as raised:
        resolve(request, registry(_PACKAGES))

    assert "ETARGET" == raised.value.code
    assert ("chosen by", "yarn.lock, for `a@^1.0.0`") in raised.value.facts
    assert "yarn.lock" in (raised.value.hint or "")
