"""A pruned package has nothing that it could lose, and nothing computed goes unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.mutations import pack
from zipper.archive.listing import read_listing
from zipper.checks.closure import close
from zipper.checks.subject import Subject
from zipper.pruning.kept import PruneRules
from zipper.pruning.needed_files import find_kept
from zipper.pruning.reached_set import find_differences, take_reached
from zipper.pruning.removed_files import choose_removed
from zipper.target import Target

if TYPE_CHECKING:
    from zipper.pruning.removed_files import Pruning

PACKAGES = ("a", "b", "c")
PLACES = [
    f"node_modules/{package}/{file}.js" for package in PACKAGES for file in ("index", "x", "y")
]
FORMS = (
    'require("{}");',
    'exports.f = () => require("{}");',
    'try {{ require("{}"); }} catch {{}}',
    'if (process.env.X) require("{}");',
)
EDGES = st.lists(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES), st.sampled_from(FORMS)), max_size=14
)
RULES = PruneRules("reached", False, lambda _: None, lambda _: None, frozenset(), ())  # noqa: FBT003


def make(edges: list[tuple[str, str, str]]) -> dict[str, str]:
    """Return a package whose handler requests `a`, with files that request one another."""
    files = {f"node_modules/{name}/package.json": f'{{"name": "{name}"}}' for name in PACKAGES}
    files |= dict.fromkeys(PLACES, "")
    files["index.js"] = 'require("a"); exports.handler = async () => 0;'
    for asking, asked, form in edges:
        specifier = f"../{asked.removeprefix('node_modules/')}"
        files[asking] += form.format(specifier)
    return files


def subject_of(files: dict[str, str]) -> Subject:
    raw = {name: (text.encode(), 0o644) for name, text in files.items()}
    target = Target("nodejs22.x")
    return Subject(listing=read_listing(pack(raw)), target=target, handler="index.handler")


def reach(files: dict[str, str]) -> dict[str, str]:
    start = close(subject_of(files))
    return {} if start is None else take_reached(start)


def prune(files: dict[str, str]) -> Pruning:
    subject = subject_of(files)
    start = close(subject)
    assert start is not None
    return choose_removed(subject.files, find_kept(subject, start, RULES), RULES)


@settings(max_examples=30, deadline=None)
@given(EDGES)
def test_a_pruned_package_reaches_what_the_whole_one_reaches(
    edges: list[tuple[str, str, str]],
) -> None:
    """Levels, kinds and answers are the same; and what stays of code is reached."""
    files = make(edges)
    gone = {file.name for file in prune(files).removed}
    left = {name: text for name, text in files.items() if name not in gone}

    assert [] == find_differences(reach(files), reach(left))
    assert {name for name in left if name.endswith(".js")} == set(reach(files))


@settings(max_examples=20, deadline=None)
@given(EDGES, st.data())
def test_the_loss_of_any_reached_file_is_seen(
    edges: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    """Without any one file that it reaches, a pruned package differs from the whole one."""
    files = make(edges)
    before = reach(files)
    lost = data.draw(st.sampled_from(sorted(before)))
    left = {name: text for name, text in files.items() if name != lost}

    assert find_differences(before, reach(left))


@settings(max_examples=20, deadline=None)
@given(EDGES, st.data())
def test_a_computed_request_in_any_reached_file_keeps_its_package(
    edges: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    """Whichever reached file gets a computed request, its package stays whole."""
    files = make(edges)
    changed = data.draw(st.sampled_from(sorted(set(reach(files)) - {"index.js"})))
    form = data.draw(st.sampled_from(["require(name);", "import(name);", "list(__dirname);"]))
    files[changed] += form
    package = changed.rpartition("/")[0]
    found = prune(files)

    verdicts = {one.folder: one.verdict for one in found.packages}
    assert "whole" == verdicts[package]
    assert not [file.name for file in found.removed if file.name.startswith(f"{package}/")]
