"""`explain` of a bundle: its packages and files, by a source map or by esbuild's metafile."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.support.browser import Browser
from tests.support.command import run_zipper

if TYPE_CHECKING:
    from pathlib import Path

# A line for each of three sources, 1,000 letters and a line break each; then one of no source.
CODE = "".join(f"{letter * 1_000}\n" for letter in "abc") + "//# sourceMappingURL=index.js.map\n"
SOURCES = ["../src/app.ts", "../node_modules/@s/b/lib/b.js", "../node_modules/c/c.js"]
MAP = json.dumps({"version": 3, "sources": SOURCES, "mappings": "AAAA;ACAA;ACAA;A"})
METAFILE = {
    "outputs": {
        "dist/index.js": {
            "bytes": len(CODE),
            "inputs": {source[3:]: {"bytesInOutput": 1_001} for source in SOURCES},
        }
    }
}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Return a zip of a bundle with its map."""
    path = tmp_path / "bundle.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("index.js", CODE)
        archive.writestr("index.js.map", MAP)
    return path


def names_of(text: str) -> list[str]:
    return [line.rpartition("── ")[2] for line in text.splitlines()[1:]]


def test_a_bundle_is_divided_by_its_map(bundle: Path) -> None:
    """Packages stand below it with the bytes that are theirs."""
    lines = run_zipper("explain", bundle).stdout

    assert {"index.js/", "@s/b", "c", "src/"} <= set(names_of(lines))
    assert " 1.00 kB" in next(line for line in lines.splitlines() if line.endswith("@s/b"))


def test_a_metafile_divides_a_bundle_without_a_map(bundle: Path, tmp_path: Path) -> None:
    """The output is known by name and size; one of another build is refused."""
    bare = tmp_path / "bare.zip"
    with ZipFile(bare, "w") as archive:
        archive.writestr("index.js", CODE)
    metafile = tmp_path / "meta.json"
    metafile.write_text(json.dumps(METAFILE), encoding="utf-8")

    divided = run_zipper("explain", bare, "--metafile", metafile)
    whole = run_zipper("explain", bare)
    metafile.write_text(json.dumps(METAFILE).replace(str(len(CODE)), "7"), encoding="utf-8")
    other = run_zipper("explain", bare, "--metafile", metafile)
    absent = run_zipper("explain", bare, "--metafile", tmp_path / "absent.json")

    assert {"@s/b", "c", "src/"} <= set(names_of(divided.stdout))
    assert ["index.js"] == names_of(whole.stdout)
    assert (1, "EJSONPARSE") == (other.status, other.code)
    assert (1, "EREAD") == (absent.status, absent.code)
    assert bundle.is_file()


def test_a_project_is_divided_before_it_is_built(tmp_path: Path) -> None:
    """Its own files have the maps."""
    (tmp_path / "package.json").write_text('{"name": "fn"}', encoding="utf-8")
    (tmp_path / "index.js").write_text(CODE, encoding="utf-8")
    (tmp_path / "index.js.map").write_text(MAP, encoding="utf-8")

    done = run_zipper("explain", tmp_path, "--cache-dir", tmp_path / "cache", "--offline")

    assert 0 == done.status, done.stderr
    assert {"@s/b", "c", "src/"} <= set(names_of(done.stdout))


@pytest.mark.slow
def test_the_page_shows_what_a_bundle_is_made_of(bundle: Path, tmp_path: Path) -> None:
    """Its packages are counted and listed, and the table leads into the bundle."""
    page = tmp_path / "page.html"
    assert 0 == run_zipper("explain", bundle, "--html", page).status

    with Browser(tmp_path / "profile") as browser:
        browser.open(page)
        tiles = browser.ask("document.querySelector('#tiles').textContent")
        rows = (
            "[...document.querySelectorAll('#packages tbody tr')].map(r => r.cells[0].textContent)"
        )
        names = browser.ask(rows)
        browser.click("#packages tbody tr:nth-child(2) button")
        crumbs = browser.ask(
            "[...document.querySelectorAll('#crumbs button')].map(b => b.textContent)"
        )

    assert "packages2" in tiles
    assert ["(the project)", "@s/b", "c"] == names
    assert ["bundle.zip", "index.js", "@s/b"] == crumbs
