"""What one build is to do: settings and options become a `BuildRequest`.

In: merged settings. Out: one frozen value with every default filled in that does not depend on
package.json. Nothing is read here; `zipper.settings.read_settings` does that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.errors import UsageError, suggest
from zipper.kinds import KINDS
from zipper.settings.options import KEYS
from zipper.settings.records import Record
from zipper.settings.values import Settings, merge
from zipper.target import Target

STANDARD_OUTPUT: Final = "-"
"""The `output` of a zip that `zipper build` writes to standard output."""
COMPOSED: Final = ("project", "runtime", "architecture")
"""Settings that a request has in another form: a folder that is there, and the target."""

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from zipper.settings.option_types import RequestFields
else:
    # Made of the table: a checker cannot read it, and has the same written down.
    _FIELDS = {
        "project": None,
        "target": None,
        **{row.field: row.fallback for row in KEYS.values() if row.name not in COMPOSED},
        "name": None,
        "uses": (),
        "deploy": None,
        "written": (),
        "unknown_variables": (),
    }

    class RequestFields(Record, fields=_FIELDS):
        """A request: the options with their defaults."""

        __slots__ = ()


__all__ = [
    "COMPOSED",
    "STANDARD_OUTPUT",
    "BuildRequest",
    "list_functions",
    "list_outputs",
    "name_outputs",
    "names_of",
    "pick_function",
    "request_from",
]


_CONFIGURED: Final = ("memory", "timeout")
"""Keys of a run that are the function's configuration too."""

_AT_WORK: Final = {row.field: row.fallback for row in KEYS.values() if not row.per_function}


class BuildRequest(RequestFields):
    """The wishes for one package. Paths are absolute or relative to the working directory.

    Its fields are the options, by the names that they have in Python; and `target`, which is
    runtime and architecture, `name`, which is that of one of several functions, `uses`, the layers
    of the settings that `layers` names, `deploy`, what is said about deploying, `written`, the zips
    that other builds by the same settings write, and `unknown_variables`.
    """

    __slots__ = ()

    @property
    def npm_options(self) -> dict[str, str]:
        """What replaces npm's own settings, by npm's names."""
        return dict(_npm_options(self))

    @property
    def of_package(self) -> BuildRequest:
        """The request without what says how zipper works, such as `offline` and `verbose`."""
        return self._replace(**_AT_WORK, deploy=None)


def _npm_options(request: BuildRequest) -> Iterator[tuple[str, str]]:
    for row in KEYS.values():
        if row.npm and (value := getattr(request, row.field)):
            name, mark, word = row.npm.partition("=")
            yield name, word if mark else ",".join(value) if row.is_list else value


def request_from(settings: Settings, *, folder: str, written: tuple[str, ...] = ()) -> BuildRequest:
    """Return the request that merged `settings` make.

    Args:
        settings: of one function.
        folder: the project, where the settings name none.
        written: see `list_outputs`.

    Raises:
        UsageError: EUSAGE for a runtime, an architecture or a layer that does not exist.
    """
    values = {}
    for row in KEYS.values():
        value = getattr(settings, row.name)
        values[row.field] = row.fallback if value is None else value
    project, runtime, architecture = (values.pop(name) for name in COMPOSED)
    if settings.kind is not None:
        kind = KINDS[settings.kind]
        if settings.architecture is None:
            architecture = kind.architectures[0]
        if settings.timeout is None:
            values["timeout_seconds"] = kind.timeout_seconds_default
        if settings.memory is None and kind.memory_mb is not None:
            values["memory_mb"] = kind.memory_mb
    uses: tuple[BuildRequest, ...] = ()
    zips: tuple[str, ...] = ()
    if values["layers"]:
        from zipper.settings.layer_tables import list_zips, resolve_layers  # noqa: PLC0415  (few have any)

        values["layers"], uses = resolve_layers(settings, folder=folder, written=written)
        zips = list_zips(values["layers"])
    return BuildRequest(
        project=project or folder,
        target=Target(runtime, architecture),
        **values,
        name=settings.name,
        uses=uses,
        deploy=_deploy_of(settings),
        # The same value for all functions, where it is one: they may be thousands.
        written=(*written, *zips) if zips else written,
        unknown_variables=settings.unknown_variables,
    )


def _deploy_of(settings: Settings) -> Mapping[str, Any] | None:
    """Return what is said of deploying, with what is said of running, which is the same."""
    said = {key: getattr(settings, key) for key in _CONFIGURED}
    given = {key: value for key, value in said.items() if value is not None}
    return {**given, **(settings.deploy or {})} or None


def list_functions(settings: Settings) -> tuple[Settings, ...]:
    """Return each function's settings, what it leaves open taken from the table around it.

    Settings without functions are those of one, which has no name.

    Raises:
        UsageError: EUSAGE where two functions would be written to one zip.
    """
    if not settings.functions:
        return (settings,)
    common = settings._replace(functions=())
    functions = tuple(merge(common, function) for function in settings.functions)
    _refuse_shared_outputs(functions)
    return functions


def list_outputs(settings: Settings) -> tuple[str, ...]:
    """Return every zip that the settings name; a folder where the name is the project's."""
    outputs = name_outputs(list_functions(settings))
    if not settings.layer_tables:
        return outputs
    from zipper.settings.layer_tables import list_layers  # noqa: PLC0415  (few have any)

    return (*outputs, *name_outputs(list_layers(settings)))


def name_outputs(functions: Sequence[Settings]) -> tuple[str, ...]:
    """Return the zips of the functions; one without an `output` is named after the function."""
    outputs = ((function.output or "", function.name) for function in functions)
    return tuple(
        f"{output}{name}.zip" if name and (not output or output.endswith(("/", "\\"))) else output
        for output, name in outputs
        if output or name
    )


def pick_function(settings: Settings, name: str | None) -> Settings:
    """Return the settings of the function called `name`, or of the only one.

    Raises:
        UsageError: EUSAGE where there is no such function, or several and no name.
    """
    functions = list_functions(settings)
    if name is None:
        if len(functions) == 1:
            return functions[0]
        raise UsageError(
            "EUSAGE",
            f"the settings describe {len(functions)} functions, and one has to be named",
            facts=(("functions", ", ".join(names_of(functions))),),
        )
    for function in functions:
        if function.name == name:
            return function
    raise _no_function(name, names_of(functions))


def names_of(functions: Sequence[Settings]) -> list[str]:
    """Return the functions' names."""
    return [function.name or "" for function in functions if function.name]


def _no_function(name: str, known: list[str]) -> UsageError:
    return UsageError(
        "EUSAGE",
        f"there is no function `{name}` in the settings",
        facts=(("functions", ", ".join(known) or "none"),),
        hint=suggest(name, known),
    )


def _refuse_shared_outputs(functions: Sequence[Settings]) -> None:
    outputs: dict[str, str] = {}
    for function in functions:
        output = function.output
        if output is None or output.endswith(("/", "\\")):
            continue
        other = outputs.setdefault(output, function.name or "")
        if other != function.name:
            raise UsageError(
                "EUSAGE",
                f"the functions `{other}` and `{function.name}` would share the zip `{output}`",
                hint="give each its own `output`, or end it with `/` to name a folder",
            )
