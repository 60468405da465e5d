"""Options about the check of a zip: whether, how strictly, and what comes of it.

A part of the table of options; see `zipper.settings.options`.
"""

from typing import Final

from zipper.kinds import DEFAULT_KIND, KINDS
from zipper.settings.option_row import Option
from zipper.settings.package_options import CHECKERS

__all__ = ["CHECK_OPTIONS"]

CHECK_OPTIONS: Final = (
    Option(
        "kind",
        "text",
        "What the zip is for.",
        (*CHECKERS, "run"),
        choices=tuple(KINDS),
        default=DEFAULT_KIND,
        example="web",
    ),
    Option(
        "check",
        "flag",
        "Follow the modules of the zip and read its binaries.",
        ("build",),
        flags=("--check", "--no-check"),
        default=True,
        example=False,
    ),
    Option(
        "keep_failed",
        "flag",
        "Write the zip although its check fails; the exit status stays 1.",
        ("build", "layer"),
        example=True,
    ),
    Option(
        "ignore",
        "list",
        "Codes of warnings and infos to leave out.",
        (*CHECKERS, "layer"),
        example=["size-zipped"],
        metavar="CODE",
    ),
    Option(
        "downgrade",
        "list",
        "Codes of errors to tell as warnings: `CODE`, or `CODE:PATTERN` for some files.",
        (*CHECKERS, "layer"),
        example=["module-missing:node_modules/old/*"],
        metavar="CODE",
    ),
    Option(
        "provided",
        "list",
        "Modules that something else brings, such as a layer that is known by its ARN only.",
        CHECKERS,
        example=["@acme/shared"],
        metavar="NAME",
    ),
    Option(
        "node_options",
        "text",
        "NODE_OPTIONS of the function, by which its modules are judged, and with which it runs.",
        (*CHECKERS, "run"),
        example="--experimental-require-module",
        metavar="WORDS",
    ),
    Option(
        "env",
        "list",
        "Variables of the function, by which its modules are judged, and with which it runs.",
        (*CHECKERS, "run"),
        example=["NODE_ENV=production"],
        metavar="NAME=VALUE",
    ),
    Option(
        "strict",
        "flag",
        "Make a warning fail, as an error does.",
        (*CHECKERS, "layer"),
        example=True,
    ),
)
