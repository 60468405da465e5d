"""How old a version must be before it counts, in the words of five tools.

In: npm's settings, and what the files of pnpm, yarn, bun and uv say, decoded. Out: one
`ReleaseAge`. Reading the files is the work of `zipper.project.release_age_files`.

Source: npm 11 `before`, `min-release-age`; pnpm 10.16 `minimumReleaseAge`; yarn 4.10
`npmMinimalAgeGate`; bun 1.3 `install.minimumReleaseAge`; uv 0.9 `exclude-newer`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.npm.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zipper.npm.npm_settings import NpmSettings

__all__ = [
    "ReleaseAge",
    "age_from_bun",
    "age_from_npm",
    "age_from_pnpm",
    "age_from_uv",
    "age_from_yarn",
    "strictest",
]

_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DAY_SECONDS: Final = 86_400.0
_MAX_SECONDS: Final = 100 * 365 * _DAY_SECONDS
_FRIENDLY: Final = (
    r"(?i:(\d+(?:\.\d+)?)\s*"
    r"(s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:ours?)?|d(?:ays?)?|w(?:eeks?)?))"
)
_ISO: Final = r"(?i:P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?)"
_DATE: Final = r"\d{4}-\d{2}-\d{2}"


class ReleaseAge(NamedTuple):
    """What must have been published for a while; either `seconds` or `before` is set.

    Attributes:
        seconds: versions younger than this do not count.
        before: versions that were published later do not count.
        exclude: names or globs of packages whose versions always count.
        source: the setting and its file, for messages.
    """

    seconds: float | None = None
    before: datetime | None = None
    exclude: tuple[str, ...] = ()
    source: str = ""

    def newest_allowed(self, now: datetime) -> datetime:
        """Return the moment after which publications do not count."""
        if self.before is not None:
            return self.before
        return now.astimezone(UTC) - timedelta(seconds=min(self.seconds or 0, _MAX_SECONDS))


def age_from_npm(settings: NpmSettings) -> ReleaseAge | None:
    """Return what `before` or `min-release-age` (days) says; None where neither is set.

    An age of 0 is an answer: it switches off what other files ask for.
    """
    exclude = settings.min_release_age_exclude
    if settings.before is not None:
        source = f"`before` in {settings.source_of('before')}"
        return ReleaseAge(before=settings.before, exclude=exclude, source=source)
    if settings.min_release_age is None:
        return None
    seconds = max(settings.min_release_age, 0) * _DAY_SECONDS
    source = f"`min-release-age` in {settings.source_of('min-release-age')}"
    return ReleaseAge(seconds=seconds, exclude=exclude, source=source)


def age_from_pnpm(settings: Mapping[str, object], path: str) -> ReleaseAge | None:
    """Return what pnpm-workspace.yaml says: `minimumReleaseAge` in minutes, and its exclusions.

    Deviation: an exclusion of certain versions (`name@1.0.0`) is not taken over: versions of
    every age are refused then, never one too many allowed.
    """
    seconds = _number(settings.get("minimumReleaseAge"), 60)
    if seconds is None:
        return None
    exclude = _names(settings.get("minimumReleaseAgeExclude"))
    return ReleaseAge(seconds=seconds, exclude=exclude, source=f"`minimumReleaseAge` in {path}")


def age_from_yarn(settings: Mapping[str, object], path: str) -> ReleaseAge | None:
    """Return what .yarnrc.yml says: `npmMinimalAgeGate` in minutes or as `3d`, and exclusions."""
    value = settings.get("npmMinimalAgeGate")
    seconds = _number(value, 60)
    if seconds is None:
        seconds = _duration(value) if isinstance(value, str) else None
    if seconds is None:
        return None
    exclude = _names(settings.get("npmPreapprovedPackages"))
    return ReleaseAge(seconds=seconds, exclude=exclude, source=f"`npmMinimalAgeGate` in {path}")


def age_from_bun(document: Mapping[str, object], path: str) -> ReleaseAge | None:
    """Return what a decoded bunfig.toml says: `install.minimumReleaseAge` in seconds."""
    install = document.get("install")
    if not isinstance(install, dict):
        return None
    seconds = install.get("minimumReleaseAge")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds > 0:
        return None
    excludes = install.get("minimumReleaseAgeExcludes")
    names = tuple(map(str, excludes)) if isinstance(excludes, list) else ()
    source = f"`install.minimumReleaseAge` in {path}"
    return ReleaseAge(seconds=float(seconds), exclude=_names(names), source=source)


def age_from_uv(table: Mapping[str, object], path: str) -> ReleaseAge | None:
    """Return what `[tool.uv]` or uv.toml says: `exclude-newer`, a date or a duration.

    What uv excludes by name are Python's packages and not npm's.
    """
    value = table.get("exclude-newer")
    source = f"`exclude-newer` in {path}"
    if isinstance(value, datetime):
        moment = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return ReleaseAge(before=moment, source=source)
    # A date without a time, quoted or not, includes its day.
    text = str(value).strip() if value is not None else ""
    seconds = _duration(text)
    if seconds is not None:
        return ReleaseAge(seconds=seconds, source=source)
    milliseconds = parse_date(text) if text[:4].isdigit() else float("nan")
    if milliseconds != milliseconds:  # noqa: PLR0124  (so is NaN told)
        return None
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    if re.fullmatch(_DATE, text):
        moment += timedelta(days=1)
    return ReleaseAge(before=moment, source=source)


def strictest(ages: Iterable[ReleaseAge], now: datetime) -> ReleaseAge | None:
    """Return the age that allows the least, the first of equal ones; None where there is none."""
    return min(ages, key=lambda age: age.newest_allowed(now), default=None)


def _number(value: object, unit_seconds: int) -> float | None:
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,12}(?:\.\d+)?", value):
        return None
    return float(value) * unit_seconds or None


def _duration(text: str) -> float | None:
    """Return the seconds of `3d`, `1 week` or `P7D`; None where the text is no duration."""
    friendly = re.fullmatch(_FRIENDLY, text.strip())
    if friendly is not None:
        return float(friendly[1]) * _SECONDS[friendly[2][0].lower()]
    iso = re.fullmatch(_ISO, text.strip())
    if iso is None or not any(iso.groups()):
        return None
    units = ("w", "d", "h", "m", "s")
    return float(
        sum(int(part or 0) * _SECONDS[unit] for part, unit in zip(iso.groups(), units, strict=True))
    )


def _names(value: object) -> tuple[str, ...]:
    """Return the exclusions that are names or globs, those of certain versions left out."""
    words = (value,) if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
    return tuple(word for word in map(str, words) if word and "@" not in word[1:])
