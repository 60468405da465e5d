"""Walking one package: which of its files its rules let through.

In: a listing and a package folder. Out: the paths of the packed files, unsorted.

Every folder has rules of several sources, which count in a fixed order, the last word having the
last matching rule; a folder asks those above it first. What a folder may hold is decided before
it is entered, so a rule may let a folder through only for what lies deeper.

Source: ignore-walk 8 lib/index.js (filterEntry), npm-packlist 10 lib/index.js.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zipper.npm import folder_path
from zipper.npm.packlist_rules import (
    DEFAULT_RULES,
    STRICT_RULES,
    IgnoreListing,
    Rules,
    parse_rules,
    split_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.npm.glob import IgnoreRule
    from zipper.npm.packlist_package import PackedFolder

__all__ = ["Folder", "walk"]

_BELOW: Final = ("default", ".npmignore", ".gitignore", "strict")
_BELOW_WORKSPACES: Final = ("default", "package.json", ".npmignore", ".gitignore", "strict")
"""In a project with workspaces npm reads the package.json of a folder as an ignore file."""


@dataclass(slots=True, kw_only=True)
class Folder:
    """One folder on the walk, and the rules that it adds."""

    path: str
    """Where it is seen, relative to the top."""
    real: str
    """Where it is, which differs behind a link."""
    package: PackedFolder
    sources: tuple[str, ...]
    """Which rules count here, in their order."""
    parent: Folder | None = None
    extra_rules: tuple[str, ...] = ()
    exact: bool = False
    """The folder itself is let through, not only something in it."""
    required: list[str] = field(default_factory=list)
    """Files that `files` names, relative to this folder."""
    rules: dict[str, Rules] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


def walk(listing: IgnoreListing, folder: Folder) -> Iterator[str]:
    """Yield the packed files of `folder` and of the folders in it. Links are passed over."""
    entries = listing.folders.get(folder.real, {})
    _load_rules(listing, folder)
    for name, is_folder in entries.items():
        if "*" in name:
            continue  # Windows could not unpack it
        path, real = (f"{place}/{name}" if place else name for place in (folder.path, folder.real))
        passes = _let_through(folder, name)
        if not is_folder:
            if passes:
                yield path
        elif _let_through(folder, name, partial=True):
            exact = passes or _let_through(folder, f"{name}/")
            yield from walk(listing, _enter(folder, name, path, real, exact=exact))


def _enter(folder: Folder, name: str, path: str, real: str, *, exact: bool) -> Folder:
    below = [
        file.removeprefix(f"{name}/")
        for file in map(folder_path.normalize, folder.required)
        if file.startswith(f"{name}/") and file.count("/") == 1
    ]
    return Folder(
        path=path,
        real=real,
        package=folder.package,
        sources=_BELOW_WORKSPACES if folder.package.has_workspaces else _BELOW,
        parent=folder,
        exact=exact,
        required=below,
    )


def _load_rules(listing: IgnoreListing, folder: Folder) -> None:
    """Read the rules of one folder, and let the weaker of two sources go."""
    rules = folder.rules
    rules["default"] = parse_rules((*DEFAULT_RULES, *folder.extra_rules))
    is_package = folder.parent is None
    if not is_package:
        rules["strict"] = parse_rules(("/.git", *(f"!{file}" for file in folder.required)))
    for source in ("package.json", ".npmignore", ".gitignore"):
        text = listing.read(folder.real, source) if source in folder.sources else None
        if text is None:
            continue
        if source == "package.json" and is_package:
            _load_package_rules(listing, folder)
        else:
            rules[source] = parse_rules(split_lines(text))
    # `files` in package.json means no ignore file, and .npmignore means no .gitignore.
    if "package.json" in rules:
        rules.pop(".npmignore", None)
    if "package.json" in rules or ".npmignore" in rules:
        rules.pop(".gitignore", None)


def _load_package_rules(listing: IgnoreListing, folder: Folder) -> None:
    """Turn `files`, `main`, `browser` and `bin` into rules; named files are packed in any case."""
    ignored: list[str] = []
    named: list[str] = []
    for pattern in folder.package.files or ():
        file = pattern[1:] if pattern.startswith("./") else pattern
        file = f"{file}*" if file.endswith("/*") else file
        place = folder_path.resolve(folder.real, file.lstrip("!").lstrip("/") or ".")
        if listing.is_file(place) and not file.endswith("/"):
            named.insert(0, f"!{file}")
            folder.required.append(file.removeprefix("/"))
        elif listing.is_folder(place):
            ignored += [f"!{file}", f"!{file}/**"]
        elif place not in listing.links:
            ignored.append(f"!{file}")
    if folder.package.files is not None:
        folder.rules["package.json"] = parse_rules(("*", *ignored))
    required = (f"!/{file}" for file in folder.package.required)
    folder.rules["strict"] = parse_rules((*named, *STRICT_RULES, *required))


def _let_through(folder: Folder, entry: str, *, partial: bool = False, base: str = "") -> bool:
    """Return whether the rules of `folder`, and of those above, let `entry` through.

    Args:
        folder: whose rules are asked.
        entry: relative to `folder`; with a slash at its end it is surely a folder.
        partial: a folder through which something may be reached is enough.
        base: the name of the entry where the question comes from a folder below; else empty.
    """
    included = True
    if folder.parent is not None:
        above = f"{folder.name}/{entry}"
        included = _let_through(folder.parent, above, partial=partial, base=base or entry)
        if not included and not folder.exact:
            return False
    for source in folder.sources:
        for rule in folder.rules.get(source, ()):
            if rule.negated is included:
                continue
            if _rule_matches(rule, entry, partial=partial, base=base):
                included = rule.negated
    return included


def _rule_matches(rule: IgnoreRule, entry: str, *, partial: bool, base: str) -> bool:
    if rule.match(f"/{entry}") or rule.match(entry):
        return True
    if not partial:
        return False
    names = (entry, base) if base and rule.relative else (entry,)
    return any(
        rule.match(f"/{name}/")
        or rule.match(f"{name}/")
        or (
            rule.negated
            and (rule.match(f"/{name}", partial=True) or rule.match(name, partial=True))
        )
        for name in names
    )
