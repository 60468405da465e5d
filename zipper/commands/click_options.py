"""The options of a command, made of the rows of the table, and what was typed, as settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from zipper.commands.quick_command import QuickOption, click
from zipper.settings.options import KEYS, options_of
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from zipper.settings.option_row import Option

__all__ = ["options_from", "settings_from_values", "table_options"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def settings_from_values(values: Mapping[str, object]) -> Settings:
    """Return what was typed, in click's values, as the strongest settings.

    An option that was not given is None or empty in `values`, and None in the settings.

    Raises:
        UsageError: EUSAGE for what the option cannot have, such as a size without a number.
    """
    typed = {
        key: _judge(KEYS[key], value)
        for key, value in values.items()
        if value not in (None, ()) and key in KEYS
    }
    return Settings(**typed)  # type: ignore[arg-type]  # the rows say the types


def _judge(row: Option, value: object) -> object:
    """Return `value`, judged where click has not done so."""
    if value is not None and row.kind in ("size", "number", "count"):
        from zipper.settings.call import judge_keyword  # noqa: PLC0415  (for few options)

        return judge_keyword(value, row, f"`{row.typed[-1]}`")
    return value


def table_options(command: str) -> Callable[[_Function], _Function]:
    """Add the options of `command` that the table has, in its order."""
    return options_from(options_of(command))


def options_from(rows: Sequence[Option]) -> Callable[[_Function], _Function]:
    """Add the options of `rows`, in their order."""

    def add(function: _Function) -> _Function:
        for row in reversed(rows):
            function = _make_option(row)(function)
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


def _make_option(row: Option) -> Callable[[_Function], _Function]:
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
    return click.option(
        *(row.typed if words is None else (words,)),
        row.name,
        cls=QuickOption,
        default=None,
        multiple=row.is_list,
        metavar=row.metavar or None,
        help=_help_of(row),
        **more,
    )


def _help_of(row: Option) -> str:
    if row.default is None or row.default is True:
        return row.sentence
    return f"{row.sentence}  [default: {row.default}]"


def _offer(words: tuple[str, ...]) -> Callable[..., list[str]]:
    """Return what answers a shell with those of `words` that begin with what is typed so far."""

    def complete(_context: object, _parameter: object, incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete)]

    return complete
