"""Inputs made from the seeds by changes at random, where atheris is not installed.

python -m tests.support.fuzz.changes tar 100000
"""

from __future__ import annotations

import random
import sys
import time

from tests.support.fuzz.targets import SEEDS, play

__all__ = ["change", "play_at_random"]


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


if __name__ == "__main__":
    play_at_random(sys.argv[1], int(sys.argv[2]))
