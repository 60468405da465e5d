"""Packing a folder: what the table does not say."""

from __future__ import annotations

import json

import pytest

from zipper.npm.packlist import list_packed


def pack(files: dict[str, object], **options) -> list[str]:
    """Return what is packed of `files`, path to text or to the object of a package.json."""

    def read_text(path: str) -> str:
        value = files[path]
        return value if isinstance(value, str) else json.dumps(value)

    return list_packed(files, read_text=read_text, **options)


def test_only_ignore_files_and_package_json_are_read():
    """Nothing else is asked for, however large the folder."""
    asked = []

    def read_text(path: str) -> str:
        asked.append(path)
        return "{}"

    files = ["package.json", "index.js", "lib/a.js", "lib/.npmignore", ".gitignore"]
    list_packed(files, read_text=read_text)

    assert {"package.json", "lib/.npmignore", ".gitignore"} == set(asked)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '"x"', "[" * 100_000])
def test_broken_package_json_counts_as_empty(text):
    """A package.json that cannot be read does not keep a folder from being packed."""
    assert pack({"package.json": text, "index.js": ""}) == ["index.js", "package.json"]


WORKSPACES = [
    ([], False),
    (["none"], False),
    (["none/*"], False),
    ("w", False),
    (["w"], True),
    (["w", "!w"], False),
    (["!w", "w"], True),
    (["w", "!w", "w"], True),
    (["w/*"], False),
    (["w/**"], True),
    (["./w/"], True),
    (["/w"], True),
    (["{w,v}"], True),
    (["w/node_modules/n"], False),
    (["../x/w"], False),
    (["."], True),
    ({"packages": ["w"]}, True),
    ({"packages": ["none"]}, False),
]
"""A `workspaces` field, and whether npm-packlist 10 packs what `docs/.npmignore` names."""


@pytest.mark.parametrize("project", ["", "app/"])
@pytest.mark.parametrize(("workspaces", "expected"), WORKSPACES)
def test_workspaces_that_are_there_undo_ignore_files(workspaces, expected, project):
    """A package.json below counts as an ignore file where a workspace is there, only then."""
    files = {
        "package.json": {"name": "r", "workspaces": workspaces},
        "docs/package.json": {"name": "docs"},
        "docs/.npmignore": "b.txt",
        "docs/b.txt": "",
        "w/package.json": {"name": "w"},
        "w/node_modules/n/package.json": {"name": "n"},
    }

    found = pack({f"{project}{name}": text for name, text in files.items()}, project=project[:-1])

    assert expected == ("docs/b.txt" in found)


def test_secrets_and_history_are_never_packed():
    """`.npmrc`, `.git` and lockfiles stay out even where `files` asks for everything."""
    files = {
        "package.json": {"files": ["**/*"]},
        ".npmrc": "",
        "lib/.npmrc": "",
        ".git/HEAD": "",
        "package-lock.json": "",
        "index.js": "",
    }

    assert pack(files) == ["index.js", "package.json"]


def test_bundled_link_is_packed_as_real_files():
    """A bundled dependency behind a link is packed where the link stands."""
    files = {
        "app/package.json": {
            "dependencies": {"a": "file:../a"},
            "bundleDependencies": ["a"],
            "files": [],
        },
        "a/package.json": {"name": "a"},
        "a/index.js": "",
        "a/.npmignore": "secret",
        "a/secret": "",
    }

    found = pack(files, project="app", links={"app/node_modules/a": "a"})

    assert found == [
        "node_modules/a/index.js",
        "node_modules/a/package.json",
        "package.json",
    ]


def test_paths_above_the_project_are_patterns_that_match_nothing():
    """`files` cannot reach out of the folder."""
    files = {"app/package.json": {"files": ["../secret", "/../secret"]}, "secret": ""}

    assert pack(files, project="app") == ["package.json"]


BUNDLES = [
    ([], {"a": "1"}, {}, set()),
    (["a"], {"a": "1"}, {}, {"a", "b", "c"}),
    (["a"], {"a": "1", "b": "1"}, {}, {"a", "b", "c"}),
    (["a"], {}, {"a": "1"}, set()),
    (["b"], {"a": "1", "b": "1"}, {}, {"b"}),
    (["a", "x"], {"a": "1", "x": "1"}, {}, {"a", "b", "c"}),
    (True, {"a": "1"}, {}, {"a", "b", "c"}),
]


@pytest.mark.parametrize(("bundled", "needed", "dev", "expected"), BUNDLES)
def test_what_a_package_bundles(bundled, needed, dev, expected):
    """What is named and what that needs, in a circle too; no development dependency."""
    fields = {"bundleDependencies": bundled, "dependencies": needed, "devDependencies": dev}
    inner = {
        "a": {"dependencies": {"b": "1"}, "optionalDependencies": {"c": "1"}},
        "b": {},
        "c": {"dependencies": {"a": "1"}, "devDependencies": {"d": "1"}},
        "d": {},
    }
    files = {
        f"node_modules/{name}/package.json": {"name": name, **one} for name, one in inner.items()
    }
    packed = pack({"package.json": {"name": "p", "version": "1.0.0", **fields}, **files})

    assert {f"node_modules/{name}/package.json" for name in expected} == {*packed} - {
        "package.json"
    }


def test_comments_and_empty_lines_are_no_rules():
    """A file may be called what a comment says; a backslash makes it a rule."""
    rules = "#b.js\n\n \t\n  # a.js\r\n\\#c.js\n"
    names = ["# a.js", "#b.js", "#c.js", "d.js"]
    packed = pack({"package.json": {"name": "p"}, ".npmignore": rules, **dict.fromkeys(names, "")})

    assert {"# a.js", "#b.js", "d.js", "package.json"} == set(packed)


NAMES = """
readme README readme.md copying COPYING copying.md license LICENSE license.md licence
LICENCE licence.md

readme.md~ readme.md$ readme-x readme. lib/readme readmex.md copying.md~ copying.md$
copying-x copying. lib/copying copyingx.md license.md~ license.md$ license-x license.
lib/license licensex.md licence.md~ licence.md$ licence-x licence. lib/licence
licencex.md notice changelog.md history build/a.js npm-debug.log.1 a.swp .swp orig
archived-packages2/a lib/package-lock.json lib/yarn.lock lib/pnpm-lock.yaml
lib/bun.lockb bun.lock npm-shrinkwrap.json lib/npm-shrinkwrap.json
lib/node_modules/a/index.js index.js lib/index.js s/.svn2/a

.npmignore .gitignore .svn/a .hg/a CVS/a .lock-wscript .wafpickle- .wafpickle-1
build/config.gypi npm-debug.log .a.swp ..swp ._a ._ a.orig .orig
archived-packages/a .DS_Store/a ._b/a

lib/.npmignore lib/.gitignore .git/HEAD lib/.git/HEAD lib/.svn/a lib/.hg/a lib/CVS/a
lib/cvs lib/.lock-wscript lib/.wafpickle-1 lib/build/config.gypi lib/npm-debug.log
.npmrc lib/.npmrc lib/.a.swp lib/.DS_Store x/.DS_Store/a lib/._a x/._b/a lib/a.orig
lib/archived-packages/a package-lock.json yarn.lock pnpm-lock.yaml bun.lockb
node_modules/a/index.js s/.svn s/.hg s/.git s/CVS
"""
"""By what `npm pack` of npm 11.19 does with them: packed where `files` and an ignore file name
nothing; packed as other files are; packed only where an ignore file says so; never packed."""
ALWAYS, MOSTLY, WANTED, NEVER = (block.split() for block in NAMES.split("\n\n"))


@pytest.mark.parametrize(
    ("fields", "rules", "expected"),
    [
        ({"files": []}, "", [*ALWAYS]),
        ({}, "*", [*ALWAYS]),
        ({}, "", [*ALWAYS, *MOSTLY]),
        ({}, "!.svn\n!.hg\n!CVS\n!.DS_Store\n!._*\n!.git", [*ALWAYS, *MOSTLY, "._", "._a"]),
        ({}, "!*\n!.*\n!**/*", [*ALWAYS, *MOSTLY, *WANTED]),
    ],
)
def test_names_with_a_rule_of_their_own(fields, rules, expected):
    """Some files are packed whatever is asked for, and some are left out, each by its name."""
    names = [*ALWAYS, *MOSTLY, *WANTED, *NEVER]
    files = {**dict.fromkeys(names, ""), "package.json": fields, ".npmignore": rules}

    assert {*expected, "package.json"} == {*pack(files)}


def test_a_file_that_is_needed_is_packed_alone():
    """`main` and `browser` bring no other file of a folder that is left out."""
    files = {
        "package.json": {"main": ".git/HEAD", "browser": ".svn/a"},
        **dict.fromkeys([".git/HEAD", ".git/other", ".svn/a", ".svn/other"], ""),
    }

    assert {".git/HEAD", ".svn/a", "package.json"} == {*pack(files)}
