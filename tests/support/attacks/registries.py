"""Registries, and publishers, that are out to harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.adversary import good, redirect
from tests.support.attacks.scenery import add, honest, root

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.scene import Scene

__all__ = []

# The registry.


def _dist(**fields: object) -> Callable[[Scene], None]:
    def arrange(scene: Scene) -> None:
        honest(scene)
        scene.manifests["a"]["dist"] |= fields
        scene.write({"package.json": root(dependencies={"a": "1.0.0"})})

    return arrange


for _name, _told, _code in (
    ("tarball-is-a-file", {"tarball": "FILE:///etc/passwd"}, ""),
    ("tarball-line-break", {"tarball": "http://127.0.0.1:9/\r\nX: 1"}, "ENETWORK"),
    ("tarball-of-git", {"tarball": "git+file:///etc#" + "a" * 40}, ""),
    ("tarball-of-another-name", {"tarball": "http://127.0.0.1:9/b/-/b-1.0.0.tgz"}, "ENETWORK"),
    ("integrity-is-long", {"integrity": "sha512-" + "A" * 2_000_000}, "EINTEGRITY"),
):
    add(_name, _dist(**_told), _code)


def _published(**fields: object) -> Callable[[Scene], None]:
    def arrange(scene: Scene) -> None:
        honest(scene, **fields)
        scene.write({"package.json": root(dependencies={"a": "1.0.0"})})

    return arrange


MARKUP = {
    "license": "<script>alert(1)</script>\x1b[31m",
    "description": "</script><img src=x onerror=alert(1)>",
}
ODD_LICENCE = {
    "license": {"type": ["MIT", {"x": 1}]},
    "author": {"name": 7},
    "licenses": [None, 3],
}
OUTSIDE = "../../../outside"

for _name, _fields, _code in (
    ("asks-for-a-folder", {"dependencies": {"b": f"file:{OUTSIDE}/bait"}}, "EALLOWDIRECTORY"),
    ("asks-for-a-tarball", {"dependencies": {"b": f"file:{OUTSIDE}/bait.tgz"}}, "EALLOWDIRECTORY"),
    ("asks-for-a-link", {"dependencies": {"b": f"link:{OUTSIDE}"}}, "EUNSUPPORTEDPROTOCOL"),
    ("asks-for-a-workspace", {"dependencies": {"b": "workspace:*"}}, "EUNSUPPORTEDPROTOCOL"),
    ("peers-of-itself", {"peerDependencies": {"a": "2"}}, "ERESOLVE"),
    ("licence-in-markup", MARKUP, ""),
    ("licence-of-odd-kinds", ODD_LICENCE, ""),
    ("engines-of-many-words", {"engines": {"node": ">=1 " * 40_000}}, ""),
    ("platforms-many", {"os": ["!win32"] * 100_000, "cpu": ["!"] * 1000}, ""),
    ("scripts", {"scripts": {"preinstall": "touch ../../outside/flag", "install": "x"}}, ""),
    ("directories-climb", {"directories": {"bin": OUTSIDE}}, ""),
    ("main-of-odd-kinds", {"main": ["x"], "exports": {"./*": "../../*"}, "type": 7}, ""),
):
    add(f"published-{_name}", _published(**_fields), _code)


def _asks(scene: Scene) -> None:
    scene.write({"package.json": root(dependencies={"a": "1.0.0"})})


NUMBER = b'{"versions":{"1.0.0":' + b"9" * 300_000 + b"}}"

for _name, _play, _code in (
    ("redirects-to-a-file", redirect("file:///etc/passwd"), "EINVALIDREDIRECT"),
    ("redirects-to-data", redirect("data:application/json,{}"), "EINVALIDREDIRECT"),
    ("redirects-with-a-tab", redirect("/b\tX: 1"), "E404"),
    ("packument-in-depth", good(b'{"versions":' + b'{"a":' * 200_000), "EPACKUMENT"),
    ("packument-of-a-long-number", good(NUMBER), "ETARGET"),
    ("packument-of-half-a-character", good(b'{"versions":{"\\ud800":{}}}'), "EPACKUMENT"),
):
    add(f"registry-{_name}", _asks, _code, play=_play)
