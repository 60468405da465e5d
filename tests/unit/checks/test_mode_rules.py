"""Who may read files, and which can be started."""

from __future__ import annotations

import pytest
from support.checking import check_files

H = "exports.handler = async () => 1;"
ELF = b"\x7fELF" + bytes(12) + b"\x02" + bytes(60)


@pytest.mark.parametrize(
    ("code", "severity", "words"),
    [
        ("require('./a')", "error", "EACCES; loading the handler fails"),
        ("if (x) require('./a')", "warning", "EACCES; it fails if that branch runs"),
        ("() => require('./a')", "warning", "EACCES; it fails when that function is called"),
        ("try { require('./a') } catch {}", "info", "EACCES; the code handles that"),
        ("1", "warning", "EACCES if something reads it"),
    ],
)
def test_files_that_not_everyone_may_read(code: str, severity: str, words: str) -> None:
    """What loading the handler reads is an error; what nothing is known to read a warning."""
    files = {"index.js": f"{code}; {H}", "a.js": ("", 0o640)}
    (found,) = [f for f in check_files(files).findings if f.code == "mode-unreadable"]

    assert (severity, "a.js") == (found.severity, found.path)
    assert found.message == f"`a.js` has mode 0640: not readable by everyone, so {words}"


def test_no_file_of_a_layer_may_be_unreadable() -> None:
    """AWS refuses to publish the layer, whatever reads the file."""
    files = {"nodejs/a.txt": ("", 0o600)}
    report = check_files(files, handler=None, kind="layer")
    (found,) = [f for f in report.findings if f.code == "mode-unreadable"]

    assert "error" == found.severity
    assert "so `Layer conversion failed`" in found.message


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("tool", ELF, "an ELF program"),
        ("d/tool", ELF.replace(b"\x02", b"\x03"), "an ELF program"),
        ("tool", ELF.replace(b"\x02", b"\x01"), None),
        ("tool.x", ELF, None),
        ("bin/tool.x", ELF, "an ELF program"),
        ("node_modules/.bin/tool.x", ELF, "an ELF program"),
        ("extensions/tool.x", ELF, "an ELF program"),
        ("bin/d/tool.x", ELF, None),
        ("bin/run", b"#!/bin/sh\n", "a script"),
        ("a/bin/run.sh", b"#!/bin/sh\n", "a script"),
        ("bin/run", b"#!/usr/bin/env node\n", None),
        ("bin/run", b"#!/bin/sh\nnode a.js\n", "a script"),
        ("bin/run", b"# a\n", None),
        ("run", b"#!/bin/sh\n", None),
        ("sbin/run", b"#!/bin/sh\n", None),
        ("bin/run", b"", None),
        ("bin/", b"#!/bin/sh\n", None),
        ("bin/a/", ELF, None),
    ],
)
def test_programs_that_cannot_be_started(name: str, content: bytes, kind: str | None) -> None:
    """By what they begin with, where they may be programs; with the bit, nothing is said."""
    for mode in (0o644, 0o755):
        found = check_files({"index.js": H, name: (content, mode)}).findings
        told = [f.message for f in found if f.code == "mode-not-executable"]
        assert bool(told) == (kind is not None and mode == 0o644)
        assert not told or told[0].startswith(f"`{name}` is {kind} without the executable bit")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("extensions/run", b"#!/usr/bin/env node\n", "an extension"),
        ("extensions/run.py", b"x", "an extension"),
        ("extensions/run", ELF, "an extension"),
        ("extensions/d/run.py", b"x", None),
        ("d/extensions/run.py", b"x", None),
        ("bin/run", b"#!/bin/sh\n", "a script"),
    ],
)
def test_extensions_of_a_layer(name: str, content: bytes, words: str | None) -> None:
    """Lambda starts each file right in `extensions` of a layer, and of no function."""
    files = {name: (content, 0o644)}
    found = check_files(files, handler=None, kind="layer").findings
    told = [f.message for f in found if f.code == "mode-not-executable"]

    assert ([] if words is None else [True]) == [f"is {words} without" in one for one in told]
    own = check_files({"index.js": H, **files}).findings
    assert not [f for f in own if "an extension" in f.message]
