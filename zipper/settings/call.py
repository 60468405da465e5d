"""What Python code passes to a public function becomes the strongest settings.

In: the name of the function and its keywords. Out: `Settings`, or an error that names the keyword.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from zipper.errors import ProjectError, UsageError, suggest
from zipper.settings.option_values import from_python, judge
from zipper.settings.options import keywords_of
from zipper.settings.values import Settings
from zipper.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zipper.settings.option_row import Option

__all__ = ["document", "judge_keyword", "settings_of_call"]

_documented: dict[Callable[..., object], object] = {}
"""Each function, and the claim of the one call that documents it."""


def document(function: Callable[..., object]) -> None:
    """Have `help(function)` list the options, each with its sentence, and editors its keywords.

    The text and the signature are made where a public function is first looked up, and not where
    it is defined: the command needs neither.
    """
    claim = object()
    if _documented.setdefault(function, claim) is not claim:
        return  # another thread did it, or is at it
    rows = keywords_of(function.__name__)
    lines = [f"        {keyword}: {row.sentence}" for keyword, row in rows.items()]
    doc = (function.__doc__ or "").rstrip()
    function.__doc__ = "\n".join([doc, "", "    Options:", *lines, "    "])
    import inspect  # noqa: PLC0415  (0.01 s, for those who call from Python)

    signature = inspect.signature(function)
    fixed = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
    options = [inspect.Parameter(one, inspect.Parameter.KEYWORD_ONLY, default=None) for one in rows]
    parameters = [*fixed, *options]
    function.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]


def settings_of_call(function: str, options: Mapping[str, object]) -> Settings:
    """Return the options of a call as settings; None counts as not given.

    Raises:
        TypeError: for a keyword that `function` does not take.
        UsageError: EUSAGE for a value that an option cannot have.
    """
    known = keywords_of(function)
    values: dict[str, object] = {}
    for keyword, value in options.items():
        if keyword not in known:
            near = suggest(keyword, known)
            message = f"{function}() got an unexpected keyword argument '{keyword}'"
            raise TypeError(f"{message}; {near}" if near else message)
        row = known[keyword]
        # What takes or gives the zip in memory is no setting.
        is_memory = hasattr(value, "write") or (value is bytes and "bytes" in row.accepts)
        if value is not None and row.is_setting and not is_memory:
            values[row.name] = judge_keyword(value, row, f"`{keyword}`")
    for key, value in _split_target(options.get("target")).items():
        if values.setdefault(key, value) != value:
            raise UsageError(
                "EUSAGE",
                f"`target` and `{key}` differ: `{value}`, `{values[key]}`",
                hint="pass `target`, or `runtime` and `architecture`",
            )
    return Settings(**values)  # type: ignore[arg-type]  # judged by their rows


def judge_keyword(value: object, row: Option, name: str) -> object:
    """Return `value` in the type of the row.

    Raises:
        UsageError: EUSAGE, with the option's name, for what it cannot have.
    """
    try:
        return judge(from_python(row.kind, value), row, partial(str, name))
    except ProjectError as error:
        raise UsageError("EUSAGE", error.message, facts=error.facts, hint=error.hint) from None


def _split_target(target: object) -> dict[str, str]:
    if target is None:
        return {}
    if isinstance(target, Target):
        return {"runtime": target.runtime, "architecture": target.architecture}
    if isinstance(target, str):
        return {"runtime": Target(target).runtime}
    raise UsageError("EUSAGE", "`target` has to be a zipper.Target or the name of a runtime")
