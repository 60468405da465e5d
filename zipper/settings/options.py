"""The table of options: a row for each thing that you can choose.

From a row come the flag of the command, the variable, the key of `[tool.zipper]`, the keyword of
the public functions, the JSON schema, the comment that `zipper init` writes, and the reference. To
add an option: add its row, run `python -m zipper.settings.generate`, and read `request.NAME` where
it counts.

Not here: what one command alone takes, and neither a setting nor a public function, as
`--list` of check. It is in the command's module.
"""

from typing import Final

from zipper.settings.check_options import CHECK_OPTIONS
from zipper.settings.layer_options import LAYER_OPTIONS
from zipper.settings.option_row import Option
from zipper.settings.package_options import CHECKERS, FETCHERS, PACKAGE_OPTIONS
from zipper.settings.pruning_options import PRUNING_OPTIONS
from zipper.settings.store_options import STORE_OPTIONS
from zipper.target import ARCHITECTURES

__all__ = ["KEYS", "OPTIONS", "find_variables", "keywords_of", "options_of"]

_OF_A_ZIP: Final = ("affected", "keep_failed", "output", "unpacked")
_BUILDERS: Final = {
    "deploy": ("affected", "keep_failed", "unpacked"),
    "fingerprint": (*_OF_A_ZIP, "check", "progress", "quiet", "verbose"),
    "terraform": (*_OF_A_ZIP, "as_json", "progress", "quiet", "verbose"),
}
"""Commands that take what `build` takes, and what of it they leave out."""

_ALL: Final = (*FETCHERS, "check", "run")
_ALL_FUNCTIONS: Final = (*_ALL, "build_all", "plan")
_SHOWN: Final = ("build", "check", "install", "layer", "resolve", "run")
_STAGED: Final = (*FETCHERS, "run")

_RUN_OPTIONS: Final = (
    Option(
        "case",
        "flag",
        "Warn about names that differ only in case.",
        ("check",),
        keyword_name="tells_case",
    ),
    Option(
        "memory",
        "count",
        "Memory of the function in MB, Node.js included.",
        ("run",),
        default=128,
        unit="mb",
        metavar="MB",
    ),
    Option(
        "timeout",
        "number",
        "Seconds that one invocation may take.",
        (*CHECKERS, "run"),
        default=3,
        unit="seconds",
        metavar="SECONDS",
    ),
    Option(
        "limits",
        "text",
        "Limits of the service: today's, or the preview's 1 GB and 60 s.",
        ("run",),
        choices=("standard", "preview"),
        default="standard",
    ),
    Option(
        "network",
        "flag",
        "Let the function reach the network.",
        ("run",),
        flags=("--network", "--no-network"),
        default=True,
    ),
    Option(
        "concurrency",
        "count",
        "Processes that start at once; each takes all events.",
        ("run",),
        default=1,
        metavar="N",
    ),
    Option(
        "runtime_modules",
        "path",
        "Folder that replaces the runtime's AWS SDK.",
        ("run",),
        metavar="DIR",
    ),
    Option(
        "cache_dir",
        "path",
        "Folder of the store; by default the system's place for caches.",
        (*_ALL, "cache", "store"),
        functions=_ALL_FUNCTIONS,
        per_function=False,
        metavar="DIR",
    ),
    Option(
        "progress",
        "flag",
        "Show progress.",
        _STAGED,
        functions=(),
        flags=("--progress", "--no-progress"),
        default=True,
        per_function=False,
    ),
    Option(
        "quiet",
        "flag",
        "Show errors only.",
        ("audit", "vendor", *_SHOWN),
        functions=(),
        flags=("-q", "--quiet"),
        per_function=False,
    ),
    Option(
        "verbose",
        "flag",
        "Show every finding, and the seconds of each stage.",
        _SHOWN,
        functions=(),
        flags=("-v", "--verbose"),
        per_function=False,
    ),
)

_CALL_OPTIONS: Final = (
    Option(
        "as_json",
        "flag",
        "Print one JSON document to stdout, and nothing else.",
        (*(command for command in _ALL if command != "sbom"), "store"),
        functions=(),
        flags=("--json",),
        is_setting=False,
    ),
    Option(
        "output",
        "path",
        "Lockfile to write; by default package-lock.json in the project.",
        ("resolve",),
        flags=("-o", "--output"),
        metavar="FILE",
        is_setting=False,
    ),
    Option(
        "affected",
        "text",
        "Build what differs from where this branch left BASE, and nothing else.",
        ("build",),
        functions=("build_all",),
        is_setting=False,
        metavar="BASE",
    ),
    Option(
        "unpacked",
        "path",
        "Write the package as a folder instead of a zip.",
        ("build",),
        functions=("build",),
        is_setting=False,
        metavar="DIR",
    ),
    Option(
        "workers",
        "count",
        "Processes that build several functions at once; by default threads of this one.",
        ("build",),
        functions=("build_all",),
        is_setting=False,
        metavar="N",
    ),
    Option(
        "scheduler",
        "text",
        "Scheduler of a dask cluster whose workers build several functions (extra `dask`).",
        ("build",),
        functions=("build_all",),
        is_setting=False,
        metavar="tcp://HOST:PORT",
    ),
    Option(
        "executor",
        "value",
        "Workers that build several functions: any `concurrent.futures.Executor`.",
        functions=("build_all",),
        is_setting=False,
        accepts="Executor",
    ),
    Option(
        "architectures",
        "list",
        "Architectures of the functions; by default all.",
        ("vendor",),
        flags=("--arch", "--architecture"),
        choices=ARCHITECTURES,
        is_setting=False,
    ),
    Option(
        "function",
        "value",
        "Name of one of several functions in the settings.",
        functions=("build", "explain", "install", "licenses", "plan", "resolve", "sbom", "vendor"),
        is_setting=False,
        accepts="str",
    ),
    Option(
        "target",
        "value",
        "A Target, or the name of a runtime, such as `nodejs22.x`.",
        functions=_ALL_FUNCTIONS,
        is_setting=False,
        accepts="Target | str",
    ),
    Option(
        "unknown_runtime",
        "value",
        "Name of a runtime that zipper does not know, which is an error then.",
        functions=("check",),
        is_setting=False,
        accepts="str",
    ),
    Option(
        "events",
        "value",
        "Dicts, JSON as bytes, or paths of JSON files; they share one process.",
        functions=("run",),
        is_setting=False,
        accepts="Event | Iterable[Event]",
    ),
    Option(
        "environment",
        "value",
        "The function's own variables; nothing else of yours reaches it.",
        functions=("run",),
        is_setting=False,
        accepts="Mapping[str, str]",
    ),
    Option(
        "today",
        "value",
        "The day on which `ignore` is read, by default this one in UTC.",
        functions=("audit",),
        is_setting=False,
        accepts="date",
    ),
    Option(
        "raise_on_error",
        "value",
        "Raise ECHECK for what does not pass, instead of returning it.",
        functions=("audit", "build", "build_all", "check", "layer"),
        is_setting=False,
        accepts="bool",
    ),
    Option(
        "on_event",
        "value",
        "Called with each event of `zipper.events`, from any thread.",
        functions=tuple(name for name in _ALL_FUNCTIONS if name != "check"),
        is_setting=False,
        accepts="OnEvent",
    ),
)
"""The rows about one call: neither in a file nor in a variable."""

OPTIONS: Final = (
    *PACKAGE_OPTIONS,
    *LAYER_OPTIONS,
    *PRUNING_OPTIONS,
    *STORE_OPTIONS,
    *CHECK_OPTIONS,
    *_RUN_OPTIONS,
    *_CALL_OPTIONS,
)

KEYS: Final = {option.name: option for option in OPTIONS if option.is_setting}
"""The settings: each has a key and a variable. The order is that of `init` and of `--help`."""


def find_variables() -> dict[str, tuple[Option, bool]]:
    """Return the option of each variable, and whether the variable says the opposite.

    The name of one option goes before the flag of another: ZIPPER_IGNORE is `ignore`, and not
    what `zipper audit --ignore` sets.
    """
    flags = {name: (row, opposite) for row in KEYS.values() for name, opposite in row.variables}
    return flags | {row.variable: (row, False) for row in KEYS.values()}


def options_of(command: str) -> tuple[Option, ...]:
    """Return what `command` takes."""
    without = _BUILDERS.get(command)
    if without is None:
        return tuple(option for option in OPTIONS if command in option.commands)
    return tuple(one for one in options_of("build") if one.name not in without)


def keywords_of(function: str) -> dict[str, Option]:
    """Return what the public function of this name takes, by keyword."""
    return {option.keyword: option for option in OPTIONS if function in option.takers}
