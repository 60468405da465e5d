"""What the resolver's answers rest on besides the registry, noted while they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.tree.asks import PackumentAsk, TarballAsk

if TYPE_CHECKING:
    from zipper.tree.asks import Ask

__all__ = ["Basis"]


class Basis:
    """Tells later whether a tree would be the same again.

    Attributes:
        folders: of the directories that were asked for, a hash of what was there.
        is_lasting: whether nothing else was asked for but packuments. A git branch, a tarball at an
            address of its own and a moment in time are looked at anew each time.
    """

    def __init__(self) -> None:
        self.folders: dict[str, str] = {}
        self.is_lasting = True

    def note(self, ask: Ask) -> None:
        """Note that something was asked for that is no directory."""
        if isinstance(ask, TarballAsk):
            # With an integrity there is one answer only, wherever it comes from.
            self.is_lasting &= ask.integrity is not None
        elif not isinstance(ask, PackumentAsk):
            self.is_lasting = False
