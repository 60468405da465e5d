"""One bundle's folder: copies of the sources, packages of the store, esbuild at work in it.

In: what lies where. Out: what esbuild wrote, its warnings, or its errors as values. The folder
looks as after `npm ci`, whatever the project's own node_modules has, and esbuild sees nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.bundling.kept_modules import BUNDLING, KeptModules
from zipper.bundling.source_names import TYPED
from zipper.bundling.tool_process import ToolSandbox
from zipper.errors import OutputError, StoreError
from zipper.files import write_error
from zipper.folders import make_private_folders, remove_folder
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple
from zipper.store.install_files import link_packages, write_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from zipper.archive.entries import PlannedEntry
    from zipper.bundling.tool_process import ToolEnd
    from zipper.store.store_zip import StoreZip

__all__ = ["OUT", "BundleFolder", "BundleParts", "Message", "open_bundle_folder"]

OUT: Final = "zipper-out"
"""The folder of outputs; no project has one of this name."""
_NEVER_READ: Final = (b".d.ts", b".d.mts", b".d.cts", b".map", b".md", b".markdown", b".flow")
"""Half of most packages. No code imports these, and esbuild has no loader for them."""
_MESSAGE: Final = late_pattern(
    r"^\S+ \[(?P<kind>ERROR|WARNING)\] (?P<message>.*?)(?: \[(?P<id>[a-z-]+)\])?\n"
    r"(?:\n {4}(?P<place>\S.*?):(?P<line>\d+):\d+:\n(?P<source>(?: {4,}.*\n)*))?",
    re.MULTILINE,
)


class Message(NamedTuple):
    """One of esbuild's messages."""

    is_error: bool
    text: str
    id: str
    """esbuild's name of a warning."""
    path: str
    """"" where it is about no file."""
    line: int
    source: str
    """The line of the source, as esbuild shows it."""


class BundleParts(NamedTuple):
    """What lies in the folder."""

    depth: int
    """How many folders above the root a path may lead to."""
    sources: Mapping[str, bytes]
    """`/`-separated path from the root to content."""
    links: Sequence[tuple[str, str]]
    """A place in node_modules and the folder of the sources that it leads to."""
    groups: Sequence[Sequence[tuple[StoreZip, str]]]
    """As `zipper.layout.install_layout.Layout.groups`."""
    copies: Sequence[tuple[str, Sequence[PlannedEntry]]]
    """Places in node_modules of what no store zip has."""


class BundleFolder:
    """A folder that is laid out; esbuild may run in it several times.

    `meanwhile` is called whenever it runs, to do what is needed afterwards.
    """

    def __init__(
        self,
        executable: Path,
        sandbox: ToolSandbox,
        root: Path,
        kept: KeptModules | None,
        meanwhile: Callable[[], None],
    ) -> None:
        self._executable = executable
        self._sandbox = sandbox
        self._root = root
        self._read_only = "" if kept is None else str(kept.modules)
        self._meanwhile = meanwhile

    def run(self, arguments: Sequence[str]) -> tuple[dict[str, bytes], list[Message], ToolEnd]:
        """Start esbuild; return the files that it wrote to the folder `OUT`, and what it said."""
        written = self._root / OUT
        if written.exists():
            remove_folder(written)
        command = [str(self._executable), *arguments]
        done = self._sandbox.run(command, self._root, self._meanwhile, self._read_only)
        files = {
            path.relative_to(written).as_posix(): path.read_bytes()
            for path in sorted(written.rglob("*"))
            if path.is_file()
        }
        return files, list(_read_messages(done.said)), done

    def hide_place(self, text: bytes) -> bytes:
        """Return JSON with paths from the folder on where they are whole: it has another each time.

        esbuild's metafile has such paths of what `inject` names.
        """
        place = json.dumps(f"{os.path.realpath(self._root)}{os.sep}", ensure_ascii=False)
        return text.replace(place[1:-1].encode("utf-8", "surrogateescape"), b"")

    def transform(self, paths: Sequence[str]) -> dict[str, bytes]:
        """Return each source as JavaScript, by its own path, modules as they are.

        What a bundle was made of can be read by esbuild; a file that cannot is left out.
        """
        typed = [path for path in paths if path.endswith((*TYPED, ".jsx"))]
        found = {path: self.read(path) for path in paths if path not in typed}
        for number, path in enumerate(typed):
            target = f"--outfile={OUT}/{number}.js"
            files, _, _ = self.run([path, "--log-level=error", "--platform=node", target])
            if f"{number}.js" in files:
                found[path] = files[f"{number}.js"]
        return found

    def read(self, path: str) -> bytes:
        """Return a file that esbuild has read."""
        return (self._root / path).read_bytes()


@contextlib.contextmanager
def open_bundle_folder(
    executable: Path,
    parts: BundleParts,
    cache_dir: Path,
    *,
    meanwhile: Callable[[], None],
    close: Callable[[ToolSandbox], None],
) -> Iterator[BundleFolder]:
    """Lay out `parts`.

    The folder is in the cache, on the store's disk, so that packages can be linked. It is gone when
    its sandbox is closed, which is `close`'s at the end.

    Raises:
        OutputError: EOUTPUT where the folder cannot hold them.
        StoreError: ESTORE for a package that is damaged.
    """
    try:
        sandbox = ToolSandbox(
            "zipper-bundle-", readable=(executable.parent,), within=_find_place(cache_dir)
        )
        try:
            root = sandbox.folder.joinpath("sources", *["_"] * parts.depth)
            root.mkdir(parents=True)
            kept = _find_kept(root, parts, cache_dir)
            _lay_out(root, parts, kept)
            yield BundleFolder(executable, sandbox, root, kept, meanwhile)
            if kept is not None:
                kept.give_back()
        finally:
            close(sandbox)
    except OSError as cause:
        raise write_error(cause, Path(cause.filename or executable), OutputError) from cause


def _find_place(cache_dir: Path) -> Path | None:
    place = cache_dir / BUNDLING
    with contextlib.suppress(OSError, StoreError):
        make_private_folders(place)
        if os.access(place, os.W_OK):
            return place
    return None


def _find_kept(root: Path, parts: BundleParts, cache_dir: Path) -> KeptModules | None:
    """Return the node_modules of an earlier bundle, where nothing but linked packages is in it."""
    places = [place for group in parts.groups for _, place in group]
    is_plain = not parts.links and not any(entries for _, entries in parts.copies)
    is_below = all(place.startswith("node_modules/") for place in places)
    if os.name != "posix" or not places or not (is_plain and is_below):
        return None
    place = (cache_dir / BUNDLING).resolve()
    if place not in root.parents:  # on another disk
        return None
    return KeptModules(place, parts.groups, root, form=repr(_NEVER_READ))


def _lay_out(root: Path, parts: BundleParts, kept: KeptModules | None) -> None:
    made: set[str] = set()
    for name, data in parts.sources.items():
        path = os.path.normpath(f"{root}/{name}")
        folder = os.path.dirname(path)  # noqa: PTH120 - a Path costs more
        if folder not in made:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - a Path costs more
            made.add(folder)
        with open(path, "wb") as file:  # noqa: PTH123 - a Path costs more
            file.write(data)
    if kept is not None and kept.take():
        return
    for place, folder in parts.links:
        _link(root / place, Path(os.path.normpath(root / folder)))
    groups = [[(zipped, f"{root}/{place}") for zipped, place in one] for one in parts.groups]
    link_packages(groups, wanted=_may_be_read)
    for place, entries in parts.copies:
        write_entries(entries, root / place)
    if kept is not None:
        kept.note()


def _may_be_read(name: bytes) -> bool:
    return not name.endswith(_NEVER_READ)


def _link(place: Path, target: Path) -> None:
    """Have `place` lead to a folder; on Windows by a junction, which needs no right of its own."""
    place.parent.mkdir(parents=True, exist_ok=True)
    target.mkdir(parents=True, exist_ok=True)
    if os.name == "nt":
        import _winapi  # noqa: PLC0415  (Windows only)

        _winapi.CreateJunction(str(target), str(place))  # type: ignore[attr-defined,unused-ignore]
    else:
        place.symlink_to(os.path.relpath(target, place.parent), target_is_directory=True)


def _read_messages(said: str) -> Iterator[Message]:
    for match in _MESSAGE.finditer(said):
        lines = (match["source"] or "").splitlines()
        yield Message(
            match["kind"] == "ERROR",
            match["message"],
            match["id"] or "",
            match["place"] or "",
            int(match["line"] or 0),
            "\n".join(filter(None, (line[4:].rstrip() for line in lines))),
        )
