"""YAML as people write it: the settings of pnpm and yarn, where anchors and merge keys count.

In: text. Out: maps, lists and texts; every scalar stays the text that it is. A package manager's
own output is read by `zipper.npm.yaml_text`, which refuses what only people write.

PyYAML's nodes are read, from libyaml where it is there. Aliases may make much of little text, so
that the number of values is bounded.
"""

from __future__ import annotations

from typing import Final

import yaml

from zipper.npm.yaml_text import YamlFaultError, YamlValue

__all__ = ["parse_settings"]

_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_VALUES_MAX: Final = 100_000

_DEPTH_MAX: Final = 100


def parse_settings(text: str) -> dict[str, YamlValue]:
    """Return the map in a file such as pnpm-workspace.yaml; empty where there is none in it.

    Raises:
        YamlFaultError: no YAML, or several documents; a key that appears twice or is no text; more
            than 100,000 values, or deeper than 100 levels.
    """
    try:
        node = yaml.compose(text.removeprefix("\ufeff"), Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
        what = " ".join(part for part in (error.context, error.problem) if part)
        raise YamlFaultError(what, line, column) from None
    except (yaml.YAMLError, UnicodeEncodeError):
        raise YamlFaultError("it has a character that YAML does not have", 1, 1) from None
    value = _Converter().convert(node, 0) if node is not None else {}
    return value if isinstance(value, dict) else {}


class _Converter:
    """Makes values of nodes, and counts them."""

    def __init__(self) -> None:
        self._count = 0

    def convert(self, node: yaml.Node, depth: int) -> YamlValue:
        self._count += 1
        if self._count > _VALUES_MAX:
            raise _fault(node, f"it has more than {_VALUES_MAX:,} values")
        if depth > _DEPTH_MAX:
            raise _fault(node, f"it is nested deeper than {_DEPTH_MAX} levels")
        if isinstance(node, yaml.SequenceNode):
            return [self.convert(one, depth + 1) for one in node.value]
        if isinstance(node, yaml.MappingNode):
            return self._convert_map(node, depth)
        return str(node.value)

    def _convert_map(self, node: yaml.MappingNode, depth: int) -> YamlValue:
        found: dict[str, YamlValue] = {}
        merged: dict[str, YamlValue] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _fault(key, "a key is no text")
            made = self.convert(value, depth + 1)
            if key.value == "<<":
                for one in made if isinstance(made, list) else [made]:
                    # Of several the first wins, and over all what is written here itself.
                    merged = {**one, **merged} if isinstance(one, dict) else merged
            elif key.value in found:
                raise _fault(key, f"the key `{key.value[:200]}` appears twice")
            else:
                found[key.value] = made
        return {**merged, **found}


def _fault(node: yaml.Node, message: str) -> YamlFaultError:
    return YamlFaultError(message, node.start_mark.line + 1, node.start_mark.column + 1)
