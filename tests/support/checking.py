"""Judging a package that a test writes down as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.mutations import pack
from zipper.archive.listing import read_listing
from zipper.checks.run_rules import check_zip
from zipper.pipeline.parts_in_memory import PartsInMemory
from zipper.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zipper.checks.file_facts import FactKey
    from zipper.checks.results import Report

__all__ = ["Memory", "Texts", "check_files", "judge_each", "zip_files"]

Texts = "Mapping[str, str | bytes | tuple[str | bytes, int]]"
"""Contents by name, with a mode where it is not 0644."""


class Memory:
    """What one run remembers, and what it has written down."""

    def __init__(self, noted: Mapping[FactKey, bytes] | None = None) -> None:
        self.noted = dict(noted or {})
        self.parts = PartsInMemory()

    def get_many(self, keys: Iterable[FactKey]) -> Mapping[FactKey, bytes]:
        """Return what was written down."""
        return {key: self.noted[key] for key in keys if key in self.noted}

    def put_many(self, values: Mapping[FactKey, bytes]) -> None:
        """Write down."""
        self.noted |= values


def zip_files(files: Texts) -> bytes:
    """Return a zip of `files`."""
    pairs = {n: value if isinstance(value, tuple) else (value, 0o644) for n, value in files.items()}
    return pack({n: (t.encode() if isinstance(t, str) else t, m) for n, (t, m) in pairs.items()})


def check_files(
    files: Texts,
    *,
    handler: str | None = "index.handler",
    runtime: str = "nodejs24.x",
    layers: Iterable[Texts] = (),
    **options: object,
) -> Report:
    """Return the report about a package of `files`."""
    return check_zip(
        zip_files(files),
        path="out.zip",
        target=Target(runtime),
        handler=handler,
        layers=tuple(read_listing(zip_files(layer)) for layer in layers),
        **options,  # type: ignore[arg-type]
    )


def judge_each(texts: Iterable[str], **options: object) -> list[str]:
    """Return how severe it is for each CommonJS text that a module is missing which it asks for.

    Each is a file of one package, and judged as if it was alone; empty where nothing is missing.
    """
    files = {f"p{number}.js": text for number, text in enumerate(texts)}
    handler = "".join(f"require('./{name}');" for name in files)
    index = f"{handler} exports.handler = async () => 1;"
    report = check_files({**files, "index.js": index}, **options)  # type: ignore[arg-type]
    found = dict.fromkeys(files, "")
    for finding in sorted(report.findings, key=lambda one: "info warning error".find(one.severity)):
        if finding.code in ("module-missing", "module-optional-missing"):
            found[finding.path or ""] = finding.severity
    return [found[name] for name in files]
