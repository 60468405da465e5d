"""Package specs: what was asked for, and of which type it is.

In: an argument (`name@^1.0.0`, `owner/repository`, `../folder`) or an entry of `dependencies`.
Out: a frozen `Spec`. Nothing is fetched and no file is looked at.

Source: npm-package-arg 13 lib/npa.js, the one of npm 11.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from zipper.errors import ResolutionError
from zipper.npm import semver
from zipper.npm.ecmascript import encode_uri_component, trim
from zipper.npm.hosted import HostedGit, parse_hosted
from zipper.npm.package_name import find_name_faults, is_valid_name
from zipper.npm.spec_file import locate_file_spec
from zipper.npm.spec_git import parse_committish
from zipper.npm.web_url import parse_url

__all__ = ["Spec", "SpecType", "parse_spec", "resolve_spec"]

SpecType = Literal["version", "range", "tag", "alias", "git", "remote", "file", "directory"]

_URL: Final = re.compile(r"(?:git\+)?[a-z]+:", re.IGNORECASE)
_SCP: Final = re.compile(r"[^@]+@[^:.]+\.[^:]+:.+", re.IGNORECASE)
_TARBALL: Final = re.compile(r"\.(?:tgz|tar\.gz|tar)\Z", re.IGNORECASE)
_PATH: Final = re.compile(r"\.|~/|/|[a-zA-Z]:")
_GIT_OVER_SSH: Final = re.compile(r"git\+ssh://([^:#]+:[^#]+)(?:#(.*))?", re.IGNORECASE)
_GIT_FILE_ON_DRIVE: Final = re.compile("git\\+file://[a-z]:", re.IGNORECASE)
_PORT: Final = re.compile(r":[0-9]+(?:/|\Z)")
_GIT_PROTOCOLS: Final = frozenset(
    {"git:", "git+http:", "git+https:", "git+rsync:", "git+ftp:", "git+file:", "git+ssh:"}
)


class Spec(NamedTuple):
    """A parsed spec; fields that do not go with its type are None."""

    type: SpecType
    raw: str
    """As it was written; `name@spec` for an entry of `dependencies`."""
    raw_spec: str
    """The part after the name."""
    name: str | None = None
    registry: bool = False
    """A registry can answer it: version, range, tag, or an alias of one of these."""
    save_spec: str | None = None
    """What package.json would say, for what is not from a registry."""
    fetch_spec: str | None = None
    """The version, range or tag; the URL; the absolute path."""
    sub_spec: Spec | None = None
    """What an alias stands for."""
    git_committish: str | None = None
    git_range: str | None = None
    git_subdir: str | None = None
    """The folder inside the repository, beginning with `/`."""
    hosted: HostedGit | None = None

    @property
    def scope(self) -> str | None:
        """Such as `@types`."""
        return self.name.partition("/")[0] if self.name and self.name[0] == "@" else None

    @property
    def escaped_name(self) -> str | None:
        """The name as it is in a registry's URL."""
        return None if self.name is None else self.name.replace("/", "%2f", 1)

    def __str__(self) -> str:
        spec = self.save_spec or self.fetch_spec or self.raw_spec
        return "@".join(part for part in (self.name, spec) if part) or self.raw


def parse_spec(raw: str, *, where: str, home: str = "/") -> Spec:
    """Return the spec of an argument such as `name@^1.0.0`.

    Args:
        raw: as one types it after `npm install`.
        where: the folder from which relative paths count, absolute, `/`-separated.
        home: the folder that `~` stands for.

    Raises:
        ResolutionError: EINVALIDPACKAGENAME, EINVALIDTAGNAME, EUNSUPPORTEDPROTOCOL,
            ERR_INVALID_URL (Node's code), or EINVALIDSPEC where npm gives no code.
    """
    return _parse(raw, where, home)


def resolve_spec(name: str | None, spec: str, *, where: str, home: str = "/") -> Spec:
    """Return the spec of an entry of `dependencies`; `name` may be None for a spec alone.

    Args and Raises as in `parse_spec`.
    """
    return _resolve(name, spec, where, home, None)


@lru_cache(maxsize=1 << 12)
def _parse(raw: str, where: str, home: str) -> Spec:
    name_end = raw.find("@", 1)
    name_part = raw[:name_end] if name_end > 0 else raw
    name: str | None = None
    if _URL.match(raw):
        spec = raw
    elif _SCP.fullmatch(raw):
        spec = f"git+ssh://{raw}"
    elif not name_part.startswith("@") and ("/" in name_part or _TARBALL.search(name_part)):
        spec = raw
    elif name_end > 0:
        name, spec = name_part, raw[name_end + 1 :] or "*"
    elif is_valid_name(raw):
        name, spec = raw, "*"
    else:
        spec = raw
    return _resolve(name, spec, where, home, raw)


@lru_cache(maxsize=1 << 14)
def _resolve(name: str | None, spec: str, where: str, home: str, raw: str | None) -> Spec:
    raw = raw if raw is not None else f"{name}@{spec}" if name else spec
    if name and (faults := find_name_faults(name)):
        raise ResolutionError(
            "EINVALIDPACKAGENAME",
            f"`{name}` cannot be the name of a package",
            facts=(("asked for", raw), *(("because", fault) for fault in faults)),
            hint="correct the name where it is requested",
        )
    name = name or None
    if spec.lower().startswith("file:") or _PATH.match(spec):
        return _from_file(name, spec, raw, where, home)
    if spec.lower().startswith("npm:"):
        return _from_alias(name, spec, raw, where, home)
    hosted = parse_hosted(spec)
    if hosted is not None:
        return _from_hosted(name, spec, raw, hosted)
    if _URL.match(spec):
        return _from_url(name, spec, raw)
    if "/" in spec or _TARBALL.search(spec):
        return _from_file(name, spec, raw, where, home)
    return _from_registry(name, spec, raw)


def _from_registry(name: str | None, spec: str, raw: str) -> Spec:
    wanted = trim(spec)
    kind: SpecType
    if semver.valid(wanted, loose=True) is not None:
        kind = "version"
    elif semver.valid_range(wanted, loose=True) is not None:
        kind = "range"
    elif encode_uri_component(wanted) == wanted:
        kind = "tag"
    else:
        raise ResolutionError(
            "EINVALIDTAGNAME",
            f"`{wanted}` is neither a version nor a range, and cannot be a tag",
            facts=(("asked for", raw),),
            hint="a range looks like `^1.2.3`; a tag has no characters that a URL must escape",
        )
    return Spec(type=kind, name=name, raw=raw, raw_spec=spec, registry=True, fetch_spec=wanted)


def _from_alias(name: str | None, spec: str, raw: str, where: str, home: str) -> Spec:
    target = _parse(spec[len("npm:") :], where, home)
    if target.type == "alias":
        fault = "an alias cannot stand for an alias"
    elif not target.registry:
        fault = "an alias can only stand for a package of a registry"
    elif not target.name:
        fault = "an alias needs the name of a package"
    else:
        return Spec(type="alias", name=name, raw=raw, raw_spec=spec, registry=True, sub_spec=target)
    raise ResolutionError(
        "EINVALIDSPEC",
        fault,
        facts=(("asked for", raw),),
        hint="write an alias as `npm:name@range`",
    )


def _from_file(name: str | None, spec: str, raw: str, where: str, home: str) -> Spec:
    save_spec, fetch_spec = locate_file_spec(spec, where=where, home=home)
    return Spec(
        type="file" if _TARBALL.search(spec) else "directory",
        name=name,
        raw=raw,
        raw_spec=spec,
        save_spec=save_spec,
        fetch_spec=fetch_spec,
    )


def _from_hosted(name: str | None, spec: str, raw: str, hosted: HostedGit) -> Spec:
    committish, range_, subdir = parse_committish(hosted.committish, raw)
    return Spec(
        type="git",
        name=name,
        raw=raw,
        raw_spec=spec,
        save_spec=hosted.save_spec,
        fetch_spec=None if hosted.default == "shortcut" else hosted.fetch_spec,
        hosted=hosted,
        git_committish=committish,
        git_range=range_,
        git_subdir=subdir,
    )


def _from_url(name: str | None, spec: str, raw: str) -> Spec:
    if spec.startswith("git+ssh:"):
        # `git+ssh://user@host:owner/name` is no URL; a number after the colon would be a port.
        scp = _GIT_OVER_SSH.fullmatch(spec)
        if scp is not None and not _PORT.search(scp[1]):
            return _git(name, spec, raw, scp[1], scp[2] or "")
    text = spec.replace("\\", "/") if spec.startswith("git+file://") else spec
    url = parse_url(text)
    if url is None:
        raise ResolutionError(
            "ERR_INVALID_URL",
            f"`{spec}` is no URL",
            facts=(("asked for", raw),),
            hint="write the URL in full, such as `https://host.example/package.tgz`",
        )
    if _GIT_FILE_ON_DRIVE.match(text) and url.hostname:
        return _git(name, spec, raw, f"file://{url.host.lower()}:{url.pathname}", url.hash[1:])
    if url.protocol in _GIT_PROTOCOLS:
        return _git(name, spec, raw, url.without_hash.removeprefix("git+"), url.hash[1:])
    if url.protocol in ("http:", "https:"):
        return Spec(
            type="remote", name=name, raw=raw, raw_spec=spec, save_spec=spec, fetch_spec=spec
        )
    raise ResolutionError(
        "EUNSUPPORTEDPROTOCOL",
        f"npm has no packages of the kind `{url.protocol}`",
        facts=(("asked for", raw),),
        hint="`workspace:`, `catalog:`, `link:` and `jsr:` belong to other tools; "
        "name a version, or a folder with `file:`",
    )


def _git(name: str | None, spec: str, raw: str, fetch_spec: str, fragment: str) -> Spec:
    committish, range_, subdir = parse_committish(fragment, raw)
    return Spec(
        type="git",
        name=name,
        raw=raw,
        raw_spec=spec,
        save_spec=spec,
        fetch_spec=fetch_spec,
        git_committish=committish,
        git_range=range_,
        git_subdir=subdir,
    )
