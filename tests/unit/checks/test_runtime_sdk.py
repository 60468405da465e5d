"""The table of what Lambda's runtimes carry of the SDK."""

from __future__ import annotations

import re

import pytest

from tests.support.checking import check_files
from zipper.checks.runtime_sdk import ROWS, find_carried, list_sdk_patterns

_HANDLER = "exports.handler = async () => 1;"


def test_each_row_has_a_source_and_a_date() -> None:
    """What is known without either can't be judged by a reader."""
    assert all(row.source and re.fullmatch(r"20\d\d-\d\d", row.date) for row in ROWS)
    assert all(re.fullmatch(r"3\.\d+\.\d+", row.sdk) for row in ROWS)
    assert all(name.startswith("@aws-sdk/") for row in ROWS for name in row.names)


def test_a_name_is_in_one_row() -> None:
    """A package cannot be in the runtime and have moved out of it."""
    plain = [name for row in ROWS for name in row.names if not name.endswith("*")]

    assert len(plain) == len(set(plain))


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("@aws-sdk/client-s3", "family"),
        ("@aws-sdk/lib-dynamodb", "seen"),
        ("@aws-sdk/util-dynamodb", "seen"),
        ("@aws-sdk/s3-request-presigner", "seen"),
        ("@aws-sdk/credential-provider-node", "seen"),
        ("@aws-sdk/util-arn-parser", "seen"),
        ("@aws-sdk/cloudfront-signer", "seen"),
        ("@aws-sdk/cloudfront-signer-x", None),
        ("@aws-sdk/client-", "family"),
        ("client-s3", None),
        ("@aws-sdk/lib-storage", "family"),
        ("@aws-sdk/signature-v4", "moved"),
        ("@aws-sdk/clients", None),
    ],
)
def test_state_of_a_package(name: str, state: str | None) -> None:
    """A package's own row comes before that of its family."""
    row = find_carried(name)

    assert state == (None if row is None else row.state)


def test_runtimes_before_18_carry_version_2() -> None:
    """`sdk = "runtime"` leaves what the runtime has."""
    assert (("aws-sdk",), ("@aws-sdk/*",)) == (list_sdk_patterns(16), list_sdk_patterns(18))


def test_what_may_be_absent_is_told_once_with_what_to_use() -> None:
    """Of two paths into one package one warning is enough."""
    text = "require('@aws-sdk/signature-v4'); require('@aws-sdk/signature-v4/x');"
    report = check_files({"index.js": f"{text}\n{_HANDLER}"})
    warnings = [f for f in report.findings if f.severity == "warning" and f.code == "module-sdk"]

    assert 1 == len(warnings)
    assert "`@smithy/signature-v4`" in warnings[0].hint
