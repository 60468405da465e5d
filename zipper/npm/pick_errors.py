"""The errors of picking: npm's codes, with what is available and what to do.

In: a packument and what was wanted. Out: an error to be raised; who asked for it is added by
code that knows the tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.errors import ResolutionError
from zipper.npm import semver

if TYPE_CHECKING:
    from zipper.npm.packument import Packument

__all__ = ["no_match", "no_versions", "restricted_match"]

_SHOWN: Final = 4  # versions named in a message


def no_match(
    packument: Packument,
    wanted: str,
    *,
    before: str | float | None = None,
    avoid: str | None = None,
) -> ResolutionError:
    """Return ETARGET: nothing satisfies `wanted` (published by `before`, outside of `avoid`)."""
    message = f"no version of `{packument.name}` satisfies `{wanted}`"
    if before is not None:
        message += " and was published in time"
    if avoid is not None:
        message += f" and is outside of `{avoid}`"
    return ResolutionError(
        "ETARGET", message, facts=_facts(packument, before), hint=_hint(packument, before, wanted)
    )


def no_versions(packument: Packument, *, before: str | float | None = None) -> ResolutionError:
    """Return ENOVERSIONS: there is no version at all, or none published by `before`."""
    message = f"`{packument.name}` has no versions"
    if before is not None and packument.versions:
        message += " that were published in time"
    return ResolutionError(
        "ENOVERSIONS", message, facts=_facts(packument, before), hint=_hint(packument, before)
    )


def restricted_match(packument: Packument, wanted: str) -> ResolutionError:
    """Return E403: what satisfies is withheld by the registry's policy."""
    facts = [("withheld", ", ".join(list(packument.restricted)[:_SHOWN]))]
    if packument.restriction:
        facts.append(("registry says", packument.restriction[:500]))
    return ResolutionError(
        "E403",
        f"the registry's policy withholds what `{packument.name}@{wanted}` asks for",
        facts=(*facts, *_facts(packument, None)),
        hint="choose a version that is not withheld, or ask the registry's operator",
    )


def _facts(packument: Packument, before: str | float | None) -> tuple[tuple[str, str], ...]:
    facts = [("available", _list_versions(packument))] if packument.versions else []
    return tuple(facts if before is None else [*facts, ("published by", str(before))])


def _list_versions(packument: Packument) -> str:
    """Return the latest and the highest versions: `1.3.0 (latest), 1.2.0 and 9 more`."""
    tags: dict[str, list[str]] = {}
    for tag, version in packument.dist_tags.items():
        tags.setdefault(version, []).append(tag)
    highest = [version for version, _ in reversed(packument.ordered().entries)]
    latest = packument.dist_tags.get("latest", "")
    first = [latest] if latest in packument.versions else []
    names = list(dict.fromkeys([*first, *highest, *packument.versions]))
    shown = [f"{name} ({', '.join(tags[name][:3])})" if name in tags else name for name in names]
    rest = len(names) - _SHOWN
    return ", ".join(shown[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _hint(packument: Packument, before: str | float | None, wanted: str | None = None) -> str:
    if before is not None:
        return "choose a later date, or a range that older versions satisfy"
    latest = packument.dist_tags.get("latest", "")
    if wanted is not None and latest and semver.satisfies(latest, wanted):
        return f"the registry's manifest of `{latest}` cannot be used: tell its operator"
    if latest in packument.versions and semver.valid(latest) is not None:
        return f"`^{latest}` is what the registry has now; change the range, or add `overrides`"
    return "check the name and the registry in .npmrc"
