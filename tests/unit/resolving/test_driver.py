"""What the resolver asks for decides whether its answer may be noted."""

from __future__ import annotations

import pytest

from zipper.npm.spec import parse_spec
from zipper.resolving.driver import UsedInputs
from zipper.tree.resolver_requests import (
    InnerManifests,
    ManifestRequest,
    PackumentRequest,
    ResolverRequest,
)

INTEGRITY = "sha512-" + "A" * 86 + "=="


@pytest.mark.parametrize(
    ("ask", "is_lasting"),
    [
        (PackumentRequest("a"), True),
        (InnerManifests("a", "1.0.0", "https://registry.example/a.tgz", INTEGRITY), True),
        (InnerManifests("a", "1.0.0", "https://registry.example/a.tgz", None), False),
        (ManifestRequest(parse_spec("a@https://registry.example/a.tgz", where="/")), False),
        (ManifestRequest(parse_spec("a@github:b/a", where="/")), False),
        (ManifestRequest(parse_spec("a@github:b/a#main", where="/")), False),
        (ManifestRequest(parse_spec(f"a@github:b/a#{'0' * 40}", where="/")), True),
        (ManifestRequest(parse_spec("a@file:a.tgz", where="/")), False),
    ],
    ids=[
        *("packument", "tarball with integrity", "tarball without", "address"),
        *("git", "branch", "commit", "file"),
    ],
)
def test_only_packuments_and_what_they_vouch_for_last(
    ask: ResolverRequest, is_lasting: bool
) -> None:
    """One ask that depends on the moment is enough, whatever comes after it."""
    basis = UsedInputs()
    for one in (PackumentRequest("before"), ask, PackumentRequest("after")):
        basis.note(one)

    assert is_lasting is basis.is_lasting
