"""What V8 reads: the table of real Nodes' answers."""

from __future__ import annotations

import pytest
from support.shared import load_cases

from zipper.javascript.program import judge, judge_both

CASES = load_cases("javascript.json")
MAJORS = (18, 20, 22, 24)


@pytest.mark.parametrize("goal", ["commonjs", "module"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_verdicts_agree(case, goal):
    """A text is read by exactly those versions of Node.js that really read it."""
    verdict = judge(case["text"], is_module=goal == "module")
    reads = [
        major
        for major in MAJORS
        if verdict.fault is None
        and all(major >= f.since and not 0 < f.until <= major for f in verdict.features)
    ]

    assert (None, case[goal]) == (verdict.unsure, reads)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_a_text_that_is_read_once_has_both_verdicts(case):
    """As a module and as CommonJS, a text is what it is where it is read for each alone."""
    alone = tuple(judge(case["text"], is_module=is_module) for is_module in (True, False))

    assert alone == judge_both(case["text"])
