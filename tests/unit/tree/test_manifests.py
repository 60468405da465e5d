"""Specs are answered once, by what the registry has, the folder or the tarball; errors too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import World, resolve
from zipper.errors import IntegrityError, RegistryError, ResolutionError, ZipperError
from zipper.lockfile.yarn_classic import YarnEntry
from zipper.npm.package_json import parse_manifest
from zipper.npm.pick import PickOptions
from zipper.npm.spec import resolve_spec
from zipper.tree.manifests import Manifests
from zipper.tree.prefetch import Wish
from zipper.tree.resolver_requests import (
    DirectoryRequest,
    FetchedManifest,
    InnerManifests,
    ManifestRequest,
    PackumentRequest,
)
from zipper.tree.trampoline import run_flat

if TYPE_CHECKING:
    from zipper.tree.trampoline import Step


def run(step: Step[Any], world: World) -> Any:
    """Return what a step comes to, its asks answered by `world`."""
    steps = run_flat(step)
    try:
        ask = next(steps)
        while True:
            try:
                answer = world.answer(ask)
            except ZipperError as error:
                ask = steps.throw(error)
            else:
                ask = steps.send(answer)
    except StopIteration as stop:
        return stop.value


def start(**fields: Any) -> Manifests:
    """Return one that has asked nothing yet."""
    return Manifests(lambda _: PickOptions(), **fields)


def fetch(manifests: Manifests, world: World, name: str, spec: str) -> FetchedManifest:
    """Return what a dependency means."""
    found: FetchedManifest = run(manifests.fetch(resolve_spec(name, spec, where="/p")), world)
    return found


@pytest.mark.parametrize("version", [None, "", 1])
def test_a_manifest_without_a_version_is_refused(version: object) -> None:
    """What cannot be locked is an error that says what to do."""
    with pytest.raises(ResolutionError) as raised:
        resolve(project({"dependencies": {"a": "*"}}), registry({"a@1.0.0": {"version": version}}))

    assert "EINCOMPLETEMANIFEST" == raised.value.code
    assert "use another registry: this one's copy is incomplete" == raised.value.hint


def test_a_packument_is_asked_for_once() -> None:
    """For all ranges, tags and aliases of its name; a range is picked once."""
    world = registry({"a@1.0.0": {}, "a@1.1.0": {}, "b@1.0.0": {}})
    manifests = start()

    found = [
        fetch(manifests, world, name, spec)
        for name, spec in (
            ("a", "^1.0.0"), ("a", "^1.0.0"), ("a", "1.0.0"), ("a", "latest"),
            ("x", "npm:a@^1.0.0"), ("b", "*"),
        )
    ]  # fmt: skip

    assert ["1.1.0", "1.1.0", "1.0.0", "1.1.0", "1.1.0", "1.0.0"] == [
        one.manifest.version for one in found
    ]
    assert found[0] is found[1] is found[4]
    assert [PackumentRequest("a"), PackumentRequest("b")] == world.asked


def test_an_error_is_remembered() -> None:
    """What the registry lacks is not asked for again, and the error is the same one."""
    world = registry({"a@1.0.0": {}})
    manifests = start()
    errors = []
    for name, spec in (("none", "1"), ("none", "1"), ("none", "2"), ("a", "9"), ("a", "9")):
        with pytest.raises(ZipperError) as caught:
            fetch(manifests, world, name, spec)
        errors.append(caught.value)

    assert ["E404", "E404", "E404", "ETARGET", "ETARGET"] == [error.code for error in errors]
    assert errors[0] is errors[1] is errors[2]
    assert errors[3] is errors[4]
    assert [PackumentRequest("none"), PackumentRequest("a")] == world.asked


def test_a_tarball_and_a_folder_are_told_apart_by_what_was_written() -> None:
    """Two of one name are two; each is opened once."""
    files = {name: {"package.json": {"name": "a", "version": "1.0.0"}} for name in ("/p/x.tgz",
             "/p/y.tgz")}  # fmt: skip
    world = World(local_tarballs=files)
    manifests = start()

    found = [fetch(manifests, world, "a", f"file:{name}.tgz").resolved for name in "xyx"]

    assert ["file:/p/x.tgz", "file:/p/y.tgz", "file:/p/x.tgz"] == found
    assert [
        ManifestRequest(resolve_spec("a", f"file:{name}.tgz", where="/p")) for name in "xy"
    ] == world.asked


HASH = "sha512-" + "A" * 86 + "=="
SHASUM = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
URL = "https://r.example/a.tgz"


@pytest.mark.parametrize(
    ("dist", "expected"),
    [
        (None, ("", None)),
        ([], ("", None)),
        ({}, ("", None)),
        ({"tarball": URL}, (URL, None)),
        ({"tarball": 1, "integrity": 1, "shasum": 1}, ("", None)),
        ({"tarball": URL, "integrity": HASH}, (URL, HASH)),
        ({"tarball": URL, "integrity": f" {HASH}  {HASH}"}, (URL, f"{HASH} {HASH}")),
        ({"tarball": URL, "integrity": "nonsense", "shasum": SHASUM}, (URL, None)),
        ({"tarball": URL, "integrity": HASH, "shasum": SHASUM}, (URL, HASH)),
        ({"tarball": URL, "integrity": "", "shasum": SHASUM},
         (URL, "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=")),
        ({"tarball": URL, "shasum": ""}, (URL, None)),
        ({"tarball": "file:/etc/passwd", "integrity": HASH}, ("", HASH)),
        ({"tarball": "FILE:/etc/passwd"}, ("", None)),
        ({"tarball": "git+ssh://h/x"}, ("", None)),
        ({"tarball": "Git://h/x", "shasum": SHASUM}, ("", "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=")),
    ],
)  # fmt: skip
def test_where_a_registrys_tarball_is(dist: object, expected: tuple[str, str | None]) -> None:
    """Its address, unless that is of this disk or of git; its integrity, or its old SHA-1."""
    world = registry({"a@1.0.0": {"dist": dist}})

    found = fetch(start(), world, "a", "1")

    assert expected == (found.resolved, found.integrity)


def test_what_is_expected_is_told_with_the_next_question() -> None:
    """Once, of whatever kind the question is."""
    world = World(
        packuments=registry({"a@1.0.0": {}, "b@1.0.0": {}}).packuments,
        tarballs={"a@1.0.0": {"package.json": {}}},
    )
    manifests = start()
    wishes = [Wish(name, "1") for name in "bcde"]
    manifests.expect(wishes[:2])
    manifests.expect(wishes[:1])
    fetch(manifests, world, "a", "1")
    fetch(manifests, world, "b", "1")
    manifests.expect(wishes[2:3])
    inner = run(manifests.open_tarball("a", "1.0.0", URL, HASH), world)
    manifests.expect(wishes[1:])
    run(manifests.read_directory("/p/w"), world)

    assert {"package.json": {}} == inner
    assert [
        PackumentRequest("a", (wishes[0], wishes[1])),
        PackumentRequest("b"),
        InnerManifests("a", "1.0.0", URL, HASH, (wishes[2],)),
        DirectoryRequest("/p/w", (wishes[3],)),
    ] == world.asked


class Closed(World):
    """A world in which no folder can be read."""

    def answer(self, ask: Any) -> Any:
        """Refuse."""
        super().answer(ask)
        raise RegistryError("EACCES", "not readable")


@pytest.mark.parametrize(
    ("world", "expected"),
    [
        (World(files={"/w/package.json": {"name": "w"}}), parse_manifest({"name": "w"})),
        (World(), None),
        (Closed(files={"/w/package.json": {"name": "w"}}), None),
    ],
)
def test_a_folder_is_read_once(world: World, expected: object) -> None:
    """One that is not there, or cannot be read, has no manifest."""
    manifests = start()

    assert [expected, expected] == [run(manifests.read_directory("/w"), world) for _ in range(2)]
    assert [DirectoryRequest("/w")] == world.asked


def test_a_yarn_lock_answers_first() -> None:
    """With the version that yarn chose and the hash that it noted; an error says whose it is."""
    other = HASH.replace("A", "B")
    dist = {"tarball": URL, "integrity": HASH}
    world = registry({"a@1.0.0": {"dist": dist}, "a@1.1.0": {}, "b@1.0.0": {}})
    entry = YarnEntry("1.0.0", "https://r.example/a/-/a-1.0.0.tgz", HASH)
    lock = {
        "a@^1.0.0": entry,
        "a@1": entry._replace(integrity=other),
        "a@2": entry._replace(version="2.0.0", resolved="https://r.example/a/-/a-2.0.0.tgz"),
        "a@file:z": YarnEntry("1.0.0", "file:x.tgz"),
    }
    manifests = start(yarn_lock=lock, path="/q")

    found = fetch(manifests, world, "a", "^1.0.0")

    assert ("1.0.0", HASH) == (found.manifest.version, found.integrity)
    assert "1.1.0" == fetch(manifests, world, "a", "*").manifest.version
    with pytest.raises(ZipperError) as caught:
        fetch(manifests, world, "a", "2")
    assert ("ETARGET", ("chosen by", "yarn.lock, for `a@2`")) == (
        caught.value.code,
        caught.value.facts[-1],
    )
    with pytest.raises(IntegrityError):
        fetch(start(yarn_lock=lock), world, "a", "1")
    opened = World(local_tarballs={"/q/x.tgz": {"package.json": {"name": "a"}}})
    assert "file:/q/x.tgz" == fetch(manifests, opened, "a", "file:z").resolved
