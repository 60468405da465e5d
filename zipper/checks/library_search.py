"""Where the loader of Linux finds the libraries that a binary needs.

In: binaries by their path, and the function's file system. Out: which needed names are not found,
and where a file of that name lies instead. Sure only where every rule of the loader is followed.

Source: ld.so(8): DT_RPATH of the binary and of what loads it, where there is no DT_RUNPATH; then
LD_LIBRARY_PATH; then DT_RUNPATH of the binary alone; then the system's folders. LD_LIBRARY_PATH as
a dump of nodejs22.x and 24.x shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zipper.checks.elf import Binary
    from zipper.checks.filesystem import FileSystem

__all__ = ["Libraries"]

_LIBRARY_PATH: Final = (
    *("/var/lang/lib", "/lib64", "/usr/lib64", "/var/runtime", "/var/runtime/lib"),
    *("/var/task", "/var/task/lib", "/opt/lib"),
)
_NAMES: Final = {"LIB": "lib64", "PLATFORM": "x86_64"}


class Libraries:
    """The libraries of one package and its layers."""

    def __init__(self, files: FileSystem, binaries: Mapping[str, Binary]) -> None:
        self._files = files
        self._binaries = binaries
        self._inherited = self._find_inherited()

    def find(self, path: str, name: str) -> bool:
        """Return whether the loader finds `name` for the binary at the absolute `path`."""
        return self.locate(path, name) is not None

    def locate(self, path: str, name: str) -> str | None:
        """Return where the loader finds `name` for the binary at the absolute `path`."""
        places = [name] if "/" in name else (f"{folder}/{name}" for folder in self._folders(path))
        return next((place for place in places if self._files.exists(place)), None)

    def is_found_by_another(self, name: str) -> bool:
        """Return whether any binary finds `name`: once it is loaded, the others have it too."""
        return any(
            binary.soname == name or (name in binary.needed and self.find(path, name))
            for path, binary in self._binaries.items()
            if path.endswith(".node") or name in binary.needed
        )

    def _folders(self, path: str) -> Iterable[str]:
        binary = self._binaries[path]
        if not binary.runpath:
            yield from self._expand(path, binary.rpath)
            for owner in self._inherited.get(path.rpartition("/")[2], ()):
                yield from self._expand(owner, self._binaries[owner].rpath)
        yield from _LIBRARY_PATH
        yield from self._expand(path, binary.runpath)

    def _expand(self, path: str, folders: tuple[str, ...]) -> Iterable[str]:
        origin = self._files.real_path(path).rpartition("/")[0]
        for folder in folders:
            text = folder.replace("${ORIGIN}", origin).replace("$ORIGIN", origin)
            for word, value in _NAMES.items():
                text = text.replace(f"${{{word}}}", value).replace(f"${word}", value)
            yield _normal(text) if text.startswith("/") else f"/var/task/{text}"

    def _find_inherited(self) -> dict[str, list[str]]:
        """Return, by a library's name, the binaries that load it and whose DT_RPATH it inherits."""
        found: dict[str, list[str]] = {}
        for path, binary in self._binaries.items():
            if binary.rpath and not binary.runpath:
                for name in binary.needed:
                    found.setdefault(name, []).append(path)
        return found


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)
