"""Which packages stay beside a bundle is guessed from the last time, and proven by the bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scene import write_files
from zipper.bundling.bundler import Bundle
from zipper.bundling.metafile import Import, Metafile
from zipper.bundling.surroundings import KeptPackage
from zipper.layout.placement import find_homes
from zipper.pipeline.bundle_work import BundleWork
from zipper.pipeline.dependencies import gather
from zipper.pipeline.session import Circumstances, Clock
from zipper.pipeline.sibling_folders import SiblingFolders
from zipper.pipeline.source_packages import SourcePackages
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

KEPT = KeptPackage("node_modules/a", "place", "is here", "node_modules/a/index.js", 3)
OTHER = KeptPackage("node_modules/b", "external", "is named")


def bundle_of(kept: KeptPackage, *asked: str) -> Bundle:
    """Return a bundle beside which a package stays, and what it asks for outside of itself."""
    imports = tuple(Import(name, "import-statement", True, name) for name in asked)  # noqa: FBT003
    meta = Metafile({"index.ts": imports}, {})
    return Bundle({}, b"{}", meta, {kept.location: kept}, frozenset(), (), ())


class Stand:
    """Makes one bundle, as a `Bundler` does: with a guess first, where that is confirmed."""

    def __init__(self, bundle: Bundle, *, is_whole: bool = True) -> None:
        self.bundle = bundle
        self.is_whole = is_whole
        self.guess: list[KeptPackage] = []
        self.confirmed: bool | None = None

    def run(self, guess: Sequence[KeptPackage], confirm: Callable[[Bundle], bool]) -> Bundle:
        """Return it, and keep what was asked."""
        self.guess = list(guess)
        self.confirmed = confirm(self.bundle) if guess else None
        return self.bundle

    def is_complete(self, bundle: Bundle) -> bool:
        """Return whether nothing is in it that has to stay."""
        assert bundle is self.bundle
        return self.is_whole


@pytest.fixture
def work(tmp_path: Path) -> BundleWork:
    """The work for a function without packages."""
    write_files(tmp_path / "fn", {"package.json": {"name": "fn"}, "index.ts": "1"})
    settings = Settings(cache_dir=str(tmp_path / "cache"), offline=True)
    request = request_from(settings, folder=str(tmp_path / "fn"))
    io = Circumstances.of(request, None)
    project = io.read_project(request)
    gathered = gather(project, request, io, Clock(), omit=frozenset({"dev"}))
    scripted = gathered.scripted
    siblings = SiblingFolders(project, scripted.tree, scripted.obtained.folders)
    packages = SourcePackages(project, request, io, gathered.whole)
    homes = find_homes(scripted.tree)
    return BundleWork(project, request, io, scripted, homes, siblings, packages)


def ask(work: BundleWork, stand: Stand, *inputs: str) -> tuple[list[KeptPackage], bool | None]:
    """Have a bundle made; return the guess, and whether it was confirmed."""
    around = work._surround(lambda _: b"")  # as it is made
    bundler: Any = stand
    assert stand.bundle is work._bundle(bundler, around, inputs or ("names", "choices"))
    return stand.guess, stand.confirmed


def test_the_last_bundle_is_the_guess_for_the_next(work: BundleWork) -> None:
    """Whatever other files there are now, and for these choices alone."""
    first = bundle_of(KEPT, "a")

    assert ([], None) == ask(work, Stand(first))
    assert ([KEPT], True) == ask(work, Stand(first))
    assert ([KEPT], True) == ask(work, Stand(first), "other names", "choices")
    assert ([], None) == ask(work, Stand(first), "names", "other choices")


def test_a_guess_is_proven_by_what_the_bundle_asks_for(work: BundleWork) -> None:
    """Such a bundle ended with the same packages before, and nothing is in it that has to stay."""
    first, other = bundle_of(KEPT, "a"), bundle_of(OTHER, "a", "b")
    ask(work, Stand(first))

    assert ([KEPT], False) == ask(work, Stand(first, is_whole=False))
    assert ([KEPT], False) == ask(work, Stand(other))
    assert ([OTHER], False) == ask(work, Stand(first))
    assert ([KEPT], True) == ask(work, Stand(first))
    ask(work, Stand(other))
    assert ([OTHER], True) == ask(work, Stand(other))
