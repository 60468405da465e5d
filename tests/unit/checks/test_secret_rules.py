"""Whole findings about secrets and junk, and which files are searched."""

from __future__ import annotations

import pytest
from support.checking import check_files

H = "exports.handler = async () => 1;"
KEY_ID = "AKIA" + "Q3ZJ7K2M5N4P6R7T"
WORDS = ("_auth", "PASSWORD", "Token", "secret", "aws_access_key_id")
LIMIT = 4 << 20


def told(files: dict[str, str], code: str, **options: object) -> list[tuple[str, str, str, str]]:
    """Return severity, path, message and hint of the findings of a code."""
    found = check_files({"index.js": H, **files}, **options).findings
    return [(f.severity, f.path, f.message, f.hint) for f in found if f.code == code]


@pytest.mark.parametrize(
    "name", [".npmrc", "a/.npmrc", ".yarnrc.yml", "a/.yarnrc.yml", "credentials", "a/credentials"]
)
def test_settings_that_may_hold_secrets(name: str) -> None:
    """Those that are public in most projects are secret where one of these words is in them."""
    for word in WORDS:
        assert [name] == [one[1] for one in told({name: f"a {word} b"}, "secret-file")]
    assert [] == told({name: "save-exact=true"}, "secret-file")


def test_what_is_said_of_files_with_secrets() -> None:
    """Each is named; the history of a repository is counted."""
    files = {".env": "", "a/.netrc": "", ".git/HEAD": "", ".git/objects/a": "", "x.git/HEAD": ""}
    hint = "leave it out; give secrets by environment variables or a secrets store"
    says = "mostly holds secrets, and everyone who can read the function can read it"
    git = "the history of the repository is in the package: 2 files under `.git/`"

    assert [
        ("warning", ".env", f"`.env` {says}", hint),
        ("warning", "a/.netrc", f"`a/.netrc` {says}", hint),
        ("warning", ".git", git, "leave `.git` out"),
    ] == told(files, "secret-file")


@pytest.mark.parametrize(
    ("name", "text", "is_searched"),
    [
        ("a.txt", KEY_ID, True),
        ("lib/a.js", f"// {KEY_ID}", True),
        ("node_modules/a/b.txt", KEY_ID, False),
        ("lib/node_modules/a/b.txt", KEY_ID, False),
        ("my_node_modules.txt", KEY_ID, True),
        ("large.txt", KEY_ID + " " * (LIMIT - len(KEY_ID)), True),
        ("large.txt", KEY_ID + " " * (LIMIT - len(KEY_ID) + 1), False),
    ],
)
def test_which_files_are_searched(name: str, text: str, is_searched: bool) -> None:
    """The project's own, up to four megabytes."""
    hint = "take it out, and make it invalid: it may have been read already"
    message = f"`{name}` line 1 has an AWS access key id (`AKIA…`)"

    assert ([("warning", name, message, hint)] if is_searched else []) == told(
        {name: text}, "secret-content"
    )


def test_the_first_secret_of_each_kind_is_told() -> None:
    """In the order of the kinds, each by its line, examples passed over."""
    npm = "npm_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    other = "ASIA" + "Q3ZJ7K2M5N4P6R7T"
    text = f"{npm}\nAKIAIOSFODNN7EXAMPLE\n{other}\n{KEY_ID}\n{npm}\n"

    assert [
        "`a.txt` line 3 has an AWS access key id (`ASIA…`)",
        "`a.txt` line 1 has an npm token (`npm_…`)",
    ] == [one[2] for one in told({"a.txt": text}, "secret-content")]


def test_what_is_said_of_junk() -> None:
    """The kinds by their bytes, with number and first file; a folder is none."""
    files = {
        "README.md": "x" * 30,
        "a/b.map": "x" * 20,
        "c.map": "x" * 1_000,
        "node_modules/p/docs/a.html": "x" * 5,
        "node_modules/p/test/": "",
        "tests.js": "",
    }
    hint = "leave them out if size matters; most functions run without them"

    assert [
        ("info", "a/b.map", "source maps: 2 files, 1,020 bytes, such as `a/b.map`", hint),
        ("info", "README.md", "documents: 2 files, 35 bytes, such as `README.md`", hint),
    ] == told(files, "junk-file")
    assert (
        "type declarations: 1 file, 3 bytes, such as `a.d.ts`"
        == told({"a.d.ts": "abc"}, "junk-file")[0][2]
    )


@pytest.mark.parametrize(
    ("name", "is_junk"),
    [
        ("map", False), ("a.maps", False), ("md", False), ("ts", False), ("a.ts", False),
        ("d.ts", False), ("a.d.tsx", False), ("test.js", False), ("a.tests.js", False),
        ("testing/a.js", False), ("contest/a.js", False), ("a/doc.js", False),
        ("docs2/a.js", False), (".vscode2/a", False), ("test", False), ("special/a", False),
        ("__tests__/a.js", True), ("spec/a.js", True), ("doc/a.html", True), (".idea/a", True),
        ("a.test.mjs", True), ("a.spec.ts", True), ("x.a", True), ("lib/test/x/y.js", True),
    ],
)  # fmt: skip
def test_what_is_junk(name: str, is_junk: bool) -> None:
    """Whole endings and whole names of folders count, wherever they are."""
    assert is_junk == bool(told({name: "1"}, "junk-file"))
