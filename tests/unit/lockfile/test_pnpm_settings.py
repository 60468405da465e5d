"""pnpm's settings held against what its lockfile recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zipper.lockfile.pnpm_checksums import hash_extensions, hash_text
from zipper.lockfile.pnpm_settings import PnpmFiles, list_setting_drift

if TYPE_CHECKING:
    from collections.abc import Mapping

PATCH = "--- a/x\n"
HOOKS = "module.exports = { hooks: {} }\n"


def files(
    manifest: Mapping[str, object] | None = None,
    workspace: Mapping[str, object] | None = None,
    *,
    npmrc: Mapping[str, str] | None = None,
    version: tuple[int, int] | None = (10, 34),
    **texts: str,
) -> PnpmFiles:
    there = {name.replace("_", "."): text for name, text in texts.items()}
    return PnpmFiles(manifest or {}, workspace or {}, npmrc or {}, version, there.get)


def find(locked: Mapping[str, object], beside: PnpmFiles, major: int = 9) -> list[tuple[str, bool]]:
    return [(one.setting, one.is_sure) for one in list_setting_drift(locked, major, beside)]


@pytest.mark.parametrize(
    ("locked", "beside"),
    [
        ({}, files()),
        ({"overrides": {"a": "1"}}, files({"pnpm": {"overrides": {"a": "1"}}})),
        ({"overrides": {"a": "1"}}, files({"resolutions": {"a": "1"}})),
        ({"overrides": {"a": "1"}}, files({"resolutions": {"a": "2"}}, {"overrides": {"a": "1"}})),
        ({}, files({"pnpm": {"overrides": {"a": "1"}}}, version=(11, 0))),
        ({}, files({}, {"overrides": {"a": "1"}}, version=(9, 15))),
        (
            {"overrides": {"a": "^1.0.0"}},
            files({"dependencies": {"b": "^1.0.0"}, "pnpm": {"overrides": {"a": "$b"}}}),
        ),
        (
            {"overrides": {"x>a@2": "1.5.0"}},
            files({}, {"overrides": {"x>a@2": "catalog:"}, "catalog": {"a": "1.5.0"}}),
        ),
        (
            {"catalogs": {"default": {"a": {"specifier": "^1", "version": "1.0.0"}}}},
            files({}, {"catalog": {"a": "^1", "unused": "2"}}),
        ),
        (
            {"ignoredOptionalDependencies": ["b", "a"]},
            files({}, {"ignoredOptionalDependencies": ["a", "b"]}),
        ),
        ({"settings": {"autoInstallPeers": "true"}}, files()),
        (
            {"settings": {"autoInstallPeers": "false"}},
            files(npmrc={"auto-install-peers": "false"}),
        ),
        (
            {"patchedDependencies": {"a": {"hash": hash_text(PATCH)[0], "path": "p"}}},
            files({"pnpm": {"patchedDependencies": {"a": "p"}}}, p="--- a/x\r\n", version=(9, 0)),
        ),
        (
            {"patchedDependencies": {"a": hash_text(PATCH)[1]}},
            files({}, {"patchedDependencies": {"a": "p"}}, p=PATCH, version=(11, 0)),
        ),
        ({"pnpmfileChecksum": hash_text(HOOKS)[2]}, files(_pnpmfile_cjs=HOOKS)),
        ({"pnpmfileChecksum": hash_text(HOOKS)[0]}, files(_pnpmfile_cjs=HOOKS, version=(9, 0))),
        (
            {"pnpmfileChecksum": hash_text("1", "2")[0]},
            files({}, {"pnpmfile": ["b", "a"]}, a="1", b="2"),
        ),
        ({"pnpmfileChecksum": "x"}, files({}, {"configDependencies": {"c": "1"}})),
        ({}, files(_pnpmfile_cjs="module.exports = {}\n")),
        ({}, files({"pnpm": {"neverBuiltDependencies": ["a"]}})),
    ],
)
def test_what_pnpm_finds_in_step_is(locked: Mapping[str, object], beside: PnpmFiles) -> None:
    """Whichever file a version of pnpm reads, and whichever checksum it writes."""
    assert [] == find(locked, beside)


@pytest.mark.parametrize(
    ("locked", "beside", "setting"),
    [
        ({}, files({"pnpm": {"overrides": {"a": "1"}}}), "overrides"),
        ({"overrides": {"a": "1"}}, files({"pnpm": {"overrides": {"a": "2"}}}), "overrides"),
        ({"overrides": {"a": "1"}}, files(version=None), "overrides"),
        ({}, files({}, {"overrides": {"a": "1"}}, version=(11, 0)), "overrides"),
        ({"catalogs": {"default": {"a": {"specifier": "^1"}}}}, files(), "catalogs"),
        (
            {"catalogs": {"old": {"a": {"specifier": "^1"}}}},
            files({}, {"catalogs": {"old": {"a": "^2"}}}),
            "catalogs",
        ),
        ({"packageExtensionsChecksum": "x"}, files(), "packageExtensionsChecksum"),
        ({}, files({}, {"packageExtensions": {"a": {}}}), "packageExtensionsChecksum"),
        (
            {},
            files({}, {"ignoredOptionalDependencies": ["a"]}),
            "ignoredOptionalDependencies",
        ),
        ({"patchedDependencies": {"a": "x"}}, files(), "patchedDependencies"),
        (
            {"patchedDependencies": {"a": hash_text(PATCH)[1]}},
            files({}, {"patchedDependencies": {"a": "p"}}, p="--- a/y\n"),
            "patchedDependencies",
        ),
        (
            {"patchedDependencies": {"a": hash_text(PATCH)[1]}},
            files({}, {"patchedDependencies": {"a": "gone"}}),
            "patchedDependencies",
        ),
        (
            {"settings": {"autoInstallPeers": "true"}},
            files({}, {"autoInstallPeers": "false"}),
            "settings.autoInstallPeers",
        ),
        ({}, files({}, {"dedupePeers": "true"}), "settings.dedupePeers"),
        ({"pnpmfileChecksum": hash_text(HOOKS)[2]}, files(), "pnpmfileChecksum"),
        ({"pnpmfileChecksum": "x"}, files(_pnpmfile_cjs=HOOKS), "pnpmfileChecksum"),
    ],
)
def test_what_pnpm_refuses_is_sure(
    locked: Mapping[str, object], beside: PnpmFiles, setting: str
) -> None:
    """One difference is enough, and its name is pnpm's."""
    assert [(setting, True)] == find(locked, beside)


def test_what_one_pnpm_takes_and_another_does_not_is_not_sure() -> None:
    """Pnpm 11 leaves package.json's field unread; only running hooks shows what they do."""
    manifest = {"pnpm": {"overrides": {"a": "1"}}}

    assert [("overrides", False)] == find({}, files(manifest, version=None))
    assert [("overrides", True)] == find({}, files(manifest, version=None), major=6)
    assert [("pnpmfileChecksum", False)] == find({}, files(_pnpmfile_cjs=HOOKS))


def test_old_lockfiles_have_lists_of_their_own() -> None:
    """What may be built was part of the lockfile before 9.0."""
    manifest = {"pnpm": {"neverBuiltDependencies": ["a"]}}

    assert [("neverBuiltDependencies", True)] == find({}, files(manifest), major=6)


def test_checksums_of_extensions_are_pnpm_s() -> None:
    """Those that pnpm 8 and pnpm 11 wrote, of keys in any order and a list of words."""
    new = hash_extensions({"express": {"dependencies": {"tslib": "2.8.1"}}}, like="")
    old = hash_extensions({"express@4": {"dependencies": {"ms": "2.1.3"}}}, like="9fd86b")

    assert "sha256-+ByBtAGCsaixWlwtKdnUcFQBFabhuUfzs5WfL4q1XiM=" == new[0]
    assert "9fd86b111ebf305d699265a3271d9cc4" == old[0]
