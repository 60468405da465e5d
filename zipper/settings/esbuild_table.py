"""The table `[tool.zipper.esbuild]`: options of esbuild by its own names, each of its own type.

In: a decoded table. Out: the same as JSON text, which is what a request holds, or an error.

Source: esbuild 0.28, `pkg/api`, BuildOptions; the names are those of its JavaScript API, of which
`keep_names` and the like may be written with `_` too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal

from zipper.errors import ProjectError, suggest

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FIXED", "NAMES", "judge_esbuild_table"]

Form = Literal["flag", "text", "texts", "map", "number", "flags", "code"]

NAMES: Final[dict[str, Form]] = {
    "alias": "map",
    "banner": "code",
    "charset": "text",
    "conditions": "texts",
    "define": "map",
    "drop": "texts",
    "dropLabels": "texts",
    "footer": "code",
    "ignoreAnnotations": "flag",
    "inject": "texts",
    "jsx": "text",
    "jsxDev": "flag",
    "jsxFactory": "text",
    "jsxFragment": "text",
    "jsxImportSource": "text",
    "jsxSideEffects": "flag",
    "keepNames": "flag",
    "legalComments": "text",
    "lineLimit": "number",
    "loader": "map",
    "logOverride": "map",
    "mainFields": "texts",
    "mangleProps": "text",
    "mangleQuoted": "flag",
    "minifyIdentifiers": "flag",
    "minifySyntax": "flag",
    "minifyWhitespace": "flag",
    "pure": "texts",
    "reserveProps": "text",
    "resolveExtensions": "texts",
    "sourceRoot": "text",
    "sourcesContent": "flag",
    "supported": "flags",
    "treeShaking": "flag",
}
"""What the table may have, with the form of each."""

FIXED: Final = {
    "bundle": "`bundle` of zipper decides",
    "minify": "`minify` of zipper decides",
    "sourcemap": "`sourcemap` of zipper decides",
    "external": "`external` of zipper decides",
    "packages": "`external` of zipper decides",
    "platform": "a function is for Node.js",
    "target": "the runtime decides",
    "format": "Node.js's reading of the handler decides: its ending, and `type` of package.json",
    "metafile": "it is always kept",
    "entryPoints": "`handler` decides",
    "outfile": "`handler` decides",
    "outdir": "`handler` decides",
    "outbase": "`handler` decides",
    "outExtension": "`handler` decides",
    "splitting": "one file is what a bundle is",
    "allowOverwrite": "the bundle goes into the zip",
    "assetNames": "a file lies beside the bundle, its hash in its name",
    "chunkNames": "one file is what a bundle is",
    "entryNames": "`handler` decides",
    "globalName": "it is for scripts of browsers",
    "publicPath": "a function reads files, and no address",
    "stdin": "`handler` decides",
    "mangleCache": "the bundle is made of nothing but the sources",
    "absPaths": "the bundle is the same wherever it is made",
    "color": "zipper shows esbuild's messages as its own",
    "logLevel": "zipper shows esbuild's messages as its own; `logOverride` silences one",
    "logLimit": "zipper shows esbuild's messages as its own",
    "logStyle": "zipper shows esbuild's messages as its own",
    "tsconfigRaw": "the nearest tsconfig.json decides",
    "write": "the bundle goes into the zip",
    "tsconfig": "the nearest tsconfig.json decides",
    "absWorkingDir": "the bundle is the same wherever it is made",
    "preserveSymlinks": "siblings are read from source",
    "nodePaths": "packages come from the lockfile",
    "plugins": "they need esbuild's JavaScript package",
}
"""What esbuild has and the table has not, with the reason."""

_WORDS: Final = {
    "flag": "true or false",
    "text": "text",
    "texts": "a list of texts",
    "map": "a table of texts",
    "number": "a number above 0",
    "flags": "a table of true and false",
    "code": "text, or a table with the text as `js`",
}


def judge_esbuild_table(value: object, where: Callable[[], str]) -> str:
    """Return the table as JSON, its keys sorted and as esbuild spells them.

    Args:
        value: the decoded table.
        where: names its place, for the error.

    Raises:
        ProjectError: ESETTINGS for what is none of esbuild's options, or has another type.
    """
    if not isinstance(value, Mapping):
        raise ProjectError("ESETTINGS", f"{where()} has to be a table of esbuild's options")
    found: dict[str, object] = {}
    for key, item in value.items():
        name = _spell(str(key))
        if name in FIXED:
            raise ProjectError(
                "ESETTINGS",
                f"`{key}` cannot be set for esbuild in {where()}: {FIXED[name]}",
                hint=f"leave `{key}` out of the table",
            )
        form = NAMES.get(name)
        if form is None:
            raise ProjectError(
                "ESETTINGS",
                f"esbuild has no option `{key}`, in {where()}",
                facts=(("known", ", ".join(NAMES)),),
                hint=suggest(name, NAMES),
            )
        if not _fits(item, form):
            raise ProjectError(
                "ESETTINGS", f"`{key}` of {where()} has to be {_WORDS[form]} for esbuild"
            )
        found[name] = item["js"] if isinstance(item, Mapping) and form == "code" else _plain(item)
    return json.dumps(found, sort_keys=True, separators=(",", ":"))


def _plain(item: object) -> object:
    if isinstance(item, Mapping):
        return dict(item)
    return list(item) if isinstance(item, list | tuple) else item


def _spell(key: str) -> str:
    """Return a name as esbuild's JavaScript API has it: `keep_names` and `keep-names` too."""
    first, *rest = key.replace("-", "_").split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def _fits(item: object, form: Form) -> bool:
    if form == "flag":
        return isinstance(item, bool)
    if form == "number":
        return isinstance(item, int) and not isinstance(item, bool) and item > 0
    if form == "texts":
        return isinstance(item, list | tuple) and all(isinstance(one, str) for one in item)
    if form in ("map", "flags"):
        kind = str if form == "map" else bool
        return isinstance(item, Mapping) and all(
            isinstance(key, str) and isinstance(one, kind) for key, one in item.items()
        )
    if form == "code" and isinstance(item, Mapping):
        return list(item) == ["js"] and isinstance(item["js"], str)
    return isinstance(item, str)
