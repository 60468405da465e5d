"""What of this machine decides what install scripts make: variables, compilers, the Node that runs.

In: this process's environment, the user's choice of a Node. Out: values for the key of a result.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.node.executables import identify_executable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.store.notes import Notebook

__all__ = ["PASSED", "describe_surroundings"]

PASSED: Final = (
    "PATH", "PATHEXT", "SYSTEMROOT", "COMSPEC", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL", "TZ",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
    "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "CC", "CXX", "CFLAGS", "CXXFLAGS",
    "LDFLAGS", "PYTHON", "LD_LIBRARY_PATH",
)  # fmt: skip
"""What a compiler or a download needs of the caller's environment. No token is among them."""

_PLACES: Final = frozenset({"PATH", "PATHEXT", "SYSTEMROOT", "COMSPEC", "TEMP", "TMP", "TMPDIR"})
"""Those that say where things are, and differ from shell to shell: what is found there counts."""

_TOOLS: Final = ("npm", "cc", "c++", "gcc", "g++", "clang", "clang++", "make", "python3")
"""What node-gyp and scripts start."""


def describe_surroundings(
    choice: str | None, notebook: Notebook, environment: Mapping[str, str] = os.environ
) -> list[list[object]]:
    """Return rows that are the same where scripts would find the same.

    Args:
        choice: the Node that the user asks for, which may be a path.
        notebook: remembers the digests of programs.
        environment: this process's variables.
    """
    names = [name for name in PASSED if name not in _PLACES]
    variables: list[list[object]] = [[name, environment.get(name)] for name in names]
    named = (environment.get(name) for name in ("CC", "CXX", "PYTHON"))
    tools = (*_TOOLS, *filter(None, named))
    path = environment.get("PATH")
    nodes = [_identify(name, path, notebook) for name in ("node", *filter(None, (choice,)))]
    return [*variables, *([name, digest] for name, _, digest in nodes)] + [
        _identify(tool, path, notebook) for tool in tools
    ]


def _identify(name: str, path: str | None, notebook: Notebook) -> list[object]:
    """Return a program's name, where it is, links followed, and its digest; None where it is not.

    One that is replaced may keep size and time. A compiler finds its parts from where it is.
    """
    found = shutil.which(name, path=path)
    if found is None:
        return [name, None, None]
    real = Path(os.path.realpath(found))
    return [name, str(real), identify_executable(real, notebook)]
