"""Whether a package is already what a build would write.

In: the plan and the zip's place. Out: the package of an earlier build, or None. A record beside
the store keeps the hash of the plan and what the zip looked like; whatever differs, or cannot be
read, makes the build write anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zipper import __version__
from zipper.package import Package
from zipper.pipeline.hashing import hash_file
from zipper.pipeline.judging import decode_closure, decode_findings
from zipper.report.as_json import as_json

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.archive.plan import Plan
    from zipper.settings.build_request import BuildRequest
    from zipper.store.files import Store

__all__ = ["Record"]


@dataclass(frozen=True, slots=True)
class Record:
    """What is remembered of the zip at `output`."""

    output: Path
    store: Store
    plan_hash: str

    @classmethod
    def of(cls, output: Path, contents: Plan, request: BuildRequest, store: Store) -> Record:
        """Return the record of the zip at `output`, for the plan that is now wanted."""
        return cls(output, store, _hash(contents, request))

    def recall(self) -> Package | None:
        """Return the package if the zip is there, untouched, and made from this plan."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            row = json.loads(self.store.recall(self._label) or "null")
            if row["plan"] == self.plan_hash and row["zip"] == self._look():
                values = row["package"]
                judged = {
                    "findings": decode_findings(values["findings"]),
                    "closure": decode_closure(values["closure"]),
                }
                return Package(**{**values, **judged})
        return None

    def remember(self, package: Package) -> None:
        """Keep the record; where that fails the next build is a little slower, no more."""
        with contextlib.suppress(OSError):
            row = {"plan": self.plan_hash, "zip": self._look(), "package": as_json(package)}
            self.store.remember(self._label, json.dumps(row))

    @property
    def _label(self) -> str:
        return f"built {self.output}"

    def _look(self) -> list[int]:
        status = self.output.stat()
        return [status.st_size, status.st_mtime_ns, status.st_ino]


def _hash(contents: Plan, request: BuildRequest) -> str:
    """Return a hash of all that decides the bytes of the zip and the findings about it.

    A row is a name, which has no NUL, and 22 bytes that begin with `14 00`: the first NUL of a row
    stands one byte after the name, so that no two lists of rows have one text.
    """
    digest = hashlib.sha256(f"{__version__}\0{request!r}\0".encode("utf-8", "surrogateescape"))
    for layer in request.layers:
        digest.update(hash_file(layer).encode())
    digest.update(b"\0".join([entry.name + entry.fields for entry in contents.entries]))
    digest.update(b"".join([b"x" if entry.mode & 0o111 else b"-" for entry in contents.entries]))
    for entry in contents.entries:
        if entry.start == 0:
            # A file of the project stands in a buffer of its own: nothing but its bytes tells two
            # of one size and CRC apart. A member of a store zip never begins at 0.
            digest.update(entry.data[: entry.length])
    return digest.hexdigest()
