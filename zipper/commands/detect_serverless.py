"""The functions of a serverless.yml, as settings.

In: a decoded file. Out: for each Node.js function its name, handler, runtime, architecture and
patterns; and sentences about what only a deployment knows. Nothing is read.

Source: Serverless Framework, serverless.yml reference, and its variables.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from zipper.commands.detected import Described
from zipper.commands.template_yaml import find_text
from zipper.target import ARCHITECTURES, RUNTIMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["describe_serverless"]

_VARIABLE: Final = re.compile(r"\$\{([^${}]*)\}")
_ROUNDS_MAX: Final = 20
_DEPTH_MAX: Final = 5
_TEXT_MAX: Final = 10_000
_BUNDLERS: Final = ("serverless-esbuild", "serverless-webpack", "serverless-bundle")
_PLAIN: Final = re.compile(r"^(?:'([^']*)'|\"([^\"]*)\"|(true|false|-?\d+(?:\.\d+)?))$")


def describe_serverless(service: Mapping[str, Any], *, path: str) -> Described:
    """Return the functions of the service.

    Args:
        service: as `parse_template` returns it.
        path: of the file, for the notes.
    """
    reader = _ServiceReader(service, path)
    functions = [
        function
        for name, table in reader.list_functions()
        if (function := reader.read(name, table)) is not None
    ]
    reader.tell_bundler()
    return Described(tuple(functions), tuple(dict.fromkeys(reader.notes)))


def _reason_against(
    table: Mapping[str, Any], package: Mapping[str, Any], runtime: str, handler: object
) -> str | None:
    """Return why zipper does not pack the function; None where it does."""
    if "image" in table:
        return "it is a container image"
    if find_text(package.get("artifact")):
        return "its package is made elsewhere (`artifact`)"
    if runtime and not runtime.startswith("nodejs"):
        return f"its runtime is {runtime}; zipper packs Node.js functions"
    if not isinstance(handler, str) or not handler:
        return "it has no handler"
    if "${" in handler:
        return f"its handler is `{handler[:120]}`, which only a deployment knows"
    return None


class _ServiceReader:
    """Reads the functions of one service, and keeps what could not be resolved."""

    def __init__(self, service: Mapping[str, Any], path: str) -> None:
        self.notes: list[str] = []
        self._service = service
        self._path = path
        self._provider = self._table(service.get("provider"))

    def list_functions(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield name and table of each function; `functions` may be a list of tables."""
        given = self._resolve(self._service.get("functions"))
        for table in given if isinstance(given, list) else [given]:
            resolved = self._resolve(table)
            if isinstance(resolved, dict):
                for name, function in resolved.items():
                    found = self._resolve(function)
                    if isinstance(found, dict):
                        yield str(name), found
                    elif found not in (None, ""):
                        self._say(f"{name}: left out: `{str(found)[:120]}` is not read")
            elif resolved not in (None, ""):
                self._say(f"functions in `{resolved}` are not read: name them yourself")

    def read(self, name: str, table: Mapping[str, Any]) -> dict[str, object] | None:
        """Return the keys of one function; None for one that zipper does not pack."""
        package = self._table(table.get("package"))
        runtime = self._text(name, "runtime", table.get("runtime", self._provider.get("runtime")))
        handler = self._resolve(table.get("handler"))
        reason = _reason_against(table, package, runtime or "", handler)
        if reason is not None:
            self._say(f"{name}: left out: {reason}")
            return None
        function: dict[str, object] = {"name": name, "handler": handler.removeprefix("./")}
        if runtime in RUNTIMES:
            function["runtime"] = runtime
        elif runtime is not None:
            self._say(f"{name}: the runtime {runtime} is none that zipper knows: set `runtime`")
        architecture = self._text(
            name, "architecture", table.get("architecture", self._provider.get("architecture"))
        )
        if architecture in ARCHITECTURES:
            function["architecture"] = architecture
        self._tell_layers(name, table.get("layers", self._provider.get("layers")))
        self._add_patterns(function, package)
        return function

    def tell_bundler(self) -> None:
        """Say where a plugin bundles the handlers: what the file names are sources."""
        plugins = self._resolve(self._service.get("plugins"))
        named = plugins if isinstance(plugins, list) else []
        for plugin in named:
            if plugin in _BUNDLERS:
                self._say(f"{plugin} bundles the handlers; zipper packs dependencies as they are")

    def _tell_layers(self, name: str, value: object) -> None:
        layers = self._resolve(value)
        for layer in layers if isinstance(layers, list) else []:
            shown = self._resolve(layer)
            shown = shown.get("Ref", shown) if isinstance(shown, dict) else shown
            self._say(
                f"{name}: it has the layer `{str(shown)[:120]}`: name its zip in `layers`, or what "
                "it brings in `provided`"
            )

    def _add_patterns(self, function: dict[str, object], package: Mapping[str, Any]) -> None:
        """Add `include` and `exclude`; patterns for node_modules are no business of zipper's."""
        common = self._table(self._service.get("package"))
        patterns = [
            *self._texts(common.get("patterns")),
            *(f"!{text}" for text in self._texts(common.get("exclude"))),
            *self._texts(common.get("include")),
            *self._texts(package.get("patterns")),
            *(f"!{text}" for text in self._texts(package.get("exclude"))),
            *self._texts(package.get("include")),
        ]
        own = [text.replace("!./", "!").removeprefix("./") for text in patterns]
        own = [text for text in own if "node_modules" not in text]
        takes_none = any(text in ("!**", "!**/*", "!*") for text in own)
        own = [text for text in own if text not in ("!**", "!**/*", "!*", "**", "**/*")]
        included = [f"/{text}" for text in own if not text.startswith("!")]
        excluded = [f"/{text[1:]}" for text in own if text.startswith("!")]
        if excluded:
            function["exclude"] = excluded
        if included and takes_none:
            function["include"] = included

    def _texts(self, value: object) -> list[str]:
        found = self._resolve(value)
        items = found if isinstance(found, list) else []
        return [text for item in items if isinstance(text := self._resolve(item), str) and text]

    def _say(self, text: str) -> None:
        self.notes.append(f"{self._path}, {text}")

    def _table(self, value: object) -> dict[str, Any]:
        found = self._resolve(value)
        return found if isinstance(found, dict) else {}

    def _text(self, name: str, key: str, value: object) -> str | None:
        found = self._resolve(value)
        if found is None or found == "":
            return None
        if isinstance(found, str) and "${" not in found:
            return found
        shown = str(found)[:120]
        self._say(f"{name}: `{key}` is `{shown}`, which only a deployment knows: set it yourself")
        return None

    def _resolve(self, value: Any, depth: int = 0) -> Any:  # noqa: ANN401  (what YAML has)
        """Return `value` with the variables replaced that the file itself answers."""
        for _ in range(_ROUNDS_MAX if depth < _DEPTH_MAX else 0):
            if not isinstance(value, str) or "${" not in value or len(value) > _TEXT_MAX:
                return value
            whole = _VARIABLE.fullmatch(value)
            if whole is not None:
                found = self._answer(whole[1], depth)
                if found is None:
                    return value
                value = found
                continue
            replaced = _VARIABLE.sub(partial(self._replace, depth), value)
            if replaced == value:
                return value
            value = replaced
        return value

    def _replace(self, depth: int, found: re.Match[str]) -> str:
        answer = self._answer(found[1], depth)
        return answer if isinstance(answer, str) else found[0]

    def _answer(self, expression: str, depth: int) -> Any:  # noqa: ANN401  (what YAML has)
        """Return the first of the alternatives that the file has or that is plain; else None."""
        for alternative in expression.split(","):
            word = alternative.strip()
            plain = _PLAIN.match(word)
            if plain is not None:
                return next(group for group in plain.groups() if group is not None)
            if word.startswith("self:"):
                found: Any = self._service
                for key in filter(None, word.removeprefix("self:").split(".")):
                    found = _step(self._resolve(found, depth + 1), key)
                if found not in (None, ""):
                    return found
        return None


def _step(value: Any, key: str) -> Any:  # noqa: ANN401  (what YAML has)
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        return value[int(key)]
    return None
