"""Errors by their kind, code and hint."""

from __future__ import annotations

import zipper


def try_build(project: str) -> zipper.Package | None:
    try:
        return zipper.build(project, raise_on_error=True)
    except zipper.errors.RegistryError as error:
        if error.code == "EOFFLINE":
            return None
        raise
    except zipper.ZipperError as error:
        facts: tuple[tuple[str, str], ...] = error.facts
        print(error.code, error.message, error.hint, facts)
        return None
