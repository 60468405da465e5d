"""Questions to npm-pick-manifest: packuments, what is wanted of them, and options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from random import Random

__all__ = ["ask_pick"]

_VERSIONS: Final = (
    *("0.1.0", "1.0.0", "1.0.1", "1.2.0-beta.1", "1.2.0", "2.0.0", "2.1.0", "3.0.0-rc.0"),
    *("3.0.0", "3.1.0+b1", "v4.0.0", "5"),
)
_WANTED: Final = (
    *("*", "", "latest", "next", "gone", "^1.0.0", "^1.2.0-beta.0", "~1.0.0", ">=2", "<2"),
    *(">=3.0.0-rc.0", "1.x || 3.x", "1.0.0", "=2.0.0", "v3.0.0", "9.9.9", ">9", "^3.0.0-rc.0"),
)
_DAYS: Final = ("2020-01-01T00:00:00.000Z", "2021-06-01", "2022-01-01T00:00:00.000Z", "2023-05-05")
_ENGINES: Final = (">=18", "14.x", ">=99", "^20 || >=22", "none", "")


def ask_pick(rng: Random) -> Any:
    """Return a packument, what is wanted of it, and the options."""
    versions = rng.sample(_VERSIONS, rng.randint(0 if rng.random() < 0.1 else 1, 7))
    groups: dict[str, dict[str, Any]] = {"versions": {}, "staged": {}, "restricted": {}}
    for version in versions:
        weights = (8, 2, 1) if rng.random() < 0.6 else (1, 0, 0)
        group = rng.choices(list(groups), weights)[0]
        groups[group][version] = _make_manifest(rng, version)
    packument: dict[str, Any] = {"name": "a", "versions": groups["versions"], "dist-tags": {}}
    for tag, share in (("latest", 0.8), ("next", 0.5)):
        if rng.random() < share:
            packument["dist-tags"][tag] = rng.choice(versions or _VERSIONS)
    if groups["staged"]:
        packument["stagedVersions"] = {"versions": groups["staged"]}
    if groups["restricted"]:
        packument["policyRestrictions"] = {"versions": groups["restricted"], "message": "held"}
    if rng.random() < 0.7:
        packument["time"] = {version: rng.choice(_DAYS) for version in versions}
    options: dict[str, Any] = {"nodeVersion": "20.20.2", "npmVersion": "11.19.1"}
    for name, values in (
        ("includeStaged", (True,)), ("before", _DAYS), ("defaultTag", ("next", "gone")),
        ("avoid", ("<2", ">=2", "1.x", "*")),
    ):  # fmt: skip
        if rng.random() < 0.35:
            options[name] = rng.choice(values)
    if "avoid" in options and rng.random() < 0.5:
        options["avoidStrict"] = True
    return [packument, rng.choice(_WANTED), options]


def _make_manifest(rng: Random, version: str) -> dict[str, Any]:
    manifest: dict[str, Any] = {"name": "a", "version": version}
    if rng.random() < 0.3:
        manifest["deprecated"] = rng.choice(("old", "", True, False))
    if rng.random() < 0.4:
        manifest["engines"] = {rng.choice(("node", "node", "npm")): rng.choice(_ENGINES)}
    return manifest
