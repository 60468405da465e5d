"""Which files go into a package because bundled sources name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.scene import write_files
from zipper.bundling.asset_choice import ChosenAssets
from zipper.bundling.bundled_assets import find_places
from zipper.bundling.source_folder import SourceFolder

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "src/views/a.ejs": "<%- include('b') %>",
    "src/views/b.ejs": "",
    "src/views/c.ejs": "",
    "src/locales/de/x.json": "{}",
    "src/locales/notes.txt": "",
    "src/routes/a.ts": "",
    "src/routes/a.d.ts": "",
    "src/lib.js": "",
    "node_modules/ms/x.json": "{}",
}


def _choose(folder: Path, code: str) -> ChosenAssets:
    write_files(folder, dict(FILES))
    files = SourceFolder(folder)
    assets = ChosenAssets(files, lambda path: f"{path}.js" if path == "src/lib" else None, "")
    source = code.encode()
    for place in find_places(source, path="src/i.js", bundle="out/i.js", folder=""):
        assets.add("src/i.js", source, place)
    return assets


def test_template_brings_what_it_includes(tmp_path: Path) -> None:
    """And nothing else of its folder."""
    assets = _choose(tmp_path, "render(path.join(__dirname, 'views/a.ejs'))")

    assert {"out/views/a.ejs": "src/views/a.ejs", "out/views/b.ejs": "src/views/b.ejs"} == (
        assets.files
    )


def test_placeholders_mean_the_files_that_fit(tmp_path: Path) -> None:
    """As a library fills them in."""
    assets = _choose(tmp_path, "use(path.join(__dirname, 'locales/{{lng}}/{{ns}}.json'))")

    assert {"out/locales/de/x.json": "src/locales/de/x.json"} == assets.files


def test_typescript_that_is_loaded_from_a_folder_becomes_javascript(tmp_path: Path) -> None:
    """Where code asks for modules by computed names; declarations are no code."""
    code = "fs.readdirSync(path.join(__dirname, 'routes')).map((one) => require(one))"
    loaded = _choose(tmp_path, code)
    read = _choose(tmp_path, "fs.readdirSync(path.join(__dirname, 'routes'))")

    assert {"out/routes/a.js": "src/routes/a.ts"} == loaded.workers
    assert "src/routes/a.ts" in loaded.loaded
    assert {"out/routes/a.ts", "out/routes/a.d.ts"} == set(read.files)


def test_request_without_an_ending_means_the_source(tmp_path: Path) -> None:
    """What `createRequire` makes completes names as `require` does."""
    code = "const r = createRequire(import.meta.url);\nr('./lib')"

    assert {"out/lib.js": "src/lib.js"} == _choose(tmp_path, code).workers


def test_installed_packages_are_no_assets(tmp_path: Path) -> None:
    """They come from the lockfile."""
    code = "load(path.join(process.cwd(), 'node_modules/ms/x.json'))"

    assert {} == _choose(tmp_path, code).files
