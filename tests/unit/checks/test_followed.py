"""What following a module came to in one zip is taken for another only where it is so there.

For the zips of one run, and for those of later runs, which have notes alone.
"""

from __future__ import annotations

import inspect
import itertools
import json
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.checking import Memory, zip_files

from zipper.archive.listing import read_listing
from zipper.checks.closure import close
from zipper.checks.run_rules import check_zip
from zipper.checks.subject import Subject
from zipper.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zipper.checks.file_facts import FactKey
    from zipper.checks.walk import Module, Walk

    Files = Mapping[str, str]

LIMIT = sys.getrecursionlimit()


def put(package: str, **files: str | object) -> dict[str, str]:
    """Return a package's files: texts, and `manifest` as JSON; `_js` for `.js`."""
    found = {}
    for name, value in files.items():
        text = value if isinstance(value, str) else json.dumps(value)
        place = "package.json" if name == "manifest" else name.replace("_", ".").replace("..", "/")
        found[f"node_modules/{package}/{place}"] = text
    return found


HANDLER = {"index.js": "require('a'); exports.handler = async () => 1;"}
A = put(
    "a",
    index_js="require('b'); require('./x'); require('b/sub');\n"
    "try { require('c') } catch { require('d') }\nrequire('@s/e'); import('b')",
    x_js="exports.x = require('fs')",
    manifest={"name": "a", "dependencies": {"b": "1"}},
)
B = put("b", index_js="exports.b = 1", sub_js="require('./index.js')")
SURROUNDINGS: dict[str, Files] = {
    "as it was": B,
    "without b": {},
    "b has exports": B | put("b", manifest={"exports": {".": "./index.js"}}),
    "b has conditions": B
    | put("b", manifest={"exports": {".": {"import": "./i.mjs", "default": "./index.js"},
                                     "./sub": "./sub.js"}}),
    "b is a module": B | put("b", manifest={"type": "module"}),
    "b names another main": B | put("b", manifest={"main": "sub.js"}),
    "b is broken": B | put("b", manifest="{"),
    "b is not JavaScript": B | put("b", index_js="exports.b = ("),
    "c is there": B | put("c", index_js="1"),
    "c is broken": B | put("c", index_js="1", manifest="["),
    "d is there": B | put("d", index_js="require('gone')"),
    "e is there": B | put("@s/e", index_js="1"),
    "e is a file": B | {"node_modules/@s/e.js": "1"},
    "the scope has a package.json": B | {"node_modules/@s/package.json": "["},
    "b is a file": {"node_modules/b.js": "require('d')"},
    "a brings its own b": B | {"node_modules/a/node_modules/b/index.js": "require('b/none')"},
    "a is a module": B | put("a", manifest={"name": "a", "type": "module"}),
    "a imports itself": B | put("a", manifest={"name": "b", "exports": {".": "./x.js"}}),
    "modules lie above": B | {"package.json": json.dumps({"type": "module"})},
}  # fmt: skip


def seen(module: Module) -> tuple[object, ...]:
    """Return all that the walk says of a module."""
    return module.path, module.level, module.required, module.kind, module.facts, module.asked


def judge(files: Files, memory: Memory | None, **options: object) -> tuple[object, ...]:
    """Return the report, and the modules in the order in which they were reached."""
    archive = zip_files(files)
    facts = memory or Memory()
    target = Target(str(options.pop("runtime", "nodejs24.x")))
    layers = tuple(read_listing(zip_files(layer)) for layer in options.pop("layers", ()))  # type: ignore[attr-defined]
    more = {"handler": "index.handler", "target": target, "layers": layers, **options}
    report = check_zip(archive, path="", facts=facts, **more)  # type: ignore[arg-type]
    listing = read_listing(archive, facts.parts.runs)
    start = close(Subject(listing=listing, cache=facts, **more))  # type: ignore[arg-type]
    assert start is not None
    walk = start.walk
    read = sorted(folder for folder, found in walk.resolver.packages.known.items() if found.exists)
    return report, [seen(module) for module in walk.modules.values()], sorted(walk.runtime), read


@cache
def judge_alone(name: str) -> tuple[object, ...]:
    """Return what a zip of these surroundings has in a run of its own."""
    return judge({**HANDLER, **A, **SURROUNDINGS[name]}, None)


@pytest.mark.parametrize("first", SURROUNDINGS)
def test_other_surroundings_give_other_answers(first: str) -> None:
    """After one zip, each other has the findings, modules and answers that it has alone."""
    memory = Memory()
    judge({**HANDLER, **A, **SURROUNDINGS[first]}, memory)
    noted = dict(memory.noted)

    for name, second in SURROUNDINGS.items():
        files = {**HANDLER, **A, **second}
        assert judge_alone(name) == judge(files, memory)
        assert judge_alone(name) == judge(files, Memory(noted))


CIRCUMSTANCES: dict[str, dict[str, object]] = {
    "plain": {},
    "another Node": {"runtime": "nodejs20.x"},
    "a condition": {"variables": {"NODE_OPTIONS": "-C import"}},
    "no require of modules": {"variables": {"NODE_OPTIONS": "--no-experimental-require-module"}},
    "provided": {"provided": ("c",)},
    "a layer": {"layers": ({"nodejs/node_modules/c/index.js": "1"},)},
    "a layer that breaks it": {"layers": ({"nodejs/node_modules/c/package.json": "["},)},
    "variables": {"variables": {"NODE_ENV": "production"}},
}


@pytest.mark.parametrize("first", CIRCUMSTANCES)
def test_other_circumstances_give_other_answers(first: str) -> None:
    """What one function's settings decide counts for no other function."""
    code = "if (process.env.NODE_ENV) require('c')"
    b = put("b", index_js=code, sub_js="", manifest={"type": "module"})
    files = {**HANDLER, **A, **b}
    memory = Memory()
    judge(files, memory, **CIRCUMSTANCES[first])
    noted = dict(memory.noted)

    for name, second in CIRCUMSTANCES.items():
        if name != first:
            alone = judge(files, None, **second)
            assert alone == judge(files, memory, **second)
            assert alone == judge(files, Memory(noted), **second)


NAMES = st.lists(st.sampled_from(sorted(SURROUNDINGS)), max_size=3)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(NAMES, st.booleans()), min_size=2, max_size=4))
def test_zips_that_follow_each_other_are_judged_as_alone(
    zips: list[tuple[list[str], bool]],
) -> None:
    """Whatever was judged before, in a run or in earlier ones, a zip's report is its own."""
    memory = Memory()
    for number, (names, is_later) in enumerate(zips):
        memory = Memory(memory.noted) if is_later else memory
        files: dict[str, str] = {**HANDLER, **A}
        for name in itertools.chain(names, [str(number)]):
            files |= SURROUNDINGS.get(name, {"own.js": name})
        assert judge(files, None) == judge(files, memory)


def follow(files: Files, memory: Memory) -> Walk:
    """Return the walk through a zip of `files`."""
    listing = read_listing(zip_files(files), memory.parts.runs)
    subject = Subject(listing=listing, target=Target(), handler="index.handler", cache=memory)
    start = close(subject)
    assert start is not None
    return start.walk


def write(number: int) -> Files:
    """Return a zip's files: two packages, and a handler that is another for each number."""
    return {**A, **B, "index.js": f"require('a'); exports.handler = async () => {number}"}


def test_a_module_is_followed_once_in_a_run() -> None:
    """Of two zips that share packages, the second has the very answers of the first."""
    memory = Memory()
    first, second = (
        follow(write(number), memory).modules["/var/task/node_modules/a/index.js"].asked
        for number in range(2)
    )

    assert first
    assert [id(one.answer) for one in first] == [id(one.answer) for one in second]


def test_a_later_run_follows_no_module_of_the_same_packages() -> None:
    """It takes the facts of their files from what was noted with the answers: no other is asked."""
    memory = Memory()
    first = follow(write(1), memory)
    later = Memory({key: text for key, text in memory.noted.items() if key[0] == "followed"})

    second = follow(write(2), later)

    shared = [path for path in first.modules if "/node_modules/" in path]
    assert shared
    assert [seen(first.modules[path]) for path in shared] == [
        seen(second.modules[path]) for path in shared
    ]
    assert ["own-facts"] == [key[0] for key in later.noted if key[0] != "followed"]


def test_what_is_noted_of_a_file_is_bounded() -> None:
    """Of one file, answers in four surroundings are noted; others are worked out."""
    memory = Memory()
    for number in range(7):
        b = put("b", index_js=f"exports.b = {number}", sub_js="")
        memory = Memory(memory.noted)
        follow({**HANDLER, **A, **b}, memory)

    (noted,) = (
        json.loads(text)
        for key, text in memory.noted.items()
        if key[0] == "followed" and b"node_modules/a/x.js" in text
    )
    rows = [row for row in noted[2] if row[0] == "/var/task/node_modules/a/index.js"]
    assert 4 == len(rows)


def test_a_folder_that_was_looked_at_says_nothing_of_its_package_json() -> None:
    """What a package.json had in another zip counts only where it was read for the answer."""
    c = put("c", index_js="require('b')")
    a = put("a", index_js="import('../b').catch(() => 0); require('c')")
    first, second = (
        {"index.js": "require('b'); require('a'); exports.handler = async () => 1"}
        | (put("b", x_js="1", y_js="1", manifest={"main": f"{main}.js"}) | a | c)
        for main in "xy"
    )
    memory = Memory()
    judge(first, memory)
    noted = dict(memory.noted)

    assert judge(second, None) == judge(second, memory)
    assert judge(second, None) == judge(second, Memory(noted))


@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"{",
        lambda _: b"null",
        lambda _: b"[]",
        lambda _: b"[[],[],[[]]]",
        lambda _: b"\xff",
        lambda _: b"[" * 2000,
        lambda text: text.replace(b'"/var/task', b"[1],{},7,null,[[[", 1),
        lambda text: text[: len(text) // 2],
        lambda text: json.dumps([[], [], json.loads(text)[2]]).encode(),
        lambda text: json.dumps([*json.loads(text)[:2], [[[], {}, 0, [], [], [], 0]]]).encode(),
    ],
)  # fmt: skip
def test_a_note_of_another_form_is_none(change: Callable[[bytes], bytes]) -> None:
    """It is worked out again, and noted anew."""
    memory = Memory()
    judge(write(1), memory)
    noted = {k: change(v) if k[0] == "followed" else v for k, v in memory.noted.items()}
    later = Memory(noted)

    assert judge(write(1), None) == judge(write(1), later)
    assert memory.noted == later.noted


class ShallowMemory(Memory):
    """From the facts on, whose note comes before the answers', little may be nested."""

    def put_many(self, values: Mapping[FactKey, bytes]) -> None:
        """Write down, and change what Python allows."""
        super().put_many(values)
        is_before = any(key[0] == "facts" for key in values)
        sys.setrecursionlimit(len(inspect.stack(0)) + 60 if is_before else LIMIT)


def test_what_is_nested_too_deep_for_a_note_is_judged_all_the_same() -> None:
    """Lists in `exports` that can just be read, and not be written with others around them."""
    exports: object = {".": "./index.js", "./sub": "./sub.js", "./none": "LISTS"}
    manifest = json.dumps({"exports": exports}).replace('"LISTS"', "[" * 100 + "]" * 100)
    files = {**HANDLER, **A, **B, **put("b", manifest=manifest)}
    memory = ShallowMemory()
    try:
        assert judge(files, None) == judge(files, memory)
    finally:
        sys.setrecursionlimit(LIMIT)
    assert judge(files, None) == judge(files, Memory(memory.noted))
