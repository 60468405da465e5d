"""Stages are measured one after another, and builds share what is the same for them."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scene import write_files
from zipper.errors import ZipperError
from zipper.events import StageStarted
from zipper.pipeline.session import Circumstances, Clock, Once
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from zipper.events import Event
    from zipper.settings.build_request import BuildRequest


def request_of(folder: Path) -> BuildRequest:
    """Return a request with a cache of its own beside the folder, or in it."""
    settings = Settings(cache_dir=str(folder / "cache"))
    return request_from(settings, folder=str(folder))


def test_stages_follow_each_other() -> None:
    """Each stage has its seconds, in order, and the total is at least their sum."""
    began = time.perf_counter()
    clock = Clock()
    clock.start("read")
    time.sleep(0.02)
    clock.start("write")
    timings = clock.timings()

    assert ["read", "write", "total"] == list(timings)
    assert timings["read"] >= 0.02 > timings["write"]
    assert timings["total"] >= timings["read"] + timings["write"] - 1e-5
    assert timings["total"] <= time.perf_counter() - began + 1e-5


def test_stage_that_comes_again_is_added() -> None:
    """One stage that is begun twice has the seconds of both."""
    clock = Clock()
    for _ in range(2):
        clock.start("read")
        time.sleep(0.01)
        clock.start("write")

    assert clock.timings()["read"] >= 0.02


def test_timings_end_the_stage() -> None:
    """What comes after asking for the timings is in no stage."""
    clock = Clock()
    clock.start("read")
    first = clock.timings()
    time.sleep(0.02)

    assert first["read"] == clock.timings()["read"]


def test_stages_are_told() -> None:
    """The callback hears of each stage with its total."""
    events: list[Event] = []
    clock = Clock(events.append)
    clock.start("read")
    clock.start("fetch", total=3)

    assert [StageStarted("read"), StageStarted("fetch", 3)] == events


def test_answers_are_made_once_and_errors_each_time() -> None:
    """By key; what has failed is tried again."""
    made: list[str] = []
    once = Once()

    def make(name: str) -> str:
        made.append(name)
        if name == "bad":
            raise ValueError(name)
        return name

    assert ["a", "a", "b"] == [
        once.get(key, partial(make, name)) for key, name in (("x", "a"), ("x", "b"), ("y", "b"))
    ]
    for _ in range(2):
        with pytest.raises(ValueError, match="bad"):
            once.get("z", partial(make, "bad"))
    assert ["a", "b", "bad", "bad"] == made


FIELDS: list[tuple[dict[str, Any], str, object]] = [
    ({"offline": True}, "offline", True),
    ({"no_recall": True}, "recalls", False),
    ({"cache_dir": "/elsewhere"}, "cache_dir", Path("/elsewhere")),
]
"""Changes of a request, and a field of the circumstances with its value."""


@pytest.mark.parametrize(("changes", "field", "expected"), FIELDS)
def test_each_setting_is_passed_on(
    tmp_path: Path, changes: dict[str, Any], field: str, expected: object
) -> None:
    """What a request says is how it is worked; by default it is something else."""
    request = request_of(tmp_path)

    given = Circumstances.of(request._replace(**changes), None)

    assert expected == getattr(given, field)
    assert expected != getattr(Circumstances.of(request, None), field)


def test_what_builds_have_in_common_is_passed_on(tmp_path: Path) -> None:
    """Answers, listeners, and whether packages are linked."""
    request, shared = request_of(tmp_path), Once()
    listen: list[object] = []

    given = Circumstances.of(request, listen.append, shared=shared, links=True)
    alone = Circumstances.of(request, None)

    assert (shared, True, True) == (given.shared, given.links, given.on_event is not None)
    assert (False, None) == (alone.links, alone.on_event)
    assert alone.shared is not Circumstances.of(request, None).shared


def test_builds_of_one_way_share_a_store(tmp_path: Path) -> None:
    """Another cache, and another way to work, is another store."""
    io = Circumstances.of(request_of(tmp_path), None)
    others = [
        io._replace(cache_dir=tmp_path / "other"),
        io._replace(links=True),
        io._replace(recalls=False),
        io._replace(defers=False),
    ]

    stores = [one.open_store() for one in (io, *others)]

    assert len(stores) == len({id(one) for one in stores})
    assert io.open_store() is stores[0]
    assert [tmp_path / "cache", tmp_path / "other"] == [one.cache_dir for one in stores[:2]]


CHANGES: list[dict[str, Any]] = [
    {"no_workspace": True},
    {"lockfile": "package-lock.json"},
    {"registry": "https://other.example/"},
]


@pytest.mark.parametrize("changes", CHANGES, ids=lambda changes: next(iter(changes)))
def test_a_project_is_read_once_for_each_way(tmp_path: Path, changes: dict[str, Any]) -> None:
    """Functions of one folder have it in common, unless they read it in another way."""
    root = {"name": "root", "workspaces": ["a", "b"]}
    lock = {"lockfileVersion": 3, "packages": {"": root}}
    for name in "ab":
        lock["packages"][name] = {"name": name}  # type: ignore[index]
        lock["packages"][f"node_modules/{name}"] = {"resolved": name, "link": True}  # type: ignore[index]
        write_files(tmp_path / name, {"package.json": {"name": name}})
    files: dict[str, str | bytes | dict] = {"package.json": root, "package-lock.json": lock}
    write_files(tmp_path, {**files, "npm-shrinkwrap.json": lock})
    request = request_of(tmp_path / "a")
    io = Circumstances.of(request, None)
    project = io.read_project(request)

    other = io.read_project(request._replace(**changes))

    assert "a" == project.member
    assert project is io.read_project(request)
    assert project is io.read_project(request._replace(handler="other.handler"))
    assert project is not other
    ways = {(one.member, one.lockfile_path, one.npm.digest()) for one in (project, other)}
    assert 2 == len(ways)
    sibling = io.read_project(request._replace(project=str(tmp_path / "b")))
    assert ("b", True) == (sibling.member, sibling.lockfile is project.lockfile)


def test_a_client_is_of_the_request(tmp_path: Path) -> None:
    """Its cache, whether it may connect, and a folder that has everything."""
    request = request_of(tmp_path)
    io = Circumstances.of(request, None)
    write_files(tmp_path, {"package.json": {"name": "fn"}})
    project = io.read_project(request)

    with io.open_client(project, request) as client:
        assert (tmp_path / "cache", False) == (client.cache_dir, client.offline)
        assert client.today() is not None
    with io._replace(offline=True).open_client(project, request) as client:
        assert client.today() is None
    vendored = request._replace(vendor=str(tmp_path / "absent"))
    with (
        io.open_client(project, vendored) as client,
        pytest.raises(ZipperError, match="absent"),
    ):
        client()
