"""Folder paths as text: `/` on every machine, no file system asked.

In and out: paths. The rules are those of Node's `path.posix`; a path that does not begin with `/`
stays relative, because there is no current folder here.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["find_installed", "find_package", "normalize", "relative", "resolve"]


def find_package(path: str) -> str:
    """Return the folder of the npm package that `path` lies in; empty for the project's own files.

    >>> find_package("node_modules/a/node_modules/@s/b/lib/index.js")
    'node_modules/a/node_modules/@s/b'
    """
    before, mark, after = path.rpartition("node_modules/")
    if not mark or (before and not before.endswith("/")):
        return ""
    name, _, rest = after.partition("/")
    if name.startswith("@"):
        name = f"{name}/{rest.partition('/')[0]}"
    return f"{before}{mark}{name}"


def find_installed(path: str) -> str:
    """Return the folder of the installed package that the file `path` belongs to; empty for none.

    A package manager installs into the node_modules of the project's folders, into the one that
    lies in a package itself, and into folders of its own, such as `node_modules/.pnpm`. Any other
    node_modules is part of a package's own files, as are the fixtures of its tests; and a file
    right in node_modules is no package.

    >>> find_installed("node_modules/a/node_modules/@s/b/lib/index.js")
    'node_modules/a/node_modules/@s/b'
    >>> find_installed("node_modules/a/test/node_modules/b/index.js")
    'node_modules/a'

    Source: @npmcli/arborist 9 lib/arborist/load-actual.js `#loadFSChildren`, which reads the
    node_modules of each package and leaves out names that begin with a dot.
    """
    folder = path.rpartition("/")[0]
    return _find_around(folder) if "node_modules" in folder else ""


@lru_cache(maxsize=1024)  # The files of a folder are asked about one after the other.
def _find_around(folder: str) -> str:
    parts = folder.split("/")
    found, start, in_package = "", 0, False
    while "node_modules" in parts[start:-1]:
        index = parts.index("node_modules", start)
        if in_package and index != start:
            break
        name = parts[index + 1]
        start = index + (3 if name.startswith("@") else 2)
        in_package = not name.startswith(".")
        if in_package and start <= len(parts):
            found = "/".join(parts[:start])
    return found


def normalize(path: str) -> str:
    """Return `path` without `.`, inner `..`, doubled and trailing slashes; empty means here."""
    absolute = path.startswith("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", ".") and not (part == ".." and absolute):
            parts.append(part)
    return f"/{'/'.join(parts)}" if absolute else "/".join(parts)


def resolve(base: str, path: str) -> str:
    """Return `path` as seen from `base` (empty: here); an absolute one stays where it is."""
    return normalize(f"{base}/{path}" if base and not path.startswith("/") else path)


def relative(base: str, path: str) -> str:
    """Return the way from the folder `base` to `path`; empty where they are the same."""
    here, there = normalize(base).split("/"), normalize(path).split("/")
    here, there = [part for part in here if part], [part for part in there if part]
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + there[shared:])
