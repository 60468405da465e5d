"""Which lockfile a project is made from, and whether it is in step.

In: a project, and what laying out its lockfile has shown. Out: a `LockfileUse`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.npm.lockfile_formats import FORMATS
from zipper.package import LockfileUse

if TYPE_CHECKING:
    from zipper.events import OnEvent
    from zipper.project.read_project import Project
    from zipper.resolving.locked_tree import LockedTree
    from zipper.settings.build_request import BuildRequest

__all__ = ["check_lockfile", "describe_lockfile"]


def describe_lockfile(project: Project, locked: LockedTree | None) -> LockfileUse | None:
    """Return which lockfile counts; `locked` is what was laid out of one that is not npm's."""
    if project.foreign is not None and locked is not None:
        tool = FORMATS[project.foreign.name].tool
        version = _find_version(project, tool)
        return LockfileUse(project.foreign.path, tool, version, locked.version, locked.edges)
    if project.yarn_lock is not None:
        path = str(project.root / "yarn.lock")
        return LockfileUse(path, "yarn", _find_version(project, "yarn"), "1", None)
    if project.lockfile is None:
        return None
    version = _find_version(project, "npm")
    return LockfileUse(project.lockfile.path, "npm", version, str(project.lockfile.version), None)


def _find_version(project: Project, tool: str) -> str | None:
    """Return the version in `packageManager`, without corepack's hash.

    None where it is an address, as corepack takes one: it may hold a password.
    """
    named = project.manifest.raw.get("packageManager")
    name, at, version = named.partition("@") if isinstance(named, str) else ("", "", "")
    version = version.partition("+")[0]
    return version if at and name == tool and ":" not in version else None


def check_lockfile(
    request: BuildRequest, *, on_event: OnEvent | None = None
) -> tuple[LockfileUse, int]:
    """Return the lockfile that counts, which is in step, and how many packages it has.

    Nothing is written.

    Raises:
        LockfileError: one that is not in step, under EUSAGE or the tool's own code; EUSAGE where
            there is none.
        ResolutionError, RegistryError, ProjectError, StoreError.
    """
    from zipper.errors import LockfileError  # noqa: PLC0415  (for this command, as the others)
    from zipper.pipeline import dependencies  # noqa: PLC0415
    from zipper.pipeline.session import Circumstances  # noqa: PLC0415

    io = Circumstances.of(request, on_event)
    project = io.read_project(request)
    if project.lockfile_path is None:
        raise LockfileError(
            "EUSAGE",
            f"`{project.root}` has no lockfile that can be in step",
            hint="write one: `python -m zipper resolve`",
        )
    with io.open_client(project, request) as client:
        whole = frozenset[str]()
        tree = dependencies.find_project_tree(project, request, io, client, omit=whole)
    found = describe_lockfile(project, dependencies.find_locked(project, request, io, whole))
    assert found is not None
    return found, dependencies.count_packages(tree)
