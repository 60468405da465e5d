"""Git repositories on well-known hosts: shortcuts such as `owner/name`, and the URLs behind them.

In: a spec. Out: a `HostedGit`, or None where it names no known host. Nothing is fetched.

Source: hosted-git-info 9 (lib/hosts.js, lib/from-url.js, lib/parse-url.js), the one of npm 11.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.npm.ecmascript import SPACES, decode_uri, encode_uri_component
from zipper.npm.web_url import WebUrl, parse_url

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["HostedGit", "parse_hosted"]

_SSH: Final = ("git+ssh:", "ssh:")
_HTTPS: Final = ("git+https:", "https:")
_REPRESENTATIONS: Final = {"git+ssh:": "sshurl", "ssh:": "sshurl", "git+https:": "https"}
"""How a spec of that scheme is written out; the scheme itself where it is not here."""
_WITH_AUTH: Final = frozenset({"git+https:", "git:", "http:", "https:", "git+http:"})
_SPACE: Final = re.compile(f"[{SPACES}]")


class _Host(NamedTuple):
    domain: str
    protocols: tuple[str, ...]
    tarball: str
    """Format of the tarball's URL: `{user}`, `{project}`, `{id}` (both, escaped), `{ref}`."""
    extract: Callable[[WebUrl], _Place | None]


class _Place(NamedTuple):
    """Owner, repository and committish of a URL, still escaped."""

    user: str | None
    project: str
    committish: str


class HostedGit(NamedTuple):
    """A repository on a known host."""

    type: str
    """`github`, `gitlab`, `bitbucket`, `gist` or `sourcehut`."""
    user: str | None
    project: str
    committish: str | None = None
    """What follows `#`, empty or None where nothing does."""
    auth: str | None = None
    default: str = "shortcut"
    """How it was written: `shortcut`, `sshurl`, `https`, `git` or `http`."""

    @property
    def domain(self) -> str:
        """The host's name."""
        return _HOSTS[self.type].domain

    @property
    def shortcut(self) -> str:
        """Such as `github:owner/name`, without committish like all the forms below."""
        return f"{self.type}:{self._path}"

    @property
    def ssh(self) -> str:
        """The form that ssh takes."""
        return f"git@{self.domain}:{self._path}.git"

    @property
    def sshurl(self) -> str:
        """The URL for git over ssh."""
        return f"ssh://git@{self.domain}/{self._path}.git"

    @property
    def https(self) -> str:
        """The URL for git over HTTPS, with the user's name and password if the spec has them."""
        if self.type == "sourcehut":
            return f"https://{self.domain}/{self._path}"
        auth = f"{self.auth}@" if self.auth and self.type != "gist" else ""
        return f"https://{auth}{self.domain}/{self._path}.git"

    @property
    def git(self) -> str | None:
        """The URL for git's own protocol, where the host has it."""
        if "git:" not in _HOSTS[self.type].protocols:
            return None
        auth = f"{self.auth}@" if self.auth and self.type != "gist" else ""
        return f"git://{auth}{self.domain}/{self._path}.git"

    @property
    def tarball(self) -> str:
        """The URL of the committish as a tarball; of the default branch where there is none."""
        return _HOSTS[self.type].tarball.format(
            user=self._owner,
            project=self.project,
            id=encode_uri_component(f"{self._owner}/{self.project}"),
            ref=encode_uri_component(self.committish or "HEAD"),
        )

    @property
    def fetch_spec(self) -> str:
        """The URL in the form in which it was written, without committish."""
        forms = {"shortcut": self.shortcut, "https": self.https, "git": self.git}
        return forms.get(self.default) or self.sshurl

    @property
    def save_spec(self) -> str:
        """What package.json would say."""
        text = self.fetch_spec
        plus = text.startswith("ssh:") or (text.startswith("https:") and self.type != "sourcehut")
        end = f"#{self.committish}" if self.committish else ""
        return f"{'git+' if plus else ''}{text}{end}"

    @property
    def _path(self) -> str:
        return self.project if self.type == "gist" else f"{self._owner}/{self.project}"

    @property
    def _owner(self) -> str:
        return "null" if self.user is None else self.user  # npm's answer to `github:name`


@lru_cache(maxsize=1 << 12)
def parse_hosted(spec: str) -> HostedGit | None:
    """Return the repository that `spec` names on a known host, or None."""
    if not spec:
        return None
    url = _parse_git_url(f"github:{spec}" if _is_shorthand(spec) else spec)
    if url is None:
        return None
    try:
        if url.protocol.removesuffix(":") in _HOSTS:
            return _from_shortcut(url)
        return _from_url(url)
    except ValueError:  # an escape in the URL cannot be decoded
        return None


def _from_shortcut(url: WebUrl) -> HostedGit:
    path = url.pathname.removeprefix("/")
    path = path.partition("@")[2] if "@" in path else path
    user, _, project = path.rpartition("/")
    return HostedGit(
        type=url.protocol.removesuffix(":"),
        user=decode_uri(user) or None,
        project=decode_uri(project).removesuffix(".git"),
        committish=decode_uri(url.hash[1:]) if url.hash else None,
    )


def _from_url(url: WebUrl) -> HostedGit | None:
    domain = (url.hostname or "").removeprefix("www.")
    name = next((name for name, host in _HOSTS.items() if host.domain == domain), None)
    if name is None or url.protocol not in _HOSTS[name].protocols:
        return None
    place = _HOSTS[name].extract(url)
    if place is None:
        return None
    auth = None
    if url.protocol in _WITH_AUTH and (url.username or url.password):
        auth = url.username + (f":{url.password}" if url.password else "")
    return HostedGit(
        type=name,
        user=decode_uri(place.user) if place.user else None,
        auth=auth,
        project=decode_uri(place.project),
        committish=decode_uri(place.committish),
        default=_REPRESENTATIONS.get(url.protocol, url.protocol.removesuffix(":")),
    )


def _is_shorthand(spec: str) -> bool:
    """Return whether `spec` is `owner/name`, with anything after a `#`."""
    path, _, _ = spec.partition("#")
    return (
        spec.find("/") > 0
        and path.count("/") <= 1
        and not path.startswith(".")
        and not path.endswith("/")
        and "@" not in path
        and ":" not in path
        and not _SPACE.search(path)
    )


def _parse_git_url(spec: str) -> WebUrl | None:
    """Return the URL that `spec` is, or that it becomes when git's short forms are written out."""
    text = _correct_protocol(spec)
    return parse_url(text) or parse_url(_correct_path(text))


def _correct_protocol(text: str) -> str:
    """Add what is missing before the host: `//`, or all of `git+ssh://`."""
    scheme, colon, rest = text.partition(":")
    known = scheme in _HOSTS or f"{scheme}:" in (*_SSH, *_WITH_AUTH)
    if (colon and known) or rest.startswith("//"):
        return text
    before, at, _ = text.partition("@")
    if at:
        return f"git+ssh://{text}" if ":" in before or not colon else text
    return f"{scheme}://{rest}" if colon else f"//{text}"


def _correct_path(text: str) -> str:
    """Turn `host:path` into `host/path`; only what is before `#` counts."""
    end = text.find("#")
    limit = len(text) if end < 0 else end + 1
    colon = text.rfind(":", 0, limit)
    if colon > text.rfind("@", 0, limit):
        text = f"{text[:colon]}/{text[colon + 1 :]}"
    if text.rfind(":", 0, limit) < 0 and "//" not in text:
        text = f"git+ssh://{text}"
    return text


def _segments(url: WebUrl, count: int) -> list[str]:
    """Return the first `count` parts of the path, empty where there are fewer."""
    parts = url.pathname.removeprefix("/").split("/")[:count]
    return parts + [""] * (count - len(parts))


def _extract_github(url: WebUrl) -> _Place | None:
    user, project, kind, branch = _segments(url, 4)
    if kind and kind != "tree":
        return None
    return _place(user, project, branch if kind else url.hash[1:])


def _extract_gitlab(url: WebUrl) -> _Place | None:
    path = url.pathname.removeprefix("/")
    if "/-/" in path or "/archive.tar.gz" in path:
        return None
    user, _, project = path.rpartition("/")
    return _place(user, project, url.hash[1:])


def _extract_bitbucket(url: WebUrl) -> _Place | None:
    user, project, kind = _segments(url, 3)
    return None if kind == "get" else _place(user, project, url.hash[1:])


def _extract_sourcehut(url: WebUrl) -> _Place | None:
    user, project, kind = _segments(url, 3)
    return None if kind == "archive" else _place(user, project, url.hash[1:])


def _extract_gist(url: WebUrl) -> _Place | None:
    user, project, kind = _segments(url, 3)
    if kind == "raw" or not (user or project):
        return None
    owner, name = (user, project) if project else (None, user)
    return _Place(owner or None, name.removesuffix(".git"), url.hash[1:])


def _place(user: str, project: str, committish: str) -> _Place | None:
    project = project.removesuffix(".git")
    return _Place(user, project, committish) if user and project else None


_HOSTS: Final = {
    "github": _Host(
        domain="github.com",
        protocols=("git:", "http:", *_SSH, *_HTTPS),
        tarball="https://codeload.github.com/{user}/{project}/tar.gz/{ref}",
        extract=_extract_github,
    ),
    "bitbucket": _Host(
        domain="bitbucket.org",
        protocols=(*_SSH, *_HTTPS),
        tarball="https://bitbucket.org/{user}/{project}/get/{ref}.tar.gz",
        extract=_extract_bitbucket,
    ),
    "gitlab": _Host(
        domain="gitlab.com",
        protocols=(*_SSH, *_HTTPS),
        tarball="https://gitlab.com/api/v4/projects/{id}/repository/archive.tar.gz?sha={ref}",
        extract=_extract_gitlab,
    ),
    "gist": _Host(
        domain="gist.github.com",
        protocols=("git:", *_SSH, *_HTTPS),
        tarball="https://codeload.github.com/gist/{project}/tar.gz/{ref}",
        extract=_extract_gist,
    ),
    "sourcehut": _Host(
        domain="git.sr.ht",
        protocols=("git+ssh:", "https:"),
        tarball="https://git.sr.ht/{user}/{project}/archive/{ref}.tar.gz",
        extract=_extract_sourcehut,
    ),
}
