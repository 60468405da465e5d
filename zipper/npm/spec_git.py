"""What follows the `#` of a git spec: a commit, branch or tag, `semver:range`, `path:folder`.

In: the text after `#`. Out: its parts. Source: npm-package-arg 13 lib/npa.js (setGitAttrs).
"""

from __future__ import annotations

from zipper.errors import ResolutionError
from zipper.npm.ecmascript import decode_uri

__all__ = ["parse_committish"]


def parse_committish(text: str | None, raw: str) -> tuple[str | None, str | None, str | None]:
    """Return commit (or branch or tag), semver range and folder; None for what is not there.

    Parts are separated by `::`; keys that npm does not know are left out.

    Args:
        text: empty or None where the spec has no `#`.
        raw: the whole spec, for messages.

    Raises:
        ResolutionError: EINVALIDSPEC, two parts contradict each other or an escape is broken.
    """
    committish = range_ = subdir = None
    for part in text.split("::") if text else ():
        key, colon, rest = part.partition(":")
        value = rest.partition(":")[0]
        if not colon:
            if range_ or committish:
                raise _contradiction(raw, "a commit beside another commit or a range")
            committish = part
        elif key == "semver":
            if range_ or committish:
                raise _contradiction(raw, "a range beside another range or a commit")
            try:
                range_ = decode_uri(value)
            except ValueError as error:
                raise _contradiction(raw, f"`{value}`, whose escapes cannot be decoded") from error
        elif key == "path":
            if subdir:
                raise _contradiction(raw, "two folders")
            subdir = f"/{value}"
    return committish, range_, subdir


def _contradiction(raw: str, what: str) -> ResolutionError:
    return ResolutionError(
        "EINVALIDSPEC",
        f"the git spec names {what}",
        facts=(("asked for", raw),),
        hint="name one commit, branch or tag, or one `semver:` range, and at most one `path:`",
    )
