"""The name of a function's own role, whose it is, and what differs."""

from __future__ import annotations

import pytest

from zipper.deploy.role_documents import RoleNeeds, make_role_documents
from zipper.deploy.role_plan import PresentRole, WantedRole, compare_role, name_role
from zipper.errors import DeployError

FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:orders"
WANTED = WantedRole("orders", FUNCTION, make_role_documents(RoleNeeds(FUNCTION, "/logs")))
PRESENT = PresentRole("arn", WANTED.documents.trust, WANTED.documents.policy, FUNCTION)


def test_a_role_is_named_after_function_and_region() -> None:
    """Roles are those of all regions; a long name stays within 64 characters, and its own."""
    assert "orders-eu-central-1" == name_role(FUNCTION)
    long = [name_role(f"{FUNCTION}{'x' * 58}{end}") for end in "ab"]
    assert [64, 64] == list(map(len, long))
    assert long[0] != long[1]


def test_what_is_as_wanted_differs_in_nothing() -> None:
    """The same documents are no change; without any, each part is one."""
    assert [] == list(compare_role(WANTED, PRESENT))
    made = [what for what, before, _ in compare_role(WANTED, None) if before is None]
    assert ["role", "trust", *(f"allow logs:{one}" for one in (
        "CreateLogGroup", "CreateLogStream", "PutLogEvents"))] == made  # fmt: skip


def test_what_differs_is_said_by_action() -> None:
    """What is allowed too much, too little or elsewhere; and a document of another form."""
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    changed = PRESENT._replace(policy={"Statement": statement}, trust={})
    found = {what: (before, after) for what, before, after in compare_role(WANTED, changed)}
    assert ("*", None) == found["allow s3:*"]
    assert "trust" in found
    renamed = {"Version": "2008-10-17", "Statement": WANTED.documents.policy["Statement"]}
    (row,) = compare_role(WANTED, PRESENT._replace(policy=renamed))
    assert "policy" == row[0]


@pytest.mark.parametrize("owner", [None, f"{FUNCTION}-2"])
def test_a_role_of_others_is_an_error(owner: str | None) -> None:
    """Without zipper's tag, or with that of another function."""
    with pytest.raises(DeployError) as caught:
        list(compare_role(WANTED, PRESENT._replace(owner=owner)))

    assert "EROLE" == caught.value.code
    assert "--role arn" in str(caught.value)
