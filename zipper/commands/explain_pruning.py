"""`zipper explain --pruned` and `--why`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zipper.commands.output import Shower, echo_lines, show_json
from zipper.commands.zip_names import settings_for
from zipper.errors import ProjectError, UsageError
from zipper.pipeline.explaining_pruning import explain_file, find_pruned
from zipper.report.inventory import File
from zipper.report.pruned_files import describe_removed, describe_why
from zipper.settings.build_request import request_from

if TYPE_CHECKING:
    from zipper.report.inventory import Inventory
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.values import Settings

__all__ = ["add_gone", "show_pruned", "show_why_file"]

_FIELDS: Final = ("file", "size_bytes", "zipped_size_bytes", "rule")


def show_pruned(source: str | BuildRequest, typed: Settings, form: str, *, every: bool) -> int:
    """Print what went from a zip, or would go from a project.

    Raises:
        ProjectError: EPRUNE for a zip of which nothing is known.
        UsageError: EUSAGE for a project that is not pruned.
    """
    request = _request_for(source, typed)
    with Shower(request, as_json=form == "json") as shower:
        found = find_pruned(source, request, shower.on_event)
    if found is None and isinstance(source, str):
        raise ProjectError(
            "EPRUNE",
            f"nothing is known of what was taken out of `{source}`",
            hint="not pruned, or not built with this cache: name the project, with "
            "`--prune` as it was built",
        )
    if found is None:
        raise UsageError(
            "EUSAGE", "nothing is pruned: `prune` is off", hint="add `--prune reached`, or `safe`"
        )
    if form == "json":
        rows = [dict(zip(_FIELDS, row, strict=True)) for row in found.removed]
        packages = [one._asdict() for one in found.packages]
        show_json({"mode": found.mode, "removed": rows, "packages": packages})
    else:
        echo_lines(describe_removed(found.mode, found.packages, found.removed, every=every))
    return 0


def show_why_file(source: str | BuildRequest, typed: Settings, name: str, form: str) -> int:
    """Print why a file stays, or which rule takes it; the status is 0 either way."""
    request = _request_for(source, typed)
    with Shower(request, as_json=form == "json") as shower:
        found = explain_file(source, request, name, on_event=shower.on_event)
    if form == "json":
        steps = [step._asdict() for step in found.steps]
        show_json({**found._asdict(), "steps": steps})
    else:
        echo_lines(describe_why(*found), fold=True)
    return 0


def add_gone(inventory: Inventory, source: str | BuildRequest, typed: Settings) -> Inventory:
    """Return the inventory of `source` with what pruning took out, where that is known."""
    request = _request_for(source, typed)
    if not isinstance(source, str) and request.prune == "off":
        return inventory
    found = find_pruned(source, request)
    rows = () if found is None else found.removed
    return replace(
        inventory, gone=tuple(File(name, size, packed) for name, size, packed, _ in rows)
    )


def _request_for(source: str | BuildRequest, typed: Settings) -> BuildRequest:
    """Return what is asked for: of a zip, what the settings here say of it."""
    if not isinstance(source, str):
        return source
    return request_from(settings_for(source, typed), folder=".")
