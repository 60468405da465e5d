"""Whether a file may give a name of Node's another meaning; then nothing is concluded from it."""

from __future__ import annotations

import pytest

from zipper.checks.file_facts import CONDITIONAL, EAGER
from zipper.checks.own_names import OwnNames, list_global
from zipper.checks.scan import scan


def _level(code: str, name: str = "process.pid") -> int:
    """Return when the branch runs that stands behind some code."""
    (found,) = scan(f"{code}\nif ({name}) require('x')".encode()).requests[-1:]
    return found.level


@pytest.mark.parametrize(
    "code",
    [
        "process = b;", "process += b;", "process ??= b;", "process++;", "--process;",
        "(process) = b;", "process => 1;", "(x, process) => 1;", "(x, process = 1) => 1;",
        "function f(process) {}", "function f(x, process) {}", "function (process, x) {}",
        "async function* f(process) {}", "x = { f(process) {} };", "class A { f(x, process) {} }",
        "let process;", "const process = b;", "var x, process;", "let { process } = b;",
        "var { x, process: y, process } = b;", "[process] = b;", "[x, process] = b;",
        "({ process } = b);", "for (process of b);", "for (var process in b);", "class process {}",
        "function process() {}", "function* process() {}", "function*process() {}",
        "import process from 'b';", "import { process } from 'b';",
        "global.process = b;", "globalThis['process'] = b;", "delete global.process;",
        "delete globalThis.process;", "delete process;", "Object.assign(global, { process: b });",
        "Object.defineProperty(globalThis, 'process', b);",
        "Object.defineProperties(global, { process: b });", "process.pid = b;", "process.pid -= 1;",
        "process.pid++;", "--process.pid;", "delete process.pid;", "process['pid'] = b;",
        "process[x] = b;", "process [x] = b;", "Object.assign(process, b);",
        "Object.defineProperty(process, 'pid', b);", "Object.defineProperties(process, b);",
        "Reflect.defineProperty(process, 'pid', b);", "try {} catch (process) {}",
    ],
)  # fmt: skip
def test_what_may_give_another_meaning(code: str) -> None:
    """A declaration, a parameter, a pattern, a write: `process` is Node's no longer."""
    assert CONDITIONAL == _level(code)


@pytest.mark.parametrize(
    "code",
    [
        "process;", "f(process);", "process == b;", "process === b;", "process <= b;",
        "x = process;", "let x = process;", "let x = 1; process;", "const x = [process];",
        "y = { process };",
        "if (process) {}", "while (process) { break }", "for (;process;) {}", "switch (process) {}",
        "x = f(process) || {};", "let $process; let processes;", "var processor = 1;",
        "x.assigns(process);", "Object.keys(process);", "Object.assign(x, process);",
        "Object.assign({}, process);", "Object.assign(global, { b });", "process.argv = b;",
        "process.pid === b;", "process[x] === b;", "process[x];",
        "x.f(process).then(y => 1);", "f(process); x => 1;", "global.b = 1;",
        "(function () {})(process);",
        "x = { process: 1 };", "x.y = process.pid;", "function f() { process }",
        "class A { x = process }",
    ],
)  # fmt: skip
def test_what_leaves_the_meaning(code: str) -> None:
    """What reads a name, or writes to another one, leaves it as it is."""
    assert EAGER == _level(code)


@pytest.mark.parametrize(
    ("code", "name", "level"),
    [
        ("process.versions = b;", "process.versions.node", CONDITIONAL),
        ("process.versions.node = b;", "process.versions", EAGER),
        ("process.versions.node = b;", "process.versions.node", CONDITIONAL),
        ("process.versions[x] = b;", "process.versions.v8", CONDITIONAL),
        ("Object.assign(process.versions, b);", "process.versions.v8", CONDITIONAL),
        ("require.cache = b;", "require.cache", CONDITIONAL),
        ("module.id = b;", "module.id", CONDITIONAL),
        ("module.exports = b;", "module.exports", CONDITIONAL),
        ("module.exports = {};", "module.exports", EAGER),
        ("module.exports = class {};", "module.exports", EAGER),
        ("module.exports = new A();", "module.exports", EAGER),
        ("module.exports = b; module.exports = null;", "module.exports", CONDITIONAL),
        *(
            (f"exports.a = 1; module.exports = {value};", "module.exports", CONDITIONAL)
            for value in ("null", "undefined", "void 0", "false", "!1", "0", "''", '""', "``")
        ),
        ("module.exports ||= b;", "module.exports", CONDITIONAL),
        ("module['exports'] = b;", "module.exports", CONDITIONAL),
    ],
)
def test_members_that_are_written(code: str, name: str, level: int) -> None:
    """What is written to an owner may be in its members; `module.exports` stays something."""
    assert level == _level(code, name)


@pytest.mark.parametrize(
    ("value", "level"),
    [
        *((value, CONDITIONAL) for value in ("null", "undefined", "void 0", "false", "!1", "0")),
        *((value, CONDITIONAL) for value in ("''", '""', "``")),
        *((value, EAGER) for value in ("b", "{}", "class {}", "!0", "'a'")),
    ],
)
def test_exports_that_are_emptied_later(value: str, level: int) -> None:
    """What is written further down may run before, in a loop or a function: nothing is a value."""
    code = f"if (module.exports) require('x'); module.exports = {value};"
    (found,) = scan(code.encode()).requests

    assert level == found.level


@pytest.mark.parametrize("place", ["import.meta.url", "import.meta.filename", "__filename"])
@pytest.mark.parametrize("keyword", ["const", "let", "var"])
def test_a_require_of_its_own(keyword: str, place: str) -> None:
    """What `createRequire` makes for the file's place is a `require`, in an ES module too."""
    code = f"import {{ createRequire }} from 'module'; {keyword} require = createRequire({place});"

    assert EAGER == _level(code, "typeof require === 'function'")
    assert CONDITIONAL == _level(f"{code} require = b;", "typeof require === 'function'")
    other = code.replace(place, "'/b.js'")
    assert CONDITIONAL == _level(other, "typeof require === 'function'")


@pytest.mark.parametrize(
    ("code", "is_module"),
    [
        ("import 'a'", True),
        ('import "a"', True),
        ("import a from 'a'", True),
        ("import { a } from 'a'", True),
        ("import * as a from 'a'", True),
        ("export { a }", True),
        ("export * from 'a'", True),
        ("export default 1", True),
        ("export const a = 1", True),
        ("a(); export const b = 1", True),
        ("{ }  export const b = 1", True),
        ("a\n\t export const b = 1", True),
        (f"{'a' * 79} export const b = 1", False),
        ("import('a')", False),
        ("import.meta.url", False),
        ("imports = 1", False),
        ("exports.a = 1", False),
        ("a.import = 1; a.export = 1", False),
        ("x import y", False),
    ],
)
def test_syntax_of_modules(code: str, is_module: bool) -> None:
    """Only statements that begin with `import` or `export` count."""
    assert is_module == OwnNames(code.encode()).has_module_syntax


@pytest.mark.parametrize("name", ["require", "module", "exports", "__dirname", "__filename"])
@pytest.mark.parametrize(
    "form",
    [
        "global.@ = b", "globalThis.@ = b", "global['@'] = b", 'globalThis["@"] = b',
        "global . @ = b", "Object.assign(global, { @ })", "Object.assign(globalThis, { @: b })",
        "Object.defineProperty(global, '@', b)", "Object.defineProperties(globalThis, { @: b })",
    ],
)  # fmt: skip
def test_names_that_are_made_global(name: str, form: str) -> None:
    """A name of CommonJS that a file makes global is there in every file."""
    assert [name.encode()] == list(list_global(form.replace("@", name).encode()))


@pytest.mark.parametrize(
    "code",
    [
        "global.require", "global.require === b", "myglobal.require = b", "$global.require = b",
        "global.requires = b", "Object.assign(b, { require })", "global.b = require",
        "Object.assign(global, b); require",
    ],
)  # fmt: skip
def test_what_makes_nothing_global(code: str) -> None:
    """Reads, other names and other objects make nothing global."""
    assert [] == list(list_global(code.encode()))


@pytest.mark.parametrize(("number", "count"), [(2_000, 1), (2_001, 2)])
def test_how_many_mentions_are_looked_at(number: int, count: int) -> None:
    """A name that is mentioned more often may mean anything."""
    assert count == OwnNames(b"let a;" + b"a;" * (number - 1)).count(b"a")


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("a", 0),
        ("let a", 1),
        ("let a; a = 1", 2),
        ("let a; a = 1; a = 2", 2),
        ("Object.assign(global, { a })", 2),
        ("f(" + " " * 4_100 + "a)", 1),
        ("f();" + " " * 4_100 + "a", 1),
        ("f(" + " " * 3_900 + "a)", 0),
    ],
)
def test_how_often_a_name_gets_a_meaning(code: str, count: int) -> None:
    """None, one, or two for more; what is too far from all that may declare it counts."""
    assert count == OwnNames(code.encode()).count(b"a")
