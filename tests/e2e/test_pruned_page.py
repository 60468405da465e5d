"""What pruning took out, as the page of `explain --html` shows it in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser import Browser
from tests.support.command import run_zipper
from tests.support.registry_server import RegistryServer
from tests.support.scene import HANDLER, Scene
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

MEASURES = (REPOSITORY / "tests/support/page_measures.js").read_text("utf-8")
PACKAGES = [f"package-{number}" for number in range(30)]
SHARES = """
[...document.querySelectorAll("#map div")].map((box) => {
  const [kept, went] = [box.node[1], box.node[6] || 0];
  const next = box.nextSibling, isOpen = next && next.trail.length > box.trail.length;
  const stop = /([\\d.]+)%/.exec(box.style.backgroundImage);
  const shown = box.classList.contains("gone") ? 0 : stop ? stop[1] / 100 : 1;
  return [isOpen ? 1 : kept / (kept + went), shown];
})
"""
"""Of each box in the map: the share of its bytes that stays, and the share that is not grey."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    with RegistryServer() as registry:
        scene = Scene(folder / "scene", registry)
        for number, name in enumerate(PACKAGES):
            size = 30_000 // (number + 1)
            files = {"index.js": b"1;" * size, "lib/x.js": b"2;" * size, "lib/y.js": b"3;" * size}
            files["index.js"] += b'require("./lib/x");'
            scene.publish(name, files={**files, "docs/a.md": b"4;" * size, "a.d.ts": b"5;" * size})
        requests = "".join(f'require("{name}");\n' for name in PACKAGES)
        scene.write({"index.js": requests + HANDLER})
        scene.depend(*PACKAGES)
        result = scene.build("--prune", "reached")
        assert 0 == result.status, result.stderr
        words = ("explain", scene.output, "--html", folder / "page.html")
        run_zipper(
            *map(str, words), "--cache-dir", str(scene.cache), env=scene.environment, cwd=folder
        )
    return folder / "page.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_grey_is_the_share_that_went(width: int, scheme: str, page: Path, tmp_path: Path) -> None:
    """A box that shows nothing of what is in it is grey by the share that went; all can be read."""
    with Browser(tmp_path, "--hide-scrollbars") as browser:
        browser.prefer(scheme)
        browser.resize(width, 900)
        browser.open(page)
        browser.ask(MEASURES)
        shares = browser.ask(SHARES)

        assert [] == [pair for pair in shares if abs(pair[0] - pair[1]) > 0.001]
        assert any(0 < shown < 1 for _, shown in shares)
        assert any(shown == 0 for _, shown in shares)
        assert [] == browser.ask("findOverflow()")
        assert [] == browser.ask("findFaintText()")
        assert [] == browser.errors
