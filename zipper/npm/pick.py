"""Picking: of all versions in a packument, the one that npm would install for a spec.

In: a packument, a spec of a registry (version, range, tag or alias), options. Out: the manifest,
or npm's error with what there is.

Source: npm-pick-manifest 11 lib/index.js, the one of npm 11.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.errors import ResolutionError
from zipper.npm.dates import parse_date
from zipper.npm.pick_errors import no_match, no_versions, restricted_match
from zipper.npm.platform import engines_admit
from zipper.npm.semver import clean, parse_range, satisfies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.npm.package_json import Manifest
    from zipper.npm.packument import Group, Packument
    from zipper.npm.semver_range import Range
    from zipper.npm.spec import Spec

__all__ = ["PickOptions", "PickedVersion", "pick_manifest", "pick_version"]


class PickOptions(NamedTuple):
    """What steers the choice among versions that satisfy.

    Attributes:
        node_version, npm_version: versions whose `engines` exclude these come last; None does not
            count. They never keep a version from being picked.
        default_tag: the tag that is preferred where it satisfies.
        before: only versions published until then (an ISO date, or milliseconds since 1970);
            needs a full packument, and versions without a date pass.
        include_staged: count versions that wait for approval.
        avoid: a range that comes last; with `avoid_strict` it is left, if need be out of the range.
    """

    node_version: str | None = None
    npm_version: str | None = None
    default_tag: str = "latest"
    before: str | float | None = None
    include_staged: bool = False
    avoid: str | None = None
    avoid_strict: bool = False


class PickedVersion(NamedTuple):
    """A manifest, and what picking it meant."""

    manifest: Manifest
    should_avoid: bool = False
    """It is in `avoid`, and there was nothing better."""
    outside_dependency_range: bool = False
    """Avoiding meant to leave the range."""
    is_semver_major: bool = False
    """Avoiding meant another major version."""


_FIRST: Final = (True,) * 6
"""The rank of an entry that nothing speaks against."""


def pick_manifest(packument: Packument, spec: Spec, *, options: PickOptions) -> Manifest:
    """Return the manifest of the version that npm would install for `spec`.

    Prefers the default tag where it satisfies, has fitting engines and is not deprecated; then
    fitting engines and no deprecation, then fitting engines, then no deprecation, and among equals
    the highest version. Decodes few manifests: usually one.

    Raises:
        ResolutionError: ETARGET, nothing satisfies; E403, the registry's policy withholds what
            does; ENOVERSIONS, there is no version at all (or none before the date); EINVALIDSPEC,
            the spec is not of a registry.
    """
    return pick_version(packument, spec, options=options).manifest


def pick_version(packument: Packument, spec: Spec, *, options: PickOptions) -> PickedVersion:
    """Return what `pick_manifest` returns, and what picking it meant. Raises as it does."""
    spec = spec.sub_spec or spec
    if spec.type not in ("version", "range", "tag"):
        raise ResolutionError(
            "EINVALIDSPEC",
            f"`{spec}` is not a version, range or tag",
            hint="only these are answered by a registry",
        )
    wanted = spec.fetch_spec or ""
    picker = _Picker(packument, options)
    kind = spec.type if wanted else "range"
    picked = picker.pick_strictly(wanted, kind) if options.avoid_strict else None
    picked = picked or picker.pick(wanted, kind)
    if picked is None:
        raise no_match(packument, wanted or options.default_tag, before=options.before)
    if picked.manifest.version in packument.restricted:
        raise restricted_match(packument, wanted or options.default_tag)
    return picked


class _Picker:
    """One packument under one set of options."""

    __slots__ = ("_avoid", "_before", "_options", "_packument")

    def __init__(self, packument: Packument, options: PickOptions) -> None:
        self._packument = packument
        self._options = options
        self._avoid = parse_range(options.avoid, loose=True, include_prerelease=True)
        self._before = None if options.before is None else parse_date(options.before)

    def pick_strictly(self, wanted: str, kind: str) -> PickedVersion | None:
        """Leave `avoid`, first within the range, then within the major version, then at all."""
        picked = self.pick(wanted, kind)
        if picked is None or not picked.should_avoid:
            return picked
        for range_, is_major in ((f"^{picked.manifest.version}", False), ("*", True)):
            other = self.pick(range_, "range")
            if other is not None and not other.should_avoid:
                return other._replace(outside_dependency_range=True, is_semver_major=is_major)
        raise no_match(self._packument, wanted, avoid=self._options.avoid)

    def pick(self, wanted: str, kind: str) -> PickedVersion | None:
        """Return the best for a version, a tag or a range; None where nothing satisfies."""
        if kind == "tag":
            version = self._packument.dist_tags.get(wanted, "")
            if self._is_before(version):
                return self._find(version)
            return self.pick(f"<={version}", "range")
        if kind == "version":
            exact = clean(wanted, loose=True) or ""
            return self._find(exact) if self._is_before(exact) else None
        return self._pick_from_range(wanted or "*")

    def _pick_from_range(self, wanted: str) -> PickedVersion | None:
        default = self._packument.dist_tags.get(self._options.default_tag, "")
        if default and (wanted == "*" or satisfies(default, wanted, loose=True)):
            manifest = self._packument.find_manifest(default)
            fits = self._is_before(default) and self._rank(default, "versions") == _FIRST
            if manifest is not None and fits:
                return PickedVersion(manifest=manifest)
        if not self._has_candidates():
            raise no_versions(self._packument, before=self._options.before)
        range_ = parse_range(wanted, loose=True)
        return None if range_ is None else self._pick_best(range_)

    def _pick_best(self, range_: Range) -> PickedVersion | None:
        best: tuple[str, Group] | None = None
        best_rank: tuple[bool, ...] | None = None
        for version, group in self._descending(range_):
            rank = self._rank(version, group)
            if rank is not None and (best_rank is None or rank > best_rank):
                best, best_rank = (version, group), rank
                if rank == _FIRST:
                    break
        return None if best is None else self._decorate(*best)

    def _descending(self, range_: Range) -> Iterator[tuple[str, Group]]:
        """Yield the entries in the range and before the date, the highest version first."""
        ordered = self._packument.ordered(
            include_staged=self._options.include_staged, prereleases=range_.admits_prereleases
        )
        start = bisect_left(ordered.keys, range_.low)
        stop = bisect_right(ordered.keys, range_.high)
        for index in range(stop - 1, start - 1, -1):
            version, group = ordered.entries[index]
            if range_.test(version) and self._is_before(version):
                yield version, group

    def _rank(self, version: str, group: Group) -> tuple[bool, ...] | None:
        """Return what speaks for an entry, the weightiest first; None where it is no object."""
        outline = self._packument.outline(version, group)
        if outline is None:
            return None
        options = self._options
        engine = engines_admit(outline.engines, options.node_version, options.npm_version)
        return (
            not self._is_avoided(version),
            version not in self._packument.restricted,
            not (options.include_staged and version in self._packument.staged),
            engine and not outline.is_deprecated,
            engine,
            not outline.is_deprecated,
        )

    def _find(self, version: str) -> PickedVersion | None:
        groups: tuple[Group, ...] = ("versions", "staged", "restricted")
        for group in groups:
            if group != "staged" or self._options.include_staged:
                found = self._decorate(version, group)
                if found is not None:
                    return found
        return None

    def _decorate(self, version: str, group: Group) -> PickedVersion | None:
        manifest = self._packument.find_manifest(version, group)
        if manifest is None:
            return None
        return PickedVersion(manifest=manifest, should_avoid=self._is_avoided(manifest.version))

    def _is_avoided(self, version: str) -> bool:
        return self._avoid is not None and self._avoid.test(version)

    def _is_before(self, version: str) -> bool:
        """Return whether `version` was published in time; one without a date was."""
        if self._before is None:
            return True
        published = self._packument.time.get(version)
        return not published or parse_date(published) <= self._before

    def _has_candidates(self) -> bool:
        packument = self._packument
        staged = packument.staged if self._options.include_staged else {}
        return any(
            self._is_before(version)
            for group in (packument.versions, staged, packument.restricted)
            for version in group
        )
