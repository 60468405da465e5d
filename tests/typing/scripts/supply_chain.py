"""Advisories, licences, reasons and the bill of materials of one zip."""

from __future__ import annotations

from pathlib import Path

import zipper

audit: zipper.Audit = zipper.audit("fn", level="high", ignore="GHSA-1 until 2027-01-31")
if not audit.ok:
    raise SystemExit(str(audit))

Path("fn.cdx.json").write_text(zipper.sbom("fn.zip", format="cyclonedx"), encoding="utf-8")
rows: tuple[zipper.LicenceRow, ...] = zipper.licenses(Path("fn.zip"))
print({row.licence for row in rows})

inventory: zipper.Inventory = zipper.explain("fn.zip")
largest = max(inventory.packages, key=lambda row: row.size_bytes)
reason: zipper.Explanation = zipper.explain("fn.zip", largest.name)
print([copy.node.location for copy in reason.copies])
