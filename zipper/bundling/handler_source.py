"""Which source holds the handler: that which its name means, `main`, or the only candidate.

In: the names of the project's files, its package.json, the handler that was asked for. Out: a
`HandlerSource`, or None where the handler is JavaScript. Pure but for reading candidates.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.bundling.source_names import TYPED, is_declaration
from zipper.errors import ProjectError
from zipper.findings import Finding
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple
from zipper.target import default_handler

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

__all__ = ["HandlerSource", "find_handler_source", "is_tool_source", "tell_built"]

_BUILT: Final = (".js", ".mjs", ".cjs")

_EXPORTS_HANDLER: Final = late_pattern(
    rb"(?:^|[;}])[ \t]*export\s+(?:const|let|var|(?:async\s+)?function)\s+handler\b"
    rb"|(?:^|[;}])[ \t]*export\s*\{[^}]*\bhandler\s*(?:,|\})"
    rb"|(?:^|[;}])[ \t]*(?:module\.)?exports\.handler\s*=",
    re.MULTILINE,
)
_EXPORTS_WHOLE: Final = late_pattern(rb"^[ \t]*export\s*=", re.MULTILINE)
_NO_HANDLERS: Final = late_pattern(
    r"(?:^|/)(?:__tests__|__mocks__|tests?|specs?|e2e|cdk\.out|coverage)/"
    r"|[._-](?:test|spec|stories)\.[cm]?tsx?$|\.config\.[cm]?ts$"
)
"""What no function is: tests, and what configures tools."""
_SHOWN_MAX: Final = 5


class HandlerSource(NamedTuple):
    """The source of a handler."""

    handler: str
    """Its name for Lambda."""
    path: str
    """Relative to the project's folder."""
    findings: tuple[Finding, ...] = ()


def is_tool_source(path: str) -> bool:
    """Tell whether a source is a test, or what configures a tool, by its name."""
    return _NO_HANDLERS.search(path) is not None


def find_handler_source(
    names: Collection[str],
    package_json: Mapping[str, object],
    handler: str | None,
    *,
    read: Callable[[str], bytes],
) -> HandlerSource | None:
    """Return the source that holds the handler; None where JavaScript does, or nothing is sure.

    Args:
        names: the project's own files, those that stay out of the package left out.
        package_json: of the project.
        handler: what was asked for; None to go by `main`, or by what is there.
        read: returns the content of one of `names`.

    Raises:
        ProjectError: EHANDLER where several sources could be meant, or none exports it.
    """
    named = handler or default_handler(package_json)
    stem = _stem(named)
    if any(f"{stem}{ending}" in names for ending in _BUILT):
        return None
    path = _find_typed(names, stem)
    if path is not None:
        return HandlerSource(named, path)
    return None if handler else _find_only(names, stem, package_json, read)


def tell_built(
    names: Collection[str], package_json: Mapping[str, object], handler: str | None
) -> tuple[Finding, ...]:
    """Return a finding about a source beside the JavaScript that `main` names, if there is one."""
    if handler:
        return ()
    stem = _stem(default_handler(package_json))
    folder, slash, base = stem.partition("/")
    if not slash or folder not in ("dist", "build", "lib", "out"):
        return ()
    built = next((stem + ending for ending in _BUILT if stem + ending in names), None)
    source = _find_typed(names, f"src/{base}") or _find_typed(names, base)
    if built is None or source is None:
        return ()
    return (
        Finding(
            "source-beside",
            "info",
            source,
            f"`main` names `{built}`, which is packed as it is; `{source}` beside it is not read",
            f"to build from the source: `--handler {source.rpartition('.')[0]}.handler`",
        ),
    )


def _stem(handler: str) -> str:
    """Return the path that a handler names, without its export. Source: AWS's `index.mjs`."""
    folder, slash, name = handler.rpartition("/")
    path = f"{folder}{slash}{name.partition('.')[0]}"
    return path.removeprefix("./")


def _find_typed(names: Collection[str], stem: str) -> str | None:
    return next((stem + ending for ending in TYPED if stem + ending in names), None)


def _find_only(
    names: Collection[str],
    stem: str,
    package_json: Mapping[str, object],
    read: Callable[[str], bytes],
) -> HandlerSource | None:
    """Return the only source that exports `handler`; of several the one of `main`'s name."""
    typed = (name for name in names if name.endswith(TYPED) and not is_declaration(name))
    candidates = [
        name
        for name in sorted(typed)
        if not is_tool_source(name)
        and "." not in name.rpartition("/")[2].rpartition(".")[0]
        and _exports_handler(read(name))
    ]
    if len(candidates) > 1:
        base = stem.rpartition("/")[2]
        named = [one for one in candidates if _base(one) == base]
        depth = min((one.count("/") for one in named), default=0)
        candidates = [one for one in named if one.count("/") == depth] or candidates
    if not candidates:
        _refuse_unexported(names)
        return None
    if len(candidates) > 1:
        raise _ambiguous(candidates)
    (path,) = candidates
    handler = f"{path.rpartition('.')[0]}.handler"
    main = package_json.get("main")
    why = f"`main` names `{main}`, which is not there" if isinstance(main, str) else "no `main`"
    return HandlerSource(
        handler,
        path,
        (
            Finding(
                "handler-found",
                "info",
                path,
                f"the handler is `{handler}`: {why}, and `{path}` is the source that exports it",
                f"to make sure of it: `--handler {handler}`, or `handler` in the settings",
            ),
        ),
    )


def _exports_handler(data: bytes) -> bool:
    data = data.removeprefix(b"\xef\xbb\xbf")
    whole = _EXPORTS_WHOLE.search(data)
    return bool(_EXPORTS_HANDLER.search(data)) or (whole is not None and b"handler" in data)


def _refuse_unexported(names: Collection[str]) -> None:
    """Raise where all code is TypeScript, and none of it exports `handler`."""
    code = [
        name
        for name in sorted(names)
        if name.endswith((*TYPED, *_BUILT))
        and not is_declaration(name)
        and not is_tool_source(name)
    ]
    if not code or any(name.endswith(_BUILT) for name in code):
        return
    more = len(code) - _SHOWN_MAX
    raise ProjectError(
        "EHANDLER",
        "no source exports `handler`",
        facts=(
            ("sources", ", ".join(code[:_SHOWN_MAX]) + (f" and {more} more" if more > 0 else "")),
        ),
        hint="export a function called `handler`; a type is gone when the function runs. One of "
        f"another name: `--handler {code[0].rpartition('.')[0]}.NAME`",
    )


def _base(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0]


def _ambiguous(candidates: list[str]) -> ProjectError:
    shown = [f"{one.rpartition('.')[0]}.handler" for one in candidates[:_SHOWN_MAX]]
    more = len(candidates) - len(shown)
    return ProjectError(
        "EHANDLER",
        f"{len(candidates)} sources export a handler, and nothing says which one is meant",
        facts=(("handlers", ", ".join(shown) + (f" and {more} more" if more else "")),),
        hint=f"name it: `--handler {shown[0]}`",
    )
