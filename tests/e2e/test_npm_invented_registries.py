"""Invented projects, resolved by npm's own resolver and by zipper, side by side."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING

import pytest

from tests.support.arborist import Arborist, NoAnswerError
from tests.support.invented_case import InventedCase, invent_case
from tests.support.npm import node_version, require_npm
from tests.support.resolving import TOP, request_of, resolve, world_of
from zipper.errors import ZipperError
from zipper.lockfile.npm_write import write_lockfile
from zipper.target import NPM_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.registry_server import RegistryServer

pytestmark = [pytest.mark.node, pytest.mark.slow]

_SEEDS = (*range(200), 376)
_DEPARTURES = {
    179: "npm loses a workspace that answers a peer which is then not placed: zipper.tree.peers",
    376: "npm gives up a required peer of what stays, for a package that goes: zipper.tree.place",
}
"""Of the seeds up to 619, four more are like 179: 239, 440, 497 and 552."""
_SECONDS_MAX = 20
"""npm answers in a tenth of a second, or never."""


@pytest.fixture(scope="module")
def arborist() -> Iterator[Arborist]:
    require_npm()
    with Arborist(_SECONDS_MAX) as process:
        yield process


def _cases() -> Iterator[object]:
    for seed in _SEEDS:
        reason = f"Deviation: {_DEPARTURES.get(seed)}"
        departs = seed in _DEPARTURES
        yield pytest.param(seed, marks=pytest.mark.xfail(reason=reason)) if departs else seed


@pytest.mark.parametrize("seed", list(_cases()))
def test_an_invented_project_resolves_as_with_npm(
    seed: int, arborist: Arborist, registry: RegistryServer, tmp_path: Path
) -> None:
    """The lockfile is npm's byte for byte, or both fail with the same code."""
    case = invent_case(seed)
    registry.packuments = dict(case.packuments)
    folder = tmp_path / "project"
    locked = _lock_earlier(case, arborist, registry.url, folder)
    _lay_out(case.files, folder)

    actual = _resolve(case, locked)
    try:
        code = arborist.write_lockfile(
            folder,
            registry=registry.url,
            options=case.options,
            update=case.update if locked else False,
        )
    except NoAnswerError as reason:
        pytest.skip(f"npm gives no answer: {reason}")

    expected = code or (folder / "package-lock.json").read_text(encoding="utf-8")
    assert actual == expected, "\n".join(
        difflib.unified_diff(expected.splitlines(), actual.splitlines(), "npm", "zipper")
    )


def _lock_earlier(
    case: InventedCase, arborist: Arborist, registry: str, folder: Path
) -> str | None:
    """Let npm lock the project as it was once; return the lockfile where it could."""
    if case.earlier is None:
        return None
    _lay_out({**case.files, "package.json": case.earlier}, folder)
    try:
        code = arborist.write_lockfile(folder, registry=registry, options=case.options)
    except NoAnswerError:
        code = "UNKNOWN"
    lockfile = folder / "package-lock.json"
    return lockfile.read_text(encoding="utf-8") if code is None else None


def _lay_out(files: dict[str, object], folder: Path) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(json.dumps(content, indent=2), encoding="utf-8")


def _resolve(case: InventedCase, locked: str | None) -> str:
    """Return the lockfile's text, or the code of the error."""
    files = dict(case.files)
    if locked is not None:
        files["package-lock.json"] = json.loads(locked)
    told = {"packuments": case.packuments, "files": files, "options": case.options}
    request = request_of(told, {"node": node_version(), "npm": NPM_VERSION})
    request = request._replace(update=case.update if locked else False)
    try:
        tree = resolve(request, world_of(told)).tree
    except ZipperError as error:
        return error.code
    return write_lockfile(tree, folder=TOP)
