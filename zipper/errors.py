"""Every exception that zipper raises on purpose.

An expected error carries a stable code (npm's own where npm has one), facts and a hint, so that
a caller can act on it and a person can read it. Anything else that escapes is a bug in zipper.

    ZipperError
    ├── UsageError          EUSAGE, EOSV, ENOCRYPTOGRAPHY, EWORKERS, ENOBOTO3, EUPLOAD:
    │                       options that contradict or name nothing
    ├── ProjectError        ENOPROJECT, ENOENT, EJSONPARSE, ETOMLPARSE, EYAMLPARSE,
    │                       EINVALIDPACKAGE, EWORKSPACESCONFIG, EDUPLICATEWORKSPACE, ESETTINGS,
    │                       EPATTERN, EPRUNE, EBASE, EGIT, ENOGIT, ESDIST, EWHEEL,
    │                       EESBUILD, ETSCONFIG, EHANDLER, EOUTSIDE, EDECORATORS,
    │                       ETYPE, EBUNDLE, ESECRET
    ├── LockfileError       EJSONPARSE, ELOCKVERSION, EUSAGE (out of step), ELOCKPLATFORM,
    │                       ELAYOUT, EBUNLOCK, EYARNLOCK, ERR_PNPM_BROKEN_LOCKFILE,
    │                       ERR_PNPM_OUTDATED_LOCKFILE, ERR_PNPM_LOCKFILE_CONFIG_MISMATCH,
    │                       EFROZENLOCKFILE, YN0028, ELOCKFILES, ERR_PNPM_PATCH_FAILED,
    │                       EPATCH, YN0066, ENOLOCKFILE
    ├── ResolutionError     ETARGET, E404, ERESOLVE, ENOVERSIONS, EBADENGINE, EBADPLATFORM,
    │                       EOVERRIDE, EINVALIDTAGNAME, EINVALIDPACKAGENAME, EUNSUPPORTEDPROTOCOL,
    │                       E403, EINVALIDSPEC, ERR_INVALID_URL, EALLOWGIT, EALLOWREMOTE,
    │                       EALLOWDIRECTORY, EUNASKED, EWORKSPACE
    ├── RegistryError       E401, E403, E404, E429, E5xx, ENETWORK, ETIMEDOUT, ECERT,
    │                       EPACKUMENT, EOFFLINE, E2BIG, EMAXREDIRECT, EINVALIDREDIRECT,
    │                       EINVALIDURL, EKEYS, ENOAUDIT, EADVISORIES
    ├── IntegrityError      EINTEGRITY, ENOINTEGRITY, EUNSIGNED, EINTEGRITYSIGNATURE,
    │                       EMISSINGSIGNATUREKEY, EEXPIREDSIGNATUREKEY
    ├── ReadError           EREAD: a file that was changed while it was read
    ├── ArchiveError        ETARBALL, EZIP: a tarball or zip that is damaged, hostile or too large
    ├── StoreError          ESTORE: the store cannot be read or written
    ├── OutputError         EOUTPUT: the result cannot be written where it was asked for
    ├── NodeError           ENODE, ESCRIPT: no fitting Node.js, or an install script that failed
    └── DeployError         EAWS, ECREDENTIALS, ENETWORK, ENOFUNCTION, ENOSOURCE, ENOTIFICATION,
                            EREVISION, EUPDATE, EINVOKE, ESECRET, EROLE, EROLLBACK: AWS refuses,
                            or what is there is another
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

from zipper.redaction import redact

__all__ = [
    "ArchiveError",
    "DeployError",
    "IntegrityError",
    "LockfileError",
    "NodeError",
    "OutputError",
    "ProjectError",
    "ReadError",
    "RegistryError",
    "ResolutionError",
    "StoreError",
    "UsageError",
    "ZipperError",
    "describe_error",
    "format_error",
    "suggest",
]

_SHOWN_MAX: Final = 1000
"""Characters of a message or a fact that are shown."""


class ZipperError(Exception):
    """An expected error: what is wrong, where, and what to do.

    Attributes:
        code: stable and searchable, such as `ETARGET`; npm's own where npm has one.
        message: one sentence, without the code and without a full stop.
        facts: label and text, in the order in which they are reported; a label may repeat.
        hint: what to do next, or None where nothing certain can be said.

    None of the texts shows a secret: see `zipper.redaction`.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        facts: tuple[tuple[str, str], ...] = (),
        hint: str | None = None,
    ) -> None:
        self.code = code
        self.message = redact(message)
        self.facts = tuple((label, redact(text)) for label, text in facts)
        self.hint = None if hint is None else redact(hint)
        super().__init__(self.message)

    def __str__(self) -> str:
        return format_error(self)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.message, self.facts, self.hint)


class UsageError(ZipperError):
    """Options that contradict each other, or that name something which does not exist."""


class ProjectError(ZipperError):
    """The project folder, its package.json or its settings cannot be used."""


class LockfileError(ZipperError):
    """The lockfile cannot be read, or does not fit package.json or the target."""


class ResolutionError(ZipperError):
    """No tree satisfies what was asked for; the code is npm's."""


class RegistryError(ZipperError):
    """The registry cannot be reached, refuses, or answers with something unusable."""


class IntegrityError(ZipperError):
    """Bytes that differ from their integrity string."""


class ReadError(ZipperError):
    """A file that became shorter, or was written to, while it was read."""


class ArchiveError(ZipperError):
    """A tarball or a zip that is damaged, hostile or too large."""


class StoreError(ZipperError):
    """The store cannot be read or written."""


class OutputError(ZipperError):
    """The result cannot be written where it was asked for."""


class NodeError(ZipperError):
    """No fitting Node.js, or an install script that failed."""


class DeployError(ZipperError):
    """AWS refuses, cannot be reached, or has something else than what was expected."""


def format_error(error: ZipperError) -> str:
    """Return the error as it is shown: code and message, indented facts, a blank line, the hint."""
    lines = [f"error[{error.code}]: {_cut(error.message)}"]
    width = max((len(label) for label, _ in error.facts), default=0) + 1
    for label, text in error.facts:
        first, *rest = _cut(text).split("\n")
        lines.append(f"  {label + ':':<{width}} {first}")
        lines.extend(f"  {'':<{width}} {line}" for line in rest)
    if error.hint:
        lines += ["", f"hint: {error.hint}"]
    return "\n".join(lines)


def _cut(text: str) -> str:
    """Return the text as far as anybody reads it: what it quotes may be of any length."""
    rest = len(text) - _SHOWN_MAX
    return text if rest <= 0 else f"{text[:_SHOWN_MAX]} ... and {rest:,} characters more"


def describe_error(error: ZipperError) -> dict[str, object]:
    """Return the error's fields as the JSON has them."""
    return {
        "code": error.code,
        "message": error.message,
        "facts": [{"label": label, "text": text} for label, text in error.facts],
        "hint": error.hint,
    }


def suggest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the hint for a mistyped word: the nearest of those that are known, if one is near."""
    import difflib  # noqa: PLC0415  (for a mistyped word only)

    words = list(known)
    near = difflib.get_close_matches(word, words, n=len(words) or 1, cutoff=cutoff)
    if not near:
        return None

    def distance(other: str) -> tuple[float, int]:
        # Of words that are equally near, `nodejs22.x` is nearer to `nodejs23.x` than another.
        ratio = difflib.SequenceMatcher(None, other, word).ratio()
        return -ratio, sum(abs(ord(a) - ord(b)) for a, b in zip(other, word, strict=False))

    return f"did you mean `{min(near, key=distance)}`?"


def _rebuild(
    kind: type[ZipperError],
    code: str,
    message: str,
    facts: tuple[tuple[str, str], ...],
    hint: str | None,
) -> ZipperError:
    return kind(code, message, facts=facts, hint=hint)
