"""Which packuments will probably be asked for, so that they can be fetched before they are.

In: a manifest that was picked. Out: the specs that picking goes on with. A wish is a guess, which
costs a fetch where it is wrong, and the time of one where it is missing: it decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zipper.errors import ZipperError
from zipper.npm.pick import PickOptions, pick_manifest
from zipper.npm.spec import resolve_spec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.npm.package_json import Manifest
    from zipper.npm.packument import Packument

__all__ = ["Wish", "follow_wish", "list_wishes"]


class Wish(NamedTuple):
    """A version of a registry's package that will probably be looked for.

    Attributes:
        name: of the packument.
        spec: a version, a range or a tag.
        is_placed: whether what is found will lie in the tree. What only optional peers bring
            together is looked at and left out, so of its own dependencies only the peers matter.
    """

    name: str
    spec: str
    is_placed: bool = True


def list_wishes(
    manifest: Manifest, *, is_placed: bool, legacy_peer_deps: bool = False, dev: bool = False
) -> list[Wish]:
    """Return what is looked for once a package has been picked.

    Args:
        manifest: of the package.
        is_placed: see `Wish`.
        legacy_peer_deps: peers are not followed.
        dev: its development dependencies count, as the project's own do.
    """
    wishes: dict[str, Wish] = {}
    if not legacy_peer_deps:
        optional = manifest.peer_optional
        for name, spec in manifest.peer_dependencies.items():
            _add(wishes, name, spec, is_placed=is_placed and name not in optional)
    if is_placed:
        groups: list[Mapping[str, str]] = [manifest.dependencies, manifest.optional_dependencies]
        if dev:
            groups.append(manifest.dev_dependencies)
        for group in groups:
            for name, spec in group.items():
                _add(wishes, name, spec, is_placed=True)
    return list(wishes.values())


def follow_wish(
    packument: Packument, wish: Wish, *, options: PickOptions, legacy_peer_deps: bool = False
) -> list[Wish]:
    """Return what will be looked for once `wish` is answered; nothing where it cannot be."""
    try:
        spec = resolve_spec(wish.name, wish.spec, where="/")
        manifest = pick_manifest(packument, spec, options=options)
    except ZipperError:
        return []
    return list_wishes(manifest, is_placed=wish.is_placed, legacy_peer_deps=legacy_peer_deps)


def _add(wishes: dict[str, Wish], name: str, spec: str, *, is_placed: bool) -> None:
    """Add a dependency, unless no registry has it."""
    wanted, version = name, spec
    if spec.startswith("npm:"):
        before, _, after = spec[4:].rpartition("@")
        wanted, version = (before, after) if before else (spec[4:], "*")
    elif ":" in spec or "/" in spec:
        return
    if wanted:
        wishes[name] = Wish(wanted, version, is_placed)
