"""Invented projects with what `invented_case` leaves out, so that its numbers mean what they did.

Bundles, shrinkwraps, linked folders, names that only their case or punctuation tells apart,
`acceptDependencies`, processors and C libraries, dates, tags, and more of npm's options.
"""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any, Final

from tests.support.invented_case import InventedCase, Inventor
from tests.support.registry_server import integrity_of, make_tarball
from zipper.npm import semver

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["address_of", "invent_wide_case", "pack"]

_NAMES: Final = ("a", "b", "c", "d", "e", "b-1", "b_1", "B", "@s/h", "@s/a", "@t/h")
_OPTIONS: Final = {
    "engineStrict": (0.05, True), "installLinks": (0.2, True), "omit": (0.1, ["dev"]),
    "before": (0.06, "2021-06-01"), "defaultTag": (0.05, "next"),
}  # fmt: skip
"""npm's name to how often it is set, and to what."""
_ODD_RANGES: Final = (
    "", "next", "x", "=1.0.0", "v1", "~1", "1.0.0 - 2.0.0", "^1 ^1.1", "1.x||>2.5", ">1.0.0-0",
)  # fmt: skip


def invent_wide_case(seed: int) -> InventedCase:
    """Return the case of a number."""
    return _WideInventor(Random(f"wide case {seed}"), _NAMES).invent()


def address_of(name: str, version: str) -> str:
    """Return the path of a tarball below its registry."""
    return f"/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"


def pack(files: Mapping[str, Any]) -> bytes:
    """Return the tarball of JSON files."""
    return make_tarball({path: json.dumps(content).encode() for path, content in files.items()})


class _WideInventor(Inventor):
    """Dices for the plain case, then adds to it."""

    hopeless = 0.005

    def invent(self) -> InventedCase:
        """Return a case."""
        self._odds["os"] /= 4
        case = super().invent()
        files, options = {**case.files}, {**case.options}
        packages = {
            f"{name}@{version}": manifest
            for name, packument in case.packuments.items()
            for version, manifest in packument["versions"].items()
        }
        self._vary(packages)
        if self._happens(0.35):
            self._add_folders(files)
        for name, packument in case.packuments.items():
            packument["time"] = {
                version: f"20{self._dice.randint(18, 23)}-01-01T00:00:00.000Z"
                for version in packument["versions"]
            }
            packument["dist-tags"]["next"] = self._dice.choice(self._has[name])
        for name, (odd, value) in _OPTIONS.items():
            if self._happens(odd):
                options[name] = value
        tarballs = self._tarballs(packages)
        return InventedCase(
            case.packuments, files, options, case.earlier, case.update, tarballs=tarballs
        )

    def _vary(self, packages: Mapping[str, dict[str, Any]]) -> None:
        for manifest in packages.values():
            for field, odd, values in (
                ("cpu", 0.03, (["arm64"], ["!arm64"], ["x64"])),
                ("libc", 0.03, (["musl"], ["glibc"])),
                ("acceptDependencies", 0.1, ({self._dice.choice(_NAMES): self._range()},)),
            ):
                if self._happens(odd):
                    manifest[field] = self._dice.choice(values)
            if self._happens(0.1):
                name, wanted = self._dice.choice(_NAMES), self._dice.choice(_ODD_RANGES)
                if wanted == "next" or semver.max_satisfying(self._has[name], wanted) is not None:
                    manifest.setdefault("dependencies", {})[name] = wanted
            if self._happens(0.04):
                name = self._dice.choice(_NAMES)
                manifest["peerDependencies"] = {"x": f"npm:{name}@{self._range(name)}"}

    def _add_folders(self, files: dict[str, Any]) -> None:
        """Put folders beside the project's files, and let what there is depend on them."""
        folders = self._some(("libs/l1", "libs/l2", "libs/l1/inner", "libs/none"), 1, 3)
        for folder in folders:
            if folder != "libs/none":
                manifest = {"name": folder.rpartition("/")[2], "version": "1.0.0"}
                if self._happens(0.2):
                    manifest = {"name": self._dice.choice(_NAMES), "version": "2.0.0"}
                files[f"{folder}/package.json"] = {**manifest, **self._wishes(0)}
        for path in list(files):
            if self._happens(1 if path == "package.json" else 0.4):
                folder = self._dice.choice(folders)
                up = "../" * path.count("/") or self._dice.choice(("", "./"))
                name = folder.rpartition("/")[2]
                kind = self._dice.choice(("dependencies", "dependencies", "devDependencies"))
                wanted = {**files[path].get(kind, {}), name: f"file:{up}{folder}"}
                files[path] = {**files[path], kind: wanted}

    def _tarballs(self, packages: Mapping[str, dict[str, Any]]) -> dict[str, Mapping[str, Any]]:
        """Bundle dependencies in some packages, lock them in others; return what is in these."""
        bundles, locks = self._dice.choice((0, 0, 0.25)), self._dice.choice((0, 0, 0, 0.1))
        tarballs: dict[str, dict[str, Any]] = {}
        for key, manifest in packages.items():
            wanted = {
                **manifest.get("dependencies", {}),
                **manifest.get("optionalDependencies", {}),
            }
            if wanted and self._happens(bundles):
                manifest["bundleDependencies"] = self._some(sorted(wanted), 1, len(wanted))
                tarballs[key] = self._bundle(manifest, packages)
            elif self._happens(locks):
                manifest["_hasShrinkwrap"] = True
                tarballs[key] = {"npm-shrinkwrap.json": self._shrinkwrap(manifest, packages)}
        for key, files in tarballs.items():
            plain = {k: v for k, v in packages[key].items() if k not in ("dist", "_hasShrinkwrap")}
            files["package.json"] = plain
            packages[key]["dist"]["integrity"] = integrity_of(pack(files))
        return tarballs

    def _bundle(
        self, manifest: Mapping[str, Any], packages: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Any]:
        files: dict[str, Any] = {}
        for name in manifest["bundleDependencies"]:
            if self._happens(0.1):
                continue
            files[f"node_modules/{name}/package.json"] = self._inner(name, packages)
            if self._happens(0.3):
                below = self._dice.choice(_NAMES)
                path = f"node_modules/{name}/node_modules/{below}/package.json"
                files[path] = self._inner(below, packages)
        if self._happens(0.3):
            name = self._dice.choice(_NAMES)
            files.setdefault(f"node_modules/{name}/package.json", self._inner(name, packages))
        return files

    def _inner(self, name: str, packages: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """Return the package.json of what lies in another package."""
        version = self._dice.choice((*self._has.get(name, ()), "9.9.9"))
        fields = packages.get(f"{name}@{version}", {})
        left_out = ("dist", "_hasShrinkwrap", "bundleDependencies")
        kept = {key: value for key, value in fields.items() if key not in left_out}
        return {"name": name, "version": version, **kept}

    def _shrinkwrap(
        self, manifest: Mapping[str, Any], packages: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Any]:
        entries: dict[str, Any] = {"": {"name": manifest["name"], "version": manifest["version"]}}
        for name in self._some(_NAMES, 1, 3):
            version = self._dice.choice(self._has[name])
            known = packages[f"{name}@{version}"]
            kept = {k: known[k] for k in ("dependencies", "optionalDependencies") if k in known}
            dist = {"resolved": known["dist"]["tarball"], "integrity": known["dist"]["integrity"]}
            entries[f"node_modules/{name}"] = {"version": version, **dist, **kept}
        return {"lockfileVersion": 3, "requires": True, "packages": entries}
