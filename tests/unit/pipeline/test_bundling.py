"""A bundle begins with a source of the handler."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import zipper
from tests.support.scene import write_files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("handler", "file", "stem"),
    [
        (None, "other.js", "index"),
        ("src/app.handler", "app.js", "src/app"),
        ("./src/app.own.handler", "src/app.own", "src/app"),
        ("src/app.handler", "src/app.json", "src/app"),
    ],
)
def test_without_a_source_there_is_no_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, handler: str | None, file: str, stem: str
) -> None:
    """The error says what was looked for, before esbuild is."""
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    write_files(tmp_path / "fn", {"package.json": {"name": "fn"}, file: "1"})

    with pytest.raises(zipper.ZipperError, match="a bundle begins with one") as raised:
        zipper.plan(tmp_path / "fn", bundle=True, handler=handler, offline=True)

    assert ("EHANDLER", "looked for") == (raised.value.code, raised.value.facts[0][0])
    assert raised.value.facts[0][1].startswith(f"{stem}.ts, {stem}.js")
    assert "--handler src/index.handler" in (raised.value.hint or "")
