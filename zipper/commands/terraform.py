"""`zipper terraform`: the program of an `external` data source.

In: one JSON object of strings on standard input. Out: one on standard output, and nothing else.
Source: the protocol in the documentation of the provider `hashicorp/external`.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Final

import click

from zipper.commands.click_options import settings_from_values, table_options
from zipper.commands.output import echo_lines, show_json
from zipper.errors import UsageError, suggest
from zipper.report.as_text import describe_findings
from zipper.settings.read_settings import find_request
from zipper.settings.values import Settings, merge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.package import Package

__all__ = ["command"]

_KEYS: Final = {
    "project": None,
    "function": None,
    "output": "output",
    "runtime": "runtime",
    "arch": "architecture",
    "handler": "handler",
}
"""The keys of a query, and the options that they are."""

_QUERY_BYTES_MAX: Final = 1 << 20


@click.command("terraform", short_help="Build for Terraform: an `external` data source's program.")
@table_options("terraform")
def command(**options: object) -> int:
    """Read a query on standard input, build, and print the answer: JSON of strings both times.

    It is the program of an `external` data source of Terraform or OpenTofu; see `python -m zipper
    help terraform`. The query may have `project` or `function`, `output`, `runtime`, `arch` and
    `handler`; what it leaves out comes from the settings in the working directory. The answer has
    `path`, as `output` was spelled, `code_sha256`, `handler`, `runtime`, `architecture`,
    `size_bytes` and `unzipped_size_bytes`. A zip that is what it would be is not written again.

    \b
    Examples:
      echo '{"project": "functions/orders"}' | python -m zipper terraform
    """
    query = _parse_query(sys.stdin.buffer.read(_QUERY_BYTES_MAX + 1))
    request = find_request(
        query.get("function") or _as_folder(query.get("project")),
        merge(settings_from_values(options), _settings_of(query)),
        command="terraform",
    )
    from zipper.pipeline.answering import build_answer  # noqa: PLC0415  (where there is a query)

    package = build_answer(request)
    shown = ("error", "warning") if package.ok or request.strict else ("error",)
    echo_lines(describe_findings(package.findings, severities=shown), err=True)
    if not package.ok:
        return 1
    if not package.written:
        echo_lines(
            [f"warning: `{package.path}` cannot be written here; the answer says what it would be"],
            err=True,
        )
    show_json(_answer(package, query.get("output", "")))
    return 0


def _parse_query(data: bytes) -> Mapping[str, str]:
    """Return the query; an empty value counts as absent, as an empty variable does.

    Raises:
        UsageError: EUSAGE for what is no JSON object of strings, and for an unknown key.
    """
    hint = 'such as: echo \'{"project": "functions/orders"}\' | python -m zipper terraform'
    if len(data) > _QUERY_BYTES_MAX:
        raise UsageError("EUSAGE", "the query on standard input is too large", hint=hint)
    try:
        query = json.loads(data)
    except (ValueError, RecursionError) as cause:
        message = f"standard input has no query, which is a JSON object: {cause}"
        raise UsageError("EUSAGE", message, hint=hint) from cause
    if not isinstance(query, dict):
        raise UsageError("EUSAGE", "the query on standard input is no JSON object", hint=hint)
    for key, value in query.items():
        if key not in _KEYS:
            known = ", ".join(_KEYS)
            near = suggest(key, _KEYS) or f"there are: {known}"
            raise UsageError("EUSAGE", f"unknown key `{key}` in the query", hint=near)
        if not isinstance(value, str):
            raise UsageError("EUSAGE", f"`{key}` in the query has to be a string", hint=hint)
    return {key: value for key, value in query.items() if value}


def _settings_of(query: Mapping[str, str]) -> Settings:
    if "project" in query and "function" in query:
        raise UsageError(
            "EUSAGE",
            "`project` and `function` in the query both say what to build",
            hint="leave out `project`: the settings of the function name its folder",
        )
    typed = {option: query[key] for key, option in _KEYS.items() if option and key in query}
    return settings_from_values(typed)


def _as_folder(project: str | None) -> str | None:
    """Return the path so that it cannot be taken for the name of a function."""
    return project and f"{project.rstrip('/') or '/'}/"


def _answer(package: Package, output: str) -> dict[str, str]:
    """Return the answer: no path of this machine, so that a plan is the same on all of them."""
    if not output or output.endswith(("/", os.sep)):
        output += os.path.basename(package.path) if output else _relative(package.path)  # noqa: PTH119  (a text)
    return {
        "path": output,
        "code_sha256": package.code_sha256,
        "handler": package.handler,
        "runtime": package.runtime,
        "architecture": package.architecture,
        "size_bytes": str(package.size_bytes),
        "unzipped_size_bytes": str(package.unzipped_size_bytes),
    }


def _relative(path: str) -> str:
    try:
        return os.path.relpath(path, os.path.realpath(".")).replace(os.sep, "/")
    except ValueError:  # another drive of Windows
        return path
