"""An AWS that answers from a table, and notes what it was called for.

    aws = TableAws({"lambda.get_function": {...}, "lambda.list_aliases": [{"Aliases": []}]})
    place = FunctionPlace(aws.aws, "orders", {}, request)
    aws.calls  # [("lambda.get_function", {"FunctionName": "orders"})]

What the table lacks is not there, and has no pages. moto, which knows what AWS does, is asked by
the end-to-end tests; this is for all that is made of its answers.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from zipper.deploy.aws import Aws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["TableAws", "refuse"]


def refuse(code: str) -> ClientError:
    """Return the error that AWS answers with."""
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


class TableAws:
    """What is answered, by `service.operation`: a value, an error, or a function of the call.

    A paginator takes a list of pages.
    """

    def __init__(self, answers: Mapping[str, Any], region: str = "eu-west-1") -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        services = {name.partition(".")[0] for name in answers} | {"lambda", "iam", "logs", "sts"}
        clients = {name: _Client(name, answers, self.calls) for name in services}
        self.aws = Aws(None, region, clients)


class _Client:
    def __init__(
        self, service: str, answers: Mapping[str, Any], calls: list[tuple[str, dict[str, Any]]]
    ) -> None:
        self._service = service
        self._answers = answers
        self._calls = calls

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **arguments: self._answer(operation, arguments)

    def _answer(self, operation: str, arguments: dict[str, Any]) -> Any:
        name = f"{self._service}.{operation}"
        self._calls.append((name, arguments))
        answer = self._answers.get(name, refuse("ResourceNotFoundException"))
        if callable(answer):
            answer = answer(**arguments)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def get_waiter(self, name: str) -> SimpleNamespace:
        return SimpleNamespace(wait=lambda **arguments: self._calls.append((name, arguments)))

    def get_paginator(self, operation: str) -> _Pages:
        return _Pages(f"{self._service}.{operation}", self._answers, self._calls)


class _Pages:
    def __init__(
        self, name: str, answers: Mapping[str, Any], calls: list[tuple[str, dict[str, Any]]]
    ) -> None:
        self._name = name
        self._answers = answers
        self._calls = calls

    def paginate(self, **arguments: Any) -> Iterator[Any]:
        self._calls.append((self._name, arguments))
        return iter(self._answers.get(self._name, ()))
