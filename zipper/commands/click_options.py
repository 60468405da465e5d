"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from zipper.settings.values import KEYS, Settings
from zipper.target import ARCHITECTURES, DEFAULT_RUNTIME, RUNTIMES

__all__ = [
    "build_options",
    "cache_option",
    "check_options",
    "complete_runtime",
    "fetch_options",
    "function_options",
    "network_options",
    "node_option",
    "output_options",
    "recall_option",
    "settings_from_values",
]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def settings_from_values(values: Mapping[str, object]) -> Settings:
    """Return what was typed, in click's values, as the strongest settings.

    An option that was not given is None or empty in `values`, and None in the settings.
    """
    typed = {key: value for key, value in values.items() if value not in (None, ())}
    return Settings(**typed)  # type: ignore[arg-type]  # click gives each its type


def complete_runtime(_context: object, _parameter: object, incomplete: str) -> list[str]:
    """Return the runtimes that a shell offers for what is typed so far."""
    return [runtime for runtime in RUNTIMES if runtime.startswith(incomplete)]


def function_options(function: _Function) -> _Function:
    """Add `--handler`, `--runtime` and `--arch`."""
    function = click.option(
        "--arch",
        "architecture",
        type=click.Choice(ARCHITECTURES),
        help="Architecture of the function.  [default: x86_64]",
    )(function)
    function = click.option(
        "--runtime",
        metavar="RUNTIME",
        shell_complete=complete_runtime,
        help=f"Runtime of the function, such as `nodejs22.x`.  [default: {DEFAULT_RUNTIME}]",
    )(function)
    return click.option(
        "--handler",
        metavar="FILE.EXPORT",
        help="Handler.  [default: package.json's `main` and `.handler`, else index.handler]",
    )(function)


def build_options(function: _Function) -> _Function:
    """Add what decides the contents of a package and where it is written, and `check_options`."""
    return _add(
        check_options(function),
        click.option(
            "-o",
            "--output",
            type=click.Path(),
            metavar="OUT.zip",
            help="The zip to write; a folder if it ends in `/`.  "
            "[default: the project's name, in this folder]",
        ),
        click.option(
            "--include", multiple=True, metavar="PATTERN", help="Take only files that match."
        ),
        click.option(
            "--exclude", multiple=True, metavar="PATTERN", help="Leave out files that match."
        ),
        click.option(
            "--omit",
            multiple=True,
            type=click.Choice(KEYS["omit"].choices),
            help="Leave out a dependency type; dev always is.",
        ),
        click.option(
            "--allow-script",
            "allow_scripts",
            multiple=True,
            metavar="PACKAGE",
            help="Let the install scripts of this package run, such as `esbuild`.",
        ),
    )


def check_options(function: _Function) -> _Function:
    """Add `--layer`, `--ignore` and `--strict`."""
    return _add(
        function,
        click.option(
            "--layer",
            "layers",
            multiple=True,
            type=click.Path(),
            metavar="ZIP",
            help="A layer of the function; repeat it in the order of its configuration.",
        ),
        click.option("--ignore", multiple=True, metavar="CODE", help="Do not show such warnings."),
        click.option(
            "--strict", is_flag=True, default=None, help="A warning fails, as an error does."
        ),
    )


def _add(function: _Function, *options: Callable[[_Function], _Function]) -> _Function:
    """Add options so that the help lists them in the order given, before those already there."""
    for option in reversed(options):
        function = option(function)
    return function


def network_options(function: _Function) -> _Function:
    """Add `--registry`, `--vendor` and `--offline`."""
    function = click.option("--offline", is_flag=True, help="Fail rather than open a connection.")(
        function
    )
    function = click.option(
        "--vendor",
        type=click.Path(),
        metavar="DIR",
        help="Look first into DIR, which `zipper vendor` has made.",
    )(function)
    return click.option(
        "--registry", metavar="URL", help="Registry to use instead of the configured one."
    )(function)


def fetch_options(function: _Function) -> _Function:
    """Add `--prefer-offline` and `--no-git`."""
    return _add(
        function,
        click.option(
            "--prefer-offline",
            is_flag=True,
            default=None,
            help="Use packuments that are at hand, however old they are.",
        ),
        click.option(
            "--no-git",
            is_flag=True,
            default=None,
            help="Refuse dependencies from git; git is never started.",
        ),
    )


def node_option(function: _Function) -> _Function:
    """Add `--node`."""
    return click.option(
        "--node",
        metavar="PATH|VERSION|system",
        help="Node.js for scripts and runs, instead of the runtime's newest.",
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


def recall_option(function: _Function) -> _Function:
    """Add `--no-recall`."""
    return click.option(
        "--no-recall",
        is_flag=True,
        default=None,
        help="Work everything out afresh, and note it anew.",
    )(function)


def output_options(function: _Function) -> _Function:
    """Add `--json`, `--quiet`, `--verbose` and `--no-progress`."""
    for words, text in (
        (("--no-progress",), "Show no progress."),
        (("-v", "--verbose"), "Show every finding and the seconds of each stage."),
        (("-q", "--quiet"), "Show errors only."),
        (("--json", "as_json"), "Print one JSON document to stdout, and nothing else."),
    ):
        function = click.option(*words, is_flag=True, help=text)(function)
    return function
