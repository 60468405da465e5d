"""What the commands that ask AWS share: their options, and events.

In: what click gives. Out: what was typed of `[tool.zipper.deploy]`, the rest, bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zipper.errors import UsageError
from zipper.settings.deploy_options import DEPLOY_OPTIONS
from zipper.settings.read_settings import find_request
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.pipeline.deploying import FunctionPlace

__all__ = ["find_one_place", "read_event", "split_deploy_values"]


def find_one_place(
    project: str | None, options: Mapping[str, object], *, command: str
) -> FunctionPlace:
    """Return where the one function is that was named.

    Raises:
        UsageError: EUSAGE where the settings describe several and none was named; ENOBOTO3.
        ProjectError: for settings that cannot be read.
        AwsError: ECREDENTIALS.
    """
    from zipper.pipeline.deploying import find_place  # noqa: PLC0415  (after what was typed is read)

    typed, _ = split_deploy_values(options)
    return find_place(find_request(project, Settings(), command=command), typed)


def split_deploy_values(
    options: Mapping[str, object],
) -> tuple[dict[str, Any], dict[str, object]]:
    """Return what was typed of the deployment's options, and all others as they are."""
    names = {row.name for row in DEPLOY_OPTIONS}
    typed = {key: value for key, value in options.items() if key in names and value is not None}
    both = {"timeout"}  # the checks judge by it, too
    rest = {key: value for key, value in options.items() if key in both or key not in names}
    return typed, rest


def read_event(name: str) -> bytes:
    """Return the event in a file, or on standard input.

    Raises:
        UsageError: EUSAGE where it cannot be read.
    """
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as cause:
        raise UsageError(
            "EUSAGE",
            f"cannot read the event `{name}`: {cause.strerror or cause}",
            hint="name a JSON file, or `-` for standard input",
        ) from cause
