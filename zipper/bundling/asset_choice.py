"""Which files go into the package because bundled sources read them, and to which place.

In: the places that sources name, and the files that are there. Out: assets and entry points of
their own (workers), what is said about the rest, or an error with file and line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.bundling.source_names import CODE
from zipper.errors import ProjectError
from zipper.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from zipper.bundling.bundled_assets import NamedPlace
    from zipper.bundling.source_folder import SourceFolder

__all__ = ["ChosenAssets"]

_CURE: Final = (
    "read it from the function's folder: `path.join(process.cwd(), '{}')`, which is copied to there"
)


class ChosenAssets:
    """The assets of one bundle.

    Args:
        files: the project's, from the root on.
        find_source: returns the source that a path means, as an import of it would.
        folder: of the project, from the root on.

    Attributes:
        files: place in the package to the file that goes there.
        workers: place in the package to the source that is bundled to there.
        findings: what may be missing.
    """

    def __init__(
        self, files: SourceFolder, find_source: Callable[[str], str | None], folder: str
    ) -> None:
        self._there = files
        self._find_source = find_source
        self._folder = folder
        self.files: dict[str, str] = {}
        self.workers: dict[str, str] = {}
        self.findings: list[Finding] = []

    def add(self, path: str, source: bytes, named: NamedPlace) -> None:
        """Take over what the source at `path` names.

        Raises:
            ProjectError: EBUNDLE where the bundle could not find it.
        """
        if not named.is_known:
            self.findings.append(_tell_unknown(path, source, named))
            return
        code = self._find_source(named.path) if named.path.endswith(CODE) else None
        if code is not None:
            self._put(self.workers, named.looked, code, path, source, named)
        elif self._there.is_file(named.path):
            self._put(self.files, named.looked, named.path, path, source, named)
        elif named.path and self._there.is_folder(named.path) and not self._is_all(named.path):
            for file in self._there.list_files(named.path):
                rest = file[len(named.path) :]
                self._put(self.files, named.looked + rest, file, path, source, named)

    def _is_all(self, path: str) -> bool:
        """Return whether a folder holds the project itself: nothing is meant with it."""
        return f"{self._folder}/".startswith(f"{path}/") or path.startswith("..")

    def _put(
        self,
        into: dict[str, str],
        place: str,
        file: str,
        path: str,
        source: bytes,
        named: NamedPlace,
    ) -> None:
        if place.startswith("../") or file.startswith("../"):
            problem = "which for the bundle is outside of the package"
        elif into.setdefault(place, file) != file:
            problem = f"and the bundle would look for `{into[place]}` at the same place"
        else:
            return
        inside = file.removeprefix(f"{self._folder}/") if self._folder else file
        raise ProjectError(
            "EBUNDLE",
            f"`{path}` line {named.line_in(source)} reads `{file}`, {problem}",
            facts=((f"{path}:{named.line_in(source)}", named.text),),
            hint=_CURE.format(inside),
        )


def _tell_unknown(path: str, source: bytes, named: NamedPlace) -> Finding:
    line = named.line_in(source)
    return Finding(
        "bundle-place",
        "warning",
        path,
        f"`{path}` line {line} computes a path from its own place, which is another one in the "
        f"bundle: `{named.text}`",
        "name the folder in a path of its own, as `path.join(__dirname, 'views')`, which is then "
        "copied; or take the files in with `include`",
    )
