"""Which install scripts may run: a list of names, as the user wrote it. Pure.

In: `allow_scripts` entries, npm's `allowScripts` and `ignore-scripts`. Out: a `Consent` that
answers for a name and a version. Without an entry that names it, no script runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zipper.errors import UsageError
from zipper.npm.package_name import is_valid_name
from zipper.npm.semver import parse, parse_range, satisfies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zipper.tree.model import Node

__all__ = ["Consent", "identify", "read_consent"]

_ANY: Final = frozenset({"", "*"})


@dataclass(frozen=True, slots=True)
class Consent:
    """Names with ranges that are allowed, and those that are denied; a denial wins."""

    allowed: tuple[tuple[str, str], ...] = ()
    denied: tuple[tuple[str, str], ...] = ()

    def allows(self, name: str, version: str) -> bool:
        """Tell whether the scripts of `name@version` may run."""
        return not _matches(self.denied, name, version) and _matches(self.allowed, name, version)


def read_consent(
    allow_scripts: Iterable[str],
    *,
    npm_policy: object = None,
    ignore_scripts: bool = False,
) -> Consent:
    """Return the consent in zipper's and npm's settings.

    Args:
        allow_scripts: zipper's entries: `name` or `name@range`.
        npm_policy: `allowScripts` of the project's package.json: an object of entry to boolean,
            where npm knows names and exact versions (joined by `||`); other entries count for
            nothing, as for npm.
        ignore_scripts: npm's setting; nothing runs then.

    Raises:
        UsageError: EUSAGE for an entry of zipper's that is no name, or whose range is none.

    Source: @npmcli/arborist 9 script-allowed.js for npm's policy.
    Deviation: zipper's own entries may have ranges; npm refuses them, because they allow versions
    that nobody has looked at. The lockfile pins the version here.
    """
    if ignore_scripts:
        return Consent()
    allowed = [_parse_entry(entry) for entry in allow_scripts]
    denied: list[tuple[str, str]] = []
    for key, value in npm_policy.items() if isinstance(npm_policy, dict) else ():
        name, version_range = _split(key) if isinstance(key, str) else ("", "")
        if is_valid_name(name) and _is_exact(version_range):
            if value is True:
                allowed.append((name, version_range))
            elif value is False:
                denied.append((name, version_range))
    return Consent(tuple(allowed), tuple(denied))


def identify(node: Node) -> tuple[str, str] | None:
    """Return name and version by which a node of the registry is known; None for others.

    From the lockfile and the tree, never from the tarball's own package.json, which can claim any
    name. A bundled package has no identity of its own: its scripts never run, as with npm.
    """
    if node.in_bundle or node.link_target is not None or not node.location:
        return None
    if node.resolved is not None and not node.resolved.startswith(("https://", "http://")):
        return None
    return node.package_name, node.version


def _parse_entry(entry: str) -> tuple[str, str]:
    name, version_range = _split(entry)
    if not is_valid_name(name):
        raise UsageError(
            "EUSAGE",
            f"`{entry}` in allow_scripts names no package",
            hint="write a name such as `esbuild`, or `@prisma/client@5`",
        )
    if version_range not in _ANY and parse_range(version_range) is None:
        raise UsageError(
            "EUSAGE",
            f"`{version_range}` in allow_scripts is no range of versions",
            facts=(("entry", entry),),
            hint=f"write `{name}` for every version, or `{name}@1.2.3`",
        )
    return name, version_range


def _split(entry: str) -> tuple[str, str]:
    """Return name and range; the @ of a scope is part of the name."""
    head, at, tail = entry.strip()[1:].partition("@")
    return entry.strip()[:1] + head, tail.strip() if at else ""


def _is_exact(version_range: str) -> bool:
    if version_range in _ANY:
        return True
    return all(parse(part.strip()) is not None for part in version_range.split("||"))


def _matches(entries: Iterable[tuple[str, str]], name: str, version: str) -> bool:
    return any(
        entry_name == name
        and (version_range in _ANY or satisfies(version, version_range, loose=True))
        for entry_name, version_range in entries
    )
