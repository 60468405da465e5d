"""What zipper asks of the sandbox; the two processes' common language.

In: values. Out: their JSON, and back. Only the standard library, and what takes no time to import,
is imported here.
"""

from __future__ import annotations

import json

from zipper.named_tuple import NamedTuple

__all__ = ["SandboxRequest", "SandboxStart", "read_request"]


class SandboxStart(NamedTuple):
    """How Node is started: its command line, its variables and its working directory."""

    arguments: list[str]
    variables: dict[str, str]
    directory: str
    read_only: str = ""
    """A folder in the writable ones that is only read, so that it stays whose it is."""


class SandboxRequest(NamedTuple):
    """What to run and how far to isolate it.

    It is Node for a function, a shell for an install script, or esbuild.

    Attributes:
        private: used where a root directory of its own can be made.
        plain: used elsewhere; the paths are those of the machine.
        root: an empty folder on which the private root is mounted.
        binds: source on the machine and target in the private root; all read-only.
        writable: folders of the machine that may be written, at the same path in the private root;
            they become nobody's where root starts the sandbox.
        node: the Node that the plain start names if it cannot be executed where it is.
        tmp: the temporary space of the plain start; a tmpfs stands for it in a private root.
        network: False asks for a network namespace.
        pipes: the machine's descriptors for those of what runs, from 0 on.
        status: the descriptor for the JSON lines.
        control: the descriptor whose end kills all.
        starts: the descriptor for one `SandboxStart` after another, each a line of JSON, in place
            of `private` and `plain`; negative for those.
        tells_files: whether what is left in the temporary space is listed at the end.
    """

    private: SandboxStart
    plain: SandboxStart
    root: str
    binds: list[tuple[str, str]]
    writable: list[str]
    node: str
    tmp: str
    tmp_bytes: int
    files_max: int
    processes_max: int
    network: bool
    pipes: list[int]
    status: int
    control: int
    starts: int = -1
    tells_files: bool = True

    def to_json(self) -> str:
        """Return the request as one JSON document."""
        starts = {"private": self.private._asdict(), "plain": self.plain._asdict()}
        return json.dumps({**self._asdict(), **starts})


def read_request(text: str) -> SandboxRequest:
    """Return the request that `to_json` wrote."""
    values = json.loads(text)
    values["private"] = SandboxStart(**values["private"])
    values["plain"] = SandboxStart(**values["plain"])
    values["binds"] = [(source, target) for source, target in values["binds"]]
    return SandboxRequest(**values)
