"""The checksums that pnpm writes into its lockfile for the files beside it.

In: texts and decoded settings. Out: what each pnpm makes of them: 7 to 9 MD5, 10 and later SHA-256.

Source: pnpm's `@pnpm/crypto.hash`, `@pnpm/crypto.object-hasher` (over object-hash 3, whose keys and
lists are sorted), and `createObjectChecksum` of pnpm 7 to 9.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["hash_extensions", "hash_text"]


def hash_text(*texts: str) -> tuple[str, ...]:
    """Return what each pnpm writes for files with these texts, whatever their line ends.

    In base 32 (pnpm 7 to 9: of a single file), in hexadecimal (a patch), and with a prefix (hooks).
    """
    hashes = [hashlib.sha256(_plain(text)) for text in texts]
    prefixed = [f"sha256-{base64.b64encode(one.digest()).decode()}" for one in hashes]
    if len(texts) > 1:
        whole = hashlib.sha256(",".join(prefixed).encode()).digest()
        return (f"sha256-{base64.b64encode(whole).decode()}",)
    old = hashlib.md5(_plain(texts[0]), usedforsecurity=False).digest()
    return (base64.b32encode(old).decode().rstrip("=").lower(), hashes[0].hexdigest(), *prefixed)


def hash_extensions(extensions: Mapping[str, object], *, like: str) -> tuple[str, ...]:
    """Return what `packageExtensions` may have for a checksum, of the kind that `like` is.

    Of YAML only texts are known here, so that a number may be one or a text.
    """
    typed = _type(extensions, numbers=True)
    texts = _type(extensions, numbers=False)
    if like and not like.startswith("sha256-"):
        # pnpm 7 takes the keys as they come, 8 and 9 sort them.
        return tuple(
            hashlib.md5(_json(one, sort_keys=sort), usedforsecurity=False).hexdigest()
            for one in (typed, texts)
            for sort in (True, False)
        )
    written = (_write(one).encode("utf-8", "surrogatepass") for one in (typed, texts))
    return tuple(
        f"sha256-{base64.b64encode(hashlib.sha256(one).digest()).decode()}" for one in written
    )


def _plain(text: str) -> bytes:
    return text.replace("\r\n", "\n").encode("utf-8", "surrogatepass")


def _json(value: object, *, sort_keys: bool) -> bytes:
    text = json.dumps(value, sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def _type(value: object, *, numbers: bool) -> object:
    """Return a value with the types that its texts have in YAML."""
    if isinstance(value, dict):
        return {key: _type(one, numbers=numbers) for key, one in value.items()}
    if isinstance(value, list):
        return [_type(one, numbers=numbers) for one in value]
    if value in ("true", "false"):
        return value == "true"
    return int(value) if numbers and isinstance(value, str) and value.isdigit() else value


def _write(value: object) -> str:
    """Return the text that object-hash makes of a value before it hashes it."""
    if isinstance(value, dict):
        rows = "".join(f"{_write(key)}:{_write(value[key])}," for key in sorted(value))
        return f"object:{len(value)}:{rows}"
    if isinstance(value, list):
        items = [_write(one) for one in value]
        if len(items) > 1:
            items = [_write(one) for one in sorted(items)]
        return f"array:{len(value)}:{''.join(items)}"
    if isinstance(value, bool):
        return f"bool:{str(value).lower()}"
    if isinstance(value, int | float):
        return f"number:{value}"
    if value is None:
        return "Null"
    text = str(value)
    return f"string:{len(text.encode('utf-16-le', 'surrogatepass')) // 2}:{text}"
