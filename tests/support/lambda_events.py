"""What Lambda keeps about events, where moto plays it otherwise than AWS does.

moto has one policy for a function and its versions, and knows no alias's; its mappings name the
version behind an alias, and are found by the text that they were made with; its function URLs know
no aliases, and are not listed. These calls are answered here, in AWS's forms.

Source: AWS Lambda API Reference, AddPermission, GetPolicy, RemovePermission,
CreateFunctionUrlConfig, ListEventSourceMappings; the names of conditions: Lambda's page about URLs.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LambdaEvents"]

_PATH = re.compile(r"/20\d\d-\d\d-\d\d/functions/([^/]+)/(policy|url|urls)(?:/([^/?]+))?/?")
_DELETED = re.compile(r"/20\d\d-\d\d-\d\d/functions/([^/]+)(?:/aliases/([^/]+))?/?")
Answer = tuple[int, Any]


class LambdaEvents:
    """Policies and URLs of functions and aliases, and the aliases that mappings lead to."""

    def __init__(self, exists: Callable[[str], bool]) -> None:
        self._exists = exists
        self.policies: dict[str, dict[str, dict[str, Any]]] = {}
        """Statements by their ids, by the ARN of the function or alias."""
        self.urls: dict[str, dict[str, Any]] = {}
        self.targets: dict[str, str] = {}
        """What each mapping leads to, by its UUID."""

    def answer(self, method: str, path: str, body: bytes) -> Answer | None:
        """Return status and body; None for a call that is moto's."""
        parts = urlsplit(path)
        found = _PATH.fullmatch(parts.path)
        if found is None:
            return None
        function, what, name = unquote(found[1]), found[2], found[3]
        qualifier = parse_qs(parts.query).get("Qualifier")
        arn = _as_arn(function) + (f":{qualifier[0]}" if qualifier else "")
        if not self._exists(arn):
            return _refuse(404, "ResourceNotFoundException", f"Function not found: {arn}")
        sent = json.loads(body) if body else {}
        if what == "policy":
            return self._policy(method, arn, name, sent)
        return self._url(method, arn, sent, lists=what == "urls")

    def _policy(self, method: str, arn: str, name: str | None, sent: dict[str, Any]) -> Answer:
        statements = self.policies.setdefault(arn, {})
        if method == "GET":
            if not statements:
                return _refuse(404, "ResourceNotFoundException", "no policy")
            policy = {"Version": "2012-10-17", "Statement": list(statements.values())}
            return 200, {"Policy": json.dumps(policy), "RevisionId": "r"}
        if method == "DELETE":
            if statements.pop(name or "", None) is None:
                return _refuse(404, "ResourceNotFoundException", "no such statement")
            return 204, None
        if sent["StatementId"] in statements:
            return _refuse(409, "ResourceConflictException", "the statement id exists")
        statement = _make_statement(sent, arn)
        statements[sent["StatementId"]] = statement
        return 201, {"Statement": json.dumps(statement)}

    def _url(self, method: str, arn: str, sent: dict[str, Any], *, lists: bool) -> Answer:
        if lists:
            rows = [row for key, row in self.urls.items() if f"{key}:".startswith(f"{arn}:")]
            return 200, {"FunctionUrlConfigs": rows}
        if method == "POST":
            if arn in self.urls:
                return _refuse(409, "ResourceConflictException", "there is a URL")
            times = dict.fromkeys(("CreationTime", "LastModifiedTime"), "2026-11-29T00:00:00Z")
            address = f"https://x{len(self.urls)}-0123456789abcdefghij.on.example/"
            self.urls[arn] = {
                "FunctionArn": arn, "FunctionUrl": address, "InvokeMode": "BUFFERED",
                **times, **sent,
            }  # fmt: skip
            return 201, self.urls[arn]
        if arn not in self.urls:
            return _refuse(404, "ResourceNotFoundException", "no URL")
        if method == "DELETE":
            del self.urls[arn]
            return 204, None
        self.urls[arn].update(sent)
        return 200, self.urls[arn]

    def note_mapping(self, sent: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        """Return the answer about a mapping, with the ARN that it leads to."""
        if "FunctionName" in sent:
            self.targets[answer["UUID"]] = _as_arn(sent["FunctionName"])
        return {**answer, "FunctionArn": self.targets.get(answer["UUID"], answer["FunctionArn"])}

    def pick_mappings(self, path: str, answer: dict[str, Any]) -> dict[str, Any]:
        """Return those of all mappings that the call asks for."""
        asked = parse_qs(urlsplit(path).query)
        rows = [self.note_mapping({}, row) for row in answer["EventSourceMappings"]]
        name = _as_arn(asked.get("FunctionName", [""])[0])
        source = asked.get("EventSourceArn", [""])[0]
        rows = [
            row
            for row in rows
            if name in ("", row["FunctionArn"]) and source in ("", row["EventSourceArn"])
        ]
        return {"EventSourceMappings": rows}

    def forget(self, path: str) -> None:
        """Forget what goes with a function or an alias that was deleted."""
        found = _DELETED.fullmatch(urlsplit(path).path)
        if found is None:
            return
        arn = _as_arn(unquote(found[1])) + (f":{found[2]}" if found[2] else "")
        for table in (self.policies, self.urls):
            for key in [one for one in table if f"{one}:".startswith(f"{arn}:")]:
                table.pop(key)  # type: ignore[attr-defined]

    def may_invoke(self, arn: str, principal: str, source: str) -> bool:
        """Whether the policy of the function or alias lets the service call it for the source."""
        return any(
            {"Service": principal} == statement["Principal"]
            and statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn") == source
            for statement in self.policies.get(arn, {}).values()
        )


def _make_statement(sent: dict[str, Any], arn: str) -> dict[str, Any]:
    principal = sent["Principal"]
    if principal.endswith(".amazonaws.com"):
        principal = {"Service": principal}
    elif principal != "*":
        account = f"arn:aws:iam::{principal}:root" if principal.isdigit() else principal
        principal = {"AWS": account}
    conditions: dict[str, dict[str, str]] = {}
    for key, test, name in (
        ("SourceArn", "ArnLike", "AWS:SourceArn"),
        ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
        ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
        ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
    ):
        if key in sent:
            value = sent[key]
            conditions.setdefault(test, {})[name] = value if isinstance(value, str) else "true"
    statement = {
        "Sid": sent["StatementId"], "Effect": "Allow", "Principal": principal,
        "Action": sent["Action"], "Resource": arn,
    }  # fmt: skip
    return {**statement, "Condition": conditions} if conditions else statement


def _as_arn(name: str) -> str:
    """Return the ARN of a function, or of an alias, in moto's account."""
    if not name or name.startswith("arn:"):
        return name
    return f"arn:aws:lambda:eu-central-1:123456789012:function:{name}"


def _refuse(status: int, code: str, message: str) -> Answer:
    return status, {"Type": "User", "__type": code, "message": message}
