"""`--version`, and the name under which zipper is distributed."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.command import run_zipper
from tests.support.shared import REPOSITORY
from zipper.commands.version import DISTRIBUTION, find_distributions

if TYPE_CHECKING:
    from pathlib import Path

_FOREIGN = re.compile(r"pip\s+install\s+(?:-\S+ )*['\"]?zipper(?![\w-])")


def write_record(site: Path, name: str, line: str) -> None:
    (site / name).mkdir(parents=True)
    (site / name / "RECORD").write_text(f"{line},sha256=x,1\n", encoding="utf-8")


def test_version_names_the_distribution() -> None:
    """One line says the version, the distribution and the Python."""
    done = run_zipper("--version")

    assert 0 == done.status
    assert re.fullmatch(r"zipper \S+ \(zipper-nodejs .+, Python 3\.\S+\)\n", done.stdout)


def test_a_foreign_distribution_is_named(tmp_path: Path) -> None:
    """Whatever distribution brought the package's files is named, and no other."""
    write_record(tmp_path, "zipper_nodejs-1.2.0.dist-info", "zipper/__init__.py")
    write_record(tmp_path, "zipper-0.0.3.dist-info", "zipper/__init__.py")
    write_record(tmp_path, "zipper_other-1.0.dist-info", "zipper_other/__init__.py")

    assert ["zipper 0.0.3", "zipper-nodejs 1.2.0"] == list(find_distributions(tmp_path / "zipper"))


def test_extras_lead_to_no_foreign_distribution() -> None:
    """All extras together require our distribution's name, never that of the stranger."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    required = [Requirement(line) for lines in extras.values() for line in lines]
    names = {canonicalize_name(requirement.name) for requirement in required}

    assert DISTRIBUTION == project["name"]
    assert "zipper" not in names
    assert all(
        extra in extras
        for requirement in required
        if canonicalize_name(requirement.name) == DISTRIBUTION
        for extra in requirement.extras
    )


def test_nothing_tells_users_to_install_a_stranger() -> None:
    """No text of ours has `pip install zipper`, or requires it for a build."""
    texts = [REPOSITORY / "README.md", *(REPOSITORY / "zipper").rglob("*.py")]
    texts += [*(REPOSITORY / "zipper").rglob("*.md"), *(REPOSITORY / ".github").rglob("*.md")]
    found = [path.name for path in texts if _FOREIGN.search(path.read_text(encoding="utf-8"))]

    assert [] == found
    assert _FOREIGN.search("pip install 'zipper[sbom]'")
    assert _FOREIGN.search("pip\ninstall -q zipper")
    assert not _FOREIGN.search("pip install zipper-nodejs")
