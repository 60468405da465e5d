"""A build script: one package, by name and path, and its hash for whoever deploys it."""

from __future__ import annotations

from pathlib import Path

import zipper

package = zipper.build(
    Path("services/orders"),
    runtime="nodejs22.x",
    architecture="arm64",
    output=Path("dist") / "orders.zip",
    exclude="test/",
    allow_scripts={"esbuild", "sharp@0.33"},
    max_size_bytes=50_000_000,
    strict=True,
    raise_on_error=True,
)
Path("dist/orders.sha256").write_text(package.code_sha256, encoding="utf-8")
size: int = package.size_bytes
seconds: float = package.timings_seconds["total"]
