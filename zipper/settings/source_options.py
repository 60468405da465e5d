"""Options about sources: what becomes of TypeScript, and of a function that is bundled.

A part of the table of options; see `zipper.settings.options`.
"""

from typing import Final

from zipper.settings.option_row import Option

__all__ = ["PLANNERS", "SOURCE_OPTIONS"]

PLANNERS: Final = ("build", "explain", "licenses", "sbom")
"""The commands that find out what a package is made of."""

SOURCE_OPTIONS: Final = (
    Option(
        "sourcemap",
        "text",
        "Source maps of TypeScript: `linked` in the zip, `inline`, or `external` beside the zip.",
        PLANNERS,
        choices=("none", "linked", "inline", "external"),
        default="none",
        example="external",
    ),
    Option(
        "decorators",
        "text",
        "What transforms decorators: `esbuild`, or `tsc`, which emits their metadata.",
        (*PLANNERS, "vendor"),
        choices=("esbuild", "tsc"),
        example="tsc",
    ),
    Option(
        "bundle",
        "flag",
        "Bundle the function with esbuild; what cannot be bundled stays in node_modules.",
        (*PLANNERS, "vendor"),
        example=True,
    ),
    Option(
        "minify",
        "flag",
        "Minify the bundle; stack traces then need a source map.",
        PLANNERS,
        example=True,
    ),
    Option(
        "external",
        "list",
        "Packages that stay outside of the bundle, in node_modules.",
        PLANNERS,
        example=["sharp"],
        metavar="PACKAGE",
    ),
    Option(
        "bundle_anyway",
        "list",
        "Packages that go into the bundle although they would stay outside of it.",
        PLANNERS,
        example=["pino"],
        metavar="PACKAGE",
    ),
    Option(
        "sdk",
        "text",
        "AWS's SDK: in the `bundle`, or left to the `runtime`.",
        PLANNERS,
        choices=("bundle", "runtime"),
        default="bundle",
        example="runtime",
    ),
    Option(
        "esbuild",
        "table",
        "More options of esbuild for the bundle: `define`, `loader`, `alias` and others.",
        functions=("build", "build_all", "explain", "licenses", "plan", "sbom"),
    ),
)
