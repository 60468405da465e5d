"""Files of a workspace that a member packs though they are outside of its folder.

    include = ["../../shared/logo.png"]

In: the workspace's root, the member, and its patterns. Out: what was chosen, by its paths below the
root. The zip then has the folders of the workspace, so that code finds such files by the paths by
which it finds them here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.errors import ProjectError
from zipper.npm.folder_path import resolve
from zipper.project.own_files import LeftOut, OwnFiles, choose_files, choose_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["choose_outside", "choose_outside_name", "split_patterns"]

_SPECIAL: Final = frozenset("*?[")


def split_patterns(include: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the patterns for the project's own files, and those that leave its folder."""
    outside = tuple(pattern for pattern in include if pattern.startswith("../"))
    return tuple(pattern for pattern in include if pattern not in outside), outside


def choose_outside(
    root: Path,
    member: str,
    patterns: Sequence[str],
    *,
    exclude: Sequence[str] = (),
    outputs: frozenset[Path] = frozenset(),
) -> OwnFiles:
    """Return the files that `patterns` bring, relative to `root`.

    Args:
        root: the root of the workspace.
        member: the folder that is built, relative to it; empty for the root itself.
        patterns: relative to the member, each beginning with `../`.
        exclude: as for the project's own files.
        outputs: files that zipper itself writes.

    Raises:
        ProjectError: EPATTERN for a pattern that leaves the workspace, or finds nothing; EREAD.
    """
    files: set[str] = set()
    left_out: dict[str, LeftOut] = {}
    for pattern in patterns:
        folder, rest = _find_base(root, member, pattern)
        chosen = choose_files(
            root / folder, include=(f"/{rest}",) if rest else (), exclude=exclude, outputs=outputs
        )
        prefix = f"{folder}/" if folder else ""
        found = {f"{prefix}{name}" for name in chosen.files}
        found = {name for name in found if not name.startswith(f"{member}/")}
        # A package.json comes along, as `include` always has it, and is not what was asked for.
        if not found - ({f"{prefix}package.json"} if rest not in ("", "package.json") else set()):
            raise ProjectError(
                "EPATTERN",
                f"`{pattern}` in `include` finds no file",
                facts=(("in", str(root / folder)),),
                hint="the path is relative to the member's folder; of what may hold secrets, "
                "`--exclude '!NAME'` brings a file",
            )
        files |= found
        left_out |= {f"{prefix}{item.path}": item for item in chosen.left_out}
    return OwnFiles(
        root,
        tuple(sorted(files, key=lambda name: name.encode("utf-8", "surrogateescape"))),
        tuple(item._replace(path=path) for path, item in sorted(left_out.items())),
    )


def choose_outside_name(member: str, include: Sequence[str]) -> Callable[[str], bool]:
    """Return what says of a path below the root whether a file there would be chosen."""
    patterns = [f"/{resolve(member, pattern)}" for pattern in split_patterns(include)[1]]
    return choose_name(include=patterns) if patterns else lambda _: False


def _find_base(root: Path, member: str, pattern: str) -> tuple[str, str]:
    """Return the folder below `root` in which a pattern begins, and what is left of the pattern."""
    place = resolve(member, pattern)
    if not member or place in ("", "..") or place.startswith("../"):
        raise ProjectError(
            "EPATTERN",
            f"`{pattern}` in `include` leaves `{root}`",
            hint="a member of a workspace can pack what is in the workspace; name a folder or file "
            "of it",
        )
    parts = place.split("/")
    plain = next((at for at, part in enumerate(parts) if _SPECIAL & {*part}), len(parts))
    if plain == len(parts) and (root / place).is_dir():
        return place, ""
    at = min(plain, len(parts) - 1)
    return "/".join(parts[:at]), "/".join(parts[at:])
