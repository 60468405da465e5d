"""Options about the store that machines share. A part of the table of options."""

from typing import Final

from zipper.settings.option_row import Option

__all__ = ["STORE_OPTIONS"]

_COMMANDS: Final = ("build", "explain", "install", "licenses", "sbom")
_FUNCTIONS: Final = ("build", "build_all", "plan", "explain", "install", "licenses", "sbom")

STORE_OPTIONS: Final = (
    Option(
        "store_url",
        "text",
        "Store of packages that machines share: `s3://`, `gs://`, `az://`, `file://`, `https://`.",
        (*_COMMANDS, "store"),
        functions=_FUNCTIONS,
        example="s3://acme-packages/zipper",
        metavar="URL",
        per_function=False,
    ),
    Option(
        "store_accept",
        "list",
        "Whose claims in it count: a public key, `repository=`, `ref=` and `workflow=`.",
        (*_COMMANDS, "store"),
        functions=_FUNCTIONS,
        metavar="SIGNER",
        per_function=False,
    ),
    Option(
        "store_key",
        "place",
        "Key that signs what is put there: the secret key, or the path of its file.",
        _COMMANDS,
        functions=_FUNCTIONS,
        metavar="KEY",
        per_function=False,
    ),
    Option(
        "store_scope",
        "text",
        "What it signs for: `repository=`, `ref=`, `workflow=`; by default what the CI says.",
        _COMMANDS,
        functions=_FUNCTIONS,
        metavar="SCOPE",
        per_function=False,
    ),
)
