"""Whether the handler's module exports the handler, in a form that the runtime takes.

In: a subject. Out: findings `handler-export` and `handler-callback`. Only what the text excludes is
an error; exports that are computed are left alone.

Source: aws-lambda-ric 3.3.0 (`_resolveHandler`) and 4.0.2 (`resolveHandler`,
`errorOnDeprecatedCallback`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.checks.closure import Start, close, relative
from zipper.checks.module_resolution import Failure
from zipper.checks.named_exports import ExportedNames
from zipper.checks.subject import TEXT_LIMIT_BYTES, Subject
from zipper.errors import ArchiveError
from zipper.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.walk import Module

__all__ = ["check_callback", "check_export"]

_REEXPORTS_MAX = 100


def check_export(subject: Subject) -> Iterator[Finding]:
    """Yield one finding where the module is sure not to export what the handler names."""
    start = close(subject)
    if start is None or start.module.facts.syntax_error_line:
        return
    if start.module.kind == "module" and start.module.facts.uses_commonjs:
        return  # it has its own finding
    wanted = start.name.exports[0]
    if start.module.kind == "module":
        names = _names_of_module(subject, start)
    elif start.module.kind == "commonjs" and not start.module.facts.is_module:
        names = _names_of_commonjs(start, start.module)
    else:
        return
    if names is None or wanted in names:
        return
    path = relative(start.path)
    known = ", ".join(f"`{name}`" for name in sorted(names - {"__esModule"})[:5])
    message = f"`{path}` does not export `{wanted}`, which the handler `{subject.handler}` names"
    hint = (
        f"it exports {known}: name one of them" if known else f"export a function called `{wanted}`"
    )
    yield Finding("handler-export", "error", path, message, hint)


def check_callback(subject: Subject) -> Iterator[Finding]:
    """Yield one finding for a handler with a callback, which Node.js 24 and newer refuse."""
    start = close(subject)
    if start is None or subject.target.details.loader == 3 or len(start.name.exports) != 1:
        return
    if start.module.kind not in ("module", "commonjs") or start.module.facts.syntax_error_line:
        return
    length = start.walk.length_of(start.path, start.name.exports[0])
    start.walk.remember()
    if length is not None and length >= 3:
        path = relative(start.path)
        message = (
            f"the handler in `{path}` takes {length} parameters; from Node.js 24 on Lambda "
            "refuses handlers with a "
            f"callback: Runtime.CallbackHandlerDeprecated"
        )
        hint = "make it an async function of event and context that returns its result"
        yield Finding("handler-callback", "error", path, message, hint)


def _names_of_module(subject: Subject, start: Start) -> frozenset[str] | None:
    names = ExportedNames(start.walk, subject.target.details.major).of(start.path)
    if names is not None and subject.target.details.loader == 4 and "default" in names:
        return None  # the loader then looks into the default export
    return names


def _names_of_commonjs(start: Start, module: Module) -> frozenset[str] | None:
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
        if not (found.is_complete or _is_annotated(start, current)) or len(seen) > _REEXPORTS_MAX:
            return None
        names |= {*found.exports, *found.hidden}
        for specifier in found.reexports:
            answer = start.walk.resolver.require(specifier, current.path)
            target = None if isinstance(answer, Failure) else start.walk.modules.get(answer.path)
            if target is None or target.kind != "commonjs":
                return None
            pending.append(target)
    start.walk.remember()
    return frozenset(names)


def _is_annotated(start: Start, module: Module) -> bool:
    """Return whether the file has the list of its exports that esbuild writes for Node."""
    return b"0 && (module.exports = {" in _content(start, module)


def _content(start: Start, module: Module) -> bytes:
    try:
        return start.walk.files.read(module.path, limit_bytes=TEXT_LIMIT_BYTES) or b""
    except ArchiveError:
        return b""
