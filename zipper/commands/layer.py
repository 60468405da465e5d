"""`zipper layer`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zipper.commands.build_work import show_built
from zipper.commands.click_options import settings_from_values, table_options
from zipper.commands.output import Shower, show_json
from zipper.commands.zip_names import complete_layer
from zipper.pipeline.building_all import BuiltFunction, build_each
from zipper.pipeline.layer_building import find_layers

if TYPE_CHECKING:
    from zipper.settings.build_request import BuildRequest

__all__ = ["command"]


@click.command("layer", short_help="Build a layer of a project's dependencies.")
@click.argument("name", metavar="[NAME|PROJECT]", required=False, shell_complete=complete_layer)
@click.option("--dry-run", is_flag=True, help="Judge the layer in memory, write no zip.")
@table_options("layer")
def command(*, name: str | None, dry_run: bool, as_json: bool, **options: object) -> int:
    """Build the layers of `[tool.zipper.layers.NAME]`, or the one called NAME.

    Without such tables: one layer of all dependencies of the project here, or in PROJECT. A layer
    has `nodejs/node_modules/` with the packages that `--package` names, by default all, each with
    everything that it needs; and the files of the folder that `--files` names, such as `bin/` and
    `lib/`. It changes only when its content does.

    A function takes its layers from `layers` in the settings, or from `--layer`, and leaves out
    what they hold at the same instance; see `zipper help layers`.

    \b
    Examples:
      python -m zipper layer                                  every layer of the settings
      python -m zipper layer deps -o dist/
      python -m zipper layer --package sharp --arch arm64 -o sharp.zip
      python -m zipper layer --files vendor/chromium --package @sparticuz/chromium
    """
    requests = find_layers(name, settings_from_values(options))
    shown = requests[0]
    shower = Shower(shown, as_json=as_json)
    with shower:
        if dry_run:
            built = _rehearse(requests, shower)
        else:
            built = build_each(requests, on_event=shower.on_event)
    if as_json:
        rows = [item.as_json() for item in built]
        show_json(rows[0] if len(rows) == 1 and built[0].error is None else {"layers": rows})
    else:
        show_built(built, quiet=shown.quiet, verbose=shown.verbose)
    return int(any(item.has_failed for item in built))


def _rehearse(requests: tuple[BuildRequest, ...], shower: Shower) -> tuple[BuiltFunction, ...]:
    from zipper.pipeline.building import rehearse_requested  # noqa: PLC0415  (for a dry run only)

    return tuple(
        BuiltFunction(request, rehearse_requested(request, on_event=shower.on_event)[1])
        for request in requests
    )
