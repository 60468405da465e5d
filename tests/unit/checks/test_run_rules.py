"""What a check is given decides what it finds, and what its report says."""

from __future__ import annotations

import pytest
from support.checking import Memory, zip_files

from zipper.archive.listing import hash_zip, read_listing
from zipper.checks.run_rules import check_listing, check_zip, find_start
from zipper.target import Target

H = "exports.handler = async () => 1;"
NEEDS = {"index.js": f"require('gone'); {H}"}


def codes_of(files: dict[str, str], **options: object) -> set[str]:
    """Return the codes of what is found in a zip of these files."""
    options = {"handler": "index.handler", "target": Target(), **options}
    report = check_zip(zip_files(files), path="f.zip", **options)  # type: ignore[arg-type]
    return {one.code for one in report.findings}


@pytest.mark.parametrize(
    ("options", "code", "files"),
    [
        ({"target": Target("nodejs18.x"), "today": "2026-12-01"}, "runtime-deprecated", {}),
        ({"unknown_runtime": "nodejs99.x"}, "runtime-unknown", {}),
        ({"timeout_seconds": 9999}, "timeout-long", {}),
        ({"max_size_bytes": 1}, "size-budget", {}),
        ({"max_unzipped_size_bytes": 1}, "size-budget", {}),
        ({"tells_case": True}, "zip-clash", {"INDEX.js": ""}),
        ({"variables": {"NODE_OPTIONS": "--require ./gone"}}, "module-missing", {}),
        ({"unknown_layers": ("arn",)}, "layer-unknown", {}),
        ({"handler": "gone.handler"}, "handler-missing", {}),
        ({"kind": "layer"}, "layout-layer", {}),
        ({"kind": "edge", "variables": {"A": "1"}}, "kind-variables", {}),
    ],
)
def test_what_an_option_finds(options: dict[str, object], code: str, files: dict[str, str]) -> None:
    """Each is for a rule of its own, and without it nothing is found."""
    assert code in codes_of({"index.js": H, **files}, **options)
    assert set() == codes_of({"index.js": H, **files})


@pytest.mark.parametrize(
    "options",
    [
        {"provided": ("gone",)},
        {"layers": (read_listing(zip_files({"nodejs/node_modules/gone/index.js": ""})),)},
        {"downgraded": ("module-missing",), "ignore": ("module-missing",)},
        {"handler": None, "listing": read_listing(zip_files({"index.js": H}))},
    ],
)
def test_what_an_option_leaves_out(options: dict[str, object]) -> None:
    """What is absent from the zip may be elsewhere, or be known."""
    assert {"module-missing"} == codes_of(NEEDS)
    assert "module-missing" not in codes_of(NEEDS, **options)


def test_what_a_report_says() -> None:
    """Sizes, number of files, hash and path, and what was followed."""
    archive = zip_files({"index.js": H, "lib/": "", "a.txt": "12345"})
    report = check_zip(archive, path="f.zip", target=Target(), handler="index.handler")

    assert ("f.zip", len(archive), len(H) + 5, 2) == (
        report.path, report.size_bytes, report.unzipped_size_bytes, report.files
    )  # fmt: skip
    assert (hash_zip(archive), "function", "pass") == (
        report.code_sha256, report.kind, report.verdict
    )  # fmt: skip
    assert report.closure is not None
    assert 1 == report.closure.proven


def test_a_report_of_a_layer() -> None:
    """It has no handler, and follows none."""
    archive = zip_files({"nodejs/node_modules/a/index.js": ""})
    report = check_zip(
        archive, path="l.zip", target=Target(), kind="layer", handler="x", code_sha256="known"
    )

    assert ("layer", "known", None) == (report.kind, report.code_sha256, report.closure)
    assert () == report.findings
    findings = check_listing(
        read_listing(archive), target=Target(), handler="x", size_bytes=1, kind="layer"
    )
    assert () == findings


def test_what_a_check_hands_to_its_memory() -> None:
    """A second zip is read with what is known of the first one's packages."""
    memory = Memory()
    files = {"index.js": f"require('a'); {H}", "node_modules/a/index.js": "1"}
    for number in range(2):
        archive = zip_files({**files, "own.txt": str(number)})
        check_zip(archive, path="f", target=Target(), handler="index.handler", facts=memory)

    assert read_listing(archive, memory.parts.runs).runs
    assert {"part", "followed"} <= {key[0] for key in memory.noted}


@pytest.mark.parametrize(
    ("kind", "files", "variables", "expected"),
    [
        ("function", {"package.json": '{"main": "a.js"}', "a.js": ""}, {}, "a.handler"),
        ("edge", {"a.js": ""}, {}, "index.handler"),
        ("web", {"package.json": '{"main": "a.js"}', "a.js": ""}, {}, "a.js"),
        ("web", {"a.js": ""}, {}, "index.js"),
        ("web", {"a.js": ""}, {"AWS_LAMBDA_NODEJS_ENTRYPOINT": "a.js"}, "a.js"),
        ("function", {"a.js": ""}, {"AWS_LAMBDA_NODEJS_ENTRYPOINT": "a.js"}, "index.handler"),
    ],
)
def test_what_is_started_where_nothing_is_said(
    kind: str, files: dict[str, str], variables: dict[str, str], expected: str
) -> None:
    """A handler, or a web function's file, by the package's own package.json."""
    listing = read_listing(zip_files(files))

    assert expected == find_start(listing, kind, variables)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("require('gone')", "needs `gone`, which is not in the package; the server does not start"),
        ("if (x) require('gone')", "; it fails if that branch runs"),
    ],
)
def test_a_web_function_has_no_handler(text: str, says: str) -> None:
    """What is said of a handler elsewhere is said of its server, or its entry file."""
    report = check_zip(
        zip_files({"index.js": f"{text}; require('http').createServer().listen(1)"}),
        path="f",
        target=Target("nodejs24.x", "arm64"),
        kind="web",
    )

    (found,) = (one for one in report.findings if one.code == "module-missing")
    assert says in found.message
    assert "handler" not in found.message


def test_a_listing_is_held_to_the_sizes_of_the_project() -> None:
    """Before anything is read of a zip, as all that is known of one that is not written yet."""
    listing = read_listing(zip_files({"index.js": H}))

    def told(**most: int) -> list[tuple[str, str]]:
        found = check_listing(
            listing, target=Target(), handler="index.handler", size_bytes=100, **most
        )
        return [(one.code, one.message.partition(" has")[0]) for one in found]

    assert [] == told(max_size_bytes=100, max_unzipped_size_bytes=len(H))
    assert [("size-budget", "the zip")] == told(max_size_bytes=99)
    assert [("size-budget", "the unzipped package")] == told(max_unzipped_size_bytes=len(H) - 1)
