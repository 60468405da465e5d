"""Which modules of zipper make a kind of note, where not all of them count.

What is noted of a JavaScript file depends on its bytes and on the scanner; a change anywhere else
in zipper takes nothing of it away. A test holds the lists to what the modules import.
"""

from __future__ import annotations

from typing import Final

__all__ = ["MAKERS"]

_FACTS: Final = {
    "checks": (
        "__init__ awaited_files brackets builtin_names builtin_uses calls commonjs_names "
        "commonjs_uses conditions constants early_errors exported file_facts file_units "
        "first_builtin_names known_values levels load_ends loader_hooks module_bindings "
        "module_reader module_tables own_names require_values scan search source_text syntax "
        "trees tries uses"
    ),
    "": "errors late_pattern named_tuple redaction",
    "javascript": (
        "__init__ classes declarations expressions function_syntax literals loops modules "
        "operands program regexps scopes state statements syntax_errors targets tokens"
    ),
    "pruning": (
        "__init__ compared_texts computed_requests file_reads foreign_requires hidden_names "
        "place_uses read_facts require_names safe_classes"
    ),
}
"""`checks.scan`, `checks.commonjs_names`, `pruning.file_reads`, and what puts their answers into
notes, with all that they import; by folder."""

MAKERS: Final = {
    "facts": frozenset(
        f"{room}/{name}.py".lstrip("/") for room, names in _FACTS.items() for name in names.split()
    )
}
"""The files of zipper, by the name of a part."""
