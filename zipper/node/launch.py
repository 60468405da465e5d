"""What one run's processes have in common, and how one of them ended. Values only.

In: nothing. Out: `Launch`, which `zipper.node.run_zip` makes, and `Ended`, which the sandbox tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.node.limits import Limits
    from zipper.node.sandbox_request import SandboxStart
    from zipper.node.variables import FunctionSettings

__all__ = ["Ended", "Launch"]


@dataclass(frozen=True, slots=True)
class Launch:
    """Everything that the processes of one run have in common.

    Attributes:
        work: a folder of the run's own, with `task`, `opt`, `runtime`, `root`, `lang` and `tmp`.
    """

    settings: FunctionSettings
    limits: Limits
    timeout_seconds: float
    network: bool
    node: str
    work: Path
    private: SandboxStart
    plain: SandboxStart
    binds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """How the process ended and what it left."""

    code: int | None = None
    space_exceeded: bool = False
    files: tuple[tuple[str, int], ...] = ()
    file_count: int = 0
    file_bytes: int = 0
