"""What a deployment has done, or would do, in lines; values of variables are never among them.

In: steps, and what a function is. Out: lines without line breaks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    class Changed(Protocol):
        """One difference."""

        @property
        def what(self) -> str:
            """What differs."""

        @property
        def before(self) -> str | None:
            """What it was."""

        @property
        def after(self) -> str | None:
            """What it is to be."""

    class Shown(Protocol):
        """A step with its changes."""

        @property
        def kind(self) -> str:
            """What is done."""

        @property
        def changes(self) -> tuple[Changed, ...]:
            """The differences that it removes."""


__all__ = ["describe_step"]

_STEPS: Final = {
    "create-role": ("make the execution role", "made the execution role"),
    "role": ("update the execution role", "updated the execution role"),
    "create": ("create the function", "created the function"),
    "code": ("upload the package", "uploaded the package"),
    "configuration": ("update the configuration", "updated the configuration"),
    "tags": ("set tags", "set tags"),
    "log-retention": ("set how long logs are kept", "set how long logs are kept"),
    "publish": ("publish a version", "published a version"),
    "invoke": ("invoke it with the event", "invoked it, and it answered"),
    "alias": ("move the alias", "moved the alias"),
    "permission": ("set who may call it", "set who may call it"),
    "mapping": ("set what Lambda reads for it", "set what Lambda reads for it"),
    "notification": ("set the bucket's notifications", "set the bucket's notifications"),
    "subscription": ("set the topic's subscription", "set the topic's subscription"),
    "rule": ("set the rule", "set the rule"),
    "target": ("set the rule's target", "set the rule's target"),
    "log-filter": ("set the log group's subscription", "set the log group's subscription"),
    "url": ("set its URL", "set its URL"),
    "delete-alias": ("delete the alias", "deleted the alias"),
    "delete": ("delete the function", "deleted the function"),
    "delete-role": (
        "delete the role",
        "removed zipper's policy, and the role where nothing else is in it",
    ),
}
"""Each kind of step, as it is planned and as it was done."""


def describe_step(step: Shown, *, is_done: bool) -> Iterator[str]:
    """Yield a line for the step, and one for each change."""
    yield _STEPS[step.kind][is_done]
    for change in step.changes:
        before = "nothing" if change.before is None else change.before
        after = "nothing" if change.after is None else change.after
        if change.what.startswith("variable "):
            after = "taken away" if change.after is None else "set"
            yield f"  {change.what}: {'changed' if change.before and change.after else after}"
        else:
            yield f"  {change.what}: {before} -> {after}"
