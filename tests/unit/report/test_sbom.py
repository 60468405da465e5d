"""SBOMs: valid by the official schemas, and the same for the same zip."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from zipper.npm.integrity import parse_integrity
from zipper.npm.package_json import parse_manifest
from zipper.report.inventory import File, Inventory

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.npm.integrity import Integrity

CREATED = datetime(1980, 1, 1, tzinfo=UTC)


def inventory() -> Inventory:
    manifests = {
        "": {"name": "fn", "version": "1.0.0", "dependencies": {"a": "1", "@s/b": "1"}},
        "node_modules/a": {"name": "a", "version": "1.0.0", "license": "(MIT OR Apache-2.0)"},
        "node_modules/@s/b": {
            "name": "@s/b", "version": "2.0.0", "license": "SEE LICENSE IN x",
            "dependencies": {"a": "*", "é": "*"},
        },
        "node_modules/é": {"name": "é", "version": "1.0.0"},
        "node_modules/broken": {},
    }  # fmt: skip
    return Inventory(
        "fn.zip",
        1_000,
        tuple(File(f"{folder}/package.json".lstrip("/"), 10, 9) for folder in manifests),
        {folder: parse_manifest(raw) for folder, raw in manifests.items()},
        {
            "node_modules/a": parse_hashes("sha512", 64, "sha1", 20),
            "node_modules/@s/b": parse_hashes("sha224", 28, "md5", 16),
            "node_modules/é": parse_hashes("sha512", 3),
        },
    )


def parse_hashes(*parts: str | int) -> Integrity:
    """Return hashes of so many bytes by these algorithms."""
    pairs = zip(parts[::2], parts[1::2], strict=True)
    texts = [f"{name}-{b64encode(bytes(int(count))).decode()}" for name, count in pairs]
    found = parse_integrity(" ".join(texts))
    assert found is not None
    return found


def test_cyclonedx_is_valid() -> None:
    """The document fits the official JSON schema, strictly."""
    pytest.importorskip("cyclonedx")
    pytest.importorskip("jsonschema")
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415  (an optional dependency)
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    from zipper.report.cyclonedx import make_cyclonedx  # noqa: PLC0415

    text = make_cyclonedx(inventory(), created=CREATED)

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    document = json.loads(text)
    hashes = {
        row["name"]: [(one["alg"], len(one["content"])) for one in row["hashes"]]
        for row in document["components"]
        if "hashes" in row
    }
    assert {"a": [("SHA-1", 40), ("SHA-512", 128)], "b": [("MD5", 32)]} == hashes
    assert ["pkg:npm/%40s/b@2.0.0", "pkg:npm/%c3%a9@1.0.0", "pkg:npm/a@1.0.0"] == sorted(
        component["purl"].lower() for component in document["components"] if "version" in component
    )
    assert ["node_modules/a", "node_modules/é"] == sorted(
        component["properties"][0]["value"]
        for component in document["components"]
        for row in document["dependencies"]
        if row["ref"] == "node_modules/@s/b" and component["bom-ref"] in row["dependsOn"]
    )


def test_spdx_is_valid(tmp_path: Path) -> None:
    """The document passes the full validation of SPDX's own library."""
    pytest.importorskip("spdx_tools")
    from spdx_tools.spdx.parser.parse_anything import parse_file  # noqa: PLC0415
    from spdx_tools.spdx.validation.document_validator import (  # noqa: PLC0415
        validate_full_spdx_document,
    )

    from zipper.report.spdx import make_spdx  # noqa: PLC0415

    path = tmp_path / "fn.spdx.json"
    path.write_text(make_spdx(inventory(), created=CREATED), encoding="utf-8")

    assert [] == validate_full_spdx_document(parse_file(str(path)))
    rows = json.loads(path.read_text("utf-8"))["packages"]
    assert {
        "a": {("SHA512", 128), ("SHA1", 40)}, "@s/b": {("SHA224", 56), ("MD5", 32)}
    } == {
        row["name"]: {(one["algorithm"], len(one["checksumValue"])) for one in row["checksums"]}
        for row in rows
        if "checksums" in row
    }  # fmt: skip


@pytest.mark.parametrize("text", ["@s/", "//", "\ud800", "\x1b[31m", "(((", "", "a" * 5_000])
def test_hostile_manifests_make_valid_documents(text: str, tmp_path: Path) -> None:
    """Names, versions and licences are anybody's text; the documents stay what they are."""
    pytest.importorskip("cyclonedx")
    pytest.importorskip("jsonschema")
    pytest.importorskip("spdx_tools")
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415  (optional dependencies)
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    from zipper.report.cyclonedx import make_cyclonedx  # noqa: PLC0415
    from zipper.report.spdx import make_spdx  # noqa: PLC0415

    raw = {"name": text, "version": text, "license": text, "dependencies": {text: "*"}}
    files = (File("node_modules/q/a.js", 1, 1), File("b.js", 1, 1))
    manifests = {folder: parse_manifest(raw) for folder in ("", "node_modules/q")}
    hostile = Inventory("x.zip", 1, files, manifests)

    document = make_cyclonedx(hostile, created=CREATED)
    (tmp_path / "x.json").write_text(make_spdx(hostile, created=CREATED), encoding="utf-8")

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(document) is None


@pytest.mark.parametrize(
    ("module", "name"),
    [("zipper.report.cyclonedx", "make_cyclonedx"), ("zipper.report.spdx", "make_spdx")],
)
def test_sboms_are_reproducible(module: str, name: str) -> None:
    """Twice the same inventory gives twice the same bytes."""
    make = getattr(pytest.importorskip(module, exc_type=ImportError), name)

    assert make(inventory(), created=CREATED) == make(inventory(), created=CREATED)
