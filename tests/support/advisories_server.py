"""A database of advisories about Python's packages, asked on loopback as OSV's own service is.

pip-audit asks whichever address it is given (`-s osv --osv-url`), so it can scan where OSV itself
is out of reach, with what is on this disk:

- ZIPPER_OSV_DATABASE, a zip of records in OSV's format, such as OSV's export for PyPI or PyPA's
  advisory database;
- else the package `safety-db`, where somebody has installed it. Its last release is of 2021.
"""

from __future__ import annotations

import importlib.util
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zipfile import ZipFile

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

__all__ = ["find_database", "serve"]

Database = Mapping[str, list[dict]]
"""A package's name to OSV records about it."""


def find_database() -> tuple[Database, str] | None:
    """Return the advisories of this machine and what they are; None where there are none."""
    path = os.environ.get("ZIPPER_OSV_DATABASE")
    if path:
        return _index(_read_zip(Path(path))), f"the database {Path(path).name}"
    found = importlib.util.find_spec("safety_db")
    if found is None or found.origin is None:
        return None
    rows = json.loads(Path(found.origin).with_name("insecure_full.json").read_text("utf-8"))
    return _index(_records_of_safety(rows)), "safety-db, whose last release is of 2021"


@contextmanager
def serve(database: Database) -> Iterator[str]:
    """Answer queries for a package's version as OSV does, and yield the address to ask."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            name, version = asked["package"]["name"], asked["version"]
            vulns = [r for r in database.get(canonicalize_name(name), ()) if _has(r, name, version)]
            body = json.dumps({"vulns": vulns} if vulns else {}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _read_zip(path: Path) -> Iterator[dict]:
    with ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".json"):
                yield json.loads(archive.read(name))


def _records_of_safety(rows: Mapping[str, list[dict]]) -> Iterator[dict]:
    """Yield a record for each row of safety-db; `specs` is its word for which versions."""
    for name, found in rows.items():
        for row in found if not name.startswith("$") else ():
            package = {"name": canonicalize_name(name), "ecosystem": "PyPI"}
            affected = {"package": package, "specs": row["specs"]}
            yield {"id": row["id"], "summary": row["advisory"], "affected": [affected]}


def _index(records: Iterable[dict]) -> Database:
    found: dict[str, list[dict]] = {}
    for record in records:
        for affected in record.get("affected", ()):
            name = canonicalize_name(affected["package"]["name"])
            if affected["package"]["ecosystem"] == "PyPI" and record not in found.get(name, ()):
                found.setdefault(name, []).append(record)
    return found


def _has(record: dict, name: str, version: str) -> bool:
    return any(
        version in affected.get("versions", ())
        or any(Version(version) in SpecifierSet(spec) for spec in affected.get("specs", ()))
        or any(_spans(each["events"], version) for each in _ranges(affected))
        for affected in record["affected"]
        if canonicalize_name(affected["package"]["name"]) == canonicalize_name(name)
    )


def _ranges(affected: dict) -> Iterator[dict]:
    yield from (each for each in affected.get("ranges", ()) if each["type"] == "ECOSYSTEM")


def _spans(events: Iterable[dict], version: str) -> bool:
    """Say whether the version lies in a stretch; the events come in the order of versions."""
    is_in = False
    for event in events:
        kind, text = next(iter(event.items()))
        try:
            reached = Version(text) <= Version(version)
        except InvalidVersion:
            continue
        if kind == "last_affected":
            is_in = is_in and Version(version) <= Version(text)
        elif reached:
            is_in = kind == "introduced"
    return is_in
