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


def test_all_paths_of_a_request_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of its layers too; without an output, the zip goes to this folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    settings = Settings(vendor="v/", trace="./t.json", layers=("own.zip",), osv="../osv")
    own = request_from(Settings(output="own.zip"), folder="layer")._replace(files="files/")
    request = request_from(settings, folder="fn")._replace(
        uses=(own,), node="bin/node", store_key="keys/own"
    )
    words = request._replace(node="v20", store_key="zipper-secret-00", output="-", uses=())

    made, kept = make_absolute([request, words])

    top, cache = str(tmp_path), str(tmp_path / "cache")
    layer = own._replace(
        project=f"{top}/layer", files=f"{top}/files/", output=f"{top}/own.zip", cache_dir=cache
    )
    expected = request._replace(
        project=f"{top}/fn",
        vendor=f"{top}/v/",
        trace=f"{top}/t.json",
        layers=(f"{top}/own.zip",),
        osv=f"{tmp_path.parent}/osv",
        node=f"{top}/bin/node",
        store_key=f"{top}/keys/own",
        output=f"{top}/",
        cache_dir=cache,
        written=(),
    )
    assert expected._replace(uses=(layer._replace(written=()),)) == made
    assert expected._replace(node="v20", store_key="zipper-secret-00", output="-", uses=()) == kept


def test_zips_of_a_layers_folder_are_known_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As those of a function's own, from whichever request names them."""
    monkeypatch.chdir(tmp_path)
    own = request_from(Settings(output="fn/l.zip"), folder="fn", written=("fn/l.zip",))
    request = request_from(Settings(), folder="fn", written=("fn/a.zip",))._replace(uses=(own,))

    (made,) = make_absolute([request])

    assert {f"{tmp_path}/fn/l.zip", f"{tmp_path}/fn/a.zip"} == set(made.written)
    assert set(made.written) == set(made.uses[0].written)
