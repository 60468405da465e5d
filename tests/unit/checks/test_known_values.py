"""What globals and members of Node's are in every Node on Lambda: which branch of a file runs.

The names are written out from Node's documentation: Globals, Process, Modules; each of them is
looked at in a real Node too.
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from support.node import MAJORS, node_of

from zipper.checks.file_facts import CONDITIONAL, EAGER, OPTIONAL
from zipper.checks.scan import scan

if TYPE_CHECKING:
    from pathlib import Path

TYPES = {
    "object": """process global globalThis console JSON Math Reflect Intl Atomics WebAssembly
        module exports require.cache require.extensions module.exports module.paths process.env
        process.argv process.stdout process.stderr process.release process.versions""",
    "function": """Buffer setImmediate setTimeout setInterval clearTimeout clearInterval
        clearImmediate queueMicrotask eval parseInt parseFloat isNaN Object Array Function String
        Number Boolean Symbol Error TypeError RegExp Date Promise Proxy Map Set WeakMap WeakSet
        WeakRef FinalizationRegistry BigInt ArrayBuffer SharedArrayBuffer DataView Uint8Array
        Int8Array Uint8ClampedArray Uint16Array Int16Array Uint32Array Int32Array Float32Array
        Float64Array BigInt64Array BigUint64Array URL URLSearchParams TextEncoder TextDecoder
        require require.resolve require.resolve.paths module.require process.cwd process.on
        process.nextTick process.exit process.hrtime process.emitWarning process.memoryUsage
        process.uptime Buffer.from Buffer.alloc Buffer.isBuffer Array.isArray Object.assign
        Object.entries""",
    "string": """__filename __dirname module.id module.filename process.arch process.execPath
        process.version process.versions.node process.versions.v8 process.platform
        process.release.name""",
    "number": "process.pid",
    "symbol": "Symbol.iterator Symbol.asyncIterator",
}
ABSENT = """window document define importScripts XMLHttpRequest WorkerGlobalScope HTMLElement Deno
    Bun EdgeRuntime jest ActiveXObject chrome __non_webpack_require__ module.hot process.type
    process.browser process.pkg process.__nwjs process.versions.bun process.versions.electron
    process.versions.nw process.versions.pnp"""
VALUES = {"process.platform": "linux", "process.release.name": "node"}


def _levels(condition: str) -> tuple[int, int]:
    """Return when the branches run of a file that has such a condition."""
    requests = scan(f"if ({condition}) require('a'); else require('b')".encode()).requests
    levels = {request.specifier: request.level for request in requests}
    return levels["a"], levels["b"]


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in TYPES.items() for name in names.split()]
)
def test_what_node_has(kind: str, name: str) -> None:
    """The type of what each Node has is sure, and so is that it is something."""
    assert (EAGER, OPTIONAL) == _levels(f"typeof {name} === '{kind}'")
    assert (EAGER, OPTIONAL) == _levels(name)


@pytest.mark.parametrize("name", ABSENT.split())
def test_what_node_lacks(name: str) -> None:
    """What no Node has is undefined, unless another file makes it something."""
    runs = EAGER if name == "module.hot" else CONDITIONAL

    assert (OPTIONAL, runs) == _levels(f"typeof {name} != 'undefined'")


@pytest.mark.parametrize("name", VALUES)
def test_values_that_are_known(name: str) -> None:
    """Where Lambda has one value, no other branch runs."""
    assert (EAGER, OPTIONAL) == _levels(f"{name} === '{VALUES[name]}'")
    assert (OPTIONAL, EAGER) == _levels(f"{name} === 'win32'")


@pytest.mark.node
@pytest.mark.parametrize("major", MAJORS)
def test_a_real_node_has_and_lacks_the_same(tmp_path: Path, major: int) -> None:
    """What `typeof` says of each name in a file that a real Node loads."""
    names = [*" ".join(TYPES.values()).split(), *ABSENT.split()]
    types = ", ".join(f"{json.dumps(name)}: typeof {name}" for name in names)
    values = ", ".join(f"{json.dumps(name)}: {name}" for name in VALUES)
    text = f"console.log(JSON.stringify([{{ {types} }}, {{ {values} }}]))"
    (tmp_path / "index.cjs").write_text(text, encoding="utf-8")
    command = [str(node_of(major).executable), str(tmp_path / "index.cjs")]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)

    found = {name: kind for kind, names in TYPES.items() for name in names.split()}
    assert [found | dict.fromkeys(ABSENT.split(), "undefined"), VALUES] == json.loads(done.stdout)


SURE = """
null == undefined | null === null | null !== undefined | undefined == null | null != 0 | null != ''
undefined != false | ({}) != null | process.env !== null | null !== process.env
'1' !== 1 | 1 !== '1' | true !== 1 | [] !== 'a' | 'a' !== process.pid | 'a' === 'a' | 1 === 1.0
true === true | false !== true | 'a' != 'b' | typeof null === 'object' | typeof 1 === 'number'
typeof true === 'boolean' | typeof '' === 'string' | typeof undefined === 'undefined'
typeof process.pid !== 'string' | 1 < 2 | 1 <= 1 | 1 <= 2 | 2 > 1 | 1 >= 1 | 2 >= 1
'a' < 'b' | 'a' <= 'a' | 'b' > 'a' | 'a' >= 'a' | 'Z' < 'a' | '10' < '9' | 10 > 9 | 0.5 | .5 > 0.4
1e3 === 1000 | 1_000 === 1000 | 0 === 0.0 | process.argv | module
"""
NEVER = """
null | undefined | '' | 0 | 0.0 | false | void 0 | null === undefined | null !== null
null == 0 | undefined == '' | '1' === 1 | true === 1 | [] === 'a' | process.pid === 'a'
process.env === null | 1 < 1 | 1 > 1 | 2 <= 1 | 1 >= 2 | 'a' < 'a' | 'a' > 'a' | 'b' <= 'a'
'a' >= 'b' | typeof null === 'null' | typeof process.pid === 'string'
"""
UNKNOWN = """
'1' == 1 | 1 == '1' | true == 1 | process.env === global.x | process.argv === [] | [] == 'a'
process.argv == 'a' | process.arch === 'arm64' | process.arch == 'x64' | module.id < 'b'
process.pid > 1 | 1 < process.pid | 1 < '2' | '1' < 2 | true < 2 | 1 < true | null < 1 | 1 + 1
'a' + 'b' | 1 - 1 | 2 * 3 | 017 === 15 | 08 === 8 | 0x10 | 10n | 1 & 2
"""


@pytest.mark.parametrize(
    ("code", "levels"),
    [
        (code.strip(), levels)
        for codes, levels in [
            (SURE, (EAGER, OPTIONAL)),
            (NEVER, (OPTIONAL, EAGER)),
            (UNKNOWN, (CONDITIONAL, CONDITIONAL)),
        ]
        for code in codes.strip().replace("\n", " | ").split(" | ")
    ],
)
def test_comparing_what_is_known(code: str, levels: tuple[int, int]) -> None:
    """Values compare as JavaScript does; of what needs a conversion nothing is said."""
    assert levels == _levels(code)


@pytest.mark.parametrize(
    "condition",
    [
        "module.exports === 'a'",
        "typeof module.exports === 'object'",
        "module.exports == g",
        "'a' !== module.exports",
    ],
)
def test_what_is_something_of_no_known_type(condition: str) -> None:
    """`module.exports` that the file sets is something, and that is all that is known."""
    text = f"if (module.exports) require('s'); if ({condition}) require('a'); module.exports = f;"
    levels = [(request.specifier, request.level) for request in scan(text.encode()).requests]

    assert [("s", EAGER), ("a", CONDITIONAL)] == levels


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("AWS_LAMBDA_FUNCTION_NAME", EAGER),
        ("AWS_LAMBDA_FUNCTION_VERSION", EAGER),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", EAGER),
        ("AWS_LAMBDA_RUNTIME_API", EAGER),
        ("AWS_REGION", EAGER),
        ("AWS_DEFAULT_REGION", EAGER),
        ("LAMBDA_TASK_ROOT", EAGER),
        ("AWS_EXECUTION_ENV", CONDITIONAL),
        ("AWS_LAMBDA_LOG_GROUP_NAME", CONDITIONAL),
        ("AWS_REGIONS", CONDITIONAL),
        ("MY_AWS_REGION", CONDITIONAL),
    ],
)
def test_variables_that_lambda_sets(name: str, level: int) -> None:
    """A variable that Lambda sets and no function can is there, whatever it is.

    Source: AWS, Using Lambda environment variables, Defined runtime environment variables.
    """
    assert level == _levels(f"process.env.{name}")[0]
    assert CONDITIONAL == _levels(f"process.env.{name} === 'a'")[0]
