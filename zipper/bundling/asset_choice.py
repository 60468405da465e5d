"""Which files go into the package because bundled sources read them, and to which place.

In: the places that sources name, and the files that are there. Out: assets and entry points of
their own (workers), what is said about the rest, or an error with file and line.
"""

from __future__ import annotations

from posixpath import relpath
from typing import TYPE_CHECKING, Final

from zipper.bundling.asset_references import find_references
from zipper.bundling.package_mentions import asks_by_name
from zipper.bundling.path_patterns import is_pattern, make_pattern, split_pattern
from zipper.bundling.source_folder import join
from zipper.bundling.source_names import CODE, is_source, name_output
from zipper.errors import ProjectError
from zipper.findings import Finding

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from zipper.bundling.bundled_assets import NamedPlace
    from zipper.bundling.source_folder import SourceFolder

__all__ = ["ChosenAssets"]

_MODULES: Final = "node_modules"
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
        loaded: files of folders, of which code is loaded by what the bundle is loaded by.
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
        self.loaded: set[str] = set()
        self.findings: list[Finding] = []

    def add(self, path: str, source: bytes, named: NamedPlace) -> None:
        """Take over what the source at `path` names.

        Raises:
            ProjectError: EBUNDLE where the bundle could not find it.
        """
        if not named.is_known:
            self.findings.append(_tell_unknown(path, source, named))
        elif _MODULES not in named.path.split("/"):  # which comes from the lockfile
            self._take(named, path, source)

    def _take(self, named: NamedPlace, path: str, source: bytes) -> None:
        """Take over what a path means: a file, a folder, or files that it describes."""
        there = self._there
        code = self._find_source(named.path) if named.path.endswith(CODE) else None
        if code is not None:
            self._put(self.workers, named.looked, code, path, source, named)
        elif there.is_file(named.path):
            self._put_asset(named.looked, named.path, path, source, named)
        elif named.path and there.is_folder(named.path):
            if not self._is_all(named.path):
                self._put_all(named.path, named.looked, None, path, source, named)
        elif is_pattern(named.path):
            folder, rest = split_pattern(named.path)
            looked = named.looked.removesuffix(rest).rstrip("/")
            if not self._is_all(folder):
                self._put_all(folder, looked, make_pattern(rest), path, source, named)
        else:
            code = self._find_source(named.path)
            if code is not None:
                ending = f".{name_output(code).rpartition('.')[2]}"
                self._put(self.workers, f"{named.looked}{ending}", code, path, source, named)

    def _put_all(
        self,
        folder: str,
        looked: str,
        pattern: re.Pattern[str] | None,
        path: str,
        source: bytes,
        named: NamedPlace,
    ) -> None:
        """Take over the files below a folder, those of a pattern where there is one.

        Code that modules are asked for in stays files of its own; TypeScript becomes JavaScript.
        """
        is_code = pattern is not None or asks_by_name(source)
        for file in self._there.list_files(folder):
            rest = file[len(folder) :].lstrip("/")
            is_typed = is_code and is_source(file)
            name = name_output(rest) if is_typed else rest
            if pattern is None or pattern.fullmatch(name):
                place = join(looked, name)
                self.loaded.add(file)
                if is_typed:
                    self._put(self.workers, place, file, path, source, named)
                else:
                    self._put_asset(place, file, path, source, named)

    def _put_asset(
        self, looked: str, file: str, path: str, source: bytes, named: NamedPlace
    ) -> None:
        """Take over a file with all that it names."""
        waiting = [(looked, file)]
        while waiting:
            place, asset = waiting.pop()
            if self.files.get(place) == asset:
                continue
            self._put(self.files, place, asset, path, source, named)
            for names in find_references(asset, self._there.read(asset)):
                found = next((one for one in names if self._there.is_file(one)), None)
                if found is not None and self._is_inside(found):
                    beside = relpath(found, asset.rpartition("/")[0] or ".")
                    where = join(place.rpartition("/")[0], beside)
                    if not where.startswith("../"):
                        waiting.append((where, found))

    def _is_inside(self, path: str) -> bool:
        return not path.startswith("../") and _MODULES not in path.split("/")

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
