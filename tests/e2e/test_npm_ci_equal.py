"""Every file that zipper packs or installs is npm's file, for both architectures.

ZIPPER_PROJECT=PATH runs it for that project alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.compare import (
    build_like,
    compare_files,
    files_in_zip,
    files_on_disk,
    install_like,
)
from tests.support.npm import ask_for_install, npm_cpu, require_npm
from tests.support.projects import Project, all_projects, parametrized

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.network, pytest.mark.node, pytest.mark.slow]


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
@pytest.mark.parametrize("project", parametrized(all_projects()))
def test_package_holds_what_npm_ci_installs(
    project: Project, architecture: str, tmp_path: Path
) -> None:
    """A package's node_modules equal npm's, byte for byte and in their executable bits."""
    require_npm()
    answer = ask_for_install(project, cpu=npm_cpu(architecture))
    output = tmp_path / "package.zip"

    built = build_like(answer, project, output, architecture=architecture)

    assert answer.code == built.code, built.stderr
    assert (answer.code is None) == output.exists(), built.stderr
    if answer.code is None:
        assert [] == compare_files(answer.files, files_in_zip(output)).differences


@pytest.mark.parametrize("project", parametrized(all_projects()))
def test_install_makes_what_npm_ci_makes(project: Project, tmp_path: Path) -> None:
    """The files on disk are npm's too, where they are chosen and where they are recalled."""
    require_npm()
    answer = ask_for_install(project, cpu=npm_cpu("x86_64"))
    for into in (tmp_path / "chosen", tmp_path / "recalled"):
        made = install_like(answer, project, into, architecture="x86_64")

        assert answer.code == made.code, made.stderr
        if answer.code is None:
            assert [] == compare_files(answer.files, files_on_disk(into)).differences
