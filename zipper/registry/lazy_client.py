"""The registry's client of one build: made when it is first needed, and closed with the build."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from zipper.errors import StoreError

if TYPE_CHECKING:
    from zipper.events import OnEvent
    from zipper.npm.npm_settings import NpmSettings
    from zipper.project.read_project import Project
    from zipper.registry.cache_stamps import Stamp
    from zipper.registry.client import RegistryClient
    from zipper.registry.vendor_folder import VendorFolder

__all__ = ["LazyClient"]


class LazyClient:
    """Gives the client when it is called; importing what it needs costs 0.1 s.

    `cache_dir` is the cache's folder; the packuments are in a folder of it.
    """

    def __init__(
        self,
        project: Project,
        *,
        cache_dir: Path,
        offline: bool,
        on_event: OnEvent | None,
        vendor: str | VendorFolder | None = None,
    ) -> None:
        self._project = project
        self.cache_dir = cache_dir
        self.offline = offline
        self._on_event = on_event
        self._vendor = vendor
        self._client: RegistryClient | None = None

    def __call__(self) -> RegistryClient:
        """Return the client, the same at every call."""
        if self._client is None:
            from zipper.registry.client import RegistryClient  # noqa: PLC0415  (0.1 s)

            self._client = RegistryClient(
                self._project.npm,
                environ=os.environ,
                cache_dir=self.cache_dir / "packuments",
                folder=self._project.root,
                offline=self.offline,
                on_event=self._on_event,
                vendor=self._open_vendor(),
                siblings=self._project.siblings,
            )
        return self._client

    @property
    def npm(self) -> NpmSettings:
        """Npm's settings, by which it asks."""
        return self._project.npm

    def today(self) -> str | None:
        """Return the day in UTC as an ISO date; None where no request is allowed."""
        return None if self.offline else time.strftime("%Y-%m-%d", time.gmtime())

    def stamps(self, *, but: frozenset[str] = frozenset()) -> tuple[Stamp, ...] | None:
        """Return by what all packuments that were asked for are known again; see the client."""
        return () if self._client is None else self._client.stamps(but=but)

    def _open_vendor(self) -> VendorFolder | None:
        if self._vendor is None or not isinstance(self._vendor, str):
            return self._vendor
        from zipper.registry.vendor_folder import VendorFolder  # noqa: PLC0415  (with the client)

        folder = Path(self._vendor)
        if not folder.is_dir():
            raise StoreError(
                "ESTORE",
                f"there is no vendored folder `{folder}`",
                hint=f"make it: `python -m zipper vendor --into {folder}`",
            )
        return VendorFolder(folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._client is not None:
            self._client.close()
