"""Random questions about what is wanted: specs, commits, nodes that fit, overrides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from random import Random

__all__ = ["ask_commit", "ask_dep_valid", "ask_overrides", "ask_resolved", "ask_spec"]

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
