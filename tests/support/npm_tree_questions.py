"""Random questions about trees: what development, optional and peer dependencies alone reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from random import Random

__all__ = ["ask_flags"]

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
