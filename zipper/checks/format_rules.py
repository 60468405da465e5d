"""Whether Node can load a reached file in the way in which it is asked for.

In: a subject. Out: findings `module-format`: JSON imported without its attribute, an attribute that
does not fit, extensions that `import` or the runtime does not know, TypeScript in packages.

Source: Node.js documentation, Errors: ERR_IMPORT_ATTRIBUTE_MISSING, ERR_UNKNOWN_FILE_EXTENSION,
ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING; tried with Node.js 20, 22 and 24.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.closure import close
from zipper.checks.module_messages import WHEN, make_finding, where
from zipper.checks.module_reader import TYPED
from zipper.checks.module_resolution import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.subject import Subject
    from zipper.checks.walk import Asked
    from zipper.findings import Finding
    from zipper.target import Target

__all__ = ["check_formats"]

_SCRIPTS: Final = ("", ".js", ".mjs", ".cjs")
_COMPILE: Final = "compile it, and pack the JavaScript"


def check_formats(subject: Subject) -> Iterator[Finding]:
    """Yield files that are there and that Node refuses to load by what asks for them."""
    start = close(subject)
    if start is None:
        return
    for path in sorted(start.walk.modules):
        module = start.walk.modules[path]
        for asked in module.asked:
            if isinstance(asked.answer, Failure) or asked.answer.kind != "file":
                continue
            problem = _judge(asked, asked.answer.path, subject)
            if problem is not None:
                message = f"{where(module, asked.request)} {problem[0]}; {WHEN[asked.level]}"
                yield make_finding("module-format", asked.level, path, message, problem[1])


def _judge(asked: Asked, path: str, subject: Subject) -> tuple[str, str] | None:
    """Return what is wrong with a request for the file at `path`, and a hint."""
    kind, specifier = asked.request.kind, asked.request.specifier
    name = path.rpartition("/")[2]
    extension = name[name.rfind(".") :] if "." in name else ""
    if kind in ("resolve", "meta"):
        return None
    if extension in TYPED:
        return _judge_typed(specifier, path, subject)
    if kind not in ("import", "dynamic"):
        told = f"requires `{specifier}`, which Node reads as JavaScript"
        return (told, "read it with `fs`") if extension == ".wasm" else None
    return _judge_import(asked, extension, subject.target)


def _judge_import(asked: Asked, extension: str, target: Target) -> tuple[str, str] | None:
    specifier, attribute = asked.request.specifier, asked.request.attribute
    if extension == ".json":
        told = f"imports `{specifier}` without `with {{ type: 'json' }}`"
        hint = "add the attribute, or read the file with `createRequire`"
        return None if attribute in ("json", "?") else (told, hint)
    if attribute == "json":
        return f"imports `{specifier}` as JSON, which it is not", "take the attribute away"
    if extension in _SCRIPTS or (extension == ".wasm" and target.details.major >= 22):
        return None
    told = f"imports `{specifier}`: ERR_UNKNOWN_FILE_EXTENSION for `{extension}`"
    return told, "load it with `createRequire`, or read it with `fs`"


def _judge_typed(specifier: str, path: str, subject: Subject) -> tuple[str, str] | None:
    if not subject.flags.strips_types:
        major = subject.target.details.major
        return f"needs `{specifier}`, and Node.js {major} loads no TypeScript", _COMPILE
    if "/node_modules/" in path:
        told = f"needs `{specifier}`: ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING"
        return told, _COMPILE
    return None
