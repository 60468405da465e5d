"""A build whose check fails writes nothing, and says so; a dry run ends as the build would."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

import pytest

from tests.support.command import run_here
from tests.support.scene import HANDLER, listing, write_files
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import CommandResult

OLD: Final = b"the zip of an earlier build"
MISSING: Final = "require('nope'); exports.handler = async () => 1\n"
BIG: Final = 300_000_000

FAILING: Final[dict[str, tuple[str, list[str]]]] = {
    "handler": (HANDLER, ["--handler", "other.handler"]),
    "export": (HANDLER, ["--handler", "index.other"]),
    "module": (MISSING, []),
    "max_size": (HANDLER, ["--max-size", "10"]),
    "max_unzipped_size": (HANDLER, ["--max-unzipped-size", "10"]),
    "strict": (f"if (process.env.X) require('nope');\n{HANDLER}", ["--strict"]),
    "layer": (HANDLER, ["--layer", "absent.zip"]),
}
"""Why a check fails: the handler's file, and the options."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project, and a zip of an earlier build outside of it."""
    write_files(
        tmp_path,
        {
            "fn/package.json": {"name": "fn"},
            "fn/index.js": HANDLER,
            "out/fn.zip": OLD,
        },
    )
    return tmp_path / "fn"


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZIPPER_")}
    return {**kept, "ZIPPER_CACHE_DIR": str(folder.parent / "cache"), "PYTHONPATH": str(REPOSITORY)}


def zipper(folder: Path, *words: str) -> CommandResult:
    return run_here(*words, cwd=folder, env=environment(folder))


def in_a_process(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "zipper", *words],
        cwd=folder, env=environment(folder), capture_output=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("reason", FAILING)
def test_a_failed_check_leaves_the_old_zip(folder: Path, reason: str) -> None:
    """Whatever fails, the zip of the earlier build is there untouched, and nothing beside it."""
    text, options = FAILING[reason]
    write_files(folder, {"index.js": text})

    result = zipper(folder, "build", "-o", "../out/fn.zip", *options)

    output = folder.parent / "out" / "fn.zip"
    assert 1 == result.status
    assert OLD == output.read_bytes()
    assert [output] == list(output.parent.iterdir())
    assert "built" not in result.stdout
    assert reason == "layer" or "was not written" in result.stdout


@pytest.mark.parametrize("reason", [name for name in FAILING if name != "layer"])
def test_json_describes_what_was_judged(folder: Path, reason: str) -> None:
    """Every field is there for a zip that is written nowhere; `written` says so."""
    text, options = FAILING[reason]
    write_files(folder, {"index.js": text})
    words = ["build", "-o", "../out/fn.zip", *options, "--json"]

    failed, kept = zipper(folder, *words).document, zipper(folder, *words, "--keep-failed").document

    assert failed is not None
    assert kept is not None
    assert (False, True) == (failed["written"], kept["written"])
    ignored = {"written", "timings_seconds"}
    assert {key: value for key, value in failed.items() if key not in ignored} == {
        key: value for key, value in kept.items() if key not in ignored
    }
    assert kept["size_bytes"] == (folder.parent / "out" / "fn.zip").stat().st_size


def test_keep_failed_writes_and_fails(folder: Path) -> None:
    """The zip is there to be looked at; the exit status stays that of a failure."""
    result = zipper(folder, "build", "-o", "../out/fn.zip", "--handler", "x.y", "--keep-failed")

    assert 1 == result.status
    assert "index.js" in listing(folder.parent / "out" / "fn.zip")
    assert "although the check failed" in result.stdout


def test_no_check_writes_always(folder: Path) -> None:
    """Whoever wants no check gets the zip; what Lambda would refuse is told and fails."""
    write_files(folder, {"index.js": MISSING})
    sound = zipper(folder, "build", "-o", "../out/fn.zip", "--no-check")
    refused = zipper(folder, "build", "-o", "../out/b.zip", "--no-check", "--handler", "x.y")

    assert (0, 1) == (sound.status, refused.status)
    assert "index.js" in listing(folder.parent / "out" / "fn.zip")
    assert "index.js" in listing(folder.parent / "out" / "b.zip")


def test_a_failed_build_makes_no_folder(folder: Path) -> None:
    """The folder of the zip is made when the zip is known to be good."""
    before = sorted(folder.parent.rglob("*"))
    result = zipper(folder, "build", "-o", "../new/deep/fn.zip", "--handler", "x.y")

    made = [path for path in folder.parent.rglob("*") if path not in before]
    assert 1 == result.status
    assert [] == [path for path in made if "cache" not in path.parts]
    assert 0 == zipper(folder, "build", "-o", "../new/deep/fn.zip").status
    assert (folder.parent / "new" / "deep" / "fn.zip").is_file()


def test_of_several_functions_the_good_ones_are_written(folder: Path) -> None:
    """One that fails stays as it was, and is not remembered as built."""
    functions = [
        {"name": "good", "handler": "index.handler"},
        {"name": "bad", "handler": "absent.handler"},
    ]
    write_files(folder, {"package.json": {"name": "fn", "zipper": {"functions": functions}}})
    write_files(folder.parent, {"out/bad.zip": OLD})

    for outcome in ("built", "unchanged"):
        result = zipper(folder, "build", "-o", "../out/")
        lines = [line.split()[:2] for line in result.stdout.splitlines()]
        assert 1 == result.status
        assert [["good", outcome], ["bad", "failed"]] == lines[:2]
        assert result.stdout.endswith(", 1 failed\n")
        assert "bad:\nerror[handler-missing]" in result.stderr
        assert OLD == (folder.parent / "out" / "bad.zip").read_bytes()
    kept = zipper(folder, "build", "-o", "../out/", "--keep-failed", "--json").document
    assert kept is not None
    assert [True, True] == [row["written"] for row in kept["functions"]]


def test_green_says_what_it_means(folder: Path) -> None:
    """One sentence says what was verified, what the warnings leave open, what was not followed."""
    write_files(
        folder,
        {"index.js": f"const e = process.env; require('./a'); require('@aws-sdk/client-s3');\n"
         f"exports.later = () => require('nope');\nexports.any = n => require(n);\n{HANDLER}",
         "a.js": "1"},
    )  # fmt: skip
    sentence = (
        "checked: the handler's file and every module that it requests while it loads are there, "
        "but for what 1 warning may say: all requests of 1 file resolve, "
        "1 module left to the runtime or a layer; not followed: 1 request computed at run time"
    )

    built = zipper(folder, "build", "-o", "../out/fn.zip")
    checked = zipper(folder, "check", "../out/fn.zip")

    assert (0, 0) == (built.status, checked.status)
    assert sentence in built.stdout.splitlines()
    assert sentence in checked.stdout.splitlines()


@pytest.mark.parametrize("reason", FAILING)
def test_a_dry_run_ends_as_the_build_would(folder: Path, reason: str) -> None:
    """The zip is judged although it is never written, and no time and no zip is claimed."""
    text, options = FAILING[reason]
    write_files(folder, {"index.js": text})
    before = sorted(folder.parent.glob("out/*"))

    result = zipper(folder, "build", "-o", "../out/fn.zip", "--dry-run", *options)

    assert 1 == result.status
    assert before == sorted(folder.parent.glob("out/*"))
    assert OLD == (folder.parent / "out" / "fn.zip").read_bytes()
    if reason != "layer":
        assert "nothing was written; a build would not write" in result.stdout
        assert " s\n" not in result.stdout


def test_a_dry_run_of_a_good_package(folder: Path) -> None:
    """It says where a build would write, and the JSON says that nothing is there."""
    words = ("build", "-o", "../out/new.zip", "--dry-run")
    shown, document = zipper(folder, *words), zipper(folder, *words, "--json").document

    assert 0 == shown.status
    assert shown.stdout.endswith(
        f"nothing was written; a build would write {folder.parent / 'out' / 'new.zip'}\n"
    )
    assert document is not None
    assert (False, 0, "") == tuple(
        document[name] for name in ("written", "size_bytes", "code_sha256")
    )
    assert {"proven": 1, "assumed": [], "unknown": []} == document["closure"]


def test_a_dry_run_refuses_what_is_too_large(folder: Path) -> None:
    """300 MB are an error before anything is written."""
    with (folder / "model.bin").open("wb") as file:
        file.truncate(BIG)

    result = zipper(folder, "build", "-o", "../out/fn.zip", "--dry-run")

    assert 1 == result.status
    assert "error[size-unzipped]" in result.stderr


def test_a_zip_on_standard_output(folder: Path) -> None:
    """`-o -` writes the zip and nothing else to standard output, all words to stderr."""
    assert 0 == zipper(folder, "build", "-o", "../out/fn.zip").status

    piped = in_a_process(folder, "build", "-o", "-")

    assert 0 == piped.returncode
    assert (folder.parent / "out" / "fn.zip").read_bytes() == piped.stdout
    assert b"written to standard output in" in piped.stderr
    assert not (folder / "-").exists()
    assert in_a_process(folder, "build", "-o", "-", "--quiet").stderr == b""


def test_every_output_has_the_same_bytes(folder: Path) -> None:
    """The zip of a build without `-o` lies in the folder: it is packed nowhere else."""
    assert 0 == zipper(folder, "build").status
    (default,) = folder.glob("*.zip")

    piped = in_a_process(folder, "build", "-o", "-")
    assert 0 == zipper(folder, "build", "-o", "../out/fn.zip").status

    assert default.read_bytes() == piped.stdout == (folder.parent / "out/fn.zip").read_bytes()


def test_a_redirected_zip_is_no_part_of_itself(folder: Path) -> None:
    """A shell makes the file before zipper starts: it is not packed."""
    with (folder / "fn.zip").open("wb") as file:
        subprocess.run(
            [sys.executable, "-m", "zipper", "build", "-o", "-", "-q"],
            cwd=folder, env=environment(folder), stdout=file, check=True,
        )  # fmt: skip

    assert {"index.js", "package.json"} == set(listing(folder / "fn.zip"))


def test_a_failed_zip_is_not_piped(folder: Path) -> None:
    """Who reads the pipe gets nothing, unless it is asked for."""
    words = ("build", "-o", "-", "--handler", "x.y")
    failed, kept = in_a_process(folder, *words), in_a_process(folder, *words, "--keep-failed")

    assert (1, b"") == (failed.returncode, failed.stdout)
    assert b"standard output was not written" in failed.stderr
    assert 1 == kept.returncode
    with ZipFile(io.BytesIO(kept.stdout)) as archive:
        assert "index.js" in archive.namelist()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--json"], "would both write to standard output"),
        (["--handler", "x.y"], "has no `x`"),
    ],
)
def test_what_cannot_be_piped_is_refused(folder: Path, words: list[str], told: str) -> None:
    """JSON and a zip do not share one stream; several zips do not either."""
    if words != ["--json"]:
        functions = [{"name": "a"}, {"name": "b"}]
        write_files(folder, {"package.json": {"name": "fn", "zipper": {"functions": functions}}})
        told = "would share the zip `-`"

    result = zipper(folder, "build", "-o", "-", *words)

    assert (2, "EUSAGE") == (result.status, result.code)
    assert told in result.stderr


def test_the_variable_means_standard_output_too(folder: Path) -> None:
    """Every option has its variable: ZIPPER_OUTPUT=- is `-o -`."""
    done = subprocess.run(
        [sys.executable, "-m", "zipper", "build", "--json"],
        cwd=folder, env={**environment(folder), "ZIPPER_OUTPUT": "-"}, capture_output=True,
        check=False,
    )  # fmt: skip

    assert 2 == done.returncode
    assert "EUSAGE" == json.loads(done.stdout)["error"]["code"]
