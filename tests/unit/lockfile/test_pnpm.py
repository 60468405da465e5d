"""pnpm-lock.yaml: what is read, what is refused, and where."""

from __future__ import annotations

import pytest

from zipper.errors import LockfileError
from zipper.lockfile.pnpm import read as read_pnpm_lock

START = """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0
packages:
  a@1.0.0:
    resolution: {integrity: sha512-a}
snapshots:
"""


def read(text: str):
    return read_pnpm_lock(text, path="pnpm-lock.yaml")


def refuse(text: str) -> LockfileError:
    with pytest.raises(LockfileError) as caught:
        read(text)
    return caught.value


def test_scalars_stay_text() -> None:
    """A package called `on`, and versions that look like numbers, are what they are."""
    text = START.replace("      a:\n", "      on:\n").replace("a@1.0.0", "on@1.0.0")

    graph = read(text + "  on@1.0.0: {}\n").graph

    assert {"on": "on@1.0.0"} == graph.instances["./"].targets


def test_the_last_document_is_the_project_s() -> None:
    """A newer pnpm puts its own in front; carriage returns and a byte order mark pass."""
    text = "---\nlockfileVersion: '9.0'\nimporters:\n  .: {}\n---\n" + START + "  a@1.0.0: {}\n"

    for form in (text, text.replace("\n", "\r\n"), "\ufeff" + text):
        assert {"a": "a@1.0.0"} == read(form).graph.instances["./"].targets


def test_a_document_without_importers_is_refused() -> None:
    """A file whose last document is pnpm's own locks nothing, and is not taken for empty."""
    error = refuse("lockfileVersion: '9.0'\npackages: {}\n")

    assert "ERR_PNPM_BROKEN_LOCKFILE" == error.code
    assert "importers" in error.message


@pytest.mark.parametrize(
    ("version", "word"),
    [
        ("'12.0'", "namedRegistries"),
        ("'13.0'", "pnpm 12"),
        ("'7.0'", "does not know"),
        ("99", "99"),
    ],
)
def test_other_versions_are_refused(version: str, word: str) -> None:
    """A version that is not read is named, with what writes it."""
    error = refuse(START.replace("'9.0'", version) + "  a@1.0.0: {}\n")

    assert "ELOCKVERSION" == error.code
    assert word in error.message


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        (START, "line 5, column 7", "which the lockfile lacks"),
        (START + "  a@1.0.0: {dependencies: {b: 1.0.0}}\n", "line 12, column 28", "`b@1.0.0`"),
        (START + "  a@1.0.0: {dependencies: {../b: 1.0.0}}\n", "line 12, column 28", "`../b`"),
        (START + "  b@1.0.0: {}\n  a@1.0.0: {}\n", "line 12, column 3", "`packages` lacks"),
        (START + "  a@1.0.0: []\n", "line 12, column 3", "no map"),
        (START + "  a@1.0.0: {}\n  a@1.0.0: {}\n", "line 13, column 3", "twice"),
        (START + "  a@1.0.0: &x {}\n", "line 12, column 12", "anchor"),
        (START + "<<<<<<< HEAD\n", "line 12, column 1", "merge conflict"),
        (START + "  a@1.0.0: {\n", "line 13, column 1", "flow"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(text: str, place: str, word: str) -> None:
    """Each complaint says line and column, in pnpm's own code."""
    error = refuse(text)

    assert "ERR_PNPM_BROKEN_LOCKFILE" == error.code
    assert ("at", place) in error.facts
    assert word in error.message


def test_resolutions_of_every_kind() -> None:
    """Registry, tarball, commit, folder: each becomes npm's word for it."""
    text = """lockfileVersion: '9.0'
importers:
  packages/fn:
    dependencies:
      c: {specifier: x, version: git@h.example:u/c.git#77}
      d: {specifier: x, version: file:vendor/d}
      e: {specifier: x, version: link:../../vendor/e}
      g: {specifier: x, version: https://x.example/g.tgz}
      r: {specifier: x, version: runtime:22.0.0}
packages:
  c@git@h.example:u/c.git#77:
    resolution: {type: git, repo: 'git@h.example:u/c.git', commit: '77', path: /sub}
    version: 1.0.0
  d@file:vendor/d:
    resolution: {type: directory, directory: vendor/d}
  g@https://x.example/g.tgz:
    resolution: {tarball: https://x.example/g.tgz, integrity: sha512-g}
    version: 2.0.0
  r@runtime:22.0.0:
    resolution: {type: variations, variants: [{resolution: {}, targets: []}]}
snapshots:
  c@git@h.example:u/c.git#77: {}
  d@file:vendor/d: {}
  g@https://x.example/g.tgz: {}
  r@runtime:22.0.0: {}
"""
    graph = read(text.replace("version: git@h", "version: c@git@h")).graph
    instances = [graph.instances[key] for key in graph.instances["./packages/fn"].targets.values()]

    assert [
        ("c", "1.0.0", "git+ssh://git@h.example/u/c.git#77::path:sub", None),
        ("d", "", None, "vendor/d"),
        ("", "", None, "vendor/e"),
        ("g", "2.0.0", "https://x.example/g.tgz", None),
    ] == [(own.manifest.name, own.manifest.version, own.resolved, own.folder) for own in instances]


def test_what_a_tarball_brings_is_no_edge() -> None:
    """A lockfile of pnpm 7 lists bundled packages, too; Node finds the tarball's."""
    text = """lockfileVersion: 5.4
specifiers: {a: 1.0.0}
dependencies: {a: 1.0.0}
packages:
  /a/1.0.0:
    resolution: {integrity: sha512-a}
    dependencies: {b: 1.0.0, c: 1.0.0}
    bundledDependencies: [b]
  /b/1.0.0: {resolution: {integrity: sha512-b}}
  /c/1.0.0: {resolution: {integrity: sha512-c}}
"""
    own = read(text).graph.instances["/a/1.0.0"]

    assert {"c": "/c/1.0.0"} == own.targets
    assert ("b",) == own.manifest.bundle_dependencies
