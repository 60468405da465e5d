"""What a function in AWS is to be, by the settings and the package.

In: values of `[tool.zipper.deploy]` and a package. Out: `WantedFunction`. Of what the settings
leave out nothing is said, so that it stays as it is.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from zipper.errors import UsageError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zipper.deploy.role_plan import WantedRole
    from zipper.package import Package

__all__ = [
    "EVENTS_TAG",
    "RETENTIONS",
    "ValueSource",
    "Vpc",
    "WantedFunction",
    "find_environment",
    "name_function",
    "want",
]

EVENTS_TAG: Final = "zipper:events"
"""Of a function for which zipper made event sources: they are looked after from then on, also where
the settings name none any more."""

RETENTIONS: Final = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip
"""Days that CloudWatch Logs can keep events. Source: its API, PutRetentionPolicy."""

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Of a function. Source: Lambda's API, CreateFunction."""
_REFERENCE: Final = re.compile(r"arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}")
_DEAD_LETTER: Final = re.compile(
    r"arn:aws[a-z-]*:(?:sqs|sns):[a-z0-9-]+:\d{12}:[a-zA-Z0-9_-]{1,256}"
)
"""A queue or topic that is not FIFO. Source: Lambda's API, DeadLetterConfig."""
_ALIAS: Final = re.compile(r"(?!\d+$)[A-Za-z0-9_-]{1,128}")


class ValueSource(NamedTuple):
    """Where the value of a variable is at the time of deploying."""

    kind: str
    """`value`, `ssm` or `secret`."""
    text: str
    """The value itself, a parameter's name, a secret's name or ARN."""
    key: str = ""
    """A field of a secret that is a JSON object."""


class Vpc(NamedTuple):
    """What of a VPC a function is connected to; nothing where both are empty."""

    subnets: tuple[str, ...] = ()
    """IDs, in order."""
    security_groups: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the IDs in words."""
        subnets, groups = ", ".join(self.subnets), ", ".join(self.security_groups)
        return f"{subnets} with {groups}" if self.subnets else ""


class WantedFunction(NamedTuple):
    """What a function is to be; None and empty tables leave things as they are."""

    function_name: str
    code_sha256: str
    size_bytes: int
    runtime: str
    handler: str
    architecture: str
    role: str | None = None
    memory: int | None = None
    """In MB."""
    timeout: int | None = None
    """In seconds."""
    environment: Mapping[str, str | None] = MappingProxyType({})
    """Variables to set; those with None are taken away."""
    tags: Mapping[str, str] = MappingProxyType({})
    alias: str | None = None
    log_retention: int | None = None
    """In days."""
    bucket: str | None = None
    prefix: str = ""
    vpc: Vpc | None = None
    tracing: str | None = None
    """`Active` or `PassThrough`."""
    dead_letter: str | None = None
    """An ARN; empty for none."""
    own_role: WantedRole | None = None
    """What the role `role` is to be, where zipper makes it."""


def name_function(values: Mapping[str, Any], *names: str | None) -> str:
    """Return the function's name in AWS: what `function_name` says, else the first of `names`.

    Raises:
        UsageError: EUSAGE for what cannot be the name of a function.
    """
    name = values.get("function_name") or next((one for one in names if one), "")
    if _NAME.fullmatch(name) or _REFERENCE.fullmatch(name):
        return str(name)
    raise UsageError(
        "EUSAGE",
        f"`{name}` cannot be the name of a function in AWS",
        hint="up to 64 letters, digits, `-` and `_`: `--function-name NAME`",
    )


def want(
    values: Mapping[str, Any],
    package: Package,
    *,
    function_name: str,
    environment: Mapping[str, str | None],
) -> WantedFunction:
    """Return what the function is to be.

    Args:
        values: of the settings, by key.
        package: that was built for it.
        function_name: see `name_function`.
        environment: with the values that were fetched.

    Raises:
        UsageError: EUSAGE for a value that AWS does not know.
    """
    if values.get("create_role") and values.get("role"):
        raise UsageError(
            "EUSAGE",
            "a role is named, and one of the function's own is to be made",
            facts=(("role", str(values["role"])),),
            hint="leave out `role`, or `create_role`",
        )
    timeout, retention, alias = (values.get(key) for key in ("timeout", "log_retention", "alias"))
    if timeout is not None and timeout != int(timeout):
        raise UsageError("EUSAGE", f"the timeout of {timeout} seconds is no whole number")
    if retention is not None and retention not in RETENTIONS:
        raise UsageError(
            "EUSAGE",
            f"logs cannot be kept for {retention} days",
            facts=(("possible", ", ".join(map(str, RETENTIONS))),),
        )
    if alias is not None and not _ALIAS.fullmatch(alias):
        hint = "letters, digits, `-` and `_`, and no number: `--alias live`"
        raise UsageError("EUSAGE", f"`{alias}` cannot be the name of an alias", hint=hint)
    return WantedFunction(
        function_name=function_name,
        code_sha256=package.code_sha256,
        size_bytes=package.size_bytes,
        runtime=package.runtime,
        handler=package.handler,
        architecture=package.architecture,
        role=values.get("role"),
        memory=values.get("memory"),
        timeout=None if timeout is None else int(timeout),
        environment=environment,
        tags={**values.get("tags", {}), **({EVENTS_TAG: "made"} if values.get("events") else {})},
        alias=alias,
        log_retention=retention,
        bucket=values.get("bucket"),
        prefix=values.get("prefix", ""),
        vpc=find_vpc(values),
        tracing=_TRACING[values.get("tracing")],
        dead_letter=find_dead_letter(values),
    )


_TRACING: Final = {True: "Active", False: "PassThrough", None: None}


def find_vpc(values: Mapping[str, Any]) -> Vpc | None:
    """Return the VPC that is wanted; None where nothing is said of one."""
    found = {key: values.get(key) for key in ("vpc_subnets", "vpc_security_groups")}
    if found["vpc_subnets"] is None and not found["vpc_security_groups"]:
        return None
    for key, kind in (("vpc_subnets", "subnet"), ("vpc_security_groups", "sg")):
        wrong = [one for one in found[key] or () if not re.fullmatch(rf"{kind}-[0-9a-zA-Z]+", one)]
        if wrong:
            raise UsageError(
                "EUSAGE",
                f"`{wrong[0]}` of `{key}` is no ID",
                hint=f"such as `{kind}-0123456789abcdef0`",
            )
    vpc = Vpc(*(tuple(sorted(set(ids or ()))) for ids in found.values()))
    if bool(vpc.subnets) != bool(vpc.security_groups):
        lacks = "vpc_security_groups" if vpc.subnets else "vpc_subnets"
        raise UsageError(
            "EUSAGE",
            f"a VPC takes subnets and security groups, and `{lacks}` says none",
            hint="`vpc_subnets = []` alone takes the function out of its VPC",
        )
    return vpc


def find_dead_letter(values: Mapping[str, Any]) -> str | None:
    arn: str | None = values.get("dead_letter")
    if arn is None or arn == "none":
        return arn and ""
    if not _DEAD_LETTER.fullmatch(arn):
        raise UsageError(
            "EUSAGE",
            f"`{arn}` cannot get the events that a function fails on",
            hint="the ARN of an SQS queue or an SNS topic that is not FIFO: "
            "`arn:aws:sqs:REGION:ACCOUNT:NAME`",
        )
    return arn


def find_environment(
    values: Mapping[str, Any], env: Sequence[str], node_options: str | None
) -> dict[str, ValueSource | None]:
    """Return where each variable's value is; None for one that is to be taken away.

    Args:
        values: of the settings; their `environment` goes before the others.
        env: `NAME=VALUE`, as the checks and a run have it.
        node_options: the same.
    """
    found: dict[str, ValueSource | None] = {}
    for text in env:
        name, _, value = text.partition("=")
        found[name] = ValueSource("value", value)
    if node_options is not None:
        found["NODE_OPTIONS"] = ValueSource("value", node_options)
    for name, value in values.get("environment", {}).items():
        if value is False:
            found[name] = None
        elif isinstance(value, str):
            found[name] = ValueSource("value", value)
        elif "ssm" in value:
            found[name] = ValueSource("ssm", value["ssm"])
        else:
            found[name] = ValueSource("secret", value["secret"], value.get("key", ""))
    return found
