"""Random questions about trees: what finds what, what could go, and what only some kinds reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from random import Random

__all__ = ["ask_clash", "ask_draft", "ask_flags", "ask_place"]

_KINDS: Final = (
    "dependencies", "dependencies", "devDependencies", "optionalDependencies", "peerDependencies",
    "peerOptional",
)  # fmt: skip
_PLACES: Final = ("a", "b", "c", "d", "e", "a/node_modules/b", "c/node_modules/d")


def ask_flags(dice: Random) -> Any:
    """Ask for the flags of packages that need each other in all ways, some behind a link."""

    def manifest(size: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in dice.sample("abcdel", dice.randint(0, size)):
            kind = dice.choice(_KINDS)
            if kind == "peerOptional":
                kind = "peerDependencies"
                found.setdefault("peerDependenciesMeta", {})[name] = {"optional": True}
            found.setdefault(kind, {})[name] = "*"
        return found

    tree = {"": manifest(4)}
    for place in _PLACES:
        above = place.partition("/node_modules/")[0]
        if dice.random() < 0.8 and (above == place or f"node_modules/{above}" in tree):
            tree[f"node_modules/{place}"] = manifest(2)
    if dice.random() < 0.6:
        folder = "node_modules/a/q" if "node_modules/a" in tree and dice.random() < 0.4 else "q"
        tree |= {"node_modules/l": {"link": folder}, folder: manifest(3)}
        if folder != "q":
            tree[folder].pop("devDependencies", None)
        if dice.random() < 0.4:
            tree["node_modules/e"] = {"link": folder}
    return tree


def ask_draft(dice: Random) -> Any:
    """Ask what finds what in a tree, and what could go or stand for what; then change the tree."""
    tree = {"": _draw_package(dice, 4)}
    if dice.random() < 0.35:
        rules = dice.sample(("a", "b", "c", "a@1", "b@2", "c@>=1.2"), dice.randint(1, 2))
        values = ("1", "1.0.0", "1.2.0", "2", {"d": "2"}, {".": "1", "e": "1.2.0"})
        tree[""]["overrides"] = {rule: dice.choice(values) for rule in rules}
    for name in dice.sample("abcde", dice.randint(2, 5)):
        tree[f"node_modules/{name}"] = _draw_inner(dice, 3)
    for _ in range(dice.randint(1, 4)):
        above = dice.choice([place for place in tree if place])
        tree.setdefault(f"{above}/node_modules/{dice.choice('abcde')}", _draw_inner(dice, 2))
    steps = []
    for _ in range(dice.choice((0, 1, 1, 2))):
        kind = dice.choice(("put", "remove", "replace"))
        at = dice.choice([place for place in tree if place or kind == "put"])
        if kind == "put":
            at = f"{at}/node_modules/{dice.choice('abcde')}".lstrip("/")
        steps.append([kind, at, None if kind == "remove" else _draw_inner(dice, 3)])
    return [tree, steps]


def ask_place(dice: Random) -> Any:
    """Ask where a package is put that some other one lacks, and what becomes of the tree."""
    tree, _ = ask_draft(dice)
    at = dice.choice(list(tree))
    names = [
        name for kind in ("dependencies", "peerDependencies") for name in tree[at].get(kind, {})
    ]
    if not names:
        name = dice.choice("abcde")
        tree[at].setdefault("dependencies", {})[name] = dice.choice(("*", "1", "2"))
        names = [name]
    name = dice.choice(names)
    found = {one: _draw_inner(dice, 2) for one in dice.sample("abcde", dice.randint(0, 4))}
    found[name] = _draw_inner(dice, 3)
    if dice.random() < 0.08:
        found[name]["fails"] = True
    for other in (*found, *found):  # more are peers here than elsewhere
        if other != name and dice.random() < 0.4:
            peers = found[dice.choice(list(found))].setdefault("peerDependencies", {})
            peers[other] = dice.choice(("*", "1", "2", ">=1.2"))
    options: dict[str, Any] = {}
    if dice.random() < 0.5:
        option, value = dice.choice(
            (("force", True), ("strictPeerDeps", True), ("preferDedupe", True),
             ("installStrategy", "nested"), ("installStrategy", "shallow"), ("updateNames", [name]))
        )  # fmt: skip
        options[option] = value
    return [tree, at, name, found, options]


def ask_clash(dice: Random) -> Any:
    """Ask the same where the peers of several packages meet."""

    def draw(own: str, kind: str, size: int) -> dict[str, Any]:
        names = [name for name in "abcd" if name != own]
        wanted = {
            name: dice.choice(("*", "1", "1", "2", ">=1.2"))
            for name in dice.sample(names, dice.randint(0, size))
        }
        found = {"version": dice.choice(("1.0.0", "1.2.0", "2.0.0")), kind: wanted}
        if dice.random() < 0.3:
            found["dependencies"] = {dice.choice(names): dice.choice(("*", "1", "2"))}
        return found

    tree = {"": draw("", "dependencies", 3)}
    for name in dice.sample("abcd", dice.randint(2, 4)):
        tree[f"node_modules/{name}"] = draw(name, "peerDependencies", 2)
    above = dice.choice(list(tree)[1:])
    for name in dice.sample("abcd", dice.randint(0, 2)):
        tree[f"{above}/node_modules/{name}"] = draw(name, "peerDependencies", 2)
    at, name = dice.choice(list(tree)), dice.choice("abcd")
    kind = "dependencies" if dice.random() < 0.8 else "peerDependencies"
    tree[at].setdefault(kind, {})[name] = dice.choice(("*", "1", "2", ">=1.2"))
    others = dice.sample([one for one in "abcd" if one != name], dice.randint(0, 2))
    found = {one: draw(one, "peerDependencies", 2) for one in (name, *others)}
    options = {"preferDedupe": True} if dice.random() < 0.2 else {}
    return [tree, at, name, found, options]


def _draw_package(dice: Random, size: int) -> dict[str, Any]:
    """Return a version with dependencies of all kinds."""
    found: dict[str, Any] = {"version": dice.choice(("1.0.0", "1.0.0", "1.2.0", "2.0.0"))}
    for name in dice.sample("abcde", dice.randint(0, size)):
        kind = dice.choice(_KINDS)
        if kind == "peerOptional":
            kind = "peerDependencies"
            found.setdefault("peerDependenciesMeta", {})[name] = {"optional": True}
        found.setdefault(kind, {})[name] = dice.choice(("*", "1", "1", "1.0.0", ">=1.2", "2"))
    return found


def _draw_inner(dice: Random, size: int) -> dict[str, Any]:
    """Return one that is in a node_modules, perhaps with a bundle, a hash or another name."""
    found = _draw_package(dice, size)
    if dice.random() < 0.1:
        found["bundleDependencies"] = dice.sample("abcde", 1)
    if dice.random() < 0.2:
        found["integrity"] = dice.choice(("sha512-a", "sha512-b"))
    if dice.random() < 0.2:
        found["resolved"] = dice.choice(("https://r.example/a", "https://r.example/b"))
    if dice.random() < 0.05:
        found["hasShrinkwrap"] = True
    if dice.random() < 0.05:
        found["name"] = "z"
    return found
