"""Getting a Node.js: from the system, from nodeenv's download, from the registry's packages.

In: a version. Out: a finished environment below one folder, or the reason of each source that had
none. Which version is wanted belongs to `zipper.node.choice`.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.errors import NodeError, ZipperError
from zipper.folders import make_folders, remove_folder
from zipper.node.environment import (
    NodeEnvironment,
    PackageSource,
    lock_folder,
    read_marker,
    write_marker,
)
from zipper.store.install_files import write_entries
from zipper.store.notes import Notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from zipper.archive.entries import PlannedEntry

__all__ = ["NodeSources", "ask_version", "package_name"]

_ASK: Final = "process.stdout.write(JSON.stringify([process.versions.node, process.execPath]))"

_ASK_SECONDS: Final = 30

_DOWNLOAD_SECONDS: Final = 600

_CONNECT_SECONDS: Final = 5

_WANTED: Final = (b"bin/node", b"include/")
"""What an environment takes of a `node-*` package: Node, and the headers for native add-ons."""


@dataclass(frozen=True, slots=True)
class NodeSources:
    """Where Node can come from on this machine; see `provide_node` for the fields."""

    root: Path
    packages: PackageSource | None
    mirror: str | None
    is_offline: bool
    path: str | None

    def find_system(self) -> NodeEnvironment | None:
        """Return the first Node on the PATH, or None; it has no environment yet."""
        executable = shutil.which("node", path=self.path)
        if executable is None:
            return None
        found = ask_version(Path(executable))
        if isinstance(found, str):
            return None
        version, real = found
        return NodeEnvironment(real, version, f"the system ({executable})", real.parent.parent)

    def make_system(self, system: NodeEnvironment) -> NodeEnvironment:
        """Return nodeenv's environment around the system's Node.

        Raises:
            NodeError: ENODE if nodeenv fails.
        """
        digest = hashlib.sha256(str(system.executable).encode()).hexdigest()[:12]
        folder = self.root / f"system-{system.version}-{digest}"

        def make() -> NodeEnvironment:
            problem = self._run_nodeenv(folder, "system", beside=system.executable.parent)
            if problem:
                raise NodeError("ENODE", f"nodeenv cannot use the system's Node.js: {problem}")
            return NodeEnvironment(system.executable, system.version, system.origin, folder)

        return _make_once(folder, Notebook(self.root.parent), make)

    def obtain(self, version: str, *, tried: NodeEnvironment | None) -> NodeEnvironment:
        """Return an environment with exactly `version`, from the first source that has it.

        Args:
            version: all three numbers.
            tried: the system's Node that did not fit, for the error's facts.

        Raises:
            NodeError: ENODE if no source has it.
        """
        folder = self.root / f"{version}-{sys.platform}-{platform.machine().lower()}"

        def make() -> NodeEnvironment:
            system = f"{tried.version} ({tried.executable})" if tried else "none on the PATH"
            download = self._download(folder, version)
            if not isinstance(download, str):
                return download
            package = self._unpack_package(folder, version)
            if not isinstance(package, str):
                return package
            raise NodeError(
                "ENODE",
                f"no source has Node.js {version}",
                facts=(("system", system), ("download", download), ("registry", package)),
                hint="install that major, name one with `--node PATH`, or set `node_mirror`",
            )

        return _make_once(folder, Notebook(self.root.parent), make)

    def _download(self, folder: Path, version: str) -> NodeEnvironment | str:
        if self.is_offline:
            return "skipped: offline"
        silence = _find_silence(self.mirror or "nodejs.org")
        if silence is not None:
            return silence
        problem = self._run_nodeenv(folder, version)
        if problem:
            return problem
        where = "a mirror" if self.mirror else "nodejs.org"
        return _verified(folder, version, f"nodeenv's download from {where}")

    def _run_nodeenv(self, folder: Path, version: str, *, beside: Path | None = None) -> str:
        """Have nodeenv make `folder`; return its last words if it fails, else nothing."""
        remove_folder(folder)
        command = [sys.executable, "-m", "nodeenv", "--config-file", "", f"--node={version}"]
        command += ["--prebuilt", "--clean-src"]
        command += [f"--mirror={self.mirror.rstrip('/')}"] if self.mirror else []
        variables = dict(os.environ)
        if beside is not None:
            variables["PATH"] = os.pathsep.join((str(beside), variables.get("PATH", "")))
        try:
            done = subprocess.run(  # noqa: S603 - nodeenv, with a version that was checked  # nosec B603
                [*command, str(folder)],
                env=variables,
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_DOWNLOAD_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        lines = (done.stdout + done.stderr).strip().splitlines()
        return "" if done.returncode == 0 else (lines[-1] if lines else "nodeenv failed")

    def _unpack_package(self, folder: Path, version: str) -> NodeEnvironment | str:
        """Lay the registry's package for this machine out as nodeenv lays out its download."""
        name = package_name()
        if name is None or self.packages is None:
            return "no package for this system" if name is None else "not asked"
        try:
            package = self.packages.obtain(name, version)
            remove_folder(folder)
            write_entries(list(_pick(package.members(""))), folder)
            _add_scripts(folder, version)
        except (ZipperError, OSError) as error:
            first = error.message if isinstance(error, ZipperError) else str(error)
            return f"{name}@{version}: {first}"
        return _verified(folder, version, f"the registry's package {name}@{version}")


def _find_silence(mirror: str) -> str | None:
    """Return why the host of `mirror` cannot be reached within seconds; None if it may be.

    nodeenv itself waits as long as the system does, several times. Behind a proxy only the proxy
    knows.
    """
    from urllib.parse import urlsplit  # noqa: PLC0415 - only before a download
    from urllib.request import getproxies  # noqa: PLC0415 - the same

    parts = urlsplit(mirror if "://" in mirror else f"https://{mirror}")
    if parts.hostname is None or getproxies().get(parts.scheme):
        return None
    try:
        port = parts.port or (80 if parts.scheme == "http" else 443)
        with socket.create_connection((parts.hostname, port), timeout=_CONNECT_SECONDS):
            return None
    except (OSError, ValueError) as error:
        return f"{parts.hostname} does not answer: {error}"


def ask_version(executable: Path) -> tuple[str, Path] | str:
    """Return the version of a Node and where it really is, or why it is none.

    A shell script in front of Node, as version switchers and nodeenv put there, is seen through.
    """
    variables = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - the user's own Node  # nosec B603
            [str(executable), "-e", _ASK],
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_ASK_SECONDS,
            check=False,
        )
        version, real = json.loads(done.stdout)
        return str(version), Path(real)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    except (ValueError, TypeError):
        return (done.stderr.strip() or done.stdout.strip() or "nothing")[:300]


def package_name() -> str | None:
    """Return the registry's package with a Node for this machine; None where there is none.

    Its Linux binaries are built against glibc.
    """
    system = {"linux": "linux", "darwin": "darwin", "win32": "win"}.get(sys.platform)
    cpu = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(
        platform.machine().lower()
    )
    if system is None or cpu is None or (system == "linux" and platform.libc_ver()[0] != "glibc"):
        return None
    return f"node-{system}-{cpu}"


def _make_once(
    folder: Path, notebook: Notebook, make: Callable[[], NodeEnvironment]
) -> NodeEnvironment:
    """Return the environment in `folder`; one process makes it while others wait.

    It is made in its final place, because nodeenv writes that path into its scripts; the marker,
    which comes last, tells a finished one from what a crash left.
    """
    found = read_marker(folder, notebook)
    if found is not None:
        return found
    with lock_folder(folder):
        found = read_marker(folder, notebook)
        if found is not None:
            return found
        try:
            environment = make()
        except BaseException:
            remove_folder(folder)
            raise
        write_marker(environment, notebook)
        return environment


def _verified(folder: Path, version: str, origin: str) -> NodeEnvironment | str:
    """Return the environment if the Node in it runs and is of `version`, else what is wrong."""
    executable = folder / ("Scripts/node.exe" if sys.platform == "win32" else "bin/node")
    found = ask_version(executable)
    if isinstance(found, str):
        return f"does not run here: {found}"
    if found[0] != version:
        return f"has version {found[0]}"
    return NodeEnvironment(executable, version, origin, folder)


def _pick(members: Iterable[PlannedEntry]) -> Iterator[PlannedEntry]:
    """Yield Node and its headers, named as nodeenv's download has them; the rest stays out."""
    for member in members:
        if member.name.startswith(_WANTED):
            is_moved = sys.platform == "win32" and member.name.startswith(b"bin/")
            name = b"Scripts/" + member.name[4:] if is_moved else member.name
            yield member._replace(name=name)


def _add_scripts(folder: Path, version: str) -> None:
    """Add what nodeenv puts around a downloaded Node: `activate`, `shim`, the modules' folder."""
    import argparse  # noqa: PLC0415 - only here

    import nodeenv  # noqa: PLC0415 - imports much; here because its command only downloads

    make_folders(folder / "lib" / "node_modules")
    options = argparse.Namespace(
        node=version, prompt=None, python_virtualenv=False, isolate_npm=False
    )
    nodeenv.install_activate(str(folder), options)
