"""What the public functions take and return: plain values of Python, short to look at."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

import zipper
from tests.support.scene import HANDLER, write_files
from zipper.events import Event, StageStarted
from zipper.pipeline.running import _read_events

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one file, and a cache of its own."""
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path / "fn", {"package.json": {"name": "fn"}, "index.js": HANDLER})
    return tmp_path / "fn"


def test_a_package_is_ok_or_not(project: Path) -> None:
    """An error makes it fail, with `strict` a warning does; it is returned all the same."""
    good = zipper.build(project)
    bad = zipper.build(project, handler="absent.handler")

    assert (True, "pass") == (good.ok, good.verdict)
    assert (False, "fail") == (bad.ok, bad.verdict)
    assert not zipper.check(bad.path, handler="absent.handler").ok
    with pytest.raises(zipper.ZipperError) as caught:
        zipper.build(project, handler="absent.handler", raise_on_error=True)
    assert "ECHECK" == caught.value.code
    with pytest.raises(zipper.ZipperError, match="does not pass"):
        zipper.check(bad.path, handler="absent.handler", raise_on_error=True)


def test_strict_fails_for_a_warning(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails on the command line fails in Python."""
    monkeypatch.setenv("ZIPPER_OFLINE", "1")

    assert zipper.build(project).ok
    assert not zipper.build(project, strict=True).ok


def test_results_print_as_one_line_and_as_json(project: Path) -> None:
    """A notebook shows a line; `to_json` is the document of the command."""
    package, report = zipper.build(project), zipper.check(zipper.build(project).path)

    for result in (package, report, zipper.plan(project)):
        assert len(repr(result)) < 300
        assert chr(10) not in repr(result)
    assert package.code_sha256 == json.loads(package.to_json())["code_sha256"]
    assert "pass" == json.loads(report.to_json())["verdict"]


def test_a_package_as_bytes(project: Path) -> None:
    """`output=bytes` gives the zip that a file would have, and prints nothing of it."""
    written = zipper.build(project, output=project.parent / "fn.zip")
    package = zipper.build(project, output=bytes)
    failed = zipper.build(project, output=bytes, handler="absent.handler")

    assert ((project.parent / "fn.zip").read_bytes(), "") == (package.data, package.path)
    assert written.code_sha256 == package.code_sha256
    assert (False, None) == (failed.written, failed.data)
    assert "data" not in json.loads(package.to_json())
    assert not (project / "bytes").exists()


@pytest.mark.parametrize(
    ("keywords", "target"),
    [
        ({"target": "nodejs20.x"}, ("nodejs20.x", "x86_64")),
        ({"target": zipper.Target("nodejs20.x", "arm64")}, ("nodejs20.x", "arm64")),
        ({"runtime": "nodejs20.x", "architecture": "arm64"}, ("nodejs20.x", "arm64")),
        ({"target": "nodejs20.x", "architecture": "arm64"}, ("nodejs20.x", "arm64")),
    ],
)
def test_a_target_is_said_in_any_way(
    project: Path, keywords: dict[str, object], target: tuple[str, str]
) -> None:
    """A Target, a runtime's name, or runtime and architecture."""
    planned = zipper.plan(project, **keywords)  # type: ignore[arg-type]

    assert target == tuple(planned.target)


def test_a_target_that_contradicts_itself_is_refused(project: Path) -> None:
    """Which of the two was meant cannot be told."""
    with pytest.raises(zipper.ZipperError, match="`target` and `runtime` differ"):
        zipper.plan(project, target="nodejs20.x", runtime="nodejs22.x")
    with pytest.raises(zipper.ZipperError, match="unknown runtime `nodejs22`"):
        zipper.plan(project, target="nodejs22")


def test_a_plan_lists_its_files(project: Path) -> None:
    """The files that a build would pack, with their sizes."""
    (project / "lib").mkdir()
    (project / "lib" / "a.js").write_text("1")

    files = zipper.plan(project, exclude="index.js").files

    assert [("lib/a.js", 1), ("package.json", 18)] == [
        (file.path, file.size_bytes) for file in files
    ]


def test_a_zip_is_written_to_a_file_object(project: Path) -> None:
    """The bytes are those of the file that a build writes."""
    sink = io.BytesIO()

    package = zipper.build(project, output=sink)

    written = zipper.build(project, output=project.parent / "fn.zip")
    assert "" == package.path
    assert package.code_sha256 == written.code_sha256
    assert ["index.js", "package.json"] == ZipFile(sink).namelist()


def test_all_functions_are_built(project: Path) -> None:
    """Each has a name, and a package or an error; `raise_on_error` raises the first."""
    settings = '[tool.zipper]\noutput = "out/"\n'
    settings += '[[tool.zipper.functions]]\nname = "a"\n'
    settings += '[[tool.zipper.functions]]\nname = "b"\nproject = "nowhere"\n'
    write_files(project, {"pyproject.toml": settings})

    a, b = zipper.build_all(project)

    assert ("a", "b") == (a.name, b.name)
    assert a.package is not None
    assert a.package.ok
    assert b.error is not None
    assert "ENOPROJECT" == b.error.code
    with pytest.raises(zipper.ZipperError, match=r"package\.json"):
        zipper.build_all(project, raise_on_error=True)


@pytest.mark.parametrize("names", ["a", "ab"])
def test_events_of_all_functions_are_told(project: Path, names: str) -> None:
    """`on_event` hears of the stages of each function, one or several."""
    rows = "".join(f'[[tool.zipper.functions]]\nname = "{name}"\n' for name in names)
    write_files(project, {"pyproject.toml": f'[tool.zipper]\noutput = "out/"\n{rows}'})
    events: list[Event] = []

    zipper.build_all(project, on_event=events.append)

    stages = [event.stage for event in events if isinstance(event, StageStarted)]
    assert len(names) == stages.count("write")


def test_a_layer_that_is_a_folder_is_refused(project: Path) -> None:
    """A layer is a zip, as its configuration has it."""
    with pytest.raises(zipper.ZipperError) as caught:
        zipper.build(project, layers=project)

    assert caught.value.code in ("EREAD", "EZIP")


def test_what_is_in_a_zip_can_be_asked(project: Path) -> None:
    """Sizes, licences, reasons, and the bill of materials."""
    path = zipper.build(project).path

    assert ["fn"] == [row.name for row in zipper.explain(path).packages]
    assert ["index.js", "package.json"] == [file.name for file in zipper.explain(project).files]
    assert () == zipper.explain(path, "absent").copies
    assert () == tuple(zipper.licenses(path))
    with pytest.raises(zipper.ZipperError, match="unknown format"):
        zipper.sbom(path, format="xml")


def test_an_event_is_what_people_have(tmp_path: Path) -> None:
    """A dict, JSON as bytes or text, a path; one of them may stand alone."""
    path = tmp_path / "event.json"
    path.write_bytes(b'{"a": 1}')

    assert (b"{}",) == _read_events(None)
    assert (b'{"a": 1}',) == _read_events({"a": 1})
    assert (b'{"a": 1}',) == _read_events(path)
    assert (b'{"a": 1}', b"[2]", b'{"a": 1}', b'{"b": 1}') == _read_events(
        [{"a": 1}, b"[2]", str(path), '{"b": 1}']
    )
    with pytest.raises(zipper.ZipperError, match="cannot read the event"):
        _read_events(["absent.json"])
    with pytest.raises(zipper.ZipperError, match="an event is no JSON"):
        _read_events([{"a": object()}])


def test_events_go_to_the_log_too(project: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A stage is an info of the logger `zipper`; the callback is called all the same."""
    seen: list[zipper.events.Event] = []

    with caplog.at_level(logging.INFO, logger="zipper"):
        zipper.build(project, on_event=seen.append)

    assert [str(event) for event in seen if isinstance(event, zipper.events.StageStarted)] == [
        record.getMessage() for record in caplog.records
    ]
    assert seen
