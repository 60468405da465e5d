"""The checks and a real Node agree on what loads.

Each package and each mutation of it is judged twice: by zipper from the zip alone, and by Node of
the runtime from the unzipped files. Set ZIPPER_CHECK_ZIPS to a folder of zips to add real packages
(`name.zip`, and `name.handler` where the handler is not `index.handler`).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.lambda_loader import find_node, load_by_lambda
from support.mutations import Mutation, mutate, pack, unpack
from support.packages import PACKAGES

from zipper.checks.check import check_zip
from zipper.target import Target

pytestmark = [pytest.mark.node, pytest.mark.slow]

MAJORS = (20, 22, 24)
LIBRARY_CODES = {"size-unzipped", "secret-file"}


def _node(major: int) -> str:
    node = find_node(major)
    if node is None:
        pytest.skip(f"no Node.js {major}; set ZIPPER_NODE_{major}")
    return node


def _compare(node: str, major: int, mutation: Mutation) -> str | None:
    """Return how zipper and Node disagree about a mutation, or None."""
    report = check_zip(
        pack(mutation.files),
        path=mutation.name,
        target=Target(f"nodejs{major}.x"),
        handler=mutation.handler,
    )
    errors = {f.code for f in report.findings if f.severity == "error"} - LIBRARY_CODES
    loaded = load_by_lambda(node, major, mutation.files, mutation.handler)
    codes = {f.code for f in report.findings if f.severity != "info"}
    # An unreadable file that only a later call reads is an error all the same.
    if loaded.ok and errors - {"mode-unreadable"}:
        return f"{mutation.name}: zipper says {sorted(errors)}, Node loads it"
    if not loaded.ok and not errors:
        return f"{mutation.name}: zipper finds {sorted(codes)}, Node says {loaded.text}"
    if not loaded.ok and mutation.codes and not errors & mutation.codes:
        return f"{mutation.name}: zipper says {sorted(errors)}, expected {sorted(mutation.codes)}"
    return None


def _agree(node: str, major: int, mutations: list[Mutation]) -> None:
    told = [problem for m in mutations if (problem := _compare(node, major, m)) is not None]
    print(f"agreement on Node.js {major}: {len(mutations) - len(told)}/{len(mutations)}")
    assert not told, "\n".join(told)


@pytest.mark.parametrize("major", MAJORS)
@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_zipper_and_node_agree_on_mutations(name: str, major: int) -> None:
    """A package and its mutations load in Node exactly where zipper finds no error."""
    node = _node(major)
    files, handler = PACKAGES[name]
    whole = Mutation("unchanged", files, handler, frozenset())
    target = Target(f"nodejs{major}.x")
    _agree(node, major, [whole, *mutate(files, handler, target, most=8)])


def _real_zips() -> list[Path]:
    folder = os.environ.get("ZIPPER_CHECK_ZIPS")
    return sorted(Path(folder).glob("*.zip")) if folder else []


@pytest.mark.parametrize("path", _real_zips(), ids=lambda path: path.stem)
@pytest.mark.parametrize("major", MAJORS)
def test_zipper_and_node_agree_on_real_packages(path: Path, major: int) -> None:
    """A real package and its mutations load in Node exactly where zipper finds no error."""
    node = _node(major)
    files = unpack(path.read_bytes())
    named = path.with_suffix(".handler")
    handler = named.read_text().strip() if named.exists() else "index.handler"
    whole = Mutation("unchanged", files, handler, frozenset())
    most = int(os.environ.get("ZIPPER_CHECK_MOST", "6"))
    mutations = list(mutate(files, handler, Target(f"nodejs{major}.x"), most=most)) if most else []
    _agree(node, major, [whole, *mutations])
