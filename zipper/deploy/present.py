"""What a function in AWS is now, as Lambda's answers say it.

In: answers of Lambda's API, as botocore gives them. Out: values. Only what a deployment compares or
shows is taken.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from zipper.deploy.wanted import Vpc
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ALIAS_DESCRIPTION",
    "Alias",
    "Present",
    "describe_version",
    "find_former",
    "read_alias",
    "read_present",
]

ALIAS_DESCRIPTION: Final = "made by zipper"
"""Of an alias, which can have no tags."""

_FORMER: Final = re.compile(r"zipper \S+, after version (\d+)")

_COPIED: Final = (
    "Runtime", "Role", "Handler", "Timeout", "MemorySize", "Environment", "CodeSha256", "Layers",
    "Architectures", "EphemeralStorage", "TracingConfig", "VpcConfig", "DeadLetterConfig",
    "KMSKeyArn", "FileSystemConfigs", "LoggingConfig",
)  # fmt: skip
"""What a version has from the function at the time when it was published."""


class Present(NamedTuple):
    """A function, or one of its versions."""

    arn: str
    code_sha256: str
    runtime: str
    handler: str
    architecture: str
    role: str
    memory: int
    timeout: int
    environment: Mapping[str, str] = MappingProxyType({})
    tags: Mapping[str, str] = MappingProxyType({})
    revision: str = ""
    version: str = "$LATEST"
    description: str = ""
    state: str = "Active"
    update: str = "Successful"
    """`LastUpdateStatus`."""
    reason: str = ""
    """Why the state or the last update is what it is."""
    package_type: str = "Zip"
    last_modified: str = ""
    log_group: str = ""
    vpc: Vpc = Vpc()
    allows_ipv6: bool = False
    """In its VPC, where the subnets have both."""
    tracing: str = "PassThrough"
    dead_letter: str = ""
    copied: str = ""
    """All that a version copies, as one text: equal where nothing is left to publish."""


class Alias(NamedTuple):
    """An alias, and the version that it points to."""

    name: str
    version: str
    revision: str = ""
    has_weights: bool = False
    """Whether another version gets a part of the invocations."""


def read_present(
    configuration: Mapping[str, Any], tags: Mapping[str, str] = MappingProxyType({})
) -> Present:
    """Return what a FunctionConfiguration says."""
    name = configuration.get("FunctionName", "")
    reasons = [
        f"{configuration[kind]} ({configuration.get(f'{kind}Code', 'no code')})"
        for kind in ("StateReason", "LastUpdateStatusReason")
        if configuration.get(kind)
    ]
    vpc = configuration.get("VpcConfig") or {}
    return Present(
        arn=configuration.get("FunctionArn", ""),
        code_sha256=configuration.get("CodeSha256", ""),
        runtime=configuration.get("Runtime", ""),
        handler=configuration.get("Handler", ""),
        architecture=(configuration.get("Architectures") or ["x86_64"])[0],
        role=configuration.get("Role", ""),
        memory=configuration.get("MemorySize", 128),
        timeout=configuration.get("Timeout", 3),
        environment=(configuration.get("Environment") or {}).get("Variables") or {},
        tags=tags,
        revision=configuration.get("RevisionId", ""),
        version=configuration.get("Version", "$LATEST"),
        description=configuration.get("Description", ""),
        state=configuration.get("State") or "Active",
        update=configuration.get("LastUpdateStatus") or "Successful",
        reason="; ".join(reasons),
        package_type=configuration.get("PackageType") or "Zip",
        last_modified=configuration.get("LastModified", ""),
        log_group=(configuration.get("LoggingConfig") or {}).get("LogGroup")
        or f"/aws/lambda/{name}",
        vpc=Vpc(
            tuple(sorted(vpc.get("SubnetIds") or ())),
            tuple(sorted(vpc.get("SecurityGroupIds") or ())),
        ),
        allows_ipv6=bool(vpc.get("Ipv6AllowedForDualStack")),
        tracing=(configuration.get("TracingConfig") or {}).get("Mode") or "PassThrough",
        dead_letter=(configuration.get("DeadLetterConfig") or {}).get("TargetArn") or "",
        copied=repr([_plain(configuration.get(key)) for key in _COPIED]),
    )


def _plain(value: Any) -> Any:  # noqa: ANN401  (whatever an answer has)
    """Return the value in one order; nothing, empty and sizes that answers add are one."""
    if isinstance(value, dict):
        rows = ((key, _plain(item)) for key, item in value.items() if key != "CodeSize")
        return sorted((key, item) for key, item in rows if item) or None
    if isinstance(value, list):
        return [_plain(item) for item in value] or None
    return value or None


def read_alias(answer: Mapping[str, Any]) -> Alias:
    """Return what an AliasConfiguration says."""
    weights = (answer.get("RoutingConfig") or {}).get("AdditionalVersionWeights")
    return Alias(
        answer["Name"], answer["FunctionVersion"], answer.get("RevisionId", ""), bool(weights)
    )


def describe_version(zipper_version: str, former: str | None) -> str:
    """Return the description of a new version, which `find_former` reads."""
    after = f", after version {former}" if former is not None and former.isdigit() else ""
    return f"zipper {zipper_version}{after}"


def find_former(description: str) -> str | None:
    """Return the version that the alias had before, if the description says so."""
    found = _FORMER.fullmatch(description)
    return found[1] if found is not None else None
