"""The table of rules that read the listing only: cheap enough for every build.

Adding a rule: write one function in a module of this package, and add its row here, or in
`zipper.checks.member_rules` where it reads members. The texts are what `check --explain` shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from zipper.checks import (
    entry_rules,
    handler_rules,
    kind_rules,
    layout_rules,
    size_rules,
    zip_rules,
)
from zipper.checks.subject import Subject
from zipper.findings import Finding
from zipper.named_tuple import NamedTuple

__all__ = ["LISTING_RULES", "Rule", "RuleFunction"]

RuleFunction = Callable[[Subject], Iterator[Finding]]


class Rule(NamedTuple):
    """One code: what finds it, and what it means."""

    code: str
    find: RuleFunction
    """One function may find several codes; it then is in several rows and runs once."""
    summary: str
    """One line for `check --list`."""
    text: str
    """A paragraph for `check --explain`: what happens on Lambda and why."""
    source: str
    example: str


LISTING_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "zip-unreadable",
        zip_rules.check_structure,
        "the zip, or a part of it, cannot be read",
        "The file is no zip, is truncated, or its directory and the headers of its members "
        "disagree. Lambda "
        "answers `Could not unzip uploaded file`. A comment that holds another end record gives "
        "one reader other members than another. Bytes before or after the zip are a "
        "warning: tools differ in "
        "whether they accept them.",
        "AWS, Troubleshoot deployment issues in Lambda; PKZIP application note 4.3",
        "a download that broke off; a zip that was encoded in base64 twice",
    ),
    Rule(
        "zip-zip64",
        zip_rules.check_structure,
        "the zip uses zip64 records",
        "Zip64 is for more than 65,535 members or 4 GiB, which hardly a package within "
        "Lambda's quotas has. Whether "
        "Lambda reads such records is not documented.",
        "PKZIP application note 4.3.14; Lambda quotas",
        "Python's zipfile with `force_zip64=True`",
    ),
    Rule(
        "zip-empty",
        zip_rules.check_empty,
        "the zip has no files",
        "Lambda refuses it with `Uploaded file must be a non-empty zip`.",
        "the message of the Lambda API",
        "a pattern that matched nothing",
    ),
    Rule(
        "zip-name-unsafe",
        zip_rules.check_names,
        "a name is absolute, leaves the root or has a backslash",
        "A backslash is part of the file's name on Linux, so that `lib\\a.js` is one odd file "
        "at the root and "
        "modules are not found. Absolute names and `..` would write outside of the package. `./` "
        "before every name, as bsdtar writes it, is a warning.",
        "PKZIP application note 4.4.17; reports on .NET Framework and PowerShell 5 zips",
        "`Compress-Archive` of Windows PowerShell 5 writes `lib\\a.js`",
    ),
    Rule(
        "zip-duplicate",
        zip_rules.check_duplicates,
        "two members have the same name",
        "Which of the two Lambda keeps is not documented, so what you tested may not be what runs.",
        "no statement of AWS; PKZIP application note 4.3.2",
        "`zipfile.ZipFile(mode='a')` that writes `index.js` again",
    ),
    Rule(
        "zip-clash",
        zip_rules.check_clashes,
        "a name is a file and a folder",
        "Only one of them can exist after unzipping, and which one depends on the order. With "
        "`--case` warns about names that differ only in case: Lambda keeps both, a Mac or a "
        "Windows machine that unzips the package keeps one.",
        "AWS, Troubleshoot deployment issues in Lambda: `Layer conversion failed`",
        "members `lib` and `lib/a.js`",
    ),
    Rule(
        "zip-encrypted",
        zip_rules.check_storage,
        "a member is encrypted",
        "Lambda has no password to give.",
        "PKZIP application note 4.4.4, bit 0",
        "`zip -e`",
    ),
    Rule(
        "zip-method",
        zip_rules.check_storage,
        "a member is neither stored nor deflated",
        "Only the methods 0 and 8 are known to work on Lambda.",
        "PKZIP application note 4.4.5",
        "Windows Explorer writes deflate64 for files above 2 GiB; 7-Zip can write LZMA",
    ),
    Rule(
        "zip-symlink",
        zip_rules.check_links,
        "a symbolic link dangles, leaves the package, or is in a layer",
        "Links work in the zip of a function, as pnpm's node_modules show, if their target is "
        "packed too. In a "
        "layer AWS advises to delete them.",
        "AWS, Troubleshoot deployment issues in Lambda: `Layer conversion failed`",
        "`node_modules/a -> ../../packages/a` where packages/ was not packed",
    ),
    Rule(
        "zip-kind",
        zip_rules.check_kinds,
        "a member is a device, a named pipe or a socket",
        "A package holds files, folders and links. What an unzip makes of anything else differs, "
        "and what Lambda makes of it is not documented.",
        "no statement of AWS; inode(7)",
        "`zip -r` of a folder in which a program has left a named pipe",
    ),
    Rule(
        "size-zipped",
        size_rules.check_zipped,
        "the zip is too large for a direct upload",
        "The API takes 52,428,800 bytes in the request itself. A larger zip must be put into "
        "a bucket of S3 in the "
        "same Region; unzipped it counts the same.",
        "AWS, Lambda quotas",
        "a zip of 60 MB",
    ),
    Rule(
        "size-unzipped",
        size_rules.check_unzipped,
        "function and layers are too large unzipped",
        "The sizes of all members of the function and of its layers must stay below "
        "262,144,000 bytes. Lambda "
        "answers `Unzipped size must be smaller than`, followed by what the layers leave.",
        "AWS, Lambda quotas; messages of the API",
        "a browser, three copies of a compiler, or the build's own node_modules",
    ),
    Rule(
        "size-budget",
        size_rules.check_budget,
        "the package exceeds the project's own limit",
        "`max_size` and `max_unzipped_size` in the settings keep a package from growing "
        "unnoticed towards "
        "Lambda's quota.",
        "the project's settings",
        "`max_unzipped_size = 50_000_000`",
    ),
    Rule(
        "kind-runtime",
        kind_rules.check_kind,
        "this kind of function does not have the runtime",
        "Lambda Web Functions have nodejs24.x alone. Lambda@Edge has those of its own list, which "
        "is younger than zipper's table where the finding is a warning.",
        "AWS, Lambda Web Functions; Amazon CloudFront, Restrictions on Lambda@Edge",
        '`kind = "web"` with nodejs22.x',
    ),
    Rule(
        "kind-architecture",
        kind_rules.check_kind,
        "this kind of function runs on another processor",
        "Web functions run on arm64, functions of Lambda@Edge on x86_64.",
        "AWS, Lambda Web Functions; Amazon CloudFront, Restrictions on Lambda@Edge",
        '`kind = "edge"` with arm64',
    ),
    Rule(
        "kind-layers",
        kind_rules.check_kind,
        "this kind of function cannot have layers, or not so many",
        "A function can have five layers. Neither CloudFront nor the API of web functions takes a "
        "function with layers.",
        "AWS, Lambda quotas; botocore 1.44.8, lambda-web; CloudFront, Restrictions on Lambda@Edge",
        '`kind = "edge"` with `layers`',
    ),
    Rule(
        "kind-variables",
        kind_rules.check_kind,
        "this kind of function cannot have environment variables",
        "CloudFront refuses a function of Lambda@Edge that has some.",
        "Amazon CloudFront, Restrictions on Lambda@Edge",
        '`kind = "edge"` with `env`',
    ),
    Rule(
        "entry-missing",
        entry_rules.check_entry,
        "the entry file of a web function is not in the zip",
        "Lambda runs `index.js` at the root, or the file that AWS_LAMBDA_NODEJS_ENTRYPOINT names.",
        "AWS, Building Lambda Web Functions with Node.js",
        "`server.js` alone, and no variable",
    ),
    Rule(
        "entry-variable",
        entry_rules.check_entry,
        "a variable has to name the entry file",
        "Lambda runs `index.js` unless AWS_LAMBDA_NODEJS_ENTRYPOINT names another file.",
        "AWS, Building Lambda Web Functions with Node.js",
        '`entry = "dist/server.js"`',
    ),
    Rule(
        "timeout-long",
        kind_rules.check_timeout,
        "the timeout is longer than the service, or all of its pages, allow",
        "The API's model says 1,800 s, the page on timeouts 900 s: between them is a warning. "
        "Web functions can have 900 s; at the edge it is 5 s for viewer events, 30 s for others.",
        "botocore 1.44.8, lambda and lambda-web; Amazon CloudFront, Quotas on Lambda@Edge",
        "`timeout = 1200`",
    ),
    Rule(
        "layout-wrapped",
        layout_rules.check_wrapped,
        "all files lie in one folder",
        "Lambda unzips into /var/task and looks for the handler there, so a folder around "
        "everything gives "
        "`Cannot find module 'index'`.",
        "AWS, Working with .zip file archives for Node.js",
        "`zip -r f.zip my-function/` instead of `cd my-function && zip -r ../f.zip .`",
    ),
    Rule(
        "layout-node-modules",
        layout_rules.check_node_modules,
        "node_modules is where the function does not look",
        "Node looks for `node_modules` beside the requiring file and in every folder above it.",
        "Node.js documentation, Modules: loading from node_modules folders",
        "`nodejs/node_modules` in the zip of a function: that is the layout of a layer",
    ),
    Rule(
        "layout-layer",
        layout_rules.check_layer,
        "the layer's files lie where no runtime looks",
        "A layer is unzipped into /opt; Node finds modules in /opt/nodejs/node_modules and in "
        "/opt/nodejs/node22/node_modules of its own version.",
        "AWS, Packaging your layer content",
        "a layer with `node_modules/` at its root",
    ),
    Rule(
        "handler-malformed",
        handler_rules.check_handler_place,
        "the handler's name cannot be parsed",
        "A handler is `file.export`, with folders before it if need be; at most 128 "
        "characters, no white space, no "
        "`..`.",
        "aws-lambda-ric 3.3.0 and 4.0.2; the API model",
        "`index` or `../index.handler`",
    ),
    Rule(
        "handler-missing",
        handler_rules.check_handler_place,
        "the handler's file is not in the zip",
        "The loader tries the name without an extension, then `.js`, `.mjs` and `.cjs`, then "
        "node_modules. File names "
        "are case-sensitive, and everything after the first dot is the export, so "
        "`my.handler.js` cannot be named.",
        "aws-lambda-ric 3.3.0 and 4.0.2",
        "`src/index.handler` with `dist/index.js`",
    ),
    Rule(
        "handler-directory",
        handler_rules.check_handler_place,
        "a folder has the name of the handler's module",
        "The loader tries the name without an extension first. From Node.js 24 on it imports "
        "it, and a folder cannot "
        "be imported: ERR_UNSUPPORTED_DIR_IMPORT, even if `index.js` is beside the folder "
        "`index`. Before, "
        "it requires it, which needs `index.js` in the folder or a `.js` file beside it.",
        "aws-lambda-ric 3.3.0 and 4.0.2; measured on nodejs24.x",
        "`index/` beside `index.js`",
    ),
    Rule(
        "handler-shadowed",
        handler_rules.check_handler_place,
        "a file without extension is loaded instead of the handler",
        "The loader tries the name without an extension first.",
        "aws-lambda-ric 3.3.0 and 4.0.2",
        "`index` beside `index.js`",
    ),
    Rule(
        "handler-stale-prefix",
        handler_rules.check_handler_place,
        "the handler is found only because Lambda searches the root too",
        "NODE_PATH has /var/task, so `dist/index.handler` finds `index.js` at the root when "
        "`dist` is gone. It "
        "works until a package or a layer has a module of that name.",
        "measured on nodejs24.x; aws-lambda-ric 4.0.2",
        "`dist/index.handler` and only `index.js`",
    ),
)
"""In the order in which findings are reported."""
