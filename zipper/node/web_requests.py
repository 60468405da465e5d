"""The requests that a web function is sent. Pure.

In: what was typed or passed: `GET /path`, `/path`, or a document with `method`, `path`, `headers`
and `body`. Out: the document that the bootstrap reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from zipper.errors import UsageError

__all__ = ["is_request_line", "make_request", "parse_request"]

_LINE: Final = re.compile(r"(?:([A-Z]{3,10})\s+)?(/\S*)")
_KEYS: Final = ("method", "path", "headers", "body")


def is_request_line(text: str) -> bool:
    """Return whether `text` is a request itself, and no name of a file that has one."""
    text = text.strip()
    return text.startswith("{") or (_LINE.fullmatch(text) is not None and text[-5:] != ".json")


def parse_request(text: str | bytes) -> bytes:
    """Return the document of a request line, or of JSON.

    Raises:
        UsageError: EUSAGE for what is neither.
    """
    line = text.strip() if isinstance(text, str) else ""
    found = _LINE.fullmatch(line)
    if found is not None:
        return make_request({"method": found[1] or "GET", "path": found[2]})
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as cause:
        raise _no_request(f"it is neither a request line nor JSON: {cause}") from cause
    return make_request(document)


def make_request(document: object) -> bytes:
    """Return a request with all its keys; a body that is no text is sent as JSON.

    Raises:
        UsageError: EUSAGE for unknown keys, and for values of another type.
    """
    if not isinstance(document, Mapping):
        raise _no_request("it is no object")
    unknown = [key for key in document if key not in _KEYS]
    if unknown:
        raise _no_request(f"it has the key `{unknown[0]}`; known are {', '.join(_KEYS)}")
    method, path = document.get("method", "GET"), document.get("path", "/")
    headers, body = document.get("headers", {}), document.get("body")
    if not (isinstance(method, str) and re.fullmatch("[A-Za-z]{3,10}", method)):
        raise _no_request(f"its method is `{method}`")
    if not (isinstance(path, str) and path.startswith("/") and path.isprintable()):
        raise _no_request(f"its path is `{path}`, which does not begin with `/`")
    if not isinstance(headers, Mapping):
        raise _no_request("its headers are no object")
    sent = {str(name): str(value) for name, value in headers.items()}
    if body is not None and not isinstance(body, str):
        body = json.dumps(body)
        if "content-type" not in {name.lower() for name in sent}:
            sent["content-type"] = "application/json"
    request = {"method": method.upper(), "path": path, "headers": sent, "body": body}
    return json.dumps(request).encode()


def _no_request(problem: str) -> UsageError:
    return UsageError(
        "EUSAGE",
        f"a request cannot be sent: {problem}",
        hint="--request 'GET /', or a JSON file: "
        '{"method": "POST", "path": "/items", "headers": {}, "body": {"id": 7}}',
    )
