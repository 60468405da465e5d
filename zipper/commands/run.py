"""`zipper run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from zipper.commands.click_options import settings_from_values, table_options
from zipper.commands.event_files import read_event
from zipper.commands.output import (
    Shower,
    echo_lines,
    show_json,
    warn_of_variables,
    write_text,
)
from zipper.commands.zip_names import complete_path, find_zip, settings_for
from zipper.errors import UsageError
from zipper.kinds import KINDS
from zipper.node.result import to_document
from zipper.node.run_text import describe_run
from zipper.node.sample_events import SAMPLES, read_sample
from zipper.node.web_requests import is_request_line, parse_request
from zipper.pipeline.running import run_requested
from zipper.settings.build_request import request_from

if TYPE_CHECKING:
    from zipper.settings.build_request import BuildRequest

__all__ = ["command"]

_MORE: Final = "; `--sample sqs` takes one of AWS's"


@click.command("run", short_help="Run a zip as Lambda would, in a Node of its runtime.")
@click.argument("path", metavar="ZIP|NAME", type=click.Path(), shell_complete=complete_path)
@click.option(
    "--event",
    "event_files",
    multiple=True,
    metavar="FILE|-",
    help="A JSON event, `-` for stdin; several share one process.  [default: {}]",
)
@click.option(
    "--sample", "samples", multiple=True, type=click.Choice(SAMPLES), help="An event as AWS sends."
)
@click.option(
    "--trace",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write which of its files it opens, for `build --trace`.",
)
@click.option(
    "--request",
    "requests",
    multiple=True,
    metavar="LINE|FILE|-",
    help="A request to a web function: `GET /path`, or a JSON file.  [default: GET /]",
)
@table_options("run")
def command(
    *,
    path: str,
    event_files: tuple[str, ...],
    samples: tuple[str, ...],
    trace: Path | None,
    requests: tuple[str, ...],
    as_json: bool,
    **options: object,
) -> int:
    """Run the handler in ZIP, made by any tool, as Lambda would.

    NAME is a function of the settings in this folder and means its zip.

    It runs in a Node of the function's runtime that is kept apart from any other on this machine,
    from a folder without parents, with Lambda's variables, search path and limits; nothing of your
    environment reaches it but what `--env` gives. The exit status is 1 if the function failed.

    \b
    Examples:
      python -m zipper run fn.zip --event event.json
      python -m zipper run fn.zip --sample api-gateway-v2 --memory 512 --timeout 10
      python -m zipper run fn.zip --event event.json --trace opened.json
      python -m zipper run web.zip --kind web --request 'GET /' --request post.json
      echo '{"id": 7}' | python -m zipper run fn.zip --event - --env TABLE=orders
    """
    path = find_zip(path)
    request = request_from(settings_for(path, settings_from_values(options)), folder=".")
    warn_of_variables(request)
    with Shower(request, as_json=as_json) as shower:
        result = run_requested(
            path,
            request,
            events=_read_all(request, event_files, samples, requests),
            environment={},
            on_event=shower.on_event,
            traces=trace is not None,
        )
    if trace is not None:
        from zipper.pipeline.pruned_zips import make_trace  # noqa: PLC0415  (for a trace)

        write_text(make_trace(result), trace)
    if as_json:
        show_json(to_document(result))
    elif not request.quiet:
        echo_lines(describe_run(result, verbose=request.verbose), fold=True)
    return int(not result.ok)


def _read_all(
    request: BuildRequest, files: tuple[str, ...], samples: tuple[str, ...], lines: tuple[str, ...]
) -> tuple[bytes, ...]:
    """Return what the function gets: events, or requests where it is a web function."""
    is_web = KINDS[request.kind].starts == "entry"
    if is_web and (files or samples):
        raise UsageError(
            "EUSAGE",
            "a web function takes requests, and no events",
            hint="--request 'GET /'",
        )
    if not is_web and lines:
        raise UsageError(
            "EUSAGE",
            "`--request` is for web functions",
            hint="add `--kind web`, or send an event: `--event FILE`",
        )
    if not is_web:
        return _read_events(files, samples)
    return tuple(
        parse_request(line if is_request_line(line) else read_event(line, more=_MORE))
        for line in lines or ("GET /",)
    )


def _read_events(files: tuple[str, ...], samples: tuple[str, ...]) -> tuple[bytes, ...]:
    events = [read_event(name, more=_MORE) for name in files]
    events += [read_sample(name) for name in samples]
    return tuple(events) or (b"{}",)
