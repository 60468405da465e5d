"""`typing.NamedTuple`, made in a fraction of the time.

A build defines a hundred of them and, where it finds all in its cache, does little else: that
`typing` looks at every annotation, and that a constructor is compiled for each class, takes a tenth
of its time. Here annotations stay the texts that `from __future__ import annotations` makes of
them, constructors are copies of ones that were compiled with this module, under other names, and
the methods that all have are the same, those of Python 3.13; all else is as `typing` makes it.
"""

# ruff: noqa: ANN401  (the methods are those of any class)
from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["NamedTuple"]

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from collections import _tuplegetter, namedtuple
    from types import FunctionType

    _new = tuple.__new__

    # fmt: off
    _CONSTRUCTORS = (
        lambda _cls: _new(_cls, ()),
        lambda _cls, a: _new(_cls, (a,)),
        lambda _cls, a, b: _new(_cls, (a, b)),
        lambda _cls, a, b, c: _new(_cls, (a, b, c)),
        lambda _cls, a, b, c, d: _new(_cls, (a, b, c, d)),
        lambda _cls, a, b, c, d, e: _new(_cls, (a, b, c, d, e)),
        lambda _cls, a, b, c, d, e, f: _new(_cls, (a, b, c, d, e, f)),
        lambda _cls, a, b, c, d, e, f, g: _new(_cls, (a, b, c, d, e, f, g)),
        lambda _cls, a, b, c, d, e, f, g, h: _new(_cls, (a, b, c, d, e, f, g, h)),
        lambda _cls, a, b, c, d, e, f, g, h, i: _new(_cls, (a, b, c, d, e, f, g, h, i)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j: _new(_cls, (a, b, c, d, e, f, g, h, i, j)),
    )
    # fmt: on
    """By the number of fields; larger ones are compiled."""

    def _find_constructor(count: int) -> Any:
        if count < len(_CONSTRUCTORS):
            return _CONSTRUCTORS[count]
        return namedtuple("_", [f"f{number}" for number in range(count)]).__new__  # noqa: PYI024  (of any class)

    def _make(cls: Any, iterable: Any) -> Any:
        """Make a new object from a sequence or iterable."""
        made = _new(cls, iterable)
        if len(made) != len(cls._fields):
            raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
        return made

    def _replace(self: Any, /, **values: Any) -> Any:
        """Return a new object replacing specified fields with new values."""
        made = self._make(map(values.pop, self._fields, self))
        if values:
            raise TypeError(f"Got unexpected field names: {list(values)!r}")
        return made

    def _as_dict(self: Any) -> dict[str, Any]:
        """Return a new dict which maps field names to their values."""
        return dict(zip(self._fields, self, strict=True))

    def _show(self: Any) -> str:
        """Return a nicely formatted representation string."""
        pairs = zip(self._fields, self, strict=True)
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in pairs)})"

    def _new_arguments(self: Any) -> tuple[Any, ...]:
        """Return self as a plain tuple.  Used by copy and pickle."""
        return tuple(self)

    _METHODS = {
        "__slots__": (),
        "_make": classmethod(_make),
        "_replace": _replace,
        "_asdict": _as_dict,
        "__repr__": _show,
        "__getnewargs__": _new_arguments,
        "__replace__": _replace,
    }

    class _Maker(type):
        """Makes a named tuple of the body of a class."""

        def __new__(cls, name: str, _bases: object, body: dict[str, Any]) -> Any:
            """Return the class, which has nothing of this one any more."""
            annotations = body["__annotations__"]
            fields = tuple(annotations)
            defaults = {field: body.pop(field) for field in fields if field in body}
            if fields[len(fields) - len(defaults) :] != tuple(defaults):
                raise TypeError("a field without a default comes after one that has one")
            new = _find_constructor(len(fields))
            code = new.__code__.replace(co_varnames=("_cls", *fields), co_name="__new__")
            constructor = FunctionType(code, new.__globals__, "__new__", tuple(defaults.values()))
            constructor.__annotations__ = annotations
            constructor.__qualname__ = f"{name}.__new__"
            getters = {
                field: _tuplegetter(number, f"Alias for field number {number}")
                for number, field in enumerate(fields)
            }
            return type(
                name,
                (tuple,),
                {
                    **_METHODS,
                    "__doc__": f"{name}({', '.join(fields)})",
                    "_fields": fields,
                    "_field_defaults": defaults,
                    "__match_args__": fields,
                    "__new__": constructor,
                    **getters,
                    **body,
                },
            )

    NamedTuple = type.__new__(_Maker, "NamedTuple", (), {})
