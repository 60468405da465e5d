"""Secrets that never show themselves."""

from __future__ import annotations

import copy
import pickle

import pytest

from zipper.npm.credentials import Secret


def test_secrets_are_equal_by_their_texts() -> None:
    """So that settings with the same credential are the same settings."""
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert 2 == len({Secret("a"), Secret("a"), Secret("b")})
    assert hash(Secret("a")) != hash("a")


def test_a_copy_is_the_secret_itself() -> None:
    """Its text is nowhere else in memory."""
    secret = Secret("a")

    assert copy.deepcopy([secret])[0] is copy.copy(secret) is secret


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r}".format])
def test_a_secret_does_not_show(show: object) -> None:
    """Whatever writes it down writes that it is hidden; an empty one counts as none."""
    assert "wonderland" not in show(Secret("wonderland"))  # type: ignore[operator]
    with pytest.raises(TypeError):
        pickle.dumps(Secret("wonderland"))
    assert (True, False) == (bool(Secret("wonderland")), bool(Secret("")))
