"""Packuments that are fetched ahead: what is under way, and what lies ready.

Input: names that will probably be asked for. Output: their packuments, each handed out once.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from zipper.errors import ZipperError
from zipper.npm.packument import Packument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future

__all__ = ["Ahead"]

_MAX_BYTES: Final = 96 * 1024 * 1024
"""Texts held in memory and not yet taken: beyond this, names are no longer fetched ahead."""

_Key = tuple[str, bool]


class Ahead:
    """What is fetched ahead for one client.

    Args:
        find: gives a packument that needs no fetching, else None.
        fetch: fetches one, in any thread.
        submit: runs a function in a thread.
    """

    def __init__(
        self,
        *,
        find: Callable[[str, bool], Packument | None],
        fetch: Callable[[str, bool], Packument],
        submit: Callable[..., Future[Packument | None]],
    ) -> None:
        self._find = find
        self._fetch = fetch
        self._submit = submit
        self._lock = threading.Lock()
        self._begun: set[_Key] = set()
        self._pending: dict[_Key, Future[Packument | None] | Packument] = {}
        self._bytes = 0

    def begin(
        self, names: Iterable[str], *, full: bool, then: Callable[[Packument], None] | None = None
    ) -> list[Packument]:
        """Begin to fetch what has not been asked for yet; return what is available.

        Args:
            names: of packages.
            full: the registry's whole documents.
            then: called with each packument that is fetched, by the thread that fetched it.
        """
        found = []
        for name in names:
            with self._lock:
                if (name, full) in self._begun:
                    continue
                self._begun.add((name, full))
                known = self._find_early(name, full)
                if known is not None:
                    found.append(known)
                submitted = known or self._submit(self._fetch_early, name, full, then)
                self._pending[name, full] = submitted
        return found

    def take(self, name: str, *, full: bool) -> Packument:
        """Return a packument; what still waits for a thread is fetched at once instead.

        Raises:
            RegistryError: what fetching it raised.
        """
        with self._lock:
            self._begun.add((name, full))
            pending = self._pending.pop((name, full), None)
        if isinstance(pending, Packument):
            return pending
        if pending is not None and not pending.cancel():
            found = pending.result()
            if found is not None:
                with self._lock:
                    self._bytes -= found.text_bytes
                return found
        return self._fetch(name, full)

    def _find_early(self, name: str, full: bool) -> Packument | None:  # noqa: FBT001 - as find
        try:
            return self._find(name, full)
        except ZipperError:
            return None  # told when the name is asked for

    def _fetch_early(
        self,
        name: str,
        full: bool,  # noqa: FBT001 - for a thread
        then: Callable[[Packument], None] | None,
    ) -> Packument | None:
        if self._bytes > _MAX_BYTES:
            return None
        packument = self._fetch(name, full)
        with self._lock:
            self._bytes += packument.text_bytes
        if then is not None:
            then(packument)
        return packument
