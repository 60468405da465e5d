"""Files of the workspace, outside of the folder that is built, that its code reads.

In: a subject with the workspace around it. Out: findings `file-outside`. The path has to be written
in code that is reached, and there has to be such a file: on Lambda the same path leads elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.checks.closure import close, relative
from zipper.checks.constants import place_of
from zipper.checks.file_facts import EAGER
from zipper.checks.filesystem import TASK
from zipper.findings import Finding
from zipper.javascript.named_paths import list_named_paths
from zipper.npm.folder_path import find_package, resolve
from zipper.npm.folder_path import relative as way_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.nearby import Nearby
    from zipper.checks.subject import Subject
    from zipper.checks.walk import Module

__all__ = ["check_outside", "find_outside", "tell_include"]


def check_outside(subject: Subject) -> Iterator[Finding]:
    """Yield each file outside of the member, or of a sibling, that its reached code names.

    An error where the code is sure to read it while the handler loads, else a warning.
    """
    nearby, start = subject.nearby, close(subject)
    if nearby is None or start is None:
        return
    for path in sorted(start.walk.modules):
        source = nearby.find_source(relative(path))
        if source is not None:
            yield from _judge_module(subject, nearby, start.walk.modules[path], source)


def _judge_module(
    subject: Subject, nearby: Nearby, module: Module, source: str
) -> Iterator[Finding]:
    name = relative(module.path)
    code = subject.read_bytes(name)
    uses = module.facts.uses if module.level == EAGER else ()
    read = {place_of(use.text, module.path, TASK) for use in uses if use.kind in ("read", "worker")}
    told: set[str] = set()
    for named in list_named_paths(code):
        file = None if named.is_request else _leave(source, nearby.folder_of(name), named.path)
        if file is None or file in told or not nearby.is_file(file):
            continue
        place = _join(module.path, named.path)
        if subject.listing.find(relative(place)) is not None:
            continue
        told.add(file)
        line = code.count(b"\n", 0, named.offset) + 1
        yield Finding(
            "file-outside",
            "error" if place in read else "warning",
            name,
            f"`{name}` line {line} names `{named.path}`: the workspace has `{file}`, and the "
            f"package has not: on Lambda the path is `{place}`",
            tell_include(nearby, name, named.path, file),
        )


def find_outside(nearby: Nearby, name: str, path: str) -> str | None:
    """Return where in the workspace the file `name` of the zip looks with `path`.

    None where that is inside of the package that `name` belongs to, or above the workspace.
    """
    source = nearby.find_source(name)
    return None if source is None else _leave(source, nearby.folder_of(name), path)


def _leave(source: str, folder: str | None, path: str) -> str | None:
    """Return where `path` leads from the file `source` of a package; None for inside of that."""
    place = _join(source, path)
    is_inside = not place or place == folder or place.startswith((f"{folder}/", ".."))
    return None if is_inside else place


def tell_include(nearby: Nearby, name: str, path: str, file: str) -> str:
    """Return the hint that brings a file of the workspace to where the code looks for it.

    A zip with such an `include` has the folders of the workspace; its packages are at the top.
    """
    source = nearby.find_source(name) or name
    is_moved = find_package(name) and _join(name, path) != _join(source, path)
    if is_moved:
        folder = nearby.folder_of(name)
        return f"move `{file}` into `{folder}`, and list it in the `files` of its package.json"
    pattern = way_to(nearby.member, file)
    return (
        f"pack `{file}` too, with `--include {pattern}`: the zip then has the folders of the "
        f"workspace, and the name of the handler begins with `{nearby.member}/`"
    )


def _join(file: str, path: str) -> str:
    """Return `path` as seen from the folder of `file`."""
    return resolve(file.rpartition("/")[0], path)
