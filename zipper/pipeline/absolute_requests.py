"""Requests that mean the same in another process: whole paths, and no more of them than it needs.

In: requests whose paths are relative to the working directory. Out: the same from the root.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from zipper.pipeline.written_zips import WrittenZips
from zipper.settings.build_request import STANDARD_OUTPUT
from zipper.settings.cache_folder import find_cache_dir
from zipper.settings.option_row import PATH_KINDS
from zipper.settings.options import KEYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.settings.build_request import BuildRequest

__all__ = ["make_absolute"]


def make_absolute(requests: Sequence[BuildRequest]) -> list[BuildRequest]:
    """Return requests that mean the same in a worker's folder.

    Each knows of all zips that are written, those alone that lie where it looks for its files: a
    thousand functions have a thousand zips each, which would be a million paths.
    """
    seen: dict[int, Sequence[str]] = {}
    for request in requests:
        for one in (request, *request.uses):
            seen[id(one.written)] = one.written  # mostly the same value for all
    written = WrittenZips(path for paths in seen.values() for path in paths)
    return [_make_absolute(request, written) for request in requests]


def _make_absolute(request: BuildRequest, written: WrittenZips) -> BuildRequest:
    changes: dict[str, Any] = {}
    for row in KEYS.values():
        value = getattr(request, row.field, None)
        if row.kind in PATH_KINDS and value:
            changes[row.field] = (
                tuple(map(_absolute, value)) if row.is_list else _absolute(str(value), row.kind)
            )
    changes["cache_dir"] = str(find_cache_dir(request.cache_dir).absolute())
    # Without an output the zip goes to the working directory, which is another one there.
    changes["output"] = _absolute(request.output or "./")
    looks_outside = any(pattern.startswith("../") for pattern in request.include)
    zips = written.all() if looks_outside else written.below(request.project)
    changes["written"] = tuple(map(_absolute, zips.values()))
    changes["uses"] = tuple(_make_absolute(one, written) for one in request.uses)
    return request._replace(**changes)


def _absolute(path: str, kind: str | None = None) -> str:
    """Return a path from the root, its last slash kept; what is no path as it is.

    That is the word of a `place`, a layer's ARN and standard output.
    """
    folder, name = os.path.split(path)
    if (kind == "place" and not folder) or path == STANDARD_OUTPUT or path.startswith("arn:"):
        return path
    return os.path.abspath(path) + ("" if name else "/")  # noqa: PTH100  (links stay)
