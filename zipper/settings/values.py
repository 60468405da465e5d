"""zipper's settings: decoded tables and variables become `Settings`, weak ones and strong ones one.

In: the table `[tool.zipper]` of pyproject.toml or `"zipper"` of package.json as its parser gives
it, or the environment. Out: one frozen value, or an error that names key, file and line. Reading
the files is the work of `zipper.settings.read_settings`. The keys are those of the table of
options, `zipper.settings.options`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from zipper.named_tuple import NamedTuple
from zipper.settings.option_row import PATH_KINDS, Option
from zipper.settings.option_values import (
    Where,
    error_about,
    from_text,
    judge,
    name_of,
    unknown_word,
)
from zipper.settings.options import KEYS, find_variables
from zipper.settings.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.settings.option_types import Settings
else:
    # Made of the table: a checker cannot read it, and has the same written down.
    _FIELDS = {
        "name": None,
        **dict.fromkeys(KEYS),
        "deploy": None,
        "functions": (),
        "layer_tables": (),
        "unknown_variables": (),
    }

    class Settings(Record, fields=_FIELDS):
        """What was given; None where nothing was."""

        __slots__ = ()


__all__ = [
    "FUNCTION_KEYS",
    "LAYER_KEYS",
    "Settings",
    "SettingsSource",
    "describes_function",
    "merge",
    "overlay",
    "parse_environment",
    "parse_settings",
]

_NAME: Final = Option("name", "text", "Of one of several functions.")

FUNCTION_KEYS: Final = ("name", *(key for key, row in KEYS.items() if row.per_function))
"""What one of `functions` may say; what it does not say comes from the table around it."""


LAYER_KEYS: Final = (
    *("name", "project"),
    *(key for key, row in KEYS.items() if "layer" in row.commands),
)
"""What one of the tables of `layers` may say; what it leaves open is what the table around says."""

_OF_ONE_LAYER: Final = ("project", "output", "packages", "files", "versioned")
"""What is typed for a function, or for one layer, and says nothing about the layers that it has."""


class SettingsSource(NamedTuple):
    """Where a table is: a file, its text, and the keys that lead to the table."""

    path: str
    text: str
    place: tuple[str, ...]


def merge(*layers: Settings) -> Settings:
    """Return the settings of all `layers`, weakest first; a later value replaces, never adds."""
    merged: dict[str, object] = {
        field: value
        for layer in layers
        for field, value in zip(layer._fields, layer, strict=True)
        # An empty list takes back what was there; what is no option is not taken back.
        if value is not None and (value != () or field in KEYS)
    }
    deploys = [layer.deploy for layer in layers if layer.deploy is not None]
    if len(deploys) > 1:
        merged["deploy"] = _merge_tables(deploys)
    return Settings(**merged)  # type: ignore[arg-type]  # the fields are its own


def _merge_tables(tables: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the keys of all tables, later ones over earlier ones; tables in them by name."""
    merged: dict[str, Any] = {}
    for table in tables:
        for key, value in table.items():
            former = merged.get(key)
            is_both = isinstance(value, Mapping) and isinstance(former, Mapping)
            merged[key] = {**(former or {}), **value} if is_both else value
    return merged


def overlay(settings: Settings, stronger: Settings) -> Settings:
    """Return `settings` with `stronger` over the table, each of its functions and each layer."""
    functions = tuple(merge(function, stronger) for function in settings.functions)
    tables = settings.layer_tables
    if tables:
        for_layers: dict[str, Any] = dict.fromkeys(FUNCTION_KEYS)
        for_layers |= {
            key: getattr(stronger, key) for key in LAYER_KEYS if key not in _OF_ONE_LAYER
        }
        tables = tuple(merge(table, stronger._replace(**for_layers)) for table in tables)
    return merge(settings, stronger)._replace(functions=functions, layer_tables=tables)


def describes_function(settings: Settings) -> bool:
    """Whether the settings say anything about a function, and not only how zipper works."""
    return bool(settings.functions) or any(
        getattr(settings, key) is not None for key in FUNCTION_KEYS
    )


def parse_settings(table: object, source: SettingsSource) -> Settings:
    """Return the settings in a decoded table.

    Raises:
        ProjectError: ESETTINGS for an unknown key, a wrong type, a value that is none of the
            possible ones, or two functions of one name; with the file and the line.
    """
    reader = _SettingsReader(source)
    row = reader.table(table, (), (*KEYS, "functions", "deploy"))
    tables: tuple[Settings, ...] = ()
    if isinstance(row.get("layers"), Mapping):
        tables = reader.layers(row["layers"])
        row = {key: value for key, value in row.items() if key != "layers"}
    values = {key: reader.value(key, row[key], (key,)) for key in KEYS if key in row}
    return Settings(
        **values,  # type: ignore[arg-type]  # the rows say the types
        deploy=reader.deploy(row, ()),
        functions=reader.functions(row.get("functions", [])),
        layer_tables=tables,
    )


def parse_environment(environ: Mapping[str, str]) -> Settings:
    """Return the settings in the variables ZIPPER_HANDLER, ZIPPER_RUNTIME and so on.

    Lists are separated by commas or line breaks. An empty variable counts as absent. Variables
    that no option has are in `unknown_variables`.

    Raises:
        ProjectError: ESETTINGS for a value that its key cannot have, or for two variables of one
            option that differ.
    """
    given = {name: text for name, text in environ.items() if name.startswith("ZIPPER_")}
    if not given:
        return Settings()
    known = find_variables()
    values: dict[str, object] = {}
    said: dict[str, str] = {}
    for name, text in given.items():
        if name not in known or not text.strip():
            continue
        row, is_opposite = known[name]
        where = partial(str, f"the variable {name}")
        value = judge(from_text(row.kind, text.strip()), row, where)
        value = not value if is_opposite else value
        if values.setdefault(row.name, value) != value:
            raise error_about(f"the variables {said[row.name]} and {name} differ")
        said[row.name] = name
    unknown = tuple(sorted(given.keys() - known.keys()))
    return Settings(**values, unknown_variables=unknown)  # type: ignore[arg-type]


class _SettingsReader:
    """Reads one table and knows where it is, for the errors."""

    def __init__(self, source: SettingsSource) -> None:
        self._source = source

    def table(
        self, value: object, place: tuple[str | int, ...], known: Sequence[str] | None
    ) -> Mapping[str, object]:
        """Return `value` as a table with known keys only; None for keys that are names."""
        if not isinstance(value, Mapping):
            raise error_about(f"{self._where(place)} has to be a table, not {name_of(value)}")
        for key in value if known is not None else ():
            if known is not None and key not in known:
                where = self._where((*place, key))
                raise unknown_word(f"unknown key `{key}` in {where}", _name_of_flag(key), known)
        return value

    def value(self, key: str, value: object, place: tuple[str | int, ...]) -> object:
        """Return the value of `key`, judged. In paths a backslash is a slash, on every system."""
        row = _NAME if key == "name" else KEYS[key]
        hint = f'write a list: `{key} = ["{value}"]`' if row.is_list else None
        judged = judge(value, row, lambda: f"`{key}` in {self._where(place)}", hint=hint)
        if row.kind not in PATH_KINDS:
            return judged
        if isinstance(judged, tuple):
            return tuple(path.replace("\\", "/") for path in judged)
        return str(judged).replace("\\", "/")

    def functions(self, value: object) -> tuple[Settings, ...]:
        """Return the functions, which have names that differ."""
        if not isinstance(value, list):
            where = self._where(("functions",))
            raise error_about(f"`functions` in {where} has to be a list of tables or of folders")
        found: dict[str, Settings] = {}
        for index, item in enumerate(value):
            place = ("functions", index)
            if isinstance(item, str):
                # Folders of members, which `read_settings` looks for: it has no name of its own.
                found[f"/{index}"] = Settings(project=item)
                continue
            row = self.table(item, place, (*FUNCTION_KEYS, "deploy"))
            own = [key for key in row if key != "deploy"]
            values = {key: self.value(key, row[key], (*place, key)) for key in own}
            name = values.get("name")
            if not isinstance(name, str):
                raise error_about(f"a function without `name` in {self._where(place)}")
            _check_name(name, partial(self._where, (*place, "name")), found)
            found[name] = Settings(**values, deploy=self.deploy(row, place))  # type: ignore[arg-type]
        return tuple(found.values())

    def layers(self, value: object) -> tuple[Settings, ...]:
        """Return the layers, whose names are the keys of their tables."""
        found: dict[str, Settings] = {}
        for name, item in self.table(value, ("layers",), None).items():
            place = ("layers", name)
            _check_layer_name(name, partial(self._where, place))
            row = self.table(item, place, LAYER_KEYS[1:])
            values = {key: self.value(key, row[key], (*place, key)) for key in row}
            found[name] = Settings(name=name, **values)  # type: ignore[arg-type]
        return tuple(found.values())

    def deploy(
        self, row: Mapping[str, object], place: tuple[str | int, ...]
    ) -> Mapping[str, Any] | None:
        """Return what the table in `row` says of deploying; None where there is none."""
        if "deploy" not in row:
            return None
        from zipper.settings.deploy_options import parse_deploy  # noqa: PLC0415  (few have one)

        return parse_deploy(row["deploy"], lambda inside: self._where((*place, "deploy", *inside)))

    def _where(self, place: tuple[str | int, ...]) -> str:
        from zipper.settings.lines import find_line  # noqa: PLC0415  (for errors only)

        line = find_line(self._source.text, (*self._source.place, *place))
        return f"`{self._source.path}`" + (f", line {line}" if line else "")


def _name_of_flag(key: object) -> str:
    """Return the key of the option that is typed as `key` says, such as `arch`; else `key`."""
    flag = f"--{str(key).replace('_', '-')}"
    return next((row.name for row in KEYS.values() if flag in row.typed), str(key))


def _check_layer_name(name: str, where: Where) -> None:
    if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
        raise error_about(
            f"the layer's name `{name}` in {where()} is none that Lambda takes",
            hint="use letters, digits, `-` and `_`",
        )


def _check_name(name: str, where: Where, known: Mapping[str, Settings]) -> None:
    if name in known:
        raise error_about(f"two functions are called `{name}` in {where()}")
    if not name or "/" in name or "\\" in name or name in (".", ".."):
        raise error_about(
            f"the function's name `{name}` in {where()} cannot name a zip",
            hint="use letters, digits, `-` and `_`, as Lambda does",
        )
