"""Decorators with the metadata of their types, which esbuild does not emit: TypeScript's own work.

In: sources. Out: the same with types taken off and decorators transformed, for esbuild to finish.
Nest, TypeORM and others find by that metadata what a constructor or a column is.

Source: TypeScript, `emitDecoratorMetadata`; esbuild's documentation, TypeScript caveats.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Final

from zipper.errors import ProjectError
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple
from zipper.store.notes import COMPILED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zipper.store.notes import Notebook, Value

__all__ = ["DecoratedSource", "Decorators", "has_decorators", "refuse_lost_metadata"]

_DECORATOR: Final = late_pattern(rb"(?m)(?:^|[(,;{}])[ \t]*@[A-Za-z_$]")
_HELPER: Final = "__decorateClass("
"""What esbuild calls for a legacy decorator."""
_DEFINES_SINCE: Final = late_pattern(r"es(?:20(?:2[2-9]|[3-9]\d)|next)", re.IGNORECASE)
"""Targets from which class fields are defined, not assigned, unless an option says otherwise."""
_SHOWN_MAX: Final = 5


class DecoratedSource(NamedTuple):
    """A source with decorators."""

    path: str
    data: bytes
    tsconfig: str
    """As JSON, for esbuild."""


class Decorators:
    """The project's TypeScript.

    Args:
        notebook: where results are noted.
        identity: of the TypeScript.
        run: given options and texts by name, returns `transpile.cjs`'s answer; not called where
            all is noted.
    """

    def __init__(
        self,
        notebook: Notebook,
        *,
        identity: str,
        run: Callable[[Mapping[str, object], Mapping[str, str]], Mapping[str, object]],
    ) -> None:
        self._notebook = notebook
        self._identity = identity
        self._run = run

    def transform(self, sources: Sequence[DecoratedSource]) -> dict[str, bytes]:
        """Return what each source becomes, by its path.

        Raises:
            ProjectError: EDECORATORS for a source that TypeScript cannot read, and for a TypeScript
                that cannot be started; NodeError without a Node.
        """
        rows = [self._inputs(source) for source in sources]
        noted = self._notebook.recall_many(COMPILED, rows)
        found = {sources[number].path: body for number, body in noted.items()}
        missing = [number for number in range(len(sources)) if number not in noted]
        for tsconfig in dict.fromkeys(sources[number].tsconfig for number in missing):
            batch = [sources[n] for n in missing if sources[n].tsconfig == tsconfig]
            found |= self._transform_batch(tsconfig, batch)
        self._notebook.remember_many(
            COMPILED, ((rows[number], found[sources[number].path]) for number in missing)
        )
        return found

    def _inputs(self, source: DecoratedSource) -> Value:
        digest = hashlib.sha256(source.data).hexdigest()
        return (self._identity, source.path, digest, source.tsconfig)

    def _transform_batch(self, tsconfig: str, batch: Sequence[DecoratedSource]) -> dict[str, bytes]:
        options = _options_of(tsconfig)
        texts = {source.path: source.data.decode("utf-8-sig", "replace") for source in batch}
        answer = self._run(options, texts)
        made = answer["made"]
        assert isinstance(made, dict)
        wrong = [
            (f"{path}:{error['line']}:{error['column']}", error["message"])
            for path, one in made.items()
            for error in one["errors"]
        ]
        if wrong:
            raise ProjectError(
                "EDECORATORS",
                f"TypeScript cannot read the sources: {wrong[0][1]}",
                facts=tuple(wrong[:_SHOWN_MAX]),
                hint="mend the file, or take it out of what the handler imports",
            )
        return {path: one["text"].encode() for path, one in made.items()}


def has_decorators(data: bytes) -> bool:
    """Tell whether a source may have decorators; a comment that looks like one does no harm."""
    return _DECORATOR.search(data) is not None


def refuse_lost_metadata(path: str, data: bytes, code: str) -> None:
    """Raise where esbuild has transformed decorators whose metadata tsconfig.json asks for.

    Raises:
        ProjectError: EDECORATORS.
    """
    if _HELPER not in code:
        return
    found = _DECORATOR.search(data)
    line = 1 if found is None else data.count(b"\n", 0, found.end()) + 1
    raise ProjectError(
        "EDECORATORS",
        f"`{path}` line {line} has a decorator, and tsconfig.json asks for metadata of its types "
        "(`emitDecoratorMetadata`), which esbuild does not emit",
        hint='add `decorators = "tsc"` to the settings (`[tool.zipper]`), or `--decorators tsc`; '
        '`"esbuild"` does without the metadata',
    )


def _options_of(tsconfig: str) -> dict[str, object]:
    """Return the options of a tsconfig for this pass: the newest syntax, modules as they are.

    esbuild goes on with the map of the result.
    """
    own = json.loads(tsconfig)["compilerOptions"]
    defines = own.get("useDefineForClassFields")
    if defines is None:
        defines = _DEFINES_SINCE.fullmatch(str(own.get("target", ""))) is not None
    return {
        **own,
        "target": "esnext",
        "module": "esnext",
        "jsx": "preserve",
        "useDefineForClassFields": defines,
        "experimentalDecorators": True,
        "emitDecoratorMetadata": True,
        "isolatedModules": True,
        "inlineSourceMap": True,
        "inlineSources": True,
    }
