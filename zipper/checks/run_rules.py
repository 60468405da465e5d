"""Run rules over a zip.

In: a listing or the bytes of a zip, a target and options. Out: findings in a fixed order, or a
`Report`. Opening the file is the caller's work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.archive.listing import Listing, ZipSource, hash_zip, read_listing
from zipper.checks.rules import LISTING_RULES, Rule
from zipper.checks.size_rules import READ_MAX_BYTES
from zipper.checks.subject import Subject
from zipper.findings import Finding, decide_verdict, downgrade, leave_out
from zipper.kinds import ENTRY_VARIABLE, KINDS
from zipper.target import Target, default_handler

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from zipper.checks.file_facts import FactsCache
    from zipper.checks.nearby import Nearby
    from zipper.checks.results import Report
    from zipper.kinds import KindName

__all__ = ["check_listing", "check_zip", "find_handler", "find_start", "run_rules"]


def check_listing(  # noqa: PLR0913 - the options of a check, all by keyword
    listing: Listing,
    *,
    target: Target,
    handler: str | None,
    size_bytes: int,
    layers: tuple[Listing, ...] = (),
    unknown_layers: tuple[str, ...] = (),
    kind: KindName = "function",
    max_size_bytes: int | None = None,
    max_unzipped_size_bytes: int | None = None,
    rules: Iterable[Rule] = LISTING_RULES,
) -> tuple[Finding, ...]:
    """Return what the rules find; by default those that read the listing only.

    Args:
        listing: of the zip under test.
        target: the function's runtime and architecture.
        handler: such as `index.handler`; None leaves out the rules about it.
        size_bytes: of the zip.
        layers: in the order of the function's configuration.
        unknown_layers: ARNs of those whose content is not known here.
        kind: what the zip is for.
        max_size_bytes: the project's own limit of the zip.
        max_unzipped_size_bytes: the project's own limit of the unzipped package.
        rules: rows of the tables.
    """
    subject = Subject(
        listing=listing,
        target=target,
        handler=None if kind == "layer" else handler,
        size_bytes=size_bytes,
        layers=layers,
        unknown_layers=unknown_layers,
        kind=kind,
        max_size_bytes=max_size_bytes,
        max_unzipped_size_bytes=max_unzipped_size_bytes,
    )
    return run_rules(subject, rules)


def check_zip(  # noqa: PLR0913 - the options of `zipper check`, all by keyword
    source: ZipSource,
    *,
    path: str,
    target: Target,
    code_sha256: str = "",
    handler: str | None = None,
    layers: tuple[Listing, ...] = (),
    unknown_layers: tuple[str, ...] = (),
    kind: KindName = "function",
    ignore: Collection[str] = (),
    strict: bool = False,
    facts: FactsCache | None = None,
    max_size_bytes: int | None = None,
    max_unzipped_size_bytes: int | None = None,
    unknown_runtime: str | None = None,
    tells_case: bool = False,
    today: str | None = None,
    downgraded: Collection[str] = (),
    provided: tuple[str, ...] = (),
    timeout_seconds: float = 0,
    variables: Mapping[str, str] | None = None,
    nearby: Nearby | None = None,
    listing: Listing | None = None,
) -> Report:
    """Return the report of all rules about the zip in `source`.

    Args:
        source: the zip; mapped, so that only what is read takes memory.
        path: as it is shown in the report.
        target: the function's runtime and architecture.
        code_sha256: the zip's hash, where it is known.
        handler: such as `index.handler`; None takes what package.json says, see `find_handler`.
        layers: listings in the order of the function's configuration.
        unknown_layers: ARNs of those whose content is not known here.
        kind: what the zip is for.
        ignore: codes whose warnings and infos are left out; errors are never left out.
        strict: whether a warning makes the verdict `fail`.
        facts: remembers what was found in files, for the next check.
        max_size_bytes: the project's own limit of the zip.
        max_unzipped_size_bytes: the project's own limit of the unzipped package.
        unknown_runtime: the name of a runtime that the table does not have; `target` stands in.
        tells_case: whether names that differ in their case only clash.
        today: an ISO date, for runtimes that are deprecated by now.
        downgraded: entries whose errors are reported as warnings, see `zipper.findings.downgrade`.
        provided: modules that something else brings.
        timeout_seconds: of the function; 0 where it is not known.
        variables: what is known of its environment, NODE_OPTIONS among it.
        nearby: the workspace that the zip was built in.
        listing: of the zip, where it was read already.

    Raises:
        Nothing: a file that is no zip has a report too.
    """
    from zipper.checks.binaries import scan_binaries  # noqa: PLC0415 - not needed by `build`
    from zipper.checks.closure import close, summarize  # noqa: PLC0415 - as above
    from zipper.checks.member_rules import ALL_RULES  # noqa: PLC0415 - as above
    from zipper.checks.parts import note_parts  # noqa: PLC0415 - as above
    from zipper.checks.results import Report  # noqa: PLC0415 - as above

    if listing is None:
        listing = read_listing(source, None if facts is None else facts.parts.runs)
    subject = Subject(
        listing=listing,
        target=target,
        handler=None if kind == "layer" else handler or find_start(listing, kind, variables or {}),
        size_bytes=len(source),
        layers=layers,
        unknown_layers=unknown_layers,
        kind=kind,
        max_size_bytes=max_size_bytes,
        max_unzipped_size_bytes=max_unzipped_size_bytes,
        unknown_runtime=unknown_runtime,
        nearby=nearby,
        tells_case=tells_case,
        today=today,
        provided=provided,
        timeout_seconds=timeout_seconds,
        variables=variables,
        code_sha256=code_sha256 or hash_zip(source),
        cache=facts,
    )
    rules, start = LISTING_RULES, None
    if subject.unzipped_size_bytes <= READ_MAX_BYTES:
        scan_binaries(subject)
        rules, start = ALL_RULES, close(subject)
    found = downgrade(run_rules(subject, rules), downgraded)
    findings = leave_out(found, ignore)
    note_parts(subject)
    report = Report(
        path=path,
        size_bytes=subject.size_bytes,
        unzipped_size_bytes=subject.unzipped_size_bytes,
        code_sha256=subject.code_sha256,
        files=len(subject.files),
        verdict=decide_verdict(findings, strict=strict),
        findings=findings,
        kind=kind,
        closure=None if start is None else summarize(start.walk),
    )
    # What was found out leads back to the subject: of many functions each would stay in memory.
    subject.__dict__.clear()
    return report


def find_start(listing: Listing, kind: KindName, variables: Mapping[str, str]) -> str:
    """Return the handler that the package.json of a zip means, or a web function's entry file."""
    if KINDS[kind].starts != "entry":
        return find_handler(listing)
    from zipper.checks.entry_rules import find_entry  # noqa: PLC0415 - as above

    main = Subject(listing=listing, target=Target()).package_json.get("main")
    return find_entry(listing.by_name, main, variables.get(ENTRY_VARIABLE))


def find_handler(listing: Listing) -> str:
    """Return the handler that the package.json at the root of a zip means."""
    return default_handler(Subject(listing=listing, target=Target()).package_json)


def run_rules(subject: Subject, rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """Return what `rules` find about `subject`, in their order, each finding once."""
    functions = dict.fromkeys(rule.find for rule in rules)
    found = dict.fromkeys(finding for find in functions for finding in find(subject))
    if subject.rules.starts == "entry":
        found = dict.fromkeys(map(_reword, found))
    return tuple(found)


def _reword(finding: Finding) -> Finding:
    """Return what is said of a handler as it is of an entry file."""
    message = finding.message.replace("loading the handler fails", "the server does not start")
    return finding._replace(message=message.replace("the handler's", "the entry"))
