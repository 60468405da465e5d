"""A bot that updates two packages and says what changed."""

from __future__ import annotations

import zipper

resolved: zipper.Resolved = zipper.resolve(
    "fn", update=["express", "zod"], min_release_age_days=3, target=zipper.Target("nodejs22.x")
)
for change in resolved.changes:
    print(f"{change.location}: {change.before} -> {change.after}")
everything: zipper.Resolved = zipper.resolve("fn", update=True)
print(resolved.node_version, everything.packages, resolved.to_json())
