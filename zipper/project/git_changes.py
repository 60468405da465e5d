"""What differs between a work tree and the commit where it left a branch.

In: a folder in a git repository and a name such as `origin/main`. Out: the paths that differ from
the merge-base, uncommitted and untracked ones too, and what the merge-base has in some files.

A repository's own settings may name programs; none of them is started. The user's settings count.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.errors import ProjectError
from zipper.project.run_git import TIMEOUT_SECONDS, run_git

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["GitChanges", "find_changes", "read_at_base"]

_PROTOCOLS: Final = "http:https:ssh"
"""What a partial clone may fetch by; the settings of `git:` may name a program."""

_QUIET: Final = ("core.askPass=", "core.ignoreStat=false", "diff.external=")

_PROGRAMS: Final = r"^(filter\..*\.(clean|smudge|process)|credential\..*helper)$"
"""Settings whose values are programs that comparing files may start."""

_NOTHING_FOUND: Final = 1


class GitChanges(NamedTuple):
    """The difference between the work tree and a merge-base."""

    top: Path
    """The top of the work tree, links resolved."""
    base: str
    """As it was named."""
    merge_base: str
    """The commit."""
    changed: Mapping[str, str]
    """Path below `top` to `changed`, `new` or `deleted`; a nested repository is one path."""
    visible: frozenset[str]
    """Every path below `top` that git tracks, or would; all others are ignored."""


class _Git:
    """git in one repository, its local programs switched off."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings: tuple[str, ...] = _QUIET

    def switch_off_programs(self) -> None:
        listed = self.ask(
            "config", "--local", "--includes", "-z", "--name-only", "--get-regexp", _PROGRAMS
        )
        names = sorted(set(_split(listed.stdout)))
        self.settings = (*_QUIET, *(f"{name}=" for name in names))
        filters = {name.rpartition(".")[0] for name in names if name.startswith("filter.")}
        self.settings += tuple(f"{name}.required=false" for name in sorted(filters))

    def ask(self, *words: str, text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Return what git says, whether it succeeds or not."""
        options = ("--no-optional-locks", "--no-replace-objects")
        try:
            return run_git(
                *options,
                *words,
                folder=self.folder,
                protocols=_PROTOCOLS,
                settings=self.settings,
                text=text,
            )
        except FileNotFoundError as cause:
            raise ProjectError(
                "ENOGIT",
                "`--affected` compares with a commit, and git is not installed",
                hint="install git, or build without `--affected`",
            ) from cause
        except subprocess.TimeoutExpired as cause:
            raise ProjectError(
                "EGIT", f"git gave no answer within {TIMEOUT_SECONDS} seconds"
            ) from cause

    def tell(self, *words: str, text: bytes = b"") -> bytes:
        """Return what git prints, where it succeeds."""
        done = self.ask(*words, text=text)
        if done.returncode:
            raise _failure(words[0], done.stderr)
        return done.stdout


def find_changes(folder: Path, base: str) -> GitChanges:
    """Return what the work tree around `folder` has changed since it left `base`.

    Raises:
        ProjectError: EGIT where the folder is in no repository, or git fails; ENOGIT; EBASE for a
            `base` that is no commit here, has no history in common, or in a shallow clone, where
            the commit that both come from may be cut off.
    """
    git = _Git(folder)
    found = git.ask("rev-parse", "--show-toplevel")
    if found.returncode:
        raise _failure(
            "rev-parse", found.stderr, f"`{folder}` is in no repository that git can read"
        )
    top = Path(os.path.realpath(os.fsdecode(found.stdout.rstrip(b"\n"))))
    git.folder = top
    git.switch_off_programs()
    merge_base = _find_merge_base(git, base)
    tracked = _split(git.tell("ls-files", "-z", "--cached"))
    untracked = _split(git.tell("ls-files", "-z", "--others", "--exclude-standard"))
    compared = git.tell(
        "diff", "-z", "--name-status", "--no-renames", "--no-ext-diff", "--no-textconv",
        "--no-color", "--no-relative", "--ignore-submodules=none", merge_base, "--",
    )  # fmt: skip
    changed = dict(_read_status(_split(compared)))
    changed |= {path.rstrip("/"): "new" for path in untracked if path not in changed}
    return GitChanges(
        top=top,
        base=base,
        merge_base=merge_base,
        changed=dict(sorted(changed.items())),
        visible=frozenset(path.rstrip("/") for path in (*tracked, *untracked)),
    )


def read_at_base(
    changes: GitChanges, names: Collection[str], *, endings: tuple[str, ...] = ()
) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each file at the merge-base that has one of `names` or `endings`.

    Paths are relative to the top, and lead nowhere else; what is in a node_modules is left out.

    Raises:
        ProjectError: EGIT.
    """
    git = _Git(changes.top)
    git.switch_off_programs()
    rows = _split(git.tell("ls-tree", "-r", "-z", "--full-tree", changes.merge_base))
    wanted = {}
    for row in rows:
        facts, _, path = row.partition("\t")
        mode, _, oid = facts.split(" ")
        parts = path.split("/")
        is_plain = mode in ("100644", "100755") and not {"", ".", "..", "node_modules"} & {*parts}
        if is_plain and (parts[-1] in names or path.endswith(endings)):
            wanted[path] = oid
    asked = "".join(f"{oid}\n" for oid in wanted.values()).encode("ascii")
    told = git.tell("cat-file", "--batch", text=asked)
    at = 0
    for path in wanted:
        end = told.index(b"\n", at)
        head = told[at:end].split(b" ")
        if len(head) != 3:
            raise _failure("cat-file", told[at:end])
        size = int(head[2])
        yield path, told[end + 1 : end + 1 + size]
        at = end + size + 2


def _find_merge_base(git: _Git, base: str) -> str:
    commit = _find_commit(git, base)
    if git.tell("rev-parse", "--is-shallow-repository").strip() == b"true":
        raise ProjectError(
            "EBASE",
            f"the clone is shallow: its history does not say where it left `{base}`",
            facts=(("repository", str(git.folder)),),
            hint=f"fetch the whole history: `{_fetch_command(git, base, is_shallow=True)}`",
        )
    if commit is None:
        raise _unknown_base(git, base)
    found = git.ask("merge-base", commit, "HEAD")
    if found.returncode == _NOTHING_FOUND and not found.stderr:
        raise ProjectError(
            "EBASE",
            f"`{base}` and this branch have no commit in common",
            hint="name the branch that this one will be merged into",
        )
    if found.returncode:
        raise _failure("merge-base", found.stderr, "the repository has no commit yet")
    return found.stdout.decode("ascii", "replace").strip()


def _find_commit(git: _Git, base: str) -> str | None:
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
    found = git.ask(*words)
    return None if found.returncode else found.stdout.decode("ascii", "replace").strip()


def _unknown_base(git: _Git, base: str) -> ProjectError:
    remotes = _list_remotes(git)
    here = next((f"{one}/{base}" for one in remotes if _find_commit(git, f"{one}/{base}")), None)
    if here is not None:
        hint = f"name the remote's branch: `--affected {here}`"
    elif remotes and _NAME.fullmatch(base):
        hint = f"fetch it: `{_fetch_command(git, base, is_shallow=False)}`"
        if base.partition("/")[0] not in remotes and not _COMMIT.fullmatch(base):
            hint += f", and build with `--affected {remotes[0]}/{base}`"
    else:
        hint = "name a branch, a tag or a commit: `git branch --all` lists the branches"
    return ProjectError("EBASE", f"`{base}` is no commit of this repository", hint=hint)


_NAME: Final = re.compile(r"[\w][\w./+-]*")
_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}")


def _fetch_command(git: _Git, base: str, *, is_shallow: bool) -> str:
    """Return the command that brings the history between here and `base`."""
    remotes = _list_remotes(git)
    remote = next((one for one in remotes if base.startswith(f"{one}/")), None)
    remote = remote or ("origin" if "origin" in remotes else next(iter(remotes), "origin"))
    if is_shallow:
        # A clone of one branch fetches that alone by default.
        return f"git fetch --unshallow {remote} '+refs/heads/*:refs/remotes/{remote}/*'"
    if _COMMIT.fullmatch(base):
        return f"git fetch {remote} {base}"
    branch = base.removeprefix(f"{remote}/")
    return f"git fetch {remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}"


def _list_remotes(git: _Git) -> list[str]:
    return git.tell("remote").decode("utf-8", "replace").split()


def _read_status(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield path and what became of it from `diff -z --name-status`."""
    for status, path in zip(words[::2], words[1::2], strict=True):
        yield path, {"A": "new", "D": "deleted"}.get(status, "changed")


def _split(data: bytes) -> list[str]:
    return [os.fsdecode(word) for word in data.split(b"\0") if word]


def _failure(command: str, stderr: bytes, message: str | None = None) -> ProjectError:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return ProjectError(
        "EGIT",
        message or f"git {command} failed",
        facts=tuple(("git says", line) for line in lines[-5:]),
        hint="`--affected` compares with a commit: run it in a clone of the repository",
    )
