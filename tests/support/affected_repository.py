"""A workspace of functions and libraries in a git repository, which differs from a commit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.support.git_repository import GitRepository
from tests.support.scene import HANDLER, write_files
from zipper.pipeline.affected import find_affected
from zipper.settings.read_settings import find_requests
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zipper.pipeline.affected import Affected

__all__ = ["Repository"]

MEMBERS = {
    "packages/fn-a": {"shared": "*", "left": "1.0.0"},
    "packages/fn-b": {"right": "1.0.0"},
    "packages/fn-c": {"base": "*"},
    "packages/base": {},
    "packages/shared": {"base": "*"},
}


class Repository:
    """A workspace of three functions and two libraries, committed on `main`, in a subfolder."""

    def __init__(self, folder: Path) -> None:
        self.git = GitRepository(folder)
        self.top = folder
        self.root = folder / "services"

    def fill(self) -> None:
        """Write the workspace, commit it, and leave `main`."""
        root = {
            "name": "root",
            "private": True,
            "workspaces": ["packages/*"],
            "zipper": {"functions": ["packages/fn-*"], "output": "dist/"},
        }
        write_files(self.root, {"package.json": root, ".gitignore": "dist/\nmade/\n"})
        write_files(self.top, {"README.md": "all\n", "other/a.txt": "another project\n"})
        for folder, needs in MEMBERS.items():
            name = folder.rpartition("/")[2]
            manifest: dict[str, Any] = {"name": name, "version": "1.0.0", "dependencies": needs}
            if not name.startswith("fn"):
                manifest["files"] = ["index.js", "lib"]
            files = {"package.json": manifest, "index.js": HANDLER, "test/a.js": "1\n"}
            write_files(self.root / folder, files)
        self.lock()
        self.git.commit({})
        self.git.run("checkout", "--quiet", "-b", "feature")

    def lock(self) -> None:
        """Write the lockfile of the manifests, as npm would."""
        root = json.loads((self.root / "package.json").read_text())
        packages: dict[str, dict[str, Any]] = {"": root}
        members = sorted(path.parent for path in self.root.glob("packages/*/package.json"))
        for folder in members:
            own = json.loads((folder / "package.json").read_text())
            place = folder.relative_to(self.root).as_posix()
            packages[place] = own
            packages[f"node_modules/{own['name']}"] = {"resolved": place, "link": True}
        for folder in members:
            place = folder.relative_to(self.root).as_posix()
            for name, version in packages[place].get("dependencies", {}).items():
                at = f"node_modules/{name}"
                if at in packages and packages[at].get("version", version) != version:
                    at = f"{place}/{at}"
                facts = {"version": version, "resolved": f"https://registry.example/{name}.tgz"}
                packages.setdefault(at, {**facts, "integrity": f"sha512-{'A' * 86}=="})
        lockfile = {"name": "root", "lockfileVersion": 3, "requires": True, "packages": packages}
        self.write({"package-lock.json": lockfile})

    def compare(self, *words: str, base: str = "main") -> Affected:
        """Return how the functions in the workspace, or in the folder that is named, differ."""
        project = words[0] if words else str(self.root)
        settings = Settings()
        return find_affected(project, settings, base, find_requests(project, settings))

    def find_affected(self, *words: str, base: str = "main") -> set[str]:
        """Return the names of the functions that are built."""
        return {one.name or one.project for one in self.compare(*words, base=base).requests}

    def list_reasons(self, base: str = "main") -> dict[str, list[tuple[str, str, str]]]:
        """Return the reasons of each function."""
        found = self.compare(base=base)
        pairs = zip(found.requests, found.reasons, strict=True)
        return {one.name or "": [tuple(reason) for reason in reasons] for one, reasons in pairs}

    def write(self, files: dict[str, str | bytes | dict]) -> None:
        """Write files below the workspace's root."""
        write_files(self.root, files)

    def edit(self, path: str, change: Callable[[dict], object]) -> None:
        """Change a JSON file below the workspace's root."""
        document = json.loads((self.root / path).read_text())
        change(document)
        self.write({path: document})
