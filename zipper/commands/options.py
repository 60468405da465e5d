"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from zipper.target import ARCHITECTURES, DEFAULT_RUNTIME, RUNTIMES

__all__ = ["cache_option", "network_options", "output_options", "target_options"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def target_options(function: _Function) -> _Function:
    """Add `--handler`, `--runtime` and `--arch`."""
    function = click.option(
        "--arch",
        "architecture",
        type=click.Choice(ARCHITECTURES),
        default="x86_64",
        show_default=True,
        help="Architecture of the function.",
    )(function)
    function = click.option(
        "--runtime",
        metavar="RUNTIME",
        default=DEFAULT_RUNTIME,
        show_default=True,
        help=f"Runtime of the function: {', '.join(RUNTIMES)}.",
    )(function)
    return click.option(
        "--handler", metavar="FILE.EXPORT", help="Handler, such as `index.handler`."
    )(function)


def network_options(function: _Function) -> _Function:
    """Add `--registry` and `--offline`."""
    function = click.option(
        "--offline", is_flag=True, help="Fail rather than open a connection."
    )(function)
    return click.option(
        "--registry", metavar="URL", help="Registry to use instead of the configured one."
    )(function)


def cache_option(function: _Function) -> _Function:
    """Add `--cache-dir`."""
    return click.option(
        "--cache-dir",
        type=click.Path(path_type=Path),
        envvar="ZIPPER_CACHE_DIR",
        metavar="DIR",
        help="Where the store is.  [env: ZIPPER_CACHE_DIR]",
    )(function)


def output_options(function: _Function) -> _Function:
    """Add `--json`, `--quiet`, `--verbose` and `--no-progress`."""
    for name, text in (
        ("--no-progress", "Show no progress bar."),
        ("--verbose", "Show every finding and the seconds of each stage."),
        ("--quiet", "Show errors only."),
        ("--json", "Print one JSON document to stdout, and nothing else."),
    ):
        parameter = "as_json" if name == "--json" else name.strip("-").replace("-", "_")
        function = click.option(name, parameter, is_flag=True, help=text)(function)
    return function
