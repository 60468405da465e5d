"""Handlers that ask one package for everything, as CommonJS and as ES modules.

What a package exports by name is asked of a real Node, so that an import of every name is sure to
be right, and one of another name sure to be wrong.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from support.lambda_loader import FLAGS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Probe", "list_names", "make_probes"]

_TIMEOUT_SECONDS = 60
_NAMES = (
    "const names = Object.keys(await import(process.argv[1]));"
    "console.log('\\n' + JSON.stringify(names)); process.exit(0);"
)


@dataclass(frozen=True, slots=True)
class Probe:
    """One handler: the file's name without its extension, its name, and its text."""

    stem: str
    name: str
    text: str

    @property
    def handler(self) -> str:
        """As a function's configuration has it."""
        return f"{self.stem}.handler"


def make_probes(specifier: str, names: list[str] | None, number: int) -> list[Probe]:
    """Return the handlers about `specifier`; without `names` those that need none.

    Args:
        specifier: as it is asked for.
        names: what `import` finds there; None where it fails.
        number: tells the files of several specifiers apart.
    """
    text = json.dumps(specifier)
    made = [
        ("require", ".js", f"const it = require({text}); exports.handler = async () => typeof it;"),
        (
            "later",
            ".js",
            f"exports.handler = async () => typeof require({text});",
        ),
        ("import", ".mjs", f"import * as it from {text}; export const handler = async () => it;"),
    ]
    if names is not None:
        list_ = ", ".join(f"{json.dumps(name)} as n{i}" for i, name in enumerate(names))
        made.append(
            ("names", ".mjs", f"import {{ {list_} }} from {text}; export const handler = () => 1;")
        )
        made.append(
            (
                "wrong",
                ".mjs",
                f"import {{ zz_nothing }} from {text}; export const handler = () => zz_nothing;",
            )
        )
    return [
        Probe(f"probe{number}_{kind}", f"probe{number}_{kind}{extension}", code)
        for kind, extension, code in made
    ]


def list_names(node: str, major: int, root: Path, specifier: str) -> list[str] | None:
    """Return what `import` of `specifier` from a file in `root` exports; None where it fails."""
    done = subprocess.run(
        [node, *FLAGS.get(major, ()), "--input-type=module", "--eval", _NAMES, specifier],
        cwd=root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode:
        return None
    answer: list[str] = json.loads(done.stdout.rpartition("\n[")[2].join(("[", "")))
    return answer
