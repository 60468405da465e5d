"""Binaries that cannot be loaded on the target.

In: a subject. Out: findings with `binary-` codes: errors where the handler loads the package of the
binary at once, warnings where it may do so later. Binaries that say by their name that they are for
another platform are counted in one info.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.binaries import (
    BinaryFile,
    find_members,
    is_foreign,
    names_platform,
    package_levels,
)
from zipper.checks.file_facts import EAGER, OPTIONAL
from zipper.checks.filesystem import LAYERS, TASK, FileSystem
from zipper.checks.library_search import Libraries
from zipper.checks.parts import find_in_parts
from zipper.checks.subject import Subject, find_dependency, read_manifests
from zipper.findings import Finding, Severity
from zipper.late_pattern import late_pattern
from zipper.npm.folder_path import find_package
from zipper.npm.json_text import find_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.archive.listing import Listing
    from zipper.checks.elf import Binary

__all__ = [
    "check_binaries",
    "check_foreign",
    "check_libraries",
    "check_promised",
    "check_shadowed",
    "check_variants",
]

_IMAGE: Final = late_pattern(
    r"(?:ld-linux.*|libc|libm|libdl|librt|libpthread|libresolv|libutil|libanl|libnsl|libBrokenLocale|libmvec"
    r"|libgcc_s|libstdc\+\+|libgomp|libatomic|libz|libbz2|liblzma|libzstd|libssl|libcrypto|libcurl|libnghttp2"
    r"|libidn2|libunistring|libssh|libpsl|libkrb5|libk5crypto|libgssapi_krb5|libcom_err|libkrb5support|libkeyutils"
    r"|libpcre2?(?:-8)?|libselinux|libcap|libacl|libattr|libblkid|libmount|libuuid|libffi|libgmp|libreadline"
    r"|libtinfo|libncursesw?|libsqlite3|libxml2|libexpat|libglib-2\.0|libgnutls|libtasn1|libp11-kit|libnss\w*"
    r"|liblua-.*|libpopt|librpm\w*|libsystemd|libudev|libcrypt|libnode|libuv)\.so(?:\.[0-9]+)*"
)
"""Libraries of the image of Amazon Linux 2023 and 2; wide, so that a finding is sure.

Source: the package lists of the images, as their public Dockerfiles and dumps show them.
"""
_PATH_ABI: Final = late_pattern(r"(?:[-_/.](?:abi|node-?v?))(\d{2,3})(?=[-_/.])")
_FORMATS: Final = {
    "mach-o": "for macOS (Mach-O)",
    "pe": "for Windows (PE)",
    "empty": "empty",
    "git-lfs": "a pointer of git-lfs, not the file itself",
    "other": "no binary at all",
}
_REINSTALL: Final = (
    "install it for the target: `zipper build` does, `npm install --os=linux --cpu={cpu} "
    "--libc=glibc` too"
)
_REBUILD: Final = "compile it on Linux for {cpu}, with the glibc of Amazon Linux or an older one"


def check_binaries(subject: Subject) -> Iterator[Finding]:
    """Yield the binaries that the target's loader refuses, the first reason of each."""
    for member in find_members(subject):
        if member.foreign:
            continue
        problem = _judge(subject, member)
        if problem is not None:
            code, message, hint = problem
            name = member.entry.name
            yield Finding(code, _severity(member), name, f"`{name}` {message}", hint)


def check_libraries(subject: Subject) -> Iterator[Finding]:
    """Yield libraries that a binary needs and that neither package, layers nor image have."""
    members = [m for m in find_members(subject) if not (m.foreign or m.binary.is_musl)]
    if not members:
        return
    mount = LAYERS if subject.kind == "layer" else TASK
    binaries = {f"{mount}/{m.entry.name}": m.binary for m in members}
    libraries = Libraries(FileSystem.of(subject), binaries)
    for member in members:
        path = f"{mount}/{member.entry.name}"
        missing = [
            name
            for name in member.binary.needed
            if not _IMAGE.fullmatch(name)
            and not libraries.find(path, name)
            and not libraries.is_found_by_another(name)
        ]
        if missing:
            yield _judge_library(subject, member, missing)


def _judge_library(subject: Subject, member: BinaryFile, missing: list[str]) -> Finding:
    name = member.entry.name
    shown = ", ".join(f"`{library}`" for library in missing[:3])
    message = f"`{name}` needs {shown}: neither in the package nor in a layer nor in the runtime"
    folders = member.binary.runpath or member.binary.rpath
    beside = "beside it, or " if {"$ORIGIN", "${ORIGIN}"} & set(folders) else ""
    hint = f"pack the library {beside}in `lib/` at the root of the zip or of a layer"
    places = (n for n in subject.listing.by_name if n.rpartition("/")[2] == missing[0])
    place = next(places, None)
    if place is not None:
        looks = f"`{':'.join(folders)}` and LD_LIBRARY_PATH" if folders else "LD_LIBRARY_PATH"
        message = f"`{name}` needs {shown}; it lies at `{place}`, and the loader looks in {looks}"
        hint = "pack the packages where the installer put them, or the library in `lib/`"
    return Finding("binary-library-missing", _severity(member), name, message, hint)


def check_foreign(subject: Subject) -> Iterator[Finding]:
    """Yield one info with the bytes of binaries for other platforms."""
    members = [member for member in find_members(subject) if member.foreign]
    if members:
        size = sum(member.entry.size for member in members)
        message = (
            f"{len(members)} binaries for other platforms take {size:,} bytes; nothing loads "
            "them on Lambda"
        )
        first = members[0].entry.name
        yield Finding(
            "binary-arch", "info", first, message, "leave them out to make the package smaller"
        )


def check_variants(subject: Subject) -> Iterator[Finding]:
    """Yield packages that were installed with the binaries of other platforms only."""
    for package, _, names in sorted(find_in_parts(subject, "promises", _read_promises)):
        places = [find_dependency(subject, package, name) for name in names]
        present = [place for place in places if place is not None and names_platform(place)]
        level = package_levels(subject).get(package) if present else None
        if level is not None and all(is_foreign(subject, place) for place in present):
            severity: Severity = "error" if level == EAGER else "warning"
            message = (
                f"`{package}` is there with `{present[0]}` only, nothing for {subject.target.os}-"
                f"{subject.target.cpu} and {subject.target.libc}: it was installed for another "
                "platform"
            )
            hint = _REINSTALL.format(cpu=subject.target.cpu)
            yield Finding("binary-arch", severity, present[0], message, hint)


def check_promised(subject: Subject) -> Iterator[Finding]:
    """Yield platform packages for the target that lack the addon which their package.json names.

    Their addon is mostly asked for by an expression, so that following requests does not show it.
    """
    for package, addons, _ in sorted(find_in_parts(subject, "promises", _read_promises)):
        if not addons or not names_platform(package) or is_foreign(subject, package):
            continue
        level = package_levels(subject).get(package, OPTIONAL)
        for path in addons:
            place = f"{package}/{path.removeprefix('./')}"
            if place not in subject.listing.by_name and level < OPTIONAL:
                message = f"`{package}` is there without `{path}`, which its package.json names"
                severity: Severity = "error" if level == EAGER else "warning"
                hint = "install the package again"
                yield Finding("module-missing", severity, package, message, hint)


def _read_promises(listing: Listing) -> Iterator[list[object]]:
    """Yield the folder of a package, the addons and the optional dependencies that it names."""
    for package, text in read_manifests(listing):
        if not package or (b".node" not in text and b"optionalDependencies" not in text):
            continue
        manifest = find_object(text)
        names = manifest.get("optionalDependencies")
        addons = _named_addons(manifest.get("exports"), manifest.get("main"))
        optional = list(names) if isinstance(names, dict) else []
        if addons or optional:
            yield [package, addons, optional]


def _named_addons(exports: object, main: object) -> list[str]:
    """Return the addons that `main`, and `exports` without conditions, name."""
    targets = list(exports.values()) if isinstance(exports, dict) else [exports]
    names = [name for name in (main, *targets) if isinstance(name, str)]
    return [name for name in names if name.endswith(".node") and "*" not in name]


def check_shadowed(subject: Subject) -> Iterator[Finding]:
    """Yield a build of this machine that hides the prebuilt binary for the target.

    Source: node-gyp-build 4.8: `build/Release`, then `build/Debug`, then `prebuilds`.
    """
    for member in find_members(subject):
        package = find_package(member.entry.name)
        rest = member.entry.name.removeprefix(f"{package}/")
        if not rest.startswith(("build/Release/", "build/Debug/")) or not member.is_addon:
            continue
        platform = f"{package}/prebuilds/{subject.target.os}-{subject.target.cpu}"
        if platform in subject.folders:
            message = (
                f"`{member.entry.name}` is loaded instead of the prebuilt binary in `{platform}`"
            )
            hint = f"leave `{package}/build` out; it was compiled on the machine that installed it"
            yield Finding("binary-shadowed", "warning", member.entry.name, message, hint)


def _severity(member: BinaryFile) -> Severity:
    """Return what a binary that fails means: only an addon is loaded by loading a module."""
    if member.level == OPTIONAL:
        return "warning"
    loads = member.is_addon or ".so" in member.entry.name
    return "error" if member.level == EAGER and loads else "warning"


def _judge(subject: Subject, member: BinaryFile) -> tuple[str, str, str] | None:
    """Return code, message and hint for the first reason why a binary fails, or None."""
    binary, target = member.binary, subject.target
    package = find_package(member.entry.name)
    reinstall = (_REINSTALL if package else _REBUILD).format(cpu=target.cpu)
    is_other = bool(binary.machine) and (binary.machine != target.architecture or binary.bits != 64)
    if binary.format in ("empty", "git-lfs") or (binary.is_truncated and not is_other):
        what = _FORMATS.get(binary.format, "cut off: parts of it lie after its end")
        hint = "install the package again" if package else "put the whole file there"
        if binary.format == "git-lfs":
            hint = "fetch the file itself with `git lfs pull`, and pack it again"
        return "binary-truncated", f"is {what}", hint
    if binary.format != "elf":
        if not member.is_addon and binary.format == "other":
            return None  # a linker script, or a text with that extension
        what = _FORMATS[binary.format]
        return "binary-format", f"is {what}; Lambda runs Linux: invalid ELF header", reinstall
    if is_other:
        wanted = target.architecture
        message = f"is for {binary.machine} ({binary.bits} bits), the function is for {wanted}"
        return "binary-arch", message, reinstall
    if binary.is_musl:
        return "binary-musl", "is for musl (Alpine); Amazon Linux has glibc", reinstall
    return _judge_versions(subject, binary) or _judge_abi(subject, member)


def _judge_versions(subject: Subject, binary: Binary) -> tuple[str, str, str] | None:
    from packaging.version import Version  # noqa: PLC0415 - only where a binary is

    details = subject.target.details
    for label, needed, has in (
        ("GLIBC", binary.glibc, details.glibc),
        ("GLIBCXX", binary.glibcxx, details.glibcxx),
    ):
        if needed and Version(needed) > Version(has):
            message = f"needs {label}_{needed}; `{details.name}` has {label}_{has}"
            hint = (
                "use a version of the package that was built on an older system, or a newer runtime"
            )
            return "binary-glibc", message, hint
    return None


def _judge_abi(subject: Subject, member: BinaryFile) -> tuple[str, str, str] | None:
    wanted = subject.target.details.modules
    match = _PATH_ABI.search(member.entry.name)
    found = member.binary.node_modules_version or (int(match[1]) if match else 0)
    if not member.is_addon or wanted is None or found in (0, wanted):
        return None
    if _has_rival(subject, member):
        return None
    message = f"is for NODE_MODULE_VERSION {found}; `{subject.target.runtime}` has {wanted}"
    return (
        "binary-abi",
        message,
        "install the package for the runtime's Node.js, or a version that uses Node-API",
    )


def _has_rival(subject: Subject, member: BinaryFile) -> bool:
    """Return whether the package has a binary for the runtime's version as well.

    One that uses Node-API is for every version. Source: node-gyp-build 4.8, `matchTags`.
    """
    package = find_package(member.entry.name)
    wanted = subject.target.details.modules
    return any(
        other is not member and other.is_addon and not other.foreign
        and find_package(other.entry.name) == package
        and (
            other.binary.node_modules_version == wanted
            or any(m[1] == str(wanted) for m in _PATH_ABI.finditer(other.entry.name))
            or "napi" in other.entry.name.rpartition("/")[2].split(".")
        )
        for other in find_members(subject)
    )  # fmt: skip
