"""What scanners of security say about zipper's own code and its dependencies: nothing."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.support.advisories_server import find_database, serve
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
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


def audit(requirements: Path, *options: str) -> list[dict] | None:
    """Return what pip-audit says of each dependency that it could judge; None where of none."""
    words = ("-r", str(requirements), "-f", "json", "--progress-spinner", "off", *options)
    done = run("pip_audit", *words)
    if not done.stdout.startswith("{"):
        return None
    rows = json.loads(done.stdout)["dependencies"]
    return [row for row in rows if "vulns" in row] or None


@contextmanager
def local_service() -> Iterator[tuple[str, ...]]:
    """Yield the options that have pip-audit ask the advisories of this machine."""
    database = find_database()
    if database is None:
        pytest.skip(
            "pip-audit's services are out of reach, and there are no advisories here: "
            "name a database with ZIPPER_OSV_DATABASE"
        )
    advisories, told = database
    with serve(advisories) as address:
        print(f"pip-audit asks {told}: {len(advisories):,} packages")
        yield "-s", "osv", "--osv-url", address


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
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("\n".join(wanted))
    judged = audit(requirements)
    if judged is None:
        with local_service() as options:
            judged = audit(requirements, *options)

    assert judged is not None
    print(f"{len(judged)} dependencies judged")
    assert len(wanted) <= len(judged)
    assert [] == [(row["name"], row["version"], row["vulns"]) for row in judged if row["vulns"]]


@pytest.mark.slow
def test_pip_audit_would_know(tmp_path: Path) -> None:
    """The same scan finds what is known against an old version."""
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("urllib3==1.24.1\nclick==8.1.7\n")
    with local_service() as options:
        judged = audit(requirements, *options, "--no-deps", "--disable-pip")

    assert {"urllib3": True, "click": False} == {
        row["name"]: bool(row["vulns"]) for row in judged or ()
    }
