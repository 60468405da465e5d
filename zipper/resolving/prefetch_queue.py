"""Follows dependencies from packument to packument, ahead of the resolver.

In: wishes (see `zipper.tree.prefetch`), and packuments as they arrive. Out: names to fetch. Each
packument says what will be looked for next, so that nearly all have been asked for before the
resolver comes to them: it waits for the network once instead of at every level of the tree.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zipper.npm.packument import Packument
    from zipper.tree.prefetch import Wish

__all__ = ["Following"]


class Following:
    """What has been wished for, and where it led; for many threads.

    As long as everything is available, nothing is followed: then there is no wait.

    Args:
        begin: begins to fetch names, calls its second argument with each packument that comes, in
            any thread, and returns those that are available.
        follow: what a packument and the wish for it lead to.
        skip: names that will not be asked for, such as those whose version is locked.
    """

    def __init__(
        self,
        begin: Callable[[Iterable[str], Callable[[Packument], None]], list[Packument]],
        follow: Callable[[Packument, Wish], list[Wish]],
        *,
        skip: frozenset[str] = frozenset(),
    ) -> None:
        self._begin = begin
        self._follow = follow
        self._skip = skip
        self._lock = threading.Lock()
        self._seen: set[Wish] = set()
        self._known: dict[str, Packument] = {}
        self._begun: set[str] = set()
        self._waiting: dict[str, list[Wish]] = {}
        self._is_moving = False

    def want(self, wishes: Iterable[Wish]) -> None:
        """Begin to fetch what the resolver will probably ask for."""
        self._advance([], list(wishes))

    def learn(self, packument: Packument) -> None:
        """Go on from a packument that has been fetched."""
        with self._lock:
            ready = self._settle(packument)
            if not self._is_moving:
                self._is_moving = True
                ready += [one for known in self._known.values() for one in self._settle(known)]
        self._advance(ready, [])

    def note(self, packument: Packument) -> None:
        """Go on from a packument that the resolver has been given, wherever it came from."""
        with self._lock:
            ready = self._settle(packument)
            if not self._is_moving:
                ready = self._put_off(ready)
        self._advance(ready, [])

    def _advance(self, ready: list[tuple[Packument, Wish]], wishes: list[Wish]) -> None:
        while ready or wishes:
            for packument, wish in ready:
                wishes += self._follow(packument, wish)
            with self._lock:
                ready, names = self._sort(wishes)
            wishes = []
            for packument in self._begin(names, self.learn) if names else ():
                with self._lock:
                    found = self._settle(packument)
                    ready += found if self._is_moving else self._put_off(found)

    def _sort(self, wishes: list[Wish]) -> tuple[list[tuple[Packument, Wish]], list[str]]:
        """Return the new wishes that can be followed, and the names not being fetched yet."""
        ready, names = [], []
        for wish in wishes:
            if wish in self._seen or wish.name in self._skip:
                continue
            self._seen.add(wish)
            packument = self._known.get(wish.name)
            if packument is not None and self._is_moving:
                ready.append((packument, wish))
                continue
            self._waiting.setdefault(wish.name, []).append(wish)
            if wish.name not in self._begun:
                self._begun.add(wish.name)
                names.append(wish.name)
        return ready, names

    def _settle(self, packument: Packument) -> list[tuple[Packument, Wish]]:
        """Note a packument, and return the wishes that waited for it."""
        self._known[packument.name] = packument
        return [(packument, wish) for wish in self._waiting.pop(packument.name, ())]

    def _put_off(self, found: list[tuple[Packument, Wish]]) -> list[tuple[Packument, Wish]]:
        for packument, wish in found:
            self._waiting.setdefault(packument.name, []).append(wish)
        return []
