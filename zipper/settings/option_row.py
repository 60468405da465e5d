"""What a row of the table of options says, and what follows from it for Python, shell and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FUNCTIONS_OF", "PATH_KINDS", "Kind", "Option"]

Kind = Literal[
    "text", "path", "place", "list", "paths", "size", "number", "count", "flag", "table", "value"
]
"""The type of a value: a `place` is a path where it has a slash and a word where it has none,
`paths` is a list, `size` is in bytes, `count` is whole, a `table` is held as JSON text; a `value`
is any Python value, which has neither a flag nor a key."""

PATH_KINDS: Final = ("path", "paths", "place")
"""Kinds of values that are relative to where they are written."""

FUNCTIONS_OF: Final = {"build": ("build", "build_all", "plan")}
"""The public functions that do what a command does, where it is not the one of its name."""


class Option(NamedTuple):
    """One option. A default here is what most options have."""

    name: str
    """Its key in the settings; with `unit`, its keyword in Python."""
    kind: Kind
    sentence: str
    """What it is, in at most 88 characters, for every place that explains it."""
    commands: tuple[str, ...] = ()
    """The commands that take it."""
    functions: tuple[str, ...] | None = None
    """The public functions that take it; None for those of `commands`."""
    flags: tuple[str, ...] = ()
    """How it is typed, where that is not `--` and the name; `--no-x` is the opposite of `x`."""
    example: Any = None
    """A value for the table that `zipper init` writes; None leaves the key out of it."""
    choices: tuple[str, ...] = ()
    """The words allowed. With a `metavar` the shell offers them and the request judges them."""
    default: Any = None
    """What a request has where no value is given; else a flag has False, and a list is empty."""
    unit: str = ""
    """Ends the keyword: `script_timeout` and `seconds` are `script_timeout_seconds`."""
    is_setting: bool = True
    """Whether it has a key and a variable; False for what is about one call only."""
    per_function: bool = True
    """Whether one of several functions may set it."""
    metavar: str = ""
    npm: str = ""
    """npm's setting that it replaces: `registry`; for a flag `allow-git=none`."""
    accepts: str = ""
    """The Python type of the keyword, where the kind does not say it."""
    keyword_name: str = ""
    """The keyword, where it is neither the name nor the name with its unit."""

    @property
    def field(self) -> str:
        """What a request calls it."""
        return f"{self.name}_{self.unit}" if self.unit else self.name

    @property
    def keyword(self) -> str:
        """What the public functions call it."""
        return self.keyword_name or self.field

    @property
    def is_list(self) -> bool:
        """Whether it can have several values."""
        return self.kind in ("list", "paths")

    @property
    def typed(self) -> tuple[str, ...]:
        """How it is typed."""
        return self.flags or (f"--{self.name.replace('_', '-')}",)

    @property
    def takers(self) -> tuple[str, ...]:
        """The public functions that take it."""
        if self.functions is not None:
            return self.functions
        return tuple(one for name in self.commands for one in FUNCTIONS_OF.get(name, (name,)))

    @property
    def fallback(self) -> Any:  # noqa: ANN401  (of the option's own type)
        """What a request has where no value is given."""
        if self.default is None and self.kind == "flag":
            return False
        return () if self.default is None and self.is_list else self.default

    @property
    def variable(self) -> str:
        """Its variable."""
        return f"ZIPPER_{self.name.upper()}"

    @property
    def variables(self) -> Iterator[tuple[str, bool]]:
        """A variable for each long flag, such as ZIPPER_ARCH; True with one of the opposite."""
        for flag in self.typed:
            if flag.startswith("--"):
                is_opposite = flag.startswith("--no-") and self.default is True
                yield "ZIPPER_" + flag[2:].replace("-", "_").upper(), is_opposite
