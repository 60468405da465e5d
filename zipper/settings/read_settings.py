"""Settings as a project's files and the environment give them.

In: a folder and the environment. Out: `Settings` with absolute paths. A file is parsed only where
it is there and speaks of zipper: most builds have none of it and pay nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zipper.errors import ProjectError, UsageError
from zipper.files import read_or_none
from zipper.settings.build_request import (
    STANDARD_OUTPUT,
    BuildRequest,
    list_functions,
    list_outputs,
    name_outputs,
    names_of,
    pick_function,
    request_from,
)
from zipper.settings.option_row import PATH_KINDS
from zipper.settings.options import KEYS
from zipper.settings.values import (
    Settings,
    SettingsSource,
    merge,
    overlay,
    parse_environment,
    parse_settings,
)
from zipper.settings.workspace_root import find_root_of_settings

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from zipper.settings.option_row import Kind

__all__ = [
    "anchor",
    "find_request",
    "find_requests",
    "find_settings_folder",
    "read_request",
    "read_settings",
    "read_settings_file",
    "read_variables",
    "request_of_call",
]

_NOTHING: Final = Settings()


def read_settings(
    folder: Path, *, environ: Mapping[str, str], typed: Settings = _NOTHING
) -> Settings:
    """Return what the files in `folder` say, and over it what the ZIPPER_ variables say.

    ZIPPER_PROJECT counts in the working directory only: a folder that somebody names is meant.
    What the root of a workspace says holds for its members, below what they say themselves; with
    `no_workspace`, in the files, the variables or `typed`, it does not.

    Raises:
        ProjectError: ESETTINGS, ETOMLPARSE, EJSONPARSE, EREAD.
    """
    variables = read_variables(environ)
    if folder != Path():
        variables = variables._replace(project=None)
    own = read_settings_file(folder)
    if not merge(own, variables, typed).no_workspace:
        own = merge(_read_root(folder.resolve()), own)
    return overlay(own, variables)


def _read_root(folder: Path) -> Settings:
    """Return what the root of a workspace says for its member in `folder`."""
    root = find_root_of_settings(folder)
    settings = _NOTHING if root is None else read_settings_file(root)
    if settings == _NOTHING:
        return _NOTHING
    from zipper.settings.root_settings import settings_for_member  # noqa: PLC0415  (rare)

    return settings_for_member(settings, folder.as_posix())


def read_variables(environ: Mapping[str, str]) -> Settings:
    """Return what the ZIPPER_ variables say; their paths are relative to the working directory.

    Raises:
        ProjectError: ESETTINGS for a value that its option cannot have.
    """
    return anchor(parse_environment(environ), Path.cwd())


def request_of_call(function: str, options: Mapping[str, object]) -> BuildRequest:
    """Return the request of a public function that takes a zip: its options, and the variables.

    Raises:
        ProjectError: ESETTINGS for a variable.
        UsageError: EUSAGE for an option.
    """
    from zipper.settings.call import settings_of_call  # noqa: PLC0415  (no command comes here)

    typed = settings_of_call(function, options)
    return request_from(merge(read_variables(os.environ), typed), folder=".")


def read_request(
    folder: str | os.PathLike[str], options: Settings, *, function: str | None = None
) -> BuildRequest:
    """Return the request for the project or the function in `folder`, `options` over all settings.

    Raises:
        ProjectError: ESETTINGS, ETOMLPARSE, EJSONPARSE, EREAD.
        UsageError: EUSAGE for what does not exist: a function, a runtime, an architecture.
    """
    _, settings, picked = _read_for(Path(folder), options)
    one = overlay(pick_function(picked, function), options)
    return request_from(one, folder=os.fspath(folder), written=list_outputs(settings))


def find_requests(project: str | None, options: Settings) -> tuple[BuildRequest, ...]:
    """Return what is to be built.

    Args:
        project: a folder, the name of a function that the settings here describe, or None for
            all of them. A function's name goes before a folder of the same name; `./name` is
            always the folder.
        options: over all settings.

    Raises:
        ProjectError: ESETTINGS, ETOMLPARSE, EJSONPARSE, EREAD.
        UsageError: EUSAGE for what does not exist.
    """
    folder, name = _find_named(project)
    _, settings, picked = _read_for(folder, options)
    place = os.fspath(project or ".") if name is None else "."
    return _requests(picked, options, place, name=name, written=list_outputs(settings))


def find_settings_folder(project: str | None) -> Path:
    """Return the folder whose settings count for what `find_requests` makes of `project`.

    Raises:
        ProjectError: ESETTINGS, ETOMLPARSE, EJSONPARSE, EREAD.
    """
    return _read_for(_find_named(project)[0], Settings())[0]


def _find_named(project: str | None) -> tuple[Path, str | None]:
    """Return the folder that `project` means, or this one and the function that it names."""
    if project is not None and not _is_path(project):
        known = names_of(read_settings(Path(), environ=os.environ).functions)
        if project in known or (known and not Path(project).is_dir()):
            return Path(), project
    return Path(project or "."), None


def _read_for(folder: Path, typed: Settings) -> tuple[Path, Settings, Settings]:
    """Return where the settings for the project in `folder` are, them, and what is about it.

    They are its own; where it has none, those of the working directory's functions whose
    `project` it is.

    Raises:
        ProjectError: as `read_settings`.
    """
    own = read_settings(folder, environ=os.environ, typed=typed)
    real = os.path.realpath
    if real(folder) == real(".") or read_settings_file(folder) != _NOTHING:
        return folder, own, own
    here = read_settings(Path(), environ=os.environ)
    functions = list_functions(here)
    about = [one for one in functions if one.project and real(one.project) == real(folder)]
    if not about:
        return folder, own, own
    return Path(), here, here._replace(functions=tuple(about)) if here.functions else here


def find_request(project: str | None, options: Settings, *, command: str = "build") -> BuildRequest:
    """Return the one request that `project` makes; see `find_requests`.

    Args:
        project: as for `find_requests`.
        options: over all settings.
        command: what was typed, for the hint.

    Raises:
        ProjectError, UsageError: as `find_requests`; EUSAGE where the settings describe several
            functions and none was named.
    """
    requests = find_requests(project, options)
    if len(requests) > 1:
        raise UsageError(
            "EUSAGE",
            f"the settings in `{project or '.'}` describe {len(requests)} functions",
            facts=(("functions", ", ".join(request.name or "" for request in requests)),),
            hint=f"name one of them: `python -m zipper {command} {requests[0].name}`",
        )
    return requests[0]


def read_settings_file(folder: Path) -> Settings:
    """Return the settings of pyproject.toml or of package.json in `folder`.

    Raises:
        ProjectError: ESETTINGS, also where both files have some; ETOMLPARSE, EJSONPARSE, EREAD.
    """
    from_toml = _read_pyproject(folder / "pyproject.toml")
    from_json = _read_package_json(folder / "package.json")
    if from_toml is not None and from_json is not None:
        raise ProjectError(
            "ESETTINGS",
            f"pyproject.toml and package.json in `{folder}` both have settings of zipper",
            hint='keep `[tool.zipper]` in pyproject.toml, or `"zipper"` in package.json',
        )
    settings = anchor(from_toml or from_json or Settings(), folder)
    if any(function.name is None for function in settings.functions):
        from zipper.settings.member_folders import expand_members  # noqa: PLC0415  (rare)

        return expand_members(settings, folder, read=read_settings_file)
    return settings


def anchor(settings: Settings, folder: Path, *, known: Container[str] = ()) -> Settings:
    """Return the settings with paths that are whole; `known` are the names of layers."""
    if settings == _NOTHING:
        return settings
    known = known or {table.name or "" for table in settings.layer_tables}
    anchored: dict[str, Any] = {
        key: _anchored(value, row.kind, folder)
        if key != "layers"
        else tuple(_anchor_layer(entry, folder, known) for entry in value)
        for key, row in KEYS.items()
        if row.kind in PATH_KINDS and (value := getattr(settings, key)) is not None
        # As an output it is no path, from wherever it comes.
        if key != "output" or value != STANDARD_OUTPUT
    }
    functions = tuple(
        anchor(function, folder, known=known) if function.name is not None else function
        for function in settings.functions
    )
    # A layer is of the project beside its table, also for a member's function.
    tables = tuple(
        anchor(merge(Settings(project="."), table), folder) for table in settings.layer_tables
    )
    return settings._replace(functions=functions, layer_tables=tables, **anchored)


def _anchor_layer(entry: str, folder: Path, known: Container[str]) -> str:
    """Return a zip's path as it is from here; what names a layer, or is an ARN, stays."""
    from zipper.settings.layer_tables import is_layer_name  # noqa: PLC0415  (few have any)

    # The table may be the root's, of a member's workspace.
    is_name = entry in known or (is_layer_name(entry) and not (folder / entry).is_file())
    return entry if is_name or entry.startswith("arn:") else _join(folder, entry)


def _anchored(value: Any, kind: Kind, folder: Path) -> str | tuple[str, ...]:  # noqa: ANN401
    if kind == "paths":
        return tuple(_join(folder, path) for path in value)
    return str(value) if kind == "place" and not _is_path(value) else _join(folder, value)


def _requests(
    settings: Settings,
    options: Settings,
    folder: str,
    *,
    name: str | None,
    written: tuple[str, ...],
) -> tuple[BuildRequest, ...]:
    """Return the request of the function called `name`, or of all of them."""
    if name is None:
        functions = list_functions(overlay(settings, options))
    else:
        functions = (overlay(pick_function(settings, name), options),)
    written = tuple(dict.fromkeys((*written, *name_outputs(functions))))
    return tuple(request_from(one, folder=folder, written=written) for one in functions)


def _is_path(text: str) -> bool:
    return "/" in text or os.sep in text or text in (".", "..")


def _join(folder: Path, path: str) -> str:
    """Join, and keep the slash at the end that tells a folder from a file."""
    inside = Path(path).expanduser() if path.startswith("~/") else path
    return str(folder / inside) + ("/" if path.endswith(("/", "\\")) else "")


def _find_misspelt(data: bytes, *, in_toml: bool) -> str | None:
    """Return the first name of a table that is all but `zipper`, and is not."""
    lowered = data.lower()
    # One letter more or less leaves a half of the word as it is.
    if b"zip" not in lowered and b"per" not in lowered:
        return None
    from zipper.settings.misspelt_tables import find_misspelt  # noqa: PLC0415  (few have any)

    return find_misspelt(data, in_toml=in_toml)


def _read_pyproject(path: Path) -> Settings | None:
    data = read_or_none(path)
    if data is None:
        return None
    if misspelt := _find_misspelt(data, in_toml=True):
        from zipper.settings.misspelt_tables import misspelt_error  # noqa: PLC0415  (for errors)

        raise misspelt_error(misspelt, path, data, ("tool", misspelt))
    if b"zipper" not in data:
        return None
    import tomllib  # noqa: PLC0415  (0.005 s, for projects that have settings in TOML)

    try:
        text = data.decode("utf-8")
        document = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as cause:
        raise ProjectError("ETOMLPARSE", f"`{path}` cannot be parsed: {cause}") from cause
    tool = document.get("tool")
    table = tool.get("zipper") if isinstance(tool, dict) else None
    if table is None:
        return None
    return parse_settings(table, SettingsSource(str(path), text, ("tool", "zipper")))


def _read_package_json(path: Path) -> Settings | None:
    data = read_or_none(path)
    if data is None:
        return None
    misspelt = _find_misspelt(data, in_toml=False)
    if misspelt is None and b'"zipper"' not in data:
        return None
    from zipper.npm.json_text import parse_json_object  # noqa: PLC0415  (only where it is needed)

    document = parse_json_object(data, path=str(path))
    if misspelt and isinstance(document.get(misspelt), dict):
        from zipper.settings.misspelt_tables import misspelt_error  # noqa: PLC0415  (for errors)

        raise misspelt_error(misspelt, path, data, (misspelt,))
    table = document.get("zipper")
    # A dependency or a keyword of this name is deeper; a text here is somebody else's.
    if not isinstance(table, dict):
        return None
    text = data.decode("utf-8", "replace")
    return parse_settings(table, SettingsSource(str(path), text, ("zipper",)))
