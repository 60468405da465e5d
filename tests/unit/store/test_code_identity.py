"""The identity of the code changes with all that may change an answer, and with nothing else."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from zipper.store.code_identity import code_identity, identify_code

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A source tree."""
    folder = tmp_path / "src" / "zipper"
    (folder / "checks").mkdir(parents=True)
    (folder / "__init__.py").write_text("one = 1\n")
    (folder / "checks" / "rules.py").write_text("two = 2\n")
    return folder


def _install(package: Path, rows: str) -> Path:
    record = package.parent / "zipper_nodejs-0.1.0.dist-info" / "RECORD"
    record.parent.mkdir(exist_ok=True)
    record.write_text(rows)
    return record


def test_the_running_code_has_one() -> None:
    """It is a hash, the same at each call."""
    assert 64 == len(code_identity())
    assert code_identity() == code_identity()
    assert code_identity("facts") not in ("", code_identity())  # a part is less than the whole


def test_an_edit_that_keeps_size_and_time_counts(package: Path) -> None:
    """The time of change tells an edit in place from none, whatever its time of writing says."""
    before = identify_code(package, [])
    path = package / "checks" / "rules.py"
    status = path.stat()
    path.write_text("two = 3\n")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert before != identify_code(package, [])


def test_a_new_file_and_a_lost_one_count(package: Path) -> None:
    """The set of files is part of it; compiled ones are not."""
    before = identify_code(package, [])
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "a.pyc").write_bytes(b"")
    assert before == identify_code(package, [])

    (package / "new.json").write_text("{}")
    with_new = identify_code(package, [])
    (package / "__init__.py").unlink()
    assert 3 == len({before, with_new, identify_code(package, [])})


@pytest.mark.skipif(os.name != "posix", reason="links need a privilege")
def test_what_cannot_be_looked_at_counts_by_its_name(package: Path) -> None:
    """A link that leads nowhere is part of the set; a tree that is gone is like an empty one."""
    before = identify_code(package, [])
    (package / "a.json").symlink_to("nowhere")
    with_link = identify_code(package, [])
    (package / "a.json").rename(package / "b.json")

    assert 3 == len({before, with_link, identify_code(package, [])})
    shutil.rmtree(package)
    assert identify_code(package, []) == identify_code(package.parent / "other", [])


def test_an_installation_is_known_by_its_record(package: Path) -> None:
    """The same wheel is the same code wherever and by whatever installer it was unpacked."""
    own = "zipper/__init__.py,sha256=aaa,8\nzipper/checks/rules.py,sha256=bbb,8\n"
    _install(package, own + "zipper_nodejs-0.1.0.dist-info/INSTALLER,sha256=x,4\n")
    before = identify_code(package, [])
    copied = shutil.copytree(package.parent, package.parent.parent / "copy") / "zipper"
    _install(copied, f"zipper/__pycache__/__init__.cpython-311.pyc,,\n{own}")
    assert before == identify_code(copied, [])

    _install(copied, own.replace("bbb", "ccc"))
    assert before != identify_code(copied, [])


def test_a_record_of_something_else_is_none(package: Path) -> None:
    """A source tree beside a record that names none of its files is known by its files."""
    _install(package, "other/__init__.py,sha256=aaa,8\n")
    before = identify_code(package, [])
    (package / "__init__.py").write_text("one = 11\n")

    assert before != identify_code(package, [])


@pytest.mark.parametrize(
    "name",
    [
        *("cryptography", "deflate", "msgspec", "packageurl_python", "packaging", "pathspec"),
        *("pyelftools", "pyyaml", "PyYAML", "tree_sitter", "tree_sitter_javascript"),
    ],
)
@pytest.mark.parametrize("end", ["dist-info", "egg-info"])
def test_the_libraries_that_decide_count(package: Path, name: str, end: str) -> None:
    """Another version of a library that decides is other code, whatever tool unpacked it."""
    place = package.parent / "site-packages"
    (place / f"{name}-0.9.0.{end}").mkdir(parents=True)
    before = identify_code(package, [str(place), str(package / "absent")])
    (place / f"{name}-0.9.0.{end}").rename(place / f"{name}-0.9.1.{end}")

    assert before != identify_code(package, [str(place), str(package / "absent")])


@pytest.mark.parametrize("name", ["requests-2.0.dist-info", "rich-13.dist-info", "deflate-1.txt"])
def test_what_only_asks_or_shows_does_not_count(package: Path, name: str) -> None:
    """Libraries that no remembered answer is from are not looked at, nor are other files."""
    place = package.parent / "site-packages"
    place.mkdir()
    before = identify_code(package, [str(place)])
    (place / name).mkdir()

    assert before == identify_code(package, [str(place)])


def test_a_package_in_a_zip_is_known_by_the_zip(tmp_path: Path) -> None:
    """Where the package is run from an archive, the archive's stamps tell it."""
    archive = tmp_path / "app.pyz"
    archive.write_bytes(b"one")
    before = identify_code(archive / "zipper", [])
    archive.write_bytes(b"three")

    assert before != identify_code(archive / "zipper", [])


def is_rule(name: str) -> bool:
    """Return whether a file is the one of rules."""
    return name == "checks/rules.py"


def test_of_a_part_nothing_else_counts(package: Path) -> None:
    """What is made by some modules stays when others change, by stamps and by the record."""
    before = identify_code(package, [], is_rule)
    (package / "__init__.py").write_text("one = 11\n")
    assert before == identify_code(package, [], is_rule)
    (package / "checks" / "rules.py").write_text("two = 22\n")
    assert before != identify_code(package, [], is_rule)

    rows = "zipper/__init__.py,sha256=aaa,8\nzipper/checks/rules.py,sha256=bbb,8\n"
    _install(package, rows)
    before = identify_code(package, [], is_rule)
    _install(package, rows.replace("aaa", "ccc"))
    assert before == identify_code(package, [], is_rule)
    _install(package, rows.replace("bbb", "ccc"))
    assert before != identify_code(package, [], is_rule)


def test_a_library_counts_for_each_part(package: Path) -> None:
    """Another parser finds something else, whichever module of zipper calls it."""
    site = package.parent / "site"
    (site / "tree_sitter-0.25.2.dist-info").mkdir(parents=True)
    before = identify_code(package, [str(site)], is_rule)
    (site / "tree_sitter-0.25.2.dist-info").rename(site / "tree_sitter-0.26.0.dist-info")

    assert before != identify_code(package, [str(site)], is_rule)


def test_another_python_is_other_code(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own words for itself tell it."""
    before = identify_code(package, [])
    monkeypatch.setattr(sys, "version", f"{sys.version}+")

    assert before != identify_code(package, [])


def test_libraries_count_by_where_they_are_found(package: Path) -> None:
    """The first of two versions is the one that is imported."""
    places = [package.parent / name for name in ("first", "second")]
    for number, place in enumerate(places):
        (place / f"deflate-0.{number}.0.dist-info").mkdir(parents=True)
    first, second = map(str, places)

    assert identify_code(package, [first, second]) != identify_code(package, [second, first])
