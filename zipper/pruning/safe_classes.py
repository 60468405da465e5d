"""Classes of files that no Node loads unasked, by their names alone.

In: a path within a package, and the names of the package's files. Out: the class, and the words by
which code would name such a file. Whether code reaches one all the same is the closure's question.

Source: what node-prune 1.2, modclean 3 and clean-modules 3 remove by default, without what has
broken packages (`tj/node-prune#6`, `eemeli/yaml#384`): here a name alone removes nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["CODE", "MENTIONS", "ClassOf", "find_es_folders", "find_mentions", "is_notice"]


CODE: Final = (".js", ".cjs", ".mjs")
_DECLARATION: Final = re.compile(r"\.d\.(?:[\w-]+\.)?[cm]?ts$")
_MAP: Final = re.compile(r"\.(?:[cm]?[jt]sx?|css)\.map$")
_SOURCE: Final = re.compile(r"\.(?:[cm]?tsx?|jsx|coffee)$")
_NATIVE: Final = re.compile(
    r"\.(?:c|cc|cpp|cxx|h|hh|hpp|gyp|gypi|mk|o|a|obj|vcxproj|sln|cmake|m4|am)$"
    r"|(?:^|/)(?:Makefile|CMakeLists\.txt|configure)$|(?:^|/)(?:\.deps|obj\.target)/"
)
_TEST_FOLDERS: Final = frozenset(
    {
        "test",
        "tests",
        "__tests__",
        "__mocks__",
        "__snapshots__",
        "coverage",
        ".nyc_output",
        "benchmark",
        "benchmarks",
    }
)
_DOC_FOLDERS: Final = frozenset({"doc", "docs", "website", "man", ".docs"})
_EXAMPLE_FOLDERS: Final = frozenset({"example", "examples", "demo", "demos", "sample", "samples"})
_EDITOR_FOLDERS: Final = frozenset(
    {
        ".github",
        ".vscode",
        ".idea",
        ".circleci",
        ".husky",
        ".changeset",
        ".yarn",
        ".storybook",
        ".vs",
    }
)
_TEST_FILE: Final = re.compile(
    r"\.(?:test|spec)\.[cm]?[jt]sx?$|^(?:test|tests|benchmark)\.[cm]?js$"
)
_DOC_FILE: Final = re.compile(
    r"\.(?:md|markdown|mdx|rst)$"
    r"|^(?:readme|changelog|changes|history|contributing|upgrading|migration|security)(?:\.txt)?$",
    re.IGNORECASE,
)
_EDITOR_FILE: Final = re.compile(
    r"^\.(?:eslint|prettier|babel|nyc|jshint|jscs|mocha|swc|lint|release|mailmap|editorconfig"
    r"|npmignore|gitignore|gitattributes|gitmodules|travis|flowconfig|eslintignore|browserslist"
    r"|taprc|tap|nvmrc|dockerignore|jsfmtrc|verb|zuul|istanbul|coveralls|codeclimate|npmrc)[\w.-]*$"
    r"|^(?:tsconfig|jsconfig|tslint|typedoc|api-extractor|lerna|nx|bower|component|turbo)"
    r"(?:\.[\w.-]+)?\.json$"
    r"|^(?:rollup|webpack|vite|vitest|jest|karma|babel|eslint|prettier|tsup|ava|commitlint|gulpfile"
    r"|gruntfile|stylelint|playwright|cypress|biome|build)\.(?:config|conf)?[\w.-]*\.?[cm]?[jt]s(?:on)?$"
    r"|^(?:Gruntfile|Gulpfile|gulpfile|Jakefile|Cakefile)\.(?:js|coffee)$"
    r"|^(?:appveyor|azure-pipelines|\.gitlab-ci|pnpm-workspace)\.ya?ml$"
    r"|^(?:yarn\.lock|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|Dockerfile)$"
)
_NOTICE: Final = re.compile(
    r"(?:^|[-_.\s])(?:un)?(?:licen[cs]es?|copying|copyright|notices?|patents|authors|contributors"
    r"|third[-_.\s]?party|legal)(?:[-_.\s]|$)",
    re.IGNORECASE,
)
_NOTICE_FOLDERS: Final = frozenset({"license", "licenses", "licence", "licences", "legal"})

MENTIONS: Final = {
    "declarations": (".d.ts", ".d.mts", ".d.cts"),
    "maps": (".map",),
    "sources": (".ts", ".tsx", ".mts", ".cts", ".jsx", ".coffee", ".flow"),
    "native-sources": (".c", ".cc", ".cpp", ".h", ".gyp", ".gypi", "binding.gyp"),
    "tests": ("test", "tests", "__tests__", "benchmark", "benchmarks", "coverage"),
    "docs": (".md", ".markdown", "doc", "docs", "website", "man", "README.md", "CHANGELOG.md"),
    "examples": ("example", "examples", "demo", "demos", "sample", "samples"),
    "editors": ("tsconfig.json", ".eslintrc", ".babelrc", ".prettierrc", ".editorconfig"),
}
"""What a text in code has, alone or as a part of a path, that names a file of the class."""
_MAP_COMMENT: Final = re.compile(rb"[#@] sourceMappingURL=\S+")


def _any_of(words: list[str], dot: bytes) -> bytes:
    texts = sorted(set(words), key=len, reverse=True)
    return b"|".join(re.escape(word.encode()).replace(rb"\.", dot) for word in texts)


_WORDS: Final = [word for words in MENTIONS.values() for word in words]
_ENDINGS: Final = [word for word in _WORDS if word[0] == "."]
_MENTIONED: Final = re.compile(
    rb"(%s)(?=[\"'`$/\\?])|(%s)(?!\w)|[\"'`/\\](%s)(?=[\"'`/\\$?)])"
    % (
        _any_of(_ENDINGS, rb"\."),
        _any_of(_ENDINGS, rb"\\\."),  # of a regular expression
        _any_of([word for word in _WORDS if word[0] != "."], rb"\\?\."),
    )
)
"""An ending counts where a text ends with it: `result.map` in code is a member."""


def is_notice(name: str) -> bool:
    """Return whether a file has a licence, a notice, or the authors that one names."""
    folders, _, base = name.rpartition("/")
    if base.endswith((*CODE, ".d.ts", ".map", ".json")):
        return False
    if _NOTICE_FOLDERS & set(folders.lower().split("/")):
        return True
    return _NOTICE.search(base) is not None


def find_mentions(content: bytes) -> tuple[str, ...]:
    """Return which of the words in `MENTIONS` a file has in a text, sorted."""
    content = _MAP_COMMENT.sub(b"", content) if b"sourceMappingURL=" in content else content
    found = {match[1] or match[2] or match[3] for match in _MENTIONED.finditer(content)}
    return tuple(sorted({word.replace(b"\\", b"").decode() for word in found}))


class ClassOf(NamedTuple):
    """The classes of one package's files."""

    stems: frozenset[str]
    """The names of its JavaScript files, without folder, from the first dot on cut off."""
    has_addon: bool
    es_folders: tuple[str, ...]
    """Folders that only bundlers read, each with a slash."""

    @classmethod
    def make(cls, names: Collection[str], manifest: object) -> ClassOf:
        """Return the classes of a package with the files `names`, which are relative to it."""
        scripts = (name.rpartition("/")[2] for name in names if name.endswith(CODE))
        return cls(
            frozenset(script.partition(".")[0] for script in scripts),
            any(name.endswith(".node") for name in names),
            find_es_folders(manifest),
        )

    def find(self, name: str, *, at_top_only: bool) -> str | None:
        """Return the class of the file `name`; None for what is in none.

        Args:
            name: relative to the package.
            at_top_only: whether a folder must be at the package's top to mean something.
        """
        if name == "package.json" or is_notice(name):
            return None
        folders, base = name.split("/")[:-1], name.rpartition("/")[2]
        found = self._find_by_extension(name, base)
        if found is not None:
            return found
        for kind, words, pattern in (
            ("tests", _TEST_FOLDERS, _TEST_FILE),
            ("examples", _EXAMPLE_FOLDERS, None),
            ("editors", _EDITOR_FOLDERS, _EDITOR_FILE),
            ("docs", _DOC_FOLDERS, _DOC_FILE),
        ):
            if words.intersection(folders[:1] if at_top_only else folders):
                return kind
            is_place = not folders or kind in ("docs", "tests")
            if pattern is not None and is_place and pattern.search(base):
                return kind
        return "es-builds" if self.es_folders and name.startswith(self.es_folders) else None

    def _find_by_extension(self, name: str, base: str) -> str | None:
        if _DECLARATION.search(base):
            return "declarations"
        if _MAP.search(base):
            return "maps"
        if base.endswith(".flow"):
            return "sources"
        if _SOURCE.search(base) and base.partition(".")[0] in self.stems:
            return "sources"
        if self.has_addon and _NATIVE.search(name):
            return "native-sources"
        return None


_BUNDLERS: Final = ("module", "jsnext:main", "es2015", "esnext", "fesm2015", "browser", "unpkg")
"""Fields of package.json that bundlers and browsers read, and Node does not."""
_TAKEN: Final = frozenset({"import", "require", "node", "default", "module-sync", "node-addons"})


def find_es_folders(manifest: object) -> tuple[str, ...]:
    """Return the folders at a package's top that only fields for bundlers lead to, with a slash."""
    if not isinstance(manifest, dict):
        return ()
    fields = [manifest.get(field) for field in _BUNDLERS]
    taken, passed = [manifest.get("main") or "index.js", manifest.get("bin")], fields
    for field in ("exports", "imports"):
        for path, is_taken in _targets(manifest.get(field), 0, is_taken=True):
            (taken if is_taken else passed).append(path)
    programs = manifest.get("bin")
    taken += programs.values() if isinstance(programs, dict) else ()
    kept = {_top_of(path) for path in taken if isinstance(path, str)}
    found = {_top_of(path) for path in passed if isinstance(path, str)}
    return tuple(sorted(folder for folder in found - kept if folder))


def _top_of(path: str) -> str:
    first, slash, _ = path.removeprefix("./").partition("/")
    return f"{first}/" if slash and first not in ("", "..") else ""


def _targets(value: object, depth: int, *, is_taken: bool) -> Iterator[tuple[str, bool]]:
    """Yield the targets of `exports` and `imports`, and whether a condition of Node leads there."""
    if isinstance(value, str):
        yield value, is_taken
    elif isinstance(value, list):
        for item in value[:50]:
            yield from _targets(item, depth, is_taken=is_taken)
    elif isinstance(value, dict) and depth < 10:
        for key, item in value.items():
            below = is_taken and (key[:1] in (".", "#") or key in _TAKEN)
            yield from _targets(item, depth + 1, is_taken=below)
