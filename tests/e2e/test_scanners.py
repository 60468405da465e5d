"""What scanners of security say about zipper's own code and its dependencies: nothing."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest

from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

_TIMEOUT_SECONDS = 300


def run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed; it is in the extra `dev`")
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )


def test_bandit_finds_nothing() -> None:
    """Every line that bandit would tell of was looked at, and says why it stays."""
    done = run("bandit", "-q", "-c", "pyproject.toml", "-r", "zipper", "-f", "json")
    found = [
        f"{r['filename']}:{r['line_number']} {r['test_id']} {r['issue_text']}"
        for r in json.loads(done.stdout)["results"]
    ]

    assert [] == found


@pytest.mark.network
@pytest.mark.slow
def test_pip_audit_knows_nothing_against_the_dependencies(tmp_path: Path) -> None:
    """No dependency, with all its own, has a known fault; skipped where nobody can say."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    extras = ("keyring", "sbom", "signatures")
    wanted = [
        *project["dependencies"],
        *(line for extra in extras for line in project["optional-dependencies"][extra]),
    ]
    (tmp_path / "requirements.txt").write_text("\n".join(wanted))
    options = ("-r", str(tmp_path / "requirements.txt"), "-f", "json", "--progress-spinner", "off")
    done = run("pip_audit", *options)
    if not done.stdout.startswith("{"):
        pytest.skip(f"pip-audit cannot say: {done.stderr[-200:]}")
    rows = json.loads(done.stdout)["dependencies"]
    judged = [row for row in rows if "vulns" in row]
    if not judged:
        pytest.skip(f"none of the {len(rows)} dependencies is known to the index that pip asks")

    assert [] == [(row["name"], row["version"], row["vulns"]) for row in judged if row["vulns"]]
