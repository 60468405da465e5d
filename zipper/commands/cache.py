"""`zipper cache`: the store's place, size, soundness, repair, and what may go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zipper.commands.click_options import cache_option
from zipper.pipeline.cache_upkeep import Verified, measure, prune, repair, verify
from zipper.report.units import format_bytes, format_count
from zipper.settings.cache_folder import find_cache_dir
from zipper.store.store_zips import Store

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["command"]


@click.group("cache", short_help="Show, verify, repair or prune the store.")
def command() -> None:
    """Show, verify, repair or prune the store of already compressed packages.

    \b
    Examples:
      python -m zipper cache size
      python -m zipper cache prune --days 30
    """


@command.command("path")
@cache_option
def show_path(*, cache_dir: Path | None) -> None:
    """Print where the cache is."""
    click.echo(find_cache_dir(cache_dir))


@command.command("size")
@cache_option
def show_size(*, cache_dir: Path | None) -> None:
    """Print how many packages the store has, and their bytes."""
    size = measure(Store(find_cache_dir(cache_dir)))
    unpacked = size.unpacked_size_bytes
    more = f", and {format_bytes(unpacked)} unpacked for installs" if unpacked else ""
    click.echo(f"{format_count(size.packages, 'package')}, {format_bytes(size.size_bytes)}{more}")


@command.command("verify")
@cache_option
def verify_store(*, cache_dir: Path | None) -> int:
    """Inflate and check every member; name what is damaged, which `repair` removes."""
    result = verify(Store(find_cache_dir(cache_dir)))
    _show_damage(result, "damaged")
    if result.damaged:
        click.echo("\nhint: remove what is damaged: `python -m zipper cache repair`", err=True)
    return int(bool(result.damaged))


@command.command("repair")
@cache_option
def repair_store(*, cache_dir: Path | None) -> None:
    """Verify, and remove what is damaged; the next build fetches it again."""
    _show_damage(repair(Store(find_cache_dir(cache_dir))), "removed")


def _show_damage(result: Verified, what: str) -> None:
    for path in result.damaged:
        click.echo(f"{what}: {path}", err=True)
    click.echo(f"{format_count(result.sound, 'package')} sound, {len(result.damaged):,} {what}")


@command.command("prune")
@cache_option
@click.option(
    "--days",
    type=click.IntRange(min=0),
    default=90,
    show_default=True,
    help="Remove what no build used for so long.",
)
def prune_store(*, cache_dir: Path | None, days: int) -> None:
    """Remove packages, packuments and Nodes unused lately, other codecs' stores, leftovers."""
    result = prune(Store(find_cache_dir(cache_dir)), unused_days=days)
    click.echo(
        f"removed {format_count(result.packages, 'package')}, "
        f"{format_bytes(result.size_bytes + result.unpacked_size_bytes)}"
    )
