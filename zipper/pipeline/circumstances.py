"""How a build or an install works, whatever it makes; what several of them read once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zipper.project import Project, read_project
from zipper.store.files import Store

if TYPE_CHECKING:
    from zipper.events import OnEvent
    from zipper.pipeline.once import Once
    from zipper.settings.build_request import BuildRequest

__all__ = ["Circumstances"]


class Circumstances(NamedTuple):
    """How a build or an install works, whatever it makes."""

    offline: bool
    cache_dir: Path
    on_event: OnEvent | None
    shared: Once
    links: bool = False
    """Packages are linked out of the store: their files' names are all that is read, and late."""

    def open_store(self) -> Store:
        """Return the store, one for all functions: what one has read is there for the next."""
        return self.shared.get(
            ("store", self.cache_dir),
            lambda: Store(self.cache_dir, is_shared=True, links=self.links),
        )

    def read_project(self, request: BuildRequest) -> Project:
        """Return the project, read once for all functions that have it."""
        folder = Path(request.project)
        npm_options = request.npm_options
        return self.shared.get(
            ("project", folder.absolute(), *npm_options.items()),
            lambda: read_project(folder, npm_options=npm_options),
        )
