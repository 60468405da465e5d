"""Git dependencies: fetched with the system's git, by commit, and packed as npm packs them.

In: a git spec. Out: the commit it means, and the package as an uncompressed tar, which the store
unpacks like any other. Scripts are not run; `zipper.fetching.git_prepare` tells of those that npm
would run.

Source: pacote 21 lib/git.js; @npmcli/git 7. A repository may be anybody's: git never prompts for a
password, runs no hook, and follows only the protocols that npm knows. It runs in folders of its
own, so that no repository around the project, nor the one whose hook runs zipper, decides where
it goes.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.errors import ResolutionError
from zipper.fetching.local_packages import pack_folder
from zipper.npm.credentials import redact_url
from zipper.npm.git_refs import find_commit, parse_refs
from zipper.npm.json_text import parse_json_object
from zipper.npm.package_json import Manifest, parse_manifest
from zipper.npm.spec import parse_spec
from zipper.project.run_git import PROTOCOLS, TIMEOUT_SECONDS, run_git
from zipper.registry import registry_errors as failures
from zipper.store.store_zip_format import inflate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from zipper.npm.spec import Spec
    from zipper.registry.client import RegistryClient

__all__ = ["find_commit_of", "pack_commit", "read_commit", "resolve_commit"]

_OWN_PROTOCOLS: Final = f"file:{PROTOCOLS}"
"""What package.json may name; a submodule is chosen by others and may not be of this disk."""


def resolve_commit(spec: Spec) -> str:
    """Return what a lockfile records for a git spec: the repository's URL and the commit.

    Raises:
        ResolutionError: ENOGIT without git; EGIT where the repository cannot be read; ETARGET
            where it has no such branch, tag, commit or version.
    """
    with _scratch() as folder:
        url, listing = _ask(spec, lambda url: _run("ls-remote", "--", url, folder=folder))
    refs = parse_refs(listing)
    commit = find_commit(spec, refs)
    if commit is None and spec.git_committish:
        commit = _find_in_history(url, spec.git_committish)
    if commit is None:
        wanted = spec.git_range or spec.git_committish or "HEAD"
        raise ResolutionError(
            "ETARGET",
            f"the repository of `{spec}` has no `{wanted}`",
            facts=(("available", ", ".join(_short_names(refs)) or "nothing"),),
            hint="name a branch, a tag or a commit after `#`",
        )
    return _resolved(spec, commit)


def pack_commit(resolved: str) -> bytes:
    """Return the package at `resolved` (`git+URL#commit`) as a tar, packed as npm would.

    Raises:
        ResolutionError: ENOGIT, EGIT.
        ProjectError: EJSONPARSE, EREAD.
    """
    spec = parse_spec(resolved, where="/")
    with _scratch() as folder:
        _check_out(spec, folder)
        top = folder / (spec.git_subdir or "").strip("/")
        if not top.resolve().is_relative_to(folder.resolve()):
            raise ResolutionError("EGIT", f"`{spec.git_subdir}` leaves the repository")
        return _make_tar(top)


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="zipper-git-") as name:
        yield Path(name)


def _ask(spec: Spec, ask: Callable[[str], str]) -> tuple[str, str]:
    """Return the first address of the repository that answers, and its answer."""
    *first, last = _urls(spec)
    for url in first:
        try:
            return url, ask(url)
        except ResolutionError as error:
            if error.code != "EGIT":
                raise
    return last, ask(last)


def _find_in_history(url: str, revision: str) -> str | None:
    """Return the commit of what no ref is named after, such as `c8db7d8` or `main~1`.

    Only the whole history tells. Source: @npmcli/git 7 lib/clone.js `unresolved`.
    """
    with _scratch() as folder:
        _run("clone", "--quiet", "--mirror", "--", url, str(folder / ".git"), folder=folder)
        wanted = f"{revision}^{{commit}}"
        try:
            found = _run("rev-parse", "--verify", "--end-of-options", wanted, folder=folder)
        except ResolutionError as error:
            if error.code != "EGIT":
                raise
            return None
        return found.strip()


def _urls(spec: Spec) -> Sequence[str]:
    """Return where the repository may be had: HTTPS, then ssh, for hosts that have both."""
    if spec.hosted is not None:
        return (spec.hosted.https, spec.hosted.sshurl)
    return (spec.fetch_spec or "",)


def _resolved(spec: Spec, commit: str) -> str:
    """Return the repository's URL with the commit, and with the folder where one is named.

    Deviation: npm's pacote forgets the folder here (lib/util/add-git-sha.js), so that `npm ci`
    installs the whole repository in the package's place. npm understands what is written here.
    """
    if spec.hosted is not None:
        url = f"git+{spec.hosted.https if spec.hosted.auth else spec.hosted.sshurl}"
    else:
        address = spec.fetch_spec or ""
        url = address if address.startswith("git:") else f"git+{address}"
    subdir = f"::path:{spec.git_subdir}" if spec.git_subdir else ""
    return f"{url}#{commit}{subdir}"


def _check_out(spec: Spec, folder: Path) -> None:
    """Make `folder` the work tree of the spec's commit, fetching as little as the host allows."""
    commit = spec.git_committish or ""
    _run("init", "--quiet", folder=folder)
    _ask(spec, lambda url: _fetch(folder, url, commit))
    _run("checkout", "--quiet", "--detach", commit, "--", folder=folder)
    if (folder / ".gitmodules").is_file():
        _run(
            "submodule",
            "update",
            "--quiet",
            "--init",
            "--recursive",
            folder=folder,
            protocols=PROTOCOLS,
        )


def _fetch(folder: Path, url: str, commit: str) -> str:
    try:
        return _run("fetch", "--quiet", "--depth=1", "--", url, commit, folder=folder)
    except ResolutionError as error:
        if error.code != "EGIT":
            raise
        # Not every host gives a commit by its name; then all branches and tags have to come.
        everything = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
        return _run("fetch", "--quiet", "--", url, *everything, folder=folder)


def _make_tar(folder: Path) -> bytes:
    manifest = _read_manifest(folder)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for entry in pack_folder(folder, "", manifest, workspaces=()):
            name = entry.name.decode("utf-8", "surrogateescape")
            member = tarfile.TarInfo(f"package/{name}")
            content = inflate(entry)
            member.size, member.mode = len(content), entry.mode & 0o777
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _read_manifest(folder: Path) -> Manifest:
    path = folder / "package.json"
    if not path.is_file():
        raise ResolutionError(
            "ENOENT",
            "the repository has no package.json",
            hint="name the package's folder: `#commit::path:folder`",
        )
    return parse_manifest(parse_json_object(path.read_bytes(), path="package.json"))


def _run(*arguments: str, folder: Path, protocols: str = _OWN_PROTOCOLS) -> str:
    """Run git in `folder` and return what it prints.

    Raises:
        ResolutionError: ENOGIT where there is no git; EGIT with git's own words.
    """
    try:
        done = run_git(
            *arguments,
            folder=folder,
            ceiling=folder.resolve().parent,
            protocols=protocols,
            settings=("core.symlinks=true",),
        )
    except FileNotFoundError as cause:
        raise ResolutionError(
            "ENOGIT",
            "a dependency is in a git repository, and git is not installed",
            hint="install git, or depend on a published version",
        ) from cause
    except subprocess.TimeoutExpired as cause:
        raise ResolutionError(
            "EGIT", f"git gave no answer within {TIMEOUT_SECONDS} seconds"
        ) from cause
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip()
        raise ResolutionError(
            "EGIT",
            f"git {arguments[0]} failed",
            facts=tuple(("git says", line) for line in words.splitlines()[-5:]),
            hint="check the repository's address and that you may read it",
        )
    return done.stdout.decode("utf-8", "replace")


def _short_names(refs: dict[str, str]) -> list[str]:
    names = [name for name in refs if "/" not in name and name != "HEAD"]
    return names[:10]


def find_commit_of(client: RegistryClient, spec: Spec) -> str:
    """Return the URL and the commit that a git spec means.

    Raises:
        RegistryError: EOFFLINE where git may not be asked.
        ZipperError: as `zipper.fetching.git.resolve_commit`.
    """
    vendor = client.vendor
    known = None if vendor is None else vendor.find_git(spec.raw_spec)
    if known is not None:
        return known.decode("utf-8", "replace")
    if client.is_offline:
        raise failures.offline(f"the commit of `{spec.name}`", redact_url(spec.fetch_spec or ""))
    resolved = resolve_commit(spec)
    if vendor is not None:
        vendor.keep_git(spec.raw_spec, resolved.encode())
    return resolved


def read_commit(client: RegistryClient, resolved: str) -> bytes:
    """Return the package at a commit as a tar.

    Raises:
        RegistryError: EOFFLINE where git may not be asked.
        ZipperError: as `zipper.fetching.git.pack_commit`.
    """
    vendor = client.vendor
    known = None if vendor is None else vendor.find_git(resolved)
    if known is not None:
        return known
    if client.is_offline:
        raise failures.offline(f"the commit {resolved.rpartition('#')[2]}", resolved)
    data = pack_commit(resolved)
    if vendor is not None:
        vendor.keep_git(resolved, data)
    return data
