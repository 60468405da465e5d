"""What is wrong with the modules that the handler needs.

In: a subject. Out: findings with `module-` codes and `package-json-invalid`. A finding is an error
where loading the handler is sure to fail, a warning where a later call or one branch fails, an
info where the code itself expects it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.closure import Start, close, relative
from zipper.checks.facts import CONDITIONAL, EAGER, LAZY, OPTIONAL, Request
from zipper.checks.findings import Finding, Severity
from zipper.checks.named_exports import ExportedNames
from zipper.checks.packages import split_name
from zipper.checks.resolution import Failure
from zipper.checks.subject import Subject, find_package
from zipper.checks.walk import Asked, Module, iterate_failures

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "check_dynamic",
    "check_kinds",
    "check_manifests",
    "check_names",
    "check_requests",
    "check_runtime_modules",
    "check_syntax",
]

_SEVERITIES: Final[dict[int, Severity]] = {
    EAGER: "error",
    CONDITIONAL: "warning",
    LAZY: "warning",
    OPTIONAL: "info",
}
_WHEN: Final = {
    EAGER: "loading the handler fails",
    CONDITIONAL: "it fails if that branch runs",
    LAZY: "it fails when that function is called",
    OPTIONAL: "the code handles that",
}


def check_requests(subject: Subject) -> Iterator[Finding]:
    """Yield the requests that find nothing."""
    start = close(subject)
    if start is None:
        return
    told: set[tuple[str, str]] = set()
    for module, asked, failure in iterate_failures(start.walk):
        key = module.path, asked.request.specifier
        if key not in told:
            told.add(key)
            yield _judge_failure(subject, start, module, asked, failure)


def check_manifests(subject: Subject) -> Iterator[Finding]:
    """Yield broken package.json files that Node reads to know what kind a reached file is."""
    start = close(subject)
    if start is None:
        return
    broken: dict[str, tuple[int, str, str]] = {}
    for module in start.walk.modules.values():
        scope = start.walk.resolver.packages.scope(module.path)
        if scope.problem is not None and _reads_scope(module):
            known = broken.get(scope.folder)
            if known is None or known[0] > module.level:
                broken[scope.folder] = module.level, module.path, scope.problem
    for folder, (level, path, problem) in sorted(broken.items()):
        manifest = f"{folder}/package.json"
        message = (
            f"`{relative(manifest)}` does not parse ({problem}), and Node reads it for "
            f"`{relative(path)}`"
        )
        yield _finding(
            "package-json-invalid", level, manifest, message, "mend the file, or pack it again"
        )


def _reads_scope(module: Module) -> bool:
    """Return whether Node looks for the package that a file belongs to: for `.js`, and bare names."""
    if module.kind in ("json", "addon", "unread"):
        return False
    return module.path.endswith(".js") or any(
        not asked.request.specifier.startswith((".", "/", "node:")) for asked in module.asked
    )


def check_syntax(subject: Subject) -> Iterator[Finding]:
    """Yield reached files that do not parse, or that are of the wrong kind for how they are loaded."""
    start = close(subject)
    if start is None:
        return
    for path in sorted(start.walk.modules):
        module = start.walk.modules[path]
        is_handler = path == start.path
        if module.facts.syntax_error_line:
            code = "handler-syntax" if is_handler else "module-syntax"
            what = "JSON" if module.kind == "json" else "JavaScript"
            message = (
                f"`{relative(path)}` is no valid {what}: see line {module.facts.syntax_error_line}"
            )
            hint = "pack the file again; it may be cut off, or not compiled for Node.js"
            yield _finding(code, module.level, path, message, hint)
        elif module.kind == "commonjs" and (module.facts.is_module or module.facts.awaits):
            yield _judge_hidden_module(subject, module, is_handler=is_handler)
        elif module.kind == "module" and module.facts.uses_commonjs:
            code = "handler-esm" if is_handler else "module-syntax"
            message = (
                f"`{relative(path)}` is an ES module, but line {module.facts.uses_commonjs} "
                "uses `require`, "
                f"`module` or `exports`, which ES modules do not have"
            )
            hint = 'name it `.cjs`, or take `"type": "module"` out of the package.json above it'
            yield _finding(code, module.level, path, message, hint)


def check_kinds(subject: Subject) -> Iterator[Finding]:
    """Yield requires of ES modules that the runtime refuses, and imports of unknown kinds of file."""
    start = close(subject)
    if start is None:
        return
    modules = start.walk.modules
    if start.located.how == "require" and start.module.kind == "module":
        yield from _judge_start(subject, start)
    for path in sorted(modules):
        for asked in modules[path].asked:
            if isinstance(asked.answer, Failure) or asked.answer.kind != "file":
                continue
            target = modules.get(asked.answer.path)
            if target is not None and target.kind == "module" and asked.request.kind == "require":
                yield from _judge_require(subject, start, modules[path], asked, target)


def check_names(subject: Subject) -> Iterator[Finding]:
    """Yield static imports of names that the module does not export."""
    start = close(subject)
    if start is None:
        return
    names = ExportedNames(start.walk)
    for path in sorted(start.walk.modules):
        module = start.walk.modules[path]
        if module.kind != "module":
            continue
        for asked in module.asked:
            missing = names.find_missing(asked)
            if missing is not None:
                where = _where(module, asked.request)
                message = (
                    f"{where} imports `{missing}` from `{asked.request.specifier}`, which does "
                    "not export it; "
                    f"{_WHEN[asked.level]}"
                )
                hint = names.hint(asked, missing)
                yield _finding("module-export-name", asked.level, path, message, hint)
    start.walk.remember()


def check_dynamic(subject: Subject) -> Iterator[Finding]:
    """Yield one info for each file with requests that nobody can follow."""
    start = close(subject)
    if start is None:
        return
    for path in sorted(start.walk.modules):
        module = start.walk.modules[path]
        places = module.facts.unfollowed
        if module.kind == "unread" and module.problem is not None:
            message = f"`{relative(path)}` is not looked into: {module.problem}"
            yield Finding(
                "module-dynamic", "info", relative(path), message, "run the package to know"
            )
        if places and not (module.kind == "module" and module.facts.uses_commonjs):
            first = places[0]
            more = f" and {len(places) - 1} more" if len(places) > 1 else ""
            message = (
                f"line {first.line} asks for a module by an expression: `{first.expression}`{more}"
            )
            hint = (
                "what it asks for is packed only if something else needs it; run the package "
                "to know"
            )
            yield Finding("module-dynamic", "info", relative(path), message, hint)


def check_runtime_modules(subject: Subject) -> Iterator[Finding]:
    """Yield one info for what only the runtime provides."""
    start = close(subject)
    if start is None:
        return
    names = sorted({name for name in start.walk.runtime if not name.endswith(" (layer)")})
    if names:
        shown = ", ".join(f"`{name}`" for name in names[:5])
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        message = (
            f"{shown}{more} come from the runtime, in a version that AWS changes without notice"
        )
        hint = (
            "pack the SDK to fix its version, or leave it out on purpose with `--ignore module-sdk`"
        )
        yield Finding("module-sdk", "info", "", message, hint)


def _judge_failure(
    subject: Subject, start: Start, module: Module, asked: Asked, failure: Failure
) -> Finding:
    specifier, level = asked.request.specifier, asked.level
    where = _where(module, asked.request)
    if failure.kind == "package-json":
        path = relative(failure.place)
        message = f"{where} needs `{specifier}`, but `{path}` does not parse: {failure.message}"
        return _finding(
            "package-json-invalid", level, path, message, "mend the file, or pack it again"
        )
    if level == OPTIONAL or (level != EAGER and _may_be_absent(start, module, specifier)):
        message = f"{where} can use `{specifier}`, which {failure.message}; {_WHEN[OPTIONAL]}"
        hint = f"add `{specifier}` to the dependencies if the function needs it"
        return Finding("module-optional-missing", "info", relative(module.path), message, hint)
    if failure.kind == "export-path":
        message = f"{where} needs `{specifier}`, but {failure.message}; {_WHEN[level]}"
        hint = "ask for a path that the package exports, or install a version that has it"
        return _finding("module-export-path", level, module.path, message, hint)
    found = _find_other_case(subject, module, specifier, failure)
    if found is not None:
        message = (
            f"{where} needs `{specifier}`; the package has only `{found}`, and names are "
            "case-sensitive"
        )
        return _finding(
            "module-case", level, module.path, message, f"write the name as in `{found}`"
        )
    message = f"{where} needs `{specifier}`, which {failure.message}; {_WHEN[level]}"
    sdk = _sdk_hint(subject, specifier)
    if sdk is not None:
        return _finding("module-sdk", level, module.path, message, sdk)
    return _finding(
        "module-missing", level, module.path, message, _missing_hint(module, specifier, failure)
    )


def _missing_hint(module: Module, specifier: str, failure: Failure) -> str:
    parts = split_name(specifier)
    if parts is not None and not failure.place:
        owner = find_package(relative(module.path))
        if owner:
            return f"add `{parts[0]}` to the dependencies, or pack what `{owner}` depends on"
        return f"add `{parts[0]}` to `dependencies` (not `devDependencies`) and build again"
    place = f"`{relative(failure.place)}`" if failure.place else "the file"
    return f"pack {place}, or mend the path"


def _sdk_hint(subject: Subject, specifier: str) -> str | None:
    major = subject.target.details.major
    if specifier.split("/", maxsplit=1)[0] == "aws-sdk" and major >= 18:
        return (
            "the runtime brings version 3 of the SDK only, since Node.js 18: add `aws-sdk`, "
            "or use `@aws-sdk/*`"
        )
    if specifier.startswith("@smithy/") and major >= 18:
        return "the runtime has it where no function finds it: add it to the dependencies"
    if specifier.startswith("@aws-sdk/") and major < 18:
        return "the runtime brings version 2 of the SDK only: add it to the dependencies"
    return None


def _may_be_absent(start: Start, module: Module, specifier: str) -> bool:
    """Return whether the asking package does not promise to bring `specifier`.

    An optional dependency, an optional peer, or something that no field of it names: what is asked
    for only in a branch or a function of a package is then a feature that one need not use.
    """
    parts = split_name(specifier)
    owner = find_package(relative(module.path))
    if parts is None or not owner:
        return False
    manifest = start.walk.files.read(f"/var/task/{owner}/package.json", limit_bytes=1 << 26)
    return not _promises(manifest or b"", parts[0])


def _promises(manifest: bytes, name: str) -> bool:
    import json  # noqa: PLC0415 - only needed where something is missing

    try:
        value = json.loads(manifest)
    except (ValueError, RecursionError):
        return False
    if not isinstance(value, dict):
        return False
    required = value.get("dependencies")
    optional = value.get("optionalDependencies")
    is_optional = isinstance(optional, dict) and name in optional
    return isinstance(required, dict) and name in required and not is_optional


def _find_other_case(
    subject: Subject, module: Module, specifier: str, failure: Failure
) -> str | None:
    """Return a file of the zip that differs from what was asked for in its case only."""
    if failure.kind != "missing":
        return None
    if failure.place:
        places = [relative(failure.place)]
    else:
        folder = find_package(relative(module.path))
        places = [f"node_modules/{specifier}"]
        while folder:
            places.append(f"{folder}/node_modules/{specifier}")
            folder = find_package(folder.rpartition("/node_modules/")[0])
    lowered = subject.lowered
    for place in places:
        for end in ("", ".js", ".json", ".node", "/index.js", "/package.json"):
            found = lowered.get(f"{place}{end}".lower())
            if found is not None and not found.startswith(f"{place}/"):
                return found
    return None


def _judge_hidden_module(subject: Subject, module: Module, *, is_handler: bool) -> Finding:
    """Return the finding for a file that is loaded as CommonJS and written as an ES module."""
    code = "handler-esm" if is_handler else "module-syntax"
    path = relative(module.path)
    message = (
        f"`{path}` is loaded as CommonJS but has `import`, `export` or a top-level `await`: "
        f"Lambda's Node.js {subject.target.details.major} does not guess, so it is a syntax error"
    )
    if path.endswith(".cjs"):
        message = (
            f"`{path}` is loaded as CommonJS but has `import`, `export` or a top-level "
            "`await`, a syntax error"
        )
    hint = 'name it `.mjs`, or put `"type": "module"` into the package.json above it'
    return _finding(code, module.level, module.path, message, hint)


def _judge_start(subject: Subject, start: Start) -> Iterator[Finding]:
    """Yield one finding where the loader itself requires an ES module."""
    if subject.target.can_require_modules:
        return
    path, place = relative(start.path), relative(start.located.path)
    if place == path:
        message = (
            f"`{path}` is an ES module, and the loader requires it by this name: ERR_REQUIRE_ESM"
        )
        yield Finding(
            "handler-esm", "error", path, message, "give it the extension `.mjs` or `.js`"
        )
    else:
        message = (
            f"because of the folder `{place}` the loader requires `{path}`, an ES module: "
            "ERR_REQUIRE_ESM"
        )
        yield Finding(
            "handler-directory", "error", place, message, "rename the folder, or the handler's file"
        )


def _judge_require(
    subject: Subject, start: Start, module: Module, asked: Asked, target: Module
) -> Iterator[Finding]:
    specifier = asked.request.specifier
    where = _where(module, asked.request)
    if not subject.target.can_require_modules:
        message = (
            f"{where} requires `{specifier}`, which is an ES module "
            f"(`{relative(target.path)}`); Lambda turns "
            f"that off on Node.js {subject.target.details.major}: ERR_REQUIRE_ESM"
        )
        hint = f"use `import()`, or a version of `{specifier}` that has CommonJS, or nodejs24.x"
        yield _finding("module-esm-required", asked.level, module.path, message, hint)
    elif _awaits(start, target, set()):
        message = (
            f"{where} requires `{specifier}`, whose modules await at the top level: "
            "ERR_REQUIRE_ASYNC_MODULE"
        )
        yield _finding("module-esm-required", asked.level, module.path, message, "use `import()`")


def _awaits(start: Start, module: Module, seen: set[str]) -> bool:
    """Return whether `module`, or what it imports statically, awaits at the top level."""
    pending = [module]
    while pending:
        current = pending.pop()
        if current.path in seen or current.kind != "module":
            continue
        seen.add(current.path)
        if current.facts.awaits:
            return True
        for asked in current.asked:
            if asked.request.kind == "import" and not isinstance(asked.answer, Failure):
                target = start.walk.modules.get(asked.answer.path)
                if target is not None:
                    pending.append(target)
    return False


def _finding(code: str, level: int, path: str, message: str, hint: str) -> Finding:
    return Finding(code, _SEVERITIES[level], relative(path), message, hint)


def _where(module: Module, request: Request) -> str:
    return f"`{relative(module.path)}` line {request.line}"
