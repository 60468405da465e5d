"""The system calls that Python's own modules lack: mounts, namespaces, process attributes.

In: plain numbers and paths. Out: nothing, or OSError with the call's errno. What is done with
them, and in which order, belongs to `zipper.node.sandbox`.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import struct
import sys
from typing import Final

__all__ = [
    "CLONE_NEWIPC",
    "CLONE_NEWNET",
    "CLONE_NEWNS",
    "CLONE_NEWPID",
    "CLONE_NEWUSER",
    "MS_BIND",
    "MS_MOVE",
    "MS_NODEV",
    "MS_NOSUID",
    "MS_PRIVATE",
    "MS_RDONLY",
    "MS_REC",
    "adopt_orphans",
    "die_with_parent",
    "drop_bounding_set",
    "forbid_new_privileges",
    "forbid_reading",
    "make_dumpable",
    "mount",
    "raise_loopback",
    "remount_read_only",
    "unshare",
]

CLONE_NEWNS: Final = 0x20000
CLONE_NEWIPC: Final = 0x8000000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWPID: Final = 0x20000000
CLONE_NEWNET: Final = 0x40000000

MS_RDONLY: Final = 0x1
MS_NOSUID: Final = 0x2
MS_NODEV: Final = 0x4
MS_REMOUNT: Final = 0x20
MS_BIND: Final = 0x1000
MS_MOVE: Final = 0x2000
MS_REC: Final = 0x4000
MS_PRIVATE: Final = 0x40000

_MS_RELATIME: Final = 0x200000
_ST_RELATIME: Final = 0x1000
_ST_SAME_AS_MS: Final = 0x2 | 0x4 | 0x8 | 0x400 | 0x800
"""nosuid, nodev, noexec, noatime, nodiratime: the same bits in statvfs as in mount."""

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_CAPBSET_DROP: Final = 24
_PR_SET_CHILD_SUBREAPER: Final = 36
_PR_SET_NO_NEW_PRIVS: Final = 38
_CAPABILITIES_MAX: Final = 64

_SIOCGIFFLAGS: Final = 0x8913
_SIOCSIFFLAGS: Final = 0x8914
_IFF_UP: Final = 1


def mount(
    source: str, target: str, *, kind: str | None = None, flags: int = 0, options: str = ""
) -> None:
    """Put `source` on `target`.

    Raises:
        OSError: what the kernel answers.
    """
    encoded_kind = kind.encode() if kind else None
    _call("mount", os.fsencode(source), os.fsencode(target), encoded_kind, flags, options.encode())


def remount_read_only(target: str) -> None:
    """Make the bind mount on `target` read-only.

    Its other flags stay: inside a user namespace the kernel refuses to take one away.

    Raises:
        OSError: what the kernel answers.
    """
    now = os.statvfs(target).f_flag
    kept = now & _ST_SAME_AS_MS | (_MS_RELATIME if now & _ST_RELATIME else 0)
    mount("none", target, flags=MS_REMOUNT | MS_BIND | MS_RDONLY | kept)


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` name for new ones.

    Raises:
        OSError: EPERM where the system does not permit it.
    """
    _call("unshare", flags)


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send this process `signal_number` when the thread that made it ends."""
    _call("prctl", _PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def adopt_orphans() -> None:
    """Make this process the parent of every descendant whose own parent has ended."""
    _call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def forbid_new_privileges() -> None:
    """Keep setuid programs from giving privileges to this process and all it starts."""
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def make_dumpable() -> None:
    """Give this process its own files below /proc/self back; changing the user takes them."""
    _call("prctl", _PR_SET_DUMPABLE, 1, 0, 0, 0)


def forbid_reading() -> None:
    """Keep other processes of this user from this one's memory and variables.

    What it forks is kept from them too, until that starts a program.
    """
    _call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)


def drop_bounding_set() -> None:
    """Make it impossible to gain any capability by starting a program."""
    for capability in range(_CAPABILITIES_MAX):
        try:
            _call("prctl", _PR_CAPBSET_DROP, capability, 0, 0, 0)
        except OSError:
            return  # EINVAL ends the list of capabilities that this kernel knows


def raise_loopback() -> None:
    """Bring up the loopback device of a new network namespace.

    Raises:
        OSError: what the kernel answers.
    """
    import socket  # noqa: PLC0415  (takes time to import, and few sandboxes are without network)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0)
        answer = fcntl.ioctl(control, _SIOCGIFFLAGS, request)
        (flags,) = struct.unpack_from("h", answer, 16)
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def _call(name: str, *arguments: object) -> None:
    """Call `name` of the C library with longs, byte strings or None."""
    if not sys.platform.startswith("linux"):
        raise OSError(38, f"{name} is a call of Linux")
    library = ctypes.CDLL(None, use_errno=True)
    converted = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    if getattr(library, name)(*converted) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
