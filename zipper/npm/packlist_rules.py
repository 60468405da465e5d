"""The rules of packing, and the listing that they are applied to.

In: text of ignore files, a listing. Out: parsed rules in the order in which they count.

Source: npm-packlist 10 lib/index.js, ignore-walk 8 lib/index.js.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zipper.npm import folder_path
from zipper.npm.ecmascript import trim
from zipper.npm.glob import IgnoreRule, parse_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = [
    "DEFAULT_RULES",
    "STRICT_RULES",
    "IgnoreListing",
    "Rules",
    "list_tree",
    "parse_rules",
    "split_lines",
]

Rules = tuple[IgnoreRule, ...]

DEFAULT_RULES: Final = (
    ".npmignore",
    ".gitignore",
    "**/.svn",
    "**/.hg",
    "**/CVS",
    "**/.git/**",
    "**/.svn/**",
    "**/.hg/**",
    "**/CVS/**",
    "/.lock-wscript",
    "/.wafpickle-*",
    "/build/config.gypi",
    "npm-debug.log",
    ".*.swp",
    ".DS_Store",
    "**/.DS_Store/**",
    "._*",
    "**/._*/**",
    "*.orig",
    "/archived-packages/**",
)
"""What is left out unless package.json asks for it."""

STRICT_RULES: Final = (
    "!/package.json",
    "!/readme{,.*[^~$]}",
    "!/copying{,.*[^~$]}",
    "!/license{,.*[^~$]}",
    "!/licence{,.*[^~$]}",
    "/.git",
    "/node_modules",
    ".npmrc",
    "/package-lock.json",
    "/yarn.lock",
    "/pnpm-lock.yaml",
    "/bun.lockb",
)
"""What no rule of the package can change, in its own folder.

npm's lists name `/.git` twice, and `**/.git` and `**/.npmrc` among the others, too. The strict
rules of each folder have the former.
"""

_LINE_END: Final = re.compile(r"\r?\n")


@dataclass(frozen=True, slots=True)
class IgnoreListing:
    """The files below the top: folder to names, each with whether it is a folder."""

    folders: Mapping[str, Mapping[str, bool]]
    links: Mapping[str, str]
    read_text: Callable[[str], str]

    def is_folder(self, path: str) -> bool:
        """Return whether `path` is a folder that holds a file."""
        return path in self.folders

    def is_file(self, path: str) -> bool:
        """Return whether `path` is a regular file."""
        folder, _, name = path.rpartition("/")
        return self.folders.get(folder, {}).get(name) is False

    def read(self, folder: str, name: str) -> str | None:
        """Return the text of a file in `folder`, or None where there is no such file."""
        path = f"{folder}/{name}" if folder else name
        return self.read_text(path) if self.is_file(path) else None


def list_tree(files: Iterable[str], links: Mapping[str, str]) -> dict[str, dict[str, bool]]:
    """Return the entries of every folder; a name is True where it is a folder itself.

    Links are neither files nor folders; a file below a link is passed over.
    """
    folders: dict[str, dict[str, bool]] = {"": {}}
    for file in files:
        folder, _, name = folder_path.normalize(file).rpartition("/")
        folders.setdefault(folder, {})[name] = False
        while folder:
            above, _, name = folder.rpartition("/")
            known = folders.setdefault(above, {})
            if known.get(name):
                break
            known[name] = True
            folder = above
    for link in links:
        folder, _, name = link.rpartition("/")
        folders.get(folder, {}).pop(name, None)
    return folders


def parse_rules(lines: Iterable[str]) -> Rules:
    """Return the rules in `lines`; empty ones and comments are none."""
    trimmed = (trim(line) for line in lines)
    return tuple(parse_rule(line) for line in trimmed if line and not line.startswith("#"))


def split_lines(text: str) -> list[str]:
    """Return the lines of an ignore file."""
    return _LINE_END.split(text)
