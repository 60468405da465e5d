"""What is known of the SDK that Lambda's Node.js runtimes carry: one table, with source and date.

In: a package's name and the runtime's Node. Out: `Carried`. AWS names the SDK's version and no
packages, and changes it without notice: so what is in no row is unknown, and no row makes an error.
What no runtime can give (`@smithy/*`, the other version of the SDK) is decided where modules are
resolved.
"""

from __future__ import annotations

from typing import Final, Literal

from zipper.named_tuple import NamedTuple

__all__ = ["ROWS", "Carried", "find_carried", "list_sdk_patterns"]

FIRST_V3: Final = 18
"""The first Node.js whose runtime carries version 3 instead of version 2.

Source: AWS, Node.js 18.x runtime now available in AWS Lambda (2022-11).
"""


class Carried(NamedTuple):
    """One row."""

    names: tuple[str, ...]
    """Packages; one that ends in `*` means all that begin so."""
    state: Literal["seen", "family", "moved"]
    """`seen` in a runtime; a `family` of which members were seen; `moved` to `@smithy` of the same
    name, so that no later SDK has it."""
    sdk: str
    """The SDK's version where that was seen; of what has moved, the last that was published."""
    source: str
    date: str


_MOVED: Final = """
abort-controller credential-provider-imds fetch-http-handler hash-node middleware-endpoint
middleware-stack node-config-provider node-http-handler property-provider protocol-http
querystring-parser shared-ini-file-loader signature-v4 smithy-client util-base64 util-retry
util-stream-node util-utf8 util-waiter
"""

ROWS: Final = (
    Carried(
        (
            "@aws-sdk/lib-dynamodb",
            "@aws-sdk/util-dynamodb",
            "@aws-sdk/s3-request-presigner",
            "@aws-sdk/credential-provider-node",
        ),
        "seen",
        "3.1049.0",
        "a listing of the image for nodejs22.x with 543 packages, in a public project's settings",
        "2026-07",
    ),
    Carried(
        ("@aws-sdk/util-arn-parser",),
        "seen",
        "3.188.0",
        "aws/aws-sdk-js-v3 issue 4215, of nodejs18.x",
        "2022-11",
    ),
    Carried(
        ("@aws-sdk/cloudfront-signer",),
        "seen",
        "3.188.0",
        "advancedweb.hu, Getting started with the AWS JS SDK v3 included in the Node runtime: `npm "
        "ls` in the image of nodejs18.x, 419 packages",
        "2022-11",
    ),
    Carried(
        ("@aws-sdk/client-*",),
        "family",
        "3.1049.0",
        "the listings above, of nodejs22.x: all clients of the SDK's version, so that a later one "
        "is absent (aws/aws-cdk issue 24090)",
        "2026-07",
    ),
    Carried(
        ("@aws-sdk/lib-*",),
        "family",
        "3.1049.0",
        "the listing of nodejs22.x above, and aws/aws-sdk-js-v3 issue 4225 for nodejs18.x",
        "2026-07",
    ),
    Carried(
        tuple(f"@aws-sdk/{name}" for name in _MOVED.split()),
        "moved",
        "3.374.0",
        "the registry's notices of deprecation; aws/aws-sdk-js-v3 issue 5102",
        "2026-11",
    ),
)


def find_carried(name: str) -> Carried | None:
    """Return the row of a package of version 3; None for what is unknown."""
    for row in ROWS:
        if name in row.names or any(
            one.endswith("*") and name.startswith(one[:-1]) for one in row.names
        ):
            return row
    return None


def list_sdk_patterns(major: int) -> tuple[str, ...]:
    """Return the packages of the SDK that a runtime of this Node carries, as esbuild's patterns."""
    return ("@aws-sdk/*",) if major >= FIRST_V3 else ("aws-sdk",)
