"""Which functions differ from a merge-base: by files, siblings, packages, settings."""

from __future__ import annotations

import os
import shutil
import stat
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scene import HANDLER, write_files
from zipper.errors import ProjectError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.affected_repository import Repository


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("packages/fn-a/index.js", {"fn-a"}),
        ("packages/fn-a/new.js", {"fn-a"}),
        ("packages/shared/index.js", {"fn-a"}),
        ("packages/shared/lib/new.js", {"fn-a"}),
        ("packages/base/index.js", {"fn-a", "fn-c"}),
        ("packages/shared/test/a.js", set()),
        ("packages/shared/.npmignore", {"fn-a"}),
        (".npmrc", {"fn-a", "fn-b", "fn-c"}),
        (".yarnrc.yml", {"fn-a", "fn-b", "fn-c"}),
        ("bunfig.toml", {"fn-a", "fn-b", "fn-c"}),
        ("dist/old.zip", set()),
        ("packages/fn-b/node_modules/x/index.js", set()),
        ("../other/a.txt", set()),
    ],
)
@pytest.mark.parametrize("how", ["untracked", "staged", "committed"])
def test_files_count_for_those_that_pack_them(
    repository: Repository, path: str, expected: set[str], how: str
) -> None:
    """Whether a change is committed makes no difference; what no package has counts for none."""
    before = (repository.root / path).read_text() if (repository.root / path).exists() else ""
    repository.write({path: before + "\n"})
    if how != "untracked":
        repository.git.run("add", "--all")
    if how == "committed":
        repository.git.run("commit", "--quiet", "--allow-empty", "--message=change")

    assert expected == repository.find_affected()


def test_reasons_name_what_differs(repository: Repository) -> None:
    """Each reason has the file below the top, and what became of it; a renamed one is both."""
    repository.write({"packages/base/index.js": "exports.x = 2\n"})
    (repository.root / "packages/fn-a/test/a.js").unlink()
    repository.git.run("mv", "services/packages/fn-b/index.js", "services/packages/fn-b/main.js")

    base = ("sibling", "services/packages/base/index.js", "changed")
    assert {
        "fn-a": [("file", "services/packages/fn-a/test/a.js", "deleted"), base],
        "fn-b": [
            ("file", "services/packages/fn-b/index.js", "deleted"),
            ("file", "services/packages/fn-b/main.js", "new"),
        ],
        "fn-c": [base],
    } == repository.list_reasons()


def test_a_lockfile_counts_where_a_closure_differs(repository: Repository) -> None:
    """A new version is a reason for those that reach it; a lockfile that means the same is none."""
    repository.edit("package-lock.json", lambda lock: lock["packages"][""].update(license="MIT"))
    assert set() == repository.find_affected()

    repository.edit(
        "packages/fn-b/package.json", lambda own: own["dependencies"].update(right="1.1.0")
    )
    repository.lock()
    reasons = repository.list_reasons()

    assert ["fn-b"] == list(reasons)
    assert ("dependency", "right", "was `right@1.0.0`, is `right@1.1.0`") in reasons["fn-b"]


def test_a_siblings_dependency_counts(repository: Repository) -> None:
    """What is new in the closure of a sibling is named for all who pack the sibling."""
    repository.edit(
        "packages/base/package.json", lambda own: own["dependencies"].update(left="1.1.0")
    )
    repository.lock()
    reasons = repository.list_reasons()

    assert ["fn-a", "fn-c"] == list(reasons)
    new = ("dependency", "left", "`left@1.1.0` is new in `node_modules/left`")
    assert new in reasons["fn-c"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("overrides", {"left": "1.0.0"}),
        ("engines", {"node": ">=18"}),
        ("allowScripts", {"x": True}),
    ],
)
def test_what_a_root_says_for_all_counts_for_all(
    repository: Repository, key: str, value: object
) -> None:
    """Overrides and their like are reasons for every member; a root's scripts are for none."""
    repository.edit("package.json", lambda root: root.update(scripts={"test": "x"}))
    assert set() == repository.find_affected()

    repository.edit("package.json", lambda root: root.update({key: value}))
    assert {"fn-a", "fn-b", "fn-c"} == repository.find_affected()


def test_settings_count_for_their_functions(repository: Repository) -> None:
    """A setting of the root is a reason for all, a member's own for that one."""
    repository.edit("packages/fn-a/package.json", lambda own: own.update(zipper={"strict": True}))
    reasons = repository.list_reasons()
    assert ["fn-a"] == list(reasons)
    assert ("setting", "strict", "was `False`, is `True`") in reasons["fn-a"]

    repository.edit("package.json", lambda own: own["zipper"].update(architecture="arm64"))
    assert {"fn-a", "fn-b", "fn-c"} == repository.find_affected()


def test_what_a_setting_was_is_told(repository: Repository) -> None:
    """Nothing where it was not said, whatever its kind."""
    own = {"handler": "a.b", "exclude": ["x/", "y/"]}
    repository.edit("packages/fn-b/package.json", lambda one: one.update(zipper=own))
    repository.git.commit({})
    changed = {"minify": True, "exclude": []}
    repository.edit("packages/fn-b/package.json", lambda one: one.update(zipper=changed))

    reasons = repository.list_reasons("HEAD")["fn-b"]

    assert [
        ("exclude", "was `x/, y/`, is nothing"),
        ("handler", "was `a.b`, is nothing"),
        ("minify", "was `False`, is `True`"),
    ] == sorted(one[1:] for one in reasons if one[0] == "setting")


def test_patterns_decide_which_files_count(repository: Repository) -> None:
    """A changed or deleted file that `exclude` leaves out is no reason."""
    for name in ("fn-a", "fn-b", "fn-c"):
        own = f"packages/{name}/package.json"
        repository.edit(own, lambda one: one.update(zipper={"exclude": ["test/"]}))
    repository.git.commit({})
    repository.write({"packages/fn-a/test/new.js": "1\n"})
    (repository.root / "packages/fn-b/test/a.js").unlink()

    assert set() == repository.find_affected(base="HEAD")


def test_what_git_ignores_is_made_of_something(repository: Repository) -> None:
    """Where a package has ignored files, any change of its folder counts, and a tsconfig above."""
    shared = "packages/shared/package.json"
    repository.edit(shared, lambda own: own.update(files=["made"], main="made/index.js"))
    repository.write({"packages/shared/src/index.ts": "1\n", "tsconfig.base.json": "{}"})
    repository.write({"packages/shared/made/index.js": "exports.x = 1\n"})
    repository.git.commit({})
    repository.write({"packages/shared/src/index.ts": "2\n"})
    assert {"fn-a"} == repository.find_affected(base="HEAD")

    shutil.rmtree(repository.root / "packages/shared/made")
    assert {"fn-a"} == repository.find_affected(base="HEAD")

    repository.git.commit({})
    repository.write({"tsconfig.base.json": '{"compilerOptions": {}}'})
    assert {"fn-a"} == repository.find_affected(base="HEAD")


def test_it_works_from_every_folder(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The top of the repository, the root, a member's own folder: the answer is the same."""
    repository.write({"packages/fn-a/index.js": HANDLER + "\n"})

    assert {"fn-a"} == repository.find_affected("fn-a")
    assert set() == repository.find_affected("fn-b")
    assert {"fn-a"} == repository.find_affected("packages/fn-a")
    assert ("fn-b",) == repository.compare("packages/fn-b").unaffected
    monkeypatch.chdir(repository.top)
    assert {"fn-a"} == repository.find_affected("services")
    monkeypatch.chdir(repository.root / "packages/fn-a")
    assert {"."} == repository.find_affected(".")
    assert set() == repository.find_affected("../fn-b")


def test_a_new_function_is_affected(repository: Repository) -> None:
    """What the merge-base does not have is built."""
    repository.write({"packages/fn-d/package.json": {"name": "fn-d", "version": "1.0.0"}})
    repository.write({"packages/fn-d/index.js": HANDLER})
    repository.lock()

    assert {"fn-d": [("function", "fn-d", "it is new")]} == repository.list_reasons()


def test_what_others_did_since_does_not_count(repository: Repository) -> None:
    """The merge-base is compared with, and not the branch as it is now."""
    repository.write({"packages/fn-a/index.js": HANDLER + "\n"})
    repository.git.commit({})
    repository.git.run("checkout", "--quiet", "main")
    repository.write({"packages/fn-b/index.js": HANDLER + "\n\n"})
    repository.git.commit({})
    repository.git.run("checkout", "--quiet", "feature")

    assert {"fn-a"} == repository.find_affected()


def test_without_a_lockfile_manifests_count(repository: Repository) -> None:
    """Where nothing says what is packed, whatever the resolver reads is a reason."""
    project = repository.top / "alone"
    manifest: dict[str, Any] = {"name": "alone", "dependencies": {"left": "^1.0.0"}}
    write_files(project, {"package.json": manifest, "index.js": HANDLER})
    repository.git.commit({})
    assert set() == repository.find_affected(str(project), base="HEAD")

    manifest["dependencies"]["left"] = "1.0.0"
    write_files(project, {"package.json": manifest})
    [reasons] = repository.compare(str(project), base="HEAD").reasons
    assert {"file", "dependencies"} == {reason.kind for reason in reasons}


def test_without_a_lockfile_siblings_are_found_by_name(repository: Repository) -> None:
    """The files of those that a member names count for it, directly or not, and no others'."""
    (repository.root / "package-lock.json").unlink()
    repository.git.commit({})
    repository.write({"packages/base/index.js": "exports.x = 2\n"})

    assert {"fn-a", "fn-c"} == repository.find_affected(base="HEAD")


def test_what_cannot_be_read_is_built(repository: Repository) -> None:
    """A lockfile that lacks the member is no reason to pass it over: the build says why."""
    repository.edit("package-lock.json", lambda lock: lock["packages"].pop("packages/fn-b"))
    repository.edit("package-lock.json", lambda lock: lock["packages"].pop("node_modules/fn-b"))
    reasons = repository.list_reasons()

    assert ["fn-b"] == list(reasons)
    assert ("function", "") == reasons["fn-b"][0][:2]
    assert "it cannot be compared: the root's lockfile has no member" in reasons["fn-b"][0][2]


def refuse(repository: Repository, base: str, project: Path | None = None) -> ProjectError:
    """Return the error that comparing with `base` ends in."""
    with pytest.raises(ProjectError) as raised:
        repository.compare(str(project or repository.root), base=base)
    return raised.value


def command_of(error: ProjectError) -> list[str]:
    """Return the words of the git command in the hint of an error, without `git`."""
    command = (error.hint or "").partition("`")[2].partition("`")[0]
    assert command.startswith("git fetch ")
    return command.replace("'", "").split()[1:]


@pytest.mark.parametrize("base", ["origin/main", "HEAD~1", "main"])
def test_a_shallow_clone_is_refused_with_a_command_that_works(
    repository: Repository, tmp_path: Path, base: str
) -> None:
    """The hint of the error brings the history, after which the comparison is made."""
    repository.write({"packages/fn-a/index.js": HANDLER + "\n"})
    repository.git.commit({})
    clone = tmp_path / "clone"
    address = f"file://{repository.top}"
    repository.git.run("clone", "--quiet", "--depth=1", "--branch=feature", address, str(clone))
    error = refuse(repository, base, clone / "services")

    assert "EBASE" == error.code
    assert "the clone is shallow" in error.message
    repository.git.run("-C", str(clone), *command_of(error))
    base = "origin/main" if base == "main" else base
    assert {"fn-a"} == repository.find_affected(str(clone / "services"), base=base)


@pytest.mark.parametrize("base", ["origin/main", "main"])
def test_an_unknown_base_is_refused_with_a_command_that_works(
    repository: Repository, tmp_path: Path, base: str
) -> None:
    """A clone of one branch does not know the others; the hint brings the one that was named."""
    clone = tmp_path / "clone"
    address = f"file://{repository.top}"
    branch = ("--single-branch", "--branch=feature")
    repository.git.run("clone", "--quiet", *branch, address, str(clone))
    error = refuse(repository, base, clone / "services")

    assert ("EBASE", f"`{base}` is no commit of this repository") == (error.code, error.message)
    repository.git.run("-C", str(clone), *command_of(error))
    assert set() == repository.find_affected(str(clone / "services"), base="origin/main")
    if base == "main":
        near = refuse(repository, base, clone / "services")
        assert "name the remote's branch: `--affected origin/main`" == near.hint


@pytest.mark.parametrize("base", ["--output=x", "-x", "nothing", "a b", "HEAD:package.json", ""])
def test_what_is_no_commit_is_an_error(repository: Repository, base: str) -> None:
    """No word reaches git as an option."""
    assert "EBASE" == refuse(repository, base).code


def test_branches_without_a_common_commit_are_an_error(repository: Repository) -> None:
    """There is nothing to compare with."""
    repository.git.run("checkout", "--quiet", "--orphan", "other")
    repository.git.run("commit", "--quiet", "--message=other")

    assert "no commit in common" in refuse(repository, "main").message


def test_outside_of_a_repository_is_an_error(repository: Repository, tmp_path: Path) -> None:
    """What git says is in the error."""
    shutil.copytree(repository.root, tmp_path / "other")

    assert "EGIT" == refuse(repository, "main", tmp_path / "other").code


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
def test_no_program_of_the_repository_runs(repository: Repository, tmp_path: Path) -> None:
    """Hooks, monitors, filters and diffs that its own configuration names are not started."""
    trap, ran = tmp_path / "trap", tmp_path / "ran"
    trap.write_text(f'#!/bin/sh\necho "$0 $*" >> {ran}\ncat\n')
    trap.chmod(trap.stat().st_mode | stat.S_IXUSR)
    for name in (
        "core.fsmonitor", "diff.external", "filter.trap.clean", "filter.trap.process",
        "diff.trap.command", "diff.trap.textconv", "core.sshCommand", "core.askPass",
        "core.pager", "pager.diff",
    ):  # fmt: skip
        repository.git.run("config", name, str(trap))
    repository.git.run("config", "filter.trap.required", "true")
    hooks = repository.top / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "fsmonitor-watchman", "pre-auto-gc"):
        shutil.copy(trap, hooks / name)
    repository.write({"packages/fn-a/.gitattributes": "* filter=trap diff=trap\n"})
    repository.write({"packages/fn-a/index.js": HANDLER + "\n"})
    assert {"fn-a"} == repository.find_affected()

    assert not ran.exists()


def test_variables_of_a_hook_do_not_mislead(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a hook of git's, GIT_DIR and its like name the hook's repository."""
    repository.write({"packages/fn-a/index.js": HANDLER + "\n"})
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere")

    assert {"fn-a"} == repository.find_affected()
