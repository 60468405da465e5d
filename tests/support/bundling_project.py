"""Projects that are bundled in this process, by the real esbuild, with packages of their own."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import zipper
from tests.support.scene import write_files
from tests.support.tarballs import make_package
from zipper.pipeline.planning import PackagePlan, make_plan
from zipper.pipeline.session import Circumstances, Clock
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings
from zipper.store.store_zip_format import inflate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zipper.archive.entries import PlannedEntry
    from zipper.bundling.spare_esbuild import SpareEsbuild
    from zipper.pipeline.bundling import BundledFunction

__all__ = ["BundlingProject", "bundle_of", "fill_cache", "texts_of"]


def bundle_of(planned: PackagePlan) -> BundledFunction:
    """Return what a plan has of a bundle."""
    assert planned.bundle is not None
    return planned.bundle


def fill_cache(folder: Path) -> Path:
    """Have esbuild fetched and verified as for any function; return the cache."""
    write_files(folder / "fn", {"package.json": {"name": "fn"}, "index.ts": "export const a = 1;"})
    zipper.plan(folder / "fn", handler="index.a", cache_dir=folder / "cache")
    shutil.rmtree(folder / "cache" / "notes")
    return folder / "cache"


class BundlingProject:
    """A project in a folder, and a cache that has esbuild and nothing else."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.root = folder / "root"
        self.cache = folder / "cache"
        for name in ("esbuild", "store"):
            shutil.copytree(cache / name, self.cache / name, copy_function=os.link)

    def write(self, files: Mapping[str, Any], *, fn: str = "") -> None:
        """Write files of the project, or of a member."""
        write_files(self.root / fn, dict(files))

    def write_packages(self, **packages: Mapping[str, Any]) -> dict[str, str]:
        """Write a tarball for each, of its files, which may hold a manifest; return specs."""
        for name, files in packages.items():
            manifest = {"name": name, "version": "1.0.0", **files.get("package.json", {})}
            rest = {path: data for path, data in files.items() if path != "package.json"}
            self.write({f"{name}.tgz": make_package(rest, manifest=manifest)})
        return {name: f"file:{name}.tgz" for name in packages}

    def plan(
        self, *, fn: str = "", spare: SpareEsbuild | None = None, **changes: Any
    ) -> PackagePlan:
        """Plan the package; no registry is asked."""
        settings = Settings(cache_dir=str(self.cache), offline=True)
        request = request_from(settings, folder=str(self.root / fn))
        io = Circumstances.of(request._replace(**changes), None, spare=spare)
        with io.after:
            return make_plan(request._replace(**changes), io, Clock())

    def forget_esbuild(self) -> None:
        """Have no esbuild any more, nor the store that it came from."""
        for name in ("esbuild", "store"):
            shutil.rmtree(self.cache / name)

    def bundle(self, **changes: Any) -> PackagePlan:
        """Plan the package with a bundle."""
        return self.plan(bundle=True, **changes)


def texts_of(entries: tuple[PlannedEntry, ...]) -> dict[str, str]:
    """Return the content of each entry, by its name."""
    return {entry.name.decode(): inflate(entry).decode("utf-8", "replace") for entry in entries}


def metafile_of(planned: PackagePlan) -> dict[str, Any]:
    """Return the metafile of a plan's bundle."""
    assert planned.bundle is not None
    document: dict[str, Any] = json.loads(planned.bundle.metafile)
    return document
