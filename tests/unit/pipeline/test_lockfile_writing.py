"""`zipper.resolve`: where the lockfile is written, for which Node, and what is chosen anew."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import zipper
from zipper.errors import UsageError
from zipper.events import FetchFinished
from zipper.pipeline.lockfile_writing import LockChange, resolve

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene
    from zipper.events import Event


@pytest.fixture
def project(called_scene: Scene) -> Scene:
    """A project without a lockfile, which allows versions 1 of `a` and `b`."""
    for name in "ab":
        called_scene.publish(name, "1.0.0")
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"a": "1", "b": "1"}}
    called_scene.write({"package.json": manifest})
    return called_scene


def versions(path: Path) -> dict[str, str]:
    packages = json.loads(path.read_text())["packages"]
    return {place: entry["version"] for place, entry in packages.items() if place}


def test_it_lies_beside_package_json_or_where_it_is_wanted(project: Scene) -> None:
    """A folder gets a file of the usual name; a lockfile that is there is written again."""
    (project.folder / "elsewhere").mkdir()
    usual = project.project / "package-lock.json"
    cases = {
        "elsewhere": project.folder / "elsewhere" / "package-lock.json",
        "other.json": project.folder / "other.json",
        None: usual,
    }

    for output, expected in cases.items():
        options = {} if output is None else {"output": output}
        found = resolve(project.project, **options)  # type: ignore[arg-type]
        assert expected.samefile(found.path)
        assert {"node_modules/a": "1.0.0", "node_modules/b": "1.0.0"} == versions(expected)
    usual.rename(project.project / "npm-shrinkwrap.json")
    assert "npm-shrinkwrap.json" == resolve(project.project).path.rpartition("/")[2]
    assert not usual.exists()


def test_what_changed_is_told(project: Scene) -> None:
    """Against the lockfile that was there; the result prints as the command does."""
    events: list[Event] = []

    first = resolve(project.project, on_event=events.append)
    again = resolve(project.project)

    assert (LockChange("node_modules/a", None, "1.0.0"), 2) == (first.changes[0], first.packages)
    assert () == again.changes
    assert 2 == json.loads(first.to_json())["packages"]
    assert any(isinstance(event, FetchFinished) for event in events)


@pytest.mark.parametrize(
    ("update", "changed"),
    [(None, ""), (False, ""), (True, "ab"), ("a", "a"), (["b"], "b"), (["a", "b"], "ab")],
)
def test_what_is_named_is_chosen_anew(
    project: Scene, update: bool | str | list[str] | None, changed: str
) -> None:
    """All with `True`, nothing by default: what the lockfile holds stays."""
    resolve(project.project)
    for name in "ab":
        project.publish(name, "1.1.0")

    found = resolve(project.project, update=update)

    assert [(f"node_modules/{name}", "1.0.0", "1.1.0") for name in changed] == list(found.changes)


def test_a_setting_may_choose_everything_anew(
    project: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`update=False` goes before it."""
    resolve(project.project)
    project.publish("a", "1.1.0")
    monkeypatch.setenv("ZIPPER_UPDATE_ALL", "1")

    assert () == resolve(project.project, update=False).changes
    assert 1 == len(resolve(project.project).changes)


def test_a_name_that_is_not_locked_is_told(project: Scene) -> None:
    """As a warning; without a lockfile everything is chosen anyhow."""
    assert () == resolve(project.project, update=["nothing"]).warnings

    (warning,) = resolve(project.project, update=["nothing", "a"]).warnings

    assert "EUSAGE" == warning["code"]
    assert "`nothing`" in str(warning["message"])
    assert "a new dependency is written into package.json" in str(warning["hint"])


@pytest.mark.parametrize("version", ["22", "22.1", "v22.x", "lts", "22.1.0.0"])
def test_a_version_of_node_has_three_numbers(project: Scene, version: str) -> None:
    """The error shows one that has."""
    with pytest.raises(UsageError, match="is not a version of Node") as raised:
        resolve(project.project, node_version=version)

    assert "EUSAGE" == raised.value.code
    assert "--node-version 22.23.3" in (raised.value.hint or "")
    assert not (project.project / "package-lock.json").exists()


def test_the_version_of_node_decides(project: Scene) -> None:
    """It is in the result, without a `v`; by default it is the target's."""
    project.publish("a", "1.1.0", engines={"node": ">=22"})

    assert "20.1.0" == resolve(project.project, node_version="v20.1.0").node_version
    default = resolve(project.project, runtime="nodejs22.x").node_version
    assert default.startswith("22.")


def test_a_lockfile_can_be_checked_alone(project: Scene) -> None:
    """Nothing is written; one that is not in step, and none, are errors."""
    with pytest.raises(zipper.ZipperError, match="no lockfile") as absent:
        resolve(project.project, check_lockfile=True)
    resolve(project.project)
    path = project.project / "package-lock.json"
    before = path.stat().st_mtime_ns

    found = resolve(project.project, check_lockfile=True, runtime="nodejs22.x")

    assert "EUSAGE" == absent.value.code
    assert (str(path), 2, (), ()) == (found.path, found.packages, found.changes, found.warnings)
    assert found.node_version.startswith("22.")
    assert before == path.stat().st_mtime_ns
    manifest = json.loads((project.project / "package.json").read_text())
    project.write({"package.json": {**manifest, "dependencies": {"a": "2"}}})
    with pytest.raises(zipper.ZipperError):
        resolve(project.project, check_lockfile=True)


def outcome(project: Scene, cache: Path, **options: Any) -> tuple[object, ...]:
    """Return what a resolution comes to, or its error, and the lockfile after it."""
    path = project.project / "package-lock.json"
    path.unlink(missing_ok=True)
    try:
        found = resolve(project.project, cache_dir=cache, **options)
    except zipper.ZipperError as error:
        return error.code, path.exists()
    told = [(one["code"], str(one["message"]).replace(str(cache), "")) for one in found.warnings]
    return told, found.changes, path.read_text()


@pytest.mark.parametrize(
    "options",
    [
        {"node_version": "10.0.0"},
        {"architecture": "arm64"},
        {"allow_scripts": ["nothing"]},
        {"require_integrity": True},
        {"ZIPPER_NONSENSE": "1"},
    ],
    ids=lambda options: next(iter(options)),
)
def test_what_is_noted_is_for_what_was_asked(
    project: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    """Asked for another thing, a used cache comes to what an empty one does, and back."""
    project.publish("a", "1.0.1", engines={"node": ">=18"}, cpu=["x64"])
    del project.publish("b", "1.0.1")["dist"]["integrity"]
    project.registry.cache_control = "max-age=300"  # what is noted may be used unasked
    given = {name: value for name, value in options.items() if name.islower()}
    cache = tmp_path / "used"
    before = outcome(project, cache)
    for name in options.keys() - given.keys():
        monkeypatch.setenv(name, options[name])

    found = outcome(project, cache, **given)

    assert outcome(project, tmp_path / "fresh", **given) == found
    assert before != found
    for name in options.keys() - given.keys():
        monkeypatch.delenv(name)
    asked = project.registry.count()
    assert before == outcome(project, cache)
    assert asked == project.registry.count()


def test_what_is_noted_is_for_what_was_to_be_chosen_anew(project: Scene) -> None:
    """A lockfile that is kept, chosen anew in part, or as a whole."""
    resolve(project.project)
    path = project.project / "package-lock.json"
    kept = path.read_bytes()
    project.registry.cache_control = "max-age=300"
    for name in "ab":
        project.publish(name, "1.1.0")
    found: list[list[str]] = []
    for update in (True, False, ["a"], ["b"], ["b", "a"], True, False, ["a"]):
        path.write_bytes(kept)
        changes = resolve(project.project, update=update).changes
        found.append([row.location[-1] for row in changes])

    both = ["a", "b"]
    assert [both, [], ["a"], ["b"], both, both, [], ["a"]] == found


def test_a_cache_that_a_group_can_write_to_is_named(project: Scene, tmp_path: Path) -> None:
    """Where it is now, as long as it is so, whatever was noted in it."""

    def warnings(cache: Path) -> list[str]:
        found = resolve(project.project, cache_dir=cache).warnings
        return [str(one["message"]) for one in found if one["code"] == "cache-shared"]

    resolve(project.project)
    first, second = tmp_path / "first", tmp_path / "second"
    assert [] == warnings(first)
    first.chmod(0o775)
    told = [warnings(first), warnings(first)]
    first.rename(second)

    assert [f"can write to the cache `{first}`;" in one for (one,) in told] == [True, True]
    assert [f"can write to the cache `{second}`;" in one for one in warnings(second)] == [True]
    second.chmod(0o755)
    assert [] == warnings(second)
