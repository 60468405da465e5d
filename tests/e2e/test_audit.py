"""`zipper audit`: a project and a zip, against a registry's endpoint and a database file."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from tests.support.command import CommandResult, run_zipper

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene

ADVISORY = {
    "id": 1091,
    "url": "https://advisories.example/GHSA-35jh-r3h4-6jhm",
    "title": "Command injection",
    "severity": "high",
    "vulnerable_versions": "<2.0.0",
}
RECORD = {
    "id": "GHSA-35jh-r3h4-6jhm",
    "summary": "Command injection",
    "database_specific": {"severity": "HIGH"},
    "affected": [
        {
            "package": {"ecosystem": "npm", "name": "a"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.0.0"}]}],
        }
    ],
}


@pytest.fixture
def built(scene: Scene) -> Scene:
    """A project that depends on a, which depends on b, and its zip."""
    scene.publish("b", "2.0.0")
    scene.publish("a", "1.5.0", dependencies={"b": "^2.0.0"})
    scene.depend("a")
    assert 0 == scene.build().status
    scene.registry.requests.clear()
    return scene


def audit(scene: Scene, path: Path, *options: str | Path) -> CommandResult:
    arguments = ("audit", path, "--cache-dir", scene.cache, "--json", *options)
    return run_zipper(*arguments, env=scene.environment, cwd=scene.folder)


def told(result: CommandResult) -> list[tuple[str, str, str]]:
    assert result.document is not None, result.stderr
    return [(f["code"], f["severity"], f["path"]) for f in result.document["findings"]]


@pytest.mark.parametrize("what", ["project", "output"])
def test_registry_is_asked_about_exactly_what_is_packed(built: Scene, what: str) -> None:
    """Names and versions are posted; an advisory about one of them fails, and names its place."""
    built.registry.advisories = {"a": [ADVISORY], "c": [ADVISORY]}
    result = audit(built, getattr(built, what))

    assert (1, [("advisory", "error", "node_modules/a")]) == (result.status, told(result))
    assert [{"a": ["1.5.0"], "b": ["2.0.0"]}] == built.registry.posted
    assert (2, "fail") == (result.document["packages"], result.document["verdict"])


def test_nothing_known(built: Scene) -> None:
    """A registry that knows nothing against them lets them pass."""
    built.registry.advisories = {}
    result = audit(built, built.output)

    assert (0, []) == (result.status, told(result))


def test_level_and_ignore_from_options_and_settings(built: Scene) -> None:
    """What is below the level, or accepted, is told and does not fail."""
    built.registry.advisories = {"a": [ADVISORY]}

    assert 0 == audit(built, built.output, "--level", "critical").status
    assert 0 == audit(built, built.output, "--ignore", "GHSA-35jh-r3h4-6jhm").status
    until = "GHSA-35jh-r3h4-6jhm until 2020-01-01"
    assert [("advisory", "error", "node_modules/a"), ("ignore-expired", "warning", "")] == told(
        audit(built, built.output, "--ignore", until)
    )

    built.write({"pyproject.toml": '[tool.zipper]\naudit_ignore = ["1091 until 2999-12-31"]\n'})
    assert [("advisory-ignored", "info", "node_modules/a")] == told(audit(built, built.project))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "1 advisory counts against 2 packages"),
        (("--level", "critical"), "no advisories count (1 is known) against 2 packages"),
        (("--ignore", "1091"), "no advisories count (1 is known) against 2 packages"),
    ],
    ids=["counts", "below the level", "ignored"],
)
def test_last_line_counts(built: Scene, words: tuple[str, ...], expected: str) -> None:
    """The last line never says that nothing is known where something is."""
    built.registry.advisories = {"a": [ADVISORY]}
    arguments = ("audit", built.project, *words, "--cache-dir", built.cache)
    result = run_zipper(*arguments, env=built.environment)

    assert expected in result.stdout


def test_registry_without_the_endpoint(built: Scene) -> None:
    """Then nobody has looked, which is an error and not silence."""
    result = audit(built, built.output)

    assert (1, "ENOAUDIT") == (result.status, result.code)
    assert "--osv" in result.stderr


def test_development_is_asked_about_where_that_is_said(built: Scene) -> None:
    """What is not packed does not count, and its name is told to nobody, but with the option."""
    built.publish("tool")
    built.registry.advisories = {"tool": [{**ADVISORY, "vulnerable_versions": "*"}]}
    manifest = json.loads((built.project / "package.json").read_text())
    manifest["devDependencies"] = {"tool": "*"}
    (built.project / "package-lock.json").unlink()
    built.write({"package.json": manifest})
    packed = audit(built, built.project)
    all_of_it = audit(built, built.project, "--include-dev")

    assert (0, []) == (packed.status, told(packed))
    assert (1, [("advisory", "error", "node_modules/tool")]) == (all_of_it.status, told(all_of_it))
    assert [False, True] == ["tool" in asked for asked in built.registry.posted]


def test_offline_needs_a_database(built: Scene) -> None:
    """What only a registry knows is not looked for in the cache, and the way out is told."""
    result = audit(built, built.output, "--offline")

    assert (1, "EOFFLINE") == (result.status, result.code)
    assert "advisories" in result.stderr
    assert "`--osv FILE`" in result.stderr
    assert 0 == built.registry.count()


@pytest.mark.parametrize("form", ["record", "list", "vulns", "zip"])
def test_database_file_needs_no_network(built: Scene, form: str) -> None:
    """A database in each of its forms is asked instead of the registry."""
    path = built.folder / f"db.{'zip' if form == 'zip' else 'json'}"
    other = {**RECORD, "id": "GHSA-other", "affected": []}
    if form == "zip":
        with ZipFile(path, "w") as archive:
            archive.writestr("GHSA-1.json", json.dumps(RECORD))
            archive.writestr("GHSA-2.json", json.dumps(other))
            archive.writestr("README", "no record")
    else:
        forms = {"record": RECORD, "list": [other, RECORD], "vulns": {"vulns": [RECORD]}}
        path.write_text(json.dumps(forms[form]))
    result = audit(built, built.output, "--osv", path, "--offline")

    assert (1, [("advisory", "error", "node_modules/a")]) == (result.status, told(result))
    assert 0 == built.registry.count()


def damaged_zip(at: int, byte: int) -> bytes:
    """Return a database whose zip differs in one byte."""
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        archive.writestr("GHSA-1.json", json.dumps(RECORD) * 3)
    data = bytearray(made.getvalue())
    data[at] = byte
    return bytes(data)


UNREADABLE = {
    "empty": b"",
    "no JSON": b"no json",
    "no zip": b"PK\x03\x04 no zip",
    "deep": b"[" * 100_000,
    "damaged": damaged_zip(45, 0xFF),
    "encrypted": damaged_zip(6, 1),
    "another method": damaged_zip(8, 99),
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_database_that_is_none(built: Scene, content: bytes) -> None:
    """A file that is no database, or a damaged one, is one clear error."""
    path = built.folder / "db.json"
    path.write_bytes(content)

    assert "EOSV" == audit(built, built.output, "--osv", path).code


def test_private_names_go_to_their_own_registry_only(built: Scene) -> None:
    """The names of a scope with a registry of its own are not told to the other one."""
    from tests.support.registry_server import RegistryServer  # noqa: PLC0415

    with RegistryServer() as private:
        private.advisories = {}
        built.registry.advisories = {}
        private.publish("@own/secret-name", "1.0.0")
        npmrc = f"@own:registry={private.url}\n"
        manifest = json.loads((built.project / "package.json").read_text())
        manifest["dependencies"]["@own/secret-name"] = "1.0.0"
        (built.project / "package-lock.json").unlink()
        built.write({".npmrc": npmrc, "package.json": manifest})
        result = audit(built, built.project)

        assert 0 == result.status, result.stderr
        assert [{"@own/secret-name": ["1.0.0"]}] == private.posted
        assert [{"a": ["1.5.0"], "b": ["2.0.0"]}] == built.registry.posted


def test_private_names_of_a_member_go_to_the_registry_of_its_root(built: Scene) -> None:
    """The root's `.npmrc` counts for a member, as for npm; one in the member does not."""
    from tests.support.registry_server import RegistryServer  # noqa: PLC0415

    with RegistryServer() as private:
        private.advisories = {}
        built.registry.advisories = {}
        manifest = private.publish("@own/secret-name", "1.0.0")
        member = {"name": "fn", "dependencies": {"@own/secret-name": "1.0.0"}}
        root = {"name": "root", "workspaces": ["packages/*"]}
        row = {
            "version": "1.0.0",
            "resolved": manifest["dist"]["tarball"],
            "integrity": manifest["dist"]["integrity"],
        }
        packages = {
            "": root, "packages/fn": member, "node_modules/@own/secret-name": row,
            "node_modules/fn": {"resolved": "packages/fn", "link": True},
        }  # fmt: skip
        built.write(
            {"package.json": root, ".npmrc": f"@own:registry={private.url}\n",
             "package-lock.json": {"lockfileVersion": 3, "packages": packages},
             "packages/fn/package.json": member,
             "packages/fn/.npmrc": f"@own:registry={built.registry.url}\n"}
        )  # fmt: skip
        result = audit(built, built.project / "packages/fn")

        assert 0 == result.status, result.stderr
        assert [{"@own/secret-name": ["1.0.0"]}] == private.posted
        assert [] == built.registry.posted
