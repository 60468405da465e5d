"""Which modules of zipper make a kind of note, where not all of them count.

What is noted of a JavaScript file depends on its bytes and on the scanner; a change of a rule, or
anywhere else in zipper, takes nothing of it away. A module that is named nowhere here counts as
soon as it is in one of the rooms; a test holds the names to what the makers import.
"""

from __future__ import annotations

from typing import Final

__all__ = ["counts_for"]

_ROOMS: Final = {
    "checks": (
        "binaries binary_rules bindings build_codes closure cycle_rules deferrable elf "
        "entry_rules exporting_statements expression_values filesystem followed format_rules "
        "handler_candidates handler_exports handler_name handler_rules handler_shape instances "
        "kind_hints kind_rules "
        "layer_codes layer_rules layout_rules library_search load_order load_rules "
        "lockfile_codes member_contents member_rules mode_rules module_messages "
        "module_resolution module_rules module_values named_exports nearby node_flags "
        "optional_modules outside_rules own_sizes package_maps package_rules parts "
        "pruned_record pruned_rules request_rules results retired_names rules run_rules "
        "runtime_rules runtime_sdk sdk_rules secret_rules size_rules source_codes subject "
        "supply_rules use_rules value_model walk zip_rules"
    ),
    "javascript": "named_paths",
    "pruning": (
        "answers files_by_package kept known_packages missed_files named_packages "
        "needed_files reached_set removed_files settle"
    ),
}
"""Where `checks.scan`, `checks.commonjs_names` and `pruning.file_reads` are, and what notes their
answers, with all that they import; each with the modules there that they do not import."""

_BESIDE: Final = frozenset({"errors.py", "late_pattern.py", "named_tuple.py", "redaction.py"})

_OTHERS: Final = frozenset(
    f"{room}/{name}.py" for room, names in _ROOMS.items() for name in names.split()
)


def counts_for(part: str, name: str) -> bool:
    """Return whether a file of zipper, by its path in the package, makes notes of a part.

    Raises:
        KeyError: there is no such part.
    """
    return _PARTS[part](name)


def _makes_facts(name: str) -> bool:
    return name in _BESIDE or (name.partition("/")[0] in _ROOMS and name not in _OTHERS)


_PARTS: Final = {"facts": _makes_facts}
