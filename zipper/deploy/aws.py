"""The one place that calls AWS: clients of boto3, and its errors as zipper's.

In: a profile and a region, as boto3 knows them. Out: answers. boto3 comes with the extra `deploy`
and is imported here alone; how it finds credentials, profiles and assumed roles is its own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from zipper.errors import DeployError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["Aws", "AwsError", "open_aws"]

_ATTEMPTS: Final = 8
"""Of one call: throttled ones, lost connections and AWS's own failures are tried again."""

_HIDDEN_MIN: Final = 4
"""Characters of a value that is worth hiding: shorter ones are in every sentence."""

_CREDENTIALS: Final = frozenset(
    {
        "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "InvalidAccessKeyId",
        "SignatureDoesNotMatch", "UnrecognizedClientException", "RequestExpired", "AuthFailure",
        "InvalidSignatureException", "TokenRefreshRequired",
    }
)  # fmt: skip
"""AWS's codes for credentials that it does not accept at all, whatever they allow."""

_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


class AwsError(DeployError):
    """An answer of AWS that is an error; `aws_code` is AWS's own code."""

    def __init__(self, code: str, message: str, **more: Any) -> None:  # noqa: ANN401  (ZipperError's)
        self.aws_code: str = more.pop("aws_code", "")
        super().__init__(code, message, **more)


class Aws(NamedTuple):
    """An account and a region, as credentials say."""

    session: Any
    region: str
    clients: dict[str, Any]

    def call(self, service: str, operation: str, **arguments: Any) -> Any:  # noqa: ANN401  (JSON)
        """Return the answer of one call, which is tried again where that may help.

        Raises:
            AwsError: EAWS, ECREDENTIALS, or ENETWORK where AWS cannot be reached.
            UsageError: EUSAGE where an argument is none that AWS's model knows.
        """
        client = self._client(service)
        try:
            return _guard(f"{service}:{operation}", lambda: getattr(client, operation)(**arguments))
        except AwsError as error:
            variables = arguments.get("Environment", {}).get("Variables", {})
            raise _hide(error, variables.values()) if variables else error from error.__cause__

    def find(self, service: str, operation: str, **arguments: Any) -> Any:  # noqa: ANN401  (JSON)
        """Return the answer, or None where AWS says that there is no such thing.

        Raises:
            AwsError: as `call`.
        """
        try:
            return self.call(service, operation, **arguments)
        except AwsError as error:
            if error.aws_code in (
                "ResourceNotFoundException",
                "404",
                "NotFound",
                "NoSuchKey",
                "NoSuchEntity",
            ):
                return None
            raise

    def at(self, region: str) -> Aws:
        """Return the same account in a region."""
        return self if region == self.region else Aws(self.session, region, {})

    def pages(
        self,
        service: str,
        operation: str,
        **arguments: Any,  # noqa: ANN401  (JSON)
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the pages of an answer that comes in several.

        Raises:
            AwsError: as `call`.
        """
        paginator = self._client(service).get_paginator(operation)
        pages = iter(paginator.paginate(**arguments))
        while True:
            page = _guard(f"{service}:{operation}", lambda: next(pages, None))
            if page is None:
                return
            yield page

    def wait(self, waiter: str, **arguments: str) -> Mapping[str, Any] | None:
        """Wait as botocore's waiter for Lambda does; return the answer it gave up at, else None.

        Raises:
            AwsError: as `call`.
        """
        from botocore.exceptions import WaiterError  # noqa: PLC0415  (the extra `deploy`)

        lambda_waiter = self._client("lambda").get_waiter(waiter)
        try:
            _guard(f"lambda:{waiter}", lambda: lambda_waiter.wait(**arguments))
        except WaiterError as error:
            if "Error" in error.last_response:
                raise _refusal(f"lambda:{waiter}", error.last_response) from error
            answer: Mapping[str, Any] = error.last_response
            return answer
        return None

    def _client(self, service: str) -> Any:  # noqa: ANN401  (boto3 makes its classes at run time)
        if service not in self.clients:
            from botocore.config import Config  # noqa: PLC0415  (the extra `deploy`)

            config = Config(
                retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
                user_agent_extra="zipper",
            )
            make = self.session.client
            made = _guard(service, lambda: make(service, self.region, config=config))
            self.clients[service] = made
        return self.clients[service]


def open_aws(profile: str | None, region: str | None) -> Aws:
    """Return the account that boto3 finds for these; nothing is asked yet.

    Raises:
        UsageError: ENOBOTO3 without the extra, EUSAGE without a region.
        AwsError: ECREDENTIALS for a profile that is not there.
    """
    try:
        import boto3  # noqa: PLC0415  (the extra `deploy`)
    except ImportError as cause:
        raise UsageError(
            "ENOBOTO3",
            "to deploy takes the library `boto3`, which is not installed",
            hint="`pip install 'zipper-nodejs[deploy]'`",
        ) from cause
    session = _guard("session", lambda: boto3.Session(profile_name=profile, region_name=region))
    if not session.region_name:
        raise UsageError(
            "EUSAGE",
            "no region is set",
            hint="`--region eu-central-1`, `region` in `[tool.zipper.deploy]`, or AWS_REGION",
        )
    return Aws(session, session.region_name, {})


def _guard(what: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401  (whatever AWS answers)
    """Do the work; what boto3 raises becomes an error of ours."""
    from botocore import exceptions  # noqa: PLC0415  (the extra `deploy`)
    from botocore.parsers import ResponseParserError  # noqa: PLC0415  (the same)

    try:
        return work()
    except exceptions.ClientError as error:
        raise _refusal(what, error.response) from error
    except exceptions.WaiterError:
        raise
    except exceptions.ParamValidationError as error:
        raise UsageError("EUSAGE", f"AWS's model refuses the call {what}: {error}") from error
    except (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.ProfileNotFound,
        exceptions.TokenRetrievalError,
        exceptions.SSOError,
    ) as error:
        raise AwsError(
            "ECREDENTIALS",
            f"there are no credentials for AWS: {error}",
            hint="`aws configure`, `aws sso login`, AWS_PROFILE, or `--profile NAME`",
        ) from error
    except (exceptions.BotoCoreError, ResponseParserError) as error:
        raise AwsError(
            "ENETWORK",
            f"AWS gave no answer to {what}: {error}",
            hint="run the same command again: it goes on from where it stopped",
        ) from error


def _hide(error: AwsError, values: Iterable[str]) -> AwsError:
    """Return the error without the values of variables: Lambda quotes them where it counts them."""
    message = error.message
    for value in sorted(values, key=len, reverse=True):
        for form in (value, json.dumps(value)[1:-1]):
            if len(form) >= _HIDDEN_MIN:
                message = message.replace(form, "***")
    return AwsError(
        error.code, message, facts=error.facts, hint=error.hint, aws_code=error.aws_code
    )


def _refusal(what: str, response: Mapping[str, Any]) -> AwsError:
    error = response.get("Error", {})
    code, told = str(error.get("Code", "")), str(error.get("Message", ""))
    request = response.get("ResponseMetadata", {}).get("RequestId", "")
    facts = (("call", what), *([("request", str(request))] if request else []))
    if code in _CREDENTIALS:
        return AwsError(
            "ECREDENTIALS",
            f"AWS does not accept the credentials: {code}: {told}",
            facts=facts,
            hint="renew them, such as by `aws sso login`, and run the same command again",
            aws_code=code,
        )
    hint = None
    if code in _DENIED:
        hint = f"the credentials need the permission for {what}"
    return AwsError("EAWS", f"{code}: {told}", facts=facts, hint=hint, aws_code=code)
