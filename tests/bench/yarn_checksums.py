"""The `10c0` checksums of real yarn.lock files: all that are verified, and the CPU that it takes.

`python -m tests.bench.yarn_checksums yarn.lock...` fetches each package of the registry once, and
unpacks it with and without the checksum, which the same pass makes. It prints a line for each
lockfile, with what is different, absent from the registry, or of an archive that is not understood.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

from zipper.errors import ZipperError
from zipper.npm.npmrc import build_settings
from zipper.registry.client import RegistryClient
from zipper.registry.vendor_folder import TarballPlace
from zipper.store.extract import extract
from zipper.store.yarn_checksum import YarnChecksum

_ENTRY: Final = re.compile(
    r'resolution: "((?:@[^/"]+/)?[^@"]+)@npm:([^":]+)"(?:(?!\n\n).)*?checksum: (10c0/[0-9a-f]+)',
    re.DOTALL,
)


class Verifier:
    """Verifies each package once."""

    def __init__(self, client: RegistryClient) -> None:
        self.cpu_seconds = {"without": 0.0, "with": 0.0}
        self._client = client
        self._known: dict[tuple[str, str, str], str] = {}

    def verify(self, name: str, version: str, checksum: str) -> str:
        """Return `equal`, `different`, `absent` or `odd`."""
        key = (name, version, checksum)
        if key not in self._known:
            self._known[key] = self._verify(*key)
        return self._known[key]

    def _verify(self, name: str, version: str, checksum: str) -> str:
        try:
            tarball = self._client.fetch_tarball(TarballPlace(name, version, None))
        except ZipperError:
            return "absent"
        start = time.process_time()
        extract(tarball, label=name)
        between = time.process_time()
        made = YarnChecksum(name)
        extract(tarball, label=name, checksum=made)
        found = made.finish()
        self.cpu_seconds["without"] += between - start
        self.cpu_seconds["with"] += time.process_time() - between
        return "odd" if found is None else "equal" if found == checksum else "different"


def main() -> int:
    """Verify the lockfiles that are named."""
    total: Counter[str] = Counter()
    with RegistryClient(build_settings([], environ={}), environ={}) as client:
        verifier = Verifier(client)
        for path in sys.argv[1:]:
            rows = _ENTRY.findall(Path(path).read_text("utf-8"))
            verdicts = {row: verifier.verify(*row) for row in rows}
            counts = Counter(verdicts.values())
            total += counts
            others = [f"{row[0]}@{row[1]}" for row in rows if verdicts[row] != "equal"]
            print(f"{path}: {dict(counts)} {' '.join(others)}", flush=True)
    seconds = {name: round(value, 1) for name, value in verifier.cpu_seconds.items()}
    print(f"{dict(total)}; CPU seconds of unpacking {seconds}")
    return int(total["different"] > 0)


if __name__ == "__main__":
    sys.exit(main())
