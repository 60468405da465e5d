"""What the events of a function lead to."""

from __future__ import annotations

import pytest

from zipper.deploy.present import Present, read_present
from zipper.pipeline.function_events import target_of

_FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:orders"


def _present(arn: str) -> Present:
    return read_present({"FunctionName": "orders", "FunctionArn": arn})


@pytest.mark.parametrize("qualifier", ["", ":3", ":$LATEST", ":live"])
@pytest.mark.parametrize("alias", [None, "live"])
def test_events_lead_to_the_function_or_its_alias(qualifier: str, alias: str | None) -> None:
    """AWS answers with a version's ARN where one was just published; no event leads there."""
    target = target_of(_present(_FUNCTION + qualifier), alias)

    assert (_FUNCTION, "orders") == (target.function_arn, target.name)
    assert (_FUNCTION if alias is None else f"{_FUNCTION}:{alias}") == target.arn
