"""The last large file that was parsed is kept, and only that one."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from zipper.checks.module_reader import ModuleReader

if TYPE_CHECKING:
    from zipper.checks.filesystem import FileSystem


def test_the_last_large_file_is_kept() -> None:
    """The same bytes are parsed once; another file's bytes take their place."""
    reader = ModuleReader(cast("FileSystem", None), None, {})
    one, two = (b"f%d();\n" % number * 30_000 for number in (1, 2))

    first = reader.source_of(one)
    again = reader.source_of(one)
    second = reader.source_of(two)

    assert first is not None
    assert first is again
    assert second is not None
    assert two == second.content
