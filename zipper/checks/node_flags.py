"""What NODE_OPTIONS of a function changes about loading modules.

In: a target and the variable's text. Out: `NodeFlags`, which the walk and the rules go by.

Source: Node.js documentation, Command-line API; AWS, Building Lambda functions with Node.js, for
what is switched off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from zipper.target import Target

__all__ = ["NodeFlags", "read_flags"]

_PRELOADS: Final = ("--import", "--require", "-r")
_CONDITIONS: Final = ("--conditions", "-C")


class NodeFlags(NamedTuple):
    """How Node loads modules."""

    can_require_modules: bool
    """Whether `require` may load an ES module, which also sets the condition `module-sync`."""
    detects_modules: bool
    """Whether a `.js` file without `type` is an ES module if only that parses."""
    strips_types: bool
    """Whether TypeScript can be loaded, its types taken off."""
    conditions: tuple[str, ...] = ()
    preloads: tuple[tuple[str, bool], ...] = ()
    """What is loaded before the handler, and whether by `require`."""


def read_flags(target: Target, node_options: str = "") -> NodeFlags:
    """Return what the runtime of `target` does under `node_options`."""
    switches = {
        "require-module": target.can_require_modules,
        "detect-module": target.detects_modules,
        "strip-types": target.strips_types,
    }
    words = _split(node_options)
    conditions: list[str] = []
    preloads: list[tuple[str, bool]] = []
    for index, word in enumerate(words):
        name, has_value, value = word.partition("=")
        following = words[index + 1] if index + 1 < len(words) else ""
        given = value if has_value else following
        if name in _PRELOADS and given:
            preloads.append((given, name != "--import"))
        elif name in _CONDITIONS and given:
            conditions.append(given)
        bare = name.removeprefix("--").removeprefix("no-").removeprefix("experimental-")
        if bare in switches and name.startswith("--"):
            switches[bare] = not name.startswith("--no-")
    return NodeFlags(
        can_require_modules=switches["require-module"],
        detects_modules=switches["detect-module"],
        strips_types=switches["strip-types"],
        conditions=tuple(conditions),
        preloads=tuple(preloads),
    )


def _split(text: str) -> list[str]:
    if not text:
        return []
    import shlex  # noqa: PLC0415  (few functions have node_options)

    try:
        return shlex.split(text)
    except ValueError:
        return text.split()
