"""The table of rules about what code does while it loads: names, files, and ends of its own.

A part of `zipper.checks.member_rules`.
"""

from __future__ import annotations

from typing import Final

from zipper.checks import outside_rules, use_rules
from zipper.checks.rules import Rule

__all__ = ["LOAD_RULES"]

LOAD_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "module-require-shim",
        use_rules.check_scope,
        "a bundle in ES modules calls `require`",
        "esbuild and others put a function in the place of `require` that throws where there is "
        'none: `Dynamic require of "fs" is not supported`. CommonJS packages need it for Node\'s '
        "own modules.",
        "esbuild, `__require`; rolldown, the same",
        "`--format=esm` without a banner that makes `require`",
    ),
    Rule(
        "module-scope",
        use_rules.check_scope,
        "an ES module uses what only CommonJS has",
        "`__dirname` and `__filename` do not exist in ES modules, and `this` is undefined there.",
        "Node.js documentation, Modules: ECMAScript modules",
        "`path.join(__dirname, 'x')` in a `.mjs` file",
    ),
    Rule(
        "module-import-meta",
        use_rules.check_scope,
        "a bundle in CommonJS needs `import.meta.url`",
        "A bundler writes `{}` for `import.meta` in CommonJS; what makes a path or a `require` of "
        "its `url` throws: ERR_INVALID_ARG_VALUE.",
        "esbuild, `empty-import-meta`; tried with Node.js 20, 22 and 24",
        "`createRequire(import.meta.url)` built with `--format=cjs`",
    ),
    Rule(
        "module-ends",
        use_rules.check_ends,
        "a file throws or ends the process whenever it is loaded",
        "Code that is sure to run while loading ends it with `throw` or `process.exit()`.",
        "Node.js documentation, process.exit; Lambda: Runtime.ExitError",
        "`process.exit(0)` at the end of a script that became a handler",
    ),
    Rule(
        "file-missing",
        use_rules.check_files,
        "a file that is read or run while loading is not in the package",
        "The path is made of texts and the file's own place, and the code is sure to run: ENOENT, "
        "or an error of the worker before the first event.",
        "Node.js documentation, File system and Worker threads",
        "`fs.readFileSync(path.join(__dirname, 'schema.graphql'))` in a bundle",
    ),
    Rule(
        "file-outside",
        outside_rules.check_outside,
        "code names a file of the workspace that is outside of what is packed",
        "A member's folder becomes /var/task: a path that leaves it leads nowhere on Lambda.",
        "Node.js documentation, File system",
        "`path.join(__dirname, '../../shared/logo.png')` in `packages/fn-a/index.js`",
    ),
    Rule(
        "file-read-only",
        use_rules.check_files,
        "the package is written to while loading",
        "/var/task is read-only: EROFS. Only /tmp can be written to.",
        "AWS, Lambda execution environment",
        "`fs.mkdirSync(__dirname + '/cache')`",
    ),
)
"""In the order in which findings are reported."""
