"""Questions to npm's own packages, invented from a number, one function a table.

Each returns one question; `tests.support.npm_answers` has npm answer them, and keeps both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.support.npm_package_questions import (
    ask_bin,
    ask_bundle,
    ask_conflict,
    ask_dev_engines,
    ask_engine,
    ask_packed,
    ask_platform,
)
from tests.support.npm_pick_questions import ask_pick
from tests.support.npm_setting_questions import ask_npmrc
from tests.support.npm_spec_questions import (
    ask_commit,
    ask_dep_valid,
    ask_overrides,
    ask_resolved,
    ask_spec,
)
from tests.support.npm_text_questions import (
    ask_braces,
    ask_collation,
    ask_date,
    ask_ignore_rule,
    ask_ini,
    ask_integrity,
    ask_name,
    ask_order,
    ask_path_glob,
    ask_paths,
    ask_range,
    ask_uri,
    ask_url,
    ask_version,
)
from tests.support.npm_tree_questions import ask_clash, ask_draft, ask_flags, ask_place

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

__all__ = ["QUESTIONS"]

_PLACEMENTS: Final = (
    *range(700),
    708,
    722,
    761,
    790,
    795,
    827,
    900,
    939,
    1180,
    1232,
    1478,
    1626,
    1718,
    2486,
    2664,
)
"""Those beyond the first tell apart what these do not."""

QUESTIONS: Final[dict[str, tuple[Callable[[Random], Any], int | tuple[int, ...]]]] = {
    "ignore-rules": (ask_ignore_rule, 900), "path-globs": (ask_path_glob, 600),
    "braces": (ask_braces, 400), "packed": (ask_packed, 250), "specs": (ask_spec, 700),
    "versions": (ask_version, 600), "orders": (ask_order, 300), "ranges": (ask_range, 900),
    "collation": (ask_collation, 150), "integrity": (ask_integrity, 300),
    "platforms": (ask_platform, 250), "engines": (ask_engine, 200),
    "dev-engines": (ask_dev_engines, 250),
    "conflicts": (ask_conflict, 300), "bins": (ask_bin, 250), "bundles": (ask_bundle, 150),
    "names": (ask_name, 250), "ini": (ask_ini, 400),
    "resolved": (ask_resolved, 250), "commits": (ask_commit, 200), "urls": (ask_url, 600),
    "dep-valid": (ask_dep_valid, 900), "overrides": (ask_overrides, 300), "uris": (ask_uri, 250),
    "paths": (ask_paths, 250), "dates": (ask_date, 60),
    "npmrc": (ask_npmrc, 500), "flags": (ask_flags, 200), "picks": (ask_pick, 450),
    "drafts": (ask_draft, 250), "placements": (ask_place, _PLACEMENTS),
    "clashes": (ask_clash, (*range(60), 1286, 1696, 2488)),
}  # fmt: skip
"""Table to what asks one of its questions, and how many there are, or their numbers."""
