"""`zipper explain --cold`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.commands.output import Shower, echo_lines, show_json
from zipper.commands.zip_names import settings_for
from zipper.errors import UsageError
from zipper.pipeline.explaining_cold import explain_cold
from zipper.report.cold_start import describe_cold
from zipper.settings.build_request import request_from

if TYPE_CHECKING:
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.values import Settings

__all__ = ["show_cold"]


def show_cold(source: str | BuildRequest, typed: Settings, form: str, *, every: bool) -> int:
    """Print what a zip loads at once.

    Raises:
        UsageError: EUSAGE for a project: its zip is what runs.
    """
    if not isinstance(source, str):
        raise UsageError(
            "EUSAGE",
            "`--cold` runs the init of a zip, and this is a project",
            hint="build it, and name its zip",
        )
    request = request_from(settings_for(source, typed), folder=".")
    with Shower(request, as_json=form == "json") as shower:
        found = explain_cold(source, request, shower.on_event)
    if form == "json":
        modules = [one._asdict() for one in found.modules]
        packages = [one._asdict() for one in found.packages]
        show_json({**found._asdict(), "packages": packages, "modules": modules})
    else:
        echo_lines(describe_cold(found, every=every))
    return 0
