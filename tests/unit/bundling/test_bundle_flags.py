"""The command line of esbuild for one bundle."""

from __future__ import annotations

from zipper.bundling.bundle_flags import INJECTED, list_flags
from zipper.settings.build_request import request_from
from zipper.settings.esbuild_table import judge_esbuild_table
from zipper.settings.values import Settings


def _flags(format_: str = "cjs", folder: str = "", **settings: object) -> tuple[str, ...]:
    table = settings.pop("esbuild", None)
    text = None if table is None else judge_esbuild_table(table, str)
    request = request_from(Settings(esbuild=text, **settings), folder=".")
    return list_flags(request, format_=format_, folder=folder)


def test_target_fixes_platform_version_and_format() -> None:
    """The runtime's version, and no minification unless it is wanted."""
    flags = _flags(runtime="nodejs22.x")

    assert {"--bundle", "--platform=node", "--target=node22", "--format=cjs"} <= set(flags)
    assert not [flag for flag in flags if "minify" in flag or "sourcemap" in flag]
    assert {"--minify", "--sourcemap=linked"} <= set(_flags(minify=True, sourcemap="linked"))


def test_es_modules_get_what_commonjs_has() -> None:
    """`require` by the banner, before the project's own one; the places by a file."""
    flags = _flags("esm", esbuild={"banner": "/* mine */"})
    (banner,) = [flag for flag in flags if flag.startswith("--banner:js=")]

    assert banner.index("createRequire") < banner.index("/* mine */")
    assert f"--inject:./{INJECTED}" in flags
    assert not [flag for flag in _flags() if flag.startswith(("--inject", "--banner"))]


def test_table_is_spelled_as_the_command_line_has_it() -> None:
    """Tables and some lists repeat their flag, other lists are one; paths count from the root."""
    flags = _flags(
        folder="packages/fn",
        esbuild={
            "define": {"A": "1", "B": "2"},
            "drop": ["console", "debugger"],
            "mainFields": ["module", "main"],
            "keep_names": True,
            "inject": ["./shim.js", "polyfill"],
            "alias": {"x": "./src/x.ts", "y": "z"},
            "footer": "// end",
            "lineLimit": 80,
            "supported": {"bigint": False},
            "mangleQuoted": True,
        },
    )

    assert {
        *("--define:A=1", "--define:B=2", "--drop:console", "--drop:debugger"),
        *("--main-fields=module,main", "--keep-names=true", "--inject:polyfill"),
        *("--inject:./packages/fn/./shim.js", "--alias:x=./packages/fn/./src/x.ts", "--alias:y=z"),
        *("--footer:js=// end", "--line-limit=80", "--supported:bigint=false"),
        "--mangle-quoted=true",
    } <= set(flags)
