"""`zipper help`: reference pages, and what each code means.

In: a topic or a code. Out: its page or paragraph, from `zipper/docs` and the tables of rules.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

import zipper
from zipper.commands.output import echo_lines
from zipper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zipper.checks.build_codes import ToldCode
    from zipper.checks.rules import Rule

__all__ = ["command", "explain_code", "list_rules", "read_errors"]

TOPICS: Final[Mapping[str, str]] = {
    "settings": "every key of the settings, its variable and its option",
    "findings": "what a finding is, and every code",
    "errors": "every error code: cause, example, cure",
    "layers": "layers: what is in one, and what a function leaves to it",
    "web": "web functions and Lambda@Edge: kinds of function, and their rules",
    "typescript": "handlers in TypeScript: which files, which esbuild",
    "prune": "taking out what cannot run, and the proof",
    "bundles": "one file, what stays outside of it, and why",
    "lockfiles": "which lockfile counts, and what is exact",
    "registries": "registries, proxies, credentials, working offline",
    "scripts": "install scripts, and which Node.js runs them",
    "run": "running a zip under Lambda's conditions",
    "caches": "what is kept where, and for how long",
    "store": "a store of packages that machines share",
    "security": "what zipper protects from, and how",
    "hooks": "building with setuptools, hatchling or PDM",
    "ci": "continuous integration and exit statuses",
    "deploy": "building, comparing and updating a function in AWS",
    "events": "what sends events to a function in AWS, and taking all away",
    "permissions": "what a function may do, who may call it, and its role",
    "terraform": "zips for Terraform and OpenTofu",
    "cdk": "zips for AWS CDK, and fingerprints",
    "sam": "zips and folders for AWS SAM, and containers",
    "pulumi": "zips for Pulumi",
    "serverless": "zips for the Serverless Framework",
    "comparison": "beside SAM, CDK, Serverless and Terraform",
}

_DOCS: Final = Path(zipper.__file__).parent / "docs"
_SERVER_ERROR: Final = re.compile(r"E5\d\d")


@click.command("help", short_help="Show a reference page, or explain a code.")
@click.argument("topic", metavar="[TOPIC|CODE]", required=False)
def command(*, topic: str | None) -> None:
    """Show the page of a topic, or explain the code of a finding or an error.

    \b
    Examples:
      python -m zipper help                    the topics
      python -m zipper help lockfiles          a page
      python -m zipper help module-missing     a finding
      python -m zipper help ETARGET            an error
    """
    if topic is None:
        width = max(map(len, TOPICS))
        echo_lines(f"{name:<{width}}  {sentence}" for name, sentence in TOPICS.items())
        return
    echo_lines(explain(topic))


def explain(topic: str) -> list[str]:
    """Return the lines of a topic's page, or of a code's paragraph.

    Raises:
        UsageError: EUSAGE for a word that is neither; it names the nearest.
    """
    if topic not in TOPICS:
        return explain_code(topic, beside=TOPICS)
    text = (_DOCS / f"{topic}.md").read_text(encoding="utf-8").rstrip("\n")
    return [*text.split("\n"), *_generated(topic)]


def explain_code(code: str, *, beside: Iterable[str] = ()) -> list[str]:
    """Return the paragraph of a finding's or an error's code.

    Raises:
        UsageError: EUSAGE for an unknown code; it names the nearest, of words `beside` them too.
    """
    rules = list_rules().get(code)
    if rules:
        return list(_explain_rules(rules))
    errors = read_errors()
    name = "E5XX" if _SERVER_ERROR.fullmatch(code.upper()) else code.upper()
    if name in errors:
        return errors[name].split("\n")
    import difflib  # noqa: PLC0415  (for a mistyped word only)

    near = difflib.get_close_matches(code, [*beside, *list_rules()], n=1)
    near = near or difflib.get_close_matches(name, errors, n=1)
    hint = f"did you mean `{near[0]}`?" if near else "`python -m zipper help` lists what there is"
    what = "no topic and no code" if beside else "no code"
    raise UsageError("EUSAGE", f"there is {what} `{code}`", hint=hint)


def list_rules() -> dict[str, list[Rule | ToldCode]]:
    """Return the rows of each finding's code: those that rules find, and those of commands."""
    from zipper.checks.build_codes import TOLD_CODES  # noqa: PLC0415  (a table few calls need)
    from zipper.checks.member_rules import ALL_RULES  # noqa: PLC0415  (the same)

    rows: dict[str, list[Rule | ToldCode]] = {}
    every: tuple[Rule | ToldCode, ...] = (*ALL_RULES, *TOLD_CODES)
    for rule in every:
        rows.setdefault(rule.code, []).append(rule)
    return rows


def read_errors() -> dict[str, str]:
    """Return the paragraph of each error's code, by the code in capitals."""
    _, *sections = (_DOCS / "errors.md").read_text(encoding="utf-8").split("\n## ")
    return {
        code.upper(): section.rstrip("\n")
        for section in sections
        for code in section.partition("\n")[0].split(", ")
    }


def _generated(topic: str) -> Iterator[str]:
    """Yield what a table of the code adds to a page."""
    if topic == "findings":
        rows = list_rules()
        width = max(map(len, rows))
        yield ""
        yield from (f"    {code:<{width}}  {rules[0].summary}" for code, rules in rows.items())
    if topic == "settings":
        from zipper.report import settings_reference  # noqa: PLC0415  (for this page)

        yield from settings_reference.describe_settings()
        yield from settings_reference.describe_deploy_settings()
    if topic == "events":
        from zipper.report import settings_reference  # noqa: PLC0415  (for this page only)

        yield from settings_reference.describe_event_sources()


def _explain_rules(rules: list[Rule | ToldCode]) -> Iterator[str]:
    for number, rule in enumerate(rules):
        if number:
            yield ""
        yield f"{rule.code}: {rule.summary}"
        yield ""
        yield rule.text
        yield ""
        yield f"example: {rule.example}"
        yield f"source: {rule.source}"
