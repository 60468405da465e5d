"""Why a file stays in a package, or which rule takes it: of a zip, and of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import zipper
from zipper.checks.pruned_record import RECORD
from zipper.errors import ArchiveError, ProjectError
from zipper.pipeline.explaining_pruning import explain_file, find_pruned
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from tests.support.scene import Scene
    from zipper.settings.build_request import BuildRequest

A = "node_modules/a"


@pytest.fixture
def scene(called_scene: Scene) -> Scene:
    """A function that needs `a`, which reads one file for later and has others; and its zip."""
    files = {
        "index.js": b'exports.f = () => require("./lib/x");',
        "lib/x.js": b"1;",
        "lib/y.js": b"y" * 500,
        "index.d.ts": b"d" * 900,
    }
    called_scene.publish("a", files=files)
    called_scene.write({"index.js": 'exports.handler = async () => require("a");\n'})
    called_scene.depend("a")
    zipper.build(called_scene.project, prune="reached", output=called_scene.output)
    return called_scene


def request_of(scene: Scene, **changes: Any) -> BuildRequest:
    return request_from(Settings(), folder=str(scene.project))._replace(**changes)


def test_what_went_is_the_same_of_a_zip_and_of_its_project(scene: Scene) -> None:
    """Name, sizes and rule of each file; nothing of what this cache does not know."""
    request = request_of(scene)
    of_zip = find_pruned(str(scene.output), request)
    of_project = find_pruned(request_of(scene, prune="reached"), request)

    assert of_zip is not None
    assert of_zip == of_project
    assert "reached" == of_zip.mode
    rules = {row[0]: (row[1], row[3]) for row in of_zip.removed}
    assert (500, "unreached") == rules[f"{A}/lib/y.js"]
    assert f"{A}/index.d.ts" in rules
    assert {"", A} >= {one.folder for one in of_zip.packages} > set()
    assert find_pruned(request, request) is None
    elsewhere = request_of(scene, cache_dir=str(scene.folder / "other"))
    assert find_pruned(str(scene.output), elsewhere) is None
    assert find_pruned(str(scene.output), request_of(scene, no_recall=True)) is None


@pytest.mark.parametrize("of_zip", [True, False])
@pytest.mark.parametrize("prune", ["off", "reached"])
def test_why_a_file_stays_or_goes(scene: Scene, prune: str, *, of_zip: bool) -> None:
    """Up to the handler; where pruning is off, what it would do."""
    request = request_of(scene, prune=prune)
    source = str(scene.output) if of_zip else request

    stays = explain_file(source, request, f"{A}/lib/x.js")
    went = explain_file(source, request, f"{A}/lib/y.js")
    own = explain_file(source, request, "index.js")

    assert (f"{A}/lib/x.js", None, "exact") == stays[:3]
    assert [f"{A}/index.js", "index.js"] == [step.path for step in stays.steps[:2]]
    assert ("./lib/x", 1) == (stays.steps[0].text, stays.steps[0].line)
    assert (f"{A}/lib/y.js", "unreached", "exact", ()) == went
    assert (None, "handler") == (own.removed_by, own.steps[0].kind)
    assert 1 == len(own.steps)


@pytest.mark.parametrize("of_zip", [True, False])
def test_a_file_that_is_not_there(scene: Scene, *, of_zip: bool) -> None:
    """One of its name is suggested, or the list of all."""
    request = request_of(scene, prune="reached")
    source = str(scene.output) if of_zip else request

    for name, hint in (("x.js", f"did you mean `{A}/lib/x.js`?"), ("none", "explain --all")):
        with pytest.raises(ProjectError, match=f"no file of the package is called `{name}`") as no:
            explain_file(source, request, name)
        assert "EPRUNE" == no.value.code
        assert hint in (no.value.hint or "")


def test_a_handler_that_cannot_be_followed(scene: Scene) -> None:
    """Nothing is known of any file then."""
    request = request_of(scene, handler="absent.handler")

    with pytest.raises(ProjectError, match="the handler cannot be followed") as raised:
        explain_file(str(scene.output), request, "index.js")

    assert "EPRUNE" == raised.value.code


def test_a_pattern_of_the_user_is_a_reason(scene: Scene) -> None:
    """What `keep` names stays by it, and the first reason ends the climb."""
    request = request_of(scene, prune="reached", keep=(f"{A}/lib/y.js",))

    kept = explain_file(request, request, f"{A}/lib/y.js")

    assert (None, 1) == (kept.removed_by, len(kept.steps))
    assert f"{A}/lib/y.js" in kept.steps[0].text


def test_the_record_of_a_pruned_zip_is_the_packages_own(scene: Scene) -> None:
    """It lies among the packages, and is none."""
    found = explain_file(str(scene.output), request_of(scene), RECORD)

    assert (RECORD, None, "exact") == found[:3]


def test_a_zip_that_is_none_is_an_error(scene: Scene) -> None:
    """Nothing is remembered of it, which would be another answer."""
    (scene.folder / "no.zip").write_text("no zip")

    with pytest.raises(ArchiveError) as raised:
        find_pruned(str(scene.folder / "no.zip"), request_of(scene))

    assert "EZIP" == raised.value.code
