"""The keys of bun.lock, which are locations, and what is behind an `@`.

In: text. Out: its parts.
"""

from __future__ import annotations

__all__ = ["dot_git", "is_version", "owner_of", "split_key"]


def is_version(resolution: str) -> bool:
    """Say whether a resolution is a version of the registry."""
    return resolution[:1].isdigit()


def split_key(key: str) -> list[str]:
    """Return the names in a key; a scope and its package are one."""
    names: list[str] = []
    for part in key.split("/"):
        if names and names[-1].startswith("@") and "/" not in names[-1]:
            names[-1] += f"/{part}"
        else:
            names.append(part)
    return names


def owner_of(key: str) -> str:
    """Return the key of the package whose node_modules holds this one; empty for the root."""
    return "/".join(split_key(key)[:-1])


def dot_git(address: str) -> str:
    """Return `owner/name#commit` as an address of a repository has it."""
    repository, _, commit = address.partition("#")
    return f"{repository}.git#{commit}"
