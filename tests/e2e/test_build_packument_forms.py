"""Which form of packuments a build and a lockfile ask for, and that it decides nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.registry_server import ABBREVIATED
from tests.support.scene import listing
from zipper.pipeline.lockfile_writing import resolve

if TYPE_CHECKING:
    from tests.support.scene import Scene


def _publish_variants(scene: Scene) -> None:
    """Publish a package with one variant a platform, as native packages have them."""
    variants = {
        "native-glibc-x64": {"os": ["linux"], "cpu": ["x64"], "libc": ["glibc"]},
        "native-musl-x64": {"os": ["linux"], "cpu": ["x64"], "libc": ["musl"]},
        "native-glibc-arm64": {"os": ["linux"], "cpu": ["arm64"], "libc": ["glibc"]},
        "native-darwin": {"os": ["darwin"]},
    }
    for name, fields in variants.items():
        scene.publish(name, files={"binary.js": b"1"}, **fields)
    scene.publish(
        "native",
        dependencies={"plain": "^1.0.0"},
        optionalDependencies=dict.fromkeys(variants, "1.0.0"),
    )
    scene.publish("plain", license="MIT", funding="https://example.com")
    dependencies = {"native": "^1.0.0"}
    scene.write({"package.json": {"name": "fn", "version": "1.0.0", "dependencies": dependencies}})


def _forms(scene: Scene) -> dict[str, list[str]]:
    """Return the forms that were asked for, by name."""
    forms: dict[str, list[str]] = {}
    for request in scene.registry.requests:
        if not request.path.endswith(".tgz"):
            form = "abbreviated" if ABBREVIATED in request.headers["accept"] else "full"
            forms.setdefault(request.path[1:], []).append(form)
    return forms


def test_both_forms_give_the_same_package(scene: Scene) -> None:
    """The abbreviated form, which has no `libc`, leads to the same variants and the same bytes."""
    _publish_variants(scene)
    first = scene.build("--json")
    asked = _forms(scene)
    scene.registry.requests.clear()
    scene.registry.offers_abbreviated = False
    second = scene.build("--json", "--cache-dir", str(scene.folder / "other"))

    assert (0, 0) == (first.status, second.status), first.stderr + second.stderr
    assert first.document["code_sha256"] == second.document["code_sha256"]
    assert "node_modules/native-glibc-x64/binary.js" in listing(scene.output)
    assert not [name for name in listing(scene.output) if "musl" in name or "darwin" in name]
    # What is for certain platforms is asked for twice, all else once and in short.
    assert ["abbreviated"] == asked["plain"] == asked["native"]
    assert ["abbreviated", "full"] == asked["native-musl-x64"]
    # A registry that knows one form only is asked once.
    assert {1} == {len(forms) for forms in _forms(scene).values()}


def test_lockfile_records_what_only_the_full_form_has(scene: Scene) -> None:
    """`resolve` asks for the full form: licence and funding stand in the lockfile, as npm's."""
    _publish_variants(scene)
    resolve(scene.project, registry=scene.registry.url, cache_dir=scene.cache)
    packages = json.loads((scene.project / "package-lock.json").read_text())["packages"]

    assert ("MIT", {"url": "https://example.com"}) == (
        packages["node_modules/plain"]["license"],
        packages["node_modules/plain"]["funding"],
    )
    assert ["musl"] == packages["node_modules/native-musl-x64"]["libc"]
    assert {"full"} == {form for forms in _forms(scene).values() for form in forms}


def test_registry_that_tells_libc_is_asked_once(scene: Scene) -> None:
    """Where the abbreviated form has `libc`, it is enough."""
    _publish_variants(scene)
    scene.registry.abbreviates_libc = True
    result = scene.build("--json")

    assert 0 == result.status, result.stderr
    assert ["abbreviated"] == _forms(scene)["native-musl-x64"]
    assert not [name for name in listing(scene.output) if "musl" in name]


def test_age_needs_the_times(scene: Scene) -> None:
    """Where versions must have an age, the full form is asked for, and the young ones are left."""
    scene.publish("a", "1.0.0", files={"v.js": b"1"})
    scene.publish("a", "1.1.0", files={"v.js": b"2"})
    scene.publish("own", "1.0.0", files={"v.js": b"1"})
    scene.publish("own", "1.1.0", files={"v.js": b"2"})
    for name in ("a", "own"):
        scene.registry.packuments[name]["time"]["1.1.0"] = "2999-01-01T00:00:00.000Z"
    scene.write(
        {
            "package.json": {
                "name": "fn",
                "version": "1.0.0",
                "dependencies": {"a": "^1.0.0", "own": "^1.0.0"},
            },
            "pnpm-workspace.yaml": "minimumReleaseAge: 1440\nminimumReleaseAgeExclude: [own]\n",
        }
    )
    result = scene.build("--json")
    found = listing(scene.output)

    assert 0 == result.status, result.stderr
    assert (b"1", b"2") == (found["node_modules/a/v.js"], found["node_modules/own/v.js"])
    assert ["full"] == _forms(scene)["a"]


def test_age_in_the_settings(scene: Scene) -> None:
    """`min_release_age` among zipper's settings is days, and wins over other tools' files."""
    scene.publish("a", "1.0.0", files={"v.js": b"1"})
    scene.publish("a", "1.1.0", files={"v.js": b"2"})
    scene.registry.packuments["a"]["time"]["1.1.0"] = "2999-01-01T00:00:00.000Z"
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"a": "^1.0.0"}}
    scene.write({"package.json": {**manifest, "zipper": {"min_release_age": 2.5}}})

    assert 0 == scene.build("--json").status
    assert b"1" == listing(scene.output)["node_modules/a/v.js"]

    scene.write(
        {
            "package.json": {**manifest, "zipper": {"min_release_age": 0}},
            "bunfig.toml": "[install]\nminimumReleaseAge = 86400\n",
        }
    )

    assert 0 == scene.build("--json").status
    assert b"2" == listing(scene.output)["node_modules/a/v.js"]


def test_version_that_is_too_young_names_the_setting(scene: Scene) -> None:
    """Where nothing is old enough, the error says which file asks for the age."""
    scene.publish("a", "1.0.0")
    scene.registry.packuments["a"]["time"]["1.0.0"] = "2999-01-01T00:00:00.000Z"
    scene.write(
        {
            "package.json": {"name": "fn", "version": "1.0.0", "dependencies": {"a": "1.0.0"}},
            ".yarnrc.yml": "npmMinimalAgeGate: 3d\n",
        }
    )
    result = scene.build()

    assert (1, "ETARGET") == (result.status, result.code)
    assert "`npmMinimalAgeGate` in .yarnrc.yml" in result.stderr
