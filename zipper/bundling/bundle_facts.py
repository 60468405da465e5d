"""What a finished bundle says: what it asks for outside of itself, and what may be wrong in it.

In: a `Bundle`. Out: values for notes, and findings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.bundling.surroundings import find_location
from zipper.errors import ProjectError
from zipper.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from zipper.bundling.bundler import Bundle
    from zipper.bundling.surroundings import Surroundings

__all__ = ["list_asked", "tell_unended", "tell_warnings"]

_RESOLVED: Final = "require-resolve-not-external"
"""Whether what `require.resolve` means is in the zip, the check says."""


def list_asked(bundle: Bundle, around: Surroundings) -> tuple[tuple[str, str], ...]:
    """Return what the bundle asks for outside of itself, with the package that does so."""
    return tuple(
        sorted(
            {
                (find_location(path, around.places), one.path)
                for path, rows in bundle.meta.inputs.items()
                for one in rows
                if one.is_external
            }
        )
    )


def refuse_outside(bundle: Bundle, sources: Container[str]) -> None:
    """Raise for a file of this machine that is in a bundle, and of no project.

    An absolute path in a source, in `alias` or `inject`: another machine has another file there.

    Raises:
        ProjectError: EOUTSIDE.
    """
    for path in bundle.meta.inputs:
        if path.startswith(("../", "/")) and path not in sources:
            users = [
                user
                for user, rows in bundle.meta.inputs.items()
                if any(one.path == path for one in rows)
            ]
            raise ProjectError(
                "EOUTSIDE",
                f"`/{path.replace('../', '').lstrip('/')}` is in the bundle, and lies outside of "
                "the project",
                facts=(("imported by", users[0] if users else "the settings"),),
                hint="copy it into the project, and name it by a relative path",
            )


def tell_warnings(bundle: Bundle) -> Iterator[Finding]:
    """Yield esbuild's warnings about the project's own sources."""
    for one in bundle.warnings:
        if not one.is_error and one.id != _RESOLVED:
            place = f"`{one.path}` line {one.line}: " if one.path else ""
            yield Finding(
                "bundle-warning",
                "warning",
                one.path,
                f"{place}esbuild says: {one.text}",
                f'mend it, or silence it: `logOverride = {{ {one.id} = "silent" }}`'
                if one.id
                else "mend it, if it matters",
            )


def tell_unended(bundle: Bundle, around: Surroundings) -> Iterator[Finding]:
    """Yield a warning for each `require("./plugins/" + name)` of the sources.

    Node.js adds an ending to such a name, and esbuild's table of the files in that folder has none
    without.
    """
    for path, rows in bundle.meta.inputs.items():
        for one in rows if not find_location(path, around.places) else ():
            if not (one.is_external and one.path.startswith(("./", "../")) and "*" in one.path):
                continue
            start = re.escape(one.path.partition("*")[0].encode())
            data = around.read(path)
            match = re.search(rb"\brequire\s*\(\s*['\"`]" + start, data)
            if match is not None and one.path.endswith("*"):
                line = data.count(b"\n", 0, match.start()) + 1
                yield Finding(
                    "bundle-warning",
                    "warning",
                    path,
                    f"`{path}` line {line} requires `{one.path}` by names without their endings, "
                    "and the bundle finds these files by their whole names",
                    "write the ending behind the name: ``require(`./plugins/${name}.js`)``",
                )
