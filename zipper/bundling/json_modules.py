"""JSON that an ES module imports as TypeScript lets it: Node needs a module of its own for that.

In: a JSON file. Out: an ES module that exports what it holds.
"""

from __future__ import annotations

import json
import re
from typing import Final

from zipper.late_pattern import late_pattern

__all__ = ["JSON_MODULE", "wrap_json"]

JSON_MODULE: Final = ".mjs"
"""Added to the name of a JSON file that an ES module imports without `with { type: "json" }`."""
_NAME: Final = late_pattern(r"[A-Za-z_$][\w$]*", re.ASCII)


def wrap_json(path: str, data: bytes) -> str:
    """Return an ES module that exports what a JSON file holds, by default and by its names."""
    name = json.dumps(f"./{path.rpartition('/')[2]}")
    try:
        value = json.loads(data.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        value = None  # Node says what is wrong with it
    names = [key for key in value if _NAME.fullmatch(key)] if isinstance(value, dict) else []
    lines = [
        'import { createRequire } from "node:module";',
        f"const data = createRequire(import.meta.url)({name});",
        "export default data;",
    ]
    for number, key in enumerate(names):
        lines += [f"const name{number} = data.{key};", f"export {{ name{number} as {key} }};"]
    return "\n".join([*lines, ""])
