"""Which changed files, packages and settings are reasons: outside of a member too."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scene import HANDLER, write_files
from zipper.lockfile.pnpm_checksums import hash_text
from zipper.npm.package_json import parse_manifest
from zipper.pipeline.affected_files import compare_manifests

if TYPE_CHECKING:
    from tests.support.affected_repository import Repository


def reasons_of(repository: Repository, base: str = "HEAD") -> dict[str, list[Any]]:
    """Return the reasons of each function that the committed work tree does not have."""
    return repository.list_reasons(base=base)


@pytest.mark.parametrize("broken", ["package.json", "packages/fn-b/package.json"])
def test_settings_that_cannot_be_read_at_the_base(repository: Repository, broken: str) -> None:
    """What they were is not known, so that every function is built, and told why."""
    repository.edit(broken, lambda own: own.update(zipper={"nonsense": 7}))
    repository.git.commit({})
    settings = {"functions": ["packages/fn-*"], "output": "dist/"}
    own = settings if broken == "package.json" else {}
    repository.edit(broken, lambda one: one.update(zipper=own))

    reasons = reasons_of(repository)

    assert {"fn-a", "fn-b", "fn-c"} == set(reasons)
    for (kind, subject, message), *_ in reasons.values():
        assert ("settings", "") == (kind, subject)
        assert "it cannot be compared: " in message
        assert "nonsense" in message


def test_packages_that_went_or_have_other_bytes(repository: Repository) -> None:
    """One that is gone is named with its place; one of the same version with other bytes, too."""
    repository.edit("packages/fn-b/package.json", lambda own: own.update(dependencies={}))
    repository.edit("package-lock.json", lambda lock: lock["packages"].pop("node_modules/right"))
    repository.edit(
        "package-lock.json", lambda lock: lock["packages"]["packages/fn-b"].pop("dependencies")
    )
    repository.edit(
        "package-lock.json",
        lambda lock: lock["packages"]["node_modules/left"].update(integrity=f"sha512-{'B' * 86}=="),
    )

    reasons = reasons_of(repository)

    gone = ("dependency", "right", "`right@1.0.0` is gone from `node_modules/right`")
    elsewhere = ("dependency", "left", "`left@1.0.0` comes from elsewhere, or has other bytes")
    assert gone in reasons["fn-b"]
    assert elsewhere in reasons["fn-a"]
    assert {"fn-a", "fn-b"} == set(reasons)


@pytest.mark.parametrize(
    ("key", "value"),
    [("resolved", "https://mirror.example/left.tgz"), ("name", "other")],
)
def test_whatever_differs_of_a_package_counts(
    repository: Repository, key: str, value: object
) -> None:
    """Where it comes from, and what it is called."""
    repository.edit(
        "package-lock.json", lambda lock: lock["packages"]["node_modules/left"].update({key: value})
    )

    reasons = reasons_of(repository)

    assert {"fn-a"} == set(reasons)
    assert ["dependency"] == [kind for kind, *_ in reasons["fn-a"]]


@pytest.mark.parametrize(
    "key",
    [
        "overrides", "resolutions", "pnpm", "packageExtensions", "patchedDependencies",
        "allowScripts", "trustedDependencies", "engines", "devEngines", "packageManager",
    ],
)  # fmt: skip
def test_what_a_root_says_for_every_member(key: str) -> None:
    """What npm, pnpm, yarn and bun read in the root's package.json alone, each by its name."""
    own = parse_manifest({"name": "root", key: {"a": "1"}, "license": "MIT"})
    before = parse_manifest({"name": "root", key: {"a": "2"}})

    assert [("settings", key)] == [reason[:2] for reason in compare_manifests(own, before)]
    assert [] == list(compare_manifests(own, own))


def test_files_outside_of_a_member(repository: Repository) -> None:
    """What `include` takes from the root counts, deleted too; so does a layer's zip."""
    own = {"include": ["../../logos/*.png"], "layers": ["../../layer.zip"]}
    repository.edit("packages/fn-a/package.json", lambda one: one.update(zipper=own))
    files = {f"logos/{name}.png": "1" for name in ("a", "b", "kept")}
    repository.write({**files, "logos/x.txt": "1", "layer.zip": "zip"})
    repository.git.commit({})
    assert {} == reasons_of(repository)

    repository.write({"logos/a.png": "2", "logos/x.txt": "2", "layer.zip": "other"})
    (repository.root / "logos/b.png").unlink()

    assert {
        "fn-a": {
            ("file", "services/logos/a.png", "changed"),
            ("file", "services/logos/b.png", "deleted"),
            ("file", "services/layer.zip", "changed"),
        }
    } == {name: set(rows) for name, rows in reasons_of(repository).items()}


def _depend(repository: Repository, name: str, spec: str, entry: dict[str, Any]) -> None:
    """Have `fn-b` depend on a package of this disk, as the lockfile says too."""

    def lock(document: dict) -> None:
        packages = document["packages"]
        packages["packages/fn-b"]["dependencies"][name] = spec
        packages[f"node_modules/{name}"] = entry

    repository.edit(
        "packages/fn-b/package.json", lambda own: own["dependencies"].update({name: spec})
    )
    repository.edit("package-lock.json", lock)


def test_a_tarball_of_the_repository_counts_by_its_bytes(repository: Repository) -> None:
    """It is a sibling, of those alone that depend on it."""
    entry = {"version": "1.0.0", "resolved": "file:t.tgz"}
    _depend(repository, "t", "file:../../t.tgz", entry)
    repository.write({"t.tgz": "one", "t.tgz.md": "not it"})
    repository.git.commit({})
    repository.write({"t.tgz": "two", "t.tgz.md": "changed"})

    assert {"fn-b": [("sibling", "services/t.tgz", "changed")]} == reasons_of(repository)


def test_a_folder_that_is_no_package_any_more(repository: Repository) -> None:
    """All that changed in it is a reason for who has it: nothing says what was packed."""
    _depend(repository, "loose", "file:../../loose", {"resolved": "loose", "link": True})
    repository.edit(
        "package-lock.json",
        lambda lock: lock["packages"].update(loose={"name": "loose", "version": "1.0.0"}),
    )
    repository.write(
        {"loose/package.json": {"name": "loose"}, "loose/a.js": "1", "loose/b.js": "1"}
    )
    repository.git.commit({})
    shutil.rmtree(repository.root / "loose")
    repository.write({"loose/a.js": "2"})

    reasons = reasons_of(repository)

    changed = {("package.json", "deleted"), ("a.js", "changed"), ("b.js", "deleted")}
    expected = {("sibling", f"services/loose/{name}", what) for name, what in changed}
    assert {"fn-b": expected} == {name: set(rows) for name, rows in reasons.items()}


def test_what_lies_outside_of_the_repository_cannot_be_compared(repository: Repository) -> None:
    """A linked folder beside it, and a function whose project is elsewhere."""
    write_files(repository.top.parent / "apart", {"package.json": {"name": "apart"}})
    far = "../../apart"
    _depend(repository, "apart", "file:../../../../apart", {"resolved": far, "link": True})
    repository.edit(
        "package-lock.json",
        lambda lock: lock["packages"].update({far: {"name": "apart", "version": "1.0.0"}}),
    )
    repository.git.commit({})
    outside = "it is outside of the repository"
    ((kind, place, message),) = reasons_of(repository)["fn-b"]

    assert ("workspace", outside) == (kind, message)
    assert repository.top.parent / "apart" == Path(place).resolve()

    table = '[[tool.zipper.functions]]\nname = "far"\nproject = "../../apart"\n'
    write_files(repository.top / "other", {"pyproject.toml": table})
    repository.git.commit({})
    found = repository.compare(str(repository.top / "other"), base="HEAD")
    apart = str(repository.top.parent / "apart")
    assert [[("workspace", apart, outside)]] == [
        [tuple(reason) for reason in reasons] for reasons in found.reasons
    ]


def test_a_member_that_a_sibling_needs_is_told_once(repository: Repository) -> None:
    """Its own files are its files, though its name leads back to its folder."""
    repository.edit(
        "packages/shared/package.json", lambda own: own["dependencies"].update({"fn-a": "*"})
    )
    repository.lock()
    repository.git.commit({})
    repository.write({"packages/fn-a/index.js": HANDLER + "\n"})

    assert {"fn-a": [("file", "services/packages/fn-a/index.js", "changed")]} == reasons_of(
        repository
    )


def test_a_target_is_a_setting(repository: Repository) -> None:
    """It is said once, whatever of it differs."""
    repository.edit("package.json", lambda own: own["zipper"].update(runtime="nodejs20.x"))
    repository.git.commit({})
    repository.edit("package.json", lambda own: own["zipper"].update(runtime="nodejs22.x"))

    ((kind, subject, message),) = reasons_of(repository)["fn-b"]

    assert ("setting", "target") == (kind, subject)
    assert "nodejs20.x" in message.partition(", is ")[0]
    assert "nodejs22.x" in message.partition(", is ")[2]


def test_files_of_siblings_without_a_lockfile(repository: Repository) -> None:
    """Each is told as a sibling's, manifests and lockfiles as what decides dependencies."""
    (repository.root / "package-lock.json").unlink()
    repository.git.commit({})
    repository.write({"packages/base/index.js": "2", "yarn.lock": "", "packages/base/a.txt": "1"})
    repository.edit("packages/fn-b/package.json", lambda own: own.update(license="MIT"))

    reasons = {name: set(rows) for name, rows in reasons_of(repository).items()}

    place = "services/packages"
    manifest = ("dependencies", f"{place}/fn-b/package.json", "changed")
    lock = ("dependencies", "services/yarn.lock", "new")
    siblings = {
        ("sibling", f"{place}/base/index.js", "changed"),
        ("sibling", f"{place}/base/a.txt", "new"),
    }
    assert {manifest, lock} | siblings == reasons["fn-c"]
    assert {manifest, lock, ("file", f"{place}/fn-b/package.json", "changed")} == reasons["fn-b"]


def test_installed_packages_of_a_sibling_are_not_its_files(repository: Repository) -> None:
    """They went, or changed, beside files that git does not know."""
    shared = "packages/shared"
    repository.edit(f"{shared}/package.json", lambda own: own.update(main="made/index.js"))
    installed = f"{shared}/node_modules/x"
    repository.write({f"{installed}/a.js": "1", f"{installed}/b.js": "1"})
    repository.git.commit({})
    repository.write({f"{installed}/a.js": "2"})
    (repository.root / installed / "b.js").unlink()

    assert {} == reasons_of(repository)


@pytest.mark.parametrize("ending", [".patch", ".diff"])
def test_what_decides_is_read_at_the_base_too(repository: Repository, ending: str) -> None:
    """Settings in pyproject.toml, pnpm's own, and patches: unchanged, they are no reasons."""
    patch = "--- a/x\n+++ b/x\n"
    key = f"(patch_hash={hash_text(patch)[1]})"
    lock = "lockfileVersion: '9.0'\n"
    lock += f"patchedDependencies:\n  a: {hash_text(patch)[1]}\n"
    lock += (
        f"importers:\n  .:\n    dependencies:\n      a: {{specifier: '1', version: 1.0.0{key}}}\n"
    )
    lock += "packages:\n  a@1.0.0: {resolution: {integrity: sha512-AAAA}}\n"
    lock += f"snapshots:\n  a@1.0.0{key}: {{}}\n"
    write_files(
        repository.top / "one",
        {
            "package.json": {"packageManager": "pnpm@11.0.0", "dependencies": {"a": "1"}},
            "pyproject.toml": '[tool.zipper]\nexclude = ["*.txt"]\nruntime = "nodejs22.x"\n',
            "pnpm-workspace.yaml": f"patchedDependencies:\n  a: fix{ending}\n",
            f"fix{ending}": patch,
            "pnpm-lock.yaml": lock,
            "index.js": HANDLER,
        },
    )
    repository.git.commit({})

    assert () == repository.compare(str(repository.top / "one"), base="HEAD").reasons
    other = patch.replace("x", "y")
    changed = lock.replace(hash_text(patch)[1], hash_text(other)[1])
    write_files(repository.top / "one", {f"fix{ending}": other, "pnpm-lock.yaml": changed})

    [reasons] = repository.compare(str(repository.top / "one"), base="HEAD").reasons

    assert "a" in {one.subject for one in reasons if one.kind == "dependency"}


def test_a_package_that_is_twice_in_the_tree_is_told_once(repository: Repository) -> None:
    """What became of it is the same at both places, which another version keeps apart."""
    places = [f"packages/{name}/node_modules/left" for name in ("base", "shared")]

    def copy(lock: dict) -> None:
        packages = lock["packages"]
        for place in places:
            packages[place] = dict(packages["node_modules/left"])
            packages[place.partition("/node_modules")[0]]["dependencies"]["left"] = "1.0.0"
        packages["node_modules/left"]["version"] = "2.0.0"
        packages["packages/fn-a"]["dependencies"] |= needs["fn-a"]

    one = {"left": "1.0.0"}
    needs = {"base": one, "shared": one, "fn-a": {"left": "2.0.0", "base": "*"}}
    for name, more in needs.items():
        repository.edit(
            f"packages/{name}/package.json",
            lambda own, more=more: own["dependencies"].update(more),
        )
    repository.edit("package-lock.json", copy)
    repository.git.commit({})
    other = f"sha512-{'B' * 86}=="
    repository.edit(
        "package-lock.json",
        lambda lock: [lock["packages"][place].update(integrity=other) for place in places],
    )

    reasons = reasons_of(repository)

    message = "`left@1.0.0` comes from elsewhere, or has other bytes"
    rows = [("dependency", "left", message)]
    assert {"fn-a": rows, "fn-c": rows} == reasons


@pytest.mark.parametrize(
    ("place", "change"),
    [("node_modules/a", {"inBundle": True}), ("node_modules/l", {"resolved": "m"})],
)
def test_how_a_package_comes_there_counts(
    repository: Repository, place: str, change: dict[str, Any]
) -> None:
    """With another's tarball or its own, and where a link leads to, of a project on its own."""
    one = repository.top / "one"
    root = {"name": "one", "dependencies": {"a": "1", "l": "file:l"}}
    packages: dict[str, Any] = {
        "": root,
        "node_modules/a": {"version": "1.0.0", "integrity": f"sha512-{'A' * 86}=="},
        "node_modules/l": {"resolved": "l", "link": True},
        **{name: {"name": "l", "version": "1.0.0"} for name in "lm"},
    }
    lock = {"lockfileVersion": 3, "packages": packages}
    files: dict[str, Any] = {f"{name}/package.json": {"name": "l"} for name in "lm"}
    files |= {"package.json": root, "index.js": HANDLER}
    write_files(one, {**files, "package-lock.json": lock})
    repository.git.commit({})
    packages[place] |= change
    write_files(one, {"package-lock.json": lock})

    [reasons] = repository.compare(str(one), base="HEAD").reasons

    name = place.rpartition("/")[2]
    assert name in {one.subject for one in reasons if one.kind == "dependency"}
