"""YAML as the templates of SAM and Serverless have it: tags, anchors and merge keys included.

In: text. Out: dictionaries, lists, texts and `Tagged` values. Every scalar stays the text that it
is. What `parse_yaml` of lockfiles refuses is read here, because people write it by hand.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from zipper.errors import ProjectError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Tagged", "find_text", "parse_template", "read_template"]

_MERGE = "<<"


class Tagged(NamedTuple):
    """A value with a tag: `!Ref Name` is `Tagged("Ref", "Name")`."""

    tag: str
    value: Any


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # one of two
    """Makes texts of all scalars, and values of tags; nothing else is ever constructed."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  (PyYAML's own attribute)


def _make_value(loader: _Loader, node: yaml.Node) -> Any:  # noqa: ANN401  (what the text has)
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [loader.construct_object(item, deep=True) for item in node.value]
    merged: dict[Hashable, Any] = {}
    own: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        value = loader.construct_object(value_node, deep=True)
        if key == _MERGE:
            # Unlike PyYAML's own merging, this cannot double with each level.
            for table in reversed(value if isinstance(value, list) else [value]):
                merged |= table if isinstance(table, dict) else {}
        elif isinstance(key, Hashable):
            own[key] = value
    return merged | own


def _make_tagged(loader: _Loader, suffix: str, node: yaml.Node) -> Tagged:
    return Tagged(suffix, _make_value(loader, node))


for _name in ("str", "seq", "map"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_name}", _make_value)
_Loader.add_multi_constructor("!", _make_tagged)


def parse_template(text: str, *, path: str) -> dict[str, Any]:
    """Return the mapping in the text; JSON is YAML too.

    Raises:
        ProjectError: EYAMLPARSE for no YAML, or no mapping.
    """
    try:
        value = yaml.load(text, Loader=_Loader)  # noqa: S506  (it makes plain values alone)  # nosec B506
    except (yaml.YAMLError, RecursionError, ValueError) as cause:
        mark = getattr(cause, "problem_mark", None)
        where = "" if mark is None else f", line {mark.line + 1}"
        problem = getattr(cause, "problem", None) or str(cause) or "it is nested too deeply"
        raise ProjectError("EYAMLPARSE", f"`{path}`{where} cannot be parsed: {problem}") from cause
    if not isinstance(value, dict):
        raise ProjectError("EYAMLPARSE", f"`{path}` is not a template: it has no keys")
    return value


def read_template(path: Path) -> dict[str, Any]:
    """Return the mapping in a file.

    Raises:
        ProjectError: as `parse_template`; EREAD where it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as cause:
        raise ProjectError("EREAD", f"cannot read `{path}`: {cause.strerror or cause}") from cause
    return parse_template(text, path=str(path))


def find_text(value: object) -> str | None:
    """Return `value` where it is a text that says something."""
    return value if isinstance(value, str) and value.strip() else None
