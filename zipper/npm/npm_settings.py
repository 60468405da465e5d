"""npm's settings as one typed value, each with the place where it was set.

`zipper.npm.npmrc` makes it; resolver, client and pipeline read it. No text is parsed here.
"""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from zipper.errors import ProjectError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from zipper.npm.credentials import Credential, Secret

__all__ = ["NOTHING", "NpmSettings", "NpmSource", "SettingNote", "refuse_setting"]

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class NpmSource(NamedTuple):
    """Where a value was set: a file with its line, a variable, an option, or nowhere."""

    layer: str
    place: str = ""
    line: int | None = None

    def __str__(self) -> str:
        if self.line is not None:
            return f"{self.place}:{self.line}"
        return self.place or self.layer


class SettingNote(NamedTuple):
    """A setting that npm warns about and does not use."""

    code: str
    message: str
    source: NpmSource
    hint: str | None = None


def refuse_setting(note: SettingNote) -> ProjectError:
    """Return the error for a setting that cannot be used, and may not be ignored."""
    facts = (("set in", str(note.source)),)
    return ProjectError(note.code, note.message, facts=facts, hint=note.hint)


_UNDECISIVE: Final = ("files", "sources", "offline", "prefer_offline", "prefer_online")


class NpmSettings(NamedTuple):
    """What npm would go by. Durations are in milliseconds where npm's are; None means not set.

    `registry` is None for the public npm registry, whose address is known only when it is asked.

    Deviation: retries start after half a second and are five, where npm waits ten seconds before
    the first of two; a silent connection is given up after a minute, where npm waits five. Values
    that are set count as they are.
    """

    registry: str | None = None
    scoped_registries: Mapping[str, str] = NOTHING
    """Scope with its `@` to address."""
    credentials: Mapping[str, Credential] = MappingProxyType({})
    cafile: str | None = None
    ca: tuple[str, ...] = ()
    cert: str | None = None
    key: Secret | None = None
    strict_ssl: bool = True
    proxy: Secret | None = None
    https_proxy: Secret | None = None
    noproxy: tuple[str, ...] = ()
    insecure_hosts: tuple[str, ...] = ()
    """Hosts besides loopback to which a credential may go over plain HTTP."""
    fetch_retries: float = 5
    fetch_retry_factor: float = 2
    fetch_retry_mintimeout: float = 500
    fetch_retry_maxtimeout: float = 20_000
    fetch_timeout: float = 60_000
    maxsockets: float | None = None
    user_agent: str | None = None
    offline: bool = False
    prefer_offline: bool = False
    prefer_online: bool = False
    before: datetime | None = None
    min_release_age: float | None = None
    """Days."""
    min_release_age_exclude: tuple[str, ...] = ()
    omit: frozenset[str] = frozenset()
    """What `omit`, `only`, `production`, `optional` and NODE_ENV leave out, less `include`."""
    include: frozenset[str] = frozenset()
    engine_strict: bool = False
    legacy_peer_deps: bool = False
    strict_peer_deps: bool = False
    force: bool = False
    install_strategy: str = "hoisted"
    prefer_dedupe: bool = False
    install_links: bool = False
    ignore_scripts: bool = False
    allow_scripts: tuple[str, ...] = ()
    """Counts where package.json has no `allowScripts`."""
    replace_registry_host: str = "npmjs"
    omit_lockfile_registry_resolved: bool = False
    package_lock: bool = True
    bin_links: bool = True
    lockfile_version: str | None = None
    format_package_lock: bool = True
    allow_git: str = "all"
    allow_remote: str = "all"
    allow_file: str = "all"
    allow_directory: str = "all"
    tag: str = "latest"
    userconfig: str | None = None
    globalconfig: str | None = None
    prefix: str | None = None
    node_version: str | None = None
    notes: tuple[SettingNote, ...] = ()
    unusable: Mapping[str, SettingNote] = MappingProxyType({})
    """Settings that nothing may be decided without, and that have a value which they cannot have:
    `registry`, `@scope:registry`, those that forbid sources or ages. Nothing weaker counts."""
    sources: Mapping[str, NpmSource] = MappingProxyType({})
    """npm's name of each setting that is set, to where it was set."""
    files: Mapping[str, str] = NOTHING
    """Layer to the path of its file, whether that exists or not."""

    def list_deciding(self) -> list[tuple[str, object]]:
        """Return the settings that decide what a project comes to, the same in each process.

        Where a setting was set, and when the cache may answer, decide nothing. Sets have no order.
        """
        return [
            (name, sorted(value) if isinstance(value, frozenset) else value)
            for name, value in self._asdict().items()
            if name not in _UNDECISIVE
        ]

    def digest(self) -> str:
        """Return a hash of the settings that decide; nothing secret is in it."""
        text = repr(self.list_deciding()).encode()  # `repr` escapes what UTF-8 cannot hold
        return hashlib.sha256(text).hexdigest()

    def is_set(self, key: str) -> bool:
        """Return whether any layer sets `key` (npm's spelling); a default does not count."""
        return key in self.sources

    def source_of(self, key: str) -> NpmSource:
        """Return where `key` was set, or for an unset one the user's file, where it would be."""
        return self.sources.get(key) or NpmSource("user", self.files.get("user", ""))

    def registry_of(self, name: str) -> str | None:
        """Return the registry of a package's scope, else the configured one, else None.

        Raises:
            ProjectError: ERR_INVALID_URL where the scope has one that cannot be used.
        """
        scope, slash, _ = name.partition("/")
        if slash and scope.startswith("@"):
            if self.unusable and (note := self.unusable.get(f"{scope}:registry")):
                raise refuse_setting(note)
            return self.scoped_registries.get(scope, self.registry)
        return self.registry

    def newest_allowed(self, now: datetime) -> datetime | None:
        """Return the moment after which publications do not count, from `before` or the age."""
        if self.before is not None or not self.min_release_age:
            return self.before
        from datetime import UTC, timedelta  # noqa: PLC0415 - 2 ms, and few projects need it

        return now.astimezone(UTC) - timedelta(days=self.min_release_age)
