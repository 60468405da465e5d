"""Settings from files, variables and options, and several functions in one file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.support.command import CommandResult, run_zipper
from tests.support.scene import listing, write_files

if TYPE_CHECKING:
    from pathlib import Path

HANDLER = "exports.handler = async () => 1\n"
PACKAGE = {"name": "fn", "version": "1.0.0"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    write_files(folder, {"package.json": PACKAGE, "index.js": HANDLER, "notes.md": "x"})
    return folder


def zipper(folder: Path, *words: str, **env: str) -> CommandResult:
    variables = {"ZIPPER_CACHE_DIR": str(folder.parent / "cache"), "COLUMNS": "80", **env}
    return run_zipper(*words, cwd=folder, env=variables)


def build(folder: Path, *words: str, **env: str) -> dict:
    result = zipper(folder, "build", *words, "--json", **env)
    assert (0, "") == (result.status, result.stderr)
    assert result.document is not None
    return result.document


@pytest.mark.parametrize("home", ["pyproject.toml", "package.json"])
def test_settings_are_read_from_either_file(folder: Path, home: str) -> None:
    """The same keys work in both files; paths are relative to the file."""
    if home == "pyproject.toml":
        table = '[tool.zipper]\nruntime = "nodejs22.x"\nexclude = ["*.md"]\noutput = "out/x.zip"\n'
        write_files(folder, {home: table})
    else:
        settings = {"runtime": "nodejs22.x", "exclude": ["*.md"], "output": "out/x.zip"}
        write_files(folder, {home: {**PACKAGE, "zipper": settings}})

    document = build(folder.parent, str(folder))

    assert ("nodejs22.x", str(folder / "out/x.zip")) == (document["runtime"], document["path"])
    assert "notes.md" not in listing(folder / "out/x.zip")


def test_the_stronger_source_wins(folder: Path) -> None:
    """Options are stronger than variables, variables than files, files than defaults."""
    defaults = build(folder)
    write_files(folder, {"pyproject.toml": '[tool.zipper]\nruntime = "nodejs20.x"\n'})
    from_file = build(folder)
    from_variable = build(folder, ZIPPER_RUNTIME="nodejs22.x")
    from_option = build(folder, "--runtime", "nodejs18.x", ZIPPER_RUNTIME="nodejs22.x")

    assert ["nodejs24.x", "nodejs20.x", "nodejs22.x", "nodejs18.x"] == [
        document["runtime"] for document in (defaults, from_file, from_variable, from_option)
    ]


def test_settings_in_both_files_are_refused(folder: Path) -> None:
    """Two homes for one setting would hide one of them."""
    write_files(
        folder,
        {
            "pyproject.toml": '[tool.zipper]\nruntime = "nodejs20.x"\n',
            "package.json": {**PACKAGE, "zipper": {"runtime": "nodejs22.x"}},
        },
    )

    result = zipper(folder, "build")

    assert (1, "ESETTINGS") == (result.status, result.code)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ('[tool.zipper]\nruntme = "nodejs22.x"\n', "ESETTINGS", "did you mean `runtime`?"),
        ("[tool.zipper]\nruntime = 22\n", "ESETTINGS", "line 2 has to be text, not `22`"),
        ("[tool.zipper\n", "ETOMLPARSE", "line 1"),
        ("[tool.zipper]\n\nx = \xff\n", "ETOMLPARSE", "pyproject.toml"),
    ],
)
def test_bad_settings_are_one_clear_error(folder: Path, text: str, code: str, words: str) -> None:
    """The error names what is wrong and where, with status 1 and without a traceback."""
    (folder / "pyproject.toml").write_bytes(text.encode("latin-1"))

    result = zipper(folder, "build")

    assert (1, code) == (result.status, result.code)
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def functions(folder: Path, *names: str, common: str = "") -> None:
    tables = [f"[tool.zipper]\noutput = 'dist/'\n{common}\n"]
    for name in names:
        write_files(folder / name, {"package.json": PACKAGE, "index.js": f"{HANDLER}// {name}\n"})
        tables.append(f"[[tool.zipper.functions]]\nname = '{name}'\nproject = '{name}'\n")
    write_files(folder, {"pyproject.toml": "\n".join(tables)})


def test_all_functions_are_built(tmp_path: Path) -> None:
    """One call builds what the settings describe, each like the single build of its folder."""
    functions(tmp_path, "orders", "users", common="runtime = 'nodejs22.x'")

    document = build(tmp_path)
    alone = build(tmp_path, "./orders", "-o", "alone.zip", "--runtime", "nodejs22.x")

    assert ["orders", "users"] == [row["name"] for row in document["functions"]]
    assert alone["code_sha256"] == document["functions"][0]["code_sha256"]
    assert (tmp_path / "dist/users.zip").is_file()


def test_one_function_is_built_by_name(tmp_path: Path) -> None:
    """A name builds that function alone; an unknown one is told the nearest."""
    functions(tmp_path, "orders", "users")

    assert "orders" == build(tmp_path, "orders")["name"]
    assert not (tmp_path / "dist/users.zip").exists()
    result = zipper(tmp_path, "build", "oders")
    assert (2, "EUSAGE") == (result.status, result.code)
    assert "did you mean `orders`?" in result.stderr


def test_only_what_changed_is_built_again(tmp_path: Path) -> None:
    """A second build leaves zips alone whose inputs are the same, and says so."""
    functions(tmp_path, "orders", "users")
    first = build(tmp_path)
    before = (tmp_path / "dist/orders.zip").stat().st_mtime_ns
    write_files(tmp_path, {"users/index.js": "exports.handler = async () => 2\n"})

    second = build(tmp_path)

    assert [False, False] == [row["is_unchanged"] for row in first["functions"]]
    assert [True, False] == [row["is_unchanged"] for row in second["functions"]]
    assert before == (tmp_path / "dist/orders.zip").stat().st_mtime_ns
    assert first["functions"][0]["code_sha256"] == second["functions"][0]["code_sha256"]


def test_a_touched_zip_is_built_again(tmp_path: Path) -> None:
    """What somebody else wrote to the zip's place does not count as built."""
    functions(tmp_path, "orders", "users")
    expected = build(tmp_path)["functions"][0]["code_sha256"]
    (tmp_path / "dist/orders.zip").write_bytes(b"something else")

    again = build(tmp_path)["functions"][0]

    assert (False, expected) == (again["is_unchanged"], again["code_sha256"])


def test_a_failing_function_stops_no_other(tmp_path: Path) -> None:
    """The error is told with the function's name, the others are built, the status is 1."""
    functions(tmp_path, "orders", "users")
    (tmp_path / "orders/package.json").write_text("{", encoding="utf-8")

    result = zipper(tmp_path, "build")

    assert (1, "EJSONPARSE") == (result.status, zipper_error_code(result.stderr, "orders"))
    assert (tmp_path / "dist/users.zip").is_file()
    assert "1 function built, 0 unchanged, 1 failed" in result.stdout


def zipper_error_code(stderr: str, name: str) -> str:
    return stderr.partition(f"{name}: error[")[2].partition("]")[0]


def test_functions_may_not_share_a_zip(tmp_path: Path) -> None:
    """An output for all would be written twice; a folder is not."""
    functions(tmp_path, "orders", "users")

    refused = zipper(tmp_path, "build", "-o", "one.zip")

    assert (2, "EUSAGE") == (refused.status, refused.code)
    assert 2 == len(build(tmp_path, "-o", "both/")["functions"])
    assert (tmp_path / "both/orders.zip").is_file()


def test_layers_limits_and_ignored_codes_reach_the_check(folder: Path) -> None:
    """A budget of the settings fails a build; an ignored warning is not told."""
    write_files(folder, {"pyproject.toml": "[tool.zipper]\nmax_size = 10\n", ".env": "A=1"})

    result = zipper(folder, "build", "--json")
    ignored = zipper(folder, "build", "--json", "--ignore", "left-out")

    codes = [finding["code"] for finding in (result.document or {})["findings"]]
    assert (1, True, True) == (result.status, "size-budget" in codes, "left-out" in codes)
    assert "left-out" not in [f["code"] for f in (ignored.document or {})["findings"]]


def test_zips_of_the_settings_are_nobodys_input(tmp_path: Path) -> None:
    """Functions of one folder, their zips inside of it: none packs another's, or a layer."""
    write_files(tmp_path, {"package.json": PACKAGE, "a.js": HANDLER, "b.js": HANDLER})
    layer = tmp_path / "layer.zip"
    with ZipFile(layer, "w") as archive:
        archive.writestr("nodejs/node_modules/x/index.js", "")
    table = "[tool.zipper]\noutput = 'dist/'\nlayers = ['layer.zip']\n"
    for name in "ab":
        table += f"[[tool.zipper.functions]]\nname = '{name}'\nhandler = '{name}.handler'\n"
    write_files(tmp_path, {"pyproject.toml": table})
    build(tmp_path)

    build(tmp_path, "a", "-o", "other.zip")

    names = list(listing(tmp_path / "other.zip"))
    assert ["a.js", "b.js", "package.json"] == names


def test_init_writes_a_table_that_builds(folder: Path) -> None:
    """`init` looks at the project, keeps what pyproject.toml had, and never overwrites settings."""
    package = {**PACKAGE, "main": "src/app.js", "engines": {"node": ">=20 <23"}}
    write_files(
        folder,
        {"package.json": package, "src/app.js": HANDLER, "pyproject.toml": "[project]\nname='x'\n"},
    )

    result = zipper(folder, "init")
    document = build(folder)
    again = zipper(folder, "init")

    assert 0 == result.status
    assert ("src/app.handler", "nodejs22.x") == (document["handler"], document["runtime"])
    assert (folder / "pyproject.toml").read_text("utf-8").startswith("[project]\nname='x'\n\n[tool")
    assert (1, "ESETTINGS") == (again.status, again.code)


def test_library_reads_the_same_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`zipper.build` makes the bytes that the command makes."""
    import zipper as library  # noqa: PLC0415  (its name is the helper's here)

    table = '[tool.zipper]\nexclude = ["*.md"]\noutput = "x.zip"\n'
    write_files(folder, {"pyproject.toml": table})
    document = build(folder)
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(folder.parent / "cache"))

    package = library.build(folder, output=folder.parent / "other.zip")

    assert document["code_sha256"] == package.code_sha256
    assert "notes.md" not in listing(folder.parent / "other.zip")


def test_check_takes_the_settings_of_the_function(tmp_path: Path) -> None:
    """`check` finds the function by its zip, and judges by that function's handler."""
    functions(tmp_path, "orders", "users")
    table = (tmp_path / "pyproject.toml").read_text("utf-8")
    (tmp_path / "pyproject.toml").write_text(f"{table}handler = 'other.handler'\n", "utf-8")
    build_result = zipper(tmp_path, "build", "--keep-failed")

    orders = zipper(tmp_path, "check", "dist/orders.zip", "--json")
    users = zipper(tmp_path, "check", "dist/users.zip", "--json")

    assert 1 == build_result.status
    assert ("pass", "fail") == (
        json.loads(orders.stdout)["verdict"], json.loads(users.stdout)["verdict"],
    )  # fmt: skip
