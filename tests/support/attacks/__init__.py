"""All attacks, by what they come from; importing this package gathers them."""

from __future__ import annotations

from tests.support.attacks import lockfiles, projects, registries
from tests.support.attacks.scenery import ATTACKS, MARK, Attack, lay_bait

__all__ = ["ATTACKS", "MARK", "Attack", "lay_bait", "lockfiles", "projects", "registries"]
