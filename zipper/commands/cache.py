"""`zipper cache`: the store's place, size, soundness, repair, and what may go."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zipper.commands.click_options import settings_from_values, table_options
from zipper.commands.output import warn_of_variables
from zipper.pipeline.cache_upkeep import Verified, find_strangers, measure, prune, repair, verify
from zipper.report.units import format_bytes, format_count
from zipper.settings.cache_folder import find_cache_dir
from zipper.settings.read_settings import read_settings
from zipper.settings.values import merge
from zipper.store.note_upkeep import measure_notes
from zipper.store.store_zips import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["command"]


@click.group("cache", short_help="Show, verify, repair or prune the store.")
def command() -> None:
    """Show, verify, repair or prune the store of already compressed packages.

    \b
    Examples:
      python -m zipper cache size
      python -m zipper cache prune --days 30
    """


def _find_folder(options: Mapping[str, object]) -> Path:
    """Return the folder of the cache, by what was typed and the settings here."""
    here = read_settings(Path(), environ=os.environ)
    settings = merge(here, settings_from_values(options))
    warn_of_variables(settings)
    return find_cache_dir(settings.cache_dir)


def _open_store(options: Mapping[str, object]) -> Store:
    return Store(_find_folder(options))


@command.command("path")
@table_options("cache")
def show_path(**options: object) -> None:
    """Print where the cache is."""
    click.echo(_find_folder(options))


@command.command("size")
@table_options("cache")
def show_size(**options: object) -> None:
    """Print how many packages the store has, how many results are noted, and their bytes."""
    store = _open_store(options)
    size = measure(store)
    unpacked = size.unpacked_size_bytes
    more = f", and {format_bytes(unpacked)} unpacked for installs" if unpacked else ""
    click.echo(f"{format_count(size.packages, 'package')}, {format_bytes(size.size_bytes)}{more}")
    for kind, notes, size_bytes in measure_notes(store.cache_dir):
        if notes:
            click.echo(f"{format_count(notes, 'note')} of {kind}, {format_bytes(size_bytes)}")


@command.command("verify")
@table_options("cache")
def verify_store(**options: object) -> int:
    """Inflate and check every member; name what is damaged, which `repair` removes."""
    store = _open_store(options)
    result = verify(store)
    _show_damage(result, "damaged")
    if result.damaged:
        click.echo("\nhint: remove what is damaged: `python -m zipper cache repair`", err=True)
    group = find_strangers(store)
    if group is not None:
        click.echo(f"warning: {group} can write to the cache", err=True)
    return int(bool(result.damaged))


@command.command("repair")
@table_options("cache")
def repair_store(**options: object) -> None:
    """Verify, and remove what is damaged; the next build fetches it again."""
    _show_damage(repair(_open_store(options)), "removed")


def _show_damage(result: Verified, what: str) -> None:
    for path in result.damaged:
        click.echo(f"{what}: {path}", err=True)
    click.echo(f"{format_count(result.sound, 'package')} sound, {len(result.damaged):,} {what}")


@command.command("prune")
@table_options("cache")
@click.option(
    "--days",
    type=click.IntRange(min=0),
    default=90,
    show_default=True,
    help="Remove what no build used for so long.",
)
def prune_store(*, days: int, **options: object) -> None:
    """Remove packages, packuments, notes and Nodes unused lately, other codecs' stores, leftovers.

    So go the notes that another version of zipper has made.
    """
    result = prune(_open_store(options), unused_days=days)
    click.echo(
        f"removed {format_count(result.packages, 'package')}, "
        f"{format_bytes(result.size_bytes + result.unpacked_size_bytes)}"
    )
