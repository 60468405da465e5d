"""A package that never touches the disk of the caller."""

from __future__ import annotations

import io
from typing import Protocol

import zipper


class Uploads(Protocol):
    """What an AWS client offers."""

    def update_function_code(self, *, FunctionName: str, ZipFile: bytes) -> object:  # noqa: N803
        """Upload."""


def deploy(client: Uploads, name: str, target: zipper.Target | str = "nodejs24.x") -> str:
    sink = io.BytesIO()
    package = zipper.build(name, target=target, output=sink, offline=True)
    if not package.ok:
        raise SystemExit([finding.message for finding in package.findings])
    client.update_function_code(FunctionName=name, ZipFile=sink.getvalue())
    return package.code_sha256
