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

from zipper.package import Package
from zipper.pipeline.checking_output import decode_closure, decode_findings
from zipper.pipeline.hashing import hash_file
from zipper.report.as_json import as_json

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.settings.build_request import BuildRequest
    from zipper.store.store_zips import Store

__all__ = ["Record"]


@dataclass(frozen=True, slots=True)
class Record:
    """What is remembered of the zip at `output`."""

    output: Path
    store: Store
    plan_hash: str

    @classmethod
    def of(cls, output: Path, fingerprint: str, request: BuildRequest, store: Store) -> Record:
        """Return the record of the zip at `output`, for the plan that is now wanted."""
        return cls(output, store, _hash(fingerprint, request))

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


def _hash(fingerprint: str, request: BuildRequest) -> str:
    """Return a hash of all that decides the bytes of the zip and the findings about it."""
    asked = f"{fingerprint}\0{request.of_package!r}\0".encode("utf-8", "surrogateescape")
    digest = hashlib.sha256(asked)
    for layer in request.layers:
        digest.update(hash_file(layer).encode())
    return digest.hexdigest()
