"""What ERESOLVE tells: what is wanted by whom, what is there, and who wants that."""

from __future__ import annotations

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import resolve
from zipper.errors import ResolutionError
from zipper.tree.resolver_options import ResolverOptions

WORLD = registry(
    {
        "c@1.0.0": {},
        "c@2.0.0": {},
        "d@1.0.0": {},
        "p@1.0.0": {"peerDependencies": {"c": "1"}},
        "p@2.0.0": {"peerDependencies": {"c": "2"}},
        "q@1.0.0": {"peerDependencies": {"c": "2"}},
        "r@1.0.0": {"peerDependencies": {"p": "1"}},
        "s@1.0.0": {"peerDependencies": {"p": "2"}},
        "t@1.0.0": {"dependencies": {"r": "1"}, "peerDependencies": {"c": "2"}},
        "v@1.0.0": {"dependencies": {"c": "1", "q": "1"}},
        "y@1.0.0": {"peerDependencies": {"q": "1"}},
    }
)
WORLD.files = {
    "/project/w/package.json": {
        "name": "w", "version": "3.0.0", "dependencies": {"c": "1", "q": "1"},
    },
}  # fmt: skip
FIVE = {"p": "1", **{f"p{number}": "npm:p@1" for number in (2, 3, 4, 5)}}
NO_VERSION = "no version of `c` satisfies all that depend on it"
NO_PLACE = "cannot be placed without a peer conflict"


@pytest.mark.parametrize(
    ("manifest", "message", "facts"),
    [
        ({"dependencies": {"c": "1", "q": "*"}}, NO_VERSION,
         ("wanted c@2 (peer)", "by fn > q@1.0.0", "found c@1.0.0", "wanted by fn (prod c@1)")),
        ({"dependencies": {"t": "1"}, "devDependencies": {"c": "1"}}, NO_VERSION,
         ("wanted c@2 (peer)", "by fn > t@1.0.0", "found c@1.0.0", "wanted by fn (dev c@1)")),
        ({"dependencies": {"x": "npm:c@1", "q": "*", "c": "npm:c@1"}}, NO_VERSION,
         ("wanted c@2 (peer)", "by fn > q@1.0.0", "found c@1.0.0",
          "wanted by fn (prod c@npm:c@1)")),
        ({"dependencies": {"c": "npm:d@1", "q": "*"}}, NO_VERSION,
         ("wanted c@2 (peer)", "by fn > q@1.0.0", "found c (npm:d)@1.0.0",
          "wanted by fn (prod c@npm:d@1)")),
        ({"name": "", "dependencies": {"c": "1", "q": "*"}}, NO_VERSION,
         ("wanted c@2 (peer)", "by project > q@1.0.0", "found c@1.0.0",
          "wanted by project (prod c@1)")),
        ({"dependencies": {"p": "1", "q": "1"}}, f"`q@1.0.0` {NO_PLACE}",
         ("placing q@1.0.0", "for fn", "needs c@2 (peer)",
          "by q@1.0.0, which would get c@2.0.0", "found c@1.0.0",
          "wanted by fn > p@1.0.0 (peer c@1)")),
        ({"dependencies": {"p": "1", "y": "1"}}, f"`y@1.0.0` {NO_PLACE}",
         ("placing y@1.0.0", "for fn", "needs c@2 (peer)",
          "by q@1.0.0, which would get c@2.0.0", "found c@1.0.0",
          "wanted by fn > p@1.0.0 (peer c@1)")),
        ({"dependencies": {"r": "1", "s": "1"}}, f"`s@1.0.0` {NO_PLACE}",
         ("placing s@1.0.0", "for fn", "needs p@2 (peer)",
          "by s@1.0.0, which would get p@2.0.0", "found p@1.0.0",
          "wanted by fn > r@1.0.0 (peer p@1)")),
        ({"dependencies": {"c": "9", "q": "*"}}, NO_VERSION,
         ("wanted c@2 (peer)", "by fn > q@1.0.0", "found c", "also wanted c@9 (prod)", "by fn")),
        ({"dependencies": {**FIVE, "q": "1"}}, f"`q@1.0.0` {NO_PLACE}",
         ("placing q@1.0.0", "for fn", "needs c@2 (peer)",
          "by q@1.0.0, which would get c@2.0.0", "found c@1.0.0",
          "wanted by fn > p@1.0.0 (peer c@1)",
          *(f"wanted by fn > p{number} (npm:p)@1.0.0 (peer c@1)" for number in (2, 3, 4)))),
        ({"workspaces": ["w"]}, NO_VERSION,
         ("wanted c@2 (peer)", "by fn > w@3.0.0 > q@1.0.0", "found c@1.0.0",
          "wanted by fn > w@3.0.0 (prod c@1)")),
    ],
)  # fmt: skip
def test_both_sides_of_a_conflict_are_told(
    manifest: dict[str, object], message: str, facts: tuple[str, ...]
) -> None:
    """With the chain from the project to each, as npm's report has them."""
    workspaces = {"w": "w"} if "workspaces" in manifest else {}
    with pytest.raises(ResolutionError) as caught:
        resolve(project(manifest, workspaces=workspaces), WORLD)

    assert ("ERESOLVE", message) == (caught.value.code, caught.value.message)
    assert list(facts) == [" ".join(fact) for fact in caught.value.facts]
    assert "`legacy-peer-deps=true`" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("dependencies", "options", "folders", "told"),
    [
        ({"p": "1", "q": "1"}, {"force": True}, {"c": "1.0.0", "p": "1.0.0", "q": "1.0.0"},
         ("placing c@2.0.0", "for fn > q@1.0.0", "found c@1.0.0",
          "wanted by fn > p@1.0.0 (peer c@1)")),
        ({"c": "1", "q": "1"}, {"force": True}, {"c": "1.0.0", "q": "1.0.0"},
         ("placing c@2.0.0", "for fn > q@1.0.0", "found c@1.0.0", "wanted by fn (prod c@1)")),
        ({"v": "1"}, {}, {"c": "2.0.0", "q": "1.0.0", "v": "1.0.0", "v/c": "1.0.0"}, ()),
        ({"v": "1"}, {"force": True},
         {"c": "2.0.0", "q": "1.0.0", "v": "1.0.0", "v/c": "1.0.0"}, ()),
    ],
)  # fmt: skip
def test_a_conflict_that_is_accepted_is_a_warning(
    dependencies: dict[str, str],
    options: dict[str, bool],
    folders: dict[str, str],
    told: tuple[str, ...],
) -> None:
    """With `force`; the trees are those of npm 11.19.1, which tells the same two sides."""
    request = project({"dependencies": dependencies}, options=ResolverOptions(**options))
    found = resolve(request, WORLD)

    modules = {at.split("node_modules/", 1)[-1].replace("/node_modules", ""): node.version
               for at, node in found.tree.nodes.items() if at}  # fmt: skip
    assert folders == modules
    assert list(told) == [" ".join(fact) for one in found.warnings for fact in one.facts]


def test_a_conflict_anywhere_can_be_an_error() -> None:
    """With `strict-peer-deps`, npm too ends where it would have put a version further in."""
    request = project({"dependencies": {"v": "1"}}, options=ResolverOptions(strict_peer_deps=True))

    with pytest.raises(ResolutionError) as caught:
        resolve(request, WORLD)

    assert [" ".join(fact) for fact in caught.value.facts] == [
        "wanted c@2 (peer)",
        "by fn > v@1.0.0 > q@1.0.0",
        "found c@1.0.0",
        "wanted by fn > v@1.0.0 (prod c@1)",
    ]
