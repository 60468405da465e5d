"""Projects that lead elsewhere, or never end."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from tests.support.attacks.scenery import add, attack, honest, root
from tests.support.scene import write_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.scene import Scene

__all__ = []

# package.json.


def _manifest(**fields: object) -> Callable[[Scene], None]:
    def arrange(scene: Scene) -> None:
        honest(scene)
        scene.write({"package.json": json.dumps({**root(), **fields})})

    return arrange


for _name, _fields, _code in (
    ("name-climbs", {"name": "../../outside/x"}, ""),
    ("name-is-absolute", {"name": "/etc/x"}, ""),
    ("name-nul", {"name": "x\0y"}, ""),
    ("name-half-a-character", {"name": "\ud800"}, "EJSONPARSE"),
    ("main-climbs", {"main": "../outside/secret.txt"}, ""),
    ("workspace-climbs", {"workspaces": ["../outside/*"]}, ""),
    ("workspace-is-absolute", {"workspaces": ["/etc", "//etc"]}, ""),
    ("dependency-line-break", {"dependencies": {"a\r\nX-Evil: 1": "1"}}, "EINVALIDPACKAGENAME"),
    ("dependency-of-etc", {"dependencies": {"a": "file:/etc/passwd"}}, "ENOPROJECT"),
    ("dependency-of-dev", {"dependencies": {"a": "file:/dev/zero"}}, "ENOPROJECT"),
    ("dependency-many-ranges", {"dependencies": {"a": "1 || " * 100_000}}, ""),
    ("dependency-long-range", {"dependencies": {"a": ">" * 500_000}}, "EINVALIDTAGNAME"),
    ("dependency-spaces", {"dependencies": {"a": "1" + " " * 500_000 + "x"}}, ""),
):
    add(_name, _manifest(**_fields), _code)


@attack("EJSONPARSE")
def manifest_in_depth(scene: Scene) -> None:
    """JSON that is nested deeper than any reader's stack."""
    scene.write({"package.json": '{"a":' * 100_000 + "1" + "}" * 100_000})


@attack("EJSONPARSE")
def manifest_of_a_long_number(scene: Scene) -> None:
    """A number that takes minutes to read."""
    scene.write({"package.json": '{"name": "fn", "version": "1.0.0", "x": ' + "9" * 200_000 + "}"})


@attack("EJSONPARSE")
def lockfile_in_depth(scene: Scene) -> None:
    """The same for the lockfile."""
    scene.write({"package-lock.json": '{"lockfileVersion":3,"packages":' + "[" * 100_000})


@attack("ELOCKVERSION")
def lockfile_of_an_endless_version(scene: Scene) -> None:
    """A version of the format that no number holds."""
    scene.write({"package-lock.json": '{"lockfileVersion": 1e999, "packages": {}}'})


@attack("EOVERRIDE")
def override_in_depth(scene: Scene) -> None:
    """Overrides within overrides, hundreds of levels deep."""
    honest(scene)
    text = '{"a":' * 900 + '"1.0.0"' + "}" * 900
    manifest = json.dumps(root(dependencies={"a": "1"}))
    scene.write({"package.json": f'{manifest[:-1]}, "overrides": {text}}}'})


@attack("EOVERRIDE")
def override_of_itself(scene: Scene) -> None:
    """Overrides that refer to each other."""
    honest(scene)
    overrides = {"a": "$b", "b": "$a", "c": "$c"}
    scene.write({"package.json": root(dependencies={"a": "1.0.0"}, overrides=overrides)})


# Links and odd files in the project.


@attack("")
def links_out_of_the_project(scene: Scene) -> None:
    """Links to files and folders elsewhere, a circle of links, and a pipe."""
    for name, target in {
        "secret.js": "../outside/secret.txt",
        "lib": "../outside/bait",
        "etc": "/etc",
        "around": ".",
        "nothing": "nowhere",
    }.items():
        (scene.project / name).symlink_to(target)
    os.mkfifo(scene.project / "pipe")


@attack("")
def linked_package_with_links(scene: Scene) -> None:
    """A workspace whose files, and whose folder, are links to elsewhere."""
    files = ["../../../outside/secret.txt", "/etc/passwd", "*"]
    manifest = {"name": "w", "version": "1.0.0", "files": files}
    write_files(scene.project, {"packages/w/package.json": manifest})
    (scene.project / "packages/w/index.js").symlink_to(scene.folder / "outside/secret.txt")
    (scene.project / "packages/x").symlink_to(scene.folder / "outside/bait")
    scene.write({"package.json": root(workspaces=["packages/*"])})


@attack("EJSONPARSE")
def manifest_is_a_link(scene: Scene) -> None:
    """A package.json that leads elsewhere."""
    (scene.project / "package.json").unlink()
    (scene.project / "package.json").symlink_to(scene.folder / "outside/secret.txt")
