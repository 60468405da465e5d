"""What one build is to do: settings and options become a `BuildRequest`.

In: merged settings. Out: one frozen value with every default filled in that does not depend on
package.json. Nothing is read here; `zipper.settings.read_settings` does that.
"""

# No annotations from __future__ here: they would be texts, and a named tuple compiles each of them.

from collections.abc import Sequence
from typing import NamedTuple

from zipper.errors import UsageError
from zipper.settings.values import KEYS, Settings, merge
from zipper.target import DEFAULT_RUNTIME, Target

__all__ = [
    "BuildRequest",
    "list_functions",
    "list_outputs",
    "names_of",
    "pick_function",
    "request_from",
]


class BuildRequest(NamedTuple):
    """The wishes for one package. Paths are absolute or relative to the working directory."""

    project: str
    """The folder that holds package.json."""
    target: Target
    name: str | None = None
    """Of one of several functions; None for a project on its own."""
    handler: str | None = None
    output: str | None = None
    """A zip, a folder where it ends in a slash, or None for the project's name."""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()
    registry: str | None = None
    prefer_offline: bool = False
    no_git: bool = False
    insecure_hosts: tuple[str, ...] = ()
    vendor: str | None = None
    allow_scripts: tuple[str, ...] = ()
    script_timeout_seconds: float | None = None
    node: str | None = None
    """A path, a version or `system`; None for the runtime's own."""
    node_mirror: str | None = None
    layers: tuple[str, ...] = ()
    max_size_bytes: int | None = None
    max_unzipped_size_bytes: int | None = None
    min_release_age_days: float | None = None
    require_integrity: bool = False
    verify_signatures: str = "off"
    no_recall: bool = False
    """Whether nothing is recalled that earlier runs have found out."""
    check: bool = True
    ignore: tuple[str, ...] = ()
    strict: bool = False
    written: tuple[str, ...] = ()
    """Zips that other builds by the same settings write; they are nobody's input."""

    @property
    def npm_options(self) -> dict[str, str]:
        """What stands over npm's own settings, by npm's names."""
        wanted = {
            "registry": self.registry,
            "prefer-offline": "true" if self.prefer_offline else None,
            "allow-git": "none" if self.no_git else None,
            "insecure-hosts": ",".join(self.insecure_hosts),
        }
        return {name: value for name, value in wanted.items() if value}


def request_from(settings: Settings, *, folder: str, written: tuple[str, ...] = ()) -> BuildRequest:
    """Return the request that merged `settings` make.

    Args:
        settings: of one function.
        folder: the project, where the settings name none.
        written: see `list_outputs`.

    Raises:
        UsageError: EUSAGE for a runtime or an architecture that does not exist.
    """
    return BuildRequest(
        project=settings.project or folder,
        target=Target(settings.runtime or DEFAULT_RUNTIME, settings.architecture or "x86_64"),
        name=settings.name,
        handler=settings.handler,
        output=settings.output,
        include=settings.include or (),
        exclude=settings.exclude or (),
        omit=_judge_omit(settings.omit or ()),
        registry=settings.registry,
        prefer_offline=bool(settings.prefer_offline),
        no_git=bool(settings.no_git),
        insecure_hosts=settings.insecure_hosts or (),
        vendor=settings.vendor,
        allow_scripts=settings.allow_scripts or (),
        script_timeout_seconds=settings.script_timeout,
        node=settings.node,
        node_mirror=settings.node_mirror,
        layers=settings.layers or (),
        max_size_bytes=settings.max_size,
        max_unzipped_size_bytes=settings.max_unzipped_size,
        min_release_age_days=settings.min_release_age,
        require_integrity=bool(settings.require_integrity),
        verify_signatures=settings.verify_signatures or "off",
        no_recall=bool(settings.no_recall),
        check=settings.check is not False,
        ignore=settings.ignore or (),
        strict=bool(settings.strict),
        written=(*written, *(settings.layers or ())),
    )


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
    outputs = ((function.output, function.name) for function in list_functions(settings))
    return tuple(
        f"{output}{name}.zip" if output.endswith(("/", "\\")) and name else output
        for output, name in outputs
        if output is not None
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


def _judge_omit(omit: tuple[str, ...]) -> tuple[str, ...]:
    known = KEYS["omit"].choices
    for name in omit:
        if name not in known:
            raise UsageError(
                "EUSAGE",
                f"unknown dependency type `{name}` to omit",
                facts=(("known", ", ".join(known)),),
            )
    return omit


def names_of(functions: Sequence[Settings]) -> list[str]:
    """Return the functions' names."""
    return [function.name or "" for function in functions if function.name]


def _no_function(name: str, known: list[str]) -> UsageError:
    import difflib  # noqa: PLC0415  (for a mistyped word only)

    near = difflib.get_close_matches(name, known, n=1)
    return UsageError(
        "EUSAGE",
        f"there is no function `{name}` in the settings",
        facts=(("functions", ", ".join(known) or "none"),),
        hint=f"did you mean `{near[0]}`?" if near else None,
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
