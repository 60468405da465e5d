"""An account of AWS on loopback, and a project that is deployed to it."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

from tests.support.command import run_here
from tests.support.scene import HANDLER, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.aws import AwsServer
    from tests.support.command import CommandResult

__all__ = ["Account"]

ASSUME = json.dumps({"Version": "2012-10-17", "Statement": []})


class Account:
    """An account on loopback, and a project that is deployed to it."""

    def __init__(self, aws: AwsServer, folder: Path) -> None:
        self.aws = aws
        self.project = folder / "project"
        iam = aws.client("iam")
        role = iam.create_role(RoleName="orders", AssumeRolePolicyDocument=ASSUME)
        self.role = role["Role"]["Arn"]
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "ZIPPER_"))
        }
        cache = {"ZIPPER_CACHE_DIR": str(folder / "cache"), "HOME": str(folder)}
        self.environment = {**kept, **aws.environment, **cache}
        write_files(
            self.project,
            {"package.json": {"name": "orders"}, "index.js": HANDLER, "../event.json": "{}"},
        )
        aws.calls.clear()

    def run(self, *words: str, **environment: str) -> CommandResult:
        """Run a command in the project's folder; an empty variable is taken away."""
        env = {**self.environment, **environment}
        env = {name: value for name, value in env.items() if value}
        return run_here(*words, cwd=self.project, env=env)

    def deploy(self, *words: str, status: int = 0, **environment: str) -> CommandResult:
        """Deploy the project with a role and an alias."""
        named = ("deploy", "--role", self.role, "--alias", "live")
        done = self.run(*named, *words, **environment)
        assert status == done.status, done.stderr
        return done

    @property
    def function(self) -> dict[str, Any]:
        """What Lambda says of the function."""
        return self.aws.client("lambda").get_function_configuration(FunctionName="orders")

    @property
    def alias(self) -> str:
        """The version that the alias points to."""
        found = self.aws.client("lambda").get_alias(FunctionName="orders", Name="live")
        return found["FunctionVersion"]

    def version(self, number: str) -> dict[str, Any]:
        """Return what Lambda says of a version."""
        client = self.aws.client("lambda")
        return client.get_function_configuration(FunctionName="orders", Qualifier=number)

    def writes(self) -> list[str]:
        """Return the calls since the last question that change something, by their last word."""
        calls = [call for call in self.aws.take_calls() if not call.startswith(("GET", "HEAD"))]
        return [re.split("[ /.]", call)[-1] for call in calls]

    def settings(self, text: str) -> None:
        """Write the table of the deployment."""
        write_files(self.project, {"pyproject.toml": f"[tool.zipper.deploy]\n{text}"})
