"""Text that a reader sees as it is: nothing in it steers a terminal or hides what it says.

In: names, messages and logs, which are anybody's. Out: text for a terminal, or JSON.
"""

from __future__ import annotations

from typing import Final

__all__ = ["escape_json", "show"]

_HIDDEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Controls, marks of direction and of no width, separators of lines. Source: Unicode 15, table 12;
they are what `Trojan Source` (CVE-2021-42574) is made of."""


def show(text: str) -> str:
    """Return one line of text with a replacement character for each hidden one but the tab."""
    if text.isprintable():
        return text
    return "".join("\ufffd" if _is_hidden(letter) and letter != "\t" else letter for letter in text)


def escape_json(text: str) -> str:
    """Return a JSON document that means the same, with each hidden character as an escape."""
    lines = text.split("\n")
    return "\n".join(line if line.isprintable() else _escape(line) for line in lines)


def _escape(line: str) -> str:
    units = (letter.encode("utf-16-be").hex() if _is_hidden(letter) else letter for letter in line)
    return "".join(
        unit if len(unit) == 1 else "".join(f"\\u{unit[i : i + 4]}" for i in range(0, len(unit), 4))
        for unit in units
    )


def _is_hidden(letter: str) -> bool:
    import unicodedata  # noqa: PLC0415  (few texts have such a letter)

    return not letter.isprintable() and unicodedata.category(letter) in _HIDDEN
