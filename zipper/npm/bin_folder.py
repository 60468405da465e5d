"""`directories.bin`: a folder of commands, where package.json has no `bin`.

In: a decoded package.json and the package's files. Out: the same with `bin`. A registry's manifests
have been through this when they were published; what is read from a folder or tarball has not.

Source: @npmcli/package-json 7 lib/normalize.js, the step `binDir`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

__all__ = ["ListFiles", "expand_bin_folder"]

ListFiles: TypeAlias = Callable[[str], Iterable[str]]
"""From a folder inside the package to its files, in depth, relative to that folder."""


def expand_bin_folder(raw: Mapping[str, object], list_files: ListFiles) -> Mapping[str, object]:
    """Return `raw` with a command for each file in `directories.bin`; hidden files are none.

    Folders count too, as npm's glob finds them.
    """
    directories = raw.get("directories")
    folder = directories.get("bin") if isinstance(directories, Mapping) else None
    declared = raw.get("bin")
    if declared or isinstance(declared, Mapping | list) or not isinstance(folder, str):
        return raw
    parts = [part for part in folder.replace("\\", "/").split("/") if part not in ("", ".")]
    if ".." in parts or not parts:
        return raw
    path = "/".join(parts)
    names: dict[str, None] = {}
    for name in sorted(list_files(path)):
        if not _is_hidden(name):
            names |= dict.fromkeys((*_folders_of(name), name))
    return {**raw, "bin": {name.rpartition("/")[2]: f"{path}/{name}" for name in names}}


def _folders_of(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))
