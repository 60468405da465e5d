"""A root directory of its own for the function: Lambda's paths, and nothing of the caller's.

In: an empty folder and what to show in it. Out: mounts, in the mount namespace of the sandbox that
calls this; the machine never sees them. Also used by the sandbox, so standard library only.

    /var/task  /opt  /var/runtime  /var/lang/bin/node   read-only, from the request
    /tmp                                                a tmpfs of the size that Lambda gives
    /usr /bin /lib* ...                                 the machine's, read-only
    folders of the request                              the machine's, at their own paths
    /etc                                                names, certificates, the dynamic linker's
    /proc  /dev                                         its own processes; null, zero, random
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Final

from zipper.node import syscalls

__all__ = ["build_root", "enter_root"]

_SYSTEM: Final = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "nix", "gnu")
_ETC: Final = (
    "alternatives", "ca-certificates", "crypto-policies", "gai.conf", "host.conf", "hosts",
    "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "mime.types", "nsswitch.conf", "pki",
    "protocols", "resolv.conf", "services", "ssl",
)  # fmt: skip
_DEVICES: Final = ("null", "zero", "full", "random", "urandom")
_PASSWD: Final = (
    "root:x:0:0:root:/root:/bin/bash\n"  # noqa: S105 - no password is in it
    "sbx_user1051:x:993:990::/home/sbx_user1051:/sbin/nologin\n"
    "nobody:x:65534:65534:nobody:/:/sbin/nologin\n"
)
_GROUP: Final = "root:x:0:\nsbx_user1051:x:990:\nnogroup:x:65534:\n"


def build_root(
    root: str, binds: list[tuple[str, str]], writable: list[str], *, tmp_bytes: int
) -> None:
    """Mount everything that the function may see below `root`, itself read-only for every user.

    Args:
        root: an empty folder.
        binds: files and folders of the machine, and their absolute paths inside; read-only.
        writable: folders of the machine, which have the same path inside.
        tmp_bytes: the size of the temporary space.

    Raises:
        OSError: what the kernel answers; the caller then does without.
    """
    syscalls.mount("none", "/", flags=syscalls.MS_REC | syscalls.MS_PRIVATE)
    safe = syscalls.MS_NOSUID | syscalls.MS_NODEV
    syscalls.mount("tmpfs", root, kind="tmpfs", flags=safe, options="mode=755,size=16m")
    for name in _SYSTEM:
        _show_system(root, name)
    _show_etc(root)
    _show_devices(root)
    os.mkdir(f"{root}/proc")  # noqa: PTH102
    syscalls.mount("proc", f"{root}/proc", kind="proc", flags=safe)
    os.mkdir(f"{root}/tmp")  # noqa: PTH102, S108 - the function's own  # nosec B108
    options = f"mode=1777,size={tmp_bytes}"
    syscalls.mount("tmpfs", f"{root}/tmp", kind="tmpfs", flags=safe, options=options)  # noqa: S108  # nosec B108
    for source, target in binds:
        _bind(source, root + target)
        syscalls.remount_read_only(root + target)
    for folder in writable:
        _bind(folder, root + folder)
    syscalls.remount_read_only(root)


def enter_root(root: str) -> None:
    """Make `root` the root directory.

    Moved over the old root rather than only entered: a process whose root is not its namespace's
    may make no user namespace, and a chroot could be left again.
    """
    os.chdir(root)
    syscalls.mount(root, "/", flags=syscalls.MS_MOVE)
    os.chroot(".")
    os.chdir("/")


def _show_system(root: str, name: str) -> None:
    source, target = f"/{name}", f"{root}/{name}"
    if os.path.islink(source):  # noqa: PTH114
        os.symlink(os.readlink(source), target)  # noqa: PTH115, PTH211
    elif os.path.isdir(source):  # noqa: PTH112
        _bind(source, target)
        with suppress(OSError):  # its owner is root and the function is not
            syscalls.remount_read_only(target)


def _show_etc(root: str) -> None:
    os.mkdir(f"{root}/etc")  # noqa: PTH102
    for name in _ETC:
        source = os.path.realpath(f"/etc/{name}")
        if os.path.exists(source):  # noqa: PTH110
            with suppress(OSError):  # a file that its user cannot read is of no use inside either
                _bind(source, f"{root}/etc/{name}")
                syscalls.remount_read_only(f"{root}/etc/{name}")
    for name, text in (("passwd", _PASSWD), ("group", _GROUP)):
        with open(f"{root}/etc/{name}", "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(text)


def _show_devices(root: str) -> None:
    os.mkdir(f"{root}/dev")  # noqa: PTH102
    for name in _DEVICES:
        _bind(f"/dev/{name}", f"{root}/dev/{name}")
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        os.symlink(f"/proc/self/fd{target}", f"{root}/dev/{name}")  # noqa: PTH211


def _bind(source: str, target: str) -> None:
    """Show `source` at `target`, which is made as what `source` is."""
    if os.path.isdir(source):  # noqa: PTH112
        os.makedirs(target, exist_ok=True)  # noqa: PTH103
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
        with open(target, "ab"):  # noqa: PTH123
            pass
    syscalls.mount(source, target, flags=syscalls.MS_BIND | syscalls.MS_REC)
