"""Which install scripts may run: a list of names, as the user wrote it. Pure.

In: `allow_scripts` entries, npm's `allowScripts` and `ignore-scripts`. Out: a `Consent` that
answers for a name and a version, and the locations in a tree that it allows. Without an entry that
names it, no script runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from zipper.errors import UsageError, ZipperError
from zipper.npm.package_name import is_valid_name
from zipper.npm.semver import parse, parse_range, satisfies
from zipper.npm.spec import resolve_spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zipper.npm.spec import Spec
    from zipper.tree.model import Edge, Node, Tree

__all__ = ["Consent", "find_allowed", "identify", "read_consent"]

_ANY: Final = frozenset({"", "*"})
_TARBALL: Final = re.compile(
    r"(?:^|/)(?P<scope>@[^/]+/)?(?P<base>[^/@]+)/-/(?P=base)-(?P<version>[^/]+)\.tgz\Z"
)
"""The path of a tarball on a registry, which may lie below other folders."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Names with ranges that are allowed, and those that are denied; a denial wins."""

    allowed: tuple[tuple[str, str], ...] = ()
    denied: tuple[tuple[str, str], ...] = ()

    def allows(self, name: str, version: str) -> bool:
        """Return whether the scripts of `name@version` may run.

        An unknown version, the empty text, is denied by every denial and allowed by bare names.
        """
        denied = _matches(self.denied, name, version, unknown=True)
        return not denied and _matches(self.allowed, name, version, unknown=False)


def read_consent(
    allow_scripts: Iterable[str],
    *,
    npm_policy: object = None,
    npm_allowed: Iterable[str] = (),
    ignore_scripts: bool = False,
) -> Consent:
    """Return the consent in zipper's and npm's settings.

    Args:
        allow_scripts: zipper's entries: `name` or `name@range`.
        npm_policy: `allowScripts` of the project's package.json: an object of entry to boolean,
            where npm knows names and exact versions (joined by `||`); other entries count for
            nothing, as for npm.
        npm_allowed: npm's setting `allow-scripts`, which counts where there is no policy.
        ignore_scripts: npm's setting; nothing runs then.

    Raises:
        UsageError: EUSAGE for an entry of zipper's that is no name, or whose range is none.

    Source: @npmcli/arborist 9 script-allowed.js, npm 11 lib/utils/resolve-allow-scripts.js.
    Deviation: zipper's own entries may have ranges; npm refuses them, because they allow versions
    that were never reviewed. The lockfile pins the version here.
    """
    if ignore_scripts:
        return Consent()
    allowed = [_parse_entry(entry) for entry in allow_scripts]
    denied: list[tuple[str, str]] = []
    policy = _read_policy(npm_policy) or _read_policy(dict.fromkeys(npm_allowed, True))
    for entry, value in policy.items():
        if value is True:
            allowed.append(entry)
        elif value is False:
            denied.append(entry)
    return Consent(tuple(allowed), tuple(denied))


def _read_policy(policy: object) -> dict[tuple[str, str], object]:
    """Return the entries that npm would not ignore: name and range, to what was said."""
    entries = policy.items() if isinstance(policy, dict) else ()
    split = {_split(key): value for key, value in entries if isinstance(key, str)}
    return {
        (name, versions): value
        for (name, versions), value in split.items()
        if is_valid_name(name) and _is_exact(versions)
    }


def find_allowed(tree: Tree, consent: Consent) -> frozenset[str]:
    """Return the locations of the packages whose scripts may run."""
    named = {name for name, _ in consent.allowed}
    edges: dict[str, list[Edge]] = {}
    for location in tree.nodes if named else ():
        for edge in tree.edges_out(location):
            if edge.target is not None:
                edges.setdefault(edge.target, []).append(edge)
    return frozenset(
        location
        for location, node in tree.nodes.items()
        if named
        and (identity := identify(node, edges.get(location, ()))) is not None
        and consent.allows(*identity)
    )


def identify(node: Node, asked: Sequence[Edge]) -> tuple[str, str] | None:
    """Return the name and version by which a registry knows the node; None for others.

    The tarball's address tells both, never the tarball's own package.json, which can claim any
    name. Where the address is of another form, the name is the one that was asked for, and the
    version is unknown: an empty text. A bundled package has no identity: its scripts never run.

    Args:
        node: one of a tree.
        asked: the edges that lead to the node; none of them may name an address or a repository.

    Source: @npmcli/arborist 9 script-allowed.js, version-from-tgz.js.
    Deviation: a lockfile without addresses is believed in its versions: zipper makes the address
    of them. npm takes them for unknown.
    """
    if node.in_bundle or node.link_target is not None or not node.location:
        return None
    if node.resolved is not None and not node.resolved.startswith(("https://", "http://")):
        return None
    specs = [_parse_spec(edge) for edge in asked]
    if not all(spec is not None and spec.registry for spec in specs):
        return None
    if node.resolved is None:
        return node.package_name, node.version
    found = _TARBALL.search(unquote(urlsplit(node.resolved).path))
    if found is not None and parse(found["version"]) is not None:
        return f"{found['scope'] or ''}{found['base']}", found["version"]
    spec = specs[0] if specs else None
    name = None if spec is None else (spec.sub_spec or spec).name
    return None if name is None else (name, "")


def _parse_spec(edge: Edge) -> Spec | None:
    try:
        return resolve_spec(edge.name, edge.spec, where="/")
    except ZipperError:
        return None  # an override gave it another spec, or resolving would have failed


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
            f"`{version_range}` in allow_scripts is not a range of versions",
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


def _matches(entries: Iterable[tuple[str, str]], name: str, version: str, *, unknown: bool) -> bool:
    return any(
        entry_name == name
        and (
            version_range in _ANY
            or (satisfies(version, version_range, loose=True) if version else unknown)
        )
        for entry_name, version_range in entries
    )
