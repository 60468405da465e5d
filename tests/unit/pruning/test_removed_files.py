"""What a pruned zip records: the files that are sure to be wanted, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.checking import zip_files
from zipper.archive.listing import read_listing
from zipper.checks.closure import close
from zipper.checks.subject import Subject
from zipper.pruning.kept import PruneRules
from zipper.pruning.needed_files import find_kept
from zipper.pruning.removed_files import choose_removed
from zipper.target import Target

if TYPE_CHECKING:
    from collections.abc import Mapping

A, B = "node_modules/a", "node_modules/b"
H = "exports.handler = async () => 1;"
READ = 'require("fs").readFileSync(__dirname + "{}");'


def record(
    files: Mapping[str, str], *, keep: str = "", drop: str = "", opened: tuple[str, ...] = ()
) -> list[str]:
    """Return what the record of a zip of `files` has."""
    subject = Subject(
        listing=read_listing(zip_files(files)), target=Target(), handler="index.handler"
    )
    start = close(subject)
    assert start is not None
    rules = PruneRules(
        "reached",
        False,  # noqa: FBT003
        lambda name: keep if keep == name else None,
        lambda name: drop if drop == name else None,
        frozenset(opened),
        (),
    )
    kept = find_kept(subject, start, rules)
    return list(choose_removed(subject.files, kept, rules).needed)


def test_what_is_requested_at_any_level_is_recorded() -> None:
    """Own files too, and the package.json files that decide about what is requested."""
    files = {
        "index.js": f'{H} () => require("a/lib/x"); try {{ require("./o") }} catch {{}}',
        **dict.fromkeys(("o.js", "other.js", f"{A}/LICENSE", f"{A}/lib/y.js", f"{A}/lib/x.js"), ""),
        **dict.fromkeys((f"{A}/package.json", f"{A}/lib/package.json", f"{B}/package.json"), "{}"),
    }

    own = ["index.js", "o.js"]
    assert own == [name for name in record(files) if "/" not in name]
    packed = [f"{A}/lib/package.json", f"{A}/lib/x.js", f"{A}/package.json"]
    assert packed == [name for name in record(files) if "/" in name]


def test_what_is_read_is_recorded_by_its_whole_name_alone() -> None:
    """Of a folder that is read, no one file is sure to be."""
    files = {
        "index.js": f'require("a"); {H}',
        f"{A}/index.js": READ.format("/one.txt") + READ.format("/folder"),
        **dict.fromkeys((f"{A}/one.txt", f"{A}/folder/two.txt"), ""),
    }

    assert ["index.js", f"{A}/index.js", f"{A}/one.txt"] == record(files)


def test_what_require_resolve_finds_is_recorded() -> None:
    """It is no module that loads, and the request is answered all the same."""
    files = {"index.js": f'require.resolve("a/x.bin"); {H}', f"{A}/x.bin": ""}

    assert ["index.js", f"{A}/x.bin"] == record(files)


def test_what_stays_because_nothing_is_certain_is_not_recorded() -> None:
    """A package that stays whole has files that perhaps nothing requests."""
    files = {
        "index.js": f'require("a"); {H}',
        f"{A}/index.js": "exports.load = (name) => require(name);",
        f"{A}/package.json": '{"dependencies": {"b": "1"}}',
        f"{A}/other.js": 'require("b");' + READ.format("/one.txt"),
        **dict.fromkeys((f"{A}/one.txt", f"{B}/index.js", f"{B}/y.js"), ""),
    }

    assert ["index.js", f"{A}/index.js", f"{A}/package.json"] == record(files)


def test_what_the_user_says_counts() -> None:
    """`keep` and a trace add what they name, and what `drop` names is not in the record."""
    files = {
        "index.js": f'{H} exports.f = () => require("a");',
        **dict.fromkeys((f"{A}/index.js", f"{A}/x.txt"), ""),
    }

    plain, kept = ["index.js", f"{A}/index.js"], f"{A}/x.txt"
    assert plain == record(files)
    assert [*plain, kept] == record(files, keep=kept) == record(files, opened=(kept,))
    assert plain[:1] == record(files, drop=f"{A}/index.js")
