"""Random questions about packages: what is packed, what fits, what two sides of a merge come to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

__all__ = [
    "ask_bin",
    "ask_bundle",
    "ask_conflict",
    "ask_dev_engines",
    "ask_engine",
    "ask_packed",
    "ask_platform",
]

_PACKED: Final = (
    "index.js", "lib/a.js", "lib/b.js", "lib/deep/c.js", "lib/deep/d.ts", "README", "readme.md",
    "README.md~", "LICENSE", "license.txt", "CHANGELOG.md", ".npmrc", "lib/.npmrc",
    ".gitattributes",
    "a.orig", ".a.swp", "lib/._x", "lib/.DS_Store", "npm-debug.log", "build/config.gypi",
    "archived-packages/x.js", "CVS/x", "lib/CVS/x", ".svn/x", ".git/HEAD", "lib/.git/HEAD",
    ".lock-wscript", ".wafpickle-3", "package-lock.json", "lib/package-lock.json", "yarn.lock",
    "lib/yarn.lock", "pnpm-lock.yaml", "bun.lockb", "bin/cli", "bin/other", "test/x.js",
    "Lib2/A.JS",
    "dist/x.min.js", "copying", "lib/readme.md", "@s/x.js", "b.d.ts", "a/package.json", "x y.js",
)  # fmt: skip
_LINES: Final = (
    "*", "lib", "/lib", "lib/", "lib/**", "!lib/a.js", "*.ts", "**/*.js", "!index.js", "deep",
    "/test",
    "# none", "", "  bin  ", "*.{js,ts}", "!*.md", "!lib", "lib/deep/*", "index.js", "!/lib/deep",
    "README*", "LICENSE", "!.npmrc", "!*.orig", "bin/*", "**/deep/**", "dist", "!!lib", r"\#x",
    "**",
    "!package-lock.json", "!node_modules/b", "node_modules", "./lib", "!yarn.lock", "test/../lib",
)  # fmt: skip
_FILES: Final = (
    "lib", "lib/", "./lib", "/lib", "lib/*", "lib/**", "*.js", "**/*.ts", "!lib/a.js", "index.js",
    "./index.js", "/index.js", "bin", "absent", "lib/deep/c.js", "!lib/deep", "!index.js", ".npmrc",
    "*", "**", "dist/*.js", "README.md~", "lib/*.js", ".", "", "../x", "a.orig", "test", "LIB",
)  # fmt: skip


def ask_packed(dice: Random) -> Any:
    files: dict[str, Any] = dict.fromkeys(dice.sample(_PACKED, dice.randint(6, 25)), "")
    manifest: dict[str, Any] = {"name": "p", "version": "1.0.0"}
    if dice.random() < 0.6:
        manifest["files"] = dice.choices(_FILES, k=dice.randint(0, 4))
    for key, values in (
        ("main", ("index.js", "./lib/a.js", "lib", "", "absent.js", "/lib/b.js")),
        ("browser", ("lib/b.js", "dist/x.min.js", {"a": "b"})),
        ("bin", ("bin/cli", {"x": "./bin/other", "y": "lib/a.js"}, {"x": ""})),
    ):
        if dice.random() < 0.25:
            manifest[key] = dice.choice(values)
    for folder in ("", "", "lib/", "lib/deep/", "bin/"):
        for name in (".npmignore", ".gitignore"):
            if dice.random() < 0.15:
                lines = dice.choices(_LINES, k=dice.randint(0, 4))
                files[folder + name] = dice.choice(("\n", "\r\n")).join(lines)
    if dice.random() < 0.35:
        _add_bundle(dice, files, manifest)
    return {"package.json": manifest, **files}


def _add_bundle(dice: Random, files: dict[str, Any], manifest: dict[str, Any]) -> None:
    wanted = dict.fromkeys(dice.sample(("b", "c", "@s/d"), dice.randint(1, 3)), "*")
    manifest["dependencies"] = wanted
    names = [*wanted, "absent"]
    manifest["bundleDependencies"] = dice.choice((True, dice.sample(names, 2), names))
    if dice.random() < 0.2:
        manifest["devDependencies"] = {dice.choice(list(wanted)): "*"}
    if dice.random() < 0.2:
        manifest["optionalDependencies"] = {"c": "*"}
    for name in ("b", "c", "@s/d"):
        inner: dict[str, Any] = {"name": name, "version": "1.0.0"}
        if dice.random() < 0.4:
            inner["dependencies"] = {dice.choice(("b", "c", "e")): "*"}
        if dice.random() < 0.3:
            inner["files"] = dice.choices(_FILES, k=2)
        folder = f"node_modules/{name}"
        files[f"{folder}/package.json"] = inner
        for file in ("index.js", "lib/a.js", ".npmrc", "x.orig"):
            if dice.random() < 0.5:
                files[f"{folder}/{file}"] = ""
        if dice.random() < 0.2:
            files[f"{folder}/.npmignore"] = dice.choice(_LINES)
        if dice.random() < 0.2:
            nested = f"{folder}/node_modules/e"
            files[f"{nested}/package.json"] = {"name": "e", "version": "1.0.0"}
            files[f"{nested}/index.js"] = ""


def _some(dice: Random, words: Sequence[str], odd: Sequence[Any] = ()) -> Any:
    if odd and dice.random() < 0.15:
        return dice.choice(odd)
    chosen = dice.sample(words, dice.randint(0, 3))
    return [dice.choice(("", "", "!")) + word for word in chosen]


def ask_platform(dice: Random) -> Any:
    target = {}
    for key, words in (
        ("os", ("linux", "darwin", "win32", "any")), ("cpu", ("x64", "arm64", "any", "ia32")),
        ("libc", ("glibc", "musl", "any")),
    ):  # fmt: skip
        if dice.random() < 0.6:
            target[key] = _some(dice, words, (words[0], f"!{words[0]}", "", "any", None))
    target["libc"] = target.get("libc") or "any"  # an empty list fits no Windows; ours is none
    environment = {
        "os": dice.choice(("linux", "darwin", "win32")),
        "cpu": dice.choice(("x64", "arm64")),
    }
    if environment["os"] == "linux":
        environment["libc"] = dice.choice(("glibc", "musl"))
    return [target, environment, dice.random() < 0.1]


def ask_engine(dice: Random) -> Any:
    engines = {}
    for key in ("node", "npm", "vscode"):
        if dice.random() < 0.6:
            engines[key] = dice.choice(
                (">=18", "^20.0.0", "<10", "*", "", "junk", ">=22.0.0-0", ">=10 <21", "20.x")
            )
    node = dice.choice(("20.20.2", "18.0.0", "22.0.0-nightly.1", "24.1.0"))
    return [
        {"name": "a", "version": "1.0.0", "engines": engines},
        dice.choice(("11.19.1", "8.0.0")),
        node,
        dice.random() < 0.1,
    ]


def ask_dev_engines(dice: Random) -> Any:
    names = {
        "runtime": "node",
        "packageManager": "npm",
        "os": "linux",
        "cpu": "x64",
        "libc": "glibc",
    }
    current = {key: {"name": name, "version": "20.1.0"} for key, name in names.items()}

    def one(engine: str) -> Any:
        if dice.random() < 0.06:
            return dice.choice(("node", None, 1, []))
        wanted: dict[str, Any] = {
            "name": dice.choice((names.get(engine, "x"), names.get(engine, "x"), "other"))
        }
        if dice.random() < 0.6:
            wanted["version"] = dice.choice((">=20", "^18", "20.1.0", "junk", "*", "", ">=18 <20"))
        if dice.random() < 0.5:
            wanted["onFail"] = dice.choice(("ignore", "warn", "error", "download", "bogus"))
        if dice.random() < 0.05:
            wanted["odd"] = "x"
        if dice.random() < 0.05:
            wanted.pop("name")
        return wanted

    field: Any = {}
    for engine in dice.sample((*names, "bogus"), dice.randint(1, 3)):
        if engine == "bogus" and dice.random() < 0.7:
            continue
        field[engine] = (
            [one(engine) for _ in range(dice.randint(0, 3))] if dice.random() < 0.4 else one(engine)
        )
    return [dice.choice(("x", [], 1)) if dice.random() < 0.03 else field, current]


def _value(dice: Random, depth: int = 0) -> Any:
    kind = dice.random()
    if depth < 3 and kind < 0.35:
        return {dice.choice("abcd"): _value(dice, depth + 1) for _ in range(dice.randint(0, 3))}
    if depth < 3 and kind < 0.55:
        return [_value(dice, depth + 1) for _ in range(dice.randint(0, 4))]
    return dice.choice((1, 2, True, False, None, "x", "y", 0, 1.5))


def _change(dice: Random, value: Any) -> Any:
    if dice.random() < 0.2:
        return _value(dice, 1)
    if isinstance(value, dict):
        changed = {
            k: _change(dice, v) if dice.random() < 0.5 else v
            for k, v in value.items()
            if dice.random() > 0.15
        }
        return changed | ({dice.choice("abcd"): _value(dice, 2)} if dice.random() < 0.3 else {})
    if isinstance(value, list):
        changed = [
            _change(dice, v) if dice.random() < 0.3 else v for v in value if dice.random() > 0.2
        ]
        return changed + ([_value(dice, 2)] if dice.random() < 0.3 else [])
    return value


def ask_conflict(dice: Random) -> Any:
    parent = {key: _value(dice) for key in dice.sample("abcde", dice.randint(1, 4))}
    sides = [_change(dice, parent) for _ in range(2)]
    ours, theirs = (one if isinstance(one, dict) else {} for one in sides)
    texts = [json.dumps(one, indent=1) for one in (ours, parent, theirs)]
    middle = f"||||||| base\n{texts[1]}\n" if dice.random() < 0.85 else ""
    text = f"<<<<<<< ours\n{texts[0]}\n{middle}=======\n{texts[2]}\n>>>>>>> theirs\n"
    return text.replace("\n", "\r\n") if dice.random() < 0.1 else text


def ask_bin(dice: Random) -> Any:
    targets = (
        "x.js",
        "./y.js",
        "../z.js",
        "/w.js",
        "a/../../v",
        "",
        ".",
        "a\\u.js",
        "C:\\t",
        "b/",
        "..",
        "c:d",
        "./",
    )
    commands = ("x", "@s/y", "../z", "a/b", "", ".", "..", "w/", "C:v", "a\\u", "./t")
    kind = dice.random()
    name = dice.choice(("p", "@s/p", "../p", "p/q"))
    if kind < 0.2:
        return [name, dice.choice(targets)]
    if kind < 0.4:
        return [name, dice.sample(targets, k=dice.randint(0, 3))]
    chosen = {
        dice.choice(commands): dice.choice((*targets, *targets, 1, None))
        for _ in range(dice.randint(0, 3))
    }
    return [name, chosen]


def ask_bundle(dice: Random) -> Any:
    manifest: dict[str, Any] = {"name": "p", "version": "1.0.0"}
    values = (True, False, None, "a", ["a"], ["a", "b"], [], {"a": "*"}, {}, 1, "", ["x"])
    for key in ("bundleDependencies", "bundledDependencies"):
        if dice.random() < 0.6:
            manifest[key] = dice.choice(values)
    if dice.random() < 0.6:
        manifest["dependencies"] = dict.fromkeys(dice.sample("abc", dice.randint(0, 3)), "*")
    if dice.random() < 0.3:
        manifest["optionalDependencies"] = {dice.choice("abd"): "*"}
    return manifest
