"""Reading and writing the objects of a shared store, wherever it is, with obstore (extra `store`).

In: an address (`s3://`, `gs://`, `az://`, `file://`, `https://`) and names. Out: bytes, or None.
Effects: the network, files. Credentials are those that the service's own tools take: variables,
roles. What fails is an `UnreachableError`: it makes a build slower, never wrong.
"""

from __future__ import annotations

import importlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from zipper.errors import UsageError
from zipper.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Objects", "UnreachableError", "open_objects"]

_SCHEMES: Final = ("s3", "gs", "az", "file", "https")

_RETRIES: Final = 2
_RETRY_SECONDS: Final = 20
_CONNECT_SECONDS: Final = 5
_BODY_SECONDS: Final = 120
"""For one object: the largest package may have 250 MB."""

_PLAIN_HTTP: Final = ("AWS_ALLOW_HTTP", "AZURE_ALLOW_HTTP", "GOOGLE_ALLOW_HTTP")
"""Variables by which a user lets a service of their own be reached without TLS; obstore's names."""


class UnreachableError(Exception):
    """What a store did not do; the text has no secret, and is one line."""


class Objects:
    """The objects below one address. Safe for many threads."""

    def __init__(self, url: str, library: Any, store: Any) -> None:  # noqa: ANN401  (an extra's)
        self.url = url
        self._library = library
        self._store = store

    @property
    def can_write(self) -> bool:
        """Whether objects can be put: not by plain `https://`."""
        return not self.url.startswith("https:")

    @property
    def can_list(self) -> bool:
        """Whether the names in a folder can be had."""
        return self.can_write

    def get(self, name: str, *, max_bytes: int) -> bytes | None:
        """Return an object; None where there is none, or one that is larger.

        Raises:
            UnreachableError: whatever else the store answers.
        """
        try:
            found = self._library.get(self._store, name)
            return bytes(found.bytes()) if found.meta["size"] <= max_bytes else None
        except FileNotFoundError:
            return None
        except Exception as cause:  # noqa: BLE001  (the library raises what it likes)
            raise _explain(cause) from None

    def size_of(self, name: str) -> int | None:
        """Return the bytes that an object has; None where there is none.

        Raises:
            UnreachableError: whatever else the store answers.
        """
        try:
            size: int = self._library.head(self._store, name)["size"]
        except FileNotFoundError:
            return None
        except Exception as cause:  # noqa: BLE001  (as above)
            raise _explain(cause) from None
        return size

    def put(self, name: str, data: bytes, *, replace: bool = False) -> bool:
        """Put an object as a whole; False where there is one already, which stays.

        Raises:
            UnreachableError: whatever else the store answers.
        """
        mode = "overwrite" if replace else "create"
        try:
            self._library.put(self._store, name, data, mode=mode, use_multipart=False)
        except self._library.exceptions.AlreadyExistsError:
            return False
        except Exception as cause:  # noqa: BLE001  (as above)
            raise _explain(cause) from None
        return True

    def list_names(self, folder: str) -> Iterator[str]:
        """Yield the names of all objects below `folder`, which ends with a slash.

        Raises:
            UnreachableError: the store does not answer, or cannot list.
        """
        try:
            for page in self._library.list(self._store, prefix=folder):
                yield from (row["path"] for row in page)
        except Exception as cause:  # noqa: BLE001  (as above)
            raise _explain(cause) from None


def open_objects(url: str, *, environ: Mapping[str, str], retries: int = _RETRIES) -> Objects:
    """Return what reads and writes at `url`; nothing is requested yet.

    Args:
        url: of the store.
        environ: the process's variables.
        retries: of a request that the service cannot answer now; few where a registry can.

    Raises:
        UsageError: EUSAGE for an address that is none, or with a credential in it; without obstore.
    """
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not (parts.netloc or parts.scheme == "file"):
        raise UsageError(
            "EUSAGE",
            f"`store_url` cannot be `{redact(url)[:200]}`",
            hint="write `s3://BUCKET/FOLDER`, `gs://...`, `az://...` or `file:///FOLDER`; "
            "`https://...` can be read alone",
        )
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UsageError(
            "EUSAGE",
            f"`store_url` holds a credential: `{redact(url)[:200]}`",
            hint="leave it out: the credentials are those of the service's own variables, such as "
            "AWS_ACCESS_KEY_ID",
        )
    try:
        library = importlib.import_module("obstore")
        stores = importlib.import_module("obstore.store")
    except ImportError:
        raise UsageError(
            "EUSAGE",
            "`store_url` needs the package `obstore`, which is not installed",
            hint="install it: `pip install zipper-nodejs[store]`",
        ) from None
    options: dict[str, Any] = {}
    if parts.scheme != "file":
        retry = {
            "max_retries": retries,
            "retry_timeout": timedelta(seconds=_RETRY_SECONDS),
            "backoff": {"max_backoff": timedelta(seconds=1)},
        }
        client: dict[str, Any] = {
            "timeout": timedelta(seconds=_BODY_SECONDS),
            "connect_timeout": timedelta(seconds=_CONNECT_SECONDS),
        }
        if any(environ.get(name, "").lower() in ("1", "true") for name in _PLAIN_HTTP):
            client["allow_http"] = True
        options = {"retry_config": retry, "client_options": client}
    else:
        options = {"mkdir": True}
    try:
        store = stores.from_url(url, **options)
    except Exception as cause:  # noqa: BLE001  (as above)
        raise UsageError(
            "EUSAGE",
            f"`store_url` cannot be opened: {_explain(cause)}",
            hint="see `python -m zipper help store`",
        ) from None
    return Objects(url, library, store)


def _explain(cause: Exception) -> UnreachableError:
    """Return the first line of what the library says: it adds its own source's values."""
    text = str(cause).strip().partition("\n")[0]
    text = text.partition("Debug source")[0].partition("<?xml")[0].strip().rstrip(":")
    return UnreachableError(redact(text)[:300] or type(cause).__name__)
