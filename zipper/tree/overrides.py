"""`overrides`: rules of the project that replace what packages ask for.

A rule set is a tree: a rule may hold rules for what is below the packages that it names. Every
node of the tree in the making carries the rule set under which it was reached.

In: the `overrides` field. Out: the rule that decides about an edge, and the spread of rule sets
along edges.

Source: npm docs "package.json: overrides"; @npmcli/arborist 9, lib/override-set.js, lib/node.js.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from zipper.errors import ResolutionError, ZipperError
from zipper.npm import semver
from zipper.npm.spec import parse_spec

if TYPE_CHECKING:
    from zipper.tree.draft import DraftNode
    from zipper.tree.draft_edge import DraftEdge

__all__ = ["OverrideSet", "conflict", "forget_overrides", "parse_overrides", "take_overrides"]

_DEPTH_MAX: Final = 100
"""Deeper nesting than anybody writes, and less than would exhaust the stack."""


class OverrideSet:
    """One rule and the rules below it; compared by identity, since all come from one field.

    `name` and `key_spec` say which packages are meant, `value` is what they get instead.
    """

    __slots__ = ("children", "key", "key_spec", "name", "parent", "rules", "value")

    def __init__(
        self,
        parent: OverrideSet | None = None,
        *,
        key: str = "",
        name: str = "",
        key_spec: str = "",
        value: str = "",
    ) -> None:
        self.parent = parent
        self.key = key
        self.name = name
        self.key_spec = key_spec
        self.value = value
        self.children: dict[str, OverrideSet] = {}
        self.rules: dict[str, tuple[OverrideSet, ...]] = {}
        """The rules in force here by package name, the innermost first."""

    def ancestry(self) -> Iterator[OverrideSet]:
        """Yield this rule set and those around it, innermost first."""
        one: OverrideSet | None = self
        while one is not None:
            yield one
            one = one.parent

    def edge_rule(self, edge: DraftEdge) -> OverrideSet:
        """Return the first rule that means `edge`; this rule set itself where none does."""
        rules = self.rules.get(edge.name)
        if rules is None:
            return self
        for rule in rules:
            if rule.key_spec == "*" or _means(rule, edge):
                return rule
        return self

    def node_rule(self, name: str, version: str) -> OverrideSet:
        """Return the first rule that means a package; this rule set itself where none does."""
        for rule in self.rules.get(name, ()):
            if any(semver.satisfies(version, range_) for range_ in (rule.key_spec, rule.value)):
                return rule
        return self


def parse_overrides(value: object) -> OverrideSet | None:
    """Return the rules in an `overrides` field; None where there are none.

    Raises:
        ResolutionError: EOVERRIDE for a key that names no package, or a value that is neither a
            text nor an object.
    """
    if not isinstance(value, Mapping) or not value:
        return None
    root = OverrideSet()
    waiting: list[tuple[OverrideSet, Mapping[object, object], int]] = [(root, value, 0)]
    order = [root]
    while waiting:
        parent, raw, depth = waiting.pop()
        if depth > _DEPTH_MAX:
            raise ResolutionError("EOVERRIDE", f"`overrides` is nested too deep at `{parent.key}`")
        for key, below in raw.items():
            if key == ".":
                continue
            child, rest = _parse_rule(parent, key, below)
            parent.children[child.key] = child
            order.append(child)
            waiting.append((child, rest, depth + 1))
    for one in order:
        one.rules = _collect_rules(one)
    return root


def conflict(first: OverrideSet, second: OverrideSet) -> bool:
    """Say whether two rule sets want versions of one package that cannot be the same."""
    return _more_specific(first, second) is None


def take_overrides(node: DraftNode, rule: OverrideSet | None) -> None:
    """Let `node` and what it depends on learn that an edge under `rule` reaches it.

    Of two rule sets the more specific one counts; of two that contradict each other, the first.
    """
    waiting: list[tuple[DraftNode, OverrideSet | None]] = [(node, rule)]
    while waiting:
        one, taken = waiting.pop()
        if taken is None:
            continue
        if one.overrides is not None:
            taken = _more_specific(one.overrides, taken)
            if taken is None or taken is one.overrides:
                continue
        one.overrides = taken
        waiting.extend(reversed(_spread(one)))


def forget_overrides(node: DraftNode, rule: OverrideSet | None) -> None:
    """Let `node` settle its rule set anew after an edge under `rule` has left it."""
    if node.overrides is None or node.overrides is not rule:
        return
    settled: OverrideSet | None = None
    for edge in node.edges_in:
        if settled is not None and edge.overrides is not None:
            settled = _more_specific(edge.overrides, settled)
        else:
            settled = edge.overrides
    if settled is node.overrides:
        return
    node.overrides = settled
    # Without any rule set nothing spreads: a node that nothing needs is about to go.
    if settled is not None:
        for below, passed in _spread(node):
            take_overrides(below, passed)


def _spread(node: DraftNode) -> list[tuple[DraftNode, OverrideSet | None]]:
    """Reload the edges of `node`; return whom they reach and under which rules."""
    if node.is_link:
        target = node.target
        if target is None or node.overrides is None or not _reaches(node.overrides, target):
            return []
        return [(target, node.overrides)]
    reached = []
    for edge in tuple(node.edges_out.values()):
        edge.reload(hard=True)
        if edge.to is not None:
            reached.append((edge.to, edge.overrides))
    return reached


def _reaches(rules: OverrideSet, target: DraftNode) -> bool:
    """Say whether some rule means an edge at or below `target`."""
    seen: set[DraftNode] = set()
    stack = [target]
    while stack:
        one = stack.pop()
        node = one.target or one
        if node in seen:
            continue
        seen.add(node)
        for edge in node.edges_out.values():
            if rules.edge_rule(edge).name == edge.name:
                return True
            if edge.to is not None:
                stack.append(edge.to)
    return False


def _parse_rule(
    parent: OverrideSet, key: object, below: object
) -> tuple[OverrideSet, Mapping[object, object]]:
    rest: Mapping[object, object] = below if isinstance(below, Mapping) else {".": below}
    value = rest.get(".", "")
    if not isinstance(key, str) or not isinstance(value, str):
        raise ResolutionError(
            "EOVERRIDE",
            f"the override `{key}` has a value that is neither a text nor an object",
            hint="write a version, a range, another spec, or an object of further overrides",
        )
    spec = parse_spec(key, where="/")
    if not spec.name:
        raise ResolutionError(
            "EOVERRIDE",
            f"the override `{key}` names no package",
            hint="write `name` or `name@range`",
        )
    key_spec = spec.raw_spec.strip() or "*"
    # An empty value stands for any version; no value at all, for the versions that the key names.
    chosen = "*" if "." in rest and value == "" else value or key_spec
    rule = OverrideSet(parent, key=key, name=spec.name, key_spec=key_spec, value=chosen)
    return rule, rest


def _collect_rules(rules: OverrideSet) -> dict[str, tuple[OverrideSet, ...]]:
    """Return the rules in force under `rules`: its children, itself, then those around it."""
    by_key: dict[str, OverrideSet] = {}
    for one in rules.ancestry():
        for child in one.children.values():
            by_key.setdefault(child.key, child)
        if one.parent is not None:
            by_key.setdefault(one.key, one)
    by_name: dict[str, list[OverrideSet]] = {}
    for rule in by_key.values():
        by_name.setdefault(rule.name, []).append(rule)
    return {name: tuple(found) for name, found in by_name.items()}


def _means(rule: OverrideSet, edge: DraftEdge) -> bool:
    """Say whether the versions that `rule` names can be among those that `edge` wants."""
    spec = parse_spec(f"{edge.name}@{edge.raw_spec}", where="/")
    spec = spec.sub_spec or spec
    if spec.type == "git":
        return bool(spec.git_range) and semver.intersects(spec.git_range, rule.key_spec)
    if spec.type in ("range", "version"):
        return semver.intersects(spec.fetch_spec, rule.key_spec)
    # A tag, a directory or a tarball has no versions to compare: the override is accepted.
    return True


def _more_specific(first: OverrideSet, second: OverrideSet) -> OverrideSet | None:
    """Return the inner one of two rule sets, or what they share; None where they contradict."""
    if first in second.ancestry():
        return second
    if second in first.ancestry():
        return first
    if _contradict(first, second):
        return None
    inner = set(first.ancestry())
    return next(one for one in second.ancestry() if one in inner)


def _contradict(first: OverrideSet, second: OverrideSet) -> bool:
    theirs = {rule.key: rule for rules in second.rules.values() for rule in rules}
    for rules in first.rules.values():
        for rule in rules:
            other = theirs.get(rule.key)
            if other is not None and other is not rule and _disjoint(rule, other):
                return True
    return False


def _disjoint(rule: OverrideSet, other: OverrideSet) -> bool:
    try:
        specs = [parse_spec(f"{one.name}@{one.value}", where="/") for one in (rule, other)]
    except ZipperError:
        return False
    if any(spec.type not in ("range", "version") for spec in specs):
        return False
    return not semver.intersects(specs[0].fetch_spec, specs[1].fetch_spec)
