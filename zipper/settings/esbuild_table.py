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

Form = Literal["flag", "text", "texts", "map"]

NAMES: Final[dict[str, Form]] = {
    "alias": "map",
    "banner": "text",
    "charset": "text",
    "conditions": "texts",
    "define": "map",
    "drop": "texts",
    "dropLabels": "texts",
    "footer": "text",
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
    "lineLimit": "text",
    "loader": "map",
    "logOverride": "map",
    "mainFields": "texts",
    "mangleProps": "text",
    "minifyIdentifiers": "flag",
    "minifySyntax": "flag",
    "minifyWhitespace": "flag",
    "pure": "texts",
    "reserveProps": "text",
    "resolveExtensions": "texts",
    "sourcesContent": "flag",
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
        found[name] = _plain(item)
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
    if form == "texts":
        return isinstance(item, list | tuple) and all(isinstance(one, str) for one in item)
    if form == "map":
        return isinstance(item, Mapping) and all(
            isinstance(key, str) and isinstance(one, str) for key, one in item.items()
        )
    return isinstance(item, str)
