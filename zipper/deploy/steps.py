"""Which steps lead from what a function is to what it is to be, and in which order.

In: `WantedFunction` and `Present`. Out: steps, each with its changes. Nothing is asked here, so
that `--dry-run` prints what a deployment does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import zipper
from zipper.deploy.event_entries import MADE
from zipper.deploy.role_plan import compare_role
from zipper.deploy.wanted import Vpc
from zipper.errors import UsageError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.deploy.present import Alias, Present
    from zipper.deploy.role_plan import PresentRole
    from zipper.deploy.wanted import WantedFunction

__all__ = [
    "DIRECT_MAX_BYTES",
    "Change",
    "Now",
    "Step",
    "make_arguments",
    "merge_environment",
    "plan_steps",
]

DIRECT_MAX_BYTES: Final = 52_428_800
"""The largest zip that Lambda takes without S3. Source: AWS Lambda quotas."""

StepKind = Literal[
    "create-role", "role", "create", "code", "configuration", "tags", "log-retention", "publish",
    "invoke", "alias", "permission", "mapping", "notification", "subscription", "rule", "target",
    "log-filter", "url", "delete-alias", "delete", "delete-role",
]  # fmt: skip
"""Those from `permission` to `url` are of events, see `zipper.deploy.event_entries`."""

_SCALARS: Final = (
    "runtime", "handler", "role", "memory", "timeout", "vpc", "tracing", "dead_letter"
)  # fmt: skip
_NOTHING: Final = {"vpc": Vpc(), "tracing": "PassThrough", "dead_letter": ""}
"""What a new function has, where nothing is said."""


class Change(NamedTuple):
    """One difference; `before` is None where there was nothing."""

    what: str
    before: str | None
    after: str | None
    """None for what is taken away."""


class Step(NamedTuple):
    """One call that changes something, or a test."""

    kind: StepKind
    changes: tuple[Change, ...] = ()


class Now(NamedTuple):
    """All that a plan is made from beside what is wanted."""

    function: Present | None
    """None where it is to be made."""
    alias: Alias | None = None
    aliased: Present | None = None
    """The version that the alias points to."""
    log_retention: int | None = None
    role: PresentRole | None = None
    """The role that zipper makes, where it is there already."""


def plan_steps(wanted: WantedFunction, now: Now, *, invokes: bool = False) -> tuple[Step, ...]:
    """Return the steps; none where all is as it is to be.

    New code may need the newer runtime, new variables and more memory, so the configuration goes
    before the code; an older runtime is set after the code that runs on it. An alias is moved last,
    to a version that was invoked before where there is an event.

    Raises:
        UsageError: EUSAGE where the function is an image; where it has to be made without a role;
            EUPLOAD where the package is too large for what was said.
        DeployError: EROLE where the role's name is taken.
    """
    present = now.function
    if present is not None and present.package_type != "Zip":
        raise UsageError(
            "EUSAGE",
            f"`{wanted.function_name}` is a container image, which cannot become a zip",
            hint="deploy under another name: `--function-name NAME`",
        )
    roles = tuple(_plan_role(wanted, now))
    changed = list(_plan_function(wanted, present))
    if any(step.kind in ("create", "code") for step in changed):
        _refuse_large(wanted)
    if wanted.log_retention is not None and wanted.log_retention != now.log_retention:
        before = None if now.log_retention is None else f"{now.log_retention} days"
        change = Change("log retention", before, f"{wanted.log_retention} days")
        changed.append(Step("log-retention", (change,)))
    return (*roles, *changed, *_plan_alias(wanted, now, changed, invokes=invokes))


def _plan_role(wanted: WantedFunction, now: Now) -> Iterator[Step]:
    if wanted.own_role is None:
        return
    changes = tuple(Change(*row) for row in compare_role(wanted.own_role, now.role))
    if changes:
        yield Step("create-role" if now.role is None else "role", changes)


def _plan_function(wanted: WantedFunction, present: Present | None) -> Iterator[Step]:
    if present is None:
        if wanted.role is None:
            raise UsageError(
                "EUSAGE",
                f"there is no function `{wanted.function_name}`, and to make it takes a role",
                hint="`--role arn:aws:iam::ACCOUNT:role/NAME` names one that is there, "
                "`--create-role` makes one",
            )
        yield Step("create", tuple(_compare(wanted, None)))
        return
    changes = tuple(_compare(wanted, present))
    code = tuple(one for one in changes if one.what in ("code", "architecture"))
    configuration = tuple(one for one in changes if one not in code and not _is_tag(one))
    steps = [
        *([Step("configuration", configuration)] if configuration else []),
        *([Step("code", code)] if code else []),
    ]
    if _major(wanted.runtime) < _major(present.runtime):
        steps.reverse()
    yield from steps
    tags = tuple(filter(_is_tag, changes))
    if tags:
        yield Step("tags", tags)


def _is_tag(change: Change) -> bool:
    return change.what.startswith("tag ")


def _major(runtime: str) -> int:
    digits = runtime.removeprefix("nodejs").partition(".")[0]
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _compare(wanted: WantedFunction, present: Present | None) -> Iterator[Change]:
    """Yield how the function differs; of variables their names alone are said."""
    if present is None or present.code_sha256 != wanted.code_sha256 or present.update == "Failed":
        before = None if present is None else present.code_sha256
        yield Change("code", before, wanted.code_sha256)
    if present is None or present.architecture != wanted.architecture:
        before = None if present is None else present.architecture
        yield Change("architecture", before, wanted.architecture)
    for name in _SCALARS:
        value = getattr(wanted, name)
        former = _NOTHING.get(name) if present is None else getattr(present, name)
        if value is not None and value != former:
            before = None if former is None else str(former) or None
            yield Change(name, before, str(value) or None)
    variables = {} if present is None else present.environment
    for name, value in sorted(wanted.environment.items()):
        if value != variables.get(name):
            before = "set" if name in variables else None
            yield Change(f"variable {name}", before, None if value is None else "set")
    tags = {} if present is None else present.tags
    for name, value in sorted(wanted.tags.items()):
        if value != tags.get(name):
            yield Change(f"tag {name}", tags.get(name), value)


def _refuse_large(wanted: WantedFunction) -> None:
    if wanted.size_bytes > DIRECT_MAX_BYTES and wanted.bucket is None:
        raise UsageError(
            "EUPLOAD",
            f"Lambda takes {wanted.size_bytes:,} bytes from S3 alone",
            facts=(("without S3", f"{DIRECT_MAX_BYTES:,} bytes at most"),),
            hint="name a bucket in the function's region: `--bucket BUCKET`, or "
            "`bucket` in `[tool.zipper.deploy]`",
        )


def _plan_alias(
    wanted: WantedFunction, now: Now, changed: list[Step], *, invokes: bool
) -> Iterator[Step]:
    """Yield what publishes a version and moves the alias, where that is not done already."""
    invoke = [Step("invoke")] if invokes else []
    if wanted.alias is None:
        yield from invoke
        return
    is_new = any(step.kind in ("create", "code", "configuration") for step in changed)
    is_same = (
        now.function is not None
        and now.aliased is not None
        and now.aliased.copied == now.function.copied
    )
    if not is_new and is_same and not (now.alias is not None and now.alias.has_weights):
        yield from invoke
        return
    yield Step("publish")
    yield from invoke
    before = None if now.alias is None else now.alias.version
    yield Step("alias", (Change(f"alias {wanted.alias}", before, "the new version"),))


def make_arguments(wanted: WantedFunction, present: Present | None, step: Step) -> dict[str, Any]:
    """Return what CreateFunction or UpdateFunctionConfiguration is called with for `step`."""
    names = {change.what for change in step.changes}
    keys = {
        "runtime": "Runtime",
        "handler": "Handler",
        "role": "Role",
        "memory": "MemorySize",
        "timeout": "Timeout",
    }
    arguments: dict[str, Any] = {
        key: getattr(wanted, name) for name, key in keys.items() if name in names
    }
    if wanted.vpc is not None and "vpc" in names:
        groups = list(wanted.vpc.security_groups)
        arguments["VpcConfig"] = {"SubnetIds": list(wanted.vpc.subnets), "SecurityGroupIds": groups}
        if present is not None and present.allows_ipv6 and wanted.vpc.subnets:
            arguments["VpcConfig"]["Ipv6AllowedForDualStack"] = True
    if "tracing" in names:
        arguments["TracingConfig"] = {"Mode": wanted.tracing}
    if "dead_letter" in names:
        arguments["DeadLetterConfig"] = {"TargetArn": wanted.dead_letter}
    if any(name.startswith("variable ") for name in names):
        variables = {} if present is None else present.environment
        merged = merge_environment(variables, wanted.environment)
        arguments["Environment"] = {"Variables": merged}
    if step.kind == "create":
        arguments |= {"Architectures": [wanted.architecture], "PackageType": "Zip"}
        arguments["Tags"] = {MADE: zipper.__version__, **wanted.tags}
    return arguments


def merge_environment(
    present: Mapping[str, str], wanted: Mapping[str, str | None]
) -> dict[str, str]:
    """Return all variables: those that nothing is said about stay as they are."""
    merged = {**present, **wanted}
    return {name: value for name, value in merged.items() if value is not None}
