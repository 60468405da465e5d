"""Whose claims count: which keys, and for which repository, ref and workflow.

In: texts such as `zipper-public-3c.. repository=acme/app ref=refs/heads/main workflow=release.yml`.
Out: values that decide. Pure. Each part must be there: a key alone would count for pull requests,
too, if the same key signs there. `*` in a part stands for anything.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from zipper.errors import UsageError
from zipper.named_tuple import NamedTuple
from zipper.sharing.claims import SignerScope
from zipper.sharing.signing import PUBLIC, SECRET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.sharing.claims import Claim

__all__ = ["Accepted", "find_scope", "is_current", "parse_accepted", "parse_scope"]

_KEY: Final = re.compile(rf"{PUBLIC}[0-9a-f]{{64}}")

_SLACK_SECONDS: Final = 86_400
"""Clocks may differ by a day."""

_RUNNERS: Final = (
    ("GITHUB_REPOSITORY", "GITHUB_REF", "GITHUB_WORKFLOW_REF"),
    ("CI_PROJECT_PATH", "CI_COMMIT_REF_NAME", "CI_CONFIG_PATH"),
)
"""The variables of GitHub's and GitLab's runners that say what runs; each row gives a scope.

Source: docs.github.com, "Variables reference"; docs.gitlab.com, "Predefined variables", 2026-11."""


class Accepted(NamedTuple):
    """A key, and the scopes for which what it signs counts."""

    public: str
    scope: SignerScope
    """Each part may hold `*`."""

    @property
    def is_exact(self) -> bool:
        """Whether it means one scope, so that its claims have known names."""
        return not any("*" in part for part in self.scope)

    def takes(self, scope: SignerScope) -> bool:
        """Return whether claims for `scope` count."""
        return all(
            fnmatchcase(part, re.sub(r"([\[?])", r"[\1]", pattern))
            for part, pattern in zip(scope, self.scope, strict=True)
        )


def parse_accepted(text: str) -> Accepted:
    """Return whose claims count by one text of `store_accept`.

    Raises:
        UsageError: EUSAGE for what is no public key, or a part that is absent, empty or unknown.
    """
    key, *parts = text.split() or [""]
    if key.startswith(SECRET):
        # It is in settings that many can read: worth nothing any more, and not to be shown.
        raise UsageError(
            "EUSAGE",
            "`store_accept` holds a secret key",
            hint="make another key, and name its public half: `python -m zipper store keygen`",
        )
    if not _KEY.fullmatch(key):
        raise UsageError(
            "EUSAGE",
            f"`store_accept` does not begin with a public key: `{text[:80]}`",
            hint=f"write `{PUBLIC}... repository=OWNER/NAME ref=refs/heads/main workflow=FILE`",
        )
    return Accepted(key, _parse_parts("store_accept", parts))


def parse_scope(text: str) -> SignerScope:
    """Return the scope in `store_scope`.

    Raises:
        UsageError: EUSAGE for a part that is absent, empty or unknown, or holds `*`.
    """
    scope = _parse_parts("store_scope", text.split())
    if any("*" in part for part in scope):
        raise UsageError(
            "EUSAGE",
            f"`store_scope` has a `*`: `{text[:200]}`",
            hint="say what runs, such as `repository=acme/app ref=refs/heads/main "
            "workflow=release.yml`",
        )
    return scope


def _parse_parts(option: str, parts: list[str]) -> SignerScope:
    found: dict[str, str] = {}
    for part in parts:
        name, mark, value = part.partition("=")
        if not (mark and value) or name not in SignerScope._fields or name in found:
            raise UsageError(
                "EUSAGE",
                f"`{option}` cannot have `{part[:200]}`",
                hint="its parts are `repository=`, `ref=` and `workflow=`, each once",
            )
        found[name] = value
    absent = [name for name in SignerScope._fields if name not in found]
    if absent:
        raise UsageError(
            "EUSAGE",
            f"`{option}` does not say its {' and '.join(absent)}",
            hint=f"add {', '.join(f'`{name}=...`' for name in absent)}",
        )
    return SignerScope(**found)


def find_scope(environ: Mapping[str, str]) -> SignerScope | None:
    """Return the scope that a CI runner's variables say; None where they say none."""
    for names in _RUNNERS:
        repository, ref, workflow = (environ.get(name, "") for name in names)
        # acme/app/.github/workflows/release.yml@refs/heads/main
        workflow = workflow.partition("@")[0].rpartition("/")[2]
        if repository and ref and workflow:
            return SignerScope(repository, ref, workflow)
    return None


def is_current(claim: Claim, now: float) -> bool:
    """Return whether a claim holds at `now`, by clocks that may differ by a day."""
    return claim.made - _SLACK_SECONDS <= now < claim.expires + _SLACK_SECONDS
