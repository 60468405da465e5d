"""TypeScript in a play: its handler, what it imports, tsconfig.json, and esbuild's own package.

esbuild is the real one: its tarball, such as `npm pack @esbuild/linux-x64@VERSION` writes, in
ESBUILD_TARBALL. Without it no play has TypeScript.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.registry_server import integrity_of
from zipper.bundling.esbuild_choice import read_pins

if TYPE_CHECKING:
    from tests.support.random_world import World
    from tests.support.registry_server import RegistryServer

__all__ = ["change_typescript", "publish_esbuild"]

_HANDLER = "export const handler = async (): Promise<number> => one;\n"
_FILES = {
    "index.ts": (
        "",
        f"const one: number = 111;\n{_HANDLER}",
        f"import {{ one }} from './lib';\n{_HANDLER}",
        f"import {{ one }} from '@lib/one';\n{_HANDLER}",
        f"import a from 'a';\nimport {{ one }} from './lib.js';\nconsole.log(a);\n{_HANDLER}",
        f"import type {{ A }} from './types';\nconst one: A = 1;\n{_HANDLER}",
        f"import {{ one }} from './absent';\n{_HANDLER}",
        "export const handler = (: number => 1;\n",
    ),
    "lib.ts": (
        "",
        "export const one: number = 111;\n",
        "export enum One { A }\nexport let one = 2;\n",
    ),
    "src/one.ts": ("", "export const one = 111 as number;\n", "export { one } from '../lib';\n"),
    "types.d.ts": ("", "export type A = number;\n"),
    "base.json": ("", json.dumps({"compilerOptions": {"target": "ES2017"}})),
    "tsconfig.json": (
        "",
        json.dumps({"compilerOptions": {"target": "ES2022", "strict": True}}),
        json.dumps({"compilerOptions": {"paths": {"@lib/*": ["./src/*"]}}}),
        json.dumps({"compilerOptions": {"paths": {"@lib/*": ["./*"]}, "module": "commonjs"}}),
        json.dumps({"extends": "./base.json"}),
        '{"compilerOptions": ',
    ),
}


def publish_esbuild(registry: RegistryServer) -> None:
    """Publish the package of esbuild's binary, byte for byte, where there is one."""
    path = os.environ.get("ESBUILD_TARBALL")
    if path is not None:
        name, version = "@esbuild/linux-x64", read_pins().version
        tarball = Path(path).read_bytes()
        address = f"{registry.prefix}/{name}/-/linux-x64-{version}.tgz"
        registry.tarballs[address] = tarball
        dist = {"tarball": registry.origin + address, "integrity": integrity_of(tarball)}
        registry.packuments[name] = {
            "name": name,
            "dist-tags": {"latest": version},
            "versions": {version: {"name": name, "version": version, "dist": dist}},
        }


def change_typescript(world: World) -> None:
    """Change a file of TypeScript; mostly there is no JavaScript beside it."""
    if "ESBUILD_TARBALL" in os.environ:
        names = sorted(_FILES)
        if not world.files.get("index.ts"):
            names = ["index.ts"]
            world.files.update({name: world.rng.choice(texts) for name, texts in _FILES.items()})
            world.files["index.js"] = world.rng.choice(("", "", world.files["index.js"]))
        name = world.rng.choice(names)
        world.files[name] = world.rng.choice(_FILES[name])
