"""Whole findings about the runtime, the SDK that it carries, and packages made for another one."""

from __future__ import annotations

import json

import pytest
from support.checking import check_files

H = "exports.handler = async () => 1;"
AS_OF = "(dates as of 2026-11-29)"
DEFAULT = "nodejs24.x"


def told(code: str, files: dict[str, str] | None = None, **options: object) -> list[tuple]:
    """Return severity, path and text of the findings of a code."""
    found = check_files({"index.js": H, **(files or {})}, **options).findings
    return [(f.severity, f.path, f"{f.message} / {f.hint}") for f in found if f.code == code]


@pytest.mark.parametrize(
    ("runtime", "today", "says"),
    [
        ("nodejs18.x", "2025-08-31", None),
        (
            "nodejs18.x",
            "2025-09-01",
            (
                "since 2025-09-01; new functions will be refused from 2027-02-01, updates will be "
                "refused from 2027-03-03"
            ),
        ),
        (
            "nodejs18.x",
            "2027-02-01",
            (
                "since 2025-09-01; new functions are refused since 2027-02-01, updates will be "
                "refused from 2027-03-03"
            ),
        ),
        (
            "nodejs18.x",
            "2027-03-03",
            (
                "since 2025-09-01; new functions are refused since 2027-02-01, updates are "
                "refused since 2027-03-03"
            ),
        ),
        ("nodejs24.x", "2027-01-01", None),
    ],
)
def test_runtimes_that_are_deprecated(runtime: str, today: str, says: str | None) -> None:
    """From the very day on, with what is refused by then and what will be.

    Source: AWS, Lambda runtimes, "Deprecated runtimes".
    """
    text = f"`{runtime}` is deprecated {says} {AS_OF} / move to `{DEFAULT}`"

    assert ([] if says is None else [("warning", "", text)]) == told(
        "runtime-deprecated", runtime=runtime, today=today
    )


def test_without_a_day_the_table_s_own_counts() -> None:
    """What was deprecated when it was read is so for ever."""
    assert told("runtime-deprecated", runtime="nodejs20.x")
    assert [] == told("runtime-deprecated", runtime=DEFAULT)


def test_runtimes_that_are_not_known() -> None:
    """The ones that are known are listed; all else is judged by one of them."""
    ((severity, path, text),) = told("runtime-unknown", unknown_runtime="node22")

    assert ("error", "") == (severity, path)
    assert text.startswith("Lambda has no runtime `node22` that zipper knows of (2026-11-29); all ")
    assert "else is judged for `nodejs24.x` / use one of nodejs" in text


def test_a_runtime_that_is_a_preview() -> None:
    """Since when, and what to use."""
    text = (
        "`nodejs26.x` is a preview since 2026-08-25 (as of 2026-11-29): AWS may still change it / "
        f"use `{DEFAULT}` for production"
    )

    assert [("info", "", text)] == told("runtime-preview", runtime="nodejs26.x")
    assert [] == told("runtime-preview")


@pytest.mark.parametrize(
    ("place", "manifest", "name"),
    [
        ("node_modules/a/package.json", {"name": "a", "version": "1.0.0"}, "a@1.0.0"),
        ("node_modules/a/package.json", {"name": "b"}, "b"),
        ("node_modules/a/package.json", {}, "node_modules/a"),
        ("package.json", {"name": "me", "version": "2.0.0"}, "me@2.0.0"),
        ("node_modules/a/lib/package.json", {"name": "a"}, None),
    ],
)
def test_packages_for_another_node(place: str, manifest: dict, name: str | None) -> None:
    """By the `engines` of each package.json, with the package's name and version."""
    files = {place: json.dumps({**manifest, "engines": {"node": "<20"}})}
    found = told("engine-mismatch", files, runtime="nodejs22.x")

    assert (name is not None) == bool(found)
    if name is not None:
        ((severity, path, text),) = found
        assert ("warning", place) == (severity, path)
        assert text.startswith(f"`{name}` wants Node.js `<20`; `nodejs22.x` has 22.")
        hint = "choose another runtime, or a version of the package for this one"
        assert text.endswith(f" / {hint}")


@pytest.mark.parametrize(
    "engines", [{"node": ""}, {"node": 20}, {"npm": "<1"}, [], "<20", {"node": "*"}, {"node": ">1"}]
)
def test_engines_that_exclude_nothing(engines: object) -> None:
    """Another type than npm reads, another program, or a range with the runtime's version."""
    files = {"node_modules/a/package.json": json.dumps({"name": "a", "engines": engines})}

    assert [] == told("engine-mismatch", files)


CHANGES = "from the runtime, in a version that AWS changes without notice / pack the SDK to fix its"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["@aws-sdk/client-s3"], [("info", f"`@aws-sdk/client-s3` comes {CHANGES}")]),
        (
            ["@aws-sdk/client-s3", "@aws-sdk/client-sqs/x"],
            [("info", f"`@aws-sdk/client-s3`, `@aws-sdk/client-sqs/x` come {CHANGES}")],
        ),
        (
            [f"@aws-sdk/client-{letter}" for letter in "abcdefg"],
            [("info", f"`@aws-sdk/client-e` and 2 more come {CHANGES}")],
        ),
        (
            ["@aws-sdk/signature-v4"],
            [
                ("info", "`@aws-sdk/signature-v4` comes"),
                (
                    "warning",
                    (
                        "`@aws-sdk/signature-v4` is left to the runtime, and ended with "
                        "3.374.0, moved "
                        "to `@smithy/signature-v4`; the runtime's SDK is later / use "
                        "`@smithy/signature-v4`, and add it to `dependencies`: no runtime gives "
                        "it to "
                        "functions"
                    ),
                ),
            ],
        ),
        (
            ["@aws-sdk/nothing"],
            [
                ("info", "`@aws-sdk/nothing` comes"),
                (
                    "warning",
                    (
                        "`@aws-sdk/nothing` is left to the runtime, and nothing that is "
                        "published shows "
                        "that it is there, as the clients are / pack it: `@aws-sdk/nothing` in "
                        "`dependencies`; of a bundle, leave out `sdk`"
                    ),
                ),
            ],
        ),
        (["@aws-sdk/lib-dynamodb", "fs"], [("info", "`@aws-sdk/lib-dynamodb` comes")]),
        (["in-layer"], []),
    ],
)
def test_what_comes_from_the_runtime(names: list[str], expected: list[tuple[str, str]]) -> None:
    """Five names at most, and a warning for each package that may not be there."""
    code = "; ".join(f"require('{name}')" for name in names)
    layer = {"nodejs/node_modules/in-layer/index.js": ""}
    found = told("module-sdk", {"index.js": f"{code}; {H}"}, layers=[layer])

    assert [severity for severity, _ in expected] == [severity for severity, _, _ in found]
    assert all(words in text for (_, words), (_, _, text) in zip(expected, found, strict=True))


def test_what_a_web_function_takes_from_the_runtime() -> None:
    """AWS documents nothing of it."""
    code = "require('@aws-sdk/signature-v4'); require('http').createServer().listen(1)"
    text = "`@aws-sdk/signature-v4`: whether a web function's runtime has it is not documented / "

    assert [("warning", "", f"{text}add it to `dependencies`")] == told(
        "module-sdk", {"index.js": code}, kind="web", handler="index.js"
    )
