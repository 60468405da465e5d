"""Dependencies are followed from packument to packument, ahead of the resolver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.invented_registry import registry
from zipper.npm.packument import Packument, packument_from_object
from zipper.npm.pick import PickOptions
from zipper.resolving.prefetch_queue import Following
from zipper.tree.prefetch import Wish, follow_wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_CHAIN = {
    "a@1.0.0": {"dependencies": {"b": "*"}},
    "b@1.0.0": {"dependencies": {"c": "*", "d": "*"}},
    "c@1.0.0": {"dependencies": {"a": "*"}},
    "d@1.0.0": {},
}


class Fetching:
    """A client whose packuments arrive when the test says so; `begun` notes the names."""

    def __init__(self, *, at_hand: Iterable[str] = (), skip: Iterable[str] = ()) -> None:
        self._packuments = registry(_CHAIN).packuments
        self._at_hand = frozenset(at_hand)
        self._then: dict[str, Callable[[Packument], None]] = {}
        self.begun: list[str] = []
        self.following = Following(self._begin, _follow, skip=frozenset(skip))

    def _begin(self, names: Iterable[str], then: Callable[[Packument], None]) -> list[Packument]:
        found = []
        for name in names:
            self.begun.append(name)
            self._then[name] = then
            if name in self._at_hand:
                found.append(self.packument(name))
        return found

    def packument(self, name: str) -> Packument:
        """Return what the registry has for `name`."""
        return packument_from_object(self._packuments[name], name)

    def arrive(self, name: str) -> None:
        """Let the packument of `name` arrive."""
        self._then[name](self.packument(name))


def _follow(packument: Packument, wish: Wish) -> list[Wish]:
    return follow_wish(packument, wish, options=PickOptions())


def test_each_arrival_begins_what_it_asks_for() -> None:
    """Nobody has to ask, and a circle ends."""
    fetching = Fetching()
    fetching.following.want([Wish("a", "*")])
    begun: list[Any] = [tuple(fetching.begun)]
    for name in "abc":
        fetching.arrive(name)
        begun.append(tuple(fetching.begun))

    assert begun == [("a",), ("a", "b"), ("a", "b", "c", "d"), ("a", "b", "c", "d")]


def test_what_is_at_hand_is_not_followed_while_nothing_is_fetched() -> None:
    """A resolver that never waits is not helped by looking ahead."""
    fetching = Fetching(at_hand="abcd")
    fetching.following.want([Wish("a", "*")])

    assert fetching.begun == ["a"]


def test_what_was_at_hand_is_followed_from_the_first_arrival_on() -> None:
    """Then the resolver is going to wait, and what is missing lies below what is there."""
    fetching = Fetching(at_hand="ab")
    fetching.following.want([Wish("a", "*"), Wish("d", "*")])
    fetching.arrive("d")

    assert fetching.begun == ["a", "d", "b", "c"]


def test_what_the_resolver_was_given_is_gone_on_from() -> None:
    """It may have asked before anybody expected it."""
    fetching = Fetching()
    fetching.following.want([Wish("a", "*"), Wish("d", "*")])
    fetching.arrive("d")
    fetching.following.note(fetching.packument("a"))

    assert fetching.begun == ["a", "d", "b"]


def test_locked_names_are_not_fetched_ahead() -> None:
    """Whoever has a lockfile asks for few of the names in it."""
    fetching = Fetching(skip="b")
    fetching.following.want([Wish("a", "*"), Wish("b", "*")])
    fetching.arrive("a")

    assert fetching.begun == ["a"]


def test_another_range_is_followed_in_a_packument_that_is_there() -> None:
    """The same name may lead elsewhere; nothing is fetched twice."""
    fetching = Fetching()
    fetching.following.want([Wish("d", "*"), Wish("a", "^2")])
    fetching.arrive("d")
    fetching.arrive("a")
    fetching.following.want([Wish("a", "^1")])

    assert fetching.begun == ["d", "a", "b"]
