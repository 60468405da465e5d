"""Records: named tuples whose fields come from a table."""

from __future__ import annotations

import pickle

import pytest

from zipper.as_json import as_json
from zipper.settings.build_request import BuildRequest
from zipper.settings.values import Settings
from zipper.target import Target


def test_a_record_is_a_frozen_named_tuple() -> None:
    """It compares by value, cannot be changed, and is copied with other values."""
    settings = Settings(handler="a.b")

    assert Settings(handler="a.b") == settings
    assert hash(Settings(handler="a.b")) == hash(settings)
    assert Settings(handler="c.d") == settings._replace(handler="c.d")
    assert ("a.b", None) == (settings.handler, settings.runtime)
    with pytest.raises(AttributeError):
        settings.handler = "c.d"  # type: ignore[misc]


def test_an_unknown_field_is_a_type_error() -> None:
    """As of any named tuple."""
    with pytest.raises(TypeError, match="Settings has no field 'handlr'"):
        Settings(handlr="a.b")  # type: ignore[call-arg]


def test_a_record_survives_pickling_and_becomes_json() -> None:
    """A request may be sent to another process, and printed."""
    request = BuildRequest(project="fn", target=Target(), layers=("a.zip",))

    assert request == pickle.loads(pickle.dumps(request))
    assert ["a.zip"] == as_json(request)["layers"]


def test_repr_shows_what_is_not_as_by_default() -> None:
    """Of fifty fields, those that say something."""
    assert "Settings(handler='a.b')" == repr(Settings(handler="a.b"))
