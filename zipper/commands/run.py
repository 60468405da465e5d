"""`zipper run`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zipper.commands.click_options import (
    cache_option,
    function_options,
    network_options,
    node_option,
    output_options,
    settings_from_values,
)
from zipper.commands.output import Shower, echo_lines, show_json
from zipper.commands.zip_names import complete_path, find_zip, settings_for
from zipper.errors import UsageError
from zipper.node.result import to_document
from zipper.node.run_text import describe_run
from zipper.node.sample_events import SAMPLES, read_sample
from zipper.pipeline.running import run
from zipper.target import DEFAULT_RUNTIME, Target

if TYPE_CHECKING:
    from zipper.settings.values import Settings

__all__ = ["command"]


@click.command("run", short_help="Run a zip as Lambda would, in a Node of its runtime.")
@click.argument("path", metavar="ZIP|NAME", type=click.Path(), shell_complete=complete_path)
@function_options
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
    "--memory",
    "memory_mb",
    type=int,
    default=128,
    show_default=True,
    metavar="MB",
    help="Memory of the function, Node included.",
)
@click.option(
    "--timeout",
    "timeout_seconds",
    type=float,
    default=3,
    show_default=True,
    metavar="SECONDS",
    help="Time for one invocation.",
)
@click.option(
    "--limits",
    type=click.Choice(["standard", "preview"]),
    default="standard",
    show_default=True,
    help="Today's limits of the service, or its first ones: 1 GB, 60 s.",
)
@click.option("--env", "variables", multiple=True, metavar="NAME=VALUE", help="A variable for it.")
@click.option("--layer", "layers", multiple=True, type=click.Path(), metavar="ZIP", help="A layer.")
@click.option(
    "--concurrency",
    type=int,
    default=1,
    show_default=True,
    metavar="N",
    help="Processes that start at once; each takes all events.",
)
@click.option("--no-network", is_flag=True, help="Let it reach no network, where that is possible.")
@click.option(
    "--runtime-modules", type=click.Path(), metavar="DIR", help="Stands for the runtime's AWS SDK."
)
@node_option
@network_options
@cache_option
@output_options
def command(  # noqa: PLR0913  (click gives each option as an argument)
    *,
    path: str,
    event_files: tuple[str, ...],
    samples: tuple[str, ...],
    memory_mb: int,
    timeout_seconds: float,
    limits: str,
    variables: tuple[str, ...],
    concurrency: int,
    no_network: bool,
    runtime_modules: str | None,
    offline: bool,
    cache_dir: Path | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    no_progress: bool,
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
      echo '{"id": 7}' | python -m zipper run fn.zip --event - --env TABLE=orders
    """
    path = find_zip(path)
    settings = settings_for(path, settings_from_values(options))
    with Shower(quiet=quiet or as_json, progress=not no_progress) as shower:
        result = run(
            path,
            target=_target_of(settings),
            handler=settings.handler,
            events=_read_events(event_files, samples),
            layers=settings.layers or (),
            memory_mb=memory_mb,
            timeout_seconds=timeout_seconds,
            limits=limits,
            environment=dict(_split_variable(text) for text in variables),
            network=not no_network,
            concurrency=concurrency,
            runtime_modules=runtime_modules,
            node=settings.node,
            node_mirror=settings.node_mirror,
            registry=settings.registry,
            offline=offline,
            cache_dir=cache_dir,
            on_event=shower.on_event,
        )
    if as_json:
        show_json(to_document(result))
    elif not quiet:
        echo_lines(describe_run(result, verbose=verbose), fold=True)
    return int(not result.ok)


def _target_of(settings: Settings) -> Target:
    return Target(settings.runtime or DEFAULT_RUNTIME, settings.architecture or "x86_64")


def _read_events(files: tuple[str, ...], samples: tuple[str, ...]) -> tuple[bytes, ...]:
    events = [_read_event(name) for name in files]
    events += [read_sample(name) for name in samples]
    return tuple(events) or (b"{}",)


def _read_event(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as cause:
        raise UsageError(
            "EUSAGE",
            f"cannot read the event `{name}`: {cause.strerror or cause}",
            hint="name a JSON file, `-` for stdin, or take one of AWS's: `--sample sqs`",
        ) from cause


def _split_variable(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark or not name:
        raise UsageError("EUSAGE", f"`--env {text}` has no value", hint="write `--env NAME=VALUE`")
    return name, value
