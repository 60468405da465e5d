"""A gate in CI: each zip is judged, and the report kept."""

from __future__ import annotations

import sys
from pathlib import Path

import zipper


def main(paths: list[str]) -> int:
    failed = 0
    for path in paths:
        report: zipper.Report = zipper.check(
            path, target="nodejs22.x", layers=["sdk.zip"], ignore={"junk-file"}, strict=True
        )
        Path(path).with_suffix(".json").write_text(report.to_json(), encoding="utf-8")
        errors: list[zipper.Finding] = [one for one in report.findings if one.severity == "error"]
        for finding in errors:
            print(f"{path}: {finding.code}: {finding.message} ({finding.hint})")
        failed += not report.ok
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
