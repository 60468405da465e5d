"""Questions to npm's own packages, invented from a number, one function a table.

Each returns one question; `tests.support.npm_answers` has npm answer them, and keeps both.
"""

from __future__ import annotations

import json
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

__all__ = ["QUESTIONS"]

_GLOBS: Final = (
    *["a", "b", "ab", "*", "**", "/", "/", "/", "?", ".", "..", "[ab]", "[!a]", "[^b]", "[a-c]",
    "[c-a]", "[]", "[]a]", "[[:digit:]]", "[[:alpha:]_]"],
    *[r"{a,b}", r"{a,}", r"{1..3}", r"{,.a}", r"{", r"}", r",", r"\*", r"\a", r"[\]]", r"[a\-c]",
    r"!", r"!!", r"@(a|b)", r"!(a)", r"!(a|*b)", r"+(a|b)", r"?(a)", r"*(ab)"],
    *["(", ")", "|", "[", "]", ".js", "*.js", "a*", "*a", ".a", ".*", "B", "É", "$", "#", "-",
    "[[:space:]]", "[[:upper:]]", "[[:punct:]]", "./", "../", "**/", "/**"],
)  # fmt: skip
_NAMES: Final = (
    "a",
    "b",
    "ab",
    "c",
    "a.js",
    ".a",
    ".js",
    "B",
    "A",
    "1",
    "a b",
    "é",
    "*",
    "-",
    "",
    "abab",
)
_BRACES: Final = (
    *["{", "}", "{", "}", ",", ",", "a", "b", "ab", "..", "1", "3", "01", "-1", "10", "a..e",
    "e..a", "1..3", "3..1", "01..3", "1..10..3", "-2..2", "a..e..2", "z..x..-1"],
    *[r"\,", r"$", r"{a,b}", r"{a}", r"{a,{b,c}}", r"{1..2}", r"{b,}", r"${a,b}", r"{1..3..0}",
    r"{A..c}", r"{a..e..2}", r"{3..-1}", r"{01..3}"],
)  # fmt: skip


def _join(dice: Random, pieces: Sequence[str], most: int, least: int = 1) -> str:
    return "".join(dice.choices(pieces, k=dice.randint(least, most)))


def _paths(dice: Random, count: int) -> list[str]:
    found = []
    for _ in range(count):
        path = "/".join(dice.choices(_NAMES, k=dice.randint(1, 4)))
        found.append(dice.choice(("", "", "/")) + path + dice.choice(("", "", "", "/")))
    return found


def _glob(dice: Random) -> str:
    pattern = _join(dice, _GLOBS, 6)
    return pattern if not pattern.startswith("#") else f"a{pattern}"


def ask_ignore_rule(dice: Random) -> Any:
    return [_glob(dice), _paths(dice, 10)]


def ask_path_glob(dice: Random) -> Any:
    paths = ["/".join(dice.choices(_NAMES[:13], k=dice.randint(1, 4))) for _ in range(10)]
    return [_glob(dice).lstrip("!#").rstrip("/"), paths]


def ask_braces(dice: Random) -> Any:
    """Nothing whose braces do not match: about these the versions of npm's package disagree."""
    while True:
        text = _join(dice, _BRACES, 6)
        depths = list(accumulate((one == "{") - (one == "}") for one in text))
        if min(depths) == depths[-1] == 0:
            return text


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


_HOSTS: Final = (
    "github.com", "www.github.com", "gitlab.com", "bitbucket.org", "gist.github.com", "git.sr.ht",
    "host.example", "github.com:22", "GitHub.com",
)  # fmt: skip
_SCHEMES: Final = (
    "git+ssh://", "git+https://", "https://", "http://", "git://", "ssh://", "git+file:///", "",
    "git@",
    "git+ssh://git@", "https://user:word@", "https://user@", "git+http://", "git+ftp://", "ftp://",
    "HTTPS://", "git+ssh://git@host.example:", "https://:word@",
)  # fmt: skip
_TAILS: Final = (
    "/u/p", "/u/p.git", ":u/p.git", "/u/p/tree/b", "/u/p#c", "/u/p.git#semver:^1.0.0", "/u/p/",
    "/u/p#path:a/b", "/u/p#c::path:a", "/u", "/u/p/archive/x.tar.gz", "/u/p/-/archive/x.tgz",
    "/~u/p",
    "/g/s/p", "/u/p?x=1", "/u/p#a%20b", "/u/p/x#y", "/0a1b2c", "/u/0a1b2c.git", "/u%2fp/q",
    "/u/p.tgz",
    "/u/p#semver:1.x", "/u/p#semver:%5E1", "/u/p/blob/b/x", "/u/p/get/b.tar.gz", "", "/u/p@1",
    "/u/p#path:", "/u/p#a::b:c", "/u/p#semver:", "/u/p/commit/c", "//u/p", "/U/P.git",
)  # fmt: skip
_SHORTS: Final = (
    "github:u/p", "gitlab:u/p#c", "bitbucket:u/p", "gist:0a1b", "gist:u/0a1b#c", "u/p", "u/p#c",
    "u/p.git",
    "u/p#semver:^1", "sourcehut:~u/p", "github:u:w@u/p", "gitlab:g/s/p", "u/p/x", "@u/p", "./u/p",
    "~/x",
    "u/p #c", "github:u/p.git#a/b", "-u/p", "u-1/p_2.x", "git@github.com:u/p", "gist:", "github:u",
)  # fmt: skip
_FILE_SPECS: Final = (
    "file:x", "file:./x", "file:../x", "file:/x", "file://x", "file:///x", "file:////x", "file:",
    "file:~/x",
    "file:x.tgz", "file:x.tar.gz", "file:x.tar", "./x.tgz", "../x", "/x/y/", "~", "~/x.tgz", ".",
    "..",
    "file:/../x", "file:///../x", "file:a/../b", "file:C:/x", "file:c:x", "file:/~/x", "file://~/x",
    "file:./~/x", "file:x/./y", "file://.", "file:///.", "file:x y", "file:%20", "file:x#y",
    "file:x?y",
    "x/y.tgz", "file:..", "file:/", "file://", "file:///..", "/", "file:.../x", "file:x//y",
    "FILE:x",
    "file:\\x", "x.tgz", "file:.x", "a/b/c", "file:/C:/x/..", "file:C:/..", "file:x/..",
    "file:x/../..",
)  # fmt: skip
_VERSION_SPECS: Final = (
    "1.2.3", "^1.2.3", "latest", "", "*", "x", "v1.2.3", "=1.2.3", ">=1 <2", "1.2", "~1",
    " 1.2.3 ", "next",
    "npm:a@1", "npm:a", "npm:@s/a@^1", "npm:npm:a", "npm:", "npm:u/p", "workspace:*", "link:x",
    "catalog:",
    "a b", "é", "1 || 2", "%", "tag!", "NEXT", "npm:a@file:x", "npm:A@1", "npm: a@1",
    "1.2.3-a.1+b", "^",
    "patch:a", "portal:x", "jsr:a", "http:", "git:", "a:b", "@1", "npm:a@npm:b@1", "1.2.3.4",
    "..x", "-1",
)  # fmt: skip


def ask_spec(dice: Random) -> Any:
    kind = dice.random()
    if kind < 0.45:
        spec = dice.choice(_SCHEMES) + dice.choice(_HOSTS) + dice.choice(_TAILS)
    else:
        spec = dice.choice(dice.choice((_SHORTS, _FILE_SPECS, _VERSION_SPECS)))
    if dice.random() < 0.08:
        spec = spec[: len(spec) // 2] + dice.choice("%#@:/\\ .~") + spec[len(spec) // 2 :]
    name = dice.choice(
        ("a", "@s/a", "A-b.c", "a", "@s/a", " a", ".a", "node_modules", "a/b", "é", "")
    )
    if dice.random() < 0.5:
        typed = spec if dice.random() < 0.6 else f"{name}@{spec}"
        return [None, typed, dice.choice(("/w/x", "/w", "/"))]
    return [name, spec, dice.choice(("/w/x", "/w/x", "/", "/w/../y"))]


_PARTS: Final = (
    *["0", "1", "2", "3", "10", "01", "x", "X", "*", ".x", ".", ".", ".", "-", "-", "+", "^", "~",
    "~>", ">", "<", ">=", "<=", "=", "v", "V", "a", "b", "alpha", "beta.1", "rc-1", "-0", "-1",
    "-a.b"],
    *["", "|", "|||", "||||", "9007199254740991", "9007199254740992", "00", "1.2.3", "1.0.0",
    "2.0.0-beta.1", "+b1", "1.x"],
    " ", " ", " - ", "||", " || ", "1.2.3-alpha.1", "0.0.0", "0.2.0", "0.0.3", "é", "\t", ".0",
)  # fmt: skip
_WHOLE: Final = (
    "1.2.3", "0.0.0", "0.1.0", "0.0.3", "1.0.0", "2.0.0", "1.2.3-alpha", "1.2.3-alpha.1", "1.2.3-0",
    "2.0.0-beta.2", "2.0.0-beta.10", "1.2.3+build", "10.0.0", "1.10.0", "0.0.0-0", "3.1.4-rc.1.x",
    "1.2.4-0.3",
)  # fmt: skip
_SIMPLE: Final = (
    "1",
    "1.2",
    "1.2.3",
    "*",
    "x",
    "1.x",
    "0",
    "0.0",
    "0.1",
    "0.0.3",
    "1.2.x",
    "2.0.0-beta.1",
    "1.2.3-0",
)


def _version(dice: Random) -> str:
    if dice.random() < 0.35:
        return dice.choice(_WHOLE)
    if dice.random() < 0.5:
        numbers = ".".join(str(dice.choice((0, 0, 1, 1, 2, 3, 10))) for _ in range(3))
        tags = dice.choices(
            ("0", "1", "10", "a", "b-1", "beta", "01", "A", "1a"), k=dice.randint(1, 3)
        )
        return numbers + dice.choice(("", "", "-" + ".".join(tags), "+b.1", "-0"))
    return dice.choice(("", "v", "=", " ")) + _join(dice, _PARTS, 7)


def _simple_range(dice: Random) -> str:
    ands = []
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        version = dice.choice(_SIMPLE) if dice.random() < 0.7 else dice.choice(_WHOLE)
        ands.append(
            dice.choice(("", "", "^", "~", ">", "<", ">=", "<=", "=", "~>", ">= ", "v")) + version
        )
    text = " ".join(ands)
    if dice.random() < 0.15:
        text = f"{dice.choice(_SIMPLE)} - {dice.choice(_SIMPLE)}"
    return text


def _range(dice: Random) -> str:
    if dice.random() < 0.25:
        return _join(dice, _PARTS, 7)
    return dice.choice(("||", " || ")).join(
        _simple_range(dice) for _ in range(dice.choice((1, 1, 2, 3)))
    )


def ask_version(dice: Random) -> Any:
    return [_version(dice), dice.random() < 0.4]


def ask_order(dice: Random) -> Any:
    numbers = [f"{dice.randint(0, 1)}.{dice.randint(0, 1)}.{dice.randint(0, 1)}" for _ in range(2)]
    tails = (
        "",
        "",
        "-0",
        "-1",
        "-a",
        "-a.0",
        "-a.1",
        "-a.b",
        "-b",
        "-1.2",
        "-10",
        "+b",
        "-9007199254740993",
    )
    if dice.random() < 0.4:
        numbers[1] = numbers[0]
    return [number + dice.choice(tails) for number in numbers]


def ask_range(dice: Random) -> Any:
    versions = [one for one in (_version(dice) for _ in range(14)) if one.strip()][:8]
    return [_range(dice), _range(dice), dice.random() < 0.4, dice.random() < 0.3, versions]


def ask_collation(dice: Random) -> Any:
    pieces = (*"aAbBzZ019-_.@/~!+ éèüßæÆœŒ", "node_modules/", "@s/", "e\u0301", "\x01", "1", "10")
    return [_join(dice, pieces, 5, 0) for _ in range(6)]


def ask_integrity(dice: Random) -> Any:
    digests = {
        "sha512": ("A" * 86 + "==", "B" * 86 + "=="), "sha256": ("C" * 43 + "=", "D" * 43 + "="),
        "sha1": ("E" * 27 + "=", "F" * 27 + "="), "sha384": ("G" * 64,), "md5": ("H" * 22 + "==",),
        "SHA512": ("A" * 86 + "==",), "unknown": ("xyz",), "sha224": ("I" * 40,),
    }  # fmt: skip

    def text() -> str:
        words = []
        for _ in range(dice.randint(0, 4)):
            name = dice.choice(list(digests))
            digest = dice.choice(digests[name])
            word = f"{name}-{digest}" + dice.choice(("", "", "", "?a", "?a?b", "?"))
            odd = (
                name,
                f"{name}-",
                f"-{digest}",
                f"{word}=",
                f"{name}-{digest[:9]}",
                f"{name}_{digest}",
            )
            words.append(dice.choice(odd) if dice.random() < 0.2 else word)
        return dice.choice((" ", "  ", "\t", "\n")).join(words)

    return [text(), dice.random() < 0.3, text()]


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


def ask_name(dice: Random) -> Any:
    pieces = (
        *"abAB1-_.@/~!'()* %é:",
        "node_modules",
        "favicon.ico",
        "@s/",
        "@S/",
        "a" * 60,
        "a" * 215,
        "http",
        ".x",
    )
    return _join(dice, pieces, 4, 0)


def ask_ini(dice: Random) -> Any:
    keys = (
        "a",
        "b",
        "a[]",
        "b[]",
        "[]",
        "c-d",
        " e ",
        '"q"',
        "'s'",
        "x;y",
        "k#",
        "",
        "@s:r",
        "//h/:_authToken",
        "a\\;b",
    )
    values = (
        "1", "true", "false", "null", "", " x ", '"q r"', "'s t'", '"open', "x;y", "x # y",
        "x\\;y", "\\\\", "a=b",
        "'\"j\"'", '"a\\nb"', "[x]", "x\\", "'it''s'", '"1"', "'1'", "\\x", '"', "'", "x\\#y",
        "é", '""',
    )  # fmt: skip
    lines = []
    for _ in range(dice.randint(1, 5)):
        if dice.random() < 0.12:
            lines.append(
                dice.choice(
                    (
                        "[s]",
                        "; c",
                        "# c",
                        "",
                        "  ",
                        " ; c",
                        "[s",
                        "[a] b]",
                        "[]",
                        "s]",
                        " [s]",
                        "[s] ",
                    )
                )
            )
        elif dice.random() < 0.12:
            lines.append(dice.choice(keys))
        else:
            lines.append(dice.choice(keys) + dice.choice(("=", " = ", "= ")) + dice.choice(values))
    return dice.choice(("\n", "\r\n", "\r")).join(lines)


def ask_resolved(dice: Random) -> Any:
    if dice.random() < 0.2:
        return dice.choice(
            (*_SHORTS, "file:x", "file:../x", "https://r.example/a/-/a-1.0.0.tgz", "::", "")
        )
    return dice.choice(_SCHEMES) + dice.choice(_HOSTS) + dice.choice(_TAILS)


def ask_commit(dice: Random) -> Any:
    shas = [letter * 40 for letter in "0123456789abcdef"] + ["a1" * 32]
    names = (
        "HEAD", "refs/heads/main", "refs/heads/latest", "refs/heads/b/c", "refs/tags/v1.0.0",
        "refs/tags/1.2.0",
        "refs/tags/v2.0.0-rc.1", "refs/tags/x-1.3.0",
        "refs/pull/3/head", "refs/pull/3/merge", "refs/tags/latest", "refs/tags/v01.2.3",
        "refs/tags/2.0.0+b",
        "refs/tags/next", "refs/heads/v1.0.0", "refs/tags/v3", "refs/notes/x", "refs/tags/v1.4.0",
    )  # fmt: skip
    chosen = sorted(name for name in names if dice.random() < 0.6)
    lines = []
    for name in chosen:
        lines.append(f"{dice.choice(shas)}\t{name}")
        if name.startswith("refs/tags/") and dice.random() < 0.3:
            lines.append(f"{dice.choice(shas)}\t{name}^{{}}")
    if dice.random() < 0.2:
        lines.append(
            dice.choice(("junk", f"{shas[0]}", f"{shas[0]} refs/heads/x", f"\t{shas[1]}", ""))
        )
    spec: dict[str, Any] = {"gitRange": None, "gitCommittish": None}
    if dice.random() < 0.5:
        spec["gitRange"] = dice.choice(
            ("^1.0.0", "*", ">=2", "1.x", "2.0.0-rc.1", ">=2.0.0-0", "^9", "junk")
        )
    elif dice.random() < 0.8:
        spec["gitCommittish"] = dice.choice(
            (
                "main",
                "b/c",
                "v1.0.0",
                "next",
                "pull/3",
                "refs/heads/main",
                "absent",
                "1.2.0",
                shas[3],
                "x-1.3.0",
                "v3",
            )
        )
    return ["\n".join(lines), spec]


def ask_url(dice: Random) -> Any:
    scheme = dice.choice(
        (
            "https:",
            "http:",
            "git+ssh:",
            "ssh:",
            "ftp:",
            "ws:",
            "wss:",
            "git:",
            "a+b-c.d:",
            "HTTPS:",
            "1a:",
            ":",
            "",
        )
    )
    slashes = dice.choice(("//", "//", "//", "//", "/", "", "///", "\\\\", "/\\"))
    user = dice.choice(
        (
            "",
            "",
            "",
            "u@",
            "u:w@",
            ":w@",
            "@",
            "u:@",
            "a b:c/d@",
            "u%40:w@",
            "u@v@",
            "[:|^]@",
            "u:w:x@",
        )
    )
    host = dice.choice(
        (
            "h.example",
            "H.Example",
            "h",
            "",
            "[::1]",
            "h_x",
            "h x",
            "h%41",
            "h%zz",
            "h<",
            "h^",
            "[x]",
            "h|",
            "h.",
            "a..b",
            "h\t.x",
            "h%2f",
        )
    )
    port = dice.choice(
        (
            "",
            "",
            "",
            ":80",
            ":443",
            ":21",
            ":8080",
            ":",
            ":0",
            ":65535",
            ":65536",
            ":x",
            ":00080",
            ":99999999",
        )
    )
    path = dice.choice(
        (
            "",
            "/",
            "/a/b",
            "/a/../b",
            "/./a",
            "/a/..",
            "/%2e%2E/a",
            "/a b",
            "/a%20b",
            "/é",
            "/a\\b",
            "//a",
            "/a?b",
            "/{x}",
            '/"<>`',
            "a",
            "/.%2e/x",
            "/a/.",
            "/\x01\x7f",
            "/a;b=c|d^e",
        )
    )
    tail = dice.choice(
        ("", "", "?q=1", "#f", "?q#f", "?a b'\"", "#a b`<", "?é", "#é", "#{}|", "?`{}")
    )
    around = dice.choice(("", "", "", " ", "\n", "\x00"))
    return around + scheme + slashes + user + host + port + path + tail + around


def ask_uri(dice: Random) -> Any:
    return _join(
        dice,
        (
            *"ab %/?#&=+~!*'()-_.é€",
            "%20",
            "%2F",
            "%zz",
            "%",
            "%c3%a9",
            "%ff",
            "%E2%82",
            "\u00a0",
            "\ufeff",
            "\t",
            "\n",
            "\u2028",
            "\u0085",
            "\x1c",
            "\U0001f600",
            "\u3000",
        ),
        6,
        0,
    )


def ask_paths(dice: Random) -> Any:
    pieces = ("a", "b", "..", ".", "", "a", "b", "...", ".a")
    return [
        dice.choice(("", "/"))
        + "/".join(dice.choices(pieces, k=dice.randint(1, 4)))
        + dice.choice(("", "", "/"))
        for _ in range(2)
    ]


def ask_date(dice: Random) -> Any:
    day = dice.choice(("2021-06-01", "2020-02-29", "2021-13-01", "1969-12-31", "2021-06-30", "x"))
    time = dice.choice(
        (
            "",
            "",
            "T00:00:00Z",
            "T12:34:56.789Z",
            "T23:59:59+02:00",
            "T24:00:01Z",
            "T12:34Z",
            "T12:34:56.1Z",
            "T1:00Z",
            "Tx",
        )
    )
    return dice.choice(
        ("2021", "2021-06", "2021-13", day + time, day + time, day + time, day + time)
    )


_SETTINGS: Final = {
    "engine-strict": "b", "legacy-peer-deps": "b", "strict-peer-deps": "b", "force": "b",
    "strict-ssl": "b", "prefer-dedupe": "b", "install-links": "b", "ignore-scripts": "b",
    "package-lock": "b", "omit-lockfile-registry-resolved": "b", "offline": "b", "bin-links": "b",
    "format-package-lock": "b", "fetch-retries": "n", "fetch-retry-factor": "n",
    "fetch-retry-maxtimeout": "n", "fetch-retry-mintimeout": "n", "fetch-timeout": "n",
    "maxsockets": "n", "cache-max": "n", "cache-min": "n", "tag": "s", "user-agent": "s",
    "replace-registry-host": "s", "allow-git": "w", "allow-file": "w", "allow-remote": "w",
    "allow-directory": "w", "install-strategy": "i", "lockfile-version": "v", "cafile": "p",
    "proxy": "u", "https-proxy": "u", "omit": "o", "include": "o",
    "global-style": "b", "legacy-bundling": "b",
    "shrinkwrap": "b",
    "registry": "u", "@s:registry": "u", "cert": "k", "key": "k", "ca": "k",
    "prefer-offline": "b", "prefer-online": "b", "before": "t", "node-version": "x",
}  # fmt: skip
_WORDS: Final = {
    "y": ("true", "false", "", "0", "1"),
    "b": ("true", "false", "null", "", "0", "1", "yes", "undefined", "NaN", "00", "0x0", "-0",
    "-1"),
    "n": ("0", "7", "1e3", "0x1F", "-1", "NaN", "abc", "", "1.5", ".5", "5.", "0b11", "true",
    "false",
          "null", "Infinity", "9999", "99999", "+2", "0o17", "1e", "0xZ", "10000"),
    "s": ("next", "", "null", "true", "false", "a b", "${A}", "${B}", "${B?}x", "\\${A}", "x;y",
    "npmjs"),
    "w": ("all", "none", "root", "some", "", "true", "null"),
    "i": ("hoisted", "nested", "shallow", "linked", "flat", "", "null"),
    "v": ("1", "2", "3", "4", "null", "", "true"),
    "p": ("~/ca.pem", "/etc/ca.pem", "/${A}/x"),
    "u": ("https://r.example", "http://r.example:8443/p/", "//h", "null", "false", "", "r.example",
          "https://r.example/${A}", "https://r.example/npm", "HTTPS://r.example", "https://"),
    "o": ("dev", "optional", "peer", "prod", "dev,optional", "", "null", "all", "true"),
    "k": ("-----BEGIN", '"a\\nb"', "${A}", "x # y"), "d": ("dev", "development", "prod", "",
    "null"), "e": ("prod", "production", "dev", "", "null"),
    "t": ("2020-01-01", "2020-01-01T10:00:00Z", "null", "2020-06-01T00:00:00.000+02:00"),
    "x": ("20.1.0", "null"),
}  # fmt: skip
_OTHER_NAMES: Final = {
    "also", "cache-max", "cache-min", "dev", "global-style", "include", "legacy-bundling", "omit",
    "only", "prefer-offline", "prefer-online", "package-lock", "production", "shrinkwrap",
    "install-strategy",
}  # fmt: skip
"""Settings that bear on one option together; that is compared instead.

Deprecated names for `omit` are not asked about: npm adds up what each of its files says of them.
"""
_CREDENTIAL_LINES: Final = (
    "//h.example/:_authToken=t", "//h.example/npm/:_auth=YTpi", "//h.example/:username=u",
    "//h.example/:_password=cGFzcw==", "//h.example:8443/:_authToken=${A}",
    "//h.example/npm:_authToken=n",
    "//h.example/p/:_authToken=p", "//h.example/:_authToken=", "//h.example/npm/a/:_authToken=d",
    "//h.example/:certfile=c", "//h.example/:keyfile=k", "//h.example:443/:_authToken=q",
    "//h.example:80/:_authToken=h", "//h.example/npm/:username=v",
    "//h.example/npm/:_password=eA==",
)  # fmt: skip
_URLS: Final = (
    "https://h.example/", "https://h.example/a", "https://h.example/npm/a/-/a-1.0.0.tgz",
    "http://h.example/npm/a",
    "http://h.example:8443/p/@s%2fa", "https://h.example:443/a", "https://other.example/a",
    "https://h.example/npmx",
)  # fmt: skip


def ask_npmrc(dice: Random) -> Any:
    """Ask for the settings that are named somewhere, and for the credential of some addresses."""
    named: dict[str, None] = {}
    # Which of these wins goes by the order of npm's definitions.
    left_out = (
        dice.choice(("cache-", "prefer-o")),
        dice.choice(("shrinkwrap", "package-lock")),
        *dice.sample(("global-style", "legacy-bundling", "install-strategy"), 2),
    )
    keys = [key for key in _SETTINGS if not key.startswith(left_out)]

    def line() -> str:
        if dice.random() < 0.25:
            return dice.choice(_CREDENTIAL_LINES)
        key = dice.choice(keys)
        named[key] = None
        ending = "[]" if key in ("omit", "include", "ca") and dice.random() < 0.6 else ""
        return f"{key}{ending} = {dice.choice(_WORDS[_SETTINGS[key]])}"

    case: dict[str, Any] = {"env": {"A": "va"}}
    for layer in ("project", "user", "global"):
        case[layer] = "\n".join(line() for _ in range(dice.randint(0, 5)))
    for _ in range(dice.randint(0, 2)):
        key = dice.choice([key for key in keys if key[0] != "@"])
        named[key] = None
        name = dice.choice(("npm_config_", "NPM_CONFIG_")) + key.replace("-", dice.choice("_-"))
        case["env"][name] = dice.choice(_WORDS[_SETTINGS[key]])
    return {**case, "keys": sorted(named.keys() - _OTHER_NAMES), "urls": dice.sample(_URLS, 4)}


_COMMITS: Final = ("0123456789abcdef" * 3)[:40], "f" * 40
_ORIGINS: Final = (
    *(f"git+ssh://git@github.com/u/p.git#{one}" for one in _COMMITS),
    f"git+ssh://git@github.com/u/q.git#{_COMMITS[0]}",
    f"git+https://h.example/u/p.git#{_COMMITS[0]}",
    f"git+https://h.example/u/p.git#{_COMMITS[1]}", "https://r.example/a/-/a-1.0.0.tgz",
    "https://h.example/x.tgz", "file:/p/x.tgz", "file:/p/lib/x.tgz", None, None, "",
)  # fmt: skip
_WANTED: Final = (
    "u/p", "u/p#main", "u/p#next", f"u/p#{_COMMITS[0]}", f"github:u/p#{_COMMITS[1].upper()}",
    "u/p#semver:^1.0.0",
    "u/p#semver:^2", "git+https://h.example/u/p.git",
    f"git+https://h.example/u/p.git#{_COMMITS[0]}",
    "git+https://h.example/u/p.git#main", "git+https://h.example/u/p.git#semver:1",
    "https://h.example/x.tgz",
    "https://r.example/a/-/a-1.0.0.tgz", "file:x.tgz", "file:lib/x.tgz", "file:../x.tgz",
    "file:lib", "file:/p/lib",
    "file:./lib/", "file:../lib", "latest", "", "*", "^1.0.0", "1.0.0", "2", "npm:b@^1.0.0",
    "npm:b@2", "npm:b", "x y",
    "bogus:x", "=1.0.0-beta", ">=1.0.0-0",
)  # fmt: skip


def ask_dep_valid(dice: Random) -> Any:
    """Ask whether a node is what another wants."""
    name = dice.choice(("a", "@s/a"))
    is_link = dice.random() < 0.25
    node = {
        "name": name, "version": dice.choice(("1.0.0", "1.2.0", "2.0.0", "1.0.0-beta", "v1.0.0",
        "")),
        "resolved": None if is_link else dice.choice(_ORIGINS), "isLink": is_link,
        "realpath": dice.choice(("/p/lib", "/lib", f"/p/node_modules/{name}")),
    }  # fmt: skip
    source = {
        "location": dice.choice(("", "node_modules/b")), "realpath": dice.choice(("/p", "/p",
        "/p/lib")),
        "resolved": dice.choice((None, None, "file:/p/lib/y.tgz", "https://h.example/y.tgz")),
        "installLinks": dice.random() < 0.3,
    }  # fmt: skip
    kinds = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
    locked = {
        "kind": dice.choice(kinds),
        "spec": dice.choice((None, *_WANTED[:8], "u/p#main", "bogus:x")),
    }
    wanted, accept = (
        dice.choice(_WANTED),
        dice.choice((*[None] * 8, "", "^1.0.0", "u/p", "file:lib")),
    )
    return {"node": node, "wanted": wanted, "accept": accept, "source": source, "locked": locked}


_RULES: Final = (
    "1.0.0",
    "^1.0.0",
    "2.x",
    "",
    "*",
    "$a",
    "npm:b@1",
    "latest",
    "u/p",
    "file:x",
    ">=2",
)


def ask_overrides(dice: Random) -> Any:
    """Ask which rule means an edge or a node, under each rule, and which rules contradict."""

    def rules(depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in dice.sample("abc", dice.randint(1, 2)):
            key = name + dice.choice(("", "", "@1", "@^2.0.0", "@*", "@1.0.0 || 3", "@"))
            if depth < 2 and dice.random() < 0.5:
                found[key] = rules(depth + 1)
                if dice.random() < 0.5:
                    found[key]["."] = dice.choice(_RULES)
            else:
                found[key] = dice.choice(_RULES)
        return found

    specs = (
        "^1.0.0", "2.0.0", "*", "", "latest", "npm:b@^1.0.0", "npm:b@3", "u/p", "u/p#semver:^1.0.0",
        "file:x", "https://h.example/x.tgz", "u/p#semver:3", "1.0.0-beta",
    )  # fmt: skip
    edges = [{"name": dice.choice("abc"), "rawSpec": dice.choice(specs)} for _ in range(5)]
    nodes = [
        {"name": dice.choice("abc"), "version": dice.choice(("1.0.0", "2.1.0", "3.0.0", "1.0.0-a"))}
        for _ in range(4)
    ]
    return [rules(0), edges, nodes]


QUESTIONS: Final[dict[str, tuple[Callable[[Random], Any], int]]] = {
    "ignore-rules": (ask_ignore_rule, 900), "path-globs": (ask_path_glob, 600),
    "braces": (ask_braces, 400), "packed": (ask_packed, 250), "specs": (ask_spec, 700),
    "versions": (ask_version, 600), "orders": (ask_order, 300), "ranges": (ask_range, 900),
    "collation": (ask_collation, 150), "integrity": (ask_integrity, 300),
    "platforms": (ask_platform, 250), "engines": (ask_engine, 200),
    "dev-engines": (ask_dev_engines, 250),
    "conflicts": (ask_conflict, 300), "bins": (ask_bin, 250), "bundles": (ask_bundle, 150),
    "names": (ask_name, 250), "ini": (ask_ini, 400),
    "resolved": (ask_resolved, 250), "commits": (ask_commit, 200), "urls": (ask_url, 600),
    "dep-valid": (ask_dep_valid, 900), "overrides": (ask_overrides, 300), "uris": (ask_uri, 250),
    "paths": (ask_paths, 250), "dates": (ask_date, 60),
    "npmrc": (ask_npmrc, 500),
}  # fmt: skip
"""Table to what asks one of its questions, and how many there are."""
