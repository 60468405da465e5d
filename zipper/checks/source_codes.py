"""The codes of findings about sources: TypeScript, and bundles. See `zipper.checks.build_codes`."""

from __future__ import annotations

from typing import Final

from zipper.checks.lockfile_codes import ToldCode

__all__ = ["SOURCE_CODES"]

SOURCE_CODES: Final[tuple[ToldCode, ...]] = (
    ToldCode(
        "handler-found",
        "the handler was found in the sources",
        "No handler is named, and the JavaScript that `main` names is not there. One source in "
        "TypeScript exports `handler`, so that it is the function's.",
        "zipper, TypeScript: which handler",
        "`src/index.ts` in a project without `main`: `src/index.handler`",
    ),
    ToldCode(
        "source-beside",
        "a source lies beside the JavaScript that it becomes",
        "Where `main` names JavaScript that is there, it is packed and its source is not read. "
        "Where the source is the function's, what it becomes takes the place of the JavaScript.",
        "zipper, TypeScript: which handler",
        "`dist/index.js` and `src/index.ts`",
    ),
    ToldCode(
        "source-unreached",
        "sources that the handler does not import are not packed",
        "A source in TypeScript is transformed where the handler reaches it. All others stay out "
        "of the package, because Lambda does not load them.",
        "zipper, TypeScript: what is transformed",
        "`src/index.test.ts`",
    ),
    ToldCode(
        "prune-unproven",
        "the pruned package is not as good as the whole one",
        "Pruning took out a file that something reaches, or the check finds something that it does "
        "not find in the whole package. The message names the rule; `keep` keeps the file.",
        "zipper, Pruning: the proof",
        '`drop = ["express/lib/router/**"]`',
    ),
    ToldCode(
        "prune-pattern",
        "a pattern of `keep` or `drop` matches no file",
        "The package has no such file, so that the pattern does nothing: a name that is written in "
        "another way, or a package that is no longer there.",
        "zipper, Pruning: what is known about a package",
        '`keep = ["pkg/fonts"]` where the package has `pkg/lib/fonts`',
    ),
    ToldCode(
        "source-case",
        "a source imports a file by a name of another case",
        "macOS and Windows find `./Util` where the file is called `util.ts`. Lambda's file system "
        "does not, and neither does zipper, so that the same build gives the same zip everywhere.",
        "Linux; TypeScript, forceConsistentCasingInFileNames",
        "`import './Util'` beside `util.ts`",
    ),
    ToldCode(
        "bundle-kept",
        "a package stays outside of the bundle",
        "Native binaries, files that are read at run time, workers, modules by computed paths and "
        "patches of how modules are loaded do not work from within a bundle. Packages with such "
        "code stay in node_modules, at their locked versions, with all that they depend on. The "
        "finding names the file and the line that decided.",
        "zipper, bundles: what stays outside",
        "`sharp`, `pino`, `dd-trace`",
    ),
    ToldCode(
        "bundle-place",
        "a bundled source reads by a path that is computed",
        "Files that sources name by known paths are copied to where the bundle looks for them. Of "
        "a path with a part that only the run knows, nothing is copied.",
        "zipper, bundles: files that are read",
        "`readFile(path.join(__dirname, name))`",
    ),
    ToldCode(
        "bundle-warning",
        "esbuild warns about a source",
        "esbuild's own message about a file of the project. Those about packages are not shown.",
        "esbuild, messages",
        "`if (typeof x === 'strnig')`",
    ),
    ToldCode(
        "esbuild-old",
        "the project's own esbuild is too old",
        "Sources are transformed with the esbuild that the project depends on. Versions before "
        "0.18 lack a flag that zipper needs, so zipper's own version is used.",
        "esbuild, changelog 0.18.0",
        '`"devDependencies": {"esbuild": "^0.14.0"}`',
    ),
)
