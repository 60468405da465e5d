"""What a registry's manifest must say before it is taken."""

from __future__ import annotations

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import resolve
from zipper.errors import ResolutionError


@pytest.mark.parametrize("version", [None, "", 1])
def test_a_manifest_without_a_version_is_refused(version: object) -> None:
    """What cannot be locked is an error that says what to do."""
    with pytest.raises(ResolutionError) as raised:
        resolve(project({"dependencies": {"a": "*"}}), registry({"a@1.0.0": {"version": version}}))

    assert "EINCOMPLETEMANIFEST" == raised.value.code
    assert "use another registry: this one's copy is incomplete" == raised.value.hint
