"""What a type checker has to refuse: each line has the error that mypy gives for it."""

from __future__ import annotations

import zipper

zipper.build("fn", zipper.Target())  # type: ignore[call-arg]
zipper.build("fn", target=22)  # type: ignore[arg-type]
zipper.build("fn", handlr="a.b")  # type: ignore[call-arg]
zipper.run("fn.zip", events=7)  # type: ignore[arg-type]
zipper.check(b"fn.zip", strict="yes")  # type: ignore[arg-type]
zipper.Package()  # type: ignore[call-arg]
zipper.build("fn").size_bytes = 1  # type: ignore[misc]
zipper.nothing  # type: ignore[attr-defined]  # noqa: B018
