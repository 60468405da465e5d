"""What zipper packs runs: a real Node loads the handler from the unzipped package alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.compare import build_like
from tests.support.lambda_node import load_handler, require_node, unzip
from tests.support.npm import ask_for_install, require_npm
from tests.support.projects import Project, all_projects, parametrized

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import CommandResult

pytestmark = [pytest.mark.network, pytest.mark.node, pytest.mark.slow]

LOADABLE = [project for project in all_projects() if project.handler and project.handler_loads]


@pytest.mark.parametrize("project", parametrized(LOADABLE))
def test_handler_loads_from_the_unzipped_package(project: Project, tmp_path: Path) -> None:
    """The handler is a function, and answers where it can be called without a network."""
    require_npm()
    require_node()
    output = tmp_path / "package.zip"
    built = build_like(ask_for_install(project, cpu="x64"), project, output, architecture="x86_64")
    assert output.exists(), built.stderr
    assert {"size-unzipped"} >= _errors(built), built.stderr

    folder = unzip(output, tmp_path / "alone" / "task")
    loaded = load_handler(folder, project.handler, env=project.handler_env, event=project.event)

    assert loaded["kind"] == "function"
    if project.event is not None:
        assert loaded["answer"]["statusCode"] == 200


def _errors(built: CommandResult) -> set[str]:
    """Return the codes of what the checks call an error: Node has no quota, Lambda has one."""
    findings = (built.document or {})["findings"]
    return {finding["code"] for finding in findings if finding["severity"] == "error"}
