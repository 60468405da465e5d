"""What reached files do that their kind, or the function's file system, refuses.

In: a subject. Out: findings `module-scope`, `module-require-shim`, `module-import-meta`,
`module-ends`, `file-missing` and `file-read-only`. Errors only where the code is sure to run while
the handler loads; of files that are named nothing less is reported, because code may look for them
first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.closure import close, relative
from zipper.checks.constants import place_of
from zipper.checks.file_facts import CONDITIONAL, EAGER, OPTIONAL, Use
from zipper.checks.filesystem import TASK
from zipper.checks.module_messages import WHEN, make_finding
from zipper.checks.module_reader import is_own
from zipper.findings import name_some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.filesystem import FileSystem
    from zipper.checks.subject import Subject
    from zipper.checks.walk import Module
    from zipper.findings import Finding

__all__ = ["check_ends", "check_files", "check_scope"]

_BANNER: Final = (
    "add `import { createRequire } from 'module'; const require = createRequire(import.meta.url)` "
    "as a banner, or build CommonJS"
)

_DIRNAME_SINCE: Final = 20
"""The first runtime whose `import.meta` has `dirname` and `filename`."""


def check_scope(subject: Subject) -> Iterator[Finding]:
    """Yield names of CommonJS in ES modules, and an `import.meta` that a bundler has emptied."""
    start = close(subject)
    if start is None:
        return
    modules = start.walk.modules
    given = {use.text for m in modules.values() for use in m.facts.uses if use.kind == "global"}
    for path in sorted(modules):
        module = modules[path]
        yield from _judge_shims(module, given)
        for use in module.facts.uses:
            level = max(use.level, module.level)
            if level >= OPTIONAL or use.text in given:
                continue
            place = f"`{relative(path)}` line {use.line}"
            if use.kind == "meta":
                message = (
                    f"{place} calls `{use.text}` with `import.meta.url`, which the bundler has "
                    f"made undefined for CommonJS; {WHEN[level]}"
                )
                hint = "build ES modules, or define `import.meta.url` for the bundler"
                yield make_finding("module-import-meta", level, path, message, hint)
            elif use.kind in ("name", "this") and module.kind == "module":
                lack = "is undefined" if use.kind == "this" else "does not exist"
                message = f"{place} uses `{use.text}`, which {lack} in ES modules; {WHEN[level]}"
                hint = _scope_hint(use.text, subject.target.details.major)
                yield make_finding("module-scope", level, path, message, hint)


def _scope_hint(name: str, major: int) -> str:
    """Return what to do about a name that only CommonJS has; a bundler's banner can do it too."""
    if name == "this":
        return "write `globalThis`, or `export` for what it adds to `exports`"
    if major >= _DIRNAME_SINCE:
        return f"define it at the top: `const {name} = import.meta.{name.strip('_')};`"
    url = "import.meta.url" if name == "__filename" else "new URL('.', import.meta.url)"
    imports = "import { fileURLToPath } from 'node:url'"
    return f"define it at the top: `{imports}; const {name} = fileURLToPath({url});`"


def _judge_shims(module: Module, given: set[str]) -> Iterator[Finding]:
    """Yield one finding for an ES module whose bundler has put `require` calls into it."""
    if module.kind != "module" or module.level == OPTIONAL or "require" in given:
        return
    requests = module.facts.requests
    shims = [r for r in requests if r.kind == "shim" and r.level < OPTIONAL]
    if not shims:
        return
    worst = min(shims, key=lambda request: request.level)
    level = max(worst.level, module.level)
    names = sorted({request.specifier for request in shims if request.level == worst.level})
    shown = name_some(names, 3)
    message = (
        f"`{relative(module.path)}` line {worst.line} requires {shown} in an ES module, "
        f'where there is no `require`: Dynamic require of "{worst.specifier}" is not supported; '
        f"{WHEN[level]}"
    )
    yield make_finding("module-require-shim", level, module.path, message, _BANNER)


def check_ends(subject: Subject) -> Iterator[Finding]:
    """Yield files that always throw while they load, or end the process."""
    start = close(subject)
    if start is None:
        return
    for path in sorted(start.walk.modules):
        module = start.walk.modules[path]
        # What a package does in a branch, it does on purpose.
        if module.level >= (OPTIONAL if is_own(path) else CONDITIONAL):
            continue
        for use in module.facts.uses:
            if use.kind in ("throw", "exit"):
                does = "always throws" if use.kind == "throw" else "always ends the process"
                message = (
                    f"`{relative(path)}` line {use.line} {does} while it loads: `{use.text}`; "
                    f"{WHEN[module.level]}"
                )
                hint = "do it in the handler, or only where a condition asks for it"
                yield make_finding("module-ends", module.level, path, message, hint)


def check_files(subject: Subject) -> Iterator[Finding]:
    """Yield files that loading reads or runs and that are absent, and what it cannot write."""
    start = close(subject)
    if start is None:
        return
    for path in sorted(start.walk.modules):
        module = start.walk.modules[path]
        for use in module.facts.uses if module.level == EAGER else ():
            place = place_of(use.text, path, TASK) or use.text
            if place.startswith(f"{TASK}/") and use.kind in ("read", "worker", "write", "make"):
                yield from _judge_file(start.walk.files, module, use, place)


def _judge_file(files: FileSystem, module: Module, use: Use, place: str) -> Iterator[Finding]:
    where, shown = f"`{relative(module.path)}` line {use.line}", relative(place)
    if use.kind in ("read", "worker"):
        if not files.exists(place):
            verb = "starts the worker" if use.kind == "worker" else "reads"
            message = f"{where} {verb} `{shown}`, which is not in the package; {WHEN[EAGER]}"
            hint = f"pack `{shown}`, for example with `include`, or mend the path"
            yield make_finding("file-missing", EAGER, module.path, message, hint)
    elif use.kind == "write" or not files.is_folder(place):
        message = f"{where} writes `{shown}`, and the package is read-only on Lambda: EROFS"
        yield make_finding("file-read-only", EAGER, module.path, message, "write below `/tmp`")
