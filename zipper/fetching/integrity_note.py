"""The integrity of a package whose lockfile entry has none, as its registry told it once.

In: a version, and npm's settings, which say where it comes from. Out: its integrity, noted. What a
registry has published under a name and a version stays the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.store.notes import INTEGRITY

if TYPE_CHECKING:
    from zipper.npm.npm_settings import NpmSettings
    from zipper.store.store_zips import Store

__all__ = ["IntegrityNote"]


class IntegrityNote:
    """The note about one version; `resolved` is where its tarball lies, None for npm's rule."""

    def __init__(
        self, store: Store, npm: NpmSettings, name: str, version: str, *, resolved: str | None
    ) -> None:
        self._notebook = store.notebook
        registry = npm.registry_of(name)
        self._inputs = (name, version, resolved, registry, npm.replace_registry_host)

    def recall(self) -> str | None:
        """Return the integrity that was noted."""
        noted = self._notebook.recall(INTEGRITY, self._inputs)
        return None if noted is None else noted.decode("utf-8", "surrogatepass")

    def remember(self, integrity: str) -> None:
        """Note the integrity that the registry tells."""
        self._notebook.remember(INTEGRITY, self._inputs, integrity.encode("utf-8", "surrogatepass"))
