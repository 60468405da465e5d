"""click, a command and an option that import less: a tenth of a build that has all in its cache.

What imports click before anything else imports it from here.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Later(ModuleType):
    """A module that is imported when something in it is used."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # what the import system looks for
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _later(name: str) -> Iterator[None]:
    """Have what is imported meanwhile import the module `name` when it uses it.

    Not `importlib.util.LazyLoader`: two threads that use its module at once find it half loaded
    before Python 3.12.
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = module = _Later(name)
    try:
        yield
    finally:
        if sys.modules.get(name) is module:
            del sys.modules[name]


with _later("inspect"):  # for help texts alone, with a tokenizer, a parser and a disassembler
    import click

__all__ = ["QuickCommand", "QuickOption", "click"]


class QuickOption(click.Option):
    """An option whose help is one sentence; click looks for the indentation of several lines."""

    def __init__(self, *words: Any, help: str | None = None, **settings: Any) -> None:  # noqa: A002, ANN401  (click's names)
        super().__init__(*words, **settings)
        self.help = help


class QuickCommand(click.Command):
    """A command whose help option is in English, and whose short options are found at once."""

    _own_help: click.Option | None = None

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the help option; click's looks for translations of its one sentence."""
        if self._own_help is None:
            self._own_help = QuickOption(
                [*self.get_help_option_names(ctx), "show_help"],
                is_flag=True,
                expose_value=False,
                is_eager=True,
                help="Show this message and exit.",
                callback=_show_help,
            )
        return self._own_help

    def make_parser(self, ctx: click.Context) -> Any:  # noqa: ANN401  (click has two names for it)
        """Return the parser; click's takes `-o` for a long option first, and imports `difflib`."""
        parser: Any = super().make_parser(ctx)
        # Another version of click may call them otherwise, and does without.
        getattr(parser, "_long_opt", {}).update(getattr(parser, "_short_opt", {}))
        return parser


def _show_help(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  (click's signature)
    if value and not context.resilient_parsing:
        click.echo(context.get_help(), color=context.color)
        context.exit()
