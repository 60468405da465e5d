"""The options of a command, made of the rows of the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from zipper.commands.quick_command import QuickCommand, QuickOption, click
from zipper.commands.typed_values import settings_from_values
from zipper.settings.options import options_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from zipper.settings.option_row import Option

__all__ = ["TableCommand", "options_from", "settings_from_values", "table_options"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


class TableCommand(QuickCommand):
    """A command that has options of the table, each made if it is typed.

    A build has seventy of them: to make each for click, and to have it find that it was not typed,
    takes a thirtieth of a build that has all in its cache.
    """

    def __init__(self, name: str, **settings: Any) -> None:  # noqa: ANN401  (click's)
        super().__init__(name, **settings)
        self._rows = options_of(name)
        self._made: dict[str, click.Option] = {}
        self._typed: Sequence[Option] | None = None
        """What is typed on the line that is being read; None where all count."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the parameters that were declared, those of the table, and the help option."""
        *declared, help_option = super().get_params(ctx)
        rows = self._rows if self._typed is None else self._typed
        return [*declared, *map(self._get, rows), help_option]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read a line; each option that is not on it has no value."""
        self._typed = self._find_typed(args)
        try:
            rest = super().parse_args(ctx, args)
        finally:
            self._typed = None
        for row in self._rows:
            ctx.params.setdefault(row.name, () if row.is_list else None)
        return rest

    def _get(self, row: Option) -> click.Option:
        if row.name not in self._made:
            words, settings = _describe(row)
            self._made[row.name] = QuickOption(words, **settings)
        return self._made[row.name]

    def _find_typed(self, args: Sequence[str]) -> list[Option] | None:
        """Return the rows whose words are on a line; None for one that has to be read with all."""
        known = {word: row for row in self._rows for word in row.typed}
        declared = {word for parameter in self.params for word in parameter.opts}
        found: dict[str, Option] = {}
        for arg in args:
            word = arg.partition("=")[0] if arg.startswith("--") else arg
            if word in known:
                found[known[word].name] = known[word]
            elif word.startswith("-") and word != "-" and word not in declared:
                return None  # for help, a mistake, `-qv`, a value with a hyphen
        return list(found.values())


def table_options(command: str) -> Callable[[_Function], _Function]:
    """Add the options of `command` that the table has, in its order."""
    return options_from(options_of(command))


def options_from(rows: Sequence[Option]) -> Callable[[_Function], _Function]:
    """Add the options of `rows`, in their order."""

    def add(function: _Function) -> _Function:
        for row in reversed(rows):
            words, settings = _describe(row)
            function = click.option(*words, cls=QuickOption, **settings)(function)
        return function

    return add


class _PathText(click.ParamType):  # type: ignore[type-arg]  # older ones have none
    """A path as it is typed; click's own looks for translations of its name."""

    name = "path"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Have the shell complete the names of files."""
        del ctx, param
        from click.shell_completion import CompletionItem  # noqa: PLC0415  (for a shell only)

        return [CompletionItem(incomplete, type="file")]


def _describe(row: Option) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return the words of click's option of `row`, and its settings."""
    words = "/".join(row.typed) if row.default is True else None
    more: dict[str, Any] = {}
    if row.kind == "flag":
        more = {"is_flag": True}
    elif row.choices and not row.metavar:
        more = {"type": click.Choice(row.choices)}
    elif row.kind in ("path", "paths"):
        more = {"type": _PathText()}
    elif row.kind in ("number", "count"):
        more = {"type": float if row.kind == "number" else int}
    if row.choices and row.metavar:
        more["shell_complete"] = _offer(row.choices)
    more |= {
        "default": None,
        "multiple": row.is_list,
        "metavar": row.metavar or None,
        "help": _help_of(row),
    }
    return (*(row.typed if words is None else (words,)), row.name), more


def _help_of(row: Option) -> str:
    if row.default is None or row.default is True:
        return row.sentence
    return f"{row.sentence}  [default: {row.default}]"


def _offer(words: tuple[str, ...]) -> Callable[..., list[str]]:
    """Return what answers a shell with those of `words` that begin with what is typed so far."""

    def complete(_context: object, _parameter: object, incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete)]

    return complete
