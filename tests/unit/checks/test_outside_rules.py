"""Files of the workspace that code names outside of what is packed."""

from __future__ import annotations

import pytest
from support.checking import check_files

from zipper.checks.nearby import Nearby, Sibling

H = "exports.handler = async () => 1;"
SIBLING = Sibling("sib", "packages/sib", "index.js", frozenset({"index.js"}), ())
FILES = frozenset({"shared/logo.png", "packages/other/a.txt", "packages/fn/own.txt", "top.txt"})
NEARBY = Nearby("packages/fn", {}, {"node_modules/sib": SIBLING}, FILES.__contains__)
HEAD = "const fs = require('fs'), path = require('path'), { Worker } = require('worker_threads');\n"


def told(files: dict[str, str], nearby: Nearby = NEARBY) -> list[tuple[str, str, str]]:
    """Return severity, path and text of the findings."""
    found = check_files(files, nearby=nearby).findings
    kept = [one for one in found if one.code == "file-outside"]
    return [(one.severity, one.path, f"{one.message} / {one.hint}") for one in kept]


@pytest.mark.parametrize(
    ("code", "severity", "file"),
    [
        ("fs.readFileSync(path.join(__dirname, '../../shared/logo.png'))", "error", FILES),
        ("exports.a = path.join(__dirname, '../../shared/logo.png')", "warning", FILES),
        ("() => fs.readFileSync(path.join(__dirname, '../../shared/logo.png'))", "warning", FILES),
        ("exports.a = __dirname + '/../../shared/logo.png'", "warning", FILES),
        ("new Worker(path.join(__dirname, '../../shared/logo.png'))", "error", FILES),
        ("fs.writeFileSync(path.join(__dirname, '../../shared/logo.png'), '')", "warning", FILES),
        ("require('../../shared/logo.png')", None, None),
        ("exports.a = path.join(__dirname, '../../shared/gone.png')", None, None),
        ("exports.a = path.join(__dirname, 'own.txt')", None, None),
        ("exports.a = path.join(__dirname, '../fn/own.txt')", None, None),
        ("exports.a = path.join(__dirname, '../../../../top.txt')", None, None),
    ],
)
def test_paths_that_leave_the_member(code: str, severity: str | None, file: object) -> None:
    """A file that is there in the workspace, and nothing inside of the member or above the root."""
    found = told({"index.js": f"{HEAD}{code}; {H}"})

    assert ([] if severity is None else [(severity, "index.js")]) == [one[:2] for one in found]
    assert file is None or "`index.js` line 2 names `" in found[0][2]
    assert (
        file is None
        or "the workspace has `shared/logo.png`, and the package has not" in (found[0][2])
    )


def test_what_is_read_while_a_file_loads_that_may_not_be_loaded() -> None:
    """Only what is sure to be read is an error."""
    code = f"{HEAD}fs.readFileSync(path.join(__dirname, '../../shared/logo.png'))"
    files = {"b.js": code}

    assert [("error", "b.js")] == [
        one[:2] for one in told({**files, "index.js": f"require('./b'); {H}"})
    ]
    assert [("warning", "b.js")] == [
        one[:2] for one in told({**files, "index.js": f"() => require('./b'); {H}"})
    ]


def test_each_file_is_named_once_and_each_way_out_apart() -> None:
    """Two files outside are two findings, whoever names the first one again."""
    paths = ("../../shared/logo.png", "../other/a.txt", "../../shared/logo.png")
    code = "; ".join(f"exports.a = path.join(__dirname, '{path}')" for path in paths)
    found = told({"index.js": f"{HEAD}{code}; {H}"})

    assert ["shared/logo.png", "packages/other/a.txt"] == [
        text.partition("workspace has `")[2].partition("`")[0] for *_, text in found
    ]


def test_what_the_message_says() -> None:
    """Where the path leads on Lambda, and what packs the file."""
    code = "exports.a = path.join(__dirname, '../other/a.txt')"
    files = {"index.js": f"require('./d/b'); {H}", "d/b.js": f"{HEAD}\n\n{code}"}
    assert [] == told(files)

    ((severity, path, text),) = told({"index.js": f"{HEAD}\n\n{code}; {code}; {H}"})

    assert ("warning", "index.js") == (severity, path)
    assert text == (
        "`index.js` line 4 names `../other/a.txt`: the workspace has `packages/other/a.txt`, and "
        "the package has not: on Lambda the path is `/var/other/a.txt` / pack "
        "`packages/other/a.txt` too, with `--include ../other/a.txt`: the zip then has the "
        "folders of the workspace, and the name of the handler begins with `packages/fn/`"
    )


def test_a_zip_with_the_folders_of_the_workspace() -> None:
    """There the same path leads to the file, if it is packed."""
    nearby = NEARBY._replace(keeps_folders=True)
    code = "exports.a = path.join(__dirname, '../../shared/logo.png')"
    files = {"packages/fn/index.js": f"{HEAD}{code}; {H}"}
    asks = {"index.js": f"require('./packages/fn/index.js'); {H}"}

    assert 1 == len(told({**asks, **files}, nearby))
    assert [] == told({**asks, **files, "shared/logo.png": ""}, nearby)


@pytest.mark.parametrize(
    ("package", "path", "expected"),
    [
        ("sib", "../other/a.txt", "move `packages/other/a.txt` into `packages/sib`, and list it"),
        ("sib", "../../shared/logo.png", "with `--include ../../shared/logo.png`"),
        ("x", "../../shared/logo.png", None),
    ],
)
def test_what_a_package_names(package: str, path: str, expected: str | None) -> None:
    """A sibling's file is looked for from its folder; a published package is not judged."""
    code = f"{HEAD}exports.a = path.join(__dirname, '{path}')"
    files = {"index.js": f"require('{package}'); {H}", f"node_modules/{package}/index.js": code}
    found = told(files)

    assert (expected is not None) == bool(found)
    assert expected is None or expected in found[0][2]
