"""Small packages that load, with the forms of modules that real ones have."""

# ruff: noqa: E501  (the data are modules of JavaScript, each a line)

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.lambda_loader import PackageFiles

__all__ = ["PACKAGES"]


def _files(**texts: str | dict[str, object]) -> PackageFiles:
    return {
        name: ((text if isinstance(text, str) else json.dumps(text)).encode(), 0o644)
        for name, text in texts.items()
    }


_LIBRARIES = _files(
    **{
        "node_modules/plain/package.json": {
            "name": "plain",
            "version": "1.0.0",
            "main": "lib/main",
        },
        "node_modules/plain/lib/main.js": 'exports.a = require("./part").a; exports.deep = require("deep");',
        "node_modules/plain/lib/part.js": 'exports.a = 1; exports.b = require("../data.json").b;',
        "node_modules/plain/data.json": {"b": 2},
        "node_modules/plain/node_modules/deep/package.json": {"name": "deep", "version": "1.0.0"},
        "node_modules/plain/node_modules/deep/index.js": "module.exports = { x: 1, y: 2 };",
        "node_modules/dual/package.json": {
            "name": "dual",
            "version": "2.0.0",
            "main": "./dist/index.cjs",
            "exports": {
                ".": {"import": "./dist/index.mjs", "require": "./dist/index.cjs"},
                "./feature/*": {
                    "import": "./dist/feature/*.mjs",
                    "default": "./dist/feature/*.cjs",
                },
                "./package.json": "./package.json",
            },
        },
        "node_modules/dual/dist/index.mjs": 'export { one } from "./inner.mjs"; export default 2;',
        "node_modules/dual/dist/inner.mjs": "export const one = 1; export const unused = 2;",
        "node_modules/dual/dist/index.cjs": 'Object.defineProperty(exports, "__esModule", { value: true });\nexports.one = 1; exports.default = require("./inner.cjs");',
        "node_modules/dual/dist/inner.cjs": "module.exports = 2;",
        "node_modules/dual/dist/feature/a.mjs": "export const feature = 1;",
        "node_modules/dual/dist/feature/a.cjs": "exports.feature = 1;",
        "node_modules/@scope/modern/package.json": {
            "name": "@scope/modern",
            "version": "3.0.0",
            "type": "module",
            "imports": {"#inner": {"node": "./src/inner.js", "default": "./src/browser.js"}},
            "exports": {".": "./src/index.js"},
            "dependencies": {"plain": "^1.0.0"},
        },
        "node_modules/@scope/modern/src/index.js": 'import { a } from "plain/lib/part.js"; import { inner } from "#inner"; export * from "./more.js"; export const modern = a + inner;',
        "node_modules/@scope/modern/src/inner.js": "export const inner = 1;",
        "node_modules/@scope/modern/src/browser.js": "export const inner = window;",
        "node_modules/@scope/modern/src/more.js": "export const more = 1; export function also() {}",
        "node_modules/compiled/package.json": {
            "name": "compiled",
            "version": "1.0.0",
            "type": "commonjs",
        },
        "node_modules/compiled/index.js": '"use strict";\nvar __exportStar = function (m, e) { for (var p in m) e[p] = m[p]; };\nObject.defineProperty(exports, "__esModule", { value: true });\nexports.direct = void 0;\nexports.direct = 1;\n__exportStar(require("./star"), exports);\nObject.defineProperty(exports, "getter", { enumerable: true, get: function () { return star_1.star; } });\nvar star_1 = require("./star");',
        "node_modules/compiled/star.js": '"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\nexports.star = 1;',
        "node_modules/careful/package.json": {
            "name": "careful",
            "version": "1.0.0",
            "peerDependencies": {"not-installed": "*"},
            "peerDependenciesMeta": {"not-installed": {"optional": True}},
        },
        "node_modules/careful/index.js": 'let optional = null;\ntry { optional = require("not-installed"); } catch {}\nfunction later() { return require("also-not-installed"); }\nmodule.exports = { optional, later, load: (name) => require(name) };',
        "lib/util.js": 'const path = require("node:path");\nmodule.exports = { name: path.basename(__filename) };',
    }
)

PACKAGES: dict[str, tuple[PackageFiles, str]] = {
    "commonjs": (
        {
            **_LIBRARIES,
            **_files(
                **{
                    "package.json": {
                        "name": "function",
                        "version": "1.0.0",
                        "dependencies": {"plain": "1", "dual": "2"},
                    },
                    "index.js": 'const plain = require("plain");\nconst { one } = require("dual");\nconst feature = require("dual/feature/a");\nconst compiled = require("compiled");\nconst careful = require("careful");\nconst util = require("./lib/util");\nexports.handler = async (event) => ({ plain, one, feature, compiled, util, careful });\n',
                }
            ),
        },
        "index.handler",
    ),
    "module": (
        {
            **_LIBRARIES,
            "lib/util.cjs": _LIBRARIES["lib/util.js"],
            **_files(
                **{
                    "package.json": {"name": "function", "version": "1.0.0", "type": "module"},
                    "src/app.js": 'import plain from "plain";\nimport two, { one } from "dual";\nimport { feature } from "dual/feature/a";\nimport { modern, more } from "@scope/modern";\nimport { direct, star, getter } from "compiled";\nimport util from "../lib/util.cjs";\nimport { readFile } from "node:fs/promises";\nconst { load } = await import("careful");\nexport const handler = async () => ({ plain, two, one, feature, modern, more, direct, star, getter, util, readFile, load });\n',
                }
            ),
        },
        "src/app.handler",
    ),
}
"""Files and handler by name."""
