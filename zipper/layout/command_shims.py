"""The three files that stand for a command in a `.bin` folder where links cannot be made.

In: the file of a command, as its `.bin` folder sees it, and the file's first bytes. Out: what npm
writes on Windows: a script for POSIX shells, one for cmd.exe, one for PowerShell.

Source: cmd-shim 8 lib/index.js and lib/to-batch-syntax.js.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["make_command_shims"]

_HASHBANG: Final = re.compile(
    r"#!\s*(?:/usr/bin/env\s+(?:-S\s+)?((?:[^ \t=]+=[^ \t=]+\s+)*))?([^ \t]+)(.*)"
)

_SHELL_HEAD: Final = """\
#!/bin/sh
basedir=$(dirname "$(echo "$0" | sed -e 's,\\\\,/,g')")

case `uname` in
    *CYGWIN*|*MINGW*|*MSYS*)
        if command -v cygpath > /dev/null 2>&1; then
            basedir=`cygpath -w "$basedir"`
        fi
    ;;
esac

"""

_BATCH_HEAD: Final = (
    "@ECHO off",
    "GOTO start",
    ":find_dp0",
    "SET dp0=%~dp0",
    "EXIT /b",
    ":start",
    "SETLOCAL",
    "CALL :find_dp0",
)

_NO_QUESTION: Final = 'endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%" '
"""Starts the program so that ^C does not lead to "Terminate batch job?"."""

_POWERSHELL_HEAD: Final = """\
#!/usr/bin/env pwsh
$basedir=Split-Path $MyInvocation.MyCommand.Definition -Parent

$exe=""
if ($PSVersionTable.PSVersion -lt "6.0" -or $IsWindows) {
  # Fix case when both the Windows and Linux builds of Node
  # are installed in the same directory
  $exe=".exe"
}
"""

_DOLLAR: Final = re.compile(r"\$\{?([^$@#?\- \t{}:]+)\}?")

_PERCENT: Final = r"%\1%"

_QUOTES: Final = re.compile(r'^"|"$')


class _Call(NamedTuple):
    """What a command's first line says runs it."""

    program: str
    arguments: str
    variables: str


def make_command_shims(target: str, content: bytes) -> Mapping[str, str]:
    """Return the texts of a command's shims by what is added to its name: "", ".cmd" and ".ps1".

    Args:
        target: the command's file, relative to the `.bin` folder, with `/`.
        content: the file's bytes; its first line decides which program runs it.
    """
    call = _read_call(content)
    return {
        "": _SHELL_HEAD + _write_shell(target, call),
        ".cmd": "\r\n".join((*_BATCH_HEAD, *_write_batch(target.replace("/", "\\"), call), "")),
        ".ps1": _POWERSHELL_HEAD + _write_powershell(target, call),
    }


def _read_call(content: bytes) -> _Call | None:
    """Return what the `#!` line names; None where there is none, so that the file runs itself."""
    line = re.split(r"\r*\n", content.decode("utf-8", "replace").strip(), maxsplit=1)[0]
    match = _HASHBANG.fullmatch(line)
    return None if match is None else _Call(match[2], match[3] or "", match[1] or "")


def _write_shell(target: str, call: _Call | None) -> str:
    if call is None:
        return f'exec "$basedir/{target}"   "$@"\n'
    program, rest = call.program.replace("\\", "/"), f'"$basedir/{target}" "$@"\n'
    beside, arguments = f'"$basedir/{call.program}"', call.arguments.strip()
    return (
        f"if [ -x {beside} ]; then\n"
        f"  exec {call.variables}{beside} {arguments} {rest}"
        "else \n"
        f"  exec {call.variables}{program} {arguments} {rest}"
        "fi\n"
    )


def _write_batch(target: str, call: _Call | None) -> list[str]:
    """Return the lines after the head."""
    if call is None:
        return [f'"%dp0%\\{target}"   %*']
    program = _QUOTES.sub("", call.program)
    return [
        f"{_set_commands(call.variables)}",
        f'IF EXIST "%dp0%\\{call.program}.exe" (',
        f'  SET "_prog=%dp0%\\{call.program}.exe"',
        ") ELSE (",
        f'  SET "_prog={program}"',
        "  SET PATHEXT=%PATHEXT:;.JS;=;%",
        ")",
        "",
        f'{_NO_QUESTION}{call.arguments.strip()} "%dp0%\\{target}" %*',
    ]


def _set_commands(variables: str) -> str:
    """Return `NAME=value` pairs as lines of cmd.exe, each with its line end."""
    pairs = {
        name: value for name, value, *_ in (f"{pair}=".split("=") for pair in variables.split())
    }
    return "".join(
        f"@SET {name}={_DOLLAR.sub(_PERCENT, value)}\r\n" for name, value in pairs.items() if value
    )


def _write_powershell(target: str, call: _Call | None) -> str:
    if call is None:
        body = _piped(f'"$basedir/{target}"   $args\n', "")
        return f"{body}exit $LASTEXITCODE\n"
    rest = f'{call.arguments.strip()} "$basedir/{target}" $args\n'
    beside, program = f"$basedir/{call.program}$exe", call.program.replace("\\", "/")
    if_beside, otherwise = (_piped(f'"{one}" {rest}', "  ") for one in (beside, f"{program}$exe"))
    return (
        "$ret=0\n"
        f'if (Test-Path "{beside}") {{\n'
        f"{if_beside}"
        "  $ret=$LASTEXITCODE\n"
        "} else {\n"
        f"{otherwise}"
        "  $ret=$LASTEXITCODE\n"
        "}\n"
        "exit $ret\n"
    )


def _piped(command: str, indent: str) -> str:
    """Return PowerShell that runs `command`, which ends its line, with or without piped input."""
    return (
        f"{indent}# Support pipeline input\n"
        f"{indent}if ($MyInvocation.ExpectingInput) {{\n"
        f"{indent}  $input | & {command}"
        f"{indent}}} else {{\n"
        f"{indent}  & {command}"
        f"{indent}}}\n"
    )
