"""The project's own files: which go into the package, and their deflated entries.

In: the project folder and the patterns. Out: what was chosen, what was left out and why, and
entries for the plan. The folder is only read. Dependencies are not this module's work.

Symbolic links are followed inside the project. One that leads elsewhere is left out unless a
pattern names it: what it points at differs from machine to machine, and may be anything.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.archive.compress import compress
from zipper.errors import ProjectError
from zipper.files import TEMPORARY_SUFFIX, is_executable
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from zipper.archive.entries import PlannedEntry

__all__ = [
    "LeftOut",
    "OwnFiles",
    "choose_files",
    "choose_name",
    "find_reason",
    "parse_patterns",
    "read_entries",
]

_FOLDERS: Final = {
    "node_modules": "dependencies come from the lockfile, not from this folder",
    ".git": "it is version control's own",
    ".hg": "it is version control's own",
    ".svn": "it is version control's own",
    ".yarn": "yarn keeps its cache and itself there; dependencies are in node_modules",
    ".pnpm-store": "pnpm keeps its store there",
    ".aws-sam": "SAM builds there",
    ".serverless": "Serverless builds there",
    ".terraform": "Terraform keeps its providers there",
    "cdk.out": "CDK builds there",
}

_MAY_HOLD_TOKENS: Final = "it may hold tokens of a registry"

_YARN_LOADER: Final = "it is yarn's own loader; dependencies are in node_modules"

_FILES: Final = {
    ".npmrc": _MAY_HOLD_TOKENS,
    ".yarnrc.yml": _MAY_HOLD_TOKENS,
    ".pnp.cjs": _YARN_LOADER,
    ".pnp.js": _YARN_LOADER,
    ".pnp.loader.mjs": _YARN_LOADER,
    ".pnp.data.json": _YARN_LOADER,
}

_KEY_NAMES: Final = ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519")

_KEY_SUFFIXES: Final = (".pem", ".key")

_KEY_STORES: Final = (".p12", ".pfx", ".jks")

_KEY_MARK: Final = b"PRIVATE KEY-----"

_SETTINGS_MARK: Final = b"[tool.zipper"

_ENV_EXAMPLES: Final = (".env.example", ".env.sample", ".env.template")

_MAY_HOLD_SECRETS: Final = "it may hold secrets"


class LeftOut(NamedTuple):
    """A file or folder that stays out of the package by default, and why."""

    path: str
    reason: str
    is_link: bool = False
    """A link is a file for every other program: leaving it out is no habit that people know."""
    is_there: bool = True


class OwnFiles(NamedTuple):
    """Files of the project, relative and `/`-separated, sorted bytewise; and what stays out."""

    root: Path
    files: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def choose_files(
    root: Path,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    outputs: frozenset[Path] = frozenset(),
) -> OwnFiles:
    """Return the project's files for the package.

    Args:
        root: the project folder.
        include: gitignore patterns; where there are any, only files that match one are taken,
            and package.json, whose `type` decides how Node reads the others.
        exclude: gitignore patterns that go after the default ones, so that `!.env` brings a
            file back that is left out by default.
        outputs: files that zipper itself writes, which are never their own input.

    Raises:
        ProjectError: EPATTERN for a pattern that is none; EREAD where a folder cannot be read.
    """
    wanted = parse_patterns(include)
    unwanted = parse_patterns(exclude)
    files: list[str] = []
    left_out: list[LeftOut] = []
    for name, path in _walk(root, left_out, unwanted):
        if path in outputs or name.endswith(TEMPORARY_SUFFIX):
            continue
        verdict = unwanted(name)
        reason = None if verdict is False else find_reason(name, path)
        if verdict is True or (wanted(name) is not True and include and name != "package.json"):
            continue
        if reason is None:
            files.append(name)
        else:
            left_out.append(LeftOut(name, reason))
    key = _sort_key
    told = (
        item
        for item in left_out
        if not item.is_link
        or (unwanted(item.path) is not True and (not include or wanted(item.path) is True))
    )
    return OwnFiles(
        root,
        tuple(sorted(files, key=key)),
        tuple(sorted(told, key=lambda item: key(item.path))),
    )


def choose_name(
    *, include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> Callable[[str], bool]:
    """Return what says of a path whether a file there would be chosen, whatever it holds.

    Raises:
        ProjectError: EPATTERN.
    """
    wanted, unwanted = parse_patterns(include), parse_patterns(exclude)

    def is_chosen(name: str) -> bool:
        verdict = unwanted(name)
        if verdict is True or any(part in _FOLDERS for part in name.split("/")):
            return False
        return not include or wanted(name) is True or name == "package.json"

    return is_chosen


def read_entries(choice: OwnFiles, *, prefix: str = "") -> Iterator[PlannedEntry]:
    """Yield the chosen files, read and deflated, in order; `prefix` goes before their names.

    Raises:
        ProjectError: EREAD where a file cannot be read.
    """
    for name in choice.files:
        path = choice.root / name
        try:
            data = path.read_bytes()
            mode = path.stat().st_mode
        except OSError as cause:
            raise _unreadable(cause, path) from cause
        yield compress(prefix + name, data, executable=is_executable(mode, data))


Matcher = Callable[[str], bool | None]
"""True: the last pattern that matches says yes; False: it is negated; None: none matches."""


def parse_patterns(patterns: Sequence[str]) -> Matcher:
    """Return a matcher for gitignore patterns.

    Raises:
        ProjectError: EPATTERN for a pattern that is none.
    """
    if not patterns:
        return lambda _: None
    import re  # noqa: PLC0415  (as below, which imports it)

    from pathspec import GitIgnoreSpec  # noqa: PLC0415  (0.04 s, and most builds have no patterns)

    try:
        spec = GitIgnoreSpec.from_lines(patterns)
    except (ValueError, re.error) as cause:
        raise ProjectError(
            "EPATTERN",
            f"a pattern cannot be used: {cause}",
            facts=(("patterns", ", ".join(patterns)),),
            hint="patterns are those of .gitignore: `src/`, `*.map`, `!keep.map`",
        ) from cause
    return lambda name: spec.check_file(name).include


def _walk(root: Path, left_out: list[LeftOut], unwanted: Matcher) -> Iterator[tuple[str, Path]]:
    """Yield every file below `root`, links inside of it followed; note what stays out.

    Links that leave it are followed where a pattern of `unwanted` brings them back by name.
    """
    real_root = os.path.realpath(root)
    waiting: list[tuple[str, Path, frozenset[str]]] = [("", root, frozenset((real_root,)))]
    while waiting:
        prefix, folder, parents = waiting.pop()
        for entry in _scan(folder):
            name = prefix + entry.name
            if entry.is_symlink():
                real = os.path.realpath(entry.path)
                is_inside = real == real_root or real.startswith(real_root + os.sep)
                shown = f"{name}/" if _is_folder(entry) else name
                if not _is_there(real) or (not is_inside and unwanted(shown) is not False):
                    if entry.name not in _FOLDERS:
                        left_out.append(_tell_link(name, entry))
                    continue
            else:
                real = ""
            if _is_folder(entry):
                if entry.name in _FOLDERS:
                    left_out.append(LeftOut(name + "/", _FOLDERS[entry.name]))
                elif real not in parents:
                    path = Path(entry.path)
                    below = parents | {real} if real else parents | {os.path.realpath(path)}
                    waiting.append((name + "/", path, below))
            elif entry.is_file():
                yield name, Path(entry.path)


def _is_there(path: str) -> bool:
    return os.path.exists(path)  # noqa: PTH110  (Path's raises where nothing may be seen)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link to itself, or to where nothing may be seen


def _tell_link(name: str, entry: os.DirEntry[str]) -> LeftOut:
    if _is_there(entry.path):
        return LeftOut(name, "it is a link that leaves the project", is_link=True)
    return LeftOut(name, "it is a link to nothing", is_link=True, is_there=False)


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as cause:
        raise _unreadable(cause, folder) from cause


def find_reason(name: str, path: Path) -> str | None:
    """Return why a file called `name`, at `path`, is left out by default, or None."""
    base = name.rpartition("/")[2]
    is_env = base.startswith(".env") and base not in _ENV_EXAMPLES
    if is_env or base.endswith((".tfstate", ".tfstate.backup")):
        return _MAY_HOLD_SECRETS
    if base in _FILES:
        return _FILES[base]
    if base in _KEY_NAMES or base.endswith(_KEY_STORES):
        return "it is a private key"
    if base.endswith(_KEY_SUFFIXES) and _holds_private_key(path):
        return "it is a private key"
    if name == "pyproject.toml" and _SETTINGS_MARK in _read_start(path):
        return "it holds zipper's own settings"
    return None


def _holds_private_key(path: Path) -> bool:
    return _KEY_MARK in _read_start(path)


def _read_start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(65_536)
    except OSError:
        return b""


def _sort_key(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _unreadable(cause: OSError, path: Path) -> ProjectError:
    return ProjectError(
        "EREAD",
        f"cannot read `{path}`: {cause.strerror or cause}",
        hint="change its permissions, or leave it out with `--exclude`",
    )
