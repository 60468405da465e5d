"""The codes of findings that no rule finds: what `build`, `install` and `audit` tell on their way.

Adding a code: add its row here. A test compares the table with every `Finding` that is made.
The texts are what `check --explain` shows.
"""

from __future__ import annotations

from typing import Final

from zipper.checks.layer_codes import LAYER_CODES
from zipper.checks.lockfile_codes import LOCKFILE_CODES, ToldCode
from zipper.checks.source_codes import SOURCE_CODES

__all__ = ["TOLD_CODES", "ToldCode"]


TOLD_CODES: Final[tuple[ToldCode, ...]] = (
    ToldCode(
        "left-out",
        "a file of the project is not packed",
        "Environment files, `.npmrc`, `.git`, private keys and the project's own node_modules stay "
        "out of every package, because everyone who may read the function can download them.",
        "zipper's rules for what is packed; AWS, Lambda: GetFunction",
        "`.env`; `--exclude '!.env'` packs it anyway",
    ),
    *SOURCE_CODES,
    ToldCode(
        "workspace-alone",
        "a member of a workspace is built without its root",
        "`--no-workspace` builds the folder as a project of its own: the root's lockfile is not "
        "used, versions are resolved again, and a dependency on another member is an error, "
        "because a registry's package of that name is another project's.",
        "npm, workspaces: npm-prefix and @npmcli/config, loadLocalPrefix",
        "`build packages/orders --no-workspace`",
    ),
    ToldCode(
        "sibling-shadowed",
        "a package from the registry has the name of a member of the workspace",
        "The spec does not fit the member's version, so npm locked the registry's package of that "
        "name. It may be a stranger's.",
        "npm, workspaces; @npmcli/arborist, build-ideal-tree",
        "`shared@5.0.0` from the registry beside the member `shared@1.0.0`",
    ),
    ToldCode(
        "dev-left-out",
        "a dependency is left out, because it is a development dependency too",
        "Of a name in `dependencies` (or `optionalDependencies`) and `devDependencies`, npm takes "
        "the latter: `npm ci --omit=dev` installs nothing for its sake. This holds for the root, "
        "members and linked folders. What another package needs is packed all the same.",
        "@npmcli/arborist, node.js: _loadDeps",
        "`ajv-formats` in both groups of a member's package.json",
    ),
    ToldCode(
        "package-copies",
        "a package is packed more than once",
        "Packages ask for different versions under one name, so one node_modules folder cannot "
        "serve them all. State in such a package exists once for each copy: singletons such as "
        "react, graphql or a database client then misbehave.",
        "npm, folders: cycles, conflicts, and folder parsimony",
        "`graphql@16` in two folders, because another package needs `graphql@15`",
    ),
    ToldCode(
        "workspaces-lost",
        "a pattern of `workspaces`, written with backslashes, does nothing",
        "npm reads `packages\\a` as `packages/a`, but neither `.\\packages\\a` nor `!packages\\a`, "
        "on Windows as elsewhere. Written with `/` each means what it seems to.",
        "@npmcli/map-workspaces",
        '`"workspaces": [".\\\\libs\\\\y"]`',
    ),
    ToldCode(
        "link-dangling",
        "a dependency is a link to a folder that no package has",
        "A package, or an override, names a folder with `file:` that is looked for inside the "
        "package. npm makes a link that leads nowhere. For an override of your own the folder "
        'counts from the package that is overridden; `"$name"` takes your own dependency.',
        "@npmcli/arborist, from-path.js",
        '`"overrides": {"ms": "file:./ms"}`, without `ms` in `dependencies`',
    ),
    ToldCode(
        "unknown-variable",
        "a variable begins with ZIPPER_, and no option has it",
        "Each option has a variable: ZIPPER_ and its name in capitals, or its flag. A misspelt one "
        "would change nothing. Correct it, or unset it; if it belongs to something else, "
        '`ignore = ["unknown-variable"]` leaves the warning out.',
        "zipper, the table of options",
        "ZIPPER_OFLINE=1",
    ),
    ToldCode(
        "script-unknown",
        "`allow_scripts` names a package that the project does not have",
        "Consent to install scripts is given by a package's name. One that is nowhere in the "
        "project's tree is misspelt, or no longer needed, and the script that was meant stays off.",
        "zipper, allow_scripts",
        "`--allow-script esbuildd` where the tree has `esbuild`",
    ),
    ToldCode(
        "bundled-missing",
        "a tarball lacks a package that it should bring along",
        "`bundleDependencies` names packages that npm expects in the tarball and fetches from "
        "nowhere else. A package that was packed without them misses them at run time.",
        "npm, package.json: bundleDependencies",
        "a package that was published from a folder without node_modules",
    ),
    ToldCode(
        "linked-files-left-out",
        "a linked package's code names a file that is not packed",
        "A workspace or `file:` folder is packed as npm would publish it, by `files` and its "
        "ignore files. npm links it instead, so that a missing entry shows in the package only.",
        "npm, package.json: files; npm-packlist",
        '`"files": ["dist"]`, and `dist/index.js` reads `../templates/a.html`',
    ),
    ToldCode(
        "dev-engines",
        "the function is not what `devEngines` asks for",
        "It is a warning where `onFail` is `warn`, an error where it is not told, and is not told "
        "where it is `ignore`, as for npm. The function's target is compared, not this machine.",
        "npm, package.json: devEngines",
        '`"devEngines": {"runtime": {"name": "node", "version": ">=24", "onFail": "warn"}}`',
    ),
    ToldCode(
        "install-scripts",
        "packages have install scripts, which did not run",
        "Most packages work without them. One that needs its script is named in `allow_scripts`, "
        "in full (`esbuild`) or with a version (`@prisma/client@5`).",
        "npm, package.json: scripts; npm 12, allowScripts",
        "`install scripts that do not run: esbuild@0.25.0`",
    ),
    ToldCode(
        "script-ran",
        "a package is packed as its install scripts left it",
        "`allow_scripts` or npm's `allowScripts` names it. The scripts run once for each Node.js "
        "and target; later builds find the result in the store. The finding names the Node.js, "
        "and the log if they ran in this build.",
        "npm, package.json: scripts",
        "`esbuild` with `--allow-script esbuild`",
    ),
    ToldCode(
        "script-failed",
        "the install script of an optional package failed",
        "As npm does, the package is left out, with all that it alone needs. A required package "
        "fails the build instead, with the end of its log. The log is kept whole and named.",
        "npm, package.json: optionalDependencies",
        "`fsevents` on Linux; an addon without a compiler",
    ),
    ToldCode(
        "script-change-lost",
        "an install script changed files of another package",
        "What a script writes into its own folder, or into a dotted folder beside it such as "
        "`node_modules/.prisma`, becomes part of its package. Changes elsewhere would depend on "
        "the order of the scripts, so they are not kept.",
        "zipper's rules for install scripts",
        "a `postinstall` that patches another package",
    ),
    ToldCode(
        "script-unconfined",
        "an install script ran with all your rights",
        "Install scripts run in a sandbox that shows them the system's folders and the tree, and "
        "ends with them. Where the system permits no namespaces they run without one.",
        "zipper's rules for install scripts; user_namespaces(7)",
        "a container without user namespaces; macOS; Windows",
    ),
    ToldCode(
        "npmrc-ignored",
        "a setting of npm cannot be used as it is written",
        "npm warns of the same. The line is ignored.",
        "npm, npmrc",
        "`_authToken` without the registry that it is for",
    ),
    ToldCode(
        "npmrc-unheeded",
        "a setting of npm that changes nothing here",
        "The setting is valid, and what is built does not depend on it: another layout of "
        "node_modules than npm's usual ones is not made, and a lockfile counts as for `npm ci`.",
        "npm, config: install-strategy, package-lock",
        "`install-strategy=linked` in .npmrc",
    ),
    ToldCode(
        "optional-left-out",
        "an optional dependency is left out, because its scope's registry cannot be used",
        "Without a lockfile npm goes without it and says nothing. Where a lockfile has it, the "
        "setting is an error, so that what is packed does not depend on the machine.",
        "npm, arborist: optional dependencies that cannot be loaded",
        "`@corp:registry=${CORP_REGISTRY}` in .npmrc where CORP_REGISTRY is not set",
    ),
    ToldCode(
        "shared-store",
        "packages came from the shared store, or went there",
        "How many store zips and tarballs were taken from the store that machines share, and how "
        "many objects were put there. The seconds are those that the signer's processor needed.",
        "zipper help store",
        "a build with an empty cache and `store_url`",
    ),
    ToldCode(
        "shared-store-wrong",
        "an object in the shared store is not what it should be",
        "A tarball there has another hash than its name says, or a store zip another one than its "
        "claim says. It is not used. Either it was damaged, or somebody has written there who "
        "should not.",
        "zipper help store; CVE-2025-36852",
        "a store zip that was replaced after it had been signed",
    ),
    ToldCode(
        "shared-store-unreachable",
        "the shared store does not always answer",
        "After three failures in a row it is left alone for the rest of the build, and everything "
        "comes from the registry.",
        "zipper help store",
        "an address or a credential that is wrong; a service that is busy",
    ),
    ToldCode(
        "shared-store-refused",
        "the shared store takes nothing from this machine",
        "Reading works. Writing was refused once, and is not tried again in this build.",
        "zipper help store",
        "a credential that may only read",
    ),
    ToldCode(
        "cache-shared",
        "a group can write to the cache",
        "A package in the store is what its tarball was when it was fetched and verified; after "
        "that only the rights of the folders protect it. Each package is compared with the "
        "SHA-256 that it bears, and the zip is hashed as it is written. A cache that everyone can "
        "write to, or that another user owns, is an error.",
        "pip, check_path_owner",
        "`--cache-dir /srv/cache` made with `chmod 2775`",
    ),
    ToldCode(
        "resolved-disguised",
        "the lockfile puts another package in the place of one",
        "The name, or the tarball, is not that of what package.json asks for, and no alias or "
        "override says so. Few would see that in a review.",
        "npm, package-lock.json: name, resolved",
        "`left-pad` with the `resolved` of `left-pad-evil`",
    ),
    ToldCode(
        "alias-disguised",
        "an alias hides what it means",
        "A dependency of a dependency is installed under a name that belongs to another package.",
        "npm, package spec: aliases",
        '`"lodash": "npm:something-else@1"` in a package that you use',
    ),
    ToldCode(
        "source-git",
        "a dependency comes from a git repository",
        "A repository can be changed or vanish, and no registry reviews it. `allow-git` in "
        ".npmrc allows or forbids it.",
        "npm, config: allow-git",
        '`"a": "github:someone/a"` in a package that you use',
    ),
    ToldCode(
        "git-prepare",
        "a package from git has a `prepare` script, which npm would run",
        "npm installs its devDependencies and runs the script in a clone. zipper packs what was "
        "committed; files that only the script makes are absent.",
        "npm, scripts: prepare; pacote, git.js",
        "a TypeScript package from git whose `dist/` is not committed",
    ),
    ToldCode(
        "source-remote",
        "a dependency comes from an address of its own",
        "A tarball at an address can be changed or vanish, and no registry verifies it. "
        "`allow-remote` in .npmrc allows or forbids it.",
        "npm, config: allow-remote",
        '`"a": "https://files.example/a.tgz"` in a package that you use',
    ),
    ToldCode(
        "signature",
        "the registry has not signed a package",
        "Its signature is absent, or made with another key, or over another content. "
        '`verify_signatures = "warn"` warns, `"error"` ends the build.',
        "npm, Verifying registry signatures",
        "a mirror that serves a tarball of its own",
    ),
    ToldCode(
        "advisory",
        "a package has a known advisory",
        "An error from the level of `audit_level` on, else an info. The finding names the versions "
        "that have it and where it is described.",
        "npm, audit; the OSV format",
        "`GHSA-...` in `minimist@1.2.5`",
    ),
    ToldCode(
        "advisory-ignored",
        "an advisory that `audit_ignore` accepts",
        "It is reported and does not fail, until the day that the entry names.",
        "the project's settings",
        '`audit_ignore = ["GHSA-... until 2027-01-01"]`',
    ),
    ToldCode(
        "ignore-expired",
        "an entry of `audit_ignore` has expired",
        "The advisory applies again. Update the package, or check it again and write a later day.",
        "the project's settings",
        "an entry whose day is past",
    ),
    ToldCode(
        "advisories-unknown",
        "a registry has no advisories",
        "Its packages were not checked. A database file in the OSV format covers them too.",
        "npm, audit: bulk advisories",
        "a private registry; `zipper audit --osv FILE`",
    ),
    *LAYER_CODES,
    *LOCKFILE_CODES,
)
"""In the order in which a build meets them; `integrity-weak` is a rule's and a build's."""
