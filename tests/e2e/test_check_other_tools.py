"""Zips of other tools are read as they are meant, and what their habits break is told."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

import zipper
from tests.support.lambda_node import require_node
from tests.support.npm import require_npm
from tests.support.shared import REPOSITORY

FILES = {
    "index.js": b"exports.handler = async () => require('a');\n",
    "bin/run": b"#!/bin/sh\n",
    "node_modules/a/package.json": b'{"name": "a", "version": "1.0.0"}',
    "node_modules/a/index.js": b"module.exports = 1;\n",
    "\u00e9.txt": b"text",
}
WRITERS = {
    "archiver": """
        const zip = new archiver.ZipArchive(); zip.pipe(out); zip.directory("src", false);
        await zip.finalize();""",
    "archiver of streams": """
        const zip = new archiver.ZipArchive(); zip.pipe(out);
        for (const name of names) zip.append(fs.createReadStream(`src/${name}`), { name });
        await zip.finalize();""",
    "archiver as serverless calls it": """
        const zip = new archiver.ZipArchive(); zip.pipe(out);
        for (const name of names) {
          const mode = name.startsWith("bin/") ? 0o755 : 0o644;
          zip.append(read(name), { name, mode, date: new Date(0) });
        }
        await zip.finalize();""",
    "archiver as the CDK calls it": """
        const zip = new archiver.ZipArchive(); zip.pipe(out);
        for (const name of names) {
          const { mode } = fs.statSync(`src/${name}`);
          zip.append(read(name), { name, mode, date: new Date("1980-01-01T00:00:00.000Z") });
        }
        await zip.finalize();""",
    "yazl": """
        const zip = new yazl.ZipFile(); zip.outputStream.pipe(out);
        for (const name of names) zip.addReadStream(fs.createReadStream(`src/${name}`), name);
        zip.end();""",
    "adm-zip": """
        const zip = new AdmZip(); zip.addLocalFolder("src"); out.end(zip.toBuffer());""",
    "jszip": """
        const zip = new JSZip(); for (const name of names) zip.file(name, read(name));
        out.end(await zip.generateAsync({ type: "nodebuffer", streamFiles: true }));""",
    "fflate": """
        out.end(fflate.zipSync(Object.fromEntries(names.map((name) => [name, read(name)]))));""",
}
_HEAD = """
import fs from "node:fs";
import * as archiver from "archiver";
import yazl from "yazl";
import AdmZip from "adm-zip";
import JSZip from "jszip";
import * as fflate from "fflate";
const names = process.argv.slice(2);
const read = (name) => fs.readFileSync(`src/${name}`);
const out = fs.createWriteStream("out.zip");
"""


class _Pipe(io.RawIOBase):
    """A file that cannot go back, so that the writer has to use data descriptors."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return self._file.write(data)  # type: ignore[arg-type]

    def close(self) -> None:
        self._file.close()
        super().close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The files in a folder, with the modes that they should have."""
    for name, content in FILES.items():
        place = tmp_path / "src" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        place.chmod(0o755 if name.startswith("bin/") else 0o644)
    return tmp_path / "src"


def _codes(path: Path) -> dict[str, str]:
    report = zipper.check(path, handler="index.handler", cache_dir=path.parent / "cache")
    assert len(FILES) == report.files
    return {f.code: f.severity for f in report.findings if f.severity != "info"}


def test_pythons_writer_to_a_pipe(source: Path, tmp_path: Path) -> None:
    """Sizes behind the data, in data descriptors, are found in the directory."""
    path = tmp_path / "out.zip"
    with _Pipe(path) as pipe, zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name in FILES:
            archive.write(source / name, name)
    assert b"PK\x07\x08" in path.read_bytes()
    assert {} == _codes(path)


def test_pythons_writestr(tmp_path: Path) -> None:
    """`writestr` stores mode 0600, which the function's user cannot read."""
    path = tmp_path / "out.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    report = zipper.check(path, handler="index.handler", cache_dir=tmp_path / "cache")
    told = {(found.code, found.severity) for found in report.findings}

    assert {("mode-unreadable", "error"), ("mode-not-executable", "warning")} <= told


def test_powershells_backslashes(tmp_path: Path) -> None:
    """Windows PowerShell 5 writes a backslash, which is one odd name on Linux."""
    path = tmp_path / "out.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in FILES.items():
            info = zipfile.ZipInfo("x")
            info.filename, info.create_system, info.external_attr = name.replace("/", "\\"), 0, 0
            archive.writestr(info, content)
    assert "error" == _codes(path)["zip-name-unsafe"]


@pytest.mark.parametrize("options", [(), ("-0",), ("-X",), ("-D",)])
def test_info_zip(source: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    """Extra fields, folder entries and stored members are all well."""
    program = shutil.which("zip")
    if program is None:
        pytest.skip("no Info-ZIP on the PATH")
    path = tmp_path / "out.zip"
    subprocess.run([program, "-qr", *options, path, "."], cwd=source, check=True)
    assert {} == _codes(path)


DOTTED = {"zip-name-unsafe": "warning"}
"""Names that begin with `./` are read as an unzip does, and told."""
PADDED = {"zip-unreadable": "warning"}
"""bsdtar fills up what it writes to a pipe with zeros, behind the zip's end."""
MODELESS = {"mode-not-executable": "warning"}
PROGRAMS = {
    "zip to a pipe": ("zip -qr - . | cat > out.zip", {}),
    "bsdtar": ("bsdtar -acf out.zip *", {}),
    "bsdtar of a folder": ("bsdtar -acf out.zip .", DOTTED),
    "bsdtar, stored": ("bsdtar --format=zip --options zip:compression=store -cf out.zip *", {}),
    "bsdtar to a pipe": ("bsdtar --format=zip -cf - * | cat > out.zip", PADDED),
    "7z": ("7z a -tzip -bso0 out.zip .", {}),
    "7z, stored": ("7z a -tzip -bso0 -mx=0 out.zip .", {}),
    "7z by another method": ("7z a -tzip -bso0 -mm=LZMA out.zip .", {"zip-method": "error"}),
    "7z with a password": ("7z a -tzip -bso0 -pp out.zip .", {"zip-encrypted": "error"}),
    "jar": ("jar cfM out.zip .", MODELESS),
    "python3": ("python3 -m zipfile -c out.zip *", {}),
}
"""What is typed in the folder that is packed, and what is found."""
ZIPS = REPOSITORY / "fixtures" / "zips"
"""What each of them made of the same files."""


@pytest.mark.parametrize("tool", PROGRAMS)
def test_zips_of_programs(tmp_path: Path, tool: str) -> None:
    """Descriptors, padding, folder entries and foreign extra fields are all read."""
    name = tool.replace(",", "").replace(" ", "-")
    path = Path(shutil.copy(ZIPS / f"{name}.zip", tmp_path))

    assert PROGRAMS[tool][1] == _codes(path)


@pytest.mark.parametrize(
    "tool", [tool for tool, (words, _) in PROGRAMS.items() if shutil.which(words.split()[0])]
)
def test_programs_of_this_machine(source: Path, tmp_path: Path, tool: str) -> None:
    """Those that are here, whatever their version, still make what the fixtures have."""
    words, expected = PROGRAMS[tool]
    (source / "index.js").write_bytes(FILES["index.js"] + b"// a line that repeats itself\n" * 99)
    # The zip lies beside the folder, so that no tool packs it too.
    line = f"set -o pipefail; {words.replace('out.zip', '../out.zip')}"
    subprocess.run(["bash", "-c", line], cwd=source, check=True, capture_output=True)
    assert expected == _codes(tmp_path / "out.zip")


@pytest.mark.network
@pytest.mark.node
@pytest.mark.usefixtures("source")
def test_writers_in_javascript(tmp_path: Path) -> None:
    """Those that know modes lose nothing; without modes only the program cannot be started."""
    require_npm()
    require_node()
    packages = ("archiver@8", "yazl", "adm-zip", "jszip", "fflate")
    words = ["npm", "install", "--no-save", "--silent", "--ignore-scripts", *packages]
    subprocess.run(words, cwd=tmp_path, check=True)
    found = {name: _write(tmp_path, text) for name, text in WRITERS.items()}
    whole, modeless = {}, MODELESS
    assert {
        "archiver": whole,
        "archiver of streams": modeless,
        "archiver as serverless calls it": whole,
        "archiver as the CDK calls it": whole,
        "yazl": modeless,
        "adm-zip": whole,
        "jszip": modeless,
        "fflate": modeless,
    } == found


def _write(folder: Path, text: str) -> dict[str, str]:
    (folder / "write.mjs").write_text(_HEAD + text, encoding="utf-8")
    subprocess.run(["node", "write.mjs", *FILES], cwd=folder, check=True)
    return _codes(folder / "out.zip")
