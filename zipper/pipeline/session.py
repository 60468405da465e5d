"""How long each stage took. The only clock in zipper; no output but timings depends on it."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from zipper.named_tuple import NamedTuple
from zipper.project.read_project import Project, read_project, read_root_folder
from zipper.registry.lazy_client import LazyClient
from zipper.settings.cache_folder import find_cache_dir
from zipper.store.store_zips import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from zipper.bundling.spare_esbuild import SpareEsbuild
    from zipper.events import OnEvent
    from zipper.settings.build_request import BuildRequest

__all__ = ["Circumstances", "Clock", "Once"]


class Clock:
    """Measures stages that follow each other, and tells when one begins."""

    def __init__(self, on_event: OnEvent | None = None) -> None:
        self._on_event = on_event
        self._began = self._last = time.perf_counter()
        self._stage = ""
        self._seconds: dict[str, float] = {}

    def start(self, stage: str, total: int | None = None) -> None:
        """End the stage that is under way and begin another."""
        self._finish()
        self._stage = stage
        if self._on_event is not None:
            from zipper.events import StageStarted  # noqa: PLC0415  (where somebody listens)

            self._on_event(StageStarted(stage, total))

    def timings(self) -> dict[str, float]:
        """Return stage to seconds, and the `total`; ends the stage that is under way."""
        self._finish()
        self._stage = ""
        return {**self._seconds, "total": round(self._last - self._began, 6)}

    def _finish(self) -> None:
        now = time.perf_counter()
        if self._stage:
            elapsed = self._seconds.get(self._stage, 0.0) + now - self._last
            self._seconds[self._stage] = round(elapsed, 6)
        self._last = now


_Value = TypeVar("_Value")


class Once:
    """Remembers answers by key; an error is not remembered, so each asker meets its own.

    Args:
        end: when nothing more will be asked; what answers hold back is done then.
    """

    def __init__(self, end: ExitStack | None = None) -> None:
        self.end = end
        self._guard = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._known: dict[Hashable, object] = {}

    def get(self, key: Hashable, make: Callable[[], _Value]) -> _Value:
        """Return the answer to `key`, made by `make` on first use.

        Keys to answers of different kinds hold values of different types, so that none are equal.
        """
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._known:
                self._known[key] = make()
            return cast("_Value", self._known[key])


class Circumstances(NamedTuple):
    """How a build or an install works, whatever it makes."""

    offline: bool
    cache_dir: Path
    on_event: OnEvent | None
    shared: Once
    after: ExitStack
    """What is still to be done when the result is there."""
    links: bool
    """Packages are linked out of the store: their files' names are all that is read, and late."""
    recalls: bool
    """What earlier runs have noted counts."""
    defers: bool = True
    """A large package is checked while it is written; a damaged one stops what is under way."""
    spare: SpareEsbuild | None = None
    """Where builds follow each other: the esbuild that is kept from one to the next."""

    @classmethod
    def of(
        cls,
        request: BuildRequest,
        on_event: OnEvent | None,
        *,
        shared: Once | None = None,
        spare: SpareEsbuild | None = None,
        links: bool = False,
    ) -> Circumstances:
        """Return how to work for `request`."""
        return cls(
            offline=request.offline,
            cache_dir=find_cache_dir(request.cache_dir),
            on_event=on_event,
            shared=shared or Once(),
            after=ExitStack(),
            links=links,
            spare=spare,
            recalls=not request.no_recall,
        )

    def open_client(self, project: Project, request: BuildRequest) -> LazyClient:
        """Return what asks the registries of `project`, once it is needed."""
        return LazyClient(
            project,
            cache_dir=self.cache_dir,
            offline=self.offline,
            on_event=self.on_event,
            vendor=request.vendor,
        )

    def open_store(self) -> Store:
        """Return the store, one for all functions: what one has read is there for the next.

        Raises:
            StoreError: ESTORE where everyone can write to it, or another user owns it.
        """
        return self.shared.get(
            (self.cache_dir, self.links, self.recalls, self.defers),
            self._make_store,
        )

    def _make_store(self) -> Store:
        store = Store(
            self.cache_dir,
            is_shared=True,
            links=self.links,
            defers=self.defers,
            recalls=self.recalls,
        )
        store.ownership.look_around()
        if self.shared.end is not None:
            self.shared.end.enter_context(store.notebook.writes_together())
        return store

    def read_project(self, request: BuildRequest) -> Project:
        """Return the project, read once for all functions that have it."""
        folder = Path(request.project)
        npm_options = request.npm_options
        return self.shared.get(
            (folder.absolute(), request.no_workspace, request.lockfile, *npm_options.items()),
            lambda: read_project(
                folder,
                npm_options=npm_options,
                workspace=not request.no_workspace,
                lockfile=request.lockfile,
                read_root=self._read_root,
            ),
        )

    def _read_root(
        self, root: Path, npm_options: Mapping[str, str] | None, wanted: str | None
    ) -> Project:
        """Return the project in the folder of a lockfile, read once for all its members."""
        return self.shared.get(
            (root, wanted, *(npm_options or {}).items()),
            lambda: read_root_folder(root, npm_options, wanted),
        )
