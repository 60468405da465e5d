"""The kinds of zip that AWS Lambda takes, and the rules in which they differ.

A kind is a row here; its own rules, where it has some, are a module of `zipper.checks`. What drifts
is here once, with its source and the day on which that was read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from zipper.target import Architecture

__all__ = [
    "DEFAULT_KIND",
    "ENDPOINT_VARIABLE",
    "ENTRY_DEFAULT",
    "ENTRY_VARIABLE",
    "KINDS",
    "KindName",
    "ZipKind",
]

KindName = Literal["function", "layer", "web", "edge"]

_MEBIBYTE: Final = 1 << 20


class ZipKind(NamedTuple):
    """What Lambda takes as one kind of zip. Sizes are in bytes."""

    name: KindName
    noun: str
    """What a message calls it."""
    starts: Literal["handler", "entry", "nothing"]
    """What Lambda loads: the export of a handler, a program's entry file, or nothing."""
    unzipped_max_bytes: int
    """The unzipped size, with layers, that it must stay below."""
    direct_max_bytes: int | None
    """The largest zip that can be uploaded directly; None where S3 is the only way."""
    zipped_max_bytes: int | None = None
    """The largest zip, however it is uploaded."""
    viewer_max_bytes: int | None = None
    """The largest zip for events of CloudFront's viewers."""
    runtimes: tuple[str, ...] = ()
    """The runtimes that it may have; none named means each."""
    architectures: tuple[Architecture, ...] = ("x86_64", "arm64")
    takes_layers: bool = True
    layers_max: int = 5
    takes_variables: bool = True
    is_runtime_sure: bool = True
    """Whether AWS refuses every other runtime, and not only the pages that were read."""
    timeout_seconds_default: float = 3
    variables_max_bytes: int = 4096
    memory_mb: int | None = None
    """Of each environment, where it cannot be chosen."""
    timeout_seconds_agreed: float = 900
    """The longest timeout of which all of AWS's pages say that it can be had."""
    timeout_seconds_max: float = 1800
    timeout_reason: str = (
        "AWS's own texts differ: the API's model says 1,800 s, the page on timeouts 900 s"
    )
    """Why a timeout between the two is not sure."""
    source: str = ""
    as_of: str = "2026-11-29"


KINDS: Final[dict[str, ZipKind]] = {
    kind.name: kind
    for kind in (
        ZipKind(
            "function",
            "function",
            "handler",
            unzipped_max_bytes=262_144_000,
            direct_max_bytes=50 * _MEBIBYTE,
            source="AWS, Lambda quotas",
        ),
        ZipKind(
            "layer",
            "layer",
            "nothing",
            unzipped_max_bytes=262_144_000,
            direct_max_bytes=50 * _MEBIBYTE,
            source="AWS, Lambda quotas; Packaging your layer content",
        ),
        ZipKind(
            "web",
            "web function",
            "entry",
            unzipped_max_bytes=512 * _MEBIBYTE,
            direct_max_bytes=None,
            runtimes=("nodejs24.x",),
            architectures=("arm64",),
            takes_layers=False,
            timeout_seconds_max=900,
            timeout_seconds_default=30,
            variables_max_bytes=32 * 1024,
            memory_mb=2048,
            source="AWS, Lambda Web Functions; botocore 1.44.8, lambda-web",
        ),
        ZipKind(
            "edge",
            "Lambda@Edge function",
            "handler",
            unzipped_max_bytes=262_144_000,
            direct_max_bytes=50 * _MEBIBYTE,
            zipped_max_bytes=50 * _MEBIBYTE,
            viewer_max_bytes=_MEBIBYTE,
            runtimes=(
                "nodejs14.x", "nodejs16.x", "nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x",
            ),
            architectures=("x86_64",),
            takes_layers=False,
            takes_variables=False,
            is_runtime_sure=False,
            timeout_seconds_agreed=5,
            timeout_seconds_max=30,
            timeout_reason="5 s is the most for viewer events, 30 s for origin events",
            source=(
                "Amazon CloudFront, Restrictions on Lambda@Edge, Quotas on Lambda@Edge; "
                "nodejs24.x from AWS's announcement of the runtime"
            ),
        ),
    )
}  # fmt: skip

DEFAULT_KIND: Final = "function"

ENTRY_DEFAULT: Final = "index.js"
ENTRY_VARIABLE: Final = "AWS_LAMBDA_NODEJS_ENTRYPOINT"
ENDPOINT_VARIABLE: Final = "AWS_LAMBDA_HTTP_ENDPOINT"
"""What a web function runs, the variable that names another file, and the one that says where its
server has to listen, as `host:port`. Source: AWS, Building Lambda Web Functions with Node.js."""
