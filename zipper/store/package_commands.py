"""Which files of a tarball are commands, and so are executable once they are installed.

In: the tarball's package.json files and the names of its files. Out: names.

Source: bin-links 6; npm links the commands of bundled packages as those of all others.
Deviation: with `bin-links=false` npm leaves commands as the tarball has them, often not executable
and with the line ends of Windows. Here they are mended then too: one store serves every project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.npm.bin_folder import expand_bin_folder
from zipper.npm.json_text import find_object
from zipper.npm.package_json import parse_bin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["find_commands"]


def find_commands(manifests: Mapping[str, bytes], entries: Collection[str]) -> set[str]:
    """Return the files that are commands: the package's, and those of packages that it bundles.

    `manifests` are by their folder, which is empty or ends with a slash.
    """
    raw = find_object(manifests.get(""))
    targets = _commands_of(raw, "", entries)
    if raw.get("bundleDependencies") or raw.get("bundledDependencies"):
        for folder, manifest in manifests.items():
            if folder:
                targets |= _commands_of(find_object(manifest), folder, entries)
    return targets.intersection(entries)


def _commands_of(raw: Mapping[str, object], top: str, entries: Collection[str]) -> set[str]:
    """Return the files that a package.json's `bin`, or else its `directories.bin`, names."""
    if "bin" not in raw and "directories" not in raw:
        return set()

    def list_files(folder: str) -> Iterator[str]:
        start = f"{top}{folder}/"
        return (name[len(start) :] for name in entries if name.startswith(start))

    expanded = expand_bin_folder(raw, list_files)
    commands = parse_bin(expanded.get("bin"), str(raw.get("name", "")))
    return {top + command for command in commands.values()}
