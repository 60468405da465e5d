"""What packages ask for, as yarn 1 writes it: `name@range`, and `resolutions` that change it.

In: manifests. Out: what they ask for, in the order in which yarn requests it.

Source: yarn 1.22 src/package-request.js, src/resolution-map.js, src/workspace-layout.js.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zipper.npm.semver import satisfies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.npm.package_json import Manifest

__all__ = ["ClassicNeed", "list_needs", "means_member", "read_resolutions"]


class ClassicNeed(NamedTuple):
    """`name@range`, as one package.json has it; yarn's pattern."""

    name: str
    spec: str
    folder: str = ""
    """What a path in `spec` is relative to."""
    is_optional: bool = False

    @property
    def pattern(self) -> tuple[str, str, str]:
        """What means one package in the whole project."""
        is_path = self.spec.startswith(("link:", "file:"))
        return self.name, self.spec, self.folder if is_path else ""


def list_needs(manifest: Manifest, folder: str, *, omits_dev: bool) -> tuple[ClassicNeed, ...]:
    """Return what a package asks for, in yarn's order."""
    dev = {} if omits_dev else manifest.dev_dependencies
    optional = manifest.optional_dependencies
    own = {
        **manifest.dependencies,
        **{n: s for n, s in dev.items() if n not in manifest.dependencies},
    }
    needs = [ClassicNeed(name, spec, folder) for name, spec in own.items() if name not in optional]
    needs += [ClassicNeed(name, spec, folder, is_optional=True) for name, spec in optional.items()]
    return tuple(needs)


def means_member(wanted: str, version: str) -> bool:
    """Return whether the range of a member's name means the member, which has `version`."""
    return wanted in ("", "*", "latest") or satisfies(version, wanted)


def read_resolutions(root: Manifest) -> Iterator[tuple[str, str, str]]:
    """Yield pattern of a path, name of the dependency, and range of each of the root's."""
    raw = root.raw.get("resolutions")
    for pattern, wanted in raw.items() if isinstance(raw, dict) else ():
        if not isinstance(wanted, str):
            continue
        parts = pattern.split("/")
        name = "/".join(parts[-2:]) if len(parts) > 1 and parts[-2].startswith("@") else parts[-1]
        yield (f"**/{name}" if name == pattern else pattern), name, wanted
