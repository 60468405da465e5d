"""An earlier resolution of the same project, recalled where it would come to the same again.

In: a project and what was asked. Out: the lockfile's text, with what else was told. A project
without a lockfile is resolved again and again; as long as its manifests, its settings and the
packuments that were asked for are what they were, and the cache may answer unasked, so is its tree.

A note is one line with a hash of the rest, one of JSON, and the text. What depends on the time, a
git server or an address of its own is never noted; see `zipper.resolving.driver`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from zipper import __version__
from zipper.errors import ZipperError
from zipper.files import write_file
from zipper.folders import make_folders
from zipper.project.read_manifest import find_manifest, fingerprint
from zipper.project.release_age_files import AGE_FILES
from zipper.registry.cache_stamps import Stamp
from zipper.registry.freshness import may_use
from zipper.store.ownership import RESOLUTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.project.read_project import Project
    from zipper.registry.lazy_client import LazyClient
    from zipper.resolving.driver import Basis
    from zipper.settings.build_request import BuildRequest
    from zipper.tree.model import Tree

__all__ = ["Earlier", "Recalled", "find_earlier", "find_earlier_tree"]

_FORMAT: Final = 1
"""Of what is noted; what an older one says is not believed."""


class Recalled(NamedTuple):
    """What resolving came to: the lockfile's text, and what JSON has of the rest."""

    text: bytes
    told: Mapping[str, Any] = {}


def find_earlier(
    project: Project,
    request: BuildRequest,
    *,
    cache_dir: Path,
    offline: bool,
    asked: tuple[object, ...],
) -> Earlier | None:
    """Return where it is noted what resolving `project` came to; None where nothing may be.

    Args:
        project: with all that was read of its folder.
        request: of which only that counts here which forbids a note: an age, or a vendored folder.
        cache_dir: where the notes are, and the packuments.
        offline: whether the cache may answer whatever the age of its entries.
        asked: all that decides besides the project.
    """
    npm = project.npm
    if request.vendor or request.min_release_age_days or npm.before or npm.min_release_age:
        return None
    decides = (
        __version__,
        _FORMAT,
        project.fingerprint,
        sorted(project.workspaces.items()),
        project.unread_lockfiles,
        project.workspace_root and (str(project.workspace_root), str(project.root)),
        fingerprint(_read(project.root / name) for name in AGE_FILES),
        request.min_release_age_days,
        npm.list_deciding(),
        asked,
    )
    name = hashlib.sha256(repr(decides).encode("utf-8", "surrogateescape")).hexdigest()
    path = cache_dir / RESOLUTIONS / name[:2] / name[2:]
    return Earlier(project, path, cache_dir / "packuments", offline=offline or npm.offline)


def find_earlier_tree(
    project: Project, request: BuildRequest, *, cache_dir: Path, offline: bool
) -> Earlier | None:
    """Return where the tree is noted that a build packs of a project without a lockfile."""
    target = request.target
    asked = ("build", target.node_version, target.os, target.cpu, target.libc)
    return find_earlier(project, request, cache_dir=cache_dir, offline=offline, asked=asked)


class Earlier:
    """The note of one resolution; losing it costs time, no more."""

    def __init__(self, project: Project, path: Path, packuments: Path, *, offline: bool) -> None:
        self._project = project
        self._path = path
        self._packuments = packuments
        self._offline = offline

    def recall(self) -> Recalled | None:
        """Return what is noted, where resolving would come to the same."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            check, _, rest = self._path.read_bytes().partition(b"\n")
            if check.decode() != hashlib.sha256(rest).hexdigest():
                return None
            head, _, text = rest.partition(b"\n")
            row = json.loads(head)
            if self._holds(row):
                return Recalled(text, row["told"])
        return None

    def remember(self, recalled: Recalled, tree: Tree, *, basis: Basis, client: LazyClient) -> bool:
        """Note what resolving came to, if it can be told when it would come to the same again."""
        stamps = client.stamps()
        if stamps is None or not basis.is_lasting:
            return False
        place = str(self._project.root) if self._depends_on_place(tree, basis) else None
        row = {
            "place": place,
            "packuments": stamps,
            "folders": basis.folders,
            "told": recalled.told,
        }
        rest = json.dumps(row, separators=(",", ":")).encode() + b"\n" + recalled.text
        check = hashlib.sha256(rest).hexdigest().encode() + b"\n"
        with contextlib.suppress(OSError, ZipperError):
            make_folders(self._path.parent)
            write_file(self._path, [[check, rest]])
        return True

    def _holds(self, row: Mapping[str, Any]) -> bool:
        """Tell whether each thing that was asked for would be answered as it was, and unasked."""
        if row["place"] not in (None, str(self._project.root)):
            return False
        now = time.time()
        npm = self._project.npm
        usable = partial(may_use, settings=npm, offline=self._offline, began=now, now=now)
        stamps = (Stamp(*stamp) for stamp in row["packuments"])
        return all(stamp.holds(self._packuments, usable) for stamp in stamps) and all(
            _look_at(Path(folder)) == known for folder, known in row["folders"].items()
        )

    def _depends_on_place(self, tree: Tree, basis: Basis) -> bool:
        """Tell whether the project's path may be in the answer, or leads to part of it."""
        project = self._project
        return bool(
            basis.folders
            or project.yarn_lock
            or not project.manifest.name
            or any(node.link_target is not None for node in tree.nodes.values())
        )


def _look_at(folder: Path) -> str:
    """Return the hash of what decides about the manifest in a folder."""
    seen: list[bytes] = []
    with contextlib.suppress(ZipperError):
        find_manifest(folder, seen=seen)
    return fingerprint(seen)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
