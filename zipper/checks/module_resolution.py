"""What a request for a module finds, by Node's rules in Lambda's file system.

In: a specifier and the file that asks. Out: a file, a built-in module, a package of the runtime,
or a `Failure`. Nothing is executed, and no file is loaded to answer.

Source: Node.js documentation, "Modules: CommonJS modules" (All together) and "Modules: ECMAScript
modules" (Resolution algorithm specification), 22.x; checked against Node 20.20, 22.23 and 24.21.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import unquote

from zipper.checks.node_flags import NodeFlags, read_flags
from zipper.checks.package_maps import MapError, PackageFile, Packages, find_target, split_name
from zipper.named_tuple import NamedTuple
from zipper.target import RUNTIMES, Target, find_builtins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.filesystem import FileSystem

__all__ = ["NOT_PACKED", "Failure", "Found", "Resolver"]

NOT_PACKED: Final = "is not in the package"
"""The message of a failure where nothing more can be said."""

_MAJORS: Final = sorted(runtime.major for runtime in RUNTIMES.values())
_EXTENSIONS: Final = (".js", ".json", ".node")


class Found(NamedTuple):
    """What answers a request."""

    kind: Literal["file", "builtin", "runtime"]
    path: str
    """A file's real path, or the name of what Node or the runtime brings."""


class Failure(NamedTuple):
    """Why a request finds nothing."""

    kind: Literal["missing", "newer", "export-path", "package-json", "folder", "unsupported"]
    """`newer` is what a later release of Node may have, as far as the table tells."""
    message: str
    """The rest of a sentence that begins with the specifier."""
    place: str = ""
    """The absolute path that was looked for, where there is exactly one."""


class Resolver:
    """Answers requests; package.json files and folders are looked up once."""

    def __init__(
        self,
        files: FileSystem,
        target: Target,
        node_path: tuple[str, ...],
        *,
        flags: NodeFlags | None = None,
        provided: tuple[str, ...] = (),
    ) -> None:
        self.files = files
        self.packages = Packages(files, target.details.major)
        self._target = target
        self._node_path = node_path
        self._builtins = find_builtins(target.details.major)
        self._provided = provided
        self._brings = target.details.brings
        flags = flags or read_flags(target)
        self.circumstances = tuple(target), node_path, tuple(flags), provided
        """All that decides besides files."""
        synchronous = ("module-sync",) if flags.can_require_modules else ()
        common = {"node", "node-addons", *synchronous, *flags.conditions}
        self._require_conditions = frozenset(common | {"require"})
        self._import_conditions = frozenset(common | {"import"})

    def require(self, specifier: str, parent: str) -> Found | Failure:
        """Return what `require(specifier)` in the file `parent` finds."""
        early = self._answer_early(specifier)
        if early is not None:
            return early
        folder = parent.rpartition("/")[0]
        # As Node has it, `..b` is a file beside, and `.b` the name of a package.
        if specifier.startswith(("./", "..", "/")) or specifier == ".":
            place = specifier if specifier.startswith("/") else _join(folder, specifier)
            return self._load(place, specifier) or _missing(place)
        return self._answer_bare(specifier, parent, self._require_conditions)

    def import_(self, specifier: str, parent: str) -> Found | Failure:
        """Return what `import` of `specifier` in the file `parent` finds."""
        early = self._answer_early(specifier)
        if early is not None:
            return early
        if specifier.startswith(("file:", "./", "../", "/")) or specifier in (".", ".."):
            return self._import_path(specifier, parent.rpartition("/")[0])
        if ":" in specifier.partition("/")[0]:
            kind = specifier.partition(":")[0]
            is_data = kind == "data"
            return (
                Found("builtin", kind) if is_data else Failure("unsupported", f"is a `{kind}:` URL")
            )
        return self._answer_bare(specifier, parent, self._import_conditions)

    def resolve_meta(self, specifier: str, parent: str) -> Found | Failure:
        """Return what `import.meta.resolve(specifier)` gives: files that are not there, too."""
        if specifier.startswith(("./", "../", "/", "file:")) or ":" in specifier:
            return Found("builtin", specifier)
        return self.import_(specifier, parent)

    def _answer_bare(
        self, specifier: str, parent: str, conditions: frozenset[str]
    ) -> Found | Failure:
        """Return what a bare name finds: in the own package, node_modules, layers, the runtime."""
        is_require = conditions is self._require_conditions
        find = self._require_from if is_require else self._import_from
        # AWS's build of Node searches NODE_PATH for `import` too, since Node.js 18.
        with_path = is_require or self._target.details.major >= 18
        try:
            found = self._map_own(specifier, parent, conditions)
            folders = self._search(parent.rpartition("/")[0], with_path=with_path)
            while found is None and (modules := next(folders, None)) is not None:
                found = find(modules, specifier)
        except MapError as error:
            return Failure("export-path", str(error))
        except _BrokenPackageError as error:
            return error.failure
        found = found or self._answer_runtime(specifier) or self._answer_provided(specifier)
        return found or Failure("missing", NOT_PACKED)

    def load_path(self, place: str) -> Found | Failure:
        """Return what `require` of the absolute path `place` finds."""
        return self._load(place, place) or _missing(place)

    def _answer_early(self, specifier: str) -> Found | Failure | None:
        if specifier in self._builtins:
            return Found("builtin", specifier.removeprefix("node:"))
        if specifier.startswith("node:"):
            major = self._target.details.major
            later = (m for m in _MAJORS if m > major and specifier in find_builtins(m))
            since = next(later, None)
            if since is not None:
                return Failure("missing", f"came with Node.js {since}, and this is {major}")
            return Failure("newer", f"is no module of Node.js {major} that zipper knows of")
        return Failure("missing", "is an empty name") if not specifier else None

    def _answer_runtime(self, specifier: str) -> Found | None:
        """Return what the runtime brings: an SDK, v3 from Node.js 18 on, v2 before; and others.

        `@smithy/*` lies inside of `@aws-sdk`'s own node_modules, where no function finds it.
        Source: AWS, Building Lambda functions with Node.js; measured on nodejs22.x and 24.x.
        """
        if any(specifier == one or specifier.startswith(f"{one}/") for one in self._brings):
            return Found("runtime", specifier)
        if self._target.details.major >= 18:
            return Found("runtime", specifier) if specifier.startswith("@aws-sdk/") else None
        is_sdk = specifier == "aws-sdk" or specifier.startswith("aws-sdk/")
        return Found("runtime", specifier) if is_sdk else None

    def _answer_provided(self, specifier: str) -> Found | None:
        """Return what is said to be there."""
        is_there = any(specifier == n or specifier.startswith(f"{n}/") for n in self._provided)
        return Found("runtime", specifier) if is_there else None

    def _search(self, folder: str, *, with_path: bool = True) -> Iterator[str]:
        """Yield the folders in which a bare name is looked for, nearest first."""
        while folder:
            if not folder.endswith("/node_modules"):
                yield f"{folder}/node_modules"
            folder = folder.rpartition("/")[0]
        yield "/node_modules"
        if with_path:
            yield from self._node_path

    def _map_own(
        self, specifier: str, parent: str, conditions: frozenset[str]
    ) -> Found | Failure | None:
        """Return what the asking package's own `imports` and `exports` say, or None."""
        scope = self.packages.scope(parent)
        if specifier.startswith("#"):
            if specifier == "#" or (specifier.startswith("#/") and self._target.details.major < 24):
                raise MapError("is no valid name for `imports`")
            self._require_sound(scope)
            target = find_target(scope, specifier, conditions, internal=True)
            if target.startswith("/"):
                return self._exact(target)
            if target.startswith("#"):
                return Failure("missing", f"leads to `{target}`, which is no package")
            if conditions is self._import_conditions:
                return self.import_(target, parent)
            if target in self._builtins:  # ERR_INVALID_URL_SCHEME, up to Node.js 24 at least
                raise MapError(f"leads to `{target}` of Node.js, which `require` does not take")
            return self.require(target, parent)
        parts = split_name(specifier)
        if parts is not None and scope.exports is not None and scope.name == parts[0]:
            return self._exact(find_target(scope, parts[1], conditions))
        return None

    def _require_from(self, modules: str, specifier: str) -> Found | Failure | None:
        if not self.files.is_folder(modules):
            return None
        parts = split_name(specifier)
        if parts is not None:
            package = self.packages.read(f"{modules}/{parts[0]}")
            if package.exists:
                self._require_sound(package)
                if package.exports is not None:
                    return self._exact(find_target(package, parts[1], self._require_conditions))
        return self._load(_join(modules, specifier), specifier)

    def _import_from(self, modules: str, specifier: str) -> Found | Failure | None:
        parts = split_name(specifier)
        if parts is None:
            raise MapError("is no valid module name")
        folder = f"{modules}/{parts[0]}"
        if not self.files.is_folder(folder):
            return None
        package = self.packages.read(folder)
        self._require_sound(package)
        if package.exports is not None:
            return self._exact(find_target(package, parts[1], self._import_conditions))
        if parts[1] == ".":
            return self._main_of(package) or Failure(
                "missing", "has no file that its `main` names", folder
            )
        return self._import_path(parts[1], folder)

    def _import_path(self, specifier: str, folder: str) -> Found | Failure:
        """Return the file at a URL, which may be relative to a folder."""
        path = specifier.partition("?")[0].partition("#")[0]
        if "%" in path:
            if re.search("%(?:2f|5c)", path, re.IGNORECASE):
                return Failure("unsupported", "has an encoded `/` or `\\`, which Node refuses")
            path = unquote(path)
        if path.startswith("file:"):
            path = "/" + path.removeprefix("file:").lstrip("/")
        return self._exact(path if path.startswith("/") else _join(folder, path))

    def _exact(self, place: str) -> Found | Failure:
        """Return the file at `place` and nothing else, as ES modules and `exports` do."""
        if self.files.is_file(place):
            return Found("file", self.files.real_path(place))
        if self.files.is_folder(place.rstrip("/")):
            return Failure("folder", "is a folder, which an ES module cannot import", place)
        return _missing(place)

    def _main_of(self, package: PackageFile) -> Found | None:
        """Return the main file of a package without `exports`, as `import` finds it."""
        folder, main = package.folder, package.main
        candidates = (
            []
            if main is None
            else [
                f"{main}{end}"
                for end in ("", ".js", ".json", ".node", "/index.js", "/index.json", "/index.node")
            ]
        )
        for name in (*candidates, "index.js", "index.json", "index.node"):
            place = _join(folder, name)
            if self.files.is_file(place):
                return Found("file", self.files.real_path(place))
        return None

    def _load(self, place: str, specifier: str) -> Found | Failure | None:
        """Return what `require` finds at an absolute path: a file, with an extension, a folder."""
        wants_folder = specifier.endswith(("/", "/.", "/..")) or specifier in (".", "..")
        if not wants_folder:
            found = self._load_file(place, with_itself=True)
            if found is not None:
                return found
        if not self.files.is_folder(place):
            return None
        package = self.packages.read(place)
        if package.problem is not None:
            return Failure("package-json", package.problem, f"{place}/package.json")
        if package.main is not None:
            main = _join(place, package.main)
            found = self._load_file(main, with_itself=True) or self._load_file(
                f"{main}/index", with_itself=False
            )
            if found is not None:
                return found
        found = self._load_file(f"{place}/index", with_itself=False)
        if found is None and package.main is not None:
            return Failure(
                "missing", f"has no file `{package.main}`, which its `main` names", place
            )
        return found

    def _load_file(self, place: str, *, with_itself: bool) -> Found | None:
        for extension in ("", *_EXTENSIONS) if with_itself else _EXTENSIONS:
            if self.files.is_file(place + extension):
                return Found("file", self.files.real_path(place + extension))
        return None

    def _require_sound(self, package: PackageFile) -> None:
        if package.problem is not None:
            raise _BrokenPackageError(
                Failure("package-json", package.problem, f"{package.folder}/package.json")
            )


class _BrokenPackageError(Exception):
    """A package.json on the way that does not parse."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure


def _missing(place: str) -> Failure:
    return Failure("missing", NOT_PACKED, place)


def _join(folder: str, path: str) -> str:
    """Return `path` from `folder` on, its dots resolved."""
    parts = folder.split("/")
    for part in path.split("/"):
        if part == "..":
            if len(parts) > 1:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
