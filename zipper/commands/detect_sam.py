"""The functions of a SAM or CloudFormation template, as settings.

In: a decoded template. Out: for each Node.js function its name, folder, handler, runtime and
architecture; and sentences about what the template computes or has elsewhere. Nothing is read.

Source: AWS SAM, AWS::Serverless::Function and Globals; CloudFormation, AWS::Lambda::Function and
intrinsic functions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from zipper.commands.detected import Described
from zipper.commands.template_yaml import Tagged, find_text
from zipper.target import ARCHITECTURES, RUNTIMES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["describe_sam", "is_sam"]

_SERVERLESS: Final = "AWS::Serverless::Function"
_LAMBDA: Final = "AWS::Lambda::Function"
_NAME: Final = re.compile(r"\$\{([^}!][^}]*)\}")
_DEPTH_MAX: Final = 20


def is_sam(template: Mapping[str, Any]) -> bool:
    """Whether the template describes functions."""
    return any(_type_of(resource) for resource in _resources(template).values())


def describe_sam(template: Mapping[str, Any], *, path: str) -> Described:
    """Return the functions of the template.

    Args:
        template: as `parse_template` returns it.
        path: of the template, for the notes.
    """
    reader = _TemplateReader(template, path)
    functions = [
        function
        for name, resource in _resources(template).items()
        if _type_of(resource) and (function := reader.read(str(name), resource)) is not None
    ]
    return Described(tuple(functions), tuple(dict.fromkeys(reader.notes)))


def _resources(template: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(template.get("Resources"))


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _type_of(resource: object) -> str | None:
    kind = _mapping(resource).get("Type")
    return kind if kind in (_SERVERLESS, _LAMBDA) else None


def _reason_against(
    properties: Mapping[str, Any], runtime: str, place: str, code: object
) -> str | None:
    """Return why zipper does not pack the function; None where it does."""
    if find_text(properties.get("PackageType")) == "Image":
        return "it is a container image"
    if "InlineCode" in properties or "ZipFile" in _mapping(properties.get("Code")):
        return "its code is in the template"
    if runtime and not runtime.startswith("nodejs"):
        return f"its runtime is {runtime}; zipper packs Node.js functions"
    if not isinstance(code, str) or _NAME.search(code):
        return f"`{place}` is {_show(code)}, which only a deployment knows"
    if code.startswith("s3://") or code.endswith(".zip"):
        return f"its code is a finished package, `{code}`"
    return None


class _TemplateReader:
    """Reads the functions of one template, and keeps what could not be resolved."""

    def __init__(self, template: Mapping[str, Any], path: str) -> None:
        self.notes: list[str] = []
        self._path = path
        self._parameters = _mapping(template.get("Parameters"))
        self._mappings = _mapping(template.get("Mappings"))
        self._globals = _mapping(_mapping(template.get("Globals")).get("Function"))

    def read(self, name: str, resource: Mapping[str, Any]) -> dict[str, object] | None:
        """Return the keys of one function; None for one that zipper does not pack."""
        given = _mapping(resource.get("Properties"))
        is_serverless = resource["Type"] == _SERVERLESS
        properties = {**self._globals, **given} if is_serverless else given
        runtime = self._text(name, "Runtime", properties)
        place = "CodeUri" if is_serverless else "Code"
        code = self._resolve(properties.get(place)) or "."
        reason = _reason_against(properties, runtime or "", place, code)
        if reason is not None:
            self._say(name, f"left out: {reason}")
            return None
        function: dict[str, object] = {"name": name, "project": _folder(code)}
        handler = self._text(name, "Handler", properties)
        if handler is not None:
            function["handler"] = handler.removeprefix("./")
        if runtime in RUNTIMES:
            function["runtime"] = runtime
        elif runtime is not None:
            self._say(name, f"the runtime {runtime} is none that zipper knows: set `runtime`")
        self._add_architecture(name, function, properties)
        self._tell_layers(name, properties)
        self._tell_build(name, resource)
        return function

    def _add_architecture(
        self, name: str, function: dict[str, object], properties: Mapping[str, Any]
    ) -> None:
        value = self._resolve(properties.get("Architectures"))
        first = self._resolve(value[0]) if isinstance(value, list) and value else value
        if first in ARCHITECTURES:
            function["architecture"] = first
        elif first not in (None, ""):
            self._say(name, f"`Architectures` is {_show(first)}: set `architecture` yourself")

    def _tell_layers(self, name: str, properties: Mapping[str, Any]) -> None:
        layers = self._resolve(properties.get("Layers"))
        for layer in layers if isinstance(layers, list) else [layers] if layers else []:
            shown = _show(layer)
            self._say(
                name,
                f"it has the layer {shown}: name its zip in `layers`, or what it brings in "
                "`provided`",
            )

    def _tell_build(self, name: str, resource: Mapping[str, Any]) -> None:
        metadata = _mapping(resource.get("Metadata"))
        method = find_text(metadata.get("BuildMethod"))
        if method == "esbuild":
            self._say(name, "SAM bundles it with esbuild; zipper packs dependencies unbundled")
        elif method is not None and not method.startswith("nodejs"):
            self._say(name, f"SAM builds it with {method}: build it first, and pack the result")

    def _say(self, name: str, text: str) -> None:
        self.notes.append(f"{self._path}, {name}: {text}")

    def _text(self, name: str, key: str, properties: Mapping[str, Any]) -> str | None:
        """Return the property as a text; None where it is absent, or computed, which is said."""
        value = self._resolve(properties.get(key))
        if value is None or value == "":
            return None
        if isinstance(value, str) and not _NAME.search(value):
            return value
        what = f"`{key}` is {_show(value)}"
        self._say(name, f"{what}, which only a deployment knows: set it yourself")
        return None

    def _resolve(self, value: Any, depth: int = 0) -> Any:  # noqa: ANN401  (what YAML has)
        """Return what an intrinsic function means where the template itself says it; else it."""
        if isinstance(value, dict) and len(value) == 1:
            ((key, inner),) = value.items()
            if key == "Ref" or str(key).startswith("Fn::"):
                value = Tagged(str(key).removeprefix("Fn::"), inner)
        if not isinstance(value, Tagged) or depth > _DEPTH_MAX:
            return value
        if value.tag == "Ref":
            default = _mapping(self._parameters.get(_key(value.value))).get("Default")
            return value if default is None else default
        if value.tag == "Sub":
            return self._substitute(value)
        if value.tag == "FindInMap" and isinstance(value.value, list) and len(value.value) == 3:
            return self._find_in_map([self._resolve(key, depth + 1) for key in value.value], value)
        return value

    def _substitute(self, value: Tagged) -> Any:  # noqa: ANN401  (as `_resolve`)
        text, own = value.value, {}
        if isinstance(text, list) and len(text) == 2:
            text, own = text[0], _mapping(text[1])
        if not isinstance(text, str):
            return value

        def replace(found: re.Match[str]) -> str:
            name = found[1].strip()
            known = own.get(name, _mapping(self._parameters.get(name)).get("Default"))
            return known if isinstance(known, str) else found[0]

        replaced = _NAME.sub(replace, text)
        return value if _NAME.search(replaced) else replaced.replace("${!", "${")

    def _find_in_map(self, keys: list[Any], value: Tagged) -> Any:  # noqa: ANN401  (as `_resolve`)
        found: Any = self._mappings
        for key in keys:
            found = _mapping(found).get(_key(key))
        return value if found is None else found


def _key(value: object) -> str:
    return value if isinstance(value, str) else ""


def _folder(code: str) -> str:
    parts = [part for part in code.replace("\\", "/").split("/") if part not in ("", ".")]
    return "/".join(parts) or "."


def _show(value: object) -> str:
    if isinstance(value, Tagged):
        return f"`!{value.tag} {_plain(value.value)}`"
    return f"`{_plain(value)}`"


def _plain(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:80]}..."
