"""Advisories in the OSV format, as vulnerability databases are published for use without network.

In: decoded records. Out: `Advisory` values for npm's packages. Opening files is the work of
`zipper.pipeline.auditing`.

Source: the Open Source Vulnerability format 1.6, `affected[]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from zipper.supply.advisories import LEVELS, Advisory

if TYPE_CHECKING:
    from zipper.supply.advisories import Level

__all__ = ["parse_record"]


def parse_record(record: object) -> Iterator[Advisory]:
    """Yield an advisory for each npm package that a record is about; none of a withdrawn one."""
    if not isinstance(record, Mapping) or record.get("withdrawn"):
        return
    identifier = str(record.get("id") or "")
    aliases = record.get("aliases")
    for affected in _objects(record.get("affected")):
        package = affected.get("package")
        if not isinstance(package, Mapping) or package.get("ecosystem") != "npm":
            continue
        versions = affected.get("versions")
        listed = versions if isinstance(versions, list) else []
        yield Advisory(
            id=identifier,
            name=str(package.get("name")),
            title=str(record.get("summary") or ""),
            level=_find_level(record, affected),
            url=_find_url(record),
            aliases=tuple(map(str, aliases)) if isinstance(aliases, list) else (),
            ranges=tuple(_ranges(affected)),
            versions=frozenset(str(version) for version in listed),
        )


def _ranges(affected: Mapping[str, object]) -> Iterator[str]:
    """Yield npm's spelling of each stretch of versions, from `introduced` to `fixed`."""
    for item in _objects(affected.get("ranges")):
        if item.get("type") != "SEMVER":
            continue
        start: str | None = None
        for event in _objects(item.get("events")):
            if "introduced" in event:
                start = str(event["introduced"])
            elif start is not None and ("fixed" in event or "last_affected" in event):
                sign, end = (
                    ("<", event["fixed"]) if "fixed" in event else ("<=", event["last_affected"])
                )
                yield f"{_from(start)}{sign}{end}"
                start = None
        if start is not None:
            yield _from(start).strip() or "*"


def _from(version: str) -> str:
    return "" if version == "0" else f">={version} "


def _find_level(record: Mapping[str, object], affected: Mapping[str, object]) -> Level | None:
    """Return the level; malicious packages are recorded without one."""
    if str(record.get("id")).startswith("MAL-"):
        return "critical"
    for holder in (affected, record):
        for key in ("database_specific", "ecosystem_specific"):
            told = holder.get(key)
            level = str(told.get("severity") or "").lower() if isinstance(told, Mapping) else ""
            level = "moderate" if level == "medium" else level
            if level in LEVELS:
                return level
    return None


def _find_url(record: Mapping[str, object]) -> str:
    references = _objects(record.get("references"))
    by_type = {str(item.get("type")): str(item.get("url") or "") for item in references}
    return by_type.get("ADVISORY") or next(iter(by_type.values()), "")


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, Mapping))
