"""What the handler is: a function, with how many parameters, or nothing that can be called.

In: the walk, the handler's file, and the names that lead to the function. Out: a `Shape`, unsure
where the text does not tell.

Source: aws-lambda-ric 3.3.0 (`_resolveHandler`) and 4.0.2 (`resolveHandler`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.file_facts import Shape
from zipper.checks.module_values import ModuleValues
from zipper.checks.value_model import OTHER, PROVIDED, UNKNOWN, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.checks.walk import Walk

__all__ = ["find_shape"]


_UNSURE: Final = Shape("unsure")


def find_shape(walk: Walk, path: str, names: Sequence[str], loader: int) -> Shape:
    """Return what `names` lead to from the exports of the module at `path`."""
    module = walk.modules[path]
    modules = ModuleValues(walk)
    exports = modules.of(module)
    if exports.members.get("then", OTHER) is not OTHER:
        return _UNSURE  # both loaders wait for what has a `then`, and take what that gives
    seen = walk.names_of(path).exports if module.kind == "commonjs" else ()
    if loader == 3:
        found = _descend(modules, exports, names)
    elif module.kind == "module":
        default = modules.values.member(exports, "default")
        found = _either(modules, _descend_objects(modules, exports, names), default, names)
    else:
        found = _descend_commonjs(modules, exports, names, seen)
    if found.kind == "unknown":
        return _UNSURE
    return (
        Shape("function", found.length or 0) if found.kind == "function" else Shape("no-function")
    )


def _descend(modules: ModuleValues, value: Value, names: Sequence[str]) -> Value:
    """Return what the members called `names` are, one in the other."""
    for name in names:
        if value.kind == "unknown":
            return UNKNOWN
        value = modules.values.member(value, name)
    return value


def _descend_commonjs(
    modules: ModuleValues, exports: Value, names: Sequence[str], seen: Sequence[str]
) -> Value:
    """Return what the loader of Node.js 24 finds of CommonJS, which it imports.

    The namespace has `module.exports` as its default, and the names that Node sees in the text.
    """
    first = OTHER
    if names[0] == "default":
        first = _descend_objects(modules, exports, names[1:])
    elif names[0] in seen:
        first = _descend_objects(modules, modules.values.member(exports, names[0]), names[1:])
    return _either(modules, first, exports, names)


def _either(modules: ModuleValues, first: Value, default: Value, names: Sequence[str]) -> Value:
    """Return what was found in the namespace, else what the default export has."""
    return first if first.kind != "other" else _descend_objects(modules, default, names)


def _descend_objects(modules: ModuleValues, value: Value, names: Sequence[str]) -> Value:
    for name in names:
        if value.kind == "unknown":
            return UNKNOWN
        if value.kind != "object":
            return UNKNOWN if value.kind == "other" and name in PROVIDED["other"] else OTHER
        value = modules.values.member(value, name)
    return value
