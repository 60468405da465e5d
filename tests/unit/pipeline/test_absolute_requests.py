"""Requests for other processes: whole paths, and as many as the function needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.pipeline.absolute_requests import make_absolute
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_each_knows_of_the_zips_in_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a thousand zips those elsewhere are nothing to it; one by a link to its folder is."""
    monkeypatch.chdir(tmp_path)
    for name in ("a", "ab", "a/dist"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to("a/dist")
    written = ("dist/a.zip", "a/dist/b.zip", "ab/c.zip", "link/d.zip", "a.zip")

    request, other = make_absolute(
        [request_from(Settings(), folder=name, written=written) for name in ("a", "ab")]
    )

    assert request.project == str(tmp_path / "a")
    assert set(request.written) == {f"{tmp_path}/a/dist/b.zip", f"{tmp_path}/link/d.zip"}
    assert other.written == (f"{tmp_path}/ab/c.zip",)


def test_patterns_that_leave_the_folder_need_all(tmp_path: Path) -> None:
    """Files of the workspace may be zips of other functions."""
    written = (str(tmp_path / "x.zip"),)
    settings = Settings(include=("../shared/",))

    (request,) = make_absolute(
        [request_from(settings, folder=str(tmp_path / "a"), written=written)]
    )

    assert request.written == written


def test_words_and_arns_are_no_paths(tmp_path: Path) -> None:
    """What is no path stays as it is; an output keeps its last slash."""
    arn = "arn:aws:lambda:eu-west-1:123456789012:layer:trace:3"
    settings = Settings(layers=(arn, "a.zip"), output="dist/", store_key="zipper-secret-00")

    (request,) = make_absolute([request_from(settings, folder=str(tmp_path))])

    assert request.layers[0] == arn
    assert request.layers[1].endswith("/a.zip")
    assert request.output is not None
    assert request.output.startswith("/")
    assert request.output.endswith("/dist/")
    assert request.store_key == "zipper-secret-00"
