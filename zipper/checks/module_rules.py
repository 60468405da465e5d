"""What is wrong with the modules that the handler needs.

In: a subject. Out: findings with `module-` codes and `package-json-invalid`. A finding is an error
where loading the handler is sure to fail, a warning where a later call or one branch fails, an
info where the code itself expects it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.closure import WalkStart, close, relative
from zipper.checks.file_facts import CONDITIONAL, find_flaw
from zipper.checks.handler_rules import explain_choice
from zipper.checks.kind_hints import commonjs_hint, module_hint, tell_scope
from zipper.checks.module_messages import WHEN, judge_flaw, make_finding, where, with_choice
from zipper.checks.module_reader import is_own
from zipper.checks.module_resolution import Failure, Found
from zipper.checks.named_exports import ExportedNames
from zipper.findings import Finding, count_more

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.subject import Subject
    from zipper.checks.walk import Asked, Module

__all__ = [
    "check_dynamic",
    "check_kinds",
    "check_manifests",
    "check_names",
    "check_syntax",
]

_MAY_REQUIRE: Final = (20, 22)
"""Versions of which Lambda turns requiring ES modules off, and NODE_OPTIONS on again.

Source: AWS, "Building Lambda functions with Node.js", experimental features.
"""


def check_manifests(subject: Subject) -> Iterator[Finding]:
    """Yield broken package.json files that Node reads to know what kind a reached file is."""
    start = close(subject)
    if start is None:
        return
    broken: dict[str, tuple[int, str, str]] = {}
    for module in start.walk.modules.values():
        scope = start.walk.resolver.packages.scope(module.path)
        level = None if scope.problem is None else _find_scope_level(module)
        if scope.problem is not None and level is not None:
            read = level, module.path, scope.problem
            broken[scope.folder] = min(read, broken.get(scope.folder, read))
    for folder, (level, path, problem) in sorted(broken.items()):
        manifest = f"{folder}/package.json"
        message = (
            f"`{relative(manifest)}` does not parse ({problem}), and Node reads it for "
            f"`{relative(path)}`"
        )
        yield make_finding(
            "package-json-invalid", level, manifest, message, "mend the file, or pack it again"
        )


def _find_scope_level(module: Module) -> int | None:
    """Return when Node looks for the package of a file: at once for `.js`, else for a bare name."""
    if module.path.endswith(".js"):
        return module.level
    bare = (asked.level for asked in module.asked if _is_bare(asked))
    return min(bare, default=None)


def _is_bare(asked: Asked) -> bool:
    """Return whether a request may be for the own package, or for its `imports`."""
    is_builtin = isinstance(asked.answer, Found) and asked.answer.kind == "builtin"
    return not is_builtin and not asked.request.specifier.startswith((".", "/", "file:"))


def check_syntax(subject: Subject) -> Iterator[Finding]:
    """Yield reached files that do not parse, or not as the kind that they are loaded as."""
    start = close(subject)
    if start is None:
        return
    for path in sorted(start.walk.modules):
        module = start.walk.modules[path]
        choice = _explain(subject, start) if path == start.path else ""
        major = subject.target.details.major
        flaw = find_flaw(module.facts, module.kind, major, required=module.required)
        if module.facts.syntax_error_line or (flaw is not None and _counts(module)):
            yield judge_flaw(module, flaw, major, choice=choice)
        elif module.kind == "commonjs" and (module.facts.is_module or module.facts.awaits):
            yield _judge_hidden_module(subject, start, module, choice)
        elif module.kind == "module" and module.facts.uses_commonjs:
            message = (
                f"`{relative(path)}` is an ES module, but line {module.facts.uses_commonjs} "
                "uses `require`, `module` or `exports`, which ES modules do not have"
            )
            hint = commonjs_hint(module, start.walk.resolver.packages.scope(path))
            code = "handler-esm" if choice else "module-syntax"
            yield make_finding(code, module.level, path, with_choice(message, choice), hint)


def _explain(subject: Subject, start: WalkStart) -> str:
    """Return why the loader takes the file of the handler."""
    return explain_choice(subject, start.name, relative(start.located.path))


def _counts(module: Module) -> bool:
    """Return whether a flaw is all there is: of a hidden ES module something better is reported."""
    return not (module.kind == "commonjs" and (module.facts.is_module or module.facts.awaits))


def check_kinds(subject: Subject) -> Iterator[Finding]:
    """Yield requires of ES modules that the runtime refuses."""
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
    """Yield names that are taken from modules which do not export them."""
    start = close(subject)
    if start is None:
        return
    names = ExportedNames(start.walk, subject.target.details.major)
    for path in sorted(start.walk.modules):
        module = start.walk.modules[path]
        if module.kind not in ("module", "commonjs"):
            continue
        for asked in module.asked:
            missing = names.find_missing(asked)
            if missing is not None:
                message = _say_missing(subject, module, asked, missing)
                hint = names.hint(asked, missing)
                level = (
                    max(asked.level, CONDITIONAL)
                    if names.may_be_newer(asked, missing)
                    else asked.level
                )
                yield make_finding("module-export-name", level, path, message, hint)
    start.walk.reader.remember()


def _say_missing(subject: Subject, module: Module, asked: Asked, missing: str) -> str:
    place, specifier = where(module, asked.request), asked.request.specifier
    if isinstance(asked.answer, Failure) or asked.answer.kind != "builtin":
        lack = f"from `{specifier}`, which does not export it"
    else:
        lack = f"from `{specifier}`, and Node.js {subject.target.details.major} has no such export"
    how = "imports" if asked.request.kind == "import" else "while it loads needs"
    return f"{place} {how} `{missing}` {lack}; {WHEN[asked.level]}"


def check_dynamic(subject: Subject) -> Iterator[Finding]:
    """Yield one info for each file with requests that cannot be followed."""
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
            message = (
                f"line {first.line} requests a module by an expression: `{first.expression}`"
                f"{count_more(places, 1)}"
            )
            hint = (
                "what it asks for is packed only if something else needs it; run the package "
                "to know"
            )
            yield Finding("module-dynamic", "info", relative(path), message, hint)


def _judge_hidden_module(
    subject: Subject, start: WalkStart, module: Module, choice: str
) -> Finding:
    """Return the finding for a file that is loaded as CommonJS and written as an ES module."""
    scope = start.walk.resolver.packages.scope(module.path)
    ends = f"Lambda's Node.js {subject.target.details.major} does not guess, so it is"
    message = (
        f"`{relative(module.path)}` is loaded as CommonJS{tell_scope(module, scope)}, but has "
        "`import`, `export` or a top-level `await`: "
        f"{'' if module.path.endswith('.cjs') else ends + ' '}a syntax error"
    )
    can_be_module = bool(choice) or not module.required or subject.flags.can_require_modules
    hint = module_hint(module, scope, can_be_module=can_be_module)
    # What was searched, and not read, is not sure.
    level = max(module.level, CONDITIONAL) if module.facts.is_partial else module.level
    code = "handler-esm" if choice else "module-syntax"
    return make_finding(code, level, module.path, with_choice(message, choice), hint)


def _judge_start(subject: Subject, start: WalkStart) -> Iterator[Finding]:
    """Yield one finding where the loader itself requires an ES module."""
    if subject.flags.can_require_modules:
        return
    path, place = relative(start.path), relative(start.located.path)
    if place == path:
        message = (
            f"`{path}` is an ES module, and the loader requires it by this name: ERR_REQUIRE_ESM; "
            f"{_explain(subject, start)}"
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
    subject: Subject, start: WalkStart, module: Module, asked: Asked, target: Module
) -> Iterator[Finding]:
    specifier = asked.request.specifier
    place, can_change = where(module, asked.request), is_own(module.path)
    if not subject.flags.can_require_modules:
        message = (
            f"{place} requires `{specifier}`, which is an ES module "
            f"(`{relative(target.path)}`); Lambda turns "
            f"that off on Node.js {subject.target.details.major}: ERR_REQUIRE_ESM"
        )
        ways = ["use `import()`"] if can_change else []
        if not specifier.startswith("."):
            ways.append(f"use a version of `{specifier}` that has CommonJS")
        if subject.target.details.major in _MAY_REQUIRE:
            ways.append("set `NODE_OPTIONS=--experimental-require-module`")
        hint = ", or ".join([*ways, "take nodejs24.x"])
        yield make_finding("module-esm-required", asked.level, module.path, message, hint)
    elif _awaits(start, target, set()):
        message = (
            f"{place} requires `{specifier}`, whose modules await at the top level: "
            "ERR_REQUIRE_ASYNC_MODULE"
        )
        hint = "use `import()`" if can_change else "bundle it, or use a version without the `await`"
        yield make_finding("module-esm-required", asked.level, module.path, message, hint)


def _awaits(start: WalkStart, module: Module, seen: set[str]) -> bool:
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
