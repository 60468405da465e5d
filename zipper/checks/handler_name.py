"""The handler's name: text to module path and export path.

In: `folder/index.handler`. Out: a `HandlerName`, or the sentence with which Lambda refuses it.
Whether the files exist is the rules' work.
"""

from __future__ import annotations

from typing import Final

from zipper.named_tuple import NamedTuple

__all__ = ["HandlerName", "parse_handler"]

_SIZE_MAX: Final = 128


class HandlerName(NamedTuple):
    """A handler's name in its parts."""

    root: str
    """What is before the file's name, as written: empty, or a folder with a slash."""
    module: str
    """The file's name without its extension."""
    exports: tuple[str, ...]
    """The names that lead from the module to the function."""

    @property
    def module_path(self) -> str:
        """The module's path from the root of the package, made normal; absolute ones keep `/`."""
        parts = [part for part in f"{self.root}{self.module}".split("/") if part not in ("", ".")]
        path = "/".join(parts)
        return f"/{path}" if self.root.startswith("/") else path


def parse_handler(text: str) -> HandlerName | str:
    """Return the parts of a handler's name, or what is wrong with it.

    Source: aws-lambda-ric 3.3.0 `UserFunction.load` and 4.0.2 `parseHandlerString` for the parts;
    the API model of botocore 1.44.5 for length and white space.
    """
    if len(text) > _SIZE_MAX:
        return f"it has {len(text)} characters; the API allows {_SIZE_MAX}"
    if any(map(str.isspace, text)):
        return "it has white space, which the API refuses"
    if ".." in text:
        return "it has `..`, which the loader refuses"
    base = text.rstrip("/").rpartition("/")[2]
    module, dot, exports = base.partition(".")
    if not dot:
        return "it has no dot: a handler is called `file.export`"
    root = text[: text.find(base)]
    return HandlerName(root, module, tuple(exports.split(".")))
