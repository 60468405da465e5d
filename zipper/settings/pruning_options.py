"""Options about what is taken out of packages.

A part of the table of options; see `zipper.settings.options`.
"""

from typing import Final

from zipper.settings.option_row import Option

__all__ = ["PRUNING_OPTIONS"]

_PRUNERS: Final = ("build", "explain")

PRUNING_OPTIONS: Final = (
    Option(
        "prune",
        "text",
        "Take out of packages what cannot run: classes that no Node loads, or all unreached.",
        _PRUNERS,
        choices=("off", "safe", "reached"),
        default="off",
        example="safe",
    ),
    Option(
        "keep",
        "list",
        "gitignore patterns of packages' files that pruning keeps, such as `pkg/**`.",
        _PRUNERS,
        example=["pkg/**"],
        metavar="PATTERN",
    ),
    Option(
        "drop",
        "list",
        "gitignore patterns of packages' files that pruning takes out; the proof still holds.",
        _PRUNERS,
        example=["pkg/locales/**"],
        metavar="PATTERN",
    ),
    Option(
        "prune_own",
        "flag",
        "Prune the project's own files too.",
        _PRUNERS,
        example=True,
    ),
    Option(
        "trace",
        "path",
        "What a function opened, by `zipper run --trace FILE`; pruning keeps it.",
        _PRUNERS,
        example="trace.json",
        metavar="FILE",
    ),
)
