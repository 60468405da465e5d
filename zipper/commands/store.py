"""`zipper store`: keys that sign what machines share, and whether it is right."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zipper.commands.click_options import settings_from_values, table_options
from zipper.commands.output import echo_lines, show_json, warn_of_variables
from zipper.errors import OutputError
from zipper.files import write_file
from zipper.pipeline.auditing_store import audit_store
from zipper.settings.read_settings import read_settings
from zipper.settings.values import merge
from zipper.sharing.signing import make_key

if TYPE_CHECKING:
    from zipper.pipeline.auditing_store import Audited

__all__ = ["command"]

_PERCENT = 100.0


@click.group("store", short_help="Make keys for a store that machines share, and audit it.")
def command() -> None:
    """Make keys for a store of packages that machines share, and audit it.

    \b
    Examples:
      python -m zipper store keygen --into zipper-store.key
      python -m zipper store audit --store-url s3://acme-packages/zipper --sample 1%
    """


@command.command("keygen", short_help="Make a key that signs claims.")
@click.option(
    "--into",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where the secret key goes; only you can read it.",
)
def keygen(*, into: Path) -> None:
    """Write a new secret key into FILE, and print the public one.

    The secret one belongs to the CI job that builds the main branch, as `ZIPPER_STORE_KEY`; the
    public one to `store_accept` in the settings of everyone who uses what that job has made.
    """
    if into.exists() or into.is_symlink():
        raise OutputError(
            "EOUTPUT",
            f"`{into}` is there already",
            hint="name another file, or remove it if no job signs with that key any more",
        )
    pair = make_key()
    write_file(into, [[f"{pair.secret}\n".encode("ascii")]], error=OutputError, mode=0o600)
    click.echo(pair.public)


class _Percent(click.ParamType):  # type: ignore[type-arg]  # older ones have none
    """A share of a whole, such as `1%`."""

    name = "percent"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the share, from 0 to 1."""
        try:
            found = float(str(value).removesuffix("%")) / _PERCENT
        except ValueError:
            found = -1.0
        if not 0 < found <= 1:
            self.fail(f"`{value}` is no percentage, such as `1%`", param, ctx)
        return found


@command.command("audit", short_help="Work a sample of its store zips out again.")
@table_options("store")
@click.option(
    "--sample", type=_Percent(), default="1%", show_default=True, help="How many to look at."
)
@click.option("--seed", type=int, help="Of the choice, to have the same one again.")
def audit(*, sample: float, seed: int | None, as_json: bool, **options: object) -> int:
    """Make a sample of the store's zips again of their tarballs, and compare them.

    Exits with 1 where one is not what its claim says, and names the claim.
    """
    settings = merge(read_settings(Path(), environ=os.environ), settings_from_values(options))
    warn_of_variables(settings)
    found = audit_store(settings, share=sample, seed=seed)
    if as_json:
        show_json(found)
    else:
        echo_lines(_describe(found))
    return int(bool(found.wrong))


def _describe(found: Audited) -> list[str]:
    lines = [
        f"wrong: {one.package}@{one.version}: {one.reason}\n  claim:  {one.name}\n"
        f"  signer: {one.signer}\n  scope:  {one.scope}"
        for one in found.wrong
    ]
    lines.append(
        f"{found.sampled:,} of {found.claims:,} claims: {found.sound:,} right, "
        f"{len(found.wrong):,} wrong, {found.foreign:,} of signers that do not count here, "
        f"{found.without_tarball:,} without their tarball"
    )
    return lines
