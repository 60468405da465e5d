"""A patch applied to a package's files, as pnpm, yarn and bun apply it.

In: effects, and the package's files. Out: what each changed file becomes. Lines are compared
without the white space at their ends, and a hunk may have moved: up to 20 lines for pnpm, anywhere
for bun and for yarn, which begins to look where the new lines go.

Deviation: pnpm takes a patch that does not apply where it could be taken back, for it was applied
before; here it does not apply. yarn refuses a patch without changes, a rename into a folder that is
not there, and ignores a change of mode; here the first changes nothing and the others are done.

Source: patch-package's `applyPatches.ts`; yarn's plugin-patch `tools/apply.ts`; bun 1.4, tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.npm.patch_text import Effect, Hunk, PatchFaultError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["PatchedFile", "apply_patch"]

_MOVED_MAX: Final = 20

_SPACE: Final = " \t\n\v\f\r\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What JavaScript's `\\s` is."""


class PatchedFile(NamedTuple):
    """A file of the package."""

    data: bytes
    is_executable: bool = False


class _Edit(NamedTuple):
    """One step: lines from `at` on are removed, others inserted; or the end of the file changes."""

    at: int
    removed: int = 0
    inserted: tuple[str, ...] = ()
    end: int = 0
    """-1 drops the last line, 1 adds an empty one."""


def apply_patch(
    effects: Iterable[Effect],
    read: Callable[[str], PatchedFile | None],
    *,
    tool: str,
) -> dict[str, PatchedFile | None]:
    """Return the files that a patch changes, None for one that goes.

    Args:
        effects: of the patch, those that are for this version.
        read: returns one of the package's files; only those that the patch names are read.
        tool: whose rules say where a hunk may be: `pnpm`, `bun` or `yarn`.

    Raises:
        PatchFaultError: naming file and hunk.
    """
    changed: dict[str, PatchedFile | None] = {}

    def find(path: str) -> PatchedFile | None:
        return changed[path] if path in changed else read(path)

    for effect in effects:
        path = effect.path
        if effect.kind == "create":
            changed[path] = PatchedFile(_make(effect), effect.is_executable)
            continue
        source = effect.old_path or path
        there = find(source)
        if there is None:
            raise PatchFaultError(f"the package has no file `{source}`")
        if effect.kind in ("delete", "rename"):
            changed[source] = None
        if effect.kind == "rename":
            changed[path] = there
        elif effect.kind == "mode":
            changed[path] = there._replace(is_executable=effect.is_executable)
        elif effect.kind == "change":
            changed[path] = there._replace(data=_change(there.data, effect, tool))
    return changed


def _make(effect: Effect) -> bytes:
    if not effect.hunks or not effect.hunks[0].parts:
        return b""
    part = effect.hunks[0].parts[0]
    text = "\n".join(part.lines) + ("" if part.ends_without_newline else "\n")
    return text.encode("utf-8", "surrogatepass")


def _change(data: bytes, effect: Effect, tool: str) -> bytes:
    lines = data.decode("utf-8", "replace").split("\n")
    bare = [line.rstrip(_SPACE) for line in lines]
    edits: list[_Edit] = []
    moved = frozen = 0
    for number, hunk in enumerate(effect.hunks, 1):
        if tool == "yarn":
            guess = max(frozen, hunk.new_start + moved)
            places = _list_places(guess, frozen, len(lines) - hunk.old_length)
        else:
            guess = hunk.old_start - 1
            most = _MOVED_MAX if tool == "pnpm" else None
            places = _list_places(guess, 0, len(lines) - hunk.old_length, most)
        for place in places:
            found = _match(hunk, bare, place)
            if found is not None:
                moved += place - guess
                frozen = place + hunk.old_length
                edits += found
                break
        else:
            raise PatchFaultError(
                f"hunk {number} of `{effect.path}` (line {hunk.old_start}) does not apply"
            )
    return "\n".join(_edit(lines, edits)).encode("utf-8", "surrogatepass")


def _list_places(guess: int, lowest: int, highest: int, most: int | None = None) -> Iterator[int]:
    """Yield the places where a hunk may be, the nearest first, those above before those below."""
    span = max(guess - lowest, highest - guess, 0)
    for offset in range((span if most is None else min(span, most)) + 1):
        if guess - offset >= lowest:
            yield guess - offset
        if offset and guess + offset <= highest:
            yield guess + offset


def _match(hunk: Hunk, bare: list[str], place: int) -> list[_Edit] | None:
    """Return the steps of a hunk at a place; None where other lines are there."""
    edits = []
    at = place
    for part in hunk.parts:
        if part.kind == "insertion":
            edits.append(_Edit(at, inserted=part.lines))
            if part.ends_without_newline:
                edits.append(_Edit(at, end=-1))
            continue
        wanted = [line.rstrip(_SPACE) for line in part.lines]
        if bare[at : at + len(wanted)] != wanted:
            return None
        if part.kind == "deletion":
            edits.append(_Edit(at, removed=len(wanted)))
            if part.ends_without_newline:
                edits.append(_Edit(at, end=1))
        at += len(wanted)
    return edits


def _edit(lines: list[str], edits: Iterable[_Edit]) -> list[str]:
    made = list(lines)
    shift = 0
    for edit in edits:
        if edit.end > 0:
            made.append("")
        elif edit.end < 0:
            if made:
                made.pop()
        else:
            at = edit.at + shift
            made[at : at + edit.removed] = edit.inserted
            shift += len(edit.inserted) - edit.removed
    return made
