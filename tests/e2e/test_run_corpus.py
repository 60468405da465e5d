"""Real functions, built by zipper, are found and loaded on every runtime under Lambda's limits."""

from __future__ import annotations

import pytest
from support.command import run_zipper
from support.node import MAJORS, node_of
from support.projects import bench_projects, copy_project, corpus_projects, fixture_projects

from zipper.node.run_zip import RunSettings, run_zip
from zipper.target import Target

pytestmark = [pytest.mark.node, pytest.mark.network, pytest.mark.slow]

PROJECTS = [
    project
    for project in (*fixture_projects(), *corpus_projects(), *bench_projects())
    if project.handler_loads and project.name != "big"  # 700 MB: Lambda takes 250
]


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_handler_is_found(project, tmp_path):
    """The built package gets at least as far as its handler, and answers or fails by itself."""
    folder = copy_project(project, tmp_path / "project")
    for major in MAJORS:
        package = tmp_path / f"{major}.zip"
        built = run_zipper(
            "build", folder, "--handler", project.handler, "--runtime", f"nodejs{major}.x",
            "-o", package,
        )  # fmt: skip
        assert package.exists(), built.stderr
        settings = RunSettings(
            target=Target(f"nodejs{major}.x"),
            handler=project.handler,
            memory_mb=1024,
            timeout_seconds=20,
            environment=project.handler_env,
            network=False,
        )

        (invocation,) = run_zip(package, settings=settings, node=node_of(major)).invocations

        if major == 24 and invocation.stage == "module-loaded":
            # Two of the projects are older than async functions.
            assert "Runtime.CallbackHandlerDeprecated" == invocation.error.type
        else:
            assert invocation.stage in ("invoked", "returned"), (major, invocation.error)
