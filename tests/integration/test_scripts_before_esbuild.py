"""What install scripts have made is read by esbuild, and seen where it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.bundling_project import BundlingProject, texts_of
from zipper.archive.compress import compress
from zipper.layout.placement import find_homes
from zipper.pipeline.bundling import bundle_function
from zipper.pipeline.dependencies import gather
from zipper.pipeline.planning import choose_own_files
from zipper.pipeline.session import Circumstances, Clock
from zipper.pipeline.typescript import transform_sources
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings
from zipper.store.keys import StoreKey

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.archive.entries import PlannedEntry

pytestmark = [pytest.mark.network, pytest.mark.ci]


class Made(BundlingProject):
    """A project whose packages have what their scripts have made."""

    def make(self, *, bundle: bool, inside: dict[str, str], beside: dict[str, str]) -> str:
        """Return what the handler becomes with these files in the package, and next to it."""
        settings = Settings(cache_dir=str(self.cache), offline=True, handler="index.handler")
        request = request_from(settings, folder=str(self.root))
        io = Circumstances.of(request, None)
        with io.after:
            project = io.read_project(request)
            gathered = gather(project, request, io, Clock(), omit=frozenset({"dev"}))
            obtained = gathered.scripted.obtained
            own = obtained.zips["node_modules/p"].members("")
            key = StoreKey("sha512", f"{hash(repr(inside)):0128x}".replace("-", "0"))
            whole = io.open_store().keep_in_memory(key, [*own, *entries(inside)])
            scripted = gathered.scripted._replace(
                obtained=obtained._replace(zips={"node_modules/p": whole}),
                beside={"node_modules/p": tuple(entries(beside))},
            )
            after, homes = gathered._replace(scripted=scripted), find_homes(scripted.tree)
            if bundle:
                made = bundle_function(project, request, io, after, homes).entries
            else:
                chosen = choose_own_files(request, project, io)
                made = transform_sources(project, request, io, after, homes, chosen).own
            return next(text for name, text in texts_of(made).items() if name.startswith("index."))


def entries(files: dict[str, str]) -> list[PlannedEntry]:
    return [compress(name, text.encode(), executable=False) for name, text in files.items()]


@pytest.fixture
def project(tmp_path: Path, esbuild_cache: Path) -> Made:
    made = Made(tmp_path, esbuild_cache)
    specs = made.write_packages(p={"index.js": "module.exports = require('.gen/x');\n"})
    code = "import p from 'p';\nimport sub from 'p/sub';\n"
    code += "export const handler = async (): Promise<unknown> => [p, sub];\n"
    files = {"package.json": {"name": "fn", "type": "module", "dependencies": specs}}
    made.write({**files, "index.ts": code, ".npmignore": "*.tgz\n"})
    return made


def test_a_bundle_has_what_scripts_have_made(project: Made) -> None:
    """In packages and beside them: it may be another thing for another architecture."""
    texts = [
        project.make(
            bundle=True,
            inside={"sub.js": f"module.exports = 'inside {inside}';\n"},
            beside={".gen/x.js": f"module.exports = 'beside {beside}';\n"},
        )
        for inside, beside in ((1, 1), (1, 2), (2, 2), (1, 1))
    ]

    assert texts[0] == texts[3]
    for text, (inside, beside) in zip(texts, ((1, 1), (1, 2), (2, 2)), strict=False):
        assert f"inside {inside}" in text
        assert f"beside {beside}" in text


def test_paths_into_what_scripts_have_made_are_completed(project: Made) -> None:
    """For `import`, which completes none itself."""
    texts = [
        project.make(bundle=False, inside=files, beside={})
        for files in ({}, {"sub.js": "1"}, {"sub/index.js": "1"}, {})
    ]

    names = ["p/sub", "p/sub.js", "p/sub/index.js", "p/sub"]
    assert names == [
        text.partition('from "p/')[2].partition('"')[0].join(["p/", ""]) for text in texts
    ]
