"""What findings about sizes say: the numbers, the largest parts, and why each package is there."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from support.checking import check_files, zip_files

from zipper.archive.listing import Listing, read_listing
from zipper.checks.run_rules import check_listing, check_zip
from zipper.target import Target

H = "exports.handler=()=>1;"
LARGEST = "The largest: `b.bin` 50, `index.js` 22"
GOES = "take 1 bytes or more out; `--exclude '/b.bin'` leaves out 50 bytes"
DIRECTLY = "more than 52,428,800 cannot be uploaded directly"
UPLOAD = (
    "upload it to S3 and give `S3Bucket` and `S3Key`, or leave out what the function does not need"
)


@pytest.mark.parametrize(
    ("kind", "size_bytes", "severity", "says", "hint"),
    [
        ("edge", 52_428_801, "error", "a Lambda@Edge function can have 52,428,800", GOES),
        (
            "edge",
            52_428_800,
            "warning",
            "for viewer events CloudFront takes 1,048,576, for origin events 52,428,800",
            GOES.replace("1 bytes", "51,380,224 bytes").partition(";")[0],
        ),
        (
            "function",
            52_428_801,
            "warning",
            DIRECTLY,
            UPLOAD,
        ),
        (
            "layer",
            52_428_801,
            "warning",
            DIRECTLY,
            UPLOAD,
        ),
    ],
)
def test_a_large_zip(kind: str, size_bytes: int, severity: str, says: str, hint: str) -> None:
    """What its kind may have, what is largest in it, and what to do."""
    listing = read_listing(zip_files({"index.js": H, "b.bin": "x" * 50}))
    findings = check_listing(
        listing, target=Target(), handler="index.handler", size_bytes=size_bytes, kind=kind
    )

    assert [(severity, f"the zip has {size_bytes:,} bytes; {says}. {LARGEST}", hint)] == [
        (one.severity, one.message, one.hint) for one in findings if one.code == "size-zipped"
    ]


@pytest.mark.parametrize(
    ("folder", "manifests", "reason"),
    [
        ("", {"": {"dependencies": {"x": "1"}}}, " (a dependency of the project)"),
        ("", {"": {"optionalDependencies": {"x": "1"}}}, " (a dependency of the project)"),
        ("", {"": {"devDependencies": {"x": "1"}}}, ""),
        ("", {"": {"dependencies": ["x"]}}, ""),
        ("", {"a": {"dependencies": {"x": "1"}}}, " (needed by `a`)"),
        ("", {"@s/a": {"optionalDependencies": {"x": "1"}}}, " (needed by `@s/a`)"),
        ("", {"a": {"peerDependencies": {"x": "1"}}}, ""),
        ("", {"a": {"dependencies": {"y": "1"}, "name": "x"}}, ""),
        (
            "",
            {"a": {"dependencies": {"x": "1"}}, "b": {"dependencies": {"x": "2"}}},
            " (needed by `a` and 1 more)",
        ),
        ("node_modules/a/", {"": {"dependencies": {"x": "1"}}}, ""),
        ("node_modules/a/", {"a": {"dependencies": {"x": "1"}}}, " (needed by `a`)"),
        ("node_modules/a/", {"b": {"dependencies": {"x": "1"}}}, ""),
        (
            "node_modules/a/",
            {"a/node_modules/b": {"dependencies": {"x": "1"}}},
            " (needed by `b`)",
        ),
    ],
)
def test_why_a_package_is_there(folder: str, manifests: dict[str, object], reason: str) -> None:
    """The project's dependency, or that of packages which find this very copy."""
    files = {
        f"node_modules/{name}/package.json" if name else "package.json": json.dumps(manifest)
        for name, manifest in manifests.items()
    }
    package = f"{folder}node_modules/x"
    large = {f"{package}/large": "x" * 900}
    (found,) = (
        one
        for one in check_files(
            {"index.js": H, **files, **large}, max_unzipped_size_bytes=1
        ).findings
        if one.code == "size-budget"
    )

    assert f"The largest: `{package}` 900{reason}, `" in found.message


def test_five_parts_are_named_the_largest_first() -> None:
    """Packages and what is the project's own, by bytes and then by name."""
    sizes = {"a.bin": 30, "b.bin": 30, "node_modules/p/a": 70, "c.bin": 31, "node_modules/q/a": 29}
    files = {"index.js": H, **{name: "x" * size for name, size in sizes.items()}}
    (found,) = check_files(files, max_unzipped_size_bytes=211).findings

    assert found.message == (
        "the unzipped package has 212 bytes, 1 more than the 211 that the project allows. The "
        "largest: `node_modules/p` 70, `c.bin` 31, `a.bin` 30, `b.bin` 30, `node_modules/q` 29"
    )
    assert () == check_files(files, max_unzipped_size_bytes=212).findings


def test_the_limit_of_the_zip_counts_what_is_compressed() -> None:
    """A zip of exactly that size is allowed; packages are compared by their bytes in it."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.js", H)
        archive.writestr("node_modules/p/a", "x" * 9_000)
        archive.writestr("node_modules/q/a", bytes(range(100)))
    size = len(data.getvalue())
    options = {"path": "f.zip", "target": Target(), "handler": "index.handler"}
    report = check_zip(data.getvalue(), max_size_bytes=size - 1, **options)
    (found,) = (one for one in report.findings if one.code == "size-budget")

    assert f"the zip has {size:,} bytes, 1 more than the {size - 1:,} that the" in found.message
    assert ["q", "p"] == re.findall(r"`node_modules/(\w)` \d\d", found.message)
    report = check_zip(data.getvalue(), max_size_bytes=size, **options)
    assert "size-budget" not in {one.code for one in report.findings}


def test_what_nothing_needs_is_left_out_wherever_it_is() -> None:
    """One option for each ending and place; three copies of packages at most are named."""
    names = ("a.d.ts", "b.d.ts", "lib/c.d.mts", "node_modules/p/d.d.ts", "node_modules/p/e.d.cts")
    report = check_files(
        {"index.js": H, **dict.fromkeys(names, "x" * 9)}, max_unzipped_size_bytes=1
    )
    (found,) = (one for one in report.findings if one.code == "size-budget")
    inside = "--exclude 'node_modules/**/*.d.cts' --exclude 'node_modules/**/*.d.ts'"

    assert f"type declarations (45 bytes; `--exclude '*.d.mts' --exclude '*.d.ts' {inside}`)" in (
        found.hint
    )


@pytest.mark.parametrize(
    ("own", "in_layers", "says"),
    [
        (262_144_000, 0, "the function has 262,144,000 bytes unzipped; it must stay below "),
        (50, 262_144_000, "50 bytes unzipped and its layers another 262,144,000; it must stay "),
        (50, 262_144_000, "below 262,144,000 with them, which leaves 0. The largest: `index.js`"),
        (50, 262_143_950, "below 262,144,000 with them, which leaves 50. The largest: `index.js`"),
        (50, 262_143_949, "another 262,143,949; 1 of 262,144,000 remain. The largest: `index.js`"),
        (1 << 30, 0, "it must stay below 262,144,000. The largest: `index.js` 1,073,741,824"),
        (
            (1 << 30) + 1,
            0,
            "below 262,144,000. So much is not looked into. The largest: `index.js`",
        ),
    ],
)
def test_what_function_and_layers_have_unzipped(own: int, in_layers: int, says: str) -> None:
    """Both together stay below the quota; how much is left is what the layers leave."""

    def sized(size: int) -> Listing:
        listing = read_listing(zip_files({"index.js": H}))
        entries = (listing.entries[0]._replace(size=size),)
        return Listing(entries, listing.source, b"", (), {"index.js": entries[0]})

    layers = (sized(in_layers),) if in_layers else ()
    findings = check_listing(
        sized(own), target=Target(), handler="index.handler", size_bytes=1, layers=layers
    )
    (found,) = (one for one in findings if one.code == "size-unzipped")

    assert says in found.message
    assert found.severity == ("info" if "remain" in says else "error")
    assert ("take" in found.hint) == (found.severity == "error")
