"""From a laid out folder to a bundle: esbuild runs until no package is in it that has to stay.

In: a `BundleFolder`, flags, what is known of packages. Out: a `Bundle`, or an error with file and
line. The first run takes in all packages, and its metafile says which of their files are reached;
the second leaves out what has to stay. A build that guesses right which these are runs once.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Final

from zipper.bundling.bundle_folder import OUT
from zipper.bundling.kept_packages import KeptPackages
from zipper.bundling.metafile import Metafile, read_metafile
from zipper.bundling.surroundings import KeptPackage, find_location
from zipper.errors import ProjectError
from zipper.findings import count_more
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zipper.bundling.bundle_folder import BundleFolder, Message
    from zipper.bundling.surroundings import Surroundings
    from zipper.bundling.tool_process import ToolEnd

__all__ = ["Bundle", "BundleChoices", "Bundler", "join_bundles"]

_META: Final = "meta.json"
_RUNS_MAX: Final = 20
"""Each run but the last leaves out more packages."""
_SHOWN_MAX: Final = 5
_INLINE_MAP: Final = b"//# sourceMappingURL=data:application/json;base64,"
_BASE64: Final = late_pattern(rb"[A-Za-z0-9+/]+=*")
_UNRESOLVED: Final = late_pattern(r'Could not resolve "([^"]+)"')
_AWAITS: Final = 'Top-level await is currently not supported with the "cjs" output format'
_META_EMPTY: Final = "empty-import-meta"
_CURE: Final = (
    'have Node.js read the handler as an ES module: `"type": "module"` in package.json, or the '
    "ending `.mts` (`.mjs`)"
)


class BundleChoices(NamedTuple):
    """What a bundle is made with."""

    entry: str
    """Path of the handler's source from the root on."""
    output: str
    """Path of the bundle in the package."""
    flags: tuple[str, ...]
    external: tuple[str, ...]
    """Patterns of the settings."""


class Bundle(NamedTuple):
    """What came of it."""

    files: Mapping[str, bytes]
    """What esbuild wrote, by the name in the package."""
    metafile: bytes
    meta: Metafile
    kept: Mapping[str, KeptPackage]
    """By location."""
    absent: frozenset[str]
    """What packages ask for and the tree does not have."""
    warnings: tuple[Message, ...]
    arguments: tuple[str, ...]
    """What esbuild was started with."""


class Bundler:
    """The runs for one bundle."""

    def __init__(self, folder: BundleFolder, choices: BundleChoices, around: Surroundings) -> None:
        self._folder = folder
        self._choices = choices
        self._around = around
        self._kept: dict[str, KeptPackage] = {}
        self._absent: set[str] = set()

    def run(self, guess: Sequence[KeptPackage], confirm: Callable[[Bundle], bool]) -> Bundle:
        """Return the bundle.

        Args:
            guess: the packages that stayed the last time.
            confirm: tells whether a bundle without these is the one that a run without a guess
                ends with.

        Raises:
            ProjectError: EESBUILD with esbuild's messages, EBUNDLE.
        """
        if guess:
            self._kept = {one.location: one for one in guess}
            bundle = self._try()
            if bundle is not None and confirm(bundle):
                return bundle
            self._kept, self._absent = {}, set()
        for _ in range(_RUNS_MAX):
            bundle = self._try()
            if bundle is None:
                continue
            kept = KeptPackages(bundle.meta, self._around).decide(self._kept.values())
            if self._names(kept) <= self._names(self._kept):
                return bundle._replace(kept=kept)
            self._kept = kept
        raise AssertionError("packages that stay only grow in number")

    def is_complete(self, bundle: Bundle) -> bool:
        """Tell whether a bundle has nothing in it that has to stay, and no text in it changed."""
        places = self._around.places
        earlier = [
            one
            for one in bundle.kept.values()
            if one.kind != "named" or find_location(one.path, places)
        ]
        kept = KeptPackages(bundle.meta, self._around).decide(earlier)
        return kept == bundle.kept

    def _names(self, kept: Mapping[str, KeptPackage]) -> set[str]:
        return {self._around.tree.nodes[location].name for location in kept}

    def _try(self) -> Bundle | None:
        """Run esbuild; None where it failed for what may stay outside, which it then does."""
        choices = self._choices
        names = {*self._names(self._kept), *self._absent, *choices.external}
        arguments = [
            choices.entry,
            *choices.flags,
            *(f"--external:{name}" for name in sorted(names)),
            f"--metafile={OUT}/{_META}",
            f"--outfile={OUT}/{choices.output}",
        ]
        files, messages, done = self._folder.run(arguments)
        self._refuse_format(messages)
        if done.code != 0:
            if self._leave_out(messages):
                return None
            raise _failure(messages, done)
        metafile = self._folder.hide_place(files.pop(_META))
        files = {
            name: _place_map(data) if name.endswith(".map") else _place_inline_map(data)
            for name, data in files.items()
        }
        return Bundle(
            files,
            metafile,
            read_metafile(metafile),
            self._kept,
            frozenset(self._absent),
            tuple(one for one in messages if "node_modules/" not in one.path),
            tuple(arguments),
        )

    def _leave_out(self, messages: Sequence[Message]) -> bool:
        """Leave out what packages ask for in vain, and packages with files that no bundle holds.

        Return whether that was all that was wrong.
        """
        found = False
        for one in sorted(messages):  # esbuild's own order is another one in each run
            if not one.is_error:
                continue
            location = find_location(one.path, self._around.places)
            unresolved = _UNRESOLVED.match(one.text)
            if not location:
                return False
            if unresolved is not None:
                found |= unresolved[1] not in self._absent
                self._absent.add(unresolved[1])
            elif location not in self._kept:
                found = True
                reason = f"has what no bundle can hold: {one.text}"
                self._kept[location] = KeptPackage(location, "loader", reason, one.path, one.line)
        return found

    def _refuse_format(self, messages: Sequence[Message]) -> None:
        """Raise for what only an ES module can have, in sources that become CommonJS."""
        for one in messages:
            if find_location(one.path, self._around.places):
                continue
            what = (
                "`import.meta`"
                if one.id == _META_EMPTY
                else "`await` at the top level"
                if one.text.startswith(_AWAITS)
                else None
            )
            if what is not None:
                raise ProjectError(
                    "EBUNDLE",
                    f"`{one.path}` line {one.line} has {what}, and Node.js reads the bundle as "
                    "CommonJS, which has none",
                    facts=((f"{one.path}:{one.line}", one.source or one.text),),
                    hint=_CURE,
                )


def _place_map(data: bytes) -> bytes:
    """Return a source map whose sources count from where the package has it.

    esbuild wrote it one folder further down than it is in the package.
    """
    value = json.loads(data)
    value["sources"] = [one.removeprefix("../") for one in value["sources"]]
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def _place_inline_map(code: bytes) -> bytes:
    """Return a bundle with the inline source map that it may end with placed in the same way."""
    text, mark, rest = code.rpartition(_INLINE_MAP)
    packed = rest.rstrip()
    if not mark or not _BASE64.fullmatch(packed):
        return code
    return text + mark + b64encode(_place_map(b64decode(packed))) + rest[len(packed) :]


def join_bundles(bundle: Bundle, others: Sequence[Bundle]) -> Bundle:
    """Return the bundle of a function with those of its workers: one metafile for all."""
    if not others:
        return bundle
    documents = [json.loads(one.metafile) for one in (bundle, *others)]
    joined = {
        key: {name: row for document in documents for name, row in document[key].items()}
        for key in ("inputs", "outputs")
    }
    metafile = json.dumps(joined, indent=2, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return bundle._replace(
        files={name: data for one in (*others, bundle) for name, data in one.files.items()},
        metafile=metafile,
        meta=read_metafile(metafile),
        kept={at: row for one in (*others, bundle) for at, row in one.kept.items()},
    )


def _failure(messages: Sequence[Message], done: ToolEnd) -> ProjectError:
    errors = sorted(one for one in messages if one.is_error)
    if not errors:
        told = done.said.strip()[-1000:] or "nothing"
        return ProjectError("EESBUILD", f"esbuild {done.problem}", facts=(("it said", told),))
    more = count_more(errors, 1)
    return ProjectError(
        "EESBUILD",
        f"esbuild cannot bundle the sources: {errors[0].text}{more}",
        facts=tuple(
            (f"{one.path}:{one.line}" if one.path else "error", f"{one.text}\n{one.source}")
            for one in errors[:_SHOWN_MAX]
        ),
        hint=_choose_hint(errors[0]),
    )


def _choose_hint(error: Message) -> str:
    found = _UNRESOLVED.match(error.text)
    if found is not None and not found[1].startswith((".", "/")):
        return (
            f"add `{found[1]}` to `dependencies` and to the lockfile; where a layer has it, "
            f'`external = ["{found[1]}"]`'
        )
    if not error.path:
        return "mend the table of esbuild's options in the settings"
    return "mend the file, or take it out of what the handler imports"
