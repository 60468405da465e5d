"""Running one install script as npm runs it, in a tree of its own.

In: a `ScriptRun`, the tree on disk, a Node. Out: what the script printed, in a file; an error where
it failed. Which scripts run belongs to `zipper.node.install_scripts`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from zipper.errors import NodeError
from zipper.node.script_sandbox import Confined
from zipper.node.script_surroundings import PASSED
from zipper.npm.package_json import parse_bin

if TYPE_CHECKING:
    from zipper.node.environment import NodeEnvironment
    from zipper.node.install_scripts import ScriptRun
    from zipper.target import Target

__all__ = ["ScriptHost", "run_script", "script_variables"]

_TAIL_BYTES: Final = 4000
_LOG_BYTES_MAX: Final = 64 * 1024 * 1024
_POLL_SECONDS: Final = 0.05
_TOO_LONG: Final = "took longer than"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptHost:
    """Where scripts run.

    Attributes:
        root: the folder above the tree's node_modules.
        work: a folder for HOME, npm's cache and commands, outside of the tree.
        timeout_seconds: for one script.
        variables: the user's own, which win over all others.
    """

    root: Path
    work: Path
    node: NodeEnvironment
    target: Target
    timeout_seconds: float = 600
    variables: Mapping[str, str] = field(default_factory=dict)


def run_script(run: ScriptRun, host: ScriptHost, *, log: Path) -> list[str]:
    """Run one script in a sandbox, with its output appended to `log`.

    Returns:
        What of the sandbox the system does not permit; nothing of it is there on Windows.

    Raises:
        NodeError: ESCRIPT if it fails, takes too long or prints without end; with the end of the
            log.
    """
    folder = host.root / run.package.location
    variables = script_variables(run, host)
    began = time.monotonic()
    with log.open("ab") as output:
        output.write(f"> {run.package.label} {run.event}\n> {run.command}\n\n".encode())
        output.flush()
        start = output.tell()
        script = _start(run.command, host, folder, variables, output)
        try:
            problem = _wait(script, host.timeout_seconds, log)
        finally:
            code = script.end()
        if problem is None and code != 0:
            problem = _describe_exit(code)
        for note in script.notes:
            output.write(f"\n> with the user's own rights: {note}\n".encode())
    if problem is not None:
        raise _failure(run, problem, log, start, time.monotonic() - began)
    return script.notes


def _start(
    command: str, host: ScriptHost, folder: Path, variables: Mapping[str, str], output: BinaryIO
) -> Confined | _Free:
    if os.name == "nt":
        return _Free(command, folder, variables, output)
    npm = _find_npm(host.node)
    readable = [*_folders_of(host.node), *([] if npm is None else [npm.parent.parent.parent])]
    own = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(host.work / "tmp"))
    return Confined(
        ["/bin/sh", "-c", command],
        folder=folder,
        variables={**variables, **own},
        writable=(host.root, host.work),
        work=host.work,
        readable=readable,
        output=output.fileno(),
    )


def script_variables(run: ScriptRun, host: ScriptHost) -> dict[str, str]:
    """Return the environment of a script: npm's variables, for the target rather than the host.

    prebuild-install and node-pre-gyp read platform, architecture and C library from `npm_config_*`;
    so they fetch what the function needs. The Node version is that of the Node which runs them:
    with `npm_config_target` node-pre-gyp 1 refuses every Node that is younger than itself.

    Source: @npmcli/run-script 10 (make-spawn-args, package-envs, set-path), @npmcli/config 10
    set-envs, @npmcli/arborist 9 rebuild.js.
    Deviation: the caller's environment stays outside, but for what compilers and proxies need;
    PATH has the `.bin` folders up to the tree's root, npm's go up to the disk's.
    """
    package, target, node = run.package, host.target, host.node
    kept = {name: os.environ[name] for name in PASSED if name in os.environ}
    variables = {
        **kept,
        **_package_variables(package.package_json),
        "HOME": str(host.work / "home"),
        "INIT_CWD": str(host.root),
        "NODE": str(node.executable),
        "npm_command": "ci",
        "npm_lifecycle_event": run.event,
        "npm_lifecycle_script": run.command,
        "npm_node_execpath": str(node.executable),
        "npm_package_json": str(host.root / package.location / "package.json"),
        "npm_package_resolved": package.resolved or "",
        "npm_package_integrity": package.integrity or "",
        "npm_package_optional": _flag(package.optional),
        "npm_package_dev": _flag(package.dev),
        "npm_package_peer": _flag(package.peer),
        "npm_package_dev_optional": _flag(package.dev_optional),
        "npm_config_arch": target.cpu,
        "npm_config_cache": str(host.work / "npm-cache"),
        "npm_config_cpu": target.cpu,
        "npm_config_libc": target.libc,
        "npm_config_local_prefix": str(host.root),
        "npm_config_os": target.os,
        "npm_config_platform": target.os,
        "npm_config_target_arch": target.cpu,
        "npm_config_target_libc": target.libc,
        "npm_config_target_platform": target.os,
        "npm_config_user_agent": f"npm/11 node/v{node.version} {target.os} {target.cpu}",
        "npm_config_userconfig": str(host.work / "npmrc"),
    }
    headers = [one for one in _folders_of(node) if (one / "include/node/node.h").is_file()]
    if headers:
        variables["npm_config_nodedir"] = str(headers[0])
    npm = _find_npm(node)
    if npm is not None:
        variables["npm_execpath"] = str(npm / "bin" / "npm-cli.js")
        gyp = npm / "node_modules" / "node-gyp" / "bin" / "node-gyp.js"
        variables["npm_config_node_gyp"] = str(gyp)
    variables |= host.variables
    variables["PATH"] = os.pathsep.join(_search_path(run, host, variables.get("PATH", "")))
    return variables


def _search_path(run: ScriptRun, host: ScriptHost, path: str) -> list[str]:
    """Return `.bin` folders from the package up to the root, npm's commands, Node, PATH."""
    folder = host.root / run.package.location
    folders = [folder, *folder.parents]
    bins = [str(one / "node_modules" / ".bin") for one in folders[: folders.index(host.root) + 1]]
    node = host.work / "bin"
    return [*bins, str(node), str(host.node.executable.parent), *filter(None, [path])]


def _package_variables(package_json: Mapping[str, object]) -> dict[str, str]:
    """Return `npm_package_*` for the five fields that npm's RFC 183 names."""
    variables: dict[str, str] = {}
    for key in ("name", "version", "config", "engines", "bin"):
        if key in package_json:
            value = package_json[key]
            if key == "bin":  # npm makes an object of a text before it gets here
                value = parse_bin(value, str(package_json.get("name", "")))
            _flatten(f"npm_package_{key}", value, variables)
    return {name: value for name, value in variables.items() if "\0" not in name + value}


def _flatten(name: str, value: object, into: dict[str, str]) -> None:
    if value is None or value is False:
        into[name] = ""
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _flatten(f"{name}_{key}", inner, into)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _flatten(f"{name}_{index}", inner, into)
    elif "=" not in name:
        into[name] = "true" if value is True else str(value)


def _folders_of(node: NodeEnvironment) -> tuple[Path, Path]:
    """Return where a Node's headers and its npm may be."""
    return node.folder, node.executable.parent.parent


def _find_npm(node: NodeEnvironment) -> Path | None:
    """Return the npm that came with a Node, else the system's; only its node-gyp is ever started.

    The registry's Node packages bring none.
    """
    system = shutil.which("npm")
    folders = [folder / "lib" / "node_modules" / "npm" for folder in _folders_of(node)]
    folders += [Path(system).resolve().parent.parent] if system else []
    return next((npm for npm in folders if (npm / "bin" / "npm-cli.js").is_file()), None)


def _wait(script: Confined | _Free, timeout_seconds: float, log: Path) -> str | None:
    """Wait for the script's end; return what went wrong with the waiting, or None."""
    deadline = time.monotonic() + timeout_seconds
    while not script.wait(_POLL_SECONDS):
        if time.monotonic() > deadline:
            return f"{_TOO_LONG} {timeout_seconds:g} s"
        if log.stat().st_size > _LOG_BYTES_MAX:
            return f"printed more than {_LOG_BYTES_MAX:,} bytes"
    return None


def _describe_exit(code: int | None) -> str:
    if code is None:
        return "was ended with its sandbox"
    return f"exited with status {code}" if code > 0 else f"was ended by signal {-code}"


class _Free:
    """A script without a sandbox, on Windows; as `Confined`."""

    def __init__(
        self, command: str, folder: Path, variables: Mapping[str, str], output: BinaryIO
    ) -> None:
        self.notes = ["Windows has no sandbox"]
        self._process = subprocess.Popen(  # noqa: S602 - a shell's, and allowed by name
            command,
            shell=True,  # as above  # nosec B602
            cwd=folder,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; whether the script has ended."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
            return True
        return False

    def end(self) -> int | None:
        """End it where it still runs; return its exit code."""
        self._process.kill()
        return self._process.wait()


def _failure(run: ScriptRun, problem: str, log: Path, start: int, seconds: float) -> NodeError:
    with log.open("rb") as file:
        file.seek(max(start, log.stat().st_size - _TAIL_BYTES))
        tail = file.read(_TAIL_BYTES).decode("utf-8", "replace").strip()
    missing = "node-gyp" in tail and "not found" in tail
    hint = "its whole output is in the log"
    if problem.startswith(_TOO_LONG):
        hint = "where it needs more time, set `script_timeout` to more seconds"
    if missing:
        hint = "node-gyp comes with npm: use a Node.js that has npm beside it, with `--node PATH`"
    return NodeError(
        "ESCRIPT",
        f"the {run.event} script of {run.package.label} {problem}",
        facts=(
            ("command", run.command),
            ("folder", run.package.location),
            ("after", f"{seconds:.1f} s"),
            ("log", str(log)),
            ("it said", tail or "nothing"),
        ),
        hint=hint,
    )


def _flag(value: bool) -> str:  # noqa: FBT001 - a word for a boolean
    return "1" if value else ""
