"""A dependency in the tree in the making: what was asked for, what answers, and whether it may.

In: a source node, a name and a spec. Out: the verdict on whatever Node's walk finds.

Source: @npmcli/arborist 9, lib/edge.js.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import ResolutionError
from zipper.tree.bundle_owner import find_bundler
from zipper.tree.dep_valid import is_valid
from zipper.tree.overrides import conflict, forget_overrides, take_overrides

if TYPE_CHECKING:
    from zipper.tree.draft import DraftNode
    from zipper.tree.model import EdgeType
    from zipper.tree.overrides import OverrideSet

__all__ = ["DraftEdge"]


class DraftEdge:
    """One dependency of `source`; `raw_spec` is as written, `spec` after the overrides.

    `peer_conflicted` marks a peer whose conflict was accepted: it is not looked at again.
    """

    __slots__ = (
        "_is_valid",
        "accept",
        "name",
        "overrides",
        "peer_conflicted",
        "raw_spec",
        "source",
        "to",
        "type",
    )

    def __init__(
        self, source: DraftNode, name: str, spec: str, kind: EdgeType, accept: str | None
    ) -> None:
        self.source = source
        self.name = name
        self.raw_spec = spec
        self.type = kind
        # An empty `acceptDependencies` entry accepts anything, as everywhere in npm.
        self.accept = None if accept is None else accept or "*"
        self.overrides: OverrideSet | None = None
        self.peer_conflicted = False
        self.to: DraftNode | None = None
        self._is_valid: bool | None = None

    def __repr__(self) -> str:
        return f"<{self.source!r} {self.type} {self.name}@{self.raw_spec} -> {self.to!r}>"

    @property
    def peer(self) -> bool:
        """Whether this is a peer dependency, optional or not."""
        return self.type in ("peer", "peerOptional")

    @property
    def optional(self) -> bool:
        """Whether the tree is whole without it."""
        return self.type in ("optional", "peerOptional")

    @property
    def valid(self) -> bool:
        """Whether what was found is what was asked for; remembered until something changes."""
        if self._is_valid is None:
            self._is_valid = self._judge()
        return self._is_valid

    @property
    def is_overridden(self) -> bool:
        """Whether an override of this very name decides."""
        rule = self.overrides
        return rule is not None and rule.name == self.name and bool(rule.value)

    @property
    def spec(self) -> str:
        """What is wanted after the overrides.

        Raises:
            ResolutionError: EOVERRIDE for a `$name` that names no dependency.
        """
        rule = self.overrides
        if rule is None or not rule.value or rule.value == "*" or rule.name != self.name:
            return self.raw_spec
        return self._follow(rule.value) if rule.value.startswith("$") else rule.value

    def satisfied_by(self, node: DraftNode) -> bool:
        """Say whether `node` would answer this edge.

        Bundled and shrinkwrapped packages are never overridden. Where an override applies, a node
        that it does not mean may also satisfy what was written.
        """
        if node.name != self.name:
            return False
        rule = self.overrides
        if rule is None or not rule.key_spec:
            return is_valid(node, self.spec, self)
        if node.has_shrinkwrap or node.in_shrinkwrap or find_bundler(node) is not None:
            return is_valid(node, self.raw_spec, self)
        if is_valid(node, self.spec, self):
            return True
        if not is_valid(node, self.raw_spec, self):
            return False
        return not is_valid(node, rule.key_spec, self)

    def reload(self, *, hard: bool = False) -> None:
        """Look again for what answers; `hard` judges anew even when it is the same node."""
        before = self.overrides
        changed = self._reload_overrides()
        found = self.source.resolve(self.name)
        if found is not self.to:
            if self.to is not None:
                self._leave(self.to)
            self.to = found
            self._is_valid = None
            if found is not None:
                self._enter(found)
        elif hard:
            self._is_valid = None
        elif changed and found is not None:
            forget_overrides(found, before)
            take_overrides(found, self.overrides)

    def _reload_overrides(self) -> bool:
        """Take the rule of the source's overrides; say whether it is another than before."""
        own = self.source.overrides
        if own is None:
            self.overrides = None
            return False
        rule = own.edge_rule(self)
        if rule is self.overrides:
            return False
        self.overrides = rule
        return True

    def _leave(self, node: DraftNode) -> None:
        node.edges_in.pop(self, None)
        if self.overrides is not None:
            forget_overrides(node, self.overrides)

    def _enter(self, node: DraftNode) -> None:
        if self.overrides is not None and node.overrides is not self.overrides:
            take_overrides(node, self.overrides)
        node.edges_in[self] = None
        node.rank = min(node.rank, self.source.rank + 1)

    def _judge(self) -> bool:
        to = self.to
        if to is None:
            return self.optional
        if self.peer and self.source is to.parent and not self.source.is_top:
            return False
        if not self.satisfied_by(to):
            return False
        return (
            self.overrides is None
            or to.overrides is None
            or not to.dependencies
            or not conflict(self.overrides, to.overrides)
        )

    def _follow(self, reference: str) -> str:
        """Return the spec that the root, or else the source, has for the name in `$name`."""
        name = reference[1:]
        origin = self.source.source or self.source
        draft = origin.draft
        for node in (draft.root if draft is not None else origin, self.source):
            manifest = node.manifest
            for dependencies in (
                manifest.dev_dependencies,
                manifest.optional_dependencies,
                manifest.dependencies,
                manifest.peer_dependencies,
            ):
                if dependencies.get(name):
                    return dependencies[name]
        raise ResolutionError(
            "EOVERRIDE",
            f"the override `{reference}` of `{self.name}` refers to no dependency",
            hint=f"add `{name}` to the project's dependencies, or write the version itself",
        )
