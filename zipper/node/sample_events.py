"""Sample events in AWS's shapes, one for each of the services that invoke functions most often.

In: a name. Out: the JSON document in `samples/`. Source: the events that the services' chapters of
the Lambda developer guide show.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from zipper.errors import UsageError

__all__ = ["SAMPLES", "read_sample"]

SAMPLES: Final = (
    "api-gateway-v2", "dynamodb", "eventbridge", "kinesis", "s3-put", "schedule", "sns", "sqs",
)  # fmt: skip

_FOLDER: Final = Path(__file__).with_name("samples")


def read_sample(name: str) -> bytes:
    """Return the sample event called `name`, a JSON document.

    Raises:
        UsageError: EUSAGE for a name that is not in SAMPLES.
    """
    if name not in SAMPLES:
        raise UsageError(
            "EUSAGE",
            f"there is no sample event `{name}`",
            facts=(("samples", ", ".join(SAMPLES)),),
            hint="name one of these, or pass a file with `--event`",
        )
    return (_FOLDER / f"{name}.json").read_bytes()
