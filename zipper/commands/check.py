"""`zipper check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zipper.commands.click_options import settings_from_values, table_options
from zipper.commands.output import echo_lines, show_json, warn_of_variables, write_text
from zipper.commands.zip_names import complete_path, find_zip, list_zips, settings_for
from zipper.errors import UsageError, suggest
from zipper.pipeline.checking import check_requested
from zipper.report.as_text import describe_report
from zipper.settings.build_request import request_from
from zipper.target import RUNTIMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zipper.checks.build_codes import ToldCode
    from zipper.checks.results import Report
    from zipper.checks.rules import Rule
    from zipper.settings.values import Settings

__all__ = ["check_one", "command"]

_FORMATS = ("text", "json", "sarif", "github")


@click.command("check", short_help="Check a deployment package made by any tool.")
@click.argument(
    "path", metavar="[ZIP|NAME]...", nargs=-1, type=click.Path(), shell_complete=complete_path
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help="How the findings are written: `github` as annotations of GitHub Actions.",
)
@click.option("--list", "list_codes", is_flag=True, help="List all codes and exit.")
@click.option("--explain", metavar="CODE", help="Explain a code and exit.")
@click.option(
    "--baseline",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Count the findings that FILE knows, and fail for new ones only.",
)
@click.option(
    "--write-baseline",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write all findings into FILE, for --baseline, and exit with 0.",
)
@table_options("check")
def command(
    *,
    path: tuple[str, ...],
    form: str,
    as_json: bool,
    list_codes: bool,
    explain: str | None,
    baseline: Path | None,
    write_baseline: Path | None,
    **options: object,
) -> int:
    """Check each ZIP: whether Lambda accepts it, and whether its handler loads there.

    The zip may come from any tool. NAME is a function of the settings in this folder and means its
    zip; without either, the zips of all functions there are judged. Handler, runtime,
    architecture, layers and ignored codes come from the options, else from the ZIPPER_ variables
    and the settings in this folder, those of the function whose zip it is; else the handler is
    what `main` in the zip's package.json says.

    The exit status is 0 if it passes, and 1 for an error, with `--strict` for a warning too.

    \b
    Examples:
      python -m zipper check fn.zip --handler src/app.handler --runtime nodejs22.x
      python -m zipper check orders                 the zip of a function of the settings
      python -m zipper check fn.zip --layer sdk.zip --strict
      python -m zipper check layer.zip --kind layer
      python -m zipper check fn.zip --format sarif > fn.sarif
      python -m zipper check fn.zip --baseline known.json
      python -m zipper check --explain handler-missing
    """
    if list_codes or explain is not None:
        return _show_rules(explain)
    zips = tuple(map(find_zip, path)) or list_zips()
    typed = settings_from_values(options)
    if typed.ignore:
        _refuse_unknown_codes(typed.ignore)
    reports = [check_one(one, typed) for one in zips]
    shown = settings_for(zips[0], typed)
    warn_of_variables(shown)
    if write_baseline is not None:
        from zipper.report.baseline import make_baseline  # noqa: PLC0415  (for this option only)

        write_text(make_baseline(reports), write_baseline)
        return 0
    if baseline is not None:
        reports = _leave_out_known(reports, baseline, strict=bool(shown.strict))
    _show(
        reports,
        "json" if as_json else form,
        quiet=bool(shown.quiet),
        verbose=bool(shown.verbose),
    )
    return int(any(report.verdict == "fail" for report in reports))


def _leave_out_known(reports: list[Report], path: Path, *, strict: bool) -> list[Report]:
    """Return the reports without the findings that a baseline knows, and tell their number."""
    from zipper.report.baseline import apply_baseline, parse_baseline  # noqa: PLC0415  (the same)

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        hint = f"write it: `python -m zipper check ZIP --write-baseline {path}`"
        raise UsageError("EUSAGE", f"`{path}` cannot be read: {error}", hint=hint) from error
    known = parse_baseline(text, path=str(path))
    pairs = [apply_baseline(report, known, strict=strict) for report in reports]
    for report, count in pairs:
        click.echo(f"{report.path}: {count:,} findings are in the baseline `{path}`", err=True)
    return [report for report, _ in pairs]


def check_one(path: str, typed: Settings) -> Report:
    """Return the report of one zip, by the settings of the function whose zip it is."""
    settings = settings_for(path, typed)
    unknown = None if settings.runtime in (None, *RUNTIMES) else settings.runtime
    request = request_from(settings._replace(runtime=None) if unknown else settings, folder=".")
    return check_requested(path, request, unknown_runtime=unknown)


def _show(reports: list[Report], form: str, *, quiet: bool, verbose: bool) -> None:
    if form == "json":
        show_json(reports[0] if len(reports) == 1 else {"reports": reports})
    elif form == "sarif":
        from zipper.report.sarif import make_sarif  # noqa: PLC0415  (for this format only)

        show_json(make_sarif(reports, _rules()))
    elif form == "github":
        from zipper.report.github import describe_annotations  # noqa: PLC0415  (the same)

        for report in reports:
            echo_lines(describe_annotations(report, verbose=verbose))
    else:
        for report in reports:
            echo_lines(describe_report(report, quiet=quiet, verbose=verbose), fold=True)


def _rules() -> tuple[Rule | ToldCode, ...]:
    """Return what explains every code: those that rules find, and those that commands tell."""
    from zipper.checks.build_codes import TOLD_CODES  # noqa: PLC0415  (the same)
    from zipper.checks.member_rules import ALL_RULES  # noqa: PLC0415  (a table that few calls need)

    return (*ALL_RULES, *TOLD_CODES)


def _refuse_unknown_codes(codes: Iterable[str]) -> None:
    """Refuse a mistyped code, which would silently change nothing."""
    known = {rule.code for rule in _rules()}
    for code in codes:
        if code not in known:
            hint = suggest(code, sorted(known)) or "see `python -m zipper check --list`"
            raise UsageError("EUSAGE", f"there is no code `{code}`", hint=hint)


def _show_rules(code: str | None) -> int:
    from zipper.commands.help import explain_code, list_rules  # noqa: PLC0415  (for a reader)

    if code is not None:
        echo_lines(explain_code(code), fold=True)
        return 0
    rows = list_rules()
    width = max(map(len, rows))
    echo_lines(f"{known:<{width}}  {rules[0].summary}" for known, rules in rows.items())
    return 0
