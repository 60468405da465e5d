"""Which file that went an error is about."""

from __future__ import annotations

import pytest

from zipper.pruning.missed_files import find_missed, names_absence

RULES = {
    "node_modules/a/lib/x.js": "unreached",
    "node_modules/a/data.txt": "drop",
    "node_modules/b/index.js": "unreached-package",
    "node_modules/@s/c/main.mjs": "unreached-package",
    "node_modules/a/lib/libvips-cpp.so.8": "unreached",
}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "Cannot find module './lib/x'\nRequire stack:\n- /var/task/node_modules/a/index.js",
            "node_modules/a/lib/x.js",
        ),
        (
            "ENOENT: no such file or directory, open '/var/task/node_modules/a/data.txt'",
            "node_modules/a/data.txt",
        ),
        ("Cannot find module 'b'\nRequire stack:\n- /var/task/index.js", "node_modules/b/index.js"),
        (
            "Cannot find package '@s/c' imported from /var/task/index.mjs",
            "node_modules/@s/c/main.mjs",
        ),
        (
            "Cannot find module '/var/task/node_modules/a/lib/x.js' imported from /var/task/i.mjs",
            "node_modules/a/lib/x.js",
        ),
        (
            "libvips-cpp.so.8: cannot open shared object file: No such file or directory",
            "node_modules/a/lib/libvips-cpp.so.8",
        ),
    ],
)
def test_an_error_names_the_file_and_its_rule(text: str, name: str) -> None:
    """Node's and the loader's messages lead to the file that went."""
    assert ((name, RULES[name]),) == find_missed([text], RULES)


@pytest.mark.parametrize(
    "text", ["TypeError: x is not a function\n at /var/task/node_modules/a/index.js:1:2", "x", ""]
)
def test_other_errors_name_nothing(text: str) -> None:
    """An error that is about no file that went says nothing of pruning."""
    assert () == find_missed([text], RULES)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Cannot find module './lib/x'", True),
        ("ENOENT: no such file or directory, open '/var/task/a.txt'", True),
        ("libvips-cpp.so.8: cannot open shared object file: No such file or directory", True),
        ("TypeError: x is not a function", False),
        ("", False),
    ],
)
def test_what_is_about_a_file_that_is_not_there(text: str, is_one: bool) -> None:
    """Errors of Node and of the system's loader are told from others."""
    assert is_one == names_absence(["else", text])
