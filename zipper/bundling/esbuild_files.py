"""Files through esbuild: each to its JavaScript and to the modules that this asks for.

In: sources with the flags that each needs. Out: a `Compiled` for each. What a file came to is noted
by its content, so that only what has changed is read by esbuild again.

Source: esbuild's documentation of `build` without `--bundle`, and of its metafile.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final, Literal

from zipper.bundling.source_lines import read_lines
from zipper.named_tuple import NamedTuple
from zipper.store.notes import COMPILED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zipper.bundling.output_places import LineRows
    from zipper.bundling.source_resolution import Mode
    from zipper.store.notes import Notebook, Value

__all__ = ["Compiled", "Compiler", "Format", "SourceText"]

Format = Literal["cjs", "esm"]

_ARGUMENTS_MAX: Final = 20_000
"""Characters of names in one command line; Windows takes 32,767."""
_META: Final = "meta.json"


class SourceText(NamedTuple):
    """A file to transform, and all that decides what it becomes."""

    path: str
    """In messages and source maps; relative to the root."""
    data: bytes
    format: Format
    tsconfig: str
    """As JSON, for esbuild."""


class Compiled(NamedTuple):
    """What a file became."""

    code: str
    imports: tuple[tuple[str, Mode], ...]
    """Specifiers, and how Node comes to read each of them."""
    is_module: bool
    """Whether the source itself is written as an ES module."""
    map: str
    """The source map."""
    rows: LineRows
    """Where its lines come from."""


class Compiler:
    """esbuild for one project.

    Args:
        notebook: where results are noted.
        identity: of the esbuild, see `EsbuildChoice.identity`.
        flags: those that all files have.
        run: starts esbuild; see `zipper.bundling.esbuild_process.Esbuild.run`. Not called where
            all is noted.
    """

    def __init__(
        self,
        notebook: Notebook,
        *,
        identity: str,
        flags: Sequence[str],
        run: Callable[[Mapping[str, bytes], Sequence[Sequence[str]]], list[dict[str, bytes]]],
    ) -> None:
        self._notebook = notebook
        self._shared = (identity, tuple(flags))
        self._flags = flags
        self._run = run
        self._known: dict[SourceText, Compiled] = {}

    def compile(self, sources: Sequence[SourceText]) -> list[Compiled]:
        """Return what each source becomes, in the order given.

        Raises:
            ProjectError: EESBUILD with esbuild's messages.
        """
        unknown = [source for source in dict.fromkeys(sources) if source not in self._known]
        self._known |= dict(zip(unknown, self._compile_unknown(unknown), strict=True))
        return [self._known[source] for source in sources]

    def _compile_unknown(self, sources: Sequence[SourceText]) -> list[Compiled]:
        if not sources:
            return []
        rows = [self._inputs(source) for source in sources]
        noted = self._notebook.recall_many(COMPILED, rows)
        found = {number: _read_note(body) for number, body in noted.items()}
        missing = [number for number in range(len(sources)) if number not in found]
        if missing:
            made = self._compile_missing([sources[number] for number in missing])
            found |= dict(zip(missing, made, strict=True))
            self._notebook.remember_many(
                COMPILED, ((rows[number], _write_note(found[number])) for number in missing)
            )
        return [found[number] for number in range(len(sources))]

    def _inputs(self, source: SourceText) -> Value:
        digest = hashlib.sha256(source.data).hexdigest()
        return (*self._shared, source.path, digest, source.format, source.tsconfig)

    def _compile_missing(self, sources: Sequence[SourceText]) -> list[Compiled]:
        batches = list(_batch(sources))
        commands = [
            [
                *(f"{place}={sources[number].path}" for place, number in enumerate(batch)),
                f"--format={sources[batch[0]].format}",
                f"--tsconfig-raw={sources[batch[0]].tsconfig}",
                f"--metafile=out{row}/{_META}",
                *self._flags,
            ]
            for row, batch in enumerate(batches)
        ]
        written = self._run({source.path: source.data for source in sources}, commands)
        found: dict[int, Compiled] = {}
        for row, (batch, files) in enumerate(zip(batches, written, strict=True)):
            meta = json.loads(files[_META])
            for place, number in enumerate(batch):
                found[number] = _read_output(meta, files, f"out{row}", place, sources[number])
        return [found[number] for number in range(len(sources))]


def _batch(sources: Sequence[SourceText]) -> list[list[int]]:
    """Return numbers of sources that one command may have: of one format and one tsconfig."""
    batches: dict[tuple[str, str, int], list[int]] = {}
    lengths: dict[tuple[str, str], int] = {}
    for number, source in enumerate(sources):
        kind = source.format, source.tsconfig
        lengths[kind] = lengths.get(kind, 0) + len(source.path) + 10
        batches.setdefault((*kind, lengths[kind] // _ARGUMENTS_MAX), []).append(number)
    return list(batches.values())


def _read_output(
    meta: dict[str, dict[str, dict[str, object]]],
    files: Mapping[str, bytes],
    out: str,
    place: int,
    source: SourceText,
) -> Compiled:
    output = meta["outputs"][f"{out}/{place}.js"]
    format_ = meta["inputs"].get(source.path, {}).get("format")
    is_module = source.format == "esm"
    imports = output["imports"]
    assert isinstance(imports, list)
    map_ = files[f"{place}.js.map"].decode()
    return Compiled(
        code=files[f"{place}.js"].decode("utf-8", "surrogateescape"),
        imports=tuple(dict.fromkeys(_read_import(one, is_module=is_module) for one in imports)),
        is_module=format_ == "esm",
        map=map_,
        rows=read_lines(map_),
    )


def _read_import(one: Mapping[str, str], *, is_module: bool) -> tuple[str, Mode]:
    """Return a row of the metafile; a static import of what becomes CommonJS is a `require`."""
    is_import = one["kind"] == "dynamic-import" or (one["kind"] == "import-statement" and is_module)
    return one["path"], "import" if is_import else "require"


def _write_note(compiled: Compiled) -> bytes:
    return json.dumps(compiled).encode("ascii")


def _read_note(body: bytes) -> Compiled:
    code, imports, is_module, map_, rows = json.loads(body)
    named = tuple((path, mode) for path, mode in imports)
    return Compiled(code, named, is_module, map_, tuple((line, source) for line, source in rows))
