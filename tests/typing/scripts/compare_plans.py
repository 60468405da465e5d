"""What a change would do to a package, before anything is written."""

from __future__ import annotations

import zipper


def sizes(project: str, *, omit: list[str] | None = None) -> dict[str, int]:
    plan: zipper.PackagePlan = zipper.plan(project, omit=omit)
    return {file.path: file.size_bytes for file in plan.files}


before, after = sizes("fn"), sizes("fn", omit=["optional"])
saved: int = sum(before.values()) - sum(after.values())
print(f"{saved:,} bytes less, {len(before.keys() - after.keys())} files fewer")
