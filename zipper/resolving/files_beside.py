"""The files beside a lockfile that decide what it means, and a record of which were read.

In: a folder. Out: texts and decoded settings; witnesses for the note of what was made of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import ProjectError
from zipper.files import read_or_none
from zipper.npm.json_text import parse_json_object
from zipper.project.read_manifest import fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.project.foreign_lockfile import ForeignText

__all__ = ["FilesBeside", "hash_file"]


class FilesBeside:
    """Reads files by their paths relative to the lockfile, and remembers what they were."""

    def __init__(self, foreign: ForeignText) -> None:
        self._foreign = foreign
        self._seen: dict[str, bytes | None] = {}
        self.manifest: Mapping[str, object] = parse_json_object(
            foreign.settings[0], path=str(foreign.folder / "package.json")
        )

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes; None where it is not there.

        Raises:
            ProjectError: EREAD.
        """
        if path not in self._seen:
            is_name = "\0" not in path
            self._seen[path] = read_or_none(self._foreign.folder / path) if is_name else None
        return self._seen[path]

    def read_text(self, path: str) -> str | None:
        """Return a file's text, as Node reads it: what is no UTF-8 is replaced."""
        data = self.read(path)
        return None if data is None else data.decode("utf-8", "replace")

    def at_root(self, path: str) -> str:
        """Return a path relative to the workspace's root as one relative to the lockfile."""
        return f"{self._foreign.above}/{path}" if self._foreign.above else path

    def read_settings(self, name: str) -> Mapping[str, object]:
        """Return what a YAML file of settings says; empty where it is not there.

        Raises:
            ProjectError: ESETTINGS, with line and column.
        """
        from zipper.npm.yaml_settings import parse_settings  # noqa: PLC0415  (few have one)
        from zipper.npm.yaml_text import YamlFaultError  # noqa: PLC0415  (as above)

        try:
            return parse_settings(self.read_text(self.at_root(name)) or "")
        except YamlFaultError as fault:
            raise ProjectError(
                "ESETTINGS",
                f"`{self._foreign.folder / name}` cannot be read: {fault.message}",
                facts=(("at", f"line {fault.line}, column {fault.column}"),),
            ) from None

    def list_witnesses(self) -> tuple[tuple[str, str], ...]:
        """Return each path that was read, and the hash of what was there."""
        seen = sorted(self._seen.items())
        return tuple((path, fingerprint([data or b""])) for path, data in seen)


def hash_file(foreign: ForeignText, path: str) -> str:
    """Return the hash of a file now, as a witness has it."""
    data = read_or_none(foreign.folder / path) if "\0" not in path else None
    return fingerprint([data or b""])
