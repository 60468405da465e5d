"""Options about layers: those that a function has, and what is in one.

A part of the table of options; see `zipper.settings.options`.
"""

from typing import Final

from zipper.settings.option_row import Option
from zipper.settings.package_options import CHECKERS

__all__ = ["LAYER_OPTIONS"]

LAYER_OPTIONS: Final = (
    Option(
        "layers",
        "paths",
        "The function's layers, in their order: names in the settings, zips, or ARNs.",
        (*CHECKERS, "run"),
        flags=("--layer", "--layers"),
        example=["layers/common.zip"],
        metavar="NAME|ZIP|ARN",
    ),
    Option(
        "packages",
        "list",
        "Packages of a layer, each with all that it needs: names, or `@acme/*`; by default all.",
        ("layer",),
        flags=("--package", "--packages"),
        default=("*",),
        per_function=False,
        metavar="NAME",
    ),
    Option(
        "files",
        "path",
        "Folder whose files a layer has beside the packages, such as `bin/` and `lib/`.",
        ("layer",),
        per_function=False,
        metavar="DIR",
    ),
    Option(
        "versioned",
        "flag",
        "Put a layer's packages where only functions of its runtime find them.",
        ("layer",),
        per_function=False,
    ),
)
