"""The parts of a web function's package: those of a function, around its entry file.

In: as for `zipper.pipeline.package_parts`. Out: `PackageParts` with the entry file as what Lambda
starts. Sources in TypeScript and bundles are made as for a handler in the same file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.kinds import DEFAULT_KIND
from zipper.pipeline.entry_file import as_handler, find_source_entry, packed_name
from zipper.pipeline.package_parts import PackageParts, find_parts

if TYPE_CHECKING:
    from zipper.layout.placement import Homes
    from zipper.pipeline.dependencies import Gathered
    from zipper.pipeline.session import Circumstances
    from zipper.project.own_files import OwnFiles
    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest

__all__ = ["find_entry_parts"]


def find_entry_parts(
    project: Project,
    request: BuildRequest,
    io: Circumstances,
    gathered: Gathered,
    homes: Homes,
    chosen: tuple[OwnFiles, OwnFiles],
) -> PackageParts:
    """Return the parts of a web function's package.

    Raises:
        ZipperError: what `find_parts` raises.
    """
    entry = find_source_entry(request, chosen[0].files, project.own_manifest.raw)
    handler = as_handler(entry)
    as_function = request._replace(kind=DEFAULT_KIND, handler=handler)
    parts = find_parts(project, as_function, io, gathered, homes, chosen)
    packed = packed_name(entry) if parts.bundle is None else parts.bundle.output
    return parts._replace(handler=packed)
