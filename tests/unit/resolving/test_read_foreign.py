"""A foreign lockfile read with the settings beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from zipper.errors import LockfileError, ProjectError
from zipper.project.foreign_lockfile import ForeignText
from zipper.resolving.files_beside import FilesBeside
from zipper.resolving.read_foreign import read_foreign

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.lockfile.foreign import ForeignLockfile

BUN = json.dumps({"lockfileVersion": 1, "workspaces": {"": {"name": "r"}}, "packages": {}})


def read(
    folder: Path, name: str, data: str | bytes, *, yarnrc: str = "", bunfig: str = ""
) -> ForeignLockfile:
    (folder / ".yarnrc.yml").write_text(yarnrc, "utf-8")
    (folder / "bunfig.toml").write_text(bunfig, "utf-8")
    data = data if isinstance(data, bytes) else data.encode()
    foreign = ForeignText(name, folder, data, (b"{}", b"", b"", b"", b""))
    return read_foreign(foreign, FilesBeside(foreign))


def test_bunfig_names_the_linker(tmp_path: Path) -> None:
    """The isolated linker leaves peers to who asks for them; another word does not."""
    isolated = read(tmp_path, "bun.lock", BUN, bunfig='[install]\nlinker = "isolated"\n')
    hoisted = read(tmp_path, "bun.lock", BUN, bunfig='[install]\nlinker = "hoisted"\n')

    assert ("ancestors", None) == (isolated.peers, hoisted.peers)


@pytest.mark.parametrize(
    ("name", "data", "beside", "error", "code"),
    [
        ("pnpm-lock.yaml", b"\xff", {}, LockfileError, "ELOCKFILE"),
        ("bun.lock", BUN, {"bunfig": "["}, ProjectError, "ESETTINGS"),
        ("yarn.lock", "__metadata:\n  version: 8\n", {"yarnrc": "a: ["}, ProjectError, "ESETTINGS"),
        ("pnpm-lock.yaml", "lockfileVersion: '1.0'", {}, LockfileError, "ELOCKVERSION"),
    ],
)
def test_what_cannot_be_read_is_refused(
    tmp_path: Path,
    name: str,
    data: str | bytes,
    beside: dict[str, str],
    error: type[Exception],
    code: str,
) -> None:
    """The lockfile, or the file beside it that would change its meaning."""
    with pytest.raises(error) as caught:
        read(tmp_path, name, data, **beside)

    assert code == caught.value.code
