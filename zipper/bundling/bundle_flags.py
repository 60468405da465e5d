"""The command line of esbuild for one bundle: what the target fixes, and what the settings add.

In: the runtime, the format, settings. Out: flags, and the files that they name. The same flags
given to esbuild's own package make the same bundle.

Source: esbuild 0.28, `pkg/cli`, and its documentation of `--bundle --platform=node`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.bundling.esbuild_files import Format
    from zipper.settings.build_request import BuildRequest

__all__ = ["INJECTED", "INJECTED_TEXT", "list_flags", "read_table"]

INJECTED: Final = "zipper-inject.mjs"
"""The file that gives an ES module the names `__dirname` and `__filename`, at the root of all.

Not by the banner: one that declares them clashes with code that does so itself.
"""
INJECTED_TEXT: Final = (
    b'import { fileURLToPath } from "node:url";\n'
    b"export const __filename = fileURLToPath(import.meta.url);\n"
    b'export const __dirname = fileURLToPath(new URL(".", import.meta.url));\n'
)
_BANNER: Final = (
    'import { createRequire as __zipperCreateRequire } from "node:module"; '
    "const require = __zipperCreateRequire(import.meta.url);"
)
"""Packages in CommonJS ask for modules by `require`, which ES modules lack. esbuild gives no name
of a bundle's own the name `require`, so that nothing clashes with it."""

_FLAG_OF: Final = {
    "dropLabels": "drop-labels",
    "ignoreAnnotations": "ignore-annotations",
    "jsxDev": "jsx-dev",
    "jsxFactory": "jsx-factory",
    "jsxFragment": "jsx-fragment",
    "jsxImportSource": "jsx-import-source",
    "jsxSideEffects": "jsx-side-effects",
    "keepNames": "keep-names",
    "legalComments": "legal-comments",
    "lineLimit": "line-limit",
    "logOverride": "log-override",
    "mainFields": "main-fields",
    "mangleProps": "mangle-props",
    "mangleQuoted": "mangle-quoted",
    "minifyIdentifiers": "minify-identifiers",
    "minifySyntax": "minify-syntax",
    "minifyWhitespace": "minify-whitespace",
    "reserveProps": "reserve-props",
    "resolveExtensions": "resolve-extensions",
    "sourceRoot": "source-root",
    "sourcesContent": "sources-content",
    "treeShaking": "tree-shaking",
}
_REPEATED: Final = ("drop", "inject", "pure")
"""Lists of which each item is a flag of its own; others are one flag with commas."""


def read_table(request: BuildRequest) -> Mapping[str, Any]:
    """Return the table `[tool.zipper.esbuild]`."""
    table: dict[str, Any] = json.loads(request.esbuild) if request.esbuild else {}
    return table


def list_flags(request: BuildRequest, *, format_: Format, folder: str) -> tuple[str, ...]:
    """Return the flags for a bundle of `format_`; entry point, outputs and externals apart.

    Args:
        request: what was asked for.
        format_: Node's reading of the output.
        folder: of the project, below the root; paths in the table count from it.
    """
    table = read_table(request)
    banner = table.get("banner", "")
    flags = [
        "--bundle",
        "--platform=node",
        f"--target=node{request.target.details.major}",
        f"--format={format_}",
        "--log-level=warning",
        "--log-limit=0",
        "--color=false",
    ]
    if request.minify:
        flags.append("--minify")
    if request.sourcemap != "none":
        flags.append(f"--sourcemap={request.sourcemap}")
    if format_ == "esm":
        flags.append(f"--inject:./{INJECTED}")
        banner = f"{_BANNER}\n{banner}" if banner else _BANNER
    if banner:
        flags.append(f"--banner:js={banner}")
    for name, value in table.items():
        if name != "banner":
            flags += _spell(name, value, folder)
    return tuple(flags)


def _spell(name: str, value: object, folder: str) -> Iterator[str]:
    flag = _FLAG_OF.get(name, name)
    if isinstance(value, bool):
        yield f"--{flag}={str(value).lower()}"
    elif isinstance(value, dict):
        for key, item in value.items():
            text = str(item).lower() if isinstance(item, bool) else item
            yield f"--{flag}:{key}={_place(text, folder) if name == 'alias' else text}"
    elif isinstance(value, list):
        if name in _REPEATED:
            yield from (
                f"--{flag}:{_place(item, folder) if name == 'inject' else item}" for item in value
            )
        else:
            yield f"--{flag}={','.join(value)}"
    else:
        yield f"--{'footer:js' if name == 'footer' else flag}={value}"


def _place(path: str, folder: str) -> str:
    """Return a path of the settings from the root on; a package stays what it is."""
    if not path.startswith(("./", "../")) or not folder:
        return path
    return f"./{folder}/{path}"
