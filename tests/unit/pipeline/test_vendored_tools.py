"""What reading sources needs besides the packages of a function: gathered with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scene import HANDLER, write_files
from zipper.bundling.esbuild_choice import name_machine, read_pins
from zipper.pipeline.session import Circumstances
from zipper.pipeline.vendored_tools import want_tools
from zipper.project.read_project import read_project
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from pathlib import Path

ROOT = {"name": "root", "workspaces": ["packages/*"]}
FN = {
    "name": "fn",
    "devDependencies": {"typescript": "5", "@s/base": "1", "other": "1", "lib": "*", "listed": "1"},
}


def fetched(name: str) -> dict[str, object]:
    resolved = f"https://registry.example/{name}.tgz"
    return {"version": "1.0.0", "dev": True, "resolved": resolved, "integrity": HASH + name[0] * 2}


HASH = "sha512-" + "A" * 82
ESBUILD = f"@esbuild/{name_machine()}@{read_pins().version}"


def want(folder: Path, files: dict[str, Any], **changes: Any) -> list[str]:
    """Return what is wanted for a member of a workspace."""
    names = ("typescript", "@s/base", "other", "listed")
    packages = {
        "": ROOT,
        "packages/fn": FN,
        "packages/lib": {"name": "lib"},
        "node_modules/fn": {"resolved": "packages/fn", "link": True},
        "node_modules/lib": {"resolved": "packages/lib", "link": True},
        **{f"node_modules/{name}": fetched(name) for name in names},
    }
    lock = {"lockfileVersion": 3, "packages": packages}
    write_files(folder, {"package.json": ROOT, "package-lock.json": lock})
    write_files(folder / "packages/fn", {"package.json": FN, **files})
    project = read_project(folder / "packages/fn")
    assert project.lockfile is not None
    settings = Settings(cache_dir=str(folder / "cache"))
    request = request_from(settings, folder=str(project.folder))._replace(**changes)
    io = Circumstances.of(request, None)
    with io.open_client(project, request) as client:
        found = want_tools(
            project, request, project.lockfile.tree, store=io.open_store(), client=client
        )
    return [one.label for one in found]


EXTENDS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"tsconfig.json": '{"extends": "@s/base/tsconfig.json"}'}, ["@s/base@1.0.0"]),
    ({"tsconfig.build.json": '{ // é\n "extends" : "other" }'}, ["other@1.0.0"]),
    ({"../../tsconfig.json": '{"extends": "other/x"}'}, ["other@1.0.0"]),
    (
        {"tsconfig.json": '{"extends": ["./own.json", "listed",\n"@s/base"]}'},
        ["listed@1.0.0", "@s/base@1.0.0"],
    ),
    ({"tsconfig.json": b'{"a": "\xe9", "extends": "other"}'}, ["other@1.0.0"]),
    ({"tsconfig.json": '{"extends": "lib/tsconfig.json"}'}, []),
    ({"tsconfig.json": '{"extends": "./other"}', "config.json": '{"extends": "other"}'}, []),
    ({"tsconfig.json": '{"extends": "absent", "x": "../y"}'}, []),
    ({"tsconfig.json": '{"extends": "/other"}'}, []),
]


@pytest.mark.parametrize(("files", "labels"), EXTENDS)
def test_what_sources_are_read_by_is_wanted(
    tmp_path: Path, files: dict[str, Any], labels: list[str]
) -> None:
    """Esbuild for this machine, and packages that a tsconfig.json extends."""
    assert [ESBUILD, *labels] == want(tmp_path, {"index.ts": "export const a = 1;", **files})


@pytest.mark.parametrize(
    ("files", "changes", "labels"),
    [
        ({"index.js": HANDLER}, {}, []),
        ({"index.js": HANDLER, "types.d.ts": "x"}, {}, []),
        ({"index.js": HANDLER}, {"bundle": True}, [ESBUILD]),
        ({"index.tsx": "x"}, {}, [ESBUILD]),
        ({"a.mts": "x"}, {"exclude": ("*.mts",)}, []),
        ({"src/a.cts": "x", "b.js": HANDLER}, {"include": ("b.js",)}, []),
        ({"a.ts": "x"}, {"decorators": "tsc"}, [ESBUILD, "typescript@1.0.0"]),
        ({"a.ts": "x"}, {"decorators": "esbuild"}, [ESBUILD]),
    ],
)
def test_a_function_in_javascript_needs_no_tools(
    tmp_path: Path, files: dict[str, Any], changes: dict[str, Any], labels: list[str]
) -> None:
    """Unless it is bundled; TypeScript itself is wanted where it transforms decorators."""
    assert labels == want(tmp_path, files, **changes)
