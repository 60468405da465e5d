"""Rules about the entry file of a web function: the program that Lambda runs.

In: a subject. Out: findings with `entry-` codes. Node runs the file as `node index.js` does: it is
found as named, and its modules are followed from there (`zipper.checks.closure`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.filesystem import TASK
from zipper.checks.subject import TEXT_LIMIT_BYTES
from zipper.errors import ArchiveError
from zipper.findings import Finding
from zipper.kinds import ENTRY_DEFAULT, ENTRY_VARIABLE
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from zipper.checks.closure import WalkStart
    from zipper.checks.subject import Subject

__all__ = ["check_entry", "check_listening", "find_entry"]

_ENDINGS: Final = ("", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", "/index.js")
_USUAL: Final = ("index.ts", "index.mjs", "index.cjs", "server.js", "server.mjs", "server.ts")
_STARTS: Final = late_pattern(rb"\b(?:listen|serve|start\w*|run\w*|bootstrap\w*|launch\w*)\s*\(")
"""Calls that begin to listen, in the words of Node's own servers and of what is built on them."""
_FOR_EFFECT: Final = late_pattern(
    rb"(?:^|[;{}\n])\s*(?:import\s*|(?:await\s+)?(?:require|import)\s*\(\s*)['\"]([^'\"./][^'\"]*)['\"]"
)
"""A package that is asked for and given no name: it may do all by itself."""


def find_entry(names: Collection[str], main: object, given: str | None) -> str:
    """Return the entry file: what was said, AWS's default, what `main` names, or a usual name.

    Source: AWS, Web Functions with Node.js, for `index.js`; its CLI's `lambda-web deploy`.
    """
    if given:
        return given.removeprefix("./")
    if ENTRY_DEFAULT in names:
        return ENTRY_DEFAULT
    stem = main.removeprefix("./").rstrip("/") if isinstance(main, str) else ""
    named = (stem + ending for ending in _ENDINGS if stem)
    found = next((name for name in (*named, *_USUAL) if name in names), None)
    return found or ENTRY_DEFAULT


def check_entry(subject: Subject) -> Iterator[Finding]:
    """Yield that the entry file is absent, or that only a variable makes Lambda run it."""
    if subject.rules.starts != "entry" or not subject.files or not subject.handler:
        return
    entry = subject.handler
    if subject.listing.find(entry) is None:
        near = find_entry(subject.listing.by_name, subject.package_json.get("main"), None)
        other = subject.lowered.get(entry.lower())
        is_there = near in subject.listing.by_name
        hint = (
            f"file names are case-sensitive on Lambda: write `{other}`"
            if other
            else f"if you mean `{near}`: `--entry {near}`"
            if is_there
            else "name the file that starts the server: `--entry dist/server.js`"
        )
        message = f"the entry file `{entry}` is not in the zip: Lambda has nothing to run"
        yield Finding("entry-missing", "error", "", message, hint)
        return
    given = (subject.variables or {}).get(ENTRY_VARIABLE)
    if entry not in (ENTRY_DEFAULT, given):
        message = (
            f"Lambda runs `{ENTRY_DEFAULT}`, and `{entry}` only where the function's variable "
            f"{ENTRY_VARIABLE} says so"
        )
        hint = f"set {ENTRY_VARIABLE}={entry} in the function's configuration"
        yield Finding("entry-variable", "info", entry, message, hint)


def check_listening(subject: Subject) -> Iterator[Finding]:
    """Yield one finding where nothing in the project's own code seems to start a server.

    A web function has to listen on AWS_LAMBDA_HTTP_ENDPOINT before it gets a request. Code that is
    computed, or that a package runs by itself, is not known, and nothing is said then.
    """
    from zipper.checks.closure import close  # noqa: PLC0415 - heavy, and only for this rule

    start = close(subject)
    if start is None or subject.rules.starts != "entry":
        return
    own = [path for path in start.walk.modules if _is_own(path)]
    if any(start.walk.modules[path].facts.unfollowed for path in own):
        return
    texts = [_read(start, path) for path in own]
    if any(_STARTS.search(text) or _FOR_EFFECT.search(text) for text in texts):
        return
    path = start.path.removeprefix(f"{TASK}/")
    message = (
        f"nothing that `{path}` loads of the project calls `listen`, or what starts a server: "
        "a web function has to listen on AWS_LAMBDA_HTTP_ENDPOINT"
    )
    hint = (
        "const [host, port] = process.env.AWS_LAMBDA_HTTP_ENDPOINT.split(':'); "
        "server.listen(port, host)"
    )
    yield Finding("entry-silent", "warning", path, message, hint)


def _is_own(path: str) -> bool:
    return path.startswith(f"{TASK}/") and "/node_modules/" not in path


def _read(start: WalkStart, path: str) -> bytes:
    try:
        return start.walk.files.read(path, limit_bytes=TEXT_LIMIT_BYTES) or b""
    except ArchiveError:
        return b""
