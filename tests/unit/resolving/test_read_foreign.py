"""A foreign lockfile read with the settings beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zipper.errors import LockfileError, ProjectError
from zipper.project.foreign_lockfile import ForeignText
from zipper.resolving.read_foreign import read_foreign

BUN = json.dumps({"lockfileVersion": 1, "workspaces": {"": {"name": "r"}}, "packages": {}})


def text(name: str, data: str | bytes, *, yarnrc: str = "", bunfig: str = "") -> ForeignText:
    data = data if isinstance(data, bytes) else data.encode()
    settings = (b"{}", b"", yarnrc.encode(), bunfig.encode(), b"")
    return ForeignText(name, Path("/p"), data, settings)


def test_bunfig_names_the_linker() -> None:
    """The isolated linker leaves peers to who asks for them; another word does not."""
    isolated = read_foreign(text("bun.lock", BUN, bunfig='[install]\nlinker = "isolated"\n'))
    hoisted = read_foreign(text("bun.lock", BUN, bunfig='[install]\nlinker = "hoisted"\n'))

    assert ("ancestors", None) == (isolated.peers, hoisted.peers)


@pytest.mark.parametrize(
    ("foreign", "error", "code"),
    [
        (text("pnpm-lock.yaml", b"\xff"), LockfileError, "ELOCKFILE"),
        (text("bun.lock", BUN, bunfig="["), ProjectError, "ESETTINGS"),
        (
            text("yarn.lock", "__metadata:\n  version: 8\n", yarnrc="a: ["),
            ProjectError,
            "ESETTINGS",
        ),
        (text("pnpm-lock.yaml", "lockfileVersion: '1.0'"), LockfileError, "ELOCKVERSION"),
    ],
)
def test_what_cannot_be_read_is_refused(
    foreign: ForeignText, error: type[Exception], code: str
) -> None:
    """The lockfile, or the file beside it that would change its meaning."""
    with pytest.raises(error) as caught:
        read_foreign(foreign)

    assert code == caught.value.code
