"""Judging a zip made by any tool: the file and its layers become listings, the rules a report.

In: paths and options. Out: a `Report`. The zip is mapped and read member by member, never
extracted; the rules themselves are `zipper.checks`'.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from zipper.checks.run_rules import check_zip
from zipper.pipeline.noted_facts import NotedFacts
from zipper.pipeline.reading_zips import map_zip, open_sound_listing
from zipper.settings.cache_folder import find_cache_dir
from zipper.store.notes import Notebook
from zipper.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zipper.checks.results import Report
    from zipper.checks.subject import Kind

__all__ = ["check"]

PathLike = str | os.PathLike[str]


def check(  # noqa: PLR0913  (keyword-only options of a public function)
    path: PathLike,
    *,
    target: Target | None = None,
    handler: str | None = None,
    layers: Sequence[PathLike] = (),
    kind: Kind = "function",
    ignore: Iterable[str] = (),
    strict: bool = False,
    max_size_bytes: int | None = None,
    max_unzipped_size_bytes: int | None = None,
    unknown_runtime: str | None = None,
    tells_case: bool = False,
    no_recall: bool = False,
    cache_dir: PathLike | None = None,
) -> Report:
    """Judge the zip at `path`: whether Lambda accepts it, and whether its handler loads.

    The zip is never extracted and none of its code runs. What is found in a file is remembered
    by the file's content, so that a second check is quicker. Safe in threads.

    Args:
        path: a zip made by any tool.
        target: runtime and architecture of the function; by default the newest runtime, x86_64.
        handler: such as `index.handler`; by default what package.json in the zip says by `main`.
        layers: zips of the function's layers, in the order of its configuration.
        kind: `layer` for the zip of a layer, which has no handler.
        ignore: codes whose warnings and infos are left out; errors are never left out.
        strict: whether a warning makes the verdict `fail`.
        max_size_bytes: the project's own limit of the zip.
        max_unzipped_size_bytes: the project's own limit of its files together.
        unknown_runtime: the name of a runtime that zipper does not know, which is then an error;
            all else is judged for `target`.
        tells_case: whether two names that differ in their case only are a warning.
        no_recall: True to find out everything afresh.
        cache_dir: where the store is, instead of ZIPPER_CACHE_DIR or the system's place.

    Returns:
        The report. A file that is no zip has a report too, with the finding `zip-unreadable`.

    Raises:
        ArchiveError: EREAD where there is no such file, or it cannot be read; EZIP for a layer
            that is no zip.
        UsageError: EUSAGE for a target that does not exist.
    """
    return check_zip(
        map_zip(path),
        path=os.fspath(path),
        target=target or Target(),
        handler=handler,
        layers=tuple(open_sound_listing(layer) for layer in layers),
        kind=kind,
        ignore=frozenset(ignore),
        strict=strict,
        facts=NotedFacts(Notebook(find_cache_dir(cache_dir), recalls=not no_recall)),
        max_size_bytes=max_size_bytes,
        max_unzipped_size_bytes=max_unzipped_size_bytes,
        unknown_runtime=unknown_runtime,
        tells_case=tells_case,
        today=datetime.now(UTC).date().isoformat(),
    )
