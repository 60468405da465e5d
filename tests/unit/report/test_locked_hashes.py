"""The hashes of packages in a zip, as the lockfile beside them says them."""

from __future__ import annotations

import io
import json
from zipfile import ZipFile

import pytest

from zipper.archive.listing import read_listing
from zipper.report.inventory import from_listing
from zipper.report.locked_hashes import list_digests

SRI = "sha512-" + "A" * 86 + "=="
SHA1 = "sha1-" + "A" * 27 + "="
PNPM = f"""lockfileVersion: '9.0'
importers: {{.: {{dependencies: {{a: {{specifier: ^1.0.0, version: 1.0.0}}}}}}}}
packages:
  a@1.0.0: {{resolution: {{integrity: {SRI}}}}}
snapshots:
  a@1.0.0: {{}}
"""
BUN = f"""{{"lockfileVersion": 1, "workspaces": {{"": {{"dependencies": {{"a": "1"}}}}}},
"packages": {{"a": ["a@1.0.0", "", {{}}, "{SRI}"]}}}}"""
YARN = f"""# yarn lockfile v1


x@npm:a@^1.0.0, "a@^1.0.0":
  version "1.0.0"
  resolved "https://registry.example/a/-/a-1.0.0.tgz#1"
  integrity {SRI}
"""
ANCIENT = {"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0", "integrity": SHA1}}}


def npm_lock(name: str = "a", version: str = "1.0.0", integrity: str = SRI) -> str:
    row = {"name": name, "version": version, "integrity": integrity}
    return json.dumps({"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": row}})


def digests_of(lock: str, text: str) -> list[tuple[str, str]]:
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr("package.json", '{"name": "fn"}')
        archive.writestr("node_modules/a/package.json", '{"name": "a", "version": "1.0.0"}')
        archive.writestr(lock, text)
    inventory = from_listing("fn.zip", read_listing(stream.getvalue()), with_hashes=True)
    return list(list_digests(inventory.packages[-1].hashes))


@pytest.mark.parametrize(
    ("lock", "text"),
    [
        ("package-lock.json", npm_lock()),
        ("npm-shrinkwrap.json", npm_lock()),
        ("node_modules/.package-lock.json", npm_lock()),
        ("pnpm-lock.yaml", PNPM),
        ("bun.lock", BUN),
        ("yarn.lock", YARN),
    ],
)
def test_every_lockfile_is_read(lock: str, text: str) -> None:
    """Whoever locked the packages, and whoever made the zip."""
    assert [("sha512", "00" * 64)] == digests_of(lock, text)


def test_an_old_lockfile_has_old_hashes() -> None:
    """SHA-1 is what there is."""
    assert [("sha1", "00" * 20)] == digests_of("package-lock.json", json.dumps(ANCIENT))


@pytest.mark.parametrize(
    ("lock", "text"),
    [
        ("package-lock.json", npm_lock(name="b")),
        ("package-lock.json", npm_lock(version="1.0.1")),
        ("package-lock.json", npm_lock(integrity="sha512-AAAA")),
        ("package-lock.json", npm_lock(integrity="sha512-/")),
        ("package-lock.json", npm_lock(integrity="")),
        ("package-lock.json", "{"),
        ("pnpm-lock.yaml", "]"),
        ("pnpm-lock.yaml", "\udcff"),
        ("bun.lock", "{}"),
        ("yarn.lock", "__metadata:\n  version: 8\n"),
    ],
)
def test_what_is_not_sure_is_left_out(lock: str, text: str) -> None:
    """Another package, a digest that can be none, a lockfile that cannot be read."""
    assert [] == digests_of(lock, text.encode("utf-8", "surrogateescape"))
