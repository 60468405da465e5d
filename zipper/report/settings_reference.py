"""The reference of all settings: what each is, how it is typed, and where it counts.

In: the table of options. Out: the lines that `zipper help settings` adds to its page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.settings.deploy_options import DEPLOY_OPTIONS, EVENTS, TABLES
from zipper.settings.event_kinds import KINDS
from zipper.settings.options import KEYS, find_variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.settings.option_row import Option

__all__ = ["describe_deploy_settings", "describe_event_sources", "describe_settings"]


def describe_settings() -> Iterator[str]:
    """Yield a paragraph for each key: flags, variables, the keyword of Python, and the sentence."""
    variables = find_variables()
    for row in KEYS.values():
        own = [name for name, (owner, _) in variables.items() if owner is row]
        own.sort(key=lambda name: name != row.variable)
        flags = ", ".join(row.typed) if row.commands else ""
        yield ""
        yield f"    {row.name}"
        yield f"        {row.sentence}{_describe_values(row)}"
        if flags:
            yield f"        typed: {flags}{' ' + row.metavar if row.metavar else ''}"
        yield f"        variables: {', '.join(own)}"
        if row.takers:
            yield f"        in Python: {row.keyword}= of {', '.join(sorted(row.takers))}"


def describe_deploy_settings() -> Iterator[str]:
    """Yield a paragraph for each key of `[tool.zipper.deploy]`; no variable sets them."""
    yield from ("", "`[tool.zipper.deploy]`, of all functions or below one:")
    for row in DEPLOY_OPTIONS:
        yield from ("", f"    {row.name}", f"        {row.sentence}")
        yield f"        typed: {', '.join(row.typed)} {row.metavar}"
    for name, sentence in {**TABLES, "events": EVENTS}.items():
        yield from ("", f"    {name}", f"        {sentence}")


def describe_event_sources() -> Iterator[str]:
    """Yield a paragraph for each kind of event source, and its options."""
    for kind in KINDS.values():
        yield from ("", f"    {kind.title} ({kind.style})")
        for option in kind.options:
            bounds = "" if option.minimum is None else f" {option.minimum:,} to {option.maximum:,}."
            words = f" One of {', '.join(option.choices)}." if 0 < len(option.choices) < 9 else ""
            yield f"        {option.name}: {option.sentence}{bounds}{words}"


def _describe_values(row: Option) -> str:
    words = f" One of {', '.join(row.choices)}." if row.choices else ""
    default = "" if row.default is None else f" Default: {str(row.default).lower()}."
    return words + default
