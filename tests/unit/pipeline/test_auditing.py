"""`zipper.audit`: a project by its settings, a zip by the variables; a file or registries."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

import zipper
from zipper.events import FetchRetried
from zipper.pipeline.auditing import audit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene
    from zipper.events import Event

RECORD = {
    "id": "GHSA-35jh-r3h4-6jhm",
    "database_specific": {"severity": "HIGH"},
    "affected": [
        {
            "package": {"ecosystem": "npm", "name": "a"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.0.0"}]}],
        }
    ],
}


@pytest.fixture
def known(called_scene: Scene) -> Path:
    """A database that knows something against `a`, on which the project depends, and its zip."""
    called_scene.publish("a", "1.5.0")
    called_scene.depend("a")
    zipper.build(called_scene.project, output=called_scene.output)
    path = called_scene.folder / "db.json"
    path.write_text(json.dumps([RECORD]))
    return path


def test_a_result_says_what_counts(called_scene: Scene, known: Path) -> None:
    """Packages, who answered, the verdict; it prints as the command does, and may raise."""
    found = audit(called_scene.project, osv=known)

    assert (str(called_scene.project), 1, (str(known),)) == (
        found.path,
        found.packages,
        found.sources,
    )
    assert (False, "fail") == (found.ok, found.verdict)
    assert "fail" == json.loads(found.to_json())["verdict"]
    assert audit(called_scene.project, osv=known, level="critical").ok
    assert audit(called_scene.project, osv=known, level="critical", raise_on_error=True).ok
    with pytest.raises(zipper.ZipperError) as raised:
        audit(called_scene.project, osv=known, raise_on_error=True)
    assert "ECHECK" == raised.value.code


def test_settings_of_a_project_are_not_those_of_its_zip(called_scene: Scene, known: Path) -> None:
    """What the folder's settings accept counts for the folder; for a zip the variables do."""
    called_scene.write({"pyproject.toml": '[tool.zipper]\naudit_level = "critical"\n'})

    assert audit(called_scene.project, osv=known).ok
    assert not audit(called_scene.project, osv=known, level="high").ok
    assert not audit(called_scene.output, osv=known).ok


def test_variables_count_for_both(
    called_scene: Scene, known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A keyword goes before a variable."""
    monkeypatch.setenv("ZIPPER_AUDIT_LEVEL", "critical")

    for path in (called_scene.project, called_scene.output):
        assert audit(path, osv=known).ok
        assert not audit(path, osv=known, level="low").ok


def test_a_day_ends_what_is_accepted(called_scene: Scene, known: Path) -> None:
    """`today` is the day on which an entry of `ignore` is judged."""
    until = ["GHSA-35jh-r3h4-6jhm until 2030-01-01"]

    assert audit(called_scene.output, osv=known, ignore=until, today=date(2029, 12, 31)).ok
    assert not audit(called_scene.output, osv=known, ignore=until, today=date(2030, 1, 2)).ok


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("what", ["project", "output"])
def test_a_registry_is_asked_and_tells(called_scene: Scene, what: str) -> None:
    """Without a database the registry answers; offline it is not asked, and each retry is told."""
    path = getattr(called_scene, what)
    called_scene.registry.advisories = {}
    events: list[Event] = []

    found = audit(path)
    with pytest.raises(zipper.ZipperError) as offline:
        audit(path, offline=True)
    with pytest.raises(zipper.ZipperError) as away:
        audit(path, registry="http://127.0.0.1:9/", on_event=events.append)

    assert ((called_scene.registry.url,), True) == (found.sources, found.ok)
    assert "EOFFLINE" == offline.value.code
    assert "--osv FILE" in (offline.value.hint or "")
    assert "EOFFLINE" != away.value.code
    assert "--osv" not in (away.value.hint or "")
    assert 2 == sum(isinstance(event, FetchRetried) for event in events)


def test_keywords_of_others_are_refused(called_scene: Scene) -> None:
    """The error names the function and the keyword."""
    with pytest.raises(TypeError, match=r"audit\(\) got .*'bundle'"):
        audit(called_scene.project, bundle=True)  # type: ignore[call-arg]


@pytest.mark.usefixtures("known")
def test_a_registry_without_advisories_is_named(called_scene: Scene) -> None:
    """Where no other has answered, with what to do instead."""
    with pytest.raises(zipper.ZipperError, match="no registry of these packages") as raised:
        audit(called_scene.project)

    assert ("ENOAUDIT", (("registry", called_scene.registry.url),)) == (
        raised.value.code,
        raised.value.facts,
    )
    assert "--osv FILE" in (raised.value.hint or "")
