"""What is told of files that are there and not packed, and the date of those that are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import zipper
from tests.support.scene import HANDLER, write_files
from zipper.archive.entries import DOS_EPOCH
from zipper.errors import UsageError
from zipper.findings import Finding
from zipper.pipeline.plan_parts import find_dos_time, leave_out_members

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene


def told(folder: Path, **options: object) -> list[Finding]:
    found = zipper.plan(folder, cache_dir=folder / "cache", **options).findings  # type: ignore[arg-type]
    return [one for one in found if one.code == "left-out"]


def test_what_is_left_out_is_told_with_a_way_in(tmp_path: Path) -> None:
    """A file can be named, a folder cannot; a link that leads nowhere is a warning."""
    write_files(tmp_path, {"index.js": HANDLER, ".env": "A=1", "lib/.git/HEAD": "x"})
    (tmp_path / "broken").symlink_to("absent")

    found = {one.path: one for one in told(tmp_path)}

    assert {"broken": "warning", ".env": "info", "lib/.git/": "info"}.items() <= {
        name: one.severity for name, one in found.items()
    }.items()
    assert "`.env` is not in the package: " in found[".env"].message
    assert {
        "if the function needs it: `--exclude '!.env'`",
        "mend the link, or remove it; `--exclude broken` says that it may stay out",
        "what the function needs of it: have it in a folder of another name",
    } == {found[name].hint for name in (".env", "broken", "lib/.git/")}


@pytest.mark.parametrize(
    ("exclude", "count", "first"),
    [
        (["*.md"], None, ""),
        (["node_modules/**/*.txt"], None, ""),
        (["node_modules/**/*.md"], "1 file", "node_modules/a/README.md"),
        (["node_modules/a/lib/"], "2 files", "node_modules/a/lib/one.js"),
        (["*.x", "node_modules/a/**", "!node_modules/a/lib/**"], "3 files",
         "node_modules/a/README.md"),
    ],
)  # fmt: skip
def test_what_is_left_out_of_packages_is_told(
    called_scene: Scene, exclude: list[str], count: str | None, first: str
) -> None:
    """Only where a pattern is about node_modules; once, with how many files and one of them."""
    files = {"README.md": b"x", "index.js": b"1", "lib/one.js": b"1", "lib/two.js": b"1"}
    called_scene.publish("a", files=files)
    called_scene.depend("a")
    planned = zipper.plan(called_scene.project, exclude=exclude)
    found = [one for one in planned.findings if one.code == "left-out"]

    message = f"`exclude` leaves out {count} of packages, such as `{first}`"
    hint = "the check says whether the function loads without them"
    assert found == ([] if count is None else [Finding("left-out", "info", first, message, hint)])
    left = 5 - len([one for one in planned.files if one.path.startswith("node_modules/a/")])
    assert (count or "0").split()[0] == str(left)


def test_without_a_pattern_parts_are_what_they_were() -> None:
    """They need not be read."""
    parts = iter(())

    assert (parts, ()) == leave_out_members(parts, ["lib/*.js"])


@pytest.mark.parametrize(
    ("epoch", "code"),
    [("9" * 12, None), ("9" * 13, "EUSAGE"), ("-1", "EUSAGE"), ("\u0661", "EUSAGE"), ("", None)],
)
def test_a_date_is_a_number_of_seconds(
    monkeypatch: pytest.MonkeyPatch, epoch: str, code: str | None
) -> None:
    """Of as many digits as a year beyond all zips has; the error shows the beginning of others."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    if code is None:
        assert (find_dos_time() == DOS_EPOCH) == (epoch == "")
        return
    with pytest.raises(UsageError, match="is not a number of seconds") as raised:
        find_dos_time()

    assert (code, True) == (raised.value.code, "git log" in (raised.value.hint or ""))


def test_a_long_text_is_not_shown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever has come into the variable."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "x" * 41)

    with pytest.raises(UsageError) as raised:
        find_dos_time()

    assert raised.value.message.endswith(f": {'x' * 40!r}")
