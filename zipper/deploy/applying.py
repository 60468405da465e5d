"""The steps of a deployment, done one after the other.

In: an account, what is wanted, what is there, the zip. Out: what became of it. After each step the
function is read again, so that the next one changes only what this deployment has left: Lambda's
`RevisionId` is the lock. Where it ends early, the next deployment compares anew and goes on.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import zipper
from zipper.deploy.aws import AwsError
from zipper.deploy.invoking import Answer, describe_failure, invoke
from zipper.deploy.present import ALIAS_DESCRIPTION, Present, describe_version, find_former
from zipper.deploy.reading import find_function, wait_and_read
from zipper.deploy.roles import call_with_role, make_role, update_role
from zipper.deploy.steps import DIRECT_MAX_BYTES, Change, Step, make_arguments
from zipper.errors import DeployError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zipper.deploy.aws import Aws
    from zipper.deploy.present import Alias
    from zipper.deploy.steps import Now
    from zipper.deploy.wanted import WantedFunction

__all__ = ["Applied", "apply_steps", "move_alias"]

_CONFLICTS_MAX: Final = 5
"""Updates of others that are waited for."""


class Applied(NamedTuple):
    """What a deployment has done."""

    steps: tuple[Step, ...] = ()
    """Those that are done, in order."""
    version: str | None = None
    """What was published, or what the alias points to."""
    former: str | None = None
    """The version that the alias pointed to before."""
    answer: Answer | None = None
    """Of the invocation."""


def apply_steps(
    aws: Aws,
    wanted: WantedFunction,
    now: Now,
    steps: Sequence[Step],
    *,
    zip_path: str,
    event: bytes | None,
    tell: Callable[[Step], None],
) -> Applied:
    """Do the steps that `plan_steps` returned for `wanted` and `now`.

    Args:
        aws: the account.
        wanted: what the function is to be.
        now: what it was when the steps were planned.
        steps: in their order.
        zip_path: the package.
        event: for the step `invoke`.
        tell: called after each step that is done.

    Raises:
        DeployError: EREVISION where something else changed the function; EUPDATE where Lambda could
            not apply a change; EINVOKE where the invocation failed, with the alias where it was.
        AwsError: as `Aws.call`.
    """
    work = _Deploying(aws, wanted, now, zip_path, event)
    for step in steps:
        work.do(step)
        tell(work.done[-1])
    former = None if now.alias is None else now.alias.version
    return Applied(tuple(work.done), work.version or former, former, work.answer)


class _Deploying:
    """A deployment under way."""

    def __init__(
        self, aws: Aws, wanted: WantedFunction, now: Now, zip_path: str, event: bytes | None
    ) -> None:
        self._aws = aws
        self._wanted = wanted
        self._now = now
        self._zip_path = zip_path
        self._event = event
        self._name = wanted.function_name
        self._function = now.function
        self.done: list[Step] = []
        self.version: str | None = None
        self.answer: Answer | None = None
        self.role_changed = False

    def do(self, step: Step) -> None:
        """Do one step, and note what it came to."""
        done = {
            "create-role": self._make_role,
            "role": self._update_role,
            "create": self._create,
            "code": self._update_code,
            "configuration": self._configure,
            "tags": self._tag,
            "log-retention": self._keep_logs,
            "publish": self._publish,
            "invoke": self._invoke,
            "alias": self._move,
        }[step.kind](step)
        self.done.append(done)

    @property
    def _present(self) -> Present:
        assert self._function is not None
        return self._function

    def _make_role(self, step: Step) -> Step:
        assert self._wanted.own_role is not None
        make_role(self._aws, self._wanted.own_role)
        self.role_changed = True
        return step

    def _update_role(self, step: Step) -> Step:
        assert self._wanted.own_role is not None
        assert self._now.role is not None
        update_role(self._aws, self._wanted.own_role, self._now.role)
        self.role_changed = True
        return step

    def _create(self, step: Step) -> Step:
        arguments = {"FunctionName": self._name, **make_arguments(self._wanted, None, step)}
        arguments["Code"] = self._upload()
        try:
            call_with_role(
                self._aws, "create_function", role_changed=self.role_changed, **arguments
            )
        except AwsError as error:
            if error.aws_code == "ResourceConflictException":
                raise self._changed("somebody else made it meanwhile") from error
            raise
        self._settle("function_active_v2")
        return step

    def _update_code(self, step: Step) -> Step:
        code = self._upload()
        arguments = {**code, "Architectures": [self._wanted.architecture], "Publish": False}
        self._update("update_function_code", arguments)
        if self._present.code_sha256 != self._wanted.code_sha256:
            raise self._changed("it has other code than what was uploaded")
        return step

    def _configure(self, step: Step) -> Step:
        self._update(
            "update_function_configuration", make_arguments(self._wanted, self._function, step)
        )
        return step

    def _update(self, operation: str, arguments: dict[str, Any]) -> None:
        """Call with the lock; another update that is under way is waited for, and may forbid it."""
        for _ in range(_CONFLICTS_MAX):
            before = self._present
            try:
                call_with_role(
                    self._aws,
                    operation,
                    role_changed=self.role_changed,
                    FunctionName=self._name,
                    RevisionId=before.revision,
                    **arguments,
                )
            except AwsError as error:
                if error.aws_code == "PreconditionFailedException":
                    raise self._changed("it has another revision") from error
                if error.aws_code != "ResourceConflictException":
                    raise
                self._function = wait_and_read(self._aws, self._name)
                if self._present.copied != before.copied:
                    raise self._changed("another update has changed it") from error
            else:
                self._settle()
                return
        raise self._changed("other updates of it were under way all the time")

    def _settle(self, waiter: str = "function_updated_v2") -> None:
        """Wait until Lambda has made the change, and read what came of it.

        Raises:
            DeployError: EUPDATE where it could not: the code that was there goes on running.
        """
        self._function = found = wait_and_read(self._aws, self._name, waiter)
        if "Failed" in (found.state, found.update):
            raise DeployError(
                "EUPDATE",
                f"Lambda could not apply the change to `{self._name}`",
                facts=(("reason", found.reason or "none is given"),),
                hint="what ran before goes on running; mend the reason, and deploy again",
            )

    def _upload(self) -> dict[str, Any]:
        """Return where Lambda finds the zip; it is in S3 where there is a bucket."""
        wanted = self._wanted
        data = Path(self._zip_path).read_bytes()
        if wanted.bucket is None:
            assert len(data) <= DIRECT_MAX_BYTES
            return {"ZipFile": data}
        digest = base64.b64decode(wanted.code_sha256).hex()
        key = f"{wanted.prefix}{self._name.rpartition(':')[2]}/{digest}.zip"
        place = {"Bucket": wanted.bucket, "Key": key}
        found = self._aws.find("s3", "head_object", **place, ChecksumMode="ENABLED")
        if found is None or found.get("ChecksumSHA256") != wanted.code_sha256:
            found = self._aws.call(
                "s3", "put_object", **place, Body=data, ChecksumSHA256=wanted.code_sha256
            )
        version = found.get("VersionId")
        at = {"S3Bucket": wanted.bucket, "S3Key": key}
        return at if version in (None, "null") else {**at, "S3ObjectVersion": version}

    def _tag(self, step: Step) -> Step:
        names = [change.what.removeprefix("tag ") for change in step.changes]
        tags = {name: self._wanted.tags[name] for name in names}
        self._aws.call("lambda", "tag_resource", Resource=self._present.arn, Tags=tags)
        return step

    def _keep_logs(self, step: Step) -> Step:
        group = self._present.log_group
        try:
            self._aws.call("logs", "create_log_group", logGroupName=group)
        except AwsError as error:
            if error.aws_code != "ResourceAlreadyExistsException":
                raise
        days = self._wanted.log_retention
        self._aws.call("logs", "put_retention_policy", logGroupName=group, retentionInDays=days)
        return step

    def _publish(self, step: Step) -> Step:
        former = None if self._now.alias is None else self._now.alias.version
        try:
            answer = self._aws.call(
                "lambda",
                "publish_version",
                FunctionName=self._name,
                CodeSha256=self._wanted.code_sha256,
                RevisionId=self._present.revision,
                Description=describe_version(zipper.__version__, former),
            )
        except AwsError as error:
            if error.aws_code == "PreconditionFailedException" or "Sha256" in error.message:
                raise self._changed("it has another revision, or other code") from error
            raise
        self.version = str(answer["Version"])
        self._aws.wait("published_version_active", FunctionName=self._name, Qualifier=self.version)
        return step._replace(changes=(Change("version", former, self.version),))

    def _invoke(self, step: Step) -> Step:
        """Invoke the new version before the alias points to it, or what the alias points to."""
        assert self._event is not None
        alias = self._now.alias
        qualifier = self.version or (None if alias is None else alias.name)
        self.answer = invoke(self._aws, self._name, self._event, qualifier=qualifier)
        if self.answer.error is None:
            return step
        kept = None if alias is None else f"`{alias.name}` stays at version {alias.version}"
        if self.version is None and alias is not None:
            kept = self._roll_back(alias)
        raise describe_failure(self.answer, kept=kept, qualifier=qualifier)

    def _roll_back(self, alias: Alias) -> str:
        """Move the alias away from a version that fails, where its description says to which."""
        failed = self._now.aliased
        former = find_former(failed.description) if failed is not None else None
        if former is None or find_function(self._aws, self._name, former) is None:
            return f"`{alias.name}` is at version {alias.version}, and no former one is known"
        move_alias(self._aws, self._name, alias.name, alias, former)
        return f"`{alias.name}` is back at version {former}"

    def _move(self, step: Step) -> Step:
        assert self.version is not None
        assert self._wanted.alias is not None
        alias = self._now.alias
        move_alias(self._aws, self._name, self._wanted.alias, alias, self.version)
        before = None if alias is None else alias.version
        return step._replace(changes=(Change(f"alias {self._wanted.alias}", before, self.version),))

    def _changed(self, how: str) -> DeployError:
        return DeployError(
            "EREVISION",
            f"`{self._name}` was changed during this deployment: {how}",
            hint="find out who deploys too; the same command again compares anew",
        )


def move_alias(aws: Aws, name: str, alias_name: str, alias: Alias | None, version: str) -> None:
    """Point the alias to a version, wholly; make it where it is None.

    Raises:
        DeployError: EREVISION where somebody else has moved it.
        AwsError: as `Aws.call`.
    """
    where = {"FunctionName": name, "Name": alias_name, "FunctionVersion": version}
    try:
        if alias is None:
            aws.call("lambda", "create_alias", **where, Description=ALIAS_DESCRIPTION)
            return
        more: dict[str, Any] = {"RevisionId": alias.revision} if alias.revision else {}
        if alias.has_weights:
            more["RoutingConfig"] = {"AdditionalVersionWeights": {}}
        aws.call("lambda", "update_alias", **where, **more)
    except AwsError as error:
        if error.aws_code in ("PreconditionFailedException", "ResourceConflictException"):
            raise DeployError(
                "EREVISION",
                f"somebody else has moved the alias `{alias_name}` of `{name}` meanwhile",
                hint="the same command again compares anew",
            ) from error
        raise
