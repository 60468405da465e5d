"""Reads how old versions must be from the files of pnpm, yarn, bun and uv, where they are.

In: a project's folder. Out: `ReleaseAge` values. What the files mean is decided in
`zipper.npm.release_age`. Only a build that resolves something looks for them.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from zipper.npm.npm_settings import NpmSettings
    from zipper.npm.release_age import ReleaseAge

__all__ = ["AGE_FILES", "find_release_age"]

AGE_FILES: Final = (
    "pnpm-workspace.yaml",
    ".yarnrc.yml",
    "bunfig.toml",
    "uv.toml",
    "pyproject.toml",
)
"""All files that are looked into, in the project's folder."""


def find_release_age(
    root: Path, settings: NpmSettings, *, days: float | None, now: datetime
) -> ReleaseAge | None:
    """Return the age that holds in a project; None where none is set.

    zipper's own setting wins, then npm's; of the other tools' the strictest. 0 switches all off.

    Args:
        root: the project's folder.
        settings: npm's.
        days: zipper's own `min_release_age`, None where it is not set.
        now: to compare dates with ages.
    """
    from zipper.npm.release_age import (  # noqa: PLC0415  (when something is resolved)
        ReleaseAge,
        age_from_npm,
        strictest,
    )

    found = None
    if days is not None:
        exclude = settings.min_release_age_exclude
        source = "zipper's `min_release_age`"
        found = ReleaseAge(seconds=days * 86_400, exclude=exclude, source=source)
    found = found or age_from_npm(settings) or strictest(_read_ages(root), now)
    return found if found is not None and (found.before or found.seconds) else None


def _read_ages(root: Path) -> Iterator[ReleaseAge]:
    """Yield what each file says; one that cannot be read says nothing, as for its own tool."""
    from zipper.npm.release_age import (  # noqa: PLC0415  (when something is resolved)
        age_from_bun,
        age_from_pnpm,
        age_from_uv,
        age_from_yarn,
    )

    pnpm, yarn, bun, uv_own, uv_shared = AGE_FILES
    for name, parse in ((pnpm, age_from_pnpm), (yarn, age_from_yarn)):
        text = _read(root / name)
        if not text:
            continue
        from zipper.npm.yaml_settings import parse_settings  # noqa: PLC0415  (few have such a file)
        from zipper.npm.yaml_text import YamlFaultError  # noqa: PLC0415  (as above)

        with contextlib.suppress(YamlFaultError):
            if (age := parse(parse_settings(text), name)) is not None:
                yield age
    document = _read_toml(root / bun)
    if (age := age_from_bun(document, bun)) is not None:
        yield age
    uv = _read_toml(root / uv_own)
    if (age := age_from_uv(uv, uv_own)) is not None:
        yield age
    tool = _read_toml(root / uv_shared).get("tool")
    table = tool.get("uv") if isinstance(tool, dict) else None
    if not uv and isinstance(table, dict) and (age := age_from_uv(table, uv_shared)):
        yield age


def _read_toml(path: Path) -> Mapping[str, object]:
    text = _read(path)
    if not text:
        return {}
    import tomllib  # noqa: PLC0415  (few projects have such a file)

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, ValueError):
        return ""
