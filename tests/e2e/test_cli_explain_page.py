"""The page of `explain --html` in a real browser: opened, clicked, searched, by mouse and keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.support.browser import Browser
from tests.support.command import run_zipper

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

OPEN = "[...document.querySelectorAll('#crumbs button')].map(b => b.textContent)"
ROWS = "[...document.querySelectorAll('#packages tbody tr')].map(r => r.cells[0].textContent)"
BOXES = "[...document.querySelectorAll('#map > [tabindex]')].map(b => b.node[0])"


def make_zip(path: Path, files: dict[str, str]) -> Path:
    with ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def manifest(name: str, version: str, **rest: object) -> str:
    return json.dumps({"name": name, "version": version, **rest})


@pytest.fixture
def page(tmp_path: Path) -> Path:
    files = {
        "package.json": manifest("fn", "1.0.0", dependencies={"a": "1", "@s/b": "1"}),
        "index.js": "exports.handler = async () => 1\n",
        "node_modules/a/package.json": manifest("a", "1.0.0", license="MIT"),
        "node_modules/a/lib/large.js": "x" * 60_000,
        "node_modules/a/lib/</script><b>.js": "x" * 30_000,
        "node_modules/@s/b/package.json": manifest(
            "@s/b", "2.0.0", license="ISC", dependencies={"c": "1"}
        ),
        "node_modules/@s/b/b.js": "y" * 20_000,
        "node_modules/c/package.json": manifest("c", "3.0.0"),
        "node_modules/c/c.js": "z" * 9_000,
    }
    new = make_zip(tmp_path / "new.zip", files)
    old = make_zip(tmp_path / "old.zip", dict(list(files.items())[:5]))
    page = tmp_path / "report.html"
    result = run_zipper("explain", new, "--html", page, "--diff", old)
    assert (0, "") == (result.status, result.stderr)
    return page


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with Browser(tmp_path / "profile") as browser:
        yield browser


def test_page_opens_without_errors_or_network(page: Path, browser: Browser) -> None:
    """Nothing is thrown, nothing is fetched, and hostile names are text."""
    browser.open(page)

    assert [] == browser.errors
    assert 0 == browser.ask(
        "document.querySelectorAll('main b').length - "
        "document.querySelectorAll('#findings b').length"
    )


def test_treemap_is_entered_by_click_and_left_by_crumb(page: Path, browser: Browser) -> None:
    """A click on a package opens it; a crumb leads back to the whole."""
    browser.open(page)

    browser.click("#map > [tabindex]")
    inside = browser.ask(OPEN)
    browser.click("#crumbs button")

    assert "new.zip" == inside[0]
    assert 1 < len(inside)
    assert 1 == len(browser.ask(OPEN))


def test_treemap_is_used_by_keys(page: Path, browser: Browser) -> None:
    """Enter opens, arrows move, Escape goes back."""
    browser.open(page)
    browser.ask("document.querySelector('#map > [tabindex]').focus()")

    browser.press("Enter")
    packages = browser.ask(BOXES)
    browser.press("ArrowRight")
    second = browser.ask("document.activeElement.node[0]")
    browser.press("Escape")

    assert ["a 1.0.0", "@s/b 2.0.0", "c 3.0.0"] == packages
    assert "@s/b 2.0.0" == second
    assert 1 == len(browser.ask(OPEN))


def test_switch_changes_the_sizes(page: Path, browser: Browser) -> None:
    """`zipped` draws the map by zipped bytes, and says so."""
    browser.open(page)

    browser.click("#zipped")

    assert "true" == browser.ask("document.querySelector('#zipped').getAttribute('aria-pressed')")


def test_table_is_searched_and_sorted(page: Path, browser: Browser) -> None:
    """Words are looked for in names, licences and chains; a heading sorts."""
    browser.open(page)
    everything = browser.ask(ROWS)

    browser.ask("document.querySelector('#search').focus()")
    browser.type("@s/b")
    found = browser.ask(ROWS)
    browser.ask("document.querySelector('#search').value = ''")
    browser.type("MIT")

    assert ["a", "@s/b", "c", "fn"] == everything
    assert ["@s/b", "c"] == found
    assert ["a"] == browser.ask(ROWS)


def test_page_tells_changes_and_findings(page: Path, browser: Browser) -> None:
    """What was added since the old zip stands in a table, findings with their hints."""
    browser.open(page)

    changed = "[...document.querySelectorAll('#changes tbody tr')].map(r => r.cells[0].textContent)"
    assert ["@s/b", "c"] == browser.ask(changed)
    assert browser.ask("document.querySelectorAll('#findings li .soft').length") > 0


def test_table_leads_into_the_map(page: Path, browser: Browser) -> None:
    """A click on a package's name opens its folder in the map, wherever that is."""
    browser.open(page)

    browser.click("#packages tbody tr:nth-child(2) button")

    assert "@s/b 2.0.0" == browser.ask(OPEN)[-1]
    assert ["b.js", "package.json"] == browser.ask(BOXES)


def test_many_findings_of_one_code_are_folded_up(tmp_path: Path, browser: Browser) -> None:
    """Seven notes of one kind are one line, which a click opens; the head counts them."""
    asks = "".join(f"try {{ require('o{number}') }} catch {{}}\n" for number in range(7))
    files = {"package.json": manifest("fn", "1.0.0"), "index.js": asks + "exports.handler = 1\n"}
    page = tmp_path / "report.html"
    zipped = make_zip(tmp_path / "fn.zip", files)
    assert 0 == run_zipper("explain", zipped, "--html", page).status
    browser.open(page)
    seen = "document.querySelector('#findings details.info li')?.checkVisibility() ?? null"
    folded = browser.ask(seen)

    browser.click("#findings details.info summary")

    assert [False, True] == [folded, browser.ask(seen)]
    assert 7 == browser.ask("document.querySelectorAll('#findings details.info li').length")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_follows_the_colour_scheme(page: Path, browser: Browser, scheme: str) -> None:
    """The background fits the scheme, and on a narrow screen nothing overflows."""
    browser.prefer(scheme)
    browser.resize(360, 700)
    browser.open(page)

    back = browser.ask("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (scheme == "light") == (sum(back) > 384)
    assert browser.ask("document.documentElement.scrollWidth <= innerWidth")


def test_thirty_thousand_files_open_within_two_seconds(tmp_path: Path, browser: Browser) -> None:
    """A page of 30,000 files is drawn and can be used within 2 s."""
    files = {"package.json": manifest("fn", "1.0.0")}
    for package in range(500):
        files[f"node_modules/p{package}/package.json"] = manifest(f"p{package}", "1.0.0")
        for number in range(60):
            files[f"node_modules/p{package}/lib/d{number % 7}/f{number}.js"] = "x" * (number + 9)
    large = make_zip(tmp_path / "large.zip", files)
    page = tmp_path / "large.html"
    assert 0 == run_zipper("explain", large, "--html", page, "--handler", "index.handler").status

    browser.open(page)

    # Processor time, so that a busy machine does not fail the test.
    assert 501 == len(browser.ask(ROWS))
    assert browser.working_seconds() < 2
