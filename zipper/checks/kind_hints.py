"""What to do about a file that does not load as what Node takes it for.

In: a reached module and the package.json that decides its kind. Out: the hint of its finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.closure import relative
from zipper.checks.file_facts import takes_wrapper
from zipper.npm.folder_path import find_package

if TYPE_CHECKING:
    from zipper.checks.file_facts import Flaw
    from zipper.checks.package_maps import PackageFile
    from zipper.checks.walk import Module

__all__ = ["commonjs_hint", "flaw_hint", "module_hint", "tell_scope"]

_TYPE: Final = '`"type": "module"`'
_CREATE: Final = (
    "`import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`"
)


def tell_scope(module: Module, scope: PackageFile) -> str:
    """Return which package.json makes a `.js` file CommonJS; nothing for other files."""
    if not module.path.endswith(".js"):
        return ""
    if not scope.exists:
        return f", as no package.json says {_TYPE}"
    manifest = relative(f"{scope.folder}/package.json")
    if scope.type == "commonjs":
        return f', as `{manifest}` says `"type": "commonjs"`'
    return f", as `{manifest}` does not say {_TYPE}"


def module_hint(module: Module, scope: PackageFile, *, can_be_module: bool) -> str:
    """Return what to do where a file is loaded as CommonJS and written as an ES module.

    Args:
        module: the file.
        scope: its package.json.
        can_be_module: whether what loads the file takes an ES module.
    """
    package = _package_of(module)
    if package:
        return f"bundle `{package}` with the function, or use a version of it that has CommonJS"
    if not can_be_module:
        return "compile it to CommonJS: `require` loads no ES module on this runtime"
    if module.path.endswith(".cjs"):
        return "name it `.mjs`, or write `require` and `module.exports`"
    if not scope.exists:
        return f"name it `.mjs`, or pack a package.json with {_TYPE}"
    manifest = relative(f"{scope.folder}/package.json")
    return f"name it `.mjs`, or put {_TYPE} into `{manifest}`"


def commonjs_hint(module: Module, scope: PackageFile) -> str:
    """Return what to do where an ES module uses what only CommonJS has."""
    package = _package_of(module)
    if package:
        return f"bundle `{package}` with the function, or use another version of it"
    if takes_wrapper(module.facts):
        return "rename what the file declares under a name of CommonJS's own, such as `require`"
    if module.facts.is_module or module.facts.awaits:
        return f"write `import` and `export`, or make a `require` at the top: {_CREATE}"
    if module.path.endswith(".mjs") or scope.type != "module":
        return "name it `.cjs`, or write `import` and `export`"
    manifest = relative(f"{scope.folder}/package.json")
    return f"name it `.cjs`, or take {_TYPE} out of `{manifest}`"


def flaw_hint(module: Module, flaw: Flaw | None, major: int) -> str:
    """Return what to do about a file that does not parse, on a Node of version `major`."""
    package = _package_of(module)
    if flaw is not None and flaw.until:
        return "write it as newer Nodes read it: `with` in the place of `assert`"
    if flaw is not None and flaw.since:
        return f"compile it for Node.js {major}, or use a runtime with Node.js {flaw.since}"
    if package:
        return f"install `{package}` again, or another version of it"
    if flaw is not None and flaw.goal == "required":
        return "save the file without the byte-order mark"
    if flaw is not None and flaw.goal == "module" and not module.facts.is_module:
        return "mend the line, or name the file `.cjs`"
    return "mend the line; Node.js runs nothing of a file that does not parse"


def _package_of(module: Module) -> str:
    """Return the name of the installed package that a file is in; empty for an own file."""
    return find_package(relative(module.path)).rpartition("node_modules/")[2]
