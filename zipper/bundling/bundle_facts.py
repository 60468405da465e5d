"""What a finished bundle says: what it asks for outside of itself, and esbuild's warnings.

In: a `Bundle`. Out: values for notes, and findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.bundling.kept_packages import find_location
from zipper.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.bundling.bundler import Bundle
    from zipper.bundling.kept_packages import Surroundings

__all__ = ["list_asked", "tell_warnings"]


def list_asked(bundle: Bundle, around: Surroundings) -> tuple[tuple[str, str], ...]:
    """Return what the bundle asks for outside of itself, with the package that does so."""
    return tuple(
        sorted(
            {
                (find_location(path, around.places), one.path)
                for path, rows in bundle.meta.inputs.items()
                for one in rows
                if one.is_external
            }
        )
    )


def tell_warnings(bundle: Bundle) -> Iterator[Finding]:
    """Yield esbuild's warnings about the project's own sources."""
    for one in bundle.warnings:
        if not one.is_error:
            place = f"`{one.path}` line {one.line}: " if one.path else ""
            yield Finding(
                "bundle-warning",
                "warning",
                one.path,
                f"{place}esbuild says: {one.text}",
                f'mend it, or silence it: `logOverride = {{ {one.id} = "silent" }}`'
                if one.id
                else "mend it, if it matters",
            )
