"""Named tuples that are quick to make are as `typing` makes them."""

from __future__ import annotations

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
