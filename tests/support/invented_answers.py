"""What npm makes of invented projects, as a table, so that tests need no npm to know it.

    python -m tests.support.invented_answers 300 500

asks npm about the first 300 plain and the first 500 wide cases, and writes the table anew. A row
is the kind of the case, its number, what npm made of the project as it was once, and of what it is:
the first characters of the SHA-256 of package-lock.json, or an error's code; null where there is no
earlier lockfile.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.support.arborist import Arborist, NoAnswerError
from tests.support.invented_case import InventedCase, invent_case
from tests.support.invented_wide import address_of, invent_wide_case, pack
from tests.support.npm import node_version
from tests.support.registry_server import RegistryServer
from tests.support.resolving import TOP, request_of, resolve, world_of
from tests.support.shared import CONFORMANCE
from zipper.errors import ZipperError
from zipper.lockfile.npm_write import write_lockfile
from zipper.target import NPM_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "DEPARTURES",
    "INVENT",
    "SECONDS_MAX",
    "TABLE",
    "ask_npm",
    "is_lockfile",
    "shorten",
    "solve",
]

TABLE: Final = CONFORMANCE / "invented-trees.json"
INVENT: Final = {"plain": invent_case, "wide": invent_wide_case}
SECONDS_MAX: Final = 8
"""npm answers in a tenth of a second, or never."""

_LOST = "npm loses a workspace that answers a peer which is then not placed: zipper.tree.peers"
_CASE = "npm finds one of two bundled folders whose names only their case tells apart"

DEPARTURES: Final = {
    "plain": {
        **dict.fromkeys((179, 239, 440, 497, 552), _LOST),
        376: "npm gives up a required peer of what stays, for a package that goes:"
        " zipper.tree.place",
    },
    "wide": {
        27: "npm stops at a folder that it has made and removed itself",
        77: _CASE,
        175: "npm calls a circle of packages peers that the project also reaches otherwise",
        190: "npm checks the platform of one package before the engines of another",
        321: "npm finds what a bundled package brings to be bundled when it reads its own lockfile",
    },
}
"""Of the first 620 plain and the first 500 wide ones."""

_EARLIER_DEPARTURES: Final = {"plain": {144: _LOST, 253: _LOST}, "wide": {
    55: "npm misses a folder before it checks platforms",
    261: "npm has forgotten packages that nothing needs, which zipper calls extraneous",
}}  # fmt: skip
"""Those in which it is the lockfile of the earlier project: they have no row in the table."""


def solve(case: InventedCase, locked: str | None, *, node: str) -> str:
    """Return the lockfile that zipper makes of a project and its lockfile, or an error's code."""
    files = dict(case.files)
    if locked is not None:
        files["package-lock.json"] = json.loads(locked)
    told = {
        "packuments": case.packuments,
        "files": files,
        "options": case.options,
        "tarballs": case.tarballs,
    }
    request = request_of(told, {"node": node, "npm": NPM_VERSION})
    request = request._replace(update=case.update if locked else False)
    try:
        tree = resolve(request, world_of(told)).tree
    except ZipperError as error:
        return error.code
    return write_lockfile(tree, folder=TOP)


def ask_npm(
    case: InventedCase, arborist: Arborist, registry: RegistryServer, folder: Path
) -> tuple[str | None, str]:
    """Return what npm makes of the project as it was once, and of what it is.

    Each is the lockfile's text, or an error's code; None where the project has no past, or npm did
    not answer about it.

    Raises:
        NoAnswerError: npm broke down or found no end.
    """
    registry.packuments = dict(case.packuments)
    registry.tarballs = {
        address_of(*key.rsplit("@", 1)): pack(files) for key, files in case.tarballs.items()
    }
    lockfile, earlier = folder / "package-lock.json", None
    options = {**case.options, "replaceRegistryHost": "always"}  # of tarballs that npm opens
    words: dict[str, Any] = {"registry": registry.url, "options": options}
    if case.earlier is not None:
        _lay_out({**case.files, "package.json": case.earlier}, folder)
        try:
            earlier = arborist.write_lockfile(folder, **words)
        except NoAnswerError:
            lockfile.unlink(missing_ok=True)
        else:
            earlier = earlier or lockfile.read_text(encoding="utf-8")
    _lay_out(case.files, folder)
    code = arborist.write_lockfile(
        folder, **words, update=case.update if is_lockfile(earlier) else False
    )
    return earlier, code or lockfile.read_text(encoding="utf-8")


def is_lockfile(answer: str | None) -> bool:
    """Return whether an answer is a lockfile's text."""
    return answer is not None and answer.startswith("{")


def shorten(answer: str | None) -> str | None:
    """Return what the table has of an answer."""
    if answer is None or not is_lockfile(answer):
        return answer
    return hashlib.sha256(answer.encode()).hexdigest()[:16]


def _lay_out(files: Mapping[str, object], folder: Path) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(json.dumps(content, indent=2), encoding="utf-8")


def _ask_about(kind: str, count: int) -> Iterator[list[object]]:
    """Yield the rows of a kind; where npm breaks down, or zipper departs from it, there is none."""
    with Arborist(SECONDS_MAX) as arborist, RegistryServer() as registry:
        for number in range(count):
            if number in DEPARTURES[kind] or number in _EARLIER_DEPARTURES[kind]:
                continue
            with tempfile.TemporaryDirectory() as name:
                case, folder = INVENT[kind](number), Path(name) / "project"
                try:
                    answers = ask_npm(case, arborist, registry, folder)
                except NoAnswerError:
                    continue
            yield [kind, number, *map(shorten, answers)]


def main() -> None:
    """Write the table anew."""
    head = {
        "source": f"arborist of npm {NPM_VERSION}, about `tests.support.invented_case` and"
        " `tests.support.invented_wide`",
        "what": "the lockfile of the earlier project and of the project, each as the first"
        " characters of its SHA-256; an error's code; null where there is none",
        "environment": {"node": node_version()},
    }
    asked = zip(INVENT, map(int, sys.argv[1:]), strict=True)
    rows = [json.dumps(row) for kind, count in asked for row in _ask_about(kind, count)]
    text = json.dumps(head, indent=1).removesuffix("\n}")
    lines = ",\n".join(rows)
    TABLE.write_text(f'{text},\n "cases": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
