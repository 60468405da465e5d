"""A pytest plugin: a test that takes too much CPU ends its process, however busy the machine is.

An endless loop is a change of the code that was noticed: `tests.support.forked_tests`.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

_SECONDS = 30
"""Thrice what the longest test of the default suite takes."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, Any, Any]:
    """Let the signal of a timer end the process, if a test does not end before."""
    signal.setitimer(signal.ITIMER_PROF, _SECONDS)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
