"""yarn.lock of yarn 2 and later: what is read, what is changed, what is refused."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import quote

import pytest

from zipper.errors import LockfileError
from zipper.lockfile.yarn_berry import read as read_yarn_berry
from zipper.lockfile.yarn_descriptors import BUILTIN_PATCH

START = """__metadata:
  version: 8
  cacheKey: 10c0

"r@workspace:.":
  version: 0.0.0-use.local
  resolution: "r@workspace:."
  dependencies:
    a: "npm:^1.0.0"
    c: "catalog:"

"a@npm:^1.0.0":
  version: 1.2.0
  resolution: "a@npm:1.2.0"
  dependencies:
    b: "npm:^1.0.0"

"b@npm:^2.0.0, b@npm:^2.1.0":
  version: 2.1.0
  resolution: "b@npm:2.1.0::__archiveUrl=https%3A%2F%2Fx.example%2Fb.tgz"

"c@npm:^3.0.0":
  version: 3.0.0
  resolution: "c@npm:3.0.0"
"""


class Beside:
    """The files beside a lockfile, as values."""

    manifest: ClassVar = {"resolutions": {"a/b": "npm:^2.0.0"}}

    def read(self, path: str) -> None:
        """There is no file."""

    def read_settings(self, name: str) -> dict[str, object]:
        """Return what .yarnrc.yml says."""
        assert name == ".yarnrc.yml"
        return {
            "packageExtensions": {"b@2": {"dependencies": {"c": "^3.0.0"}}},
            "catalog": {"c": "^3.0.0"},
        }


def read(text: str):
    return read_yarn_berry(text, path="yarn.lock", beside=Beside())


def test_yarn_changes_dependencies_while_it_installs() -> None:
    """Resolutions, extensions and catalogs lead from what a package wrote to what is locked."""
    found = read(START)
    instances = found.graph.instances

    assert {"a": "a@npm:1.2.0", "c": "c@npm:3.0.0"} == instances["./"].targets
    b = instances["a@npm:1.2.0"].targets["b"]
    assert "https://x.example/b.tgz" == instances[b].resolved
    assert {"c": "c@npm:3.0.0"} == instances[b].targets
    assert ("8", "parent") == (found.version, found.peers)


def test_what_yarn_s_database_adds_is_there_where_the_lockfile_has_it() -> None:
    """Another yarn has another database: what it did not add, the lockfile lacks."""
    text = START.replace('"a@npm:^1.0.0"', '"useragent@npm:^2.0.0"').replace(
        "a@npm:1.2.0", "useragent@npm:2.0.0"
    )
    text = text.replace('a: "npm:^1.0.0"', 'useragent: "npm:^2.0.0"').replace("1.2.0", "2.0.0")
    text = text.replace('  dependencies:\n    b: "npm:^1.0.0"\n', "")
    added = '\n"request@npm:^2.88.0":\n  version: 2.88.2\n  resolution: "request@npm:2.88.2"\n'

    without = read(text).graph.instances["useragent@npm:2.0.0"]
    with_it = read(text + added).graph.instances["useragent@npm:2.0.0"]

    assert {} == without.targets
    assert {"request": "request@npm:2.88.2"} == with_it.targets


def test_a_patch_is_named_and_a_builtin_one_is_not() -> None:
    """A patch of the project's own is a file; what yarn patches for its loader is none."""
    text = (
        START
        + """
"d@patch:d@npm%3A1.0.0#~/.yarn/patches/d.patch":
  version: 1.0.0
  resolution: "d@patch:d@npm%3A1.0.0#~/.yarn/patches/d.patch::version=1.0.0&hash=0"

"typescript@patch:typescript@npm%3A^5.0.0#optional!builtin<compat/typescript>":
  version: 5.0.0
  resolution: "typescript@patch:typescript@npm%3A5.0.0#optional!builtin<compat/typescript>"
"""
    )
    found = {own.manifest.name: own.patches for own in read(text).graph.instances.values()}

    assert (".yarn/patches/d.patch",) == found["d"]
    assert all(one.startswith(BUILTIN_PATCH) for one in found["typescript"])


def test_a_patched_package_has_the_checksum_of_what_is_patched() -> None:
    """Also where that has an address of its own; never the one of the patched zip."""
    source = "b@npm%3A2.1.0%3A%3A__archiveUrl=https%253A%252F%252Fx.example%252Fb.tgz"
    text = START.replace('b.tgz"\n', 'b.tgz"\n  checksum: 10c0/ab\n') + (
        f"""
"b@patch:{source}#~/b.patch":
  version: 2.1.0
  resolution: "b@patch:{source}#~/b.patch::version=2.1.0&hash=0"
  checksum: 10c0/cd
"""
    )
    found = [own for own in read(text).graph.instances.values() if own.manifest.name == "b"]

    assert ["10c0/ab"] * 2 == [own.checksum for own in found]
    assert ["https://x.example/b.tgz"] * 2 == [own.resolved for own in found]


@pytest.mark.parametrize("address", ["", "::__archiveUrl=https%3A%2F%2Fx.example%2Fz.tgz"])
@pytest.mark.parametrize("alias", ["z", "other"])
def test_a_patched_package_under_an_alias(alias: str, address: str) -> None:
    """It is the package that is patched, and what only a patch asks for is asked for."""
    asked = f'"{alias}": "patch:z@npm%3A2.1.0#./b.patch"'
    text = f"""__metadata:
  version: 8

"r@workspace:.":
  version: 0.0.0-use.local
  resolution: "r@workspace:."
  dependencies:
    {asked}

"z@npm:2.1.0":
  version: 2.1.0
  resolution: "z@npm:2.1.0{address}"

"{alias}@patch:z@npm%3A2.1.0#./b.patch::locator=r%40workspace%3A.":
  version: 2.1.0
  resolution: "{alias}@patch:{quote(f"z@npm:2.1.0{address}", safe="@")}#./b.patch::version=2.1.0"
"""
    locked = read(text)
    root = locked.graph.instances[locked.graph.importers[""]]
    found = locked.graph.instances[root.targets[alias]]

    assert ("z", "2.1.0", ("b.patch",)) == (
        found.manifest.name,
        found.manifest.version,
        tuple(one.removeprefix("./") for one in found.patches),
    )
    assert () == locked.unasked


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        (START.replace("version: 8", "version: 11"), "ELOCKVERSION", "4 to 10"),
        ("a: [", "EYARNLOCK", "line 2, column 1"),
        (START + "d: 1\n", "EYARNLOCK", "`d` is no map"),
        ('# yarn lockfile v1\n\na@1:\n  version "1.0.0"\n', "ELOCKVERSION", "none"),
        (START.replace("npm:^2.0.0, ", ""), "YN0028", "line 16, column 5"),
        (START.replace('c@npm:3.0.0"\n', '../c@npm:3.0.0"\n'), "EYARNLOCK", "package's name"),
        (START.replace('c@npm:3.0.0"\n', 'c@exec:./x.js"\n'), "EYARNLOCK", "not read"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, code: str, word: str) -> None:
    """Each complaint says what and where."""
    with pytest.raises(LockfileError) as caught:
        read(text)

    assert code == caught.value.code
    assert word in str(caught.value)


def test_what_nothing_asks_for_is_said() -> None:
    """An entry that a removed dependency or resolution has left."""
    left = '\n"z@npm:^9.0.0":\n  version: 9.0.0\n  resolution: "z@npm:9.0.0"\n'

    assert ("b@^2.1.0",) == read(START).unasked
    assert ("b@^2.1.0", "z@^9.0.0") == read(START + left).unasked
