"""What is in a zip or in a project: `zipper.explain`, `licenses` and `sbom` as functions."""

from __future__ import annotations

import json
import sys
from base64 import b64decode
from typing import TYPE_CHECKING

import pytest

import zipper
from zipper.errors import UsageError
from zipper.events import StageStarted
from zipper.pipeline.describing import explain, licenses, sbom

if TYPE_CHECKING:
    from tests.support.scene import Scene
    from zipper.events import Event


@pytest.fixture
def needing(called_scene: Scene) -> Scene:
    """A project whose package `a` needs `b`, and its zip."""
    called_scene.publish("b", license="ISC")
    called_scene.publish("a", dependencies={"b": "1.0.0"}, license="MIT")
    called_scene.depend("a")
    zipper.build(called_scene.project, output=called_scene.output)
    return called_scene


@pytest.mark.parametrize("what", ["project", "output"])
def test_a_package_has_chains(needing: Scene, what: str) -> None:
    """Why it is there: the names that lead to it, from a project or its zip."""
    found = explain(getattr(needing, what), "b")

    (copy,) = found.copies
    assert [["a", "b"]] == [
        [step.name for step in chain if step.name != "fn"] for chain in copy.chains
    ]


@pytest.mark.parametrize("what", ["project", "output"])
def test_licences_are_those_that_packages_name(needing: Scene, what: str) -> None:
    """By name, with version and licence."""
    rows = {row.name: row.licence for row in licenses(getattr(needing, what))}

    assert {"a": "MIT", "b": "ISC"} == rows


def _date_of(text: str) -> str:
    """Return the date of a document, in either format."""
    document = json.loads(text)
    told = document.get("creationInfo", {}).get("created") or document["metadata"]["timestamp"]
    return str(told)[:10]


@pytest.mark.parametrize("form", ["cyclonedx", "spdx"])
@pytest.mark.parametrize("what", ["project", "output"])
def test_a_bill_of_materials_names_the_packages(needing: Scene, form: str, what: str) -> None:
    """Both formats have the packages with their versions, and the oldest date of a zip."""
    text = sbom(getattr(needing, what), format=form)

    document = json.loads(text)
    rows = document.get("components") or document["packages"]
    named = {(row["name"], row.get("version") or row["versionInfo"]) for row in rows}
    assert {("a", "1.0.0"), ("b", "1.0.0")} <= named
    assert ("CycloneDX" == document.get("bomFormat")) == (form == "cyclonedx")
    assert "1980-01-01" == _date_of(text)


@pytest.mark.parametrize("form", ["cyclonedx", "spdx"])
@pytest.mark.parametrize(
    ("epoch", "date"),
    [("", "1980-01-01"), ("0", "1970-01-01"), ("86400", "1970-01-02"), ("99999999999", "5138-11")],
)
def test_its_date_is_that_of_the_variable(
    needing: Scene, monkeypatch: pytest.MonkeyPatch, form: str, epoch: str, date: str
) -> None:
    """Seconds since 1970, in UTC, as reproducible-builds.org has it; an empty one is none."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)

    assert _date_of(sbom(needing.output, format=form)).startswith(date)


@pytest.mark.parametrize("epoch", ["-1", "1.5", "1e3", "\u0661", "999999999999", "now"])
def test_a_date_that_is_none_is_refused(
    needing: Scene, monkeypatch: pytest.MonkeyPatch, epoch: str
) -> None:
    """The error shows it."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)

    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH") as raised:
        sbom(needing.output)

    assert "EUSAGE" == raised.value.code
    assert repr(epoch) in raised.value.message


def test_only_known_formats_are_written(needing: Scene) -> None:
    """The error says which there are."""
    with pytest.raises(UsageError) as raised:
        sbom(needing.output, format="SPDX")

    assert ("EUSAGE", (("known", "cyclonedx, spdx"),)) == (raised.value.code, raised.value.facts)


def test_a_function_of_several_is_named(needing: Scene) -> None:
    """`function` chooses the settings, and each stage is told."""
    rows = '[[tool.zipper.functions]]\nname = "whole"\n'
    rows += '[[tool.zipper.functions]]\nname = "small"\nexclude = ["index.js"]\n'
    needing.write({"pyproject.toml": rows})
    events: list[Event] = []

    names = {
        name: {file.name for file in explain(needing.project, function=name).files}
        for name in ("whole", "small")
    }
    explain(needing.project, function="whole", on_event=events.append)
    bills = {sbom(needing.project, function=name) for name in ("whole", "small")}

    assert {"index.js"} == names["whole"] - names["small"]
    assert any(isinstance(event, StageStarted) for event in events)
    assert 2 == len(bills)
    for call in (explain, sbom, licenses):
        with pytest.raises(zipper.ZipperError, match="whole, small"):
            call(needing.project)


@pytest.mark.parametrize("locked", [True, False])
def test_a_tarball_has_its_hash_whoever_says_it(called_scene: Scene, *, locked: bool) -> None:
    """The lockfile, also the one in a zip, or the store, which has compared it when it came."""
    manifest = called_scene.publish("a")
    lock = {} if locked else {"node_modules/a": {"integrity": None}}
    called_scene.depend("a", lock=lock)

    zipper.build(called_scene.project, output=called_scene.output)
    digest = b64decode(manifest["dist"]["integrity"].removeprefix("sha512-")).hex()

    for path in (called_scene.project, called_scene.output):
        rows = json.loads(sbom(path, format="cyclonedx"))["components"]
        (hashes,) = (row.get("hashes") for row in rows if row["name"] == "a")
        has_hash = locked or path == called_scene.project
        assert ([{"alg": "SHA-512", "content": digest}] if has_hash else None) == hashes


@pytest.mark.parametrize(
    ("form", "library"), [("cyclonedx", "cyclonedx.model"), ("spdx", "spdx_tools")]
)
def test_a_format_may_need_a_library(
    needing: Scene, monkeypatch: pytest.MonkeyPatch, form: str, library: str
) -> None:
    """The error says which extra has it."""
    monkeypatch.delitem(sys.modules, f"zipper.report.{form}", raising=False)
    for name in (*sys.modules, library):
        if name == library or name.startswith(f"{library}."):
            monkeypatch.setitem(sys.modules, name, None)

    with pytest.raises(UsageError, match=f"`sbom --format {form}` needs") as raised:
        sbom(needing.output, format=form)

    assert ("EUSAGE", "pip install 'zipper-nodejs[sbom]'") == (raised.value.code, raised.value.hint)
