"""Which packages stay outside of a bundle, and the fact that decides for each.

In: esbuild's metafile of a bundle, the tree, what is known of files. Out: packages by location,
with their reasons. What a package depends on stays with it, and is then used from there by the
bundle too: no package is in both, so that none has its state twice.

A package stays that has native binaries; that names its own place, asks for modules by computed
paths, or patches how modules are loaded; that imports one of the latter, or is named by one, as a
tracer's instrumentation names what it patches; that a text in the sources names and nothing
imports; or that needs another version of one of these than the bundle would find.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.bundling.package_mentions import asks_by_name, find_asked, find_texts
from zipper.bundling.surroundings import KeptPackage, find_location
from zipper.checks.package_maps import split_name
from zipper.errors import ProjectError
from zipper.late_pattern import late_pattern
from zipper.tree.model import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zipper.bundling.metafile import Import, Metafile
    from zipper.bundling.package_mentions import PackageMention
    from zipper.bundling.surroundings import Surroundings

__all__ = ["KeptPackages"]

_QUOTED: Final = late_pattern(rb"""['"`]((?:@[\w.-]+/)?[\w.-]+)(?:/[\w./-]+)?['"`]""")
_ASKED: Final = "is asked for in a way that no bundler follows: `{}`"
_NAMED: Final = "is named by a text, in code that asks for modules by computed names"
_KEYED: Final = late_pattern(rb"(?:^|[{,\s])([\w$]+)\s*:\s*(?:\(\)|\{|function\b|\[)", re.MULTILINE)
_REASONS: Final = {
    "place": "uses its own place on the disk: `{}`",
    "computed": "asks for a module by a computed path: `{}`",
    "hook": "patches how Node.js loads modules: `{}`",
}


class KeptPackages:
    """The decision for one metafile."""

    def __init__(self, meta: Metafile, around: Surroundings) -> None:
        self._meta = meta
        self._around = around
        self._tree = around.tree
        self._where = {path: find_location(path, around.places) for path in meta.inputs}
        self._own = [path for path, owner in self._where.items() if not owner]
        self._files: dict[str, list[str]] = {}
        for path, location in self._where.items():
            self._files.setdefault(location, []).append(path)
        found = around.find_limits([path for path, owner in self._where.items() if owner])
        self._limits = {
            path: [one for one in limits if one.kind != "name"] for path, limits in found.items()
        }
        self._asks_by_name = {
            path for path, limits in found.items() if any(one.kind == "name" for one in limits)
        }
        self._asking = {
            self._where[path]
            for path, limits in found.items()
            if any(one.kind in ("name", "computed") for one in limits)
        }
        self.kept: dict[str, KeptPackage] = {}
        self._family: set[str] = set()
        """Packages that patch how modules are loaded, and what imports them."""

    def decide(self, earlier: Iterable[KeptPackage] = ()) -> dict[str, KeptPackage]:
        """Return all packages that stay, by location.

        Args:
            earlier: those of an earlier run, which are not in the metafile any more.
        """
        for one in earlier:
            self.kept[one.location] = one
        for row in (
            *self._find_external(),
            *self._find_native(),
            *self._find_limited(),
            *self._find_importers(),
        ):
            self._add(row)
        for find in (self._find_patched, self._find_asked, self._find_named):
            self._close()
            for row in find():
                self._add(row)
        self._close()
        while self._find_other_versions():
            self._close()
        return self.kept

    def _add(self, row: KeptPackage) -> None:
        name = self._name(row.location)
        if name in self._around.anyway and row.kind not in ("external", "native"):
            return  # what else is added, is so because the bundle would not work at all
        self.kept.setdefault(row.location, row)

    def _name(self, location: str) -> str:
        return self._tree.nodes[location].name

    def _find_external(self) -> Iterator[KeptPackage]:
        for node in self._tree.nodes.values():
            if node.location and node.name in self._around.external:
                reason = "is named by `external` in the settings"
                yield KeptPackage(node.location, "external", reason)
        for path, rows in self._meta.inputs.items():
            for one in rows:
                target = self._target(path, one) if one.is_external else None
                if target is not None and self._is_chosen(one.path):
                    reason = f"is named by `external` in the settings, as `{one.path}`"
                    yield KeptPackage(target, "external", reason)
        for name, (path, line) in self._around.beside.items():
            found = self._tree.find(ROOT, name)
            if found is not None and not self._around.left(name):
                reason = "is imported by code that lies beside the bundle"
                yield KeptPackage(found.location, "named", reason, path, line)

    def _is_chosen(self, specifier: str) -> bool:
        """Tell whether a pattern of `external` has a specifier, or names a path of a package."""
        return any(
            specifier == one if start == one else specifier.startswith(start)
            for one in self._around.external
            for start in (one.partition("*")[0],)
            if specifier.endswith(one.rpartition("*")[2])
        )

    def _find_native(self) -> Iterator[KeptPackage]:
        """Yield packages with native binaries that the bundle reaches."""
        reached = {location for location in self._files if location}
        for importer, rows in self._meta.inputs.items():
            for one in rows:
                found = self._target(importer, one) if one.is_external else None
                if found is not None:
                    reached.add(found)
        for location in sorted(reached):
            binary = self._around.natives.get(location)
            if binary is not None:
                reason = "holds native code, which no bundle can"
                yield KeptPackage(location, "native", reason, f"{location}/{binary}")

    def _find_limited(self) -> Iterator[KeptPackage]:
        for path, limits in self._limits.items():
            for limit in limits[:1]:
                reason = _REASONS[limit.kind].format(limit.text)
                yield KeptPackage(self._where[path], limit.kind, reason, path, limit.line)

    def _find_importers(self) -> Iterator[KeptPackage]:
        """Yield what imports a package that patches how modules are loaded."""
        waiting = {
            self._where[path]
            for path, limits in self._limits.items()
            if any(limit.kind == "hook" for limit in limits)
        }
        self._family = set(waiting)
        while waiting:
            found: dict[str, KeptPackage] = {}
            for path, rows in self._meta.inputs.items():
                owner = self._where[path]
                for one in rows if owner and owner not in self._family else ():
                    target = self._where.get(one.path, ROOT)
                    if target in waiting:
                        line = _line_of(self._around.read(path), one.original)
                        reason = (
                            f"imports `{self._name(target)}`, which patches how modules are loaded"
                        )
                        found[owner] = KeptPackage(owner, "hook", reason, path, line)
            yield from found.values()
            waiting = set(found)
            self._family |= waiting

    def _find_patched(self) -> Iterator[KeptPackage]:
        """Yield what such packages name, to patch it where it is loaded."""
        names: dict[bytes, list[str]] = {}
        for location in self._files if self._family else ():
            if location and location not in self.kept:
                names.setdefault(self._name(location).encode(), []).append(location)
        for path, holder in self._where.items():
            if not names or holder not in self._family or path.endswith(".json"):
                continue
            data = self._around.read(path)
            for match in (*_QUOTED.finditer(data), *_KEYED.finditer(data)):
                for location in names.pop(match[1], ()):
                    line = data.count(b"\n", 0, match.start(1)) + 1
                    reason = f"is named by `{self._name(holder)}`, which patches what it names"
                    yield KeptPackage(location, "traced", reason, path, line)

    def _find_asked(self) -> Iterator[KeptPackage]:
        """Yield what is asked for by requests that are not followed, and that name it.

        It is looked for in node_modules, also where something else imports it.
        """
        asks = any(asks_by_name(self._around.read(path)) for path in self._own)
        for path, location in self._where.items():
            if location and location not in self._asking:
                continue
            data, asker = self._around.read(path), self._find_asker(path)
            for one in self._meta.inputs[path]:
                target = self._target(path, one) if one.kind == "require-resolve" else None
                if target is not None and not self._around.left(self._name(target)):
                    text = f'require.resolve("{one.original}")'
                    line = _line_of(data, one.original)
                    yield KeptPackage(target, "named", _ASKED.format(text), path, line)
            for named in find_asked(data):
                for target in self._find_meant(asker, named):
                    reason = _ASKED.format(named.text)
                    yield KeptPackage(target, "named", reason, path, named.line)
            if (location or asks) and not path.endswith(".json"):
                is_near = not location or path in self._asks_by_name
                direct = self._list_direct(asker if is_near else ROOT)
                for named in find_texts(data, direct):
                    if direct[named.name] != location:
                        yield KeptPackage(direct[named.name], "named", _NAMED, path, named.line)

    def _find_meant(self, asker: str, named: PackageMention) -> list[str]:
        if named.is_start:
            rows = self._list_direct(asker).items()
            return [target for name, target in rows if name.startswith(named.name)]
        node = self._tree.find(asker, named.name)
        return [] if node is None or self._around.left(named.name) else [node.location]

    def _list_direct(self, asker: str) -> dict[str, str]:
        """Return what a package and the project depend on, by name."""
        return {
            edge.name: edge.target
            for place in dict.fromkeys((ROOT, asker))
            for edge in self._tree.edges_out(place)
            if edge.target and not edge.name.startswith("@types/")
            if not self._around.left(edge.name)
        }

    def _find_named(self) -> Iterator[KeptPackage]:
        """Yield direct dependencies that nothing imports, and that a text in the sources names.

        Of packages those count that ask for modules by computed names.
        """
        siblings = {at for place, at in self._around.places.items() if _is_source(place)}
        names = {
            name: target
            for asker in sorted({ROOT, *siblings})
            for name, target in self._list_direct(asker).items()
            if not (target in self._files or target in self.kept or target in siblings)
        }
        if not names:
            return
        for path, location in self._where.items():
            if path.endswith("package.json") or (location and location not in self._asking):
                continue
            for named in find_texts(self._around.read(path), names):
                found = names.pop(named.name, None)
                if found is not None:
                    reason = "is named by a text, and imported by nothing that can be followed"
                    yield KeptPackage(found, "named", reason, path, named.line)

    def _close(self) -> None:
        """Add what kept packages depend on, and what their files import besides."""
        waiting = list(self.kept)
        while waiting:
            location = waiting.pop()
            node = self._tree.nodes[location]
            targets: set[str | None] = {node.link_target}
            targets |= {edge.target for edge in self._tree.edges_out(location)}
            for path in self._files.get(location, ()):
                targets |= {self._target(path, one) for one in self._meta.inputs[path]}
            for target in targets:
                if target and target not in self.kept:
                    reason = f"is a dependency of `{node.name}`"
                    self.kept[target] = KeptPackage(target, "dependency", reason)
                    waiting.append(target)

    def _target(self, importer: str, one: Import) -> str | None:
        """Return the package that a request of an input leads to; None for none of the tree's."""
        if not one.is_external:
            return self._where.get(one.path) or None
        parts = split_name(one.path)
        node = None if parts is None else self._tree.find(self._find_asker(importer), parts[0])
        return None if node is None else node.location

    def _find_asker(self, path: str) -> str:
        """Return the location of the package, the sibling or the project that has an input."""
        while path:
            if path in self._around.places:
                return self._around.places[path]
            path = path.rpartition("/")[0]
        return ROOT

    def _find_other_versions(self) -> bool:
        """Keep what shares its name with a package that stays; tell whether there was any.

        The bundle asks for such names outside of itself, and finds the topmost one: what needs
        another one stays too.

        Raises:
            ProjectError: EBUNDLE where sources need another one, which cannot stay.
        """
        names = {self._name(location) for location in self.kept}
        before = len(self.kept)
        for path, rows in self._meta.inputs.items():
            owner = self._where[path]
            for one in rows if owner not in self.kept else ():
                target = self._target(path, one)
                if target is None or self._name(target) not in names:
                    continue
                name, line = self._name(target), _line_of(self._around.read(path), one.original)
                top = self._tree.find(ROOT, name)
                if top is not None and top.location == target:
                    reason = "has the name of another one that stays"
                    self.kept.setdefault(target, KeptPackage(target, "version", reason, path, line))
                elif owner:
                    reason = f"needs another `{name}` than the bundle would find"
                    self.kept[owner] = KeptPackage(owner, "version", reason, path, line)
                    break
                else:
                    raise _two_versions(path, line, name)
        return len(self.kept) > before


def _is_source(place: str) -> bool:
    """Return whether a folder is the project's or a sibling's, and not a package's."""
    return "node_modules" not in place.split("/")


def _two_versions(path: str, line: int, name: str) -> ProjectError:
    return ProjectError(
        "EBUNDLE",
        f"`{path}` line {line} needs a `{name}` of its own, which stays outside of the bundle, "
        "where another version has its place",
        hint=f"have both ask for one version of `{name}`, or take it in: `bundle_anyway`",
    )


def _line_of(data: bytes, specifier: str) -> int:
    """Return the first line that has the specifier as a text; 1 where none has."""
    match = re.search(rb"['\"`]" + re.escape(specifier.encode()) + rb"['\"`]", data)
    return 1 if match is None else data.count(b"\n", 0, match.start()) + 1
