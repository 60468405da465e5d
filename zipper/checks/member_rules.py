"""The table of rules that read members: for `check`, and for `build` with its results remembered.

Adding a rule: write one function in a module of this package, and add its row here, or in
`zipper.checks.package_rules`. The texts are what `check --explain` shows.
"""

from __future__ import annotations

from typing import Final

from zipper.checks import (
    cycle_rules,
    format_rules,
    handler_exports,
    mode_rules,
    module_rules,
    request_rules,
    sdk_rules,
    zip_rules,
)
from zipper.checks.load_rules import LOAD_RULES
from zipper.checks.package_rules import PACKAGE_RULES
from zipper.checks.rules import LISTING_RULES, Rule

__all__ = ["ALL_RULES", "MEMBER_RULES"]

MEMBER_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "zip-crc",
        zip_rules.check_contents,
        "a member's content is damaged",
        "The content does not inflate to the size and CRC that the directory gives. Lambda "
        "accepts such an upload and "
        "fails when the function is invoked: `Lambda was not able to unzip the file`.",
        "reports on AWS's InvalidZipFileException",
        "a zip writer that leaves the CRC 0 in the directory",
    ),
    Rule(
        "zip-unreadable",
        zip_rules.check_headers,
        "a member's local header and the directory disagree",
        "Tools that read the zip from its start see other members than those that read the "
        "directory; members that "
        "share bytes are how zip bombs are made.",
        "PKZIP application note 4.3.7, 4.3.12",
        "a zip that was patched by hand",
    ),
    Rule(
        "mode-unreadable",
        mode_rules.check_readable,
        "a file is not readable by everyone",
        "The function runs as a user who owns none of its files, so each needs the read "
        "permission for others. Without it: `EACCES: permission denied, open "
        "'/var/task/index.js'`. An error where loading the handler reads the file, a warning "
        "where nothing is known to read it.",
        "AWS, Troubleshoot deployment issues in Lambda; tried with Node.js 20, 22 and 24",
        "Python's `ZipFile.writestr` stores mode 0600",
    ),
    Rule(
        "mode-not-executable",
        mode_rules.check_executables,
        "a program lacks the executable bit",
        "Starting it fails with EACCES, and /var/task is read-only, so the function cannot "
        "change that.",
        "AWS, Troubleshoot deployment issues in Lambda",
        "a zip made on Windows with `bin/ffmpeg`",
    ),
    Rule(
        "handler-syntax",
        module_rules.check_syntax,
        "the handler's file does not parse",
        "Lambda answers `Runtime.UserCodeSyntaxError`. TypeScript and JSX must be compiled before.",
        "aws-lambda-ric 3.3.0 and 4.0.2; the grammar of tree-sitter-javascript",
        "a file that was cut off while it was copied",
    ),
    Rule(
        "handler-esm",
        module_rules.check_syntax,
        "the handler's file is of another kind than its name says",
        "`.mjs` is an ES module, `.cjs` is CommonJS, `.js` is what the nearest package.json "
        "says in `type`, CommonJS "
        "if it says nothing. On Node.js 20 and 22 Lambda does not guess from the content.",
        "AWS, Building Lambda functions with Node.js; aws-lambda-ric 3.3.0",
        '`export const handler` in `index.js` without `"type": "module"`',
    ),
    Rule(
        "handler-export",
        handler_exports.check_export,
        "the handler's module does not export the handler",
        "Lambda answers `Runtime.HandlerNotFound: index.handler is undefined or not "
        "exported`. Told only where the "
        "file's text excludes the export.",
        "aws-lambda-ric 3.3.0 and 4.0.2",
        "`exports.main = ...` with the handler `index.handler`",
    ),
    Rule(
        "handler-export",
        handler_exports.check_export,
        "what the handler names is no function",
        "An object, a text or a promise cannot be called: `Runtime.HandlerNotFound: index.handler "
        "is not a function`. Names, calls and modules are followed as far as the text is sure.",
        "aws-lambda-ric 3.3.0 and 4.0.2",
        "`exports.handler = main()` where `main` is async",
    ),
    Rule(
        "handler-callback",
        handler_exports.check_export,
        "the handler takes a callback",
        "From Node.js 24 on Lambda refuses functions with three or more parameters that do "
        "not stream, async ones too: "
        "`Runtime.CallbackHandlerDeprecated`.",
        "aws-lambda-ric 4.0.2, callback-deprecation",
        "`exports.handler = (event, context, callback) => callback(null, 1)`",
    ),
    Rule(
        "module-missing",
        request_rules.check_requests,
        "a requested module is not in the package",
        "Every import and require from the handler on is followed by Node's own rules, in "
        "/var/task, the layers and the "
        "runtime. An error where loading the handler runs the request; a warning where a "
        "branch or a later call does.",
        "Node.js documentation, Modules; AWS, Lambda runtimes: search path",
        "a dependency under `devDependencies`",
    ),
    Rule(
        "undeclared-dependency",
        request_rules.check_requests,
        "a member of a workspace uses a package that it does not declare",
        "In the installed workspace Node.js finds it in the root's node_modules, because another "
        "member, the root or a package brought it in. The zip of a member holds what the member "
        "declares, so the module is missing on Lambda.",
        "Node.js documentation, Modules: loading from node_modules folders; npm, workspaces",
        "`require('lodash')` in a member, and `lodash` in the root's `dependencies`",
    ),
    Rule(
        "sibling-unbuilt",
        request_rules.check_requests,
        "a member of the workspace that is packed as a dependency has not been built",
        "Its `main` or `exports` names a file that one of its scripts makes, and the file does not "
        "exist yet. Run the script before you build the function.",
        "npm, package.json: main, exports; npm, scripts: prepare",
        '`"main": "dist/index.js"` in a TypeScript library that was not compiled',
    ),
    Rule(
        "module-case",
        request_rules.check_requests,
        "a module is there in another case",
        "File names are case-sensitive on Lambda, and are not on macOS and Windows.",
        "Linux",
        "`require('./Utils')` with `utils.js`",
    ),
    Rule(
        "module-export-path",
        request_rules.check_requests,
        "a package does not export the requested path",
        "`exports` in package.json lists the only paths that others may import, under the "
        "conditions of the runtime: "
        "ERR_PACKAGE_PATH_NOT_EXPORTED.",
        "Node.js documentation, Modules: Packages",
        "`require('uuid/v4')` with uuid 9",
    ),
    Rule(
        "module-optional-missing",
        request_rules.check_requests,
        "an optional module is not in the package",
        "The request is in a `try`, or in a branch or function of a package that does not "
        "promise to bring it.",
        "Node.js documentation, Modules; package.json, peerDependenciesMeta",
        "`try { require('bufferutil') } catch {}`",
    ),
    Rule(
        "module-sdk",
        request_rules.check_requests,
        "the requested AWS SDK is not the one that the runtime has",
        "Node.js 18 and newer bring version 3 (`@aws-sdk/*`), older ones version 2 "
        "(`aws-sdk`). `@smithy/*` is in the "
        "runtime's image, but where no function finds it. What comes from the runtime "
        "is an info.",
        "AWS, Building Lambda functions with Node.js; measured on nodejs22.x",
        "`require('aws-sdk')` on nodejs20.x",
    ),
    Rule(
        "module-sdk",
        sdk_rules.check_runtime_modules,
        "the function relies on the runtime's SDK",
        "Its version differs by Region and changes without notice; AWS recommends to pack it. A "
        "package of the SDK that nothing shows to be in the runtime, or that moved to `@smithy`, "
        "is a warning.",
        "AWS, Building Lambda functions with Node.js; the table in zipper.checks.runtime_sdk",
        "`@aws-sdk/client-s3` under `devDependencies`",
    ),
    Rule(
        "package-json-invalid",
        request_rules.check_requests,
        "a package.json on the way does not parse",
        "Node refuses every module of that package: ERR_INVALID_PACKAGE_CONFIG.",
        "Node.js documentation, Errors",
        "a conflict mark of git in package.json",
    ),
    Rule(
        "package-json-invalid",
        module_rules.check_manifests,
        "the package.json above a file that is needed does not parse",
        "Node reads the nearest package.json to know whether a `.js` file is an ES module.",
        "Node.js documentation, Modules: Packages",
        "a package.json with a trailing comma",
    ),
    Rule(
        "module-syntax",
        module_rules.check_syntax,
        "a file that is needed does not parse",
        "Or it parses only as the other kind of module: `import` in CommonJS, `require` in an "
        "ES module.",
        "the grammar of tree-sitter-javascript; Node.js documentation, Modules: Packages",
        "a file that was cut off",
    ),
    Rule(
        "module-esm-required",
        module_rules.check_kinds,
        "`require` of an ES module",
        "Lambda turns `require` of ES modules off on Node.js 20 and 22: ERR_REQUIRE_ESM. From "
        "24 on it works, but for "
        "modules that await at the top level: ERR_REQUIRE_ASYNC_MODULE.",
        "AWS, Building Lambda functions with Node.js",
        "`require('node-fetch')` with node-fetch 3 on nodejs22.x",
    ),
    Rule(
        "module-export-name",
        module_rules.check_names,
        "a name that is imported is not exported",
        "A static import of a name that the module lacks is a SyntaxError before anything runs. Of "
        "CommonJS modules only those names count that cjs-module-lexer finds in their text. Node's "
        "own modules differ by version; `require` gives undefined for what one lacks, and code "
        "that calls it, or takes a property of it, while the file loads throws.",
        "ECMAScript 2025, 16.2.1.7; cjs-module-lexer 2.2",
        "`import { v5 } from 'uuid'` with a version that has none",
    ),
    Rule(
        "module-cycle",
        cycle_rules.check_cycles,
        "a name is used while loading, before its module has run",
        "Of modules that import each other one runs first. What it reads of a `const`, `let` or "
        "class of the other is a ReferenceError; of CommonJS it is undefined, which is a warning.",
        "ECMAScript 2025, 16.2.1.6; Node.js documentation, Modules: CommonJS modules, Cycles",
        "`class B extends A` in a module that `A`'s module imports",
    ),
    Rule(
        "module-default",
        cycle_rules.check_defaults,
        "the default import of compiled CommonJS is called, and is an object",
        "In Node.js the default import of CommonJS is all of `module.exports`, whatever a compiler "
        "says in `__esModule`: TypeError.",
        "Node.js documentation, Modules: ECMAScript modules, Interoperability with CommonJS",
        "`import make from 'pkg'; make()` where `pkg` has `exports.default = make`",
    ),
    Rule(
        "module-format",
        format_rules.check_formats,
        "a file is loaded as what it is not",
        "`import` takes JSON only with `with { type: 'json' }`, and knows `.js`, `.mjs`, `.cjs`, "
        "from Node.js 22 on `.wasm`, and from 22.18 on TypeScript outside of node_modules.",
        "Node.js documentation, Errors; tried with Node.js 20, 22 and 24",
        "`import data from './data.json'`",
    ),
    Rule(
        "module-dynamic",
        module_rules.check_dynamic,
        "a request is computed at run time",
        "Whether it finds its module shows only when it runs. The report lists such places as "
        "unknown.",
        "no rule can know",
        "`require(path.join(folder, name))`",
    ),
    *LOAD_RULES,
    *PACKAGE_RULES,
)
"""In the order in which findings are reported."""

ALL_RULES: Final[tuple[Rule, ...]] = (*LISTING_RULES, *MEMBER_RULES)
