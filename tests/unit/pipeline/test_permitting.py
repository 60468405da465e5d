"""Which name a function has in AWS: what was said of it first, then the project's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.scene import write_files
from zipper.errors import UsageError, ZipperError
from zipper.pipeline.permitting import name_requested
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from pathlib import Path


def test_a_name_that_is_given_needs_no_project(tmp_path: Path) -> None:
    """Neither a setting of the deployment nor the function's own name reads a folder."""
    request = request_from(Settings(), folder=str(tmp_path / "gone"))

    assert "given" == name_requested(request, {"function_name": "given"})
    assert "own" == name_requested(request._replace(name="own"), {})
    assert "given" == name_requested(request._replace(name="own"), {"function_name": "given"})
    with pytest.raises(ZipperError):
        name_requested(request, {})


def test_a_project_names_its_function(tmp_path: Path) -> None:
    """Where nothing else does, package.json does."""
    write_files(tmp_path, {"package.json": {"name": "orders"}, "index.js": ""})

    assert "orders" == name_requested(request_from(Settings(), folder=str(tmp_path)), {})


@pytest.mark.parametrize("kind", ["layer", "web"])
def test_what_is_no_function_has_no_name(tmp_path: Path, kind: str) -> None:
    """The error says what deploys it."""
    request = request_from(Settings(), folder=str(tmp_path))._replace(kind=kind)

    with pytest.raises(UsageError, match=f"kind `{kind}`") as raised:
        name_requested(request, {"function_name": "given"})

    assert "EUSAGE" == raised.value.code
    assert "zipper help comparison" in (raised.value.hint or "")
