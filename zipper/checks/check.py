"""Run rules over a zip.

In: a listing or the bytes of a zip, a target and options. Out: findings in a fixed order, or a
`Report`. Opening the file is the caller's work.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from zipper.archive.listing import Listing
from zipper.checks.findings import Finding
from zipper.checks.rules import LISTING_RULES, Rule
from zipper.checks.subject import Kind, Subject
from zipper.target import Target

__all__ = ["check_listing", "run_rules"]


def check_listing(
    listing: Listing,
    *,
    target: Target,
    handler: str | None,
    size_bytes: int,
    layers: tuple[Listing, ...] = (),
    kind: Kind = "function",
    ignore: Collection[str] = (),
    rules: Iterable[Rule] = LISTING_RULES,
) -> tuple[Finding, ...]:
    """Return what the rules find; by default those that read the listing only.

    Args:
        listing: of the zip under test.
        target: the function's runtime and architecture.
        handler: such as `index.handler`; None leaves out the rules about it.
        size_bytes: of the zip.
        layers: in the order of the function's configuration.
        kind: whether the zip is a function's or a layer's.
        ignore: codes whose warnings and infos are left out; errors are never left out.
        rules: rows of the tables.
    """
    subject = Subject(
        listing=listing,
        target=target,
        handler=handler,
        size_bytes=size_bytes,
        layers=layers,
        kind=kind,
    )
    return run_rules(subject, rules, ignore=ignore)


def run_rules(
    subject: Subject, rules: Iterable[Rule], *, ignore: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Return what `rules` find about `subject`, in their order, each finding once."""
    functions = dict.fromkeys(rule.find for rule in rules)
    found = dict.fromkeys(finding for find in functions for finding in find(subject))
    return tuple(f for f in found if f.severity == "error" or f.code not in ignore)
