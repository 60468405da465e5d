"""Files that an asset names: a template that includes another, a .proto that imports one.

In: a text, its place. Out: texts in it that may be paths. Which of them are files, the caller sees.

Source: the languages' own documentation: EJS `include`, Pug `include` and `extends`, Nunjucks and
Liquid, Handlebars' partials, Protocol Buffers' `import`, JSON Schema's and OpenAPI's `$ref`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.bundling.source_folder import join
from zipper.bundling.source_names import CODE, SPECIFIER
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["find_references", "find_requested"]

_ENDINGS: Final = (
    *(".ejs", ".pug", ".jade", ".hbs", ".handlebars", ".mustache", ".njk", ".nunjucks", ".html"),
    *(".htm", ".liquid", ".eta", ".twig", ".vash", ".dot", ".jst", ".mjml", ".proto", ".graphql"),
    *(".gql", ".yaml", ".yml", ".json", ".xml", ".xsd", ".xsl", ".xslt", ".wsdl", ".css", ".scss"),
    *(".less", ".svg", ".md"),
)
_PATH: Final = rb"([\w@.][\w@./-]{0,200})"
_NAMED: Final = late_pattern(
    rb"\b(?:include|extends|import|from|render|layout|partial|src|href|schemaLocation|file)"
    rb"\s*+[(:=]?\s*+['\"`]?"
    + _PATH
    + rb"|\$ref['\"]?\s*:\s*['\"]?"
    + _PATH
    + rb"|\{\{[#~]?>\s*['\"]?"
    + _PATH
)
_CODE: Final = (".js", ".cjs", ".mjs")
_COMPLETED: Final = ("", ".js", ".json", ".cjs", "/index.js")
_SIZE_MAX: Final = 500_000
_NAMES_MAX: Final = 500


def find_references(path: str, content: bytes) -> Iterator[tuple[str, ...]]:
    """Yield for each name in an asset the paths that it may mean, likelier ones first.

    Args:
        path: of the asset.
        content: its bytes; a large one names nothing.
    """
    if path.endswith(_CODE):
        folder = path.rpartition("/")[0]
        for name in find_requested(path, content):
            if name.startswith(("./", "../")):
                yield tuple(join(folder, f"{name}{ending}") for ending in _COMPLETED)
    if not path.endswith(_ENDINGS) or len(content) > _SIZE_MAX:
        return
    folder, _, name = path.rpartition("/")
    ending = f".{name.rpartition('.')[2]}"
    names: dict[str, None] = {}
    for match in _NAMED.finditer(content):
        names[next(filter(None, match.groups())).decode()] = None
        if len(names) >= _NAMES_MAX:
            break
    for text in names:
        parts = folder.split("/") if folder else []
        above = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
        bases = above[:1] if text.startswith(".") else above
        yield tuple(
            join(base, f"{text}{added}") for base in bases or [""] for added in ("", ending)
        )


def find_requested(path: str, content: bytes) -> dict[str, int]:
    """Return the specifiers in code that is copied as it is, each with its first line."""
    found: dict[str, int] = {}
    for match in SPECIFIER.finditer(content) if path.endswith(CODE) else ():
        name = match[1].decode("utf-8", "replace")
        if name not in found:
            found[name] = content.count(b"\n", 0, match.start()) + 1
    return found
