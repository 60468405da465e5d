"""What yarn reads beside its lockfile."""

from __future__ import annotations

from zipper.lockfile.yarn_extensions import Extension
from zipper.lockfile.yarn_settings import parse_yarn_settings


def test_resolutions_extensions_and_catalogs() -> None:
    """Each becomes a row or a map; what is of another type counts as absent."""
    rc = {
        "packageExtensions": {
            "@s/a@^1": {
                "dependencies": {"b": "2"},
                "peerDependencies": {"c": "3", "d": "4"},
                "peerDependenciesMeta": {"d": {"optional": "true"}, "e": {"optional": "true"}},
            },
            "x": "odd",
        },
        "catalog": {"z": "1"},
        "catalogs": {"old": {"z": "0"}, "odd": []},
    }

    found = parse_yarn_settings({"resolutions": {"a": "1", "b": 2}}, rc)

    assert {"a": "1"} == found.resolutions
    assert (
        Extension("@s/a", "^1", "+", "b", "2"),
        Extension("@s/a", "^1", "=", "c", "3"),
        Extension("@s/a", "^1", "?", "d", "4"),
        Extension("@s/a", "^1", "?", "e", "*"),
    ) == found.extensions
    assert {"": {"z": "1"}, "old": {"z": "0"}, "odd": {}} == found.catalogs
