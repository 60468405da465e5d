"""Rules about sizes: what Lambda accepts, and what the project allows itself.

In: a subject. Out: findings with `size-` codes that name the largest packages. They read the
listing only; package.json files are read where a finding has to say why a package is there.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from zipper.checks.own_sizes import advise_exclude, find_own_parts
from zipper.checks.subject import Subject, find_dependency
from zipper.findings import Finding, name_some

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "READ_MAX_BYTES",
    "check_budget",
    "check_unzipped",
    "check_zipped",
]

READ_MAX_BYTES: Final = 1 << 30
"""Twice the largest quota: the members of a larger zip are not read, however small the zip is."""
_LARGEST: Final = 5
_NEAR: Final = 0.9
"""The part of the quota from which on the remaining bytes are reported."""
_MAP_ENDING: Final = ".map"
_TYPES_ENDINGS: Final = (".d.ts", ".d.mts", ".d.cts")
_SPARE_ENDINGS: Final = (_MAP_ENDING, *_TYPES_ENDINGS)
_SDK: Final = "node_modules/@aws-sdk/"


def check_zipped(subject: Subject) -> Iterator[Finding]:
    """Yield one finding for a zip that only S3 can take, or that its kind cannot have at all."""
    kind, size = subject.rules, subject.size_bytes
    if kind.zipped_max_bytes is not None and size > kind.zipped_max_bytes:
        message = (
            f"the zip has {size:,} bytes; a {kind.noun} can have {kind.zipped_max_bytes:,}. "
            f"{_describe_largest(subject, zipped=True)}"
        )
        hint = _hint(subject, size - kind.zipped_max_bytes, zipped=True)
        yield Finding("size-zipped", "error", "", message, hint)
    elif kind.viewer_max_bytes is not None and size > kind.viewer_max_bytes:
        message = (
            f"the zip has {size:,} bytes; for viewer events CloudFront takes "
            f"{kind.viewer_max_bytes:,}, for origin events {kind.zipped_max_bytes:,}. "
            f"{_describe_largest(subject, zipped=True)}"
        )
        hint = _hint(subject, size - kind.viewer_max_bytes, zipped=True)
        yield Finding("size-zipped", "warning", "", message, hint)
    elif kind.direct_max_bytes is not None and size > kind.direct_max_bytes:
        message = (
            f"the zip has {size:,} bytes; more than {kind.direct_max_bytes:,} cannot "
            "be uploaded directly. "
            f"{_describe_largest(subject, zipped=True)}"
        )
        hint = (
            "upload it to S3 and give `S3Bucket` and `S3Key`, or leave out what the function "
            "does not need"
        )
        yield Finding("size-zipped", "warning", "", message, hint)


def check_unzipped(subject: Subject) -> Iterator[Finding]:
    """Yield one finding where function and layers reach Lambda's quota, or come near it."""
    own = subject.unzipped_size_bytes
    in_layers = sum(entry.size for layer in subject.layers for entry in layer.entries)
    most, what = subject.rules.unzipped_max_bytes, subject.rules.noun
    budget = most - in_layers
    layers = f" and its layers another {in_layers:,}" if in_layers else ""
    sizes = f"the {what} has {own:,} bytes unzipped{layers}"
    if own >= budget:
        left = f" with them, which leaves {max(budget, 0):,}" if in_layers else ""
        unread = "" if own <= READ_MAX_BYTES else ". So much is not looked into"
        message = (
            f"{sizes}; it must stay below {most:,}{left}{unread}. {_describe_largest(subject)}"
        )
        yield Finding("size-unzipped", "error", "", message, _hint(subject, own - budget + 1))
    elif own + in_layers >= most * _NEAR:
        message = f"{sizes}; {budget - own:,} of {most:,} remain. {_describe_largest(subject)}"
        hint = "set `max_unzipped_size` in the settings to notice growth before a deployment fails"
        yield Finding("size-unzipped", "info", "", message, hint)


def check_budget(subject: Subject) -> Iterator[Finding]:
    """Yield what exceeds the project's own `max_size` and `max_unzipped_size`."""
    for label, size, most in (
        ("zip", subject.size_bytes, subject.max_size_bytes),
        ("unzipped package", subject.unzipped_size_bytes, subject.max_unzipped_size_bytes),
    ):
        if most is not None and size > most:
            message = (
                f"the {label} has {size:,} bytes, {size - most:,} more than the {most:,} that "
                "the project allows. "
                f"{_describe_largest(subject, zipped=label == 'zip')}"
            )
            hint = _hint(subject, size - most, zipped=label == "zip")
            yield Finding("size-budget", "error", "", message, hint)


def _describe_largest(subject: Subject, *, zipped: bool = False) -> str:
    sizes = {name: both[zipped] for name, both in subject.sizes_by_package.items() if name}
    sizes |= {part.path: part.measure(zipped=zipped) for part in find_own_parts(subject)}
    largest = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))[:_LARGEST]
    rows = [f"`{name}` {size:,}{_why(subject, name)}" for name, size in largest]
    return f"The largest: {', '.join(rows)}"


def _why(subject: Subject, folder: str) -> str:
    """Return ` (why the package is there)`, or nothing where the zip does not tell."""
    home, found, name = folder.rpartition("node_modules/")
    if not found:
        return ""
    if not home and name in _dependency_names(subject.package_json):
        return " (a dependency of the project)"
    quoted = f'"{name}"'.encode()
    askers = [
        other.rpartition("node_modules/")[2]
        for other, manifest in subject.manifests.items()
        # Parsing is what takes time, so only what has the name at all is parsed.
        if quoted in manifest
        and name in _dependency_names(subject.read_json(f"{other}/package.json"))
        and find_dependency(subject, other, name) == folder
    ]
    return f" (needed by {name_some(askers, 1)})" if askers else ""


def _dependency_names(manifest: Mapping[str, object]) -> list[str]:
    fields = (manifest.get(field) for field in ("dependencies", "optionalDependencies"))
    return [name for field in fields if isinstance(field, dict) for name in field]


def _hint(subject: Subject, surplus: int, *, zipped: bool = False) -> str:
    """Return what could go, with its bytes."""
    follows = subject.unzipped_size_bytes <= READ_MAX_BYTES
    own = advise_exclude(subject, surplus, zipped=zipped, follows=follows)
    groups: defaultdict[str, int] = defaultdict(int)
    patterns: defaultdict[str, set[str]] = defaultdict(set)
    for entry in subject.listing.entries:
        is_spare = entry.name.endswith(_SPARE_ENDINGS)
        if is_spare or entry.name.startswith(_SDK):
            ending = next((one for one in _SPARE_ENDINGS if entry.name.endswith(one)), "")
            label = _spare_group(entry.name)
            groups[label] += entry.compressed_size if zipped else entry.size
            if ending:
                folder = "node_modules/**/" if "node_modules/" in entry.name else ""
                patterns[label].add(f"--exclude '{folder}*{ending}'")
    spare = sorted(groups.items(), key=lambda item: (-item[1], item[0]))[:3]
    parts = []
    for label, size in spare:
        options = " ".join(sorted(patterns[label]))
        parts.append(f"{label} ({size:,} bytes{options and f'; `{options}`'})")
    could = f"; {own}" if own else ""
    could += f"; nothing at run time needs {', '.join(parts)}" if parts else ""
    duplicates = _duplicates(subject)
    if duplicates:
        could += f"; one version where there are several would save: {duplicates}"
    return f"take {surplus:,} bytes or more out{could}"


def _spare_group(name: str) -> str:
    if name.endswith(_MAP_ENDING):
        return "source maps"
    if name.endswith(_TYPES_ENDINGS):
        return "type declarations"
    return "the AWS SDK, which the runtime has too"


def _duplicates(subject: Subject) -> str:
    """Return the three packages whose further copies take most bytes."""
    copies: defaultdict[str, list[int]] = defaultdict(list)
    for folder, (size, _) in subject.sizes_by_package.items():
        if folder:
            copies[folder.rpartition("node_modules/")[2]].append(size)
    surplus = {name: sum(sizes) - max(sizes) for name, sizes in copies.items() if len(sizes) > 1}
    largest = sorted(surplus.items(), key=lambda item: (-item[1], item[0]))[:3]
    return ", ".join(
        f"`{name}` ({len(copies[name])} copies) {size:,} bytes" for name, size in largest
    )
