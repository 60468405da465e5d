"""Answers that several threads share: each is worked out once, by whoever asks first."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

__all__ = ["Once"]

_Value = TypeVar("_Value")


class Once:
    """Remembers answers by key; an error is not remembered, so each asker meets its own."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._known: dict[Hashable, object] = {}

    def get(self, key: Hashable, make: Callable[[], _Value]) -> _Value:
        """Return the answer to `key`, made by `make` where nobody has asked for it before."""
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._known:
                self._known[key] = make()
            return cast("_Value", self._known[key])
