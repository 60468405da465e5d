"""Finding, loading and calling handlers gives on each runtime what Lambda gives."""

from __future__ import annotations

import json

import pytest
from support.node import MAJORS, run_files
from support.shared import REPOSITORY

pytestmark = pytest.mark.node

TABLE = REPOSITORY / "fixtures" / "handlers" / "loading.json"
CASES = json.loads(TABLE.read_text(encoding="utf-8"))["cases"]


def outcome(result, wanted):
    """Return the answer, or the error's type, with the code in `wanted` if its trace has it."""
    (invocation,) = result.invocations
    if invocation.error is None:
        if invocation.streamed is not None:
            return invocation.streamed.body.decode()
        return json.loads(invocation.response)
    kind, _, code = (wanted or "").partition(" ")
    told = "\n".join((invocation.error.message, *invocation.error.trace))
    is_told = invocation.error.type == kind and code and code in told
    return wanted if is_told else invocation.error.type


@pytest.mark.parametrize("major", MAJORS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"].replace(" ", "-"))
def test_outcome_of_loading(case, major, tmp_path):
    """A handler's answer or its error type is the one in the table."""
    wanted = case[str(major)]

    result = run_files(tmp_path, case["files"], major=major, handler=case["handler"])

    assert wanted == outcome(result, wanted)


def test_table_has_enough_cases():
    """The table has the sixty cases that were asked for, each with its own name."""
    assert len({case["name"] for case in CASES}) == len(CASES) >= 60
