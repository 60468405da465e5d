"""The deployment package that a build made, as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.findings import Closure, Finding, Verdict

__all__ = [
    "BundleUse",
    "LockfileUse",
    "OutsidePackage",
    "Package",
    "PrunedPackage",
    "PrunedRule",
    "PruningResult",
    "UsedLayer",
    "Workspace",
]


class Workspace(NamedTuple):
    """Which workspace a package's folder is a member of."""

    root: str
    """The folder of the workspace's root."""
    lockfile: str | None
    """The root's lockfile; None where there is none."""
    member: str
    """The folder that was built, relative to the root."""
    siblings: int
    """Members of the workspace that are packed as dependencies."""


class LockfileUse(NamedTuple):
    """The lockfile that a package was made from."""

    path: str
    tool: str
    """`npm`, `pnpm`, `bun` or `yarn`."""
    tool_version: str | None
    """The tool's, where package.json names it."""
    version: str
    """Of the format, as the lockfile has it."""
    edges: int | None
    """Dependencies that were walked, each to what is locked; None for npm's own locations."""


class PrunedRule(NamedTuple):
    """What one rule of pruning took out."""

    rule: str
    """A class of files, or `unreached`, `unreached-package`, `drop`."""
    files: int
    size_bytes: int
    zipped_size_bytes: int


class PrunedPackage(NamedTuple):
    """What pruning found out about one package."""

    folder: str
    """In the zip; empty for the project's own files."""
    verdict: str
    """`exact`, `assets`, `whole` or `unreached`."""
    path: str
    """The file that decided; empty where nothing had to."""
    line: int
    """Counted from 1; 0 for none."""
    text: str
    """The expression that is there, or the reason."""


class PruningResult(NamedTuple):
    """What pruning took out of a package."""

    mode: str
    """`safe` or `reached`."""
    files: int
    size_bytes: int
    """Of what went, unzipped."""
    zipped_size_bytes: int
    rules: tuple[PrunedRule, ...]
    """The largest first."""
    packages: tuple[PrunedPackage, ...]


class OutsidePackage(NamedTuple):
    """A package that stays in node_modules beside a bundle."""

    location: str
    version: str
    kind: str
    """What decided: `native`, `place`, `computed`, `hook`, `traced`, `named`, `version`, `loader`,
    `external` (a setting), or `dependency` of another one."""
    reason: str
    path: str
    """The file with the fact that decided; empty where a setting did."""
    line: int
    """0 where the file as a whole is meant."""


class BundleUse(NamedTuple):
    """The bundle that a function was made of."""

    path: str
    """In the zip."""
    size_bytes: int
    inputs: int
    """Files that it was made of."""
    packages: int
    """Packages that have files in it."""
    outside: tuple[OutsidePackage, ...]
    metafile: str
    """Where esbuild's metafile is, beside the zip; empty where no zip was written."""


class UsedLayer(NamedTuple):
    """One of a function's layers."""

    name: str | None = None
    """In the settings, for a layer that the build made."""
    path: str | None = None
    """Its zip; None for an ARN, of which no content is known."""
    arn: str | None = None
    packages: int = 0
    """Packages that the function leaves to this layer, those in their own folders included."""


class Package(NamedTuple):
    """What `build` made. The fields are those of `build --json`."""

    path: str
    """Where the zip is, or would be: see `written`."""
    size_bytes: int
    """Of the zip; 0 for a dry run."""
    unzipped_size_bytes: int
    """The sum of all files, as Lambda counts them."""
    code_sha256: str
    """Base64 of the zip's SHA-256, as Lambda reports it; empty for a dry run."""
    files: int
    packages: int
    """Packages from the tree; the project itself is left out, and what is left to the layers."""
    runtime: str
    architecture: str
    handler: str
    timings_seconds: Mapping[str, float]
    """Stage to seconds, in the order of the stages, and `total`."""
    findings: tuple[Finding, ...]
    closure: Closure | None = None
    """What following the modules from the handler has shown; None where they were not followed:
    a dry run, a zip that Lambda would refuse anyhow, or `check=False`."""
    is_unchanged: bool = False
    """Whether an earlier build had written this very zip, so that nothing was done."""
    verdict: Verdict = "pass"
    """`fail` for a finding of severity error, or with `strict` for a warning."""
    lockfile: LockfileUse | None = None
    """None where there is none, or a yarn.lock of version 1, which gives versions alone."""
    workspace: Workspace | None = None
    """None where the project is no member of a workspace."""
    written: bool = False
    """Whether the zip at `path` is this package. False for a dry run, and where the check failed:
    then what was at `path` is as it was, and all other fields describe the zip that was judged."""

    pruning: PruningResult | None = None
    """None where nothing was to be pruned."""
    kind: str = "function"
    """What the zip is for."""
    entry: str = ""
    """The entry file of a web function, which has no handler."""
    layers: tuple[UsedLayer, ...] = ()
    """A function's layers, in the order of its configuration."""

    bundle: BundleUse | None = None
    """None where the function is not bundled."""
    data: bytes | None = None
    """The zip's bytes, for `output=bytes` where it is written; no part of the JSON."""

    @property
    def printed(self) -> tuple[str, ...]:
        """The fields that the JSON has."""
        return tuple(name for name in self._fields if name != "data")

    @property
    def ok(self) -> bool:
        """Whether the package passes its check."""
        return self.verdict == "pass"

    def to_json(self) -> str:
        """Return the document that `build --json` prints."""
        from zipper.as_json import json_text  # noqa: PLC0415  (for those who ask for it)

        return json_text(self)

    def __repr__(self) -> str:
        """Return one line: a package may have a hundred findings."""
        from zipper.findings import count_findings  # noqa: PLC0415  (the same)

        return (
            f"<Package {self.path!r}: {self.files:,} files, {self.size_bytes:,} bytes, "
            f"{self.verdict}, {count_findings(self.findings)}>"
        )
