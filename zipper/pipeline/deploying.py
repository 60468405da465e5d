"""From a request to a function in AWS: build, compare, and change what differs.

In: a request, with what its settings say of deploying. Out: what was done, or would be. A package
that does not pass its check goes nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from zipper.deploy.applying import Applied, apply_steps
from zipper.deploy.aws import open_aws
from zipper.deploy.reading import fetch_environment, read_now
from zipper.deploy.steps import Now, Step, plan_steps
from zipper.deploy.wanted import WantedFunction, find_environment, want
from zipper.pipeline.function_events import PlannedEvents, apply_events, plan_function_events
from zipper.pipeline.permitting import name_requested, plan_role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zipper.deploy.aws import Aws
    from zipper.package import Package
    from zipper.settings.build_request import BuildRequest

__all__ = [
    "Deployed",
    "Deployment",
    "FunctionPlace",
    "deploy_package",
    "describe_deployment",
    "describe_undeployed",
    "find_place",
    "plan_deployment",
]


class FunctionPlace(NamedTuple):
    """Where a function is: an account, a region, a name, and what the settings say beside."""

    aws: Aws
    function_name: str
    values: Mapping[str, Any]
    request: BuildRequest


class Deployment(NamedTuple):
    """What is to be done."""

    place: FunctionPlace
    wanted: WantedFunction
    now: Now
    steps: tuple[Step, ...]
    """What is done to the function, and then what is done about its events."""
    events: PlannedEvents | None = None


class Deployed(NamedTuple):
    """What a deployment came to, or would. Values of variables are not among it."""

    function_name: str
    region: str
    code_sha256: str
    alias: str | None
    version: str | None
    """What was published, or what the alias points to."""
    former_version: str | None
    """What the alias pointed to before."""
    dry_run: bool
    steps: tuple[Step, ...]
    """Those that were done, or would be."""
    answer: str | None
    """What the function answered to the event."""
    package: Package


def find_place(request: BuildRequest, typed: Mapping[str, Any]) -> FunctionPlace:
    """Return where the function of `request` is; nothing is asked of AWS yet.

    Args:
        request: its `deploy` has what the settings say.
        typed: options, which go before it.

    Raises:
        UsageError: ENOBOTO3, EUSAGE.
        ProjectError: where the project cannot be read, which has the name.
        AwsError: ECREDENTIALS.
    """
    values = {**(request.deploy or {}), **typed}
    name = name_requested(request, values)
    aws = open_aws(values.get("profile"), values.get("region"))
    return FunctionPlace(aws, name, values, request)


def plan_deployment(place: FunctionPlace, package: Package, *, invokes: bool) -> Deployment:
    """Return what is to be done so that the function is what the settings and the package say.

    Raises:
        UsageError: EUSAGE, EUPLOAD.
        DeployError: ESECRET, EROLE, ENOSOURCE.
        AwsError: as `Aws.call`.
    """
    request, values = place.request, place.values
    sources = find_environment(values, request.env, request.node_options)
    wanted = want(
        values,
        package,
        function_name=place.function_name,
        environment=fetch_environment(place.aws, sources),
    )
    now = read_now(
        place.aws,
        place.function_name,
        alias=wanted.alias,
        reads_logs=wanted.log_retention is not None,
    )
    wanted, now = plan_role(place.aws, wanted, now, values)
    steps = plan_steps(wanted, now, invokes=invokes)
    events = plan_function_events(place, wanted, now.function)
    more = () if events is None else events.steps
    return Deployment(place, wanted, now, (*steps, *more), events)


def describe_deployment(planned: Deployment, package: Package, applied: Applied | None) -> Deployed:
    """Return what was done; what would be, where nothing was."""
    answer = None if applied is None else applied.answer
    return Deployed(
        function_name=planned.place.function_name,
        region=planned.place.aws.region,
        code_sha256=package.code_sha256,
        alias=planned.wanted.alias,
        version=None if applied is None else applied.version,
        former_version=None if planned.now.alias is None else planned.now.alias.version,
        dry_run=applied is None,
        steps=planned.steps if applied is None else applied.steps,
        answer=None if answer is None else answer.payload,
        package=package,
    )


def describe_undeployed(place: FunctionPlace, package: Package) -> Deployed:
    """Return that nothing was done, nor asked: the package, or that of another, fails its check."""
    return Deployed(
        function_name=place.function_name,
        region=place.aws.region,
        code_sha256=package.code_sha256,
        alias=place.values.get("alias"),
        version=None,
        former_version=None,
        dry_run=False,
        steps=(),
        answer=None,
        package=package,
    )


def deploy_package(
    planned: Deployment, package: Package, *, event: bytes | None, tell: Callable[[Step], None]
) -> Applied:
    """Do what was planned; `tell` is called after each step.

    Raises:
        DeployError: EREVISION, EUPDATE, EINVOKE, ENOTIFICATION.
        AwsError: as `Aws.call`.
    """
    events = planned.events
    of_events = () if events is None else events.steps
    applied = apply_steps(
        planned.place.aws,
        planned.wanted,
        planned.now,
        planned.steps[: len(planned.steps) - len(of_events)],
        zip_path=package.path,
        event=event,
        tell=tell,
    )
    if events is None:
        return applied
    kinds = {step.kind for step in applied.steps}
    role_changed = bool(kinds & {"create-role", "role", "create"})
    done = apply_events(planned.place, events, tell, role_changed=role_changed)
    return applied._replace(steps=(*applied.steps, *done))
