"""What is in a zip: packages, sizes, licences, copies, and what changed."""

from __future__ import annotations

import io
import json
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from zipper.archive.listing import Listing, read_listing
from zipper.npm.package_json import parse_manifest
from zipper.report.changes import compare, describe_changes, describe_changes_as_markdown
from zipper.report.html_page import list_packages, make_page
from zipper.report.inventory import Inventory, fingerprint, from_listing, licence_of
from zipper.report.licences import describe_licences, list_licences, make_notice
from zipper.report.size_tree import describe_copies, draw_sizes


def listing_of(files: dict[str, str]) -> Listing:
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return read_listing(stream.getvalue())


def inventory_of(files: dict[str, str], path: str = "fn.zip") -> Inventory:
    return from_listing(path, listing_of(files))


def manifest(name: str, version: str, **rest: object) -> str:
    return json.dumps({"name": name, "version": version, **rest})


FILES = {
    "package.json": manifest("fn", "1.0.0", dependencies={"a": "^1.0.0", "@s/b": "*"}),
    "src/index.js": "x" * 400,
    "node_modules/a/package.json": manifest("a", "1.2.0", license="MIT"),
    "node_modules/a/lib/a.js": "a" * 5_000,
    "node_modules/a/LICENSE": "Copyright A\r\n",
    "node_modules/@s/b/package.json": manifest("@s/b", "2.0.0", dependencies={"a": "^2.0.0"}),
    "node_modules/@s/b/b.js": "b" * 2_000,
    "node_modules/@s/b/node_modules/a/package.json": manifest("a", "2.0.0", license="ISC"),
    "node_modules/@s/b/node_modules/a/a.js": "c" * 1_000,
}


def test_packages_are_told_by_folder() -> None:
    """Each folder below a node_modules is a package; what is outside belongs to the project."""
    rows = [(row.folder, row.name, row.version, row.files) for row in inventory_of(FILES).packages]

    assert [
        ("", "fn", "1.0.0", 2),
        ("node_modules/@s/b", "@s/b", "2.0.0", 2),
        ("node_modules/@s/b/node_modules/a", "a", "2.0.0", 2),
        ("node_modules/a", "a", "1.2.0", 3),
    ] == rows


def test_sizes_add_up() -> None:
    """The packages' bytes are those of the whole."""
    inventory = inventory_of(FILES)

    total = sum(len(text) for text in FILES.values())
    assert total == inventory.unzipped_size_bytes
    assert total == sum(row.size_bytes for row in inventory.packages)


@pytest.mark.parametrize("text", ["{", "[]", '"x"', "[" * 100_000, '{"name": 7}', "\x00"])
def test_a_manifest_that_cannot_be_read_counts_as_absent(text: str) -> None:
    """The folder is still a package, called after itself."""
    inventory = inventory_of({"node_modules/a/package.json": text})

    assert ["fn.zip", "a"] == [inventory.path, inventory.packages[1].name]


@pytest.mark.parametrize(
    ("raw", "licence"),
    [
        ({"license": "MIT"}, "MIT"),
        ({"license": {"type": "BSD"}}, "BSD"),
        ({"licenses": [{"type": "MIT"}, {"type": "Apache-2.0"}]}, "(MIT OR Apache-2.0)"),
        ({"license": 7}, ""),
        ({}, ""),
    ],
)
def test_licences_are_read_in_every_form(raw: dict, licence: str) -> None:
    """The old forms of package.json count too."""
    assert licence == licence_of(parse_manifest(raw))


def test_size_tree_is_drawn_largest_first() -> None:
    """Packages are one branch each, with their own dependencies below them."""
    drawing = list(draw_sizes(inventory_of(FILES), every=True))

    assert "unzipped    zipped   share  fn.zip" == drawing[0]
    assert [
        "├── node_modules/",
        "│   ├── a 1.2.0",
        "│   │   ├── lib/",
        "│   │   │   └── a.js",
    ] == [line.split("%  ")[1] for line in drawing[1:5]]


@pytest.mark.parametrize("width", [20, 40, 80])
def test_size_tree_fits_the_terminal(width: int) -> None:
    """No line is wider than the terminal, however narrow."""
    assert all(len(line) <= width for line in draw_sizes(inventory_of(FILES), width=width))


def test_copies_are_told_with_what_they_cost() -> None:
    """Several copies of one package cost what is there besides the largest."""
    (line,) = describe_copies(inventory_of(FILES))

    assert " 1.05 kB  a: 2 copies (1.2.0, 2.0.0)" == line


def test_why_is_the_shortest_chain() -> None:
    """Each package is told with a shortest chain of names that asks for it."""
    why = {row["folder"]: row["why"] for row in list_packages(inventory_of(FILES))}

    assert {
        "": "",
        "node_modules/a": "a",
        "node_modules/@s/b": "@s/b",
        "node_modules/@s/b/node_modules/a": "@s/b > a",
    } == why


def test_page_is_the_same_for_the_same_package() -> None:
    """Nothing of the clock or of an order that changes is in the page."""
    assert make_page("$data", inventory_of(FILES)) == make_page("$data", inventory_of(FILES))


def test_page_holds_no_markup_of_a_package() -> None:
    """A name with markup cannot leave the data."""
    page = make_page("<script>$data</script>", inventory_of({"</script><b>.js": "x"}))

    assert 1 == page.count("</script>")


CHANGED = {
    **{name: text for name, text in FILES.items() if "@s/b/node_modules" not in name},
    "node_modules/a/package.json": manifest("a", "1.3.0", license="MIT"),
    "node_modules/c/package.json": manifest("c", "1.0.0"),
    "src/index.js": "y" * 400,
    "src/more.js": "z",
}


def test_changes_are_told_by_package_and_file() -> None:
    """Versions that came and went, and every file by name; equal sizes do not hide a change."""
    changes = compare(inventory_of(FILES, "old.zip"), inventory_of(CHANGED, "new.zip"))

    assert [("changed", "a", ("1.2.0", "2.0.0"), ("1.3.0",)), ("added", "c", (), ("1.0.0",))] == [
        (change.kind, change.name, change.old, change.new) for change in changes.packages
    ]
    assert ("node_modules/c/package.json", "src/more.js") == changes.files_added
    assert (
        "node_modules/@s/b/node_modules/a/a.js",
        "node_modules/@s/b/node_modules/a/package.json",
    ) == changes.files_removed
    assert ("node_modules/a/package.json", "src/index.js") == changes.files_changed


def test_changes_are_written_for_people_and_pull_requests() -> None:
    """The terminal and Markdown tell the same."""
    changes = compare(inventory_of(FILES, "old.zip"), inventory_of(CHANGED, "new.zip"))

    text = list(describe_changes(changes))
    markdown = list(describe_changes_as_markdown(changes))

    assert "changed  -1.05 kB  a 1.2.0, 2.0.0 -> 1.3.0" == text[1].replace("   ", "  ")
    assert "| a | 1.2.0, 2.0.0 | 1.3.0 | -1.05 kB |" == markdown[4]
    assert text[-1] == markdown[-1] == "2 files added, 2 removed, 2 changed"


def test_markdown_stays_within_a_comment() -> None:
    """Of very many packages a hundred have a row, the rest one together."""
    many = {
        f"node_modules/p{number}/package.json": manifest(f"p{number}", "1.0.0")
        for number in range(130)
    }
    changes = compare(inventory_of(FILES, "old.zip"), inventory_of({**FILES, **many}, "new.zip"))

    rows = [line for line in describe_changes_as_markdown(changes) if line.startswith("| ")]

    assert 130 == len(changes.packages)
    assert (102, True) == (len(rows), rows[-1].startswith("| 30 more packages |"))


def test_nothing_changed_is_told_too() -> None:
    """Equal packages have no changes."""
    changes = compare(inventory_of(FILES), inventory_of(FILES))

    assert "fn.zip against fn.zip: ±0 B zipped, ±0 B unzipped" == next(describe_changes(changes))
    assert () == changes.packages


def test_licences_are_listed_with_their_files() -> None:
    """Licence files stand at the root of a package; the table has a row for each version."""
    rows = list_licences(inventory_of(FILES))

    assert [
        ("@s/b", "2.0.0", "", ()),
        ("a", "1.2.0", "MIT", ("node_modules/a/LICENSE",)),
        ("a", "2.0.0", "ISC", ()),
    ] == [(row.name, row.version, row.licence, row.files) for row in rows]
    assert "none given  @s/b 2.0.0" == next(describe_licences(rows))


def test_notice_holds_the_licence_texts() -> None:
    """The notice has each package and the text of its licence files."""
    rows = list_licences(inventory_of(FILES))

    text = "".join(make_notice(rows, listing_of(FILES)))

    assert "a 1.2.0\nLicence: MIT\n\nCopyright A\n" in text


def test_fingerprint_is_made_from_the_contents() -> None:
    """It does not depend on the order of the members, and differs for other contents."""
    reversed_files = dict(reversed(FILES.items()))

    assert fingerprint(inventory_of(FILES)) == fingerprint(inventory_of(reversed_files))
    assert fingerprint(inventory_of(FILES)) != fingerprint(inventory_of(CHANGED))
