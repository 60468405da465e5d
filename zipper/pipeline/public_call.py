"""A call of a public function becomes a request.

In: the keywords of the call. Out: the request of the project or function, and who hears of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zipper.pipeline.event_log import listener
from zipper.settings.call import settings_of_call
from zipper.settings.read_settings import read_request

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from zipper.events import OnEvent
    from zipper.settings.build_request import BuildRequest

__all__ = ["read_call"]


def read_call(
    function: str, project: str | os.PathLike[str], options: Mapping[str, Any]
) -> tuple[BuildRequest, OnEvent | None]:
    """Return the request that a call of `function` makes, and what is called with its events.

    Raises:
        ProjectError, UsageError: as `read_request`; EUSAGE for a keyword or a value that is wrong.
    """
    typed = settings_of_call(function, options)
    request = read_request(project, typed, function=options.get("function"))
    return request, listener(options.get("on_event"))
