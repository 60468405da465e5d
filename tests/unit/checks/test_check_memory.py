"""A check leaves nothing behind: of a thousand functions each would keep a megabyte."""

from __future__ import annotations

import gc

from support.checking import Memory, check_files

from zipper.checks.filesystem import FileSystem
from zipper.checks.module_values import ModuleValues
from zipper.checks.subject import Subject
from zipper.checks.walk import Module, Walk

FILES = {
    "index.mjs": "import { a } from './a.mjs';\nimport b from 'b';\n"
    "export const handler = b.make(async () => a);\nexport let late = 1;\n",
    "a.mjs": "import { late } from './index.mjs';\nexport const a = () => late;\n",
    "node_modules/b/index.js": "exports.make = require('./made').make; exports.default = 1;\n"
    "Object.defineProperty(exports, '__esModule', { value: true });\n",
    "node_modules/b/made.js": "exports.make = (f) => f;\n",
    "node_modules/b/package.json": '{"name": "b", "version": "1.0.0"}',
}
LARGE = (FileSystem, Module, ModuleValues, Subject, Walk)


def count_large() -> int:
    """Return how many of the objects that know a zip are in memory."""
    return sum(isinstance(one, LARGE) for one in gc.get_objects())


def test_a_check_needs_no_collector() -> None:
    """Commands run without it; what a check made goes when the check has ended."""
    gc.collect()
    before = count_large()
    gc.disable()
    try:
        for number in range(3):
            check_files({**FILES, "own.js": str(number)}, facts=Memory(), handler="index.handler")
        assert before == count_large()
    finally:
        gc.enable()
