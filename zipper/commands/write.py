"""Writing a result to a file that the user named, or to stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zipper.errors import OutputError
from zipper.files import write_error, write_file

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["write_text"]


def write_text(text: str, path: Path | None) -> None:
    """Write `text` to `path`, whole or not at all; to stdout where it is None.

    Raises:
        OutputError: EOUTPUT where the operating system refuses.
    """
    text = text if text.endswith("\n") else f"{text}\n"
    if path is None:
        click.echo(text, nl=False)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise write_error(cause, path.parent, OutputError) from cause
    write_file(path, [[text.encode("utf-8", "surrogateescape")]])
