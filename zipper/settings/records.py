"""Named tuples whose fields come from the table of options.

They are what `collections.namedtuple` makes, without its keywords being compiled: of 50 fields that
takes 0.4 ms, which every build would pay.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Record"]


class Record(tuple[Any, ...]):
    """A frozen value with named fields; a subclass gives `fields`, with their defaults."""

    __slots__ = ()
    _defaults: ClassVar[Mapping[str, object]] = {}

    def __init_subclass__(cls, fields: Mapping[str, object] | None = None) -> None:
        if fields is not None:
            cls._defaults = fields
            for index, name in enumerate(fields):
                setattr(cls, name, property(itemgetter(index)))

    def __new__(cls, **values: object) -> Self:
        """Return the value with these fields, all others as by default."""
        defaults = cls._defaults
        for name in values:
            if name not in defaults:
                raise TypeError(f"{cls.__name__} has no field {name!r}")
        return super().__new__(cls, [values.get(name, defaults[name]) for name in defaults])

    @property
    def _fields(self) -> tuple[str, ...]:
        return tuple(self._defaults)

    def _asdict(self) -> dict[str, object]:
        return dict(zip(self._defaults, self, strict=True))

    def _replace(self, **changes: object) -> Self:
        return type(self)(**{**self._asdict(), **changes})

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, object]]:
        return (), self._asdict()

    def __repr__(self) -> str:
        """Return the fields that are not as by default: there are many."""
        given = [
            f"{name}={value!r}"
            for name, value in self._asdict().items()
            if value != self._defaults[name]
        ]
        return f"{type(self).__name__}({', '.join(given)})"
