"""What a finding about sizes says to leave out can be left out, and that is enough."""

from __future__ import annotations

import io
import re
import shlex
import zipfile

import pytest
from support.checking import check_files

from zipper.checks.run_rules import check_zip
from zipper.project.own_files import parse_patterns
from zipper.target import Target

H = "exports.handler = async () => 1;"
BIG = "x" * 9_000


def leave_out(files: dict[str, str], hint: str) -> dict[str, str]:
    """Return the files without those that the options of a hint leave out."""
    options = [
        word for text in re.findall(r"`(--exclude .+?)`", hint) for word in shlex.split(text)
    ]
    assert {"--exclude"} == set(options[::2])
    is_unwanted = parse_patterns(options[1::2])
    return {name: text for name, text in files.items() if is_unwanted(name) is not True}


@pytest.mark.parametrize(
    "files",
    [
        {"index.js": H, "assets/a.bin": BIG},
        {"index.js": f"require('./src/a'); {H}", "src/a.js": "", "src/b.js": BIG},
        {"index.js": f"require('./src/a'); {H}", "src/a.js": "", "src/old/b.js": BIG},
        {"index.js": f"require('./src'); {H}", "src/index.json": "{}", "src/b.json": BIG},
        {"index.js": H, "odd [x]/b's*.bin": BIG},
        {"index.js": H, "#a.bin": BIG},
        {"index.js": H, "!a.bin": BIG},
        {"index.js": H, " a.bin ": BIG},
        {"index.js": H, "a\t": BIG},
        {"index.js": H, "node_modules/a/a.d.mts": BIG},
        {"index.js": H, "node_modules/a/a.d.cts": BIG, "a.d.ts": BIG},
        {"index.js": H, "node_modules/a/a.js.map": BIG},
    ],
)
def test_what_the_hint_leaves_out_mends(files: dict[str, str]) -> None:
    """Whatever the names are, and whatever the handler needs of the same folder."""
    options = {
        "handler": "index.handler",
        "runtime": "nodejs24.x",
        "max_unzipped_size_bytes": 5_000,
    }
    (found,) = [one for one in check_files(files, **options).findings if one.code == "size-budget"]

    report = check_files(leave_out(files, found.hint), **options)

    assert set() == {one.code for one in report.findings if one.severity == "error"}


def test_bytes_of_the_zip_are_counted_zipped() -> None:
    """What would be saved is compared with what has to go."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.js", H)
        archive.writestr("node_modules/a/a.js.map", "x" * 1_000_000)
    report = check_zip(data.getvalue(), path="f.zip", target=Target(), max_size_bytes=300)
    (found,) = [one for one in report.findings if one.code == "size-budget"]

    (size,) = re.findall(r"source maps \(([\d,]+) bytes", found.hint)
    assert int(size.replace(",", "")) < report.size_bytes
