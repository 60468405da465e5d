"""Secrets and junk: what should not be in a package.

In: a subject. Out: findings `secret-file`, `secret-content` and `junk-file`. A secret is never
told whole. Contents of packages under node_modules are not searched: their tests and documents are
full of examples.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from zipper.checks.parts import find_in_parts, parts_of
from zipper.checks.source_text import find_matches
from zipper.errors import ArchiveError
from zipper.findings import Finding
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zipper.archive.listing import Listing
    from zipper.checks.subject import Subject

__all__ = ["check_junk", "check_secret_contents", "check_secret_files", "find_secret_contents"]

_SECRET_FILES: Final = late_pattern(
    r"(?:^|/)(?:\.env(?:\.(?!example$|sample$|template$|dist$)[\w.-]+)?|\.npmrc|\.yarnrc\.yml|\.netrc|\.pypirc|\.git-credentials|\.htpasswd"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)|[^/]*\.(?:pfx|p12|jks|keystore|kdbx|ppk)|credentials|\.aws/config"
    r"|\.docker/config\.json|service[-_]account[^/]*\.json)$"
)
_GIT: Final = late_pattern(r"^(?:.*/)?\.git/")
_CONTENTS: Final = (
    (
        "an AWS access key id",
        (b"AKIA", b"ASIA"),
        late_pattern(rb"(?<![A-Za-z0-9/+])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9/+=])"),
    ),
    (
        "an AWS secret access key",
        (),
        late_pattern(
            rb"(?i)aws_?secret_?access_?key['\"]?\s*[:=]\s*['\"]?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
        ),
    ),
    (
        "a private key",
        (b"-----BEGIN ",),
        late_pattern(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/=\r\n:,\- \\n]{64}"),
    ),
    (
        "an npm token",
        (b"npm_",),
        late_pattern(rb"(?<![A-Za-z0-9_])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9_])"),
    ),
    (
        "a registry's token",
        (b":_",),
        late_pattern(rb":_(?:authToken|auth|password)\s*=\s*(?!\$\{)[^\s]{8,}"),
    ),
    (
        "a GitHub token",
        (b"ghp_", b"gho_", b"ghs_", b"ghr_", b"github_pat_"),
        late_pattern(rb"(?<![A-Za-z0-9_])(?:ghp|gho|ghs|ghr|github_pat)_[A-Za-z0-9_]{36,}"),
    ),
)
"""What it is, the texts that it begins with (none: in any case of letters), how it looks."""
_EXAMPLE: Final = late_pattern(rb"EXAMPLE", re.IGNORECASE)
_CONTENT_LIMIT_BYTES: Final = 4 * 1024 * 1024
_SHOWN: Final = 4
_JUNK_EXTENSIONS: Final = {
    "map": "source maps",
    "md": "documents",
    "markdown": "documents",
    **dict.fromkeys(
        ("c", "cc", "cpp", "cxx", "h", "hpp", "gyp", "gypi", "o", "a", "obj", "lib"),
        "native sources",
    ),
}
_JUNK_FOLDERS: Final = (
    ("tests", ("/__tests__/", "/test/", "/tests/", "/spec/")),
    ("documents", ("/doc/", "/docs/")),
    (
        "editors' and system files",
        ("/.vscode/", "/.idea/", "/__MACOSX/", "/.nyc_output/", "/.DS_Store"),
    ),
)


def check_secret_files(subject: Subject) -> Iterator[Finding]:
    """Yield files that by their name hold secrets."""
    git = 0
    for (name,) in find_in_parts(subject, "secret-names", _find_secret_names):
        if _GIT.match(name):
            git += 1
        elif not _is_public_npmrc(subject, name):
            message = (
                f"`{name}` mostly holds secrets, and everyone who can read the function can read it"
            )
            hint = "leave it out; give secrets by environment variables or a secrets store"
            yield Finding("secret-file", "warning", name, message, hint)
    if git:
        message = f"the history of the repository is in the package: {git} files under `.git/`"
        yield Finding("secret-file", "warning", ".git", message, "leave `.git` out")


def _find_secret_names(listing: Listing) -> Iterator[list[str]]:
    for name in dict.fromkeys([entry.name for entry in listing.entries]):
        if _GIT.match(name) or _SECRET_FILES.search(name):
            yield [name]


def check_secret_contents(subject: Subject) -> Iterator[Finding]:
    """Yield files of the project with a key or a token in them, the first of each kind."""
    # Nothing but packages is in a part that has a folder.
    own = [entry for part in parts_of(subject) if not part.folder for entry in part.listing.entries]
    for entry in own:
        if "node_modules/" in entry.name or not 0 < entry.size <= _CONTENT_LIMIT_BYTES:
            continue
        try:
            content = subject.listing.read(entry, limit_bytes=_CONTENT_LIMIT_BYTES)
        except ArchiveError:
            continue  # the rules about contents say it
        for line, what in find_secret_contents(content):
            message = f"`{entry.name}` line {line} has {what}"
            hint = "take it out, and make it invalid: it may have been read already"
            yield Finding("secret-content", "warning", entry.name, message, hint)


def find_secret_contents(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield line and description of the keys and tokens in a file, the first of each kind."""
    has_secret = b"secret" in content.lower()
    for what, texts, pattern in _CONTENTS:
        found = _apart(sorted(find_matches(content, texts, pattern), key=re.Match.start))
        if not texts and has_secret:
            found = pattern.finditer(content)
        match = next((m for m in found if not _EXAMPLE.search(m[0])), None)
        if match is not None:
            line = content.count(b"\n", 0, match.start()) + 1
            secret = match[match.lastindex or 0].decode("utf-8", "replace")
            shown = "" if "key" in what and "id" not in what else f" (`{secret[:_SHOWN]}…`)"
            yield line, f"{what}{shown}"


def _apart(matches: Iterable[re.Match[bytes]]) -> Iterator[re.Match[bytes]]:
    """Yield the matches that do not begin inside another one, as a search in order finds them."""
    last = 0
    for match in matches:
        if match.start() >= last:
            last = match.end()
            yield match


def check_junk(subject: Subject) -> Iterator[Finding]:
    """Yield one info a kind of file that nothing needs at run time, with its bytes."""
    found: dict[str, tuple[int, int, str]] = {}
    for kind, count, size, name in find_in_parts(subject, "junk", _count_junk):
        before = found.get(kind, (0, 0, name))
        found[kind] = before[0] + count, before[1] + size, before[2]
    for kind in sorted(found, key=lambda label: -found[label][1]):
        count, size, first = found[kind]
        files = "file" if count == 1 else "files"
        message = f"{kind}: {count:,} {files}, {size:,} bytes, such as `{first}`"
        hint = "leave them out if size matters; most functions run without them"
        yield Finding("junk-file", "info", first, message, hint)


def _count_junk(listing: Listing) -> Iterator[list[str | int]]:
    """Yield kind, number, bytes and the first name of what nothing needs."""
    sizes: defaultdict[str, list[int]] = defaultdict(list)
    first: dict[str, str] = {}
    for entry in listing.entries:
        kind = None if entry.is_dir else _junk_kind(entry.name)
        if kind is not None:
            sizes[kind].append(entry.size)
            first.setdefault(kind, entry.name)
    for kind, all_sizes in sizes.items():
        yield [kind, len(all_sizes), sum(all_sizes), first[kind]]


def _junk_kind(name: str) -> str | None:
    """Return what kind of needless file a name is of; string searches, for every file is asked."""
    stem, dot, extension = name.rpartition(".")
    kind = _JUNK_EXTENSIONS.get(extension)
    if dot and kind is not None:
        return kind
    if extension in ("ts", "mts", "cts") and stem.endswith(".d"):
        return "type declarations"
    if stem.endswith((".test", ".spec")):
        return "tests"
    path = f"/{name}"
    if not ("test" in path or "/doc" in path or "/." in path or "/spec/" in path or "/__" in path):
        return None  # nothing of the table is there
    return next((label for label, parts in _JUNK_FOLDERS if any(p in path for p in parts)), None)


def _is_public_npmrc(subject: Subject, name: str) -> bool:
    """Return whether an `.npmrc` or `credentials` holds no credential at all."""
    if name.endswith(("/credentials", ".yarnrc.yml", ".npmrc")) or name == "credentials":
        content = subject.read_bytes(name)
        return not re.search(rb"(?i)_auth|password|token|secret|aws_access_key_id", content)
    return False
