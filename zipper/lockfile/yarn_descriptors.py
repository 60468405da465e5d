"""What yarn (2 and later) writes for descriptors, locators and conditions.

In: texts of a yarn.lock or of package.json. Out: their parts.

Source: `@yarnpkg/core` structUtils (`parseRange`, `bindDescriptor`, conditions), `@yarnpkg/parsers`
`parseResolution`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import unquote

__all__ = [
    "BUILTIN_PATCH",
    "Locator",
    "Override",
    "describe_address",
    "parse_conditions",
    "parse_locator",
    "parse_override",
    "plain_range",
]

BUILTIN_PATCH: Final = ("~builtin<", "builtin<")
"""How yarn's own patches begin, in place of a file's path."""

_BUILTIN: Final = re.compile(r"patch:.*#(?:~builtin|optional!builtin)<.*>")

_CONDITION: Final = re.compile(r"(!?)(os|cpu|libc)=([^\s()&|]+)")

_OVERRIDE: Final = re.compile(
    r"(?:(?P<parent>@[^/@]+/[^/@]+|[^/@]+)(?:@(?P<locator>[^/]+))?/)?"
    r"(?P<name>@[^/@]+/[^/@]+|[^/@]+)(?:@(?P<range>.+))?"
)


class Locator(NamedTuple):
    """One package: its real name, and where it is."""

    name: str
    reference: str
    """The range without its parameters: `npm:1.0.0`, `workspace:packages/a`, a URL, ..."""
    parameters: dict[str, str]
    """What is behind `::`, decoded."""


class Override(NamedTuple):
    """The key of an entry of `resolutions`."""

    parent: str
    """The name of the package that asks; empty for any."""
    parent_reference: str
    name: str
    range: str
    """The range that is asked for; empty for any."""


def parse_locator(text: str) -> Locator:
    """Return the parts of `name@reference::key=value&key=value`."""
    at = text.find("@", 1)
    name, rest = (text, "") if at < 0 else (text[:at], text[at + 1 :])
    reference, _, tail = rest.partition("::")
    pairs = (pair.partition("=") for pair in tail.split("&") if pair)
    return Locator(name, reference, {key: unquote(value) for key, _, value in pairs})


def plain_range(text: str) -> str:
    """Return what a range means however spelled: without `npm:`, parameters and builtin patches.

    `patch:typescript@npm%3A^4.9.5#~builtin<compat/typescript>` is what yarn makes of `^4.9.5`.
    """
    text = text.partition("::")[0]
    if _BUILTIN.fullmatch(text):
        text = parse_locator(unquote(text[len("patch:") :].rpartition("#")[0])).reference
    return text.removeprefix("npm:")


def parse_conditions(text: str) -> dict[str, tuple[str, ...]]:
    """Return `os`, `cpu` and `libc` of `os=linux & cpu=x64 & (libc=glibc | libc=musl)`."""
    found: dict[str, tuple[str, ...]] = {}
    for mark, field, value in _CONDITION.findall(text):
        found[field] = (*found.get(field, ()), f"{mark}{value}")
    return found


def parse_override(key: str) -> Override | None:
    """Return what the key of a resolution selects: `parent@reference/name@range`; None for none."""
    match = _OVERRIDE.fullmatch(key.removeprefix("**/"))
    if match is None:
        return None
    parts = (match["parent"], match["locator"], match["name"], match["range"])
    return Override(*(part or "" for part in parts))


def describe_address(reference: str) -> str:
    """Return npm's address of a tarball or of a commit."""
    address, _, rest = reference.partition("#")
    values = dict(pair.partition("=")[::2] for pair in rest.split("&") if pair)
    commit = values.get("commit")
    if commit is None:
        return address
    if "://" not in address:
        address = f"ssh://{address.replace(':', '/', 1)}"
    return f"{address if address.startswith(('git+', 'git:')) else f'git+{address}'}#{commit}"
