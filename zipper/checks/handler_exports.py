"""Whether the handler's module exports the handler, in a form that the runtime takes.

In: a subject. Out: findings `handler-export` and `handler-callback`. Only what the text excludes is
an error; exports that are computed are left alone.

Source: aws-lambda-ric 3.3.0 (`_resolveHandler`) and 4.0.2 (`resolveHandler`,
`errorOnDeprecatedCallback`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from zipper.checks.closure import WalkStart, close, relative
from zipper.checks.file_facts import find_flaw
from zipper.checks.handler_rules import explain_choice
from zipper.checks.module_resolution import Failure
from zipper.checks.named_exports import ExportedNames
from zipper.checks.source_text import find_matches, find_word
from zipper.checks.value_model import PROVIDED
from zipper.findings import Finding
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.subject import Subject
    from zipper.checks.walk import Module

__all__ = ["check_export"]

_REEXPORTS_MAX = 100
_EXPORTS_NOTHING = late_pattern(
    rb"^var (\w{1,200}) = \{\};\nmodule\.exports = __toCommonJS\(\1\);$", re.MULTILINE
)
_ANNOTATION = late_pattern(rb"\b0\s*&&\s*\(module\.exports\s*=\s*\{")
_LIST = late_pattern(rb"0 && \(module\.exports = \{([\w$,\s]*)\}\);\n")
_AROUND_BYTES = 300
"""Around `module.exports`, which is in what both find."""
_EXTENSIONS = (".js", ".mjs", ".cjs", ".ts")


def check_export(subject: Subject) -> Iterator[Finding]:
    """Yield one finding where the handler is sure to be absent, or no function for Lambda."""
    start = close(subject)
    if start is None or subject.rules.starts != "handler" or _has_other_fault(subject, start):
        return
    path = relative(start.path)
    if start.module.kind == "json":
        message = f"`{path}` is JSON and has no function; {_explain(subject, start)}"
        hint = "pack the JavaScript file that the handler names"
        yield Finding("handler-export", "error", path, message, hint)
    elif start.module.kind in ("module", "commonjs"):
        found = _judge_names(subject, start) or _judge_shape(subject, start)
        yield from () if found is None else (found,)


def _explain(subject: Subject, start: WalkStart) -> str:
    return explain_choice(subject, start.name, relative(start.located.path))


def _has_other_fault(subject: Subject, start: WalkStart) -> bool:
    """Return whether the file does not load as what it is, of which a rule of its own tells."""
    facts, kind = start.module.facts, start.module.kind
    is_mixed = facts.uses_commonjs if kind == "module" else facts.is_module
    major, required = subject.target.details.major, start.module.required
    flaw = find_flaw(facts, kind, major, required=required)
    return bool(facts.syntax_error_line or is_mixed or flaw is not None)


def _judge_names(subject: Subject, start: WalkStart) -> Finding | None:
    """Return the finding for a module that does not export the first name."""
    wanted = start.name.exports[0]
    names = None
    if start.module.kind == "module":
        names = _names_of_module(subject, start)
    elif wanted in PROVIDED["function"]:
        return None  # of what is exported; a namespace inherits nothing
    elif wanted == "default" and subject.target.details.loader == 4:
        return None  # what is imported of CommonJS has it always
    elif not _is_listed(start, wanted):  # that takes a look, and all names a parse
        names = _names_of_commonjs(start, start.module)
    if names is None or wanted in names or "then" in names:
        return None  # both loaders wait for what has a `then`
    path = relative(start.path)
    if f".{wanted}" in _EXTENSIONS and len(start.name.exports) > 1:
        right = f"{start.name.module_path}.{'.'.join(start.name.exports[1:])}"
        message = (
            f"the handler `{subject.handler}` names an export `{wanted}` of `{path}`; "
            f"{_explain(subject, start)}"
        )
        return Finding(
            "handler-export", "error", path, message, f"leave out `.{wanted}`: `--handler {right}`"
        )
    known = ", ".join(f"`{name}`" for name in sorted(names - {"__esModule"})[:5])
    message = (
        f"`{path}` does not export `{wanted}`, which the handler `{subject.handler}` names; "
        f"{_explain(subject, start)}"
    )
    hint = (
        f"it exports {known}: name one of them" if known else f"export a function called `{wanted}`"
    )
    return Finding("handler-export", "error", path, message, hint)


def _judge_shape(subject: Subject, start: WalkStart) -> Finding | None:
    """Return the finding for what cannot be called, or takes a callback where that is over."""
    from zipper.checks.handler_shape import find_shape  # noqa: PLC0415 - the parser is not small

    shape = find_shape(start.walk, start.path, start.name.exports, subject.target.details.loader)
    path, names = relative(start.path), ".".join(start.name.exports)
    if shape.kind == "no-function":
        message = (
            f"what `{path}` exports as `{names}` is sure to be no function; "
            f"{_explain(subject, start)}"
        )
        hint = "export the function itself, under the name that the handler has"
        return Finding("handler-export", "error", path, message, hint)
    if shape.kind == "function" and subject.target.details.loader == 4 and shape.length >= 3:
        message = (
            f"the handler in `{path}` takes {shape.length} parameters; from Node.js 24 on Lambda "
            "refuses handlers with a callback: Runtime.CallbackHandlerDeprecated; "
            f"{_explain(subject, start)}"
        )
        hint = "make it an async function of event and context that returns its result"
        return Finding("handler-callback", "error", path, message, hint)
    return None


def _names_of_module(subject: Subject, start: WalkStart) -> frozenset[str] | None:
    names = ExportedNames(start.walk, subject.target.details.major).of(start.path)
    if names is not None and subject.target.details.loader == 4 and "default" in names:
        return None  # the loader then looks into the default export
    return names


def _names_of_commonjs(start: WalkStart, module: Module) -> frozenset[str] | None:
    """Return all that a CommonJS module can export, or None where its text does not tell."""
    names: set[str] = set()
    seen: set[str] = set()
    pending = [module]
    while pending:
        current = pending.pop()
        if current.path in seen:
            continue
        seen.add(current.path)
        found = start.walk.names_of(current.path)
        is_read = found.is_complete or not current.facts.is_partial
        is_whole = found.is_complete or _is_annotated(start, current)
        if not (is_read and is_whole) or len(seen) > _REEXPORTS_MAX:
            return None
        names |= {*found.exports, *found.hidden}
        for specifier in found.reexports:
            answer = start.walk.resolver.require(specifier, current.path)
            target = None if isinstance(answer, Failure) else start.walk.modules.get(answer.path)
            if target is None or target.kind != "commonjs":
                return None
            pending.append(target)
    start.walk.reader.remember()
    return frozenset(names)


def _is_listed(start: WalkStart, name: str) -> bool:
    """Return whether a name is in the list of its exports that esbuild writes for Node."""
    content = start.walk.reader.content_of(start.module.path)
    listed = find_matches(content, (b"0 && (module.exports = {",), _LIST)
    return any(
        name.encode() in (item.strip() for item in match[1].split(b","))
        for match in listed
        if content[match.start() - 1 : match.start()] in (b"", b"\n")
    )


def _is_annotated(start: WalkStart, module: Module) -> bool:
    """Return whether the file has the list of its exports that esbuild writes for Node.

    esbuild leaves an empty list out: then nothing is put into what it exports.
    """
    content = start.walk.reader.content_of(module.path)
    places = [max(0, at - _AROUND_BYTES) for at in find_word(content, b"module.exports")]
    spans = [(start, start + 2 * _AROUND_BYTES) for start in places]
    empty = next(filter(None, (_EXPORTS_NOTHING.search(content, *span) for span in spans)), None)
    is_empty = empty is not None and len(re.findall(rb"\b%b\b" % empty[1], content)) == 2
    return is_empty or any(_ANNOTATION.search(content, *span) for span in spans)
