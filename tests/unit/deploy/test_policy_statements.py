"""Grants become the fewest statements that say the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.deploy.policy_statements import (
    ANY,
    Grant,
    group_grants,
    is_same_document,
    list_allowed,
    make_document,
    show_document,
)

GRANTS = st.builds(
    Grant,
    st.sampled_from(["a:One", "a:Two", "b:One", "kafka-cluster:Connect"]),
    st.sampled_from(["arn:1", "arn:2", "arn:3", ANY]),
    st.sampled_from(["to do it", "to undo it"]),
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from(["", "arn:aws:lambda:r:1:function:f"]),
)


def means(document: dict[str, Any]) -> set[tuple[str, ...]]:
    """Return each action with each resource; one on all resources has no other."""
    rows = {
        (row["Effect"], json.dumps(row.get("Condition")), action, resource)
        for row in document["Statement"]
        for action in row["Action"]
        for resource in row["Resource"]
    }
    return {row for row in rows if row[3] == ANY or (*row[:3], ANY) not in rows}


def write(grants: list[Grant]) -> dict[str, Any]:
    return make_document(statement.as_json() for statement in group_grants(grants))


@given(st.lists(GRANTS))
def test_a_document_says_what_was_granted(grants: list[Grant]) -> None:
    """No action gets a resource more or less, and each statement has a name of its own."""
    one_by_one = {
        "Statement": [
            {
                "Effect": one.effect,
                "Action": [one.action],
                "Resource": [one.resource],
                **(
                    {"Condition": {"ArnEquals": {"lambda:SourceFunctionArn": one.only_from}}}
                    if one.only_from
                    else {}
                ),
            }
            for one in grants
        ]
    }
    document = write(grants)
    sids = [row["Sid"] for row in document["Statement"]]

    assert means(one_by_one) == means(document)
    assert len(sids) == len(set(sids))
    assert all(sid.isalnum() and sid.isascii() for sid in sids)


@given(st.lists(GRANTS), st.randoms())
def test_a_document_has_one_text(grants: list[Grant], random: Any) -> None:
    """The order of grants, and what stands twice among them, does not matter."""
    other = [*grants, *grants[:2]]
    random.shuffle(other)

    assert show_document(write(grants)) == show_document(write(other))


def test_statements_are_named_and_give_reasons() -> None:
    """A statement of one action has its name, else that of the service; reasons are kept."""
    found = group_grants(
        [
            Grant("logs:PutLogEvents", "arn:1", "to log"),
            Grant("logs:CreateLogStream", "arn:1", "to begin"),
            Grant("sqs:SendMessage", "arn:2", "to keep one"),
            Grant("sqs:SendMessage", "arn:2", "to keep the other"),
            Grant("sqs:SendMessage", "arn:3", "to keep one"),
            Grant("ec2:CreateNetworkInterface", ANY, "not so", "Deny", "arn:f"),
        ]
    )

    assert ["Logs", "SqsSendMessage", "NotForCodeEc2CreateNetworkInterface"] == [
        one.sid for one in found
    ]
    assert {"sqs:SendMessage": "to keep one; to keep the other"} == found[1].reasons
    assert ("arn:2", "arn:3") == found[1].resources
    assert {"ArnEquals": {"lambda:SourceFunctionArn": "arn:f"}} == found[2].condition


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"Action": "a:B"}, {"Action": ["a:B"]}, True),
        ({"Action": ["a:B", "a:C"]}, {"Action": ["a:C", "a:B"]}, True),
        ({"Action": ["a:B"]}, {"Action": ["a:C"]}, False),
        ({"Action": ["a:B"]}, {"NotAction": ["a:B"]}, False),
        ({"Statement": [{"Sid": "A"}]}, {"Statement": {"Sid": "A"}}, True),
        ({"Statement": [{"Sid": "A", "Effect": "Allow"}]}, {"Statement": {"Sid": "A"}}, False),
        ({}, None, False),
    ],
)
def test_documents_are_compared_by_what_they_say(
    one: object, other: object, expected: bool
) -> None:
    """IAM takes a list of one for its item, and no order counts."""
    assert expected is is_same_document(one, other)


def test_a_document_of_others_is_read_as_far_as_it_goes() -> None:
    """What it allows is shown; what is none of a policy's parts is passed over."""
    document = {
        "Statement": [
            {"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:2", "arn:1"]},
            {"Effect": "Deny", "NotAction": ["a:B"], "Resource": "*"},
            "text",
        ]
    }

    assert {"allow s3:*": "arn:1, arn:2", "deny a:B": "*"} == list_allowed(document)
    assert {} == list_allowed({})
