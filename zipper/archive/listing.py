"""A zip's members as values.

In: bytes of a zip that the caller has mapped or read. Out: a `Listing`. Nothing here opens a file.
"""

from __future__ import annotations
