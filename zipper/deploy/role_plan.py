"""The role that `deploy --create-role` makes for one function: its name, and what differs.

In: what the role is to be, and what is there. Out: the step that leads from one to the other. A
role that zipper did not make for this function is never touched.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from zipper.deploy.policy_statements import is_same_document, list_allowed
from zipper.errors import DeployError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.deploy.role_documents import RoleDocuments

__all__ = [
    "POLICY_NAME",
    "ROLE_PATH",
    "ROLE_TAG",
    "PresentRole",
    "WantedRole",
    "check_owner",
    "compare_role",
    "name_role",
]

ROLE_PATH: Final = "/zipper/"
"""Of the roles that zipper makes, by which a policy can permit to make no others."""
ROLE_TAG: Final = "zipper:function"
"""Its value is the ARN of the function that zipper made the role for, and the proof of that."""
POLICY_NAME: Final = "zipper"
"""Of the one policy in the role that is zipper's; others beside it stay as they are."""
_NAME_MAX: Final = 64
"""Characters of a role's name. Source: IAM's API, CreateRole."""


class WantedRole(NamedTuple):
    """A role that is to be there."""

    name: str
    function_arn: str
    documents: RoleDocuments


class PresentRole(NamedTuple):
    """A role that is there."""

    arn: str
    trust: Mapping[str, Any]
    policy: Mapping[str, Any] | None = None
    """zipper's own; None where it has none."""
    owner: str | None = None
    """The value of `ROLE_TAG`."""


def name_role(function_arn: str) -> str:
    """Return the name of a function's own role: roles are those of all regions, so it has one.

    A name that would be too long ends with a digest of the whole.
    """
    _, _, _, region, _, _, function_name = function_arn.split(":")
    name = f"{function_name}-{region}"
    if len(name) <= _NAME_MAX:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: _NAME_MAX - 9]}-{digest}"


def check_owner(name: str, function_arn: str, present: PresentRole) -> None:
    """Refuse a role that zipper did not make for this function.

    Raises:
        DeployError: EROLE.
    """
    if present.owner == function_arn:
        return
    who = "zipper did not make it" if present.owner is None else "it is another function's"
    raise DeployError(
        "EROLE",
        f"there is a role `{name}` already, and {who}",
        facts=(("role", present.arn), *([("made for", present.owner)] if present.owner else [])),
        hint=f"leave out `create_role`, and use the role as it is: `--role {present.arn}`",
    )


def compare_role(
    wanted: WantedRole, present: PresentRole | None
) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield what differs: what it is, what it was, what it is to be.

    Raises:
        DeployError: EROLE where the role is not zipper's.
    """
    if present is None:
        yield "role", None, f"{ROLE_PATH}{wanted.name}"
    else:
        check_owner(wanted.name, wanted.function_arn, present)
    trust, policy = wanted.documents.trust, wanted.documents.policy
    if present is None or not is_same_document(trust, present.trust):
        yield "trust", None if present is None else "other", "lambda.amazonaws.com"
    former: Mapping[str, Any] = {} if present is None else present.policy or {}
    if is_same_document(policy, former):
        return
    before, after = list_allowed(former), list_allowed(policy)
    differs = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    for name in differs:
        yield name, before.get(name), after.get(name)
    if not differs:
        yield "policy", "said otherwise", "written anew"
