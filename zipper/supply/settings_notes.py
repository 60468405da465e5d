"""What npm's settings say that npm itself would warn about, as findings of a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.checks.findings import Finding

if TYPE_CHECKING:
    from zipper.npm.npm_settings import NpmSettings

__all__ = ["find_notes"]


def find_notes(settings: NpmSettings) -> tuple[Finding, ...]:
    """Return a finding `npmrc-ignored` for each setting that cannot be used as it is written."""
    return tuple(
        Finding(
            "npmrc-ignored",
            "warning",
            note.source.place.rpartition("/")[2] if note.source.line is not None else "",
            f"{note.message} ({note.source})",
            note.hint or "correct it, or remove it",
        )
        for note in settings.notes
    )
