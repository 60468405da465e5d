"""Named tuples that are quick to make are as `typing` makes them."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import NamedTuple as Typical

import pytest

from zipper.named_tuple import NamedTuple


class Quick(NamedTuple):
    """A value."""

    name: str
    """Of it."""
    size: int = 0
    parts: tuple[str, ...] = ()

    @property
    def double(self) -> int:
        """Twice the size."""
        return 2 * self.size

    @classmethod
    def empty(cls) -> Quick:
        """Return one without a name."""
        return cls("")

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Usual(Typical):
    """A value."""

    name: str
    """Of it."""
    size: int = 0
    parts: tuple[str, ...] = ()


def test_values_are_made_read_and_replaced_alike() -> None:
    """By position or by keyword, with defaults; as tuples, as text, as dicts."""
    made = Quick("a", parts=("b",))

    assert ("a", 0, ("b",)) == made == Usual("a", parts=("b",))
    assert repr(made) == repr(Usual(*made)).replace("Usual", "Quick")
    assert made._replace(size=2) == ("a", 2, ("b",))
    assert made._asdict() == {"name": "a", "size": 0, "parts": ("b",)}
    assert Quick._make(iter(made)) == made
    assert pickle.loads(pickle.dumps(made)) == made


def test_classes_say_the_same_of_themselves() -> None:
    """Fields, defaults, signature, docstring, module: what help and tests read."""
    for name in (
        "_fields",
        "_field_defaults",
        "__match_args__",
        "__doc__",
        "__module__",
        "__slots__",
    ):
        assert getattr(Quick, name) == getattr(Usual, name), name
    assert inspect.signature(Quick).parameters.keys() == inspect.signature(Usual).parameters.keys()
    assert "Quick" == Quick.__qualname__
    assert "str" == Quick.__new__.__annotations__["name"]
    assert (tuple,) == Quick.__bases__ == Usual.__bases__


def test_what_else_the_body_has_is_there() -> None:
    """Properties, class methods and special methods, which the tuple's own do not hide."""
    assert 6 == Quick("a", 3).double
    assert "" == Quick.empty().name
    assert "a" == str(Quick("a"))


def test_a_value_is_frozen_and_its_fields_are_known() -> None:
    """What is no field cannot be given, and no field can be set."""
    with pytest.raises(TypeError):
        Quick("a", colour="b")  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        Quick("a").name = "b"  # type: ignore[misc]


def test_mistakes_are_refused_alike() -> None:
    """Too few or unknown fields, in a call, of a sequence, in a replacement."""
    for kind in (Quick, Usual):
        for wrong in (
            lambda kind=kind: kind(),
            lambda kind=kind: kind("a", 1, (), 2),
            lambda kind=kind: kind._make("ab"),
        ):
            with pytest.raises(TypeError):
                wrong()
    with pytest.raises(TypeError, match="colour"):
        Quick("a")._replace(colour="b")  # type: ignore[call-arg]


def test_a_default_is_not_before_a_field_without_one() -> None:
    """As in a function's parameters."""
    with pytest.raises(TypeError, match="without a default"):

        class _Wrong(NamedTuple):
            first: int = 0
            second: int  # type: ignore[misc]


def test_a_large_one_takes_its_fields_in_order() -> None:
    """More fields than most have, by position and by keyword, with any names."""
    large = Large(*range(13))

    assert tuple(range(13)) == large == Large(**large._asdict())
    assert (12, 3) == (large.number12, large.values)
    assert copy.deepcopy(large) == large
    assert repr(large).startswith("Large(self=0, cls=1, made=2, values=3, number4=4")


class Large(NamedTuple):
    """Thirteen fields."""

    self: int
    cls: int
    made: int
    values: int
    number4: int
    number5: int
    number6: int
    number7: int
    number8: int
    number9: int
    number10: int
    number11: int
    number12: int
