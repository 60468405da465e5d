"""`zipper.audit`: a project by its settings, a zip by the variables; a file or registries."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

import zipper
from tests.support.registry_server import RegistryServer
from zipper.events import FetchRetried
from zipper.findings import Finding
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


ADVISORY = {
    "id": 1091, "url": "https://advisories.example/GHSA-35jh-r3h4-6jhm", "severity": "high",
    "title": "Command injection", "vulnerable_versions": "<2.0.0",
}  # fmt: skip


@pytest.fixture
def asked(called_scene: Scene) -> Scene:
    """A project with packages of all origins, and a registry that knows advisories."""
    for name, version in (("a", "1.0.0"), ("d", "1.0.0"), ("o", "1.0.0"), ("b", "1.0.0")):
        called_scene.publish(name, version)
    git = "git+ssh://git@github.com/me/g.git#" + "1" * 40
    called_scene.depend("a", "d", "o", "b", lock={
        "node_modules/d": {"dev": True},
        "node_modules/o": {"optional": True},
        "node_modules/b": {"inBundle": True, "cpu": ["s390x"]},
        "node_modules/a/node_modules/a": {
            **dict.fromkeys(("resolved", "integrity"), "x"), "version": "1.0.0",
            "resolved": f"{called_scene.registry.url}a/-/a-1.0.0.tgz", "inBundle": True,
        },
        "node_modules/g": {"version": "1.0.0", "resolved": git},
        "node_modules/f": {"version": "1.0.0", "resolved": "file:f.tgz"},
        "node_modules/l": {"resolved": "l", "link": True},
        "l": {"name": "l", "version": "1.0.0"},
    })  # fmt: skip
    root = {"a": "1.0.0", "b": "1.0.0", "g": git, "f": "file:f.tgz", "l": "file:l"}
    manifest = {
        "name": "fn", "dependencies": root, "devDependencies": {"d": "1.0.0"},
        "optionalDependencies": {"o": "1.0.0"},
    }  # fmt: skip
    called_scene.write({"package.json": manifest, "l/package.json": {"name": "l"}})
    path = called_scene.project / "package-lock.json"
    lock = json.loads(path.read_text())
    lock["packages"][""] = {**manifest, "version": "1.0.0"}
    lock["packages"]["node_modules/a"]["dependencies"] = {"a": "1.0.0"}
    lock["packages"]["node_modules/a/node_modules/a"].pop("integrity")
    called_scene.write({"package-lock.json": lock})
    called_scene.registry.advisories = {"a": [ADVISORY]}
    return called_scene


@pytest.mark.parametrize(
    ("npmrc", "options", "names"),
    [("", {}, "abo"), ("", {"include_dev": True}, "abdo"), ("omit=optional", {}, "ab"),
     ("omit=optional", {"include_dev": True}, "abd")],
)  # fmt: skip
def test_what_is_asked_about(
    asked: Scene, npmrc: str, options: dict[str, bool], names: str
) -> None:
    """Packages of registries, bundled ones too: not what is from git, files or this disk."""
    asked.write({".npmrc": npmrc})

    found = audit(asked.project, **options)  # type: ignore[arg-type]

    assert [{name: ["1.0.0"] for name in names}] == asked.registry.posted
    assert (len(names), (asked.registry.url,)) == (found.packages, found.sources)
    assert ("fail", {"advisory"}) == (found.verdict, {one.code for one in found.findings})
    place = "node_modules/a"
    assert [place, f"{place}/{place}"] == sorted(one.path for one in found.findings)
    assert all("Command injection" in one.message for one in found.findings)


def test_a_registry_that_knows_none_is_told_beside_one_that_does(asked: Scene) -> None:
    """Its names were not checked, which is a warning."""
    with RegistryServer() as private:
        asked.write({".npmrc": f"@s:registry={private.url}\n"})
        entry = {"version": "1.0.0", "resolved": f"{private.url}@s/p/-/p-1.0.0.tgz"}
        path = asked.project / "package-lock.json"
        lock = json.loads(path.read_text())
        lock["packages"][""]["dependencies"]["@s/p"] = "1.0.0"
        lock["packages"]["node_modules/@s/p"] = {**entry, "integrity": f"sha512-{'A' * 86}=="}
        manifest = json.loads((asked.project / "package.json").read_text())
        manifest["dependencies"]["@s/p"] = "1.0.0"
        asked.write({"package-lock.json": lock, "package.json": manifest})

        found = audit(asked.project, level="critical")

        hint = "give a database file in the OSV format too: `--osv FILE`"
        message = f"{private.url} has no advisories: 1 names were not checked"
        assert Finding("advisories-unknown", "warning", "", message, hint) == found.findings[-1]
        assert ((asked.registry.url,), True, 4) == (found.sources, found.ok, found.packages)
        assert [{name: ["1.0.0"] for name in "abo"}] == asked.registry.posted
        asked.registry.advisories = None
        with pytest.raises(zipper.ZipperError) as raised:
            audit(asked.project)
        assert {("registry", asked.registry.url), ("registry", private.url)} == set(
            raised.value.facts
        )


def test_a_registry_that_fails_is_an_error(asked: Scene) -> None:
    """It may know advisories: that is no warning."""
    asked.registry.tokens = {"Bearer x"}

    with pytest.raises(zipper.ZipperError) as raised:
        audit(asked.project)

    assert "E401" == raised.value.code


@pytest.mark.usefixtures("known")
def test_a_zip_is_asked_about_by_its_packages(called_scene: Scene) -> None:
    """The project's own package is none of them; the settings of its folder do not count."""
    called_scene.registry.advisories = {}
    called_scene.write({".npmrc": "registry=http://127.0.0.1:9/\n"})

    found = audit(called_scene.output)

    assert [{"a": ["1.5.0"]}] == called_scene.registry.posted
    assert (str(called_scene.output), 1, True) == (found.path, found.packages, found.ok)
