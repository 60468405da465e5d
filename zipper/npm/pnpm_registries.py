"""Registries of pnpm-workspace.yaml, under npm's names; credentials are in .npmrc and auth.ini.

In: a decoded pnpm-workspace.yaml. Out: a `Layer`. A variable in an address is never replaced: a
repository would choose where a secret of the environment goes.

Source: pnpm's documentation of `registries` and `namedRegistries`; `@pnpm/config`
(`REQUEST_DESTINATION_SCALAR_KEYS`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.npm.npm_settings import NpmSource
from zipper.npm.npmrc import Layer
from zipper.npm.tool_settings import Access, Said, list_entries, refuse_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["layer_from_pnpm"]


def layer_from_pnpm(
    settings: Mapping[str, object], *, path: str, locate: Callable[[tuple[str, ...]], int]
) -> Layer:
    """Return the layer that a pnpm-workspace.yaml makes.

    Args:
        settings: the decoded file.
        path: for messages.
        locate: returns the line of an entry.

    Raises:
        ProjectError: ESETTINGS, naming file and line, for an address that is none or has a
            variable.
    """
    return Layer("pnpm", tuple(_read(settings, path, locate)))


def _read(
    settings: Mapping[str, object], path: str, locate: Callable[[tuple[str, ...]], int]
) -> Iterator[tuple[str, str, NpmSource]]:
    rows: list[tuple[tuple[str, ...], str, object]] = [
        (("registry",), "", settings.get("registry"))
    ]
    registries = settings.get("registries")
    for name, address in registries.items() if isinstance(registries, dict) else ():
        scope = "" if name == "default" else str(name)
        rows.append((("registries", str(name)), scope, address))
    named = settings.get("namedRegistries")
    for name, address in named.items() if isinstance(named, dict) else ():
        rows.append((("namedRegistries", str(name)), "named", address))
    for keys, scope, address in rows:
        if not isinstance(address, str) or not address:
            continue
        source = NpmSource("pnpm", path, locate(keys))
        if "${" in address:
            raise refuse_value(
                source,
                f"`{'.'.join(keys)}` has a variable, which pnpm does not replace in an address",
                hint="write the address itself, or set the registry in .npmrc",
            )
        if scope and scope != "named" and not scope.startswith("@"):
            raise refuse_value(source, f"`{scope[:100]}` in `registries` is no scope")
        entries = list_entries(Access(Said(address, source)), scope)
        # A named one is checked alone: only lockfiles of version 12 use it, which are refused.
        yield from (entry for entry in entries if scope != "named")
