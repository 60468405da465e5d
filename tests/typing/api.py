"""The public names as people use them; mypy checks this file strictly, nobody runs it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import assert_never, assert_type

import zipper
from zipper.events import (
    BytesReceived,
    Event,
    FetchFinished,
    FetchRetried,
    FetchStarted,
    PackageStored,
    StageStarted,
    TarballsMissing,
)


def use_build() -> None:
    package = zipper.build(
        "fn",
        target=zipper.Target("nodejs22.x", "arm64"),
        handler="src/app.handler",
        output=Path("dist/fn.zip"),
        exclude=["test/"],
        omit={"optional"},
        on_event=show,
    )
    assert_type(package, zipper.Package)
    assert_type(package.size_bytes, int)
    assert_type(package.code_sha256, str)
    for finding in package.findings:
        print(finding.code, finding.severity, finding.path, finding.message, finding.hint)


def use_check() -> None:
    report = zipper.check("fn.zip", layers=["sdk.zip"], ignore={"junk-file"}, strict=True)
    assert_type(report, zipper.Report)
    if report.verdict == "fail":
        raise SystemExit(1)


def use_errors() -> None:
    try:
        zipper.build("nowhere")
    except zipper.ZipperError as error:
        assert_type(error.code, str)
        assert_type(error.hint, str | None)
        print(error)


def use_the_rest() -> None:
    zipper.plan("fn").contents.describe()
    assert_type(zipper.resolve("fn", update=["a"]).packages, int)
    assert_type(zipper.install("fn", into="build").path, str)
    assert_type(zipper.run("fn.zip", events=[b"{}"]).ok, bool)


async def use_asyncio() -> zipper.Package:
    return await asyncio.to_thread(zipper.build, "fn", offline=True)


def show(event: Event) -> None:
    match event:
        case StageStarted(stage, total):
            print(stage, total)
        case BytesReceived(label, size_bytes):
            print(label, size_bytes)
        case PackageStored(label):
            print(label)
        case _:
            pass


def tell_everything(event: Event) -> None:
    """Each event is one of these: mypy reports one that would be left over."""
    match event:
        case StageStarted(stage, total):
            print(f"{stage}: {total or 'some'} things")
        case TarballsMissing(total):
            print(f"{total} to fetch")
        case FetchStarted(label, size_bytes):
            print(f"{label}: {size_bytes or 'nobody knows how many'} bytes")
        case BytesReceived(label, size_bytes):
            print(f"{size_bytes} bytes of {label}")
        case FetchRetried(label, reason, _, wait_seconds):
            print(f"{label}: {reason}, once more after {wait_seconds} s")
        case FetchFinished(label, _, from_cache):
            print(f"{label} is here{' already' if from_cache else ''}")
        case PackageStored(label):
            print(f"{label} is kept")
        case _:
            assert_never(event)
