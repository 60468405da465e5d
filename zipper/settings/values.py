"""zipper's settings: decoded tables, variables and options become `Settings`.

In: the table `[tool.zipper]` of pyproject.toml or `"zipper"` of package.json as its parser gives
it, the environment, options. Out: one frozen value, or an error that names key, file and line.
Reading the files is the work of `zipper.settings.read_settings`. The keys are those of
`schema.json`, which editors read; a test holds the two together.
"""

# No annotations from __future__ here: they would be texts, and a named tuple compiles each of them.

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, Literal, NamedTuple

from zipper.errors import ProjectError, ZipperError
from zipper.target import ARCHITECTURES, RUNTIMES

__all__ = [
    "FUNCTION_KEYS",
    "KEYS",
    "Key",
    "Settings",
    "Source",
    "merge",
    "overlay",
    "parse_environment",
    "parse_settings",
    "variable_of",
]

_Where = Callable[[], str]
Kind = Literal["text", "list", "size", "number", "flag"]


class Key(NamedTuple):
    """One key of the table: the type of its value, and what it is for."""

    kind: Kind
    summary: str
    choices: tuple[str, ...] = ()


KEYS: Final[dict[str, Key]] = {
    "project": Key("text", "The folder that holds package.json, relative to this file."),
    "handler": Key("text", "The handler, such as `index.handler`."),
    "runtime": Key("text", "The function's runtime.", tuple(RUNTIMES)),
    "architecture": Key("text", "The function's architecture.", ARCHITECTURES),
    "output": Key("text", "The zip to write, relative to this file; a folder if it ends in `/`."),
    "include": Key("list", "gitignore patterns: take only project files that match."),
    "exclude": Key("list", "gitignore patterns: leave out project files that match."),
    "omit": Key("list", "Dependency types to leave out.", ("dev", "optional", "peer")),
    "registry": Key("text", "The registry's address instead of npm's setting."),
    "prefer_offline": Key("flag", "Whether packuments at hand are used, however old they are."),
    "no_git": Key("flag", "Whether dependencies from git are refused."),
    "insecure_hosts": Key("list", "Hosts that may be sent a credential over plain HTTP."),
    "vendor": Key("text", "A folder that `zipper vendor` has made, relative to this file."),
    "allow_scripts": Key("list", "Packages whose install scripts may run: `esbuild`, `a@2`."),
    "script_timeout": Key("number", "Seconds that one install script may take; 600 at first."),
    "node": Key("text", "The Node.js for scripts and runs: a path, a version or `system`."),
    "node_mirror": Key("text", "Where Node.js is downloaded from instead of nodejs.org."),
    "layers": Key("list", "Zips of the function's layers, relative to this file."),
    "max_size": Key("size", "The zip must not be larger: bytes, or text such as `40 MB`."),
    "max_unzipped_size": Key("size", "Its files together must not be larger."),
    "min_release_age": Key("number", "Days that a version must have been published to count."),
    "require_integrity": Key("flag", "Whether every tarball needs a sha256, sha384 or sha512."),
    "verify_signatures": Key(
        "text", "Check the registry's signatures of all packages.", ("off", "warn", "error")
    ),
    "audit_level": Key(
        "text", "The weakest advisory that fails.", ("low", "moderate", "high", "critical")
    ),
    "audit_ignore": Key("list", "Accepted advisories: `ID`, or `ID until 2027-01-31`."),
    "no_recall": Key("flag", "Whether everything is worked out afresh, nothing recalled."),
    "check": Key("flag", "Whether a build follows the modules of its zip and reads its binaries."),
    "ignore": Key("list", "Codes of warnings that are not shown."),
    "strict": Key("flag", "Whether a warning fails the build and the check."),
}
"""The keys, in the order in which `init` writes them."""

_NAME: Final = Key("text", "")

FUNCTION_KEYS: Final = ("name", *KEYS)
"""What one of `functions` may say; what it does not say comes from the table around it."""

_TYPES: Final[dict[Kind, str]] = {
    "text": "text",
    "list": "a list of texts",
    "size": "a number of bytes, or text such as `40 MB`",
    "number": "a number, 0 or more",
    "flag": "true or false",
}
_UNITS: Final = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20}


class Settings(NamedTuple):
    """What was asked for; None where nothing was."""

    name: str | None = None
    """Of one of several functions."""
    project: str | None = None
    handler: str | None = None
    runtime: str | None = None
    architecture: str | None = None
    output: str | None = None
    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    omit: tuple[str, ...] | None = None
    registry: str | None = None
    prefer_offline: bool | None = None
    no_git: bool | None = None
    insecure_hosts: tuple[str, ...] | None = None
    vendor: str | None = None
    allow_scripts: tuple[str, ...] | None = None
    script_timeout: float | None = None
    """Seconds."""
    node: str | None = None
    node_mirror: str | None = None
    layers: tuple[str, ...] | None = None
    max_size: int | None = None
    """Bytes."""
    max_unzipped_size: int | None = None
    """Bytes."""
    min_release_age: float | None = None
    """Days."""
    require_integrity: bool | None = None
    verify_signatures: str | None = None
    audit_level: str | None = None
    audit_ignore: tuple[str, ...] | None = None
    no_recall: bool | None = None
    check: bool | None = None
    ignore: tuple[str, ...] | None = None
    strict: bool | None = None
    functions: tuple["Settings", ...] = ()


class Source(NamedTuple):
    """Where a table stands: a file, its text, and the keys that lead to the table."""

    path: str
    text: str
    place: tuple[str, ...]


def merge(*layers: Settings) -> Settings:
    """Return the settings of all `layers`, weakest first; a later value replaces, never adds."""
    merged: dict[str, object] = {}
    for layer in layers:
        for field in layer._fields:
            value = getattr(layer, field)
            if value is not None and value != ():
                merged[field] = value
            elif value == () and field != "functions":
                merged[field] = value  # an empty list takes back what was there
    return Settings(**merged)  # type: ignore[arg-type]  # the fields are its own


def overlay(settings: Settings, stronger: Settings) -> Settings:
    """Return `settings` with `stronger` over the table and over each of its functions."""
    functions = tuple(merge(function, stronger) for function in settings.functions)
    return merge(settings, stronger)._replace(functions=functions)


def parse_settings(table: object, source: Source) -> Settings:
    """Return the settings in a decoded table.

    Raises:
        ProjectError: ESETTINGS for an unknown key, a wrong type, a value that is none of the
            possible ones, or two functions of one name; with the file and the line.
    """
    reader = _Reader(source)
    row = reader.table(table, (), (*KEYS, "functions"))
    values = {key: reader.value(key, row[key], (key,)) for key in KEYS if key in row}
    functions = reader.functions(row.get("functions", []))
    return Settings(**values, functions=functions)  # type: ignore[arg-type]


def parse_environment(environ: Mapping[str, str]) -> Settings:
    """Return the settings in the variables ZIPPER_HANDLER, ZIPPER_RUNTIME and so on.

    Lists are separated by commas or line breaks. An empty variable counts as absent. A variable
    of another name is somebody else's, unless it is all but one of these.

    Raises:
        ProjectError: ESETTINGS for a value that its key cannot have, or a misspelt name.
    """
    _refuse_misspelt([name for name in environ if name.startswith("ZIPPER_")])
    values: dict[str, object] = {}
    for key, row in KEYS.items():
        variable = variable_of(key)
        text = environ.get(variable, "").strip()
        if text:
            where = partial(str, f"the variable {variable}")
            values[key] = _judge(_from_text(row.kind, text), row, where, ())
    return Settings(**values)  # type: ignore[arg-type]


def _refuse_misspelt(names: Sequence[str]) -> None:
    known = [*map(variable_of, KEYS), "ZIPPER_CACHE_DIR"]
    for name in names:
        if name not in known:
            import difflib  # noqa: PLC0415  (for an unknown variable only)

            near = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
            if near:
                raise _error(f"unknown variable {name}", hint=f"did you mean `{near[0]}`?")


def variable_of(key: str) -> str:
    """Return the name of the variable that stands for `key`."""
    return f"ZIPPER_{key.upper()}"


class _Reader:
    """Reads one table and knows where it stands, for the errors."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def table(
        self, value: object, place: tuple[str | int, ...], known: Sequence[str]
    ) -> Mapping[str, object]:
        """Return `value` as a table with known keys only."""
        if not isinstance(value, Mapping):
            raise _error(f"{self._where(place)} has to be a table, not {_name_of(value)}")
        for key in value:
            if key not in known:
                raise _unknown(f"unknown key `{key}` in {self._where((*place, key))}", key, known)
        return value

    def value(self, key: str, value: object, place: tuple[str | int, ...]) -> object:
        """Return the value of `key`, judged."""
        row = _NAME if key == "name" else KEYS[key]
        return _judge(value, row, lambda: f"`{key}` in {self._where(place)}", place)

    def functions(self, value: object) -> tuple[Settings, ...]:
        """Return the functions, which have names that differ."""
        if not isinstance(value, list):
            where = self._where(("functions",))
            raise _error(f"`functions` in {where} has to be a list of tables")
        found: dict[str, Settings] = {}
        for index, item in enumerate(value):
            place = ("functions", index)
            row = self.table(item, place, FUNCTION_KEYS)
            values = {key: self.value(key, row[key], (*place, key)) for key in row}
            name = values.get("name")
            if not isinstance(name, str):
                raise _error(f"a function without `name` in {self._where(place)}")
            _check_name(name, partial(self._where, (*place, "name")), found)
            found[name] = Settings(**values)  # type: ignore[arg-type]
        return tuple(found.values())

    def _where(self, place: tuple[str | int, ...]) -> str:
        from zipper.settings.lines import find_line  # noqa: PLC0415  (for errors only)

        line = find_line(self._source.text, (*self._source.place, *place))
        return f"`{self._source.path}`" + (f", line {line}" if line else "")


def _check_name(name: str, where: _Where, known: Mapping[str, Settings]) -> None:
    if name in known:
        raise _error(f"two functions are called `{name}` in {where()}")
    if not name or "/" in name or "\\" in name or name in (".", ".."):
        raise _error(
            f"the function's name `{name}` in {where()} cannot name a zip",
            hint="use letters, digits, `-` and `_`, as Lambda does",
        )


def _judge(value: object, row: Key, where: _Where, place: tuple[str | int, ...]) -> object:
    """Return `value` in the type of the row; `place` only tells tables from variables.

    `where` is called for an error only: to find a line takes longer than to read the table.
    """
    if row.kind == "size" and isinstance(value, str):
        value = _parse_size(value)
    if row.kind == "list" and isinstance(value, list):
        value = tuple(value)
    if not _fits(value, row.kind):
        hint = _list_hint(value, place) if row.kind == "list" else None
        raise _error(f"{where()} has to be {_TYPES[row.kind]}, not {_name_of(value)}", hint=hint)
    if row.choices:
        for item in value if isinstance(value, tuple) else (value,):
            if item not in row.choices:
                raise _unknown(f"{where()} cannot be `{item}`", str(item), row.choices)
    return value


def _fits(value: object, kind: Kind) -> bool:
    if kind == "list":
        return isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    if kind == "size":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return isinstance(value, str) and bool(value)


def _list_hint(value: object, place: tuple[str | int, ...]) -> str | None:
    if isinstance(value, str) and place:
        return f'write a list: `{place[-1]} = ["{value}"]`'
    return None


def _from_text(kind: Kind, text: str) -> object:
    if kind == "list":
        return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]
    if kind == "flag":
        known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        return known.get(text.lower(), text)
    if kind == "number" and len(text) < 16 and text.replace(".", "", 1).isdecimal():
        return float(text)
    return text


def _parse_size(text: str) -> object:
    """Return the bytes that `40 MB` or `40MiB` say; `text` itself where it says none."""
    digits = text.rstrip("BbIiKkMmGg ").replace("_", "").replace(",", "")
    unit = text[len(text.rstrip("BbIiKkMmGg ")) :].strip().upper()
    if digits.isascii() and digits.isdigit() and len(digits) < 16 and unit in _UNITS:
        return int(digits) * _UNITS[unit]
    return text


def _name_of(value: object) -> str:
    """Return how a person would call what stands there."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f"the text `{value[:60]}`" if value else "an empty text"
    if isinstance(value, tuple | list):
        return "a list of other things"
    if isinstance(value, Mapping):
        return "a table"
    return "nothing" if value is None else f"`{str(value)[:60]}`"


def _unknown(message: str, word: str, known: Sequence[str]) -> ZipperError:
    import difflib  # noqa: PLC0415  (for a mistyped word only)

    near = difflib.get_close_matches(word.lower().replace("-", "_"), known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else None
    return ProjectError("ESETTINGS", message, facts=(("known", ", ".join(known)),), hint=hint)


def _error(message: str, *, hint: str | None = None) -> ZipperError:
    return ProjectError("ESETTINGS", message, hint=hint)
