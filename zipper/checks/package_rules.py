"""The table of rules about binaries, the runtime, secrets, scripts and the lockfile.

The second half of `zipper.checks.member_rules`: what does not follow the handler's modules.
"""

from __future__ import annotations

from typing import Final

from zipper.checks import (
    binary_rules,
    entry_rules,
    layer_rules,
    pruned_rules,
    runtime_rules,
    secret_rules,
    supply_rules,
)
from zipper.checks.rules import Rule

__all__ = ["PACKAGE_RULES"]

PACKAGE_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "module-missing",
        binary_rules.check_promised,
        "a platform package lacks its addon",
        "Packages such as `@img/sharp-linux-x64` consist of one addon, which another package loads "
        "by an expression.",
        "the package's own package.json",
        "`@img/sharp-linux-x64` without `lib/sharp-linux-x64.node`",
    ),
    Rule(
        "binary-format",
        binary_rules.check_binaries,
        "a binary is not for Linux",
        "Loading it fails with `invalid ELF header`.",
        "tried with Node.js 20, 22 and 24",
        "`npm install` on macOS",
    ),
    Rule(
        "binary-arch",
        binary_rules.check_binaries,
        "a binary is for another processor",
        "Loading it fails with `cannot open shared object file: No such file or directory`, "
        "which misleads. Binaries "
        "whose names say that they are for another platform are one info, with "
        "their bytes.",
        "tried with Node.js 20, 22 and 24",
        "an arm64 Mac in Docker, a function for x86_64",
    ),
    Rule(
        "binary-arch",
        binary_rules.check_variants,
        "a package has only binaries for other platforms",
        "Its platform packages are optional dependencies, and the installer took those of its "
        "own machine.",
        "npm, package.json: os, cpu, libc",
        "sharp with `@img/sharp-darwin-arm64` only",
    ),
    Rule(
        "binary-arch",
        binary_rules.check_foreign,
        "binaries for other platforms take room",
        "Packages with prebuilt binaries bring those of all platforms.",
        "node-gyp-build 4.8",
        "`prebuilds/darwin-x64/`",
    ),
    Rule(
        "binary-glibc",
        binary_rules.check_binaries,
        "a binary needs a newer C or C++ library than the runtime has",
        "Loading it fails with ``version `GLIBC_2.38' not found``. Amazon Linux 2 has 2.26, "
        "Amazon Linux 2023 has 2.34.",
        "the release notes of Amazon Linux",
        "an addon that was compiled on Ubuntu 24.04",
    ),
    Rule(
        "binary-musl",
        binary_rules.check_binaries,
        "a binary is for musl",
        "Amazon Linux has glibc; `libc.musl-x86_64.so.1` is not there.",
        "tried with Node.js 20, 22 and 24",
        "`npm install` in an Alpine container",
    ),
    Rule(
        "binary-truncated",
        binary_rules.check_binaries,
        "a binary is cut off, empty or a pointer of git-lfs",
        "Loading it fails with `file too short` or `cannot read file data`.",
        "tried with Node.js 20, 22 and 24",
        "a checkout without git-lfs",
    ),
    Rule(
        "binary-library-missing",
        binary_rules.check_libraries,
        "a library that a binary needs is nowhere",
        "The loader looks in the binary's DT_RPATH or DT_RUNPATH, in which `$ORIGIN` is its own "
        "folder, in /var/task, /var/task/lib, /opt/lib and the image of the runtime. A library "
        "that lies anywhere else is not found.",
        "ld.so(8); AWS, Lambda environment variables: LD_LIBRARY_PATH",
        "`libvips-cpp.so.42` without `@img/sharp-libvips-linux-x64`",
    ),
    Rule(
        "binary-abi",
        binary_rules.check_binaries,
        "an addon is for another version of Node.js",
        "Addons that do not use Node-API are bound to one NODE_MODULE_VERSION: 115 for "
        "Node.js 20, 127 for 22, 137 for 24.",
        "Node.js documentation, Addons",
        "`node-v108-linux-x64` on nodejs22.x",
    ),
    Rule(
        "binary-shadowed",
        binary_rules.check_shadowed,
        "a binary of the build machine hides the prebuilt one",
        "node-gyp-build takes `build/Release` before `prebuilds`.",
        "node-gyp-build 4.8",
        "`build/Release/x.node` of a Mac beside `prebuilds/linux-x64`",
    ),
    Rule(
        "runtime-unknown",
        runtime_rules.check_known,
        "no such runtime",
        "The name is not in zipper's table of runtimes.",
        "AWS, Lambda runtimes",
        "`node22`",
    ),
    Rule(
        "runtime-preview",
        runtime_rules.check_preview,
        "the runtime is a preview",
        "AWS offers it without a service level agreement, and may change it before its release.",
        "aws-lambda-roadmap, issue 56, as of the table's date",
        "nodejs26.x",
    ),
    Rule(
        "runtime-deprecated",
        runtime_rules.check_deprecated,
        "the runtime is deprecated",
        "AWS patches it no longer, and refuses new functions and updates from certain days on.",
        "AWS, Lambda runtimes, as of the table's date",
        "nodejs18.x",
    ),
    Rule(
        "engine-mismatch",
        runtime_rules.check_engines,
        "a package is not made for the runtime's Node.js",
        "Its `engines.node` excludes the runtime's version. npm warns of it too.",
        "npm, package.json: engines",
        "a package for `>=22` on nodejs20.x",
    ),
    Rule(
        "entry-silent",
        entry_rules.check_listening,
        "nothing starts a server",
        "A web function gets requests on AWS_LAMBDA_HTTP_ENDPOINT, `host:port`. Nothing of the "
        "project's own code that the entry file loads calls `listen`, `serve` or the like.",
        "AWS, Building Lambda Web Functions with Node.js",
        "a handler, `exports.handler = ...`, as `index.js` of a web function",
    ),
    Rule(
        "layer-version",
        layer_rules.check_versions,
        "a layer has another version of a package of the function",
        "Code of the function finds its own node_modules first, packages of the layer find the "
        "layer's: two versions are loaded, which matters where they share state or types.",
        "Node.js documentation, Modules; AWS, Packaging your layer content",
        "react 18 in the function and react 19 in a layer of components",
    ),
    Rule(
        "layer-incomplete",
        layer_rules.check_closed,
        "a package of a layer lacks what it depends on",
        "What is in /opt looks into the layer and the runtime, never into /var/task/node_modules.",
        "Node.js documentation, Modules: loading from node_modules folders",
        "a layer of `express` alone, its dependencies left in the function",
    ),
    Rule(
        "layer-unknown",
        layer_rules.check_unknown,
        "a layer is known by its ARN only",
        "What it holds takes no part in the check: modules that only it can bring are warnings, "
        "and its size is not in the sum.",
        "AWS, Lambda layers",
        "the layer of a vendor's agent",
    ),
    Rule(
        "secret-file",
        secret_rules.check_secret_files,
        "a file that mostly holds secrets",
        "Everyone with lambda:GetFunction can download the package.",
        "AWS, Lambda: GetFunction",
        "`.env`",
    ),
    Rule(
        "secret-content",
        secret_rules.check_secret_contents,
        "a key or a token in a file of the project",
        "Everyone with lambda:GetFunction can download the package. The finding shows four "
        "characters at most.",
        "the formats that AWS, npm and GitHub publish",
        "`AKIA...` in config.js",
    ),
    Rule(
        "junk-file",
        secret_rules.check_junk,
        "files that nothing needs at run time",
        "Tests, source maps, type declarations, documents and native sources, with their bytes.",
        "their names",
        "`node_modules/a/test/`",
    ),
    Rule(
        "pruned-file-missing",
        pruned_rules.check_pruned,
        "a pruned zip lacks a file that it needs by its own record",
        "`build --prune` writes the files that the zip is sure to want into "
        "`node_modules/.zipper-pruned.json`: what the handler's modules request at any level or "
        "read by a whole name, their package.json files and libraries, and what `keep` or a trace "
        "names. One that is gone was taken out after the build. A warning where another handler is "
        "checked, or a layer of unknown content may have the file.",
        "the record in the zip",
        "`zip -d fn.zip node_modules/a/lib/later.js`",
    ),
    Rule(
        "pruned-record",
        pruned_rules.check_pruned,
        "the record of a pruned zip cannot be compared with its files",
        "It is damaged or too large, or a later zipper wrote it, which is an info.",
        "the record in the zip",
        "a record that was edited",
    ),
    Rule(
        "script-needed",
        supply_rules.check_scripts,
        "an install script had to run and did not",
        "The package loads a binary that its script compiles or downloads, or a generated client.",
        "npm, package.json: scripts; node-gyp",
        "`better-sqlite3` installed with `--ignore-scripts`",
    ),
    Rule(
        "integrity-missing",
        supply_rules.check_integrity,
        "the lockfile has no integrity for a package",
        "Without it a registry or a proxy that serves other bytes goes unnoticed.",
        "npm, package-lock.json",
        "a lockfile that a tool wrote without it",
    ),
    Rule(
        "integrity-weak",
        supply_rules.check_integrity,
        "the lockfile has a sha1 only",
        "Files with the same sha1 can be made on purpose.",
        "npm, package-lock.json; SHAttered",
        "a lockfile of npm 5",
    ),
)
"""In the order in which findings are reported."""
