"""What the kinds of functions cannot have, row by row of the table of kinds."""

from __future__ import annotations

import json

import pytest
from support.checking import zip_files

from zipper.archive.listing import read_listing
from zipper.checks.run_rules import check_listing, check_zip
from zipper.kinds import KINDS
from zipper.target import RUNTIMES, Target

HANDLER = "exports.handler = async () => 1;"
MEBIBYTE = 1 << 20


def found(kind, *, runtime="nodejs24.x", architecture="x86_64", **options):
    """Return code to severity of what is found about a small zip."""
    report = check_zip(
        zip_files({"index.js": HANDLER}),
        path="f.zip",
        target=Target(runtime, architecture),
        handler="index.handler",
        kind=kind,
        **options,
    )
    return {one.code: one.severity for one in report.findings}


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize(
    ("kind", "refused", "doubted"),
    [
        ("function", set(), set()),
        ("web", set(RUNTIMES) - {"nodejs24.x"}, set()),
        ("edge", set(), {"nodejs26.x"}),
    ],
)
def test_runtimes(kind: str, refused: set[str], doubted: set[str], runtime: str) -> None:
    """A web function has nodejs24.x alone; the edge's own list may be longer than the table."""
    expected = "error" if runtime in refused else "warning" if runtime in doubted else None

    assert expected == found(kind, runtime=runtime).get("kind-runtime")


@pytest.mark.parametrize(
    ("kind", "architecture", "is_refused"),
    [
        ("function", "arm64", False),
        ("layer", "arm64", False),
        ("web", "x86_64", True),
        ("web", "arm64", False),
        ("edge", "arm64", True),
        ("edge", "x86_64", False),
    ],
)
def test_architectures(kind: str, architecture: str, is_refused: bool) -> None:
    """Web functions run on arm64, functions at the edge on x86_64."""
    assert is_refused == ("kind-architecture" in found(kind, architecture=architecture))


@pytest.mark.parametrize(
    ("kind", "options", "code"),
    [
        ("edge", {"unknown_layers": ("arn:aws:lambda:::awslayer:a",)}, "kind-layers"),
        ("web", {"unknown_layers": ("arn:aws:lambda:::awslayer:a",)}, "kind-layers"),
        ("edge", {"variables": {"A1": "x"}}, "kind-variables"),
        ("edge", {"variables": {"NODE_OPTIONS": "--no-warnings"}}, "kind-variables"),
    ],
)
def test_what_is_not_taken(kind: str, options: dict, code: str) -> None:
    """Neither takes layers, and the edge takes no variables; a function takes both."""
    assert "error" == found(kind, **options).get(code)
    assert code not in found("function", **options)
    assert code not in found(kind)


@pytest.mark.parametrize(
    ("kind", "seconds", "severity"),
    [
        ("function", 900, None),
        ("function", 901, "warning"),
        ("function", 1800, "warning"),
        ("function", 1801, "error"),
        ("web", 900, None),
        ("web", 901, "error"),
        ("edge", 5, None),
        ("edge", 6, "warning"),
        ("edge", 31, "error"),
    ],
)
def test_timeouts(kind: str, seconds: float, severity: str | None) -> None:
    """Between what all pages of AWS say and the most that one of them says is a warning."""
    assert severity == found(kind, timeout_seconds=seconds).get("timeout-long")


@pytest.mark.parametrize(
    ("kind", "size_bytes", "severity"),
    [
        ("function", 50 * MEBIBYTE, None),
        ("function", 50 * MEBIBYTE + 1, "warning"),
        ("edge", MEBIBYTE, None),
        ("edge", MEBIBYTE + 1, "warning"),
        ("edge", 50 * MEBIBYTE + 1, "error"),
        ("web", 400 * MEBIBYTE, None),
    ],
)
def test_zipped_sizes(kind: str, size_bytes: int, severity: str | None) -> None:
    """The edge has two quotas; a web function comes from S3, whatever its size."""
    listing = read_listing(zip_files({"index.js": HANDLER}))
    findings = check_listing(
        listing, target=Target(), handler="index.handler", size_bytes=size_bytes, kind=kind
    )

    assert severity == {one.code: one.severity for one in findings}.get("size-zipped")


@pytest.mark.parametrize(("kind", "most"), [("function", 250), ("edge", 250), ("web", 512)])
def test_unzipped_sizes(kind: str, most: int) -> None:
    """A web function may have twice as much as others."""
    small = len(HANDLER).to_bytes(4, "little")
    for size, is_refused in ((most * MEBIBYTE - 1, False), (most * MEBIBYTE, True)):
        archive = zip_files({"index.js": HANDLER}).replace(small, size.to_bytes(4, "little"))
        listing = read_listing(archive)
        findings = check_listing(
            listing, target=Target(), handler="index.handler", size_bytes=1, kind=kind
        )
        codes = {one.code for one in findings if one.severity == "error"}
        assert is_refused == ("size-unzipped" in codes)


@pytest.mark.parametrize(("count", "is_refused"), [(5, False), (6, True)])
def test_five_layers_are_the_most(count: int, is_refused: bool) -> None:
    """ARNs and zips count together."""
    layers = tuple(f"arn:aws:lambda:::awslayer:a{number}" for number in range(count))

    assert is_refused == ("kind-layers" in found("function", unknown_layers=layers))


@pytest.mark.parametrize(
    ("name", "is_refused"),
    [
        ("nodejs/node_modules/a/index.js", False),
        ("deps/nodejs/node_modules/a/index.js", True),
        ("bin/nodejs/node_modules/a/index.js", False),
    ],
)
def test_a_wrapped_layer(name: str, is_refused: bool) -> None:
    """A folder around `nodejs` hides all packages."""
    listing = read_listing(zip_files({name: ""}))
    findings = check_listing(listing, target=Target(), handler=None, size_bytes=1, kind="layer")

    errors = {one.code for one in findings if one.severity == "error"}
    assert is_refused == ("layout-layer" in errors)


@pytest.mark.parametrize(("architecture", "severity"), [("arm64", None), ("x86_64", "warning")])
def test_a_layer_for_another_processor(architecture: str, severity: str | None) -> None:
    """A package that has its platform packages for another one only is no use to any function."""
    names = {f"@img/sharp-linux-{cpu}": "1" for cpu in ("x64", "arm64")}
    home = "nodejs/node_modules"
    files = {
        f"{home}/sharp/package.json": json.dumps({"name": "sharp", "optionalDependencies": names}),
        f"{home}/@img/sharp-linux-arm64/package.json": '{"os": ["linux"], "cpu": ["arm64"]}',
    }
    report = check_zip(
        zip_files(files), path="l", target=Target("nodejs24.x", architecture), kind="layer"
    )

    found = {one.code: one.severity for one in report.findings}
    assert severity == found.get("binary-arch")


def test_every_kind_names_its_source() -> None:
    """A row says where it was read, and when."""
    for kind in KINDS.values():
        assert kind.source
        assert "2026-11-29" <= kind.as_of


@pytest.mark.parametrize(
    ("runtime", "is_there"), [("nodejs20.x", False), ("nodejs22.x", True), ("nodejs24.x", True)]
)
def test_what_else_the_runtimes_bring(runtime: str, is_there: bool) -> None:
    """The SDK of durable functions is in nodejs22.x and 24.x, and in no other."""
    text = f"require('@aws/durable-execution-sdk-js'); {HANDLER}"
    report = check_zip(
        zip_files({"index.js": text}), path="f", target=Target(runtime), handler="index.handler"
    )

    assert is_there == ("module-missing" not in {one.code for one in report.findings})


def test_dates_that_pages_disagree_about() -> None:
    """A deprecated runtime's message has both pages' dates."""
    report = check_zip(
        zip_files({"index.js": HANDLER}),
        path="f",
        target=Target("nodejs20.x"),
        handler="index.handler",
        today="2026-11-29",
    )

    text = next(one.message for one in report.findings if one.code == "runtime-deprecated")
    assert all(date in text for date in ("2027-02-01", "2027-03-03", "2026-08-31", "2026-09-30"))
