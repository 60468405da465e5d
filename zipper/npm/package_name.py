"""What npm admits as the name of a package.

In: a name. Out: what is wrong with it. Source: validate-npm-package-name 7, "old" packages: names
that were once published may have capitals and more than 214 characters.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from zipper.npm.ecmascript import encode_uri_component, trim

__all__ = ["find_name_faults", "is_valid_name"]

_SCOPED: Final = re.compile("@([^/]+)/([^/]+)")
_RESERVED: Final = ("node_modules", "favicon.ico")


@lru_cache(maxsize=1 << 14)
def find_name_faults(name: str) -> tuple[str, ...]:
    """Return what keeps npm from taking `name`, each a clause such as `it is empty`."""
    faults = []
    if not name:
        faults.append("it is empty")
    if name.startswith((".", "-", "_")):
        faults.append(f"it begins with `{name[0]}`")
    if trim(name) != name:
        faults.append("it has white space at an end")
    if name.lower() in _RESERVED:
        faults.append("the name is reserved")
    if encode_uri_component(name) != name:
        scoped = _SCOPED.fullmatch(name)
        if scoped is None or any(encode_uri_component(part) != part for part in scoped.groups()):
            faults.append("it has characters that a URL cannot hold")
        elif scoped[2].startswith("."):
            faults.append("the part after the scope begins with `.`")
    return tuple(faults)


def is_valid_name(name: str) -> bool:
    """Return whether npm takes `name`."""
    return not find_name_faults(name)
