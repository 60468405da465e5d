"""The page of `explain --html` as people see it: on a phone and a desk, by day and by night."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from tests.support.browser import Browser
from tests.support.command import run_zipper
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

LONG = "@a-company-with-a-long-name/the-package-that-does-everything-for-everybody-and-more"
WIDTHS = (390, 768, 1024, 1280)
SCHEMES = ("light", "dark")

MEASURES = (REPOSITORY / "tests/support/page_measures.js").read_text("utf-8")


def manifest(name: str, **rest: object) -> str:
    return json.dumps({"name": name, "version": "1.0.0-rc.12345", **rest})


def make_zip(path: Path, *, names: int) -> Path:
    """Write a zip with packages of every size and hue, a name that is long, and many findings."""
    path.parent.mkdir(exist_ok=True)
    packages = {f"package-{number}": 60_000 // (number + 1) for number in range(names)}
    packages[LONG] = 30_000
    dependencies = {"dependencies": dict.fromkeys(packages, "1")}
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("package.json", manifest("fn", **dependencies))
        archive.writestr("index.js", "exports.handler = async () => 1; require('gone-' + 'x')\n")
        archive.writestr("src/a-folder/with-a-name/and_more.test.fixture.js", "x" * 9_000)
        for name, size in packages.items():
            folder = f"node_modules/{name}"
            rest = {"license": "(MIT OR Apache-2.0)", "scripts": {"postinstall": "node x.js"}}
            archive.writestr(f"{folder}/package.json", manifest(name, **rest))
            archive.writestr(f"{folder}/lib/index.js", "y" * size)
            archive.writestr(f"{folder}/lib/other.js", "z" * (size // 3))
    return path


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    new = make_zip(folder / "new/the-function.zip", names=240)
    old = make_zip(folder / "old/the-function.zip", names=90)
    path = folder / "report.html"
    result = run_zipper("explain", new, "--html", path, "--diff", old)
    assert 0 == result.status, result.stderr
    return path


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile"), "--hide-scrollbars") as browser:
        yield browser


def show(browser: Browser, page: Path, width: int, scheme: str = "light") -> None:
    browser.prefer(scheme)
    browser.resize(width, 900)
    browser.open(page)
    browser.ask(MEASURES)


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_or_spills(width: int, page: Path, browser: Browser) -> None:
    """The page is as wide as the window; no text leaves its box, no cell the map."""
    show(browser, page, width)

    assert [] == browser.ask("findOverflow()")
    count, wrong = browser.ask("findWrongCells()")
    assert count > 200
    assert [] == wrong


@pytest.mark.parametrize("width", WIDTHS)
def test_names_break_at_their_separators(width: int, page: Path, browser: Browser) -> None:
    """A name goes on in the next line behind a slash, a dash or a dot, and in no word."""
    show(browser, page, width)

    assert LONG in browser.ask("document.querySelector('#packages').textContent")
    assert [] == browser.ask("findBrokenNames()")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [390, 1280])
def test_every_text_can_be_read(width: int, scheme: str, page: Path, browser: Browser) -> None:
    """The contrast is 4.5 at least: labels in the map, soft text, links, what is typed."""
    show(browser, page, width, scheme)

    assert [] == browser.ask("findFaintText()")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_label_of_any_hue_can_be_read(scheme: str, page: Path, browser: Browser) -> None:
    """Boxes are as dark or as light as their labels need it."""
    show(browser, page, 1280, scheme)
    text = "'#f4f4f2'" if scheme == "dark" else "'#17181a'"

    worst = browser.ask(
        "Math.min(...Array.from({length: 1080}, (_, at) => {"
        " const [hue, s, l] = tint(at % 360, Math.floor(at / 360)).match(/[\\d.]+/g).map(Number);"
        f" return contrast(rgb(hue, s, l), parse({text})); }}))"
    )

    assert worst >= 4.5


@pytest.mark.parametrize("width", [390, 1280])
def test_everything_is_reached_by_keys(width: int, page: Path, browser: Browser) -> None:
    """Tab goes from the switch through the map, which is one stop, to the last package."""
    show(browser, page, width)
    seen = []
    for _ in range(400):
        browser.press("Tab")
        seen.append(browser.ask("nameFocused()"))
        if seen[-1] == "BODY" or seen.count("unzipped") > 2:
            break

    assert ["unzipped", "zipped", "the-function.zip", "map"] == seen[:4]
    assert "search" in seen
    assert 1 == seen.count("map")
    titles = ["package", "version", "licence", "files", "why"]
    assert titles == [title for title in seen if title in titles]
    assert {LONG, "package-0", "package-239"} <= set(seen)


def test_a_heading_sorts_by_a_key(page: Path, browser: Browser) -> None:
    """Enter does what a click does, and the order is told to screen readers."""
    show(browser, page, 390)
    browser.ask("document.querySelector('#packages th[data-key=name] button').focus()")

    browser.press("Enter")

    assert "ascending" == browser.ask(
        "document.querySelector('#packages th[data-key=name]').getAttribute('aria-sort')"
    )


def test_no_folder_of_this_disk_is_told(page: Path, browser: Browser) -> None:
    """A page and a comment in a pull request are handed on: zips have their own names only."""
    folder = page.parent
    markdown = run_zipper(
        "explain", "--diff", folder / "old/the-function.zip", folder / "new/the-function.zip",
        "--format", "markdown",
    )  # fmt: skip
    show(browser, page, 1280)

    assert str(folder) not in page.read_text("utf-8")
    assert str(folder) not in markdown.stdout
    assert markdown.stdout.startswith("**new/the-function.zip**: ")
    assert "the-function.zip" == browser.ask("document.querySelector('h1').textContent")
    assert "Against old/the-function.zip" in browser.ask(
        "document.querySelector('#changed').textContent"
    )


def test_one_thing_has_one_figure(page: Path, browser: Browser) -> None:
    """The zip's size is the same in its tile, below the map, and as a sum of what is in it."""
    show(browser, page, 1280)

    tile = browser.ask("document.querySelector('#tiles div:nth-child(2) dd').textContent")
    caption = browser.ask("document.querySelector('#about').textContent")
    packages = browser.ask("data.packages.reduce((sum, row) => sum + row.zipped_size_bytes, 0)")
    size = (page.parent / "new/the-function.zip").stat().st_size

    assert f", {tile} zipped, " in caption
    assert size == browser.ask("data.tree[2]") == browser.ask("data.size_bytes")
    assert size - 22 == packages
