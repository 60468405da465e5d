"""What pruning took out of a package and why, and why a file stays.

In: a zip, or the request of a project. Out: rows of what went; for one file, what keeps it, from
the file that asks for it up to the handler. Of a zip, what went is what this machine's cache
remembers; why a file stays is worked out of the zip itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.checks.pruned_record import RECORD
from zipper.checks.run_rules import find_handler
from zipper.errors import ProjectError
from zipper.named_tuple import NamedTuple
from zipper.npm.folder_path import find_package
from zipper.pipeline.planning import make_plan
from zipper.pipeline.pruned_zips import PrunedFiles, recall_pruned
from zipper.pipeline.pruning_decision import divide_zip, find_pruning
from zipper.pipeline.reading_zips import open_sound_listing
from zipper.pipeline.session import Circumstances, Clock
from zipper.settings.cache_folder import find_cache_dir
from zipper.store.notes import Notebook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.events import OnEvent
    from zipper.pruning.kept import KeepReason
    from zipper.settings.build_request import BuildRequest

__all__ = ["WhyFile", "explain_file", "find_pruned"]


class WhyFile(NamedTuple):
    """Why one file stays, or went."""

    file: str
    removed_by: str | None
    """The rule that takes it; None where it stays."""
    verdict: str
    """Of its package: `exact`, `assets`, `whole` or `unreached`."""
    steps: tuple[KeepReason, ...]
    """What keeps it, then what keeps the file that asks for it, and so on up to the handler."""


def find_pruned(
    source: str | BuildRequest, request: BuildRequest, on_event: OnEvent | None = None
) -> PrunedFiles | None:
    """Return what went from a zip, or would go from a project.

    None where nothing is pruned, and for a zip of which this machine's cache knows nothing.

    Args:
        source: a zip, or the request of a project.
        request: what names the cache.
        on_event: called with what is fetched.

    Raises:
        ZipperError: as a plan, and EREAD for a zip that cannot be read.
    """
    if not isinstance(source, str):
        decided = make_plan(source, Circumstances.of(source, on_event), Clock(on_event)).pruning
        if decided is None:
            return None
        rows = json.loads(decided.removed)
        return PrunedFiles(decided.result.mode, decided.result.packages, tuple(map(tuple, rows)))
    open_sound_listing(source)
    notebook = Notebook(find_cache_dir(request.cache_dir), recalls=not request.no_recall)
    return recall_pruned(Path(source), notebook)


def explain_file(
    source: str | BuildRequest,
    request: BuildRequest,
    name: str,
    *,
    on_event: OnEvent | None = None,
) -> WhyFile:
    """Return why the file `name` stays in a zip or a project's package, or which rule takes it.

    Args:
        source: a zip, or the request of a project.
        request: the target, the patterns and the mode; `reached` where pruning is off.
        name: as it is in the zip.
        on_event: called with what is fetched.

    Raises:
        ProjectError: EPRUNE where there is no such file, or the handler cannot be followed.
        ZipperError: as a plan, or a check of the zip.
    """
    if isinstance(source, str):
        listing = open_sound_listing(source)
        known = find_pruned(source, request)
        went = {} if known is None else {row[0]: row[3] for row in known.removed}
        handler = request.handler or find_handler(listing)
        notebook = Notebook(find_cache_dir(request.cache_dir), recalls=not request.no_recall)
        pruning, _ = divide_zip(Path(source), request._replace(handler=handler), notebook)
        names = {entry.name for entry in listing.entries} | set(went)
    else:
        io = Circumstances.of(request, on_event)
        planned = make_plan(request._replace(prune="off"), io, Clock(on_event))
        pruning, _ = find_pruning(planned._replace(request=request), io.open_store())
        names, went = {file.path for file in planned.files}, {}
    if name not in names:
        raise _unknown(name, f"no file of the package is called `{name}`", names)
    if not pruning.packages:
        raise _unknown(name, "the handler cannot be followed, so that nothing is known", names)
    went = {**{file.name: file.rule for file in pruning.removed}, **went}
    verdicts = {one.folder: one.verdict for one in pruning.packages}
    folder = "" if name == RECORD else find_package(name)
    steps = tuple(_climb(name, pruning.reasons))
    return WhyFile(name, went.get(name), verdicts.get(folder, "unreached"), steps)


def _unknown(name: str, message: str, names: set[str]) -> ProjectError:
    base = name.rpartition("/")[2]
    like = next((one for one in sorted(names) if one.endswith(f"/{base}")), None)
    hint = f"did you mean `{like}`?" if like else "`explain --all` lists the files"
    return ProjectError("EPRUNE", message, hint=hint)


def _climb(name: str, reasons: Mapping[str, KeepReason]) -> Iterator[KeepReason]:
    """Yield what keeps a file, then what keeps the file that decided, up to the handler."""
    seen: set[str] = set()
    while name in reasons and name not in seen:
        seen.add(name)
        yield reasons[name]
        name = reasons[name].path
