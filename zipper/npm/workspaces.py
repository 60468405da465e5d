"""Which directories are workspaces: the `workspaces` field against directory names.

In: the field and candidate directories, relative to the project. Out: the matching ones, in npm's
order. Listing directories is the work of `zipper.project.read_project`; a lockfile names its own.

Source: @npmcli/map-workspaces 5 and the patterns of minimatch 10.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from zipper.errors import ProjectError

__all__ = [
    "find_lost_patterns",
    "match_workspaces",
    "matches_pattern",
    "name_from_folder",
    "name_workspaces",
    "parse_workspaces",
]


def parse_workspaces(value: object) -> tuple[str, ...]:
    """Return the patterns in a `workspaces` field, which may be a list or `{"packages": [...]}`."""
    if isinstance(value, Mapping):
        value = value.get("packages")
    if not isinstance(value, list | tuple):
        return ()
    return tuple(pattern for pattern in value if isinstance(pattern, str))


def match_workspaces(patterns: Iterable[str], directories: Iterable[str]) -> tuple[str, ...]:
    """Return the directories that the patterns select, each once, in the order of the patterns.

    The project itself is the directory `.`, which only the pattern `.` selects.

    A pattern that begins with an odd number of `!` takes away what others select, unless a later
    pattern names it again. Nothing inside a node_modules folder is ever selected.
    """
    selecting, excluding = _split(patterns)
    candidates = [
        directory
        for directory in directories
        if "node_modules" not in directory.split("/")
        and not any(matches_pattern(directory, pattern) for pattern in excluding)
    ]
    found: dict[str, None] = {}
    for pattern in selecting:
        for directory in candidates:
            if directory == pattern == "." or (
                directory != "." and matches_pattern(directory, pattern)
            ):
                found[directory] = None
    return tuple(found)


def find_lost_patterns(patterns: Iterable[str], folders: Iterable[str]) -> tuple[str, ...]:
    r"""Return the patterns written with backslashes that do nothing: npm reads them as no path.

    One that excludes, and one that begins with `.\` or `\`, is such on every machine.
    """
    found = tuple(folders)
    return tuple(
        pattern
        for pattern in patterns
        if "\\" in pattern and not match_workspaces((pattern,), found)
    )


def name_workspaces(directories: Mapping[str, str]) -> dict[str, str]:
    """Return package name to directory, given directory to the `name` of its package.json.

    A package without a name is called after its folder (and the scope above it, if any).

    Raises:
        ProjectError: EDUPLICATEWORKSPACE when two directories hold packages of one name.
    """
    named: dict[str, str] = {}
    for directory, given in directories.items():
        name = given or name_from_folder(directory)
        other = named.setdefault(name, directory)
        if other != directory:
            raise ProjectError(
                "EDUPLICATEWORKSPACE",
                f"two workspaces are called `{name}`",
                facts=(("found in", other), ("and in", directory)),
                hint="give one of them another `name` in its package.json",
            )
    return named


def name_from_folder(path: str) -> str:
    """Return the package name that a folder's path suggests: `a/@s/b` is `@s/b`, `a/b` is `b`."""
    parts = [part for part in path.split("/") if part]
    if not parts:
        return ""
    if len(parts) > 1 and parts[-2].startswith("@"):
        return f"{parts[-2]}/{parts[-1]}"
    return parts[-1]


def _split(patterns: Iterable[str]) -> tuple[list[str], list[str]]:
    selecting: list[str] = []
    excluding: list[str] = []
    for written in patterns:
        bare = written.lstrip("!")
        pattern = re.sub(r"^\.?/+", "", bare)
        if (len(written) - len(bare)) % 2:
            excluding.append(pattern)
        else:
            excluding = [other for other in excluding if not matches_pattern(pattern, other)]
            selecting.append(pattern)
    kept = [p for p in selecting if not any(matches_pattern(p, other) for other in excluding)]
    # Only what selects may be written with backslashes; in what excludes they escape.
    return [re.sub(r"\\+", "/", pattern) for pattern in kept], excluding


def matches_pattern(directory: str, pattern: str) -> bool:
    """Say whether a path fits one glob; see `zipper.npm.path_glob`."""
    from zipper.npm.path_glob import matches_path  # noqa: PLC0415  (where there are patterns)

    return matches_path(directory, pattern)
