"""What the commands that reach AWS share: their options.

In: what click gives. Out: what was typed of `[tool.zipper.deploy]`, and the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zipper.settings.deploy_options import DEPLOY_OPTIONS
from zipper.settings.read_settings import find_request
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.pipeline.deploying import FunctionPlace

__all__ = ["find_one_place", "split_deploy_values"]


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
    typed = {
        key: value for key, value in options.items() if key in names and value not in (None, ())
    }
    both = {"timeout"}  # the checks judge by it, too
    rest = {key: value for key, value in options.items() if key in both or key not in names}
    return typed, rest
