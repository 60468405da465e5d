"""Files of variables (`.env`), as yarn reads them: `NAME=value` on each line.

In: the text. Out: names and values.

Source: dotenv 16 lib/main.js `parse`, which yarn 4 has built in.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["parse_env_file"]

_LINE: Final = re.compile(
    r"""^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)
    (\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^\#\r\n]+)?
    \s*(?:\#.*)?$""",
    re.MULTILINE | re.VERBOSE | re.ASCII,
)

_QUOTED: Final = re.compile(r"""(['"`])(.*)\1""", re.DOTALL)


def parse_env_file(text: str) -> dict[str, str]:
    r"""Return the variables that a file sets; a later line wins. What is no such line is no error.

    Quotes around a value are left out; within double ones, `\n` and `\r` are ends of lines.
    """
    found = {}
    for name, value in _LINE.findall(text.replace("\r\n", "\n").replace("\r", "\n")):
        value = value.strip()  # noqa: PLW2901  (as it is written, then as it is meant)
        quoted = _QUOTED.fullmatch(value)
        inner = value if quoted is None else quoted[2]
        is_double = value.startswith('"')
        found[name] = inner.replace("\\n", "\n").replace("\\r", "\r") if is_double else inner
    return found
