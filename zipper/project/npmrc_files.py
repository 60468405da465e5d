"""Finds and reads the `.npmrc` files of a project, a user and a machine.

Input: a project folder and the environment. Output: `NpmSettings`. What the texts mean is decided
in `zipper.npm.npmrc`; npm need not be installed.

Source: @npmcli/config 10 lib/index.js, as npm 11.19.1 ships it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.errors import UsageError
from zipper.npm.npm_settings import refuse_setting
from zipper.npm.npmrc import (
    Layer,
    NpmSettings,
    build_settings,
    layer_from_environment,
    layer_from_options,
    layer_from_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from zipper.npm.ini import IniValue
    from zipper.project.tool_layers import ToolLayers

__all__ = ["find_home", "read_npm_settings"]


def read_npm_settings(
    project_dir: Path,
    *,
    environ: Mapping[str, str] | None = None,
    home: Path | None = None,
    options: Mapping[str, IniValue] | None = None,
    read_tool: Callable[[Mapping[str, str], Path], ToolLayers] | None = None,
) -> NpmSettings:
    """Return the settings that npm would use in `project_dir`.

    A file that cannot be read counts as absent, as it does for npm.

    Args:
        project_dir: has the project's `.npmrc`; where workspaces are, that of their root.
        environ: defaults to the process's.
        home: defaults to the variable HOME, else the user's home folder.
        options: by npm's names, stronger than all else.
        read_tool: called with environment and home, returns what the package manager whose
            lockfile counts says of registries.

    Raises:
        UsageError: EUSAGE for an option that cannot be what it is.
        ProjectError: ERR_INVALID_URL for a registry that is no address, ESETTINGS for a value that
            may not be ignored.

    Deviation: npm warns of an option, and of an `allow-git` and its like that cannot be, and goes
    on with the weaker layer. What was mistyped would be allowed then.
    """
    environ = os.environ if environ is None else environ
    home = find_home(environ) if home is None else home
    strong = (layer_from_environment(environ), layer_from_options(options or {}))
    project_file = project_dir / ".npmrc"

    def path_of(key: str, *weak: Layer) -> Path | None:
        found = build_settings(
            (*weak, *strong),
            environ=environ,
            home=home.as_posix(),
            folder=project_dir.absolute().as_posix(),
        )
        text = getattr(found, key)
        return Path(text) if text else None

    # Each file may say where the next weaker one lies, and options say it for all.
    builtin = _read_layer("builtin", _find_builtin_file(environ))
    user_file = path_of("userconfig", builtin) or home / ".npmrc"
    is_user_file = _is_same(project_file, user_file)
    # What somebody else has put there may be a pipe, whose end never comes.
    is_own = not is_user_file and project_file.is_file()
    project = _read_layer("project", project_file) if is_own else Layer("project")
    user_file = path_of("userconfig", builtin, project) or user_file
    user = _read_layer("user", user_file)
    prefix = path_of("prefix", builtin, user)
    global_file = path_of("globalconfig", builtin, user, project) or _find_global_file(
        environ, prefix
    )
    layers: tuple[Layer | None, ...] = (user, project)
    if read_tool is not None:
        tool = read_tool(environ, home)
        layers = (tool.weak, user, tool.user, tool.workspace, project, tool.strong)
    layers = (builtin, _read_layer("global", global_file), *layers, *strong)
    settings = build_settings(
        tuple(layer for layer in layers if layer is not None),
        environ=environ,
        home=home.as_posix(),
        folder=project_dir.absolute().as_posix(),
        files={"project": str(project_file), "user": str(user_file), "global": str(global_file)},
    )
    for note in (*settings.unusable.values(), *settings.notes):
        if note.source.layer == "options" and note.code in {"ESETTINGS", "ERR_INVALID_URL"}:
            raise UsageError("EUSAGE", f"{note.message} ({note.source.place})", hint=note.hint)
    for key, note in settings.unusable.items():
        if not key.startswith("@"):  # a scope's matters where a package has it
            raise refuse_setting(note)
    return settings


def _read_layer(name: str, path: Path | None) -> Layer:
    """Return the layer of a file, an empty one where it cannot be read; npm goes on as well."""
    if path is None:
        return Layer(name)
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except (OSError, ValueError):
        return Layer(name)
    return layer_from_text(name, text, str(path))


def find_home(environ: Mapping[str, str]) -> Path:
    """Return the user's home folder, as Node finds it: what HOME says, else the system's."""
    if environ.get("HOME"):
        return Path(environ["HOME"])
    try:
        return Path.home()
    except RuntimeError:
        return Path()


def _is_same(one: Path, other: Path) -> bool:
    return one.absolute() == other.absolute()


def _find_builtin_file(environ: Mapping[str, str]) -> Path | None:
    """Return the `npmrc` in npm's own folder, where npm is installed."""
    npm = _find_program(environ, "npm.cmd" if sys.platform == "win32" else "npm")
    if npm is None:
        return None
    # bin/npm is a link to lib/node_modules/npm/bin/npm-cli.js; on Windows a script beside node.
    program = Path(os.path.realpath(npm))
    folders = (program.parent.parent, program.parent / "node_modules" / "npm")
    return next((found for folder in folders if (found := folder / "npmrc").is_file()), None)


def _find_global_file(environ: Mapping[str, str], prefix: Path | None) -> Path:
    """Return where npm's global file is or would be.

    Deviation: without Node there is no prefix to go by; then the usual places are looked at, so
    that a machine's settings hold although npm is not installed.
    """
    candidates = [folder / "etc" / "npmrc" for folder in _prefixes(environ, prefix)]
    return next((path for path in candidates if path.is_file()), candidates[0])


def _prefixes(environ: Mapping[str, str], prefix: Path | None) -> Iterator[Path]:
    if prefix is not None or environ.get("PREFIX"):
        yield prefix or Path(environ["PREFIX"])
        return
    if node := _find_program(environ, "node.exe" if sys.platform == "win32" else "node"):
        program = Path(os.path.realpath(node))
        yield program.parent if sys.platform == "win32" else program.parent.parent
        return
    if sys.platform == "win32":
        yield Path(environ.get("APPDATA", ""), "npm")
        return
    yield from (Path("/usr/local"), Path("/usr"), Path("/opt/homebrew"), Path("/"))


def _find_program(environ: Mapping[str, str], name: str) -> str | None:
    """Return the first file of that name in PATH; `shutil.which` costs 3 ms of import."""
    for folder in environ.get("PATH", "").split(os.pathsep):
        path = os.path.join(folder, name)  # noqa: PTH118 - a Path for each folder is slower
        if folder and os.access(path, os.X_OK) and os.path.isfile(path):  # noqa: PTH113
            return path
    return None
