"""Whether the function's Node and platform are what the project's `devEngines` ask for.

In: a project and a target. Out: findings, or the error that `onFail` asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.errors import ProjectError
from zipper.findings import Finding
from zipper.npm.dev_engines import find_misfits
from zipper.target import NPM_VERSION

if TYPE_CHECKING:
    from zipper.project.read_project import Project
    from zipper.target import Target

__all__ = ["judge_development_engines"]

_CURES: Final = {
    "packageManager": "commit the lockfile of the package manager that it names, or ",
    "runtime": "choose a runtime that fits, or ",
    "cpu": "choose an architecture that fits, or ",
}
"""How hints begin, where there is more to do than to change the field."""


def judge_development_engines(project: Project, target: Target) -> tuple[Finding, ...]:
    """Return a finding `dev-engines` for each engine that does not fit, where that is a warning.

    Raises:
        ProjectError: EBADDEVENGINES.

    Deviation: where another package manager's lockfile counts, npm is not what is asked about.
    """
    field = project.manifest.raw.get("devEngines")
    current = {
        "packageManager": ("npm", NPM_VERSION),
        "runtime": ("node", target.node_version),
        "cpu": (target.cpu, None),
        "libc": (target.libc, None),
        "os": (target.os, None),
    }
    misfits = find_misfits(field, current)
    if project.foreign is not None or _has_other_lockfile(project):
        misfits = [misfit for misfit in misfits if misfit.engine != "packageManager"]
    errors = [misfit for misfit in misfits if misfit.is_error]
    if errors and not project.npm.force:
        raise ProjectError(
            "EBADDEVENGINES",
            f"`devEngines.{errors[0].engine}` of package.json does not fit the function",
            facts=tuple(("because", reason) for reason in errors[0].reasons),
            hint=f'{_CURES.get(errors[0].engine, "")}write `"onFail": "warn"` beside the name',
        )
    return tuple(
        Finding(
            "dev-engines",
            "warning",
            "package.json",
            f"`devEngines.{misfit.engine}` does not fit: {'; '.join(misfit.reasons)}",
            f"{_CURES.get(misfit.engine, '')}change the field",
        )
        for misfit in misfits
    )


def _has_other_lockfile(project: Project) -> bool:
    """Return whether the project is another package manager's."""
    names = ("package-lock.json", "npm-shrinkwrap.json")
    path = "" if project.lockfile is None else project.lockfile.path
    other = bool(path) and not path.endswith(names)
    return other or project.yarn_lock is not None or bool(project.unread_lockfiles)
