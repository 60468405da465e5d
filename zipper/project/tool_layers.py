"""Finds the settings of pnpm, yarn and bun that say where packages come from, and reads them.

In: a folder whose lockfile is one of theirs, and the environment. Out: layers of npm's settings.
What is written there is decided in `zipper.npm.yarnrc`, `yarnrc_classic`, `bunfig` and
`pnpm_registries`. A file that says nothing of registries is not parsed.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.errors import ProjectError
from zipper.files import read_or_none
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zipper.npm.npmrc import Layer
    from zipper.npm.yarnrc import YarnrcFile

__all__ = ["ToolLayers", "read_tool_layers"]

_YARN_WORDS: Final = (b"npmRegist", b"npmScopes", b"npmAuth", b"httpProxy", b"httpsProxy")
_YARN_WORDS_TOO: Final = (b"httpsCaFilePath", b"enableStrictSsl")
_BUN_ENV_FILES: Final = (".env", ".env.production", ".env.local", ".env.production.local")
"""What `bun install` reads, the weakest first; the environment is stronger."""
_BUN_WORDS: Final = (b"registry", b"scopes", b"ca")
_PNPM_WORDS: Final = (b"registr", b"namedRegistries")


class ToolLayers(NamedTuple):
    """What a package manager's own files say of registries, by what they are weaker than."""

    weak: Layer | None = None
    """Weaker than every .npmrc."""
    user: Layer | None = None
    """Weaker than the project's .npmrc."""
    workspace: Layer | None = None
    """The .npmrc at the root of the workspace, weaker than the project's own."""
    strong: Layer | None = None


def read_tool_layers(
    tool: str, folder: Path, *, above: str = "", environ: Mapping[str, str], home: Path
) -> ToolLayers:
    """Return what the tool's own settings say of registries.

    Args:
        tool: whose lockfile counts: `pnpm`, `yarn` (2 and later), `yarn1` or `bun`; another has no
            settings of its own.
        folder: where the lockfile is.
        above: from there to the workspace's root, where its settings count.
        environ: for variables in values, and yarn's own.
        home: the user's home folder.

    Raises:
        ProjectError: ESETTINGS for a file that cannot be read, and for a value that cannot be used,
            naming file and line.
    """
    if tool == "yarn1":
        return ToolLayers(weak=_read_classic(folder, home))
    read = {"pnpm": _read_pnpm, "yarn": _read_yarn, "bun": _read_bun}.get(tool)
    root = folder / above
    strong = None if read is None else read(root, environ, home)
    user = _read_pnpm_user(environ, home) if tool == "pnpm" else None
    workspace = _read_ini("project", root / ".npmrc") if above else None
    return ToolLayers(user=user, workspace=workspace, strong=strong)


def _read_ini(name: str, path: Path) -> Layer | None:
    data = _find(path, (b"=",))
    if data is None:
        return None
    from zipper.npm.npmrc import layer_from_text  # noqa: PLC0415  (where there is one)

    return layer_from_text(name, data.decode("utf-8", "replace"), str(path))


def _read_classic(folder: Path, home: Path) -> Layer | None:
    found = _find_above(".yarnrc", folder, home, (b"registry",))
    if not found:
        return None
    from zipper.npm.yarnrc_classic import layer_from_classic  # noqa: PLC0415  (where it says some)

    return layer_from_classic((str(path), data.decode("utf-8", "replace")) for path, data in found)


def _find_above(
    name: str, folder: Path, home: Path, words: tuple[bytes, ...]
) -> list[tuple[Path, bytes]]:
    """Return the files of a name in the home and the folders above, the weakest first."""
    folders = [home, *reversed(folder.absolute().parents), folder]
    paths = dict.fromkeys(above / name for above in folders)
    return [(path, data) for path in paths if (data := _find(path, words))]


def _read_pnpm_user(environ: Mapping[str, str], home: Path) -> Layer | None:
    """Return what pnpm keeps for the user beside ~/.npmrc, which is weaker: `pnpm login` writes it.

    Source: `@pnpm/config.reader` 11 `getConfigDir`, `readNpmrcSources`.
    """
    return _read_ini("pnpm", _find_pnpm_folder(environ, home) / "auth.ini")


def _find_pnpm_folder(environ: Mapping[str, str], home: Path) -> Path:
    if environ.get("XDG_CONFIG_HOME"):
        return Path(environ["XDG_CONFIG_HOME"]) / "pnpm"
    if sys.platform == "darwin":
        return home / "Library/Preferences/pnpm"
    if sys.platform == "win32" and environ.get("LOCALAPPDATA"):
        return Path(environ["LOCALAPPDATA"]) / "pnpm/config"
    return home / ".config/pnpm"


def _read_pnpm(folder: Path, _: Mapping[str, str], __: Path) -> Layer | None:
    path = folder / "pnpm-workspace.yaml"
    data = _find(path, _PNPM_WORDS)
    if data is None:
        return None
    from zipper.npm.pnpm_registries import layer_from_pnpm  # noqa: PLC0415  (where it says some)

    settings, locate = _parse_yaml(path, data)
    return layer_from_pnpm(settings, path=str(path), locate=locate)


def _read_yarn(folder: Path, environ: Mapping[str, str], home: Path) -> Layer | None:
    found = _find_above(".yarnrc.yml", folder, home, _YARN_WORDS + _YARN_WORDS_TOO)
    if not found and not any(name.startswith(("YARN_NPM_", "YARN_HTTP")) for name in environ):
        return None
    from zipper.npm.yarnrc import YarnrcFile, layer_from_yarnrc  # noqa: PLC0415  (as above)
    from zipper.registry.address import default_registry  # noqa: PLC0415  (as above)

    files = [YarnrcFile(str(path), *_parse_yaml(path, data)) for path, data in found]
    known = {**environ, **_read_env_files(folder, files)}
    return layer_from_yarnrc(files, known, public=default_registry)


def _read_env_files(folder: Path, files: Sequence[YarnrcFile]) -> dict[str, str]:
    """Return the variables of the files that yarn 4 reads: `.env.yarn`, or those that are named."""
    paths = [folder / ".env.yarn"]
    for file in files:
        named = file.settings.get("injectEnvironmentFiles")
        if isinstance(named, list):
            paths = [Path(file.path).parent / str(one).removesuffix("?") for one in named]
    return _read_variables(paths)


def _read_variables(paths: Iterable[Path]) -> dict[str, str]:
    """Return what files of variables set, the weakest file first."""
    from zipper.npm.env_file import parse_env_file  # noqa: PLC0415  (where there are settings)

    texts = [data.decode("utf-8", "replace") for path in paths if (data := read_or_none(path))]
    return {name: value for text in texts for name, value in parse_env_file(text).items()}


def _read_bun(folder: Path, environ: Mapping[str, str], home: Path) -> Layer | None:
    places = (_config_home(environ, home) / ".bunfig.toml", folder / "bunfig.toml")
    found = [(path, data) for path in places if (data := _find(path, _BUN_WORDS))]
    if not found:
        return None
    import tomllib  # noqa: PLC0415  (as above)

    from zipper.npm.bunfig import layer_from_bunfig  # noqa: PLC0415  (as above)
    from zipper.npm.npmrc import Layer  # noqa: PLC0415  (as above)
    from zipper.registry.address import default_registry  # noqa: PLC0415  (as above)

    known = {**_read_variables(folder / name for name in _BUN_ENV_FILES), **environ}
    rows: list[tuple[str, object, object]] = []
    for path, data in found:
        try:
            text = data.decode("utf-8")
            settings = tomllib.loads(text)
        except ValueError as cause:
            raise ProjectError("ESETTINGS", f"`{path}` cannot be read: {cause}") from None
        layer = layer_from_bunfig(
            settings, text, path=str(path), environ=known, public=default_registry
        )
        rows += layer.entries
    return Layer("bun", tuple(rows))  # type: ignore[arg-type]


def _config_home(environ: Mapping[str, str], home: Path) -> Path:
    named = environ.get("XDG_CONFIG_HOME", "")
    return Path(named) if named and (Path(named) / ".bunfig.toml").is_file() else home


def _find(path: Path, words: tuple[bytes, ...]) -> bytes | None:
    """Return a file's bytes where it has one of the words."""
    if not os.path.isfile(path):  # noqa: PTH113  (a Path costs more for each folder above)
        return None
    data = read_or_none(path)
    return data if data is not None and any(word in data for word in words) else None


def _parse_yaml(
    path: Path, data: bytes
) -> tuple[Mapping[str, object], Callable[[tuple[str, ...]], int]]:
    from zipper.npm.yaml_settings import parse_settings  # noqa: PLC0415  (as above)
    from zipper.npm.yaml_text import YamlFaultError  # noqa: PLC0415  (as above)

    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        return parse_settings(text), partial(_find_line, text)
    except YamlFaultError as fault:
        raise ProjectError(
            "ESETTINGS",
            f"`{path}` cannot be read: {fault.message}",
            facts=(("at", f"line {fault.line}, column {fault.column}"),),
        ) from None


def _find_line(text: str, keys: tuple[str, ...]) -> int:
    from zipper.npm.yaml_text import locate_yaml  # noqa: PLC0415  (as above)

    return locate_yaml(text, 0, keys)[0]
