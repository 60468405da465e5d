"""Commands where links need a privilege: the files that npm writes on Windows."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from zipper.layout.command_shims import make_command_shims
from zipper.pipeline.node_modules import link_bins
from zipper.tree.bins import BinLink

CONTENTS = {
    "node by env": b"#!/usr/bin/env node\nconsole.log(1)\n",
    "with an argument": b"#!/usr/bin/env -S node --no-warnings\r\n1",
    "with variables": b"#!/usr/bin/env NODE_PATH=$HOME/lib:${X} A= B=1 B=2 node --x\n",
    "a program": b"#!/bin/sh -e\n",
    "a Windows path": b"#!C:\\tools\\node.exe\n",
    "in quotes": b'#!"node"\n',
    "white space first": b"\n  #!/usr/bin/env node\n",
    "nothing names a program": b"\x7fELF\x02",
    "empty": b"",
}
TARGET = "../a b/bin/cli.js"

_ORACLE = """
const path = require('path'), fs = require('fs'), os = require('os');
const shim = require(process.argv[1]);
(async () => {
  const out = {}, cases = JSON.parse(fs.readFileSync(0, 'utf8'));
  for (const [name, content] of Object.entries(cases)) {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'shim-'));
    fs.mkdirSync(path.join(root, 'a b/bin'), {recursive: true});
    fs.writeFileSync(path.join(root, 'a b/bin/cli.js'), Buffer.from(content, 'latin1'));
    await shim(path.join(root, 'a b/bin/cli.js'), path.join(root, '.bin/cli'));
    out[name] = Object.fromEntries(['', '.cmd', '.ps1'].map(
      s => [s, fs.readFileSync(path.join(root, '.bin/cli' + s), 'utf8')]));
    fs.rmSync(root, {recursive: true});
  }
  process.stdout.write(JSON.stringify(out));
})();
"""


@pytest.mark.node
def test_shims_are_those_of_npm() -> None:
    """Every text is the one that cmd-shim writes, byte for byte."""
    root = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=True)
    module = Path(root.stdout.strip(), "npm", "node_modules", "cmd-shim")
    cases = json.dumps({name: content.decode("latin-1") for name, content in CONTENTS.items()})
    done = subprocess.run(
        ["node", "-e", _ORACLE, module], input=cases, capture_output=True, text=True, check=True
    )

    expected = json.loads(done.stdout)
    assert {
        name: dict(make_command_shims(TARGET, content)) for name, content in CONTENTS.items()
    } == expected


def test_a_shim_starts_the_program_of_the_first_line() -> None:
    """Each shell gets the program beside the command first, else the one of the PATH."""
    shims = make_command_shims("../a/cli.js", CONTENTS["node by env"])

    assert ["", ".cmd", ".ps1"] == list(shims)
    assert 'exec node  "$basedir/../a/cli.js" "$@"\n' in shims[""]
    assert '"%_prog%"  "%dp0%\\..\\a\\cli.js" %*\r\n' in shims[".cmd"]
    assert '& "node$exe"  "$basedir/../a/cli.js" $args\n' in shims[".ps1"]
    assert "\n" not in shims[".cmd"].replace("\r\n", "")


def test_commands_are_shims_where_links_need_a_privilege(tmp_path: Path) -> None:
    """Three files stand for the command, which a POSIX shell can run; no link is made."""
    file = tmp_path / "node_modules" / "a" / "cli.sh"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"#!/bin/sh\necho ran $1\n")
    link = BinLink("node_modules/.bin/a", "../a/cli.sh", "node_modules/a/cli.sh")
    link_bins(tmp_path, [link], shims=True)

    bin_folder = tmp_path / "node_modules" / ".bin"
    assert ["a", "a.cmd", "a.ps1"] == sorted(path.name for path in bin_folder.iterdir())
    assert not (bin_folder / "a").is_symlink()
    done = subprocess.run(
        ["sh", bin_folder / "a", "well"], capture_output=True, text=True, check=True
    )
    assert "ran well\n" == done.stdout
