"""Coverage-guided fuzzing of everything that reads other people's bytes, by atheris.

    pip install atheris
    python -m tests.support.fuzz.with_atheris tar -max_total_time=3600
    python -m tests.support.fuzz.with_atheris lockfile fixtures/hostile -runs=1000000

The budget for a release is one hour a target on one core; what is found becomes a case of
`tests.support.hostile` or of a table. The only outcomes are a value or a coded `ZipperError`:
anything else that is raised is a finding, and so is more than 2 GiB of memory or 25 s for an input
(libFuzzer's own bounds). Not run in CI, where hypothesis plays the same part with a small budget.

Without atheris `--random N` plays N inputs made by changing the seeds at random.
"""

from __future__ import annotations

import contextlib
import json
import random
import sys
import time
from typing import TYPE_CHECKING

from tests.support.hostile import CASES
from tests.support.tarballs import gzip
from zipper.archive.listing import read_listing
from zipper.archive.plan import lay_out
from zipper.archive.splice import splice
from zipper.errors import ZipperError
from zipper.lockfile.read import read_lockfile
from zipper.npm.json_text import parse_json_object
from zipper.npm.package_json import Manifest, parse_manifest
from zipper.npm.packument import parse_packument
from zipper.store.extract import extract

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SEEDS", "TARGETS", "play"]


def fuzz_gzip(data: bytes) -> None:
    """Unpack `data` as a tarball."""
    extract(data, label="a@1.0.0")


def fuzz_tar(data: bytes) -> None:
    """Unpack `data` as the tar in a right gzip; what comes can be spliced and listed again.

    The sums of headers are mended first, else nearly every change would be refused for its sum.
    """
    entries = extract(gzip(_mend_sums(data)), label="a@1.0.0")
    zipped = b"".join(piece for chunk in splice(lay_out(entries)) for piece in chunk)
    listing = read_listing(zipped)
    assert not listing.faults
    assert [entry.name for entry in entries] == [entry.raw_name for entry in listing.entries]


def _mend_sums(data: bytes) -> bytes:
    mended = bytearray(data)
    for at in range(0, len(data) - 511, 512):
        if data[at + 257 : at + 262] == b"ustar":
            total = sum(data[at : at + 512]) - sum(data[at + 148 : at + 156]) + 8 * 0x20
            mended[at + 148 : at + 156] = b"%06o\0 " % total
    return bytes(mended)


def fuzz_zip(data: bytes) -> None:
    """List `data` as a zip, look for faults, and read every member."""
    listing = read_listing(data)
    listing.find_header_faults()
    for entry in listing.entries:
        with contextlib.suppress(ZipperError):
            listing.read(entry, limit_bytes=1 << 20, check_crc=True)


def fuzz_lockfile(data: bytes) -> None:
    """Read `data` as a lockfile."""
    tree = read_lockfile(data, path="package-lock.json", manifest=Manifest()).tree
    for location in tree.nodes:
        for edge in tree.edges_out(location):
            tree.find(edge.source, edge.name)


def fuzz_manifest(data: bytes) -> None:
    """Read `data` as package.json."""
    parse_manifest(parse_json_object(data, path="package.json"))


def fuzz_packument(data: bytes) -> None:
    """Read `data` as a packument, and every version of it."""
    packument = parse_packument(data, "a")
    for version in packument.versions:
        packument.manifest(version)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "gzip": fuzz_gzip,
    "lockfile": fuzz_lockfile,
    "manifest": fuzz_manifest,
    "packument": fuzz_packument,
    "tar": fuzz_tar,
    "zip": fuzz_zip,
}

_LOCKFILE = {
    "lockfileVersion": 3,
    "packages": {
        "": {"dependencies": {"a": "1"}},
        "node_modules/a": {"version": "1.0.0", "integrity": "sha512-AAAA", "bin": {"a": "a.js"}},
        "node_modules/w": {"resolved": "packages/w", "link": True},
        "packages/w": {"name": "w", "dependencies": {"a": "1"}},
    },
}
_ANCIENT = {"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0", "dependencies": {}}}}
_VERSION = {"name": "a", "version": "1.0.0", "dist": {"tarball": "x", "integrity": "sha512-AAAA"}}
_PACKUMENT = {"name": "a", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": _VERSION}}


def _small_zip() -> bytes:
    entries = extract(CASES[-1].tarball, label="a")
    return b"".join(piece for chunk in splice(lay_out(entries)) for piece in chunk)


_TARBALLS = [case.tarball for case in CASES if 64 < len(case.tarball) < 6_000]
SEEDS: dict[str, list[bytes]] = {
    "gzip": _TARBALLS,
    "lockfile": [json.dumps(_LOCKFILE).encode(), json.dumps(_ANCIENT).encode()],
    "manifest": [json.dumps(_VERSION).encode()],
    "packument": [json.dumps(_PACKUMENT).encode()],
    "tar": [tarball[15:-8] for tarball in _TARBALLS],
    "zip": [_small_zip()],
}


def play(target: str, data: bytes) -> None:
    """Give `data` to a target; a coded error is as good as a value."""
    with contextlib.suppress(ZipperError):
        TARGETS[target](data)


def play_at_random(target: str, count: int, *, seed: int = 0) -> None:
    """Play `count` inputs made from the seeds by changes at random; print what was done."""
    dice = random.Random(seed)
    began = time.monotonic()
    for _ in range(count):
        play(target, change(dice.choice(SEEDS[target]), dice))
    print(f"{target}: {count:,} inputs, no findings, {time.monotonic() - began:.0f} s")


def change(data: bytes, dice: random.Random) -> bytes:
    """Return `data` with a few bytes changed, doubled, swapped or cut off."""
    changed = bytearray(data)
    for _ in range(dice.randint(1, 5)):
        at = dice.randrange(len(changed) + 1)
        kind = dice.randrange(5)
        if kind == 0:
            changed[at : at + 1] = bytes([dice.randrange(256)])
        elif kind == 1:
            changed[at:at] = changed[at : at + dice.randrange(64)]
        elif kind == 2:
            del changed[at : at + dice.randrange(64)]
        elif kind == 3:
            changed[at : at + 1] = dice.choice([b"0", b'"', b"\0", b"/", b"..", b"[", b"\xff"])
        else:
            del changed[at + dice.randrange(512) :]
    return bytes(changed)


def main(arguments: list[str]) -> None:
    """Fuzz the target named first; further arguments are libFuzzer's, or `--random N`."""
    target, *rest = arguments
    if rest[:1] == ["--random"]:
        play_at_random(target, int(rest[1]))
        return
    import atheris  # noqa: PLC0415  (not among our dependencies)

    atheris.instrument_all()
    atheris.Setup([sys.argv[0], *rest], lambda data: play(target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
