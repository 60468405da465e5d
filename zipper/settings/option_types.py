"""The table of options as type checkers and editors read it.

Written by `python -m zipper.settings.generate`; imported for types alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypedDict

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping
    from concurrent.futures import Executor
    from datetime import date
    from typing import IO, Any

    from zipper.events import OnEvent
    from zipper.settings.build_request import BuildRequest
    from zipper.target import Target

    PathLike = str | os.PathLike[str]
    Event = bytes | PathLike | Mapping[str, object]

__all__ = ["RequestFields", "Settings"]


class Settings(NamedTuple):
    """What was given; None where nothing was."""

    name: str | None = None
    project: str | None = None
    handler: str | None = None
    entry: str | None = None
    runtime: str | None = None
    architecture: str | None = None
    output: str | None = None
    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    sourcemap: str | None = None
    decorators: str | None = None
    bundle: bool | None = None
    minify: bool | None = None
    external: tuple[str, ...] | None = None
    bundle_anyway: tuple[str, ...] | None = None
    sdk: str | None = None
    esbuild: str | None = None
    omit: tuple[str, ...] | None = None
    include_dev: bool | None = None
    registry: str | None = None
    prefer_offline: bool | None = None
    offline: bool | None = None
    no_git: bool | None = None
    lockfile: str | None = None
    no_workspace: bool | None = None
    include_root_dependencies: bool | None = None
    insecure_hosts: tuple[str, ...] | None = None
    vendor: str | None = None
    allow_scripts: tuple[str, ...] | None = None
    script_timeout: float | None = None
    node: str | None = None
    node_mirror: str | None = None
    node_version: str | None = None
    update: tuple[str, ...] | None = None
    update_all: bool | None = None
    max_size: int | None = None
    max_unzipped_size: int | None = None
    min_release_age: float | None = None
    require_integrity: bool | None = None
    verify_signatures: str | None = None
    audit_level: str | None = None
    audit_ignore: tuple[str, ...] | None = None
    osv: str | None = None
    no_recall: bool | None = None
    layers: tuple[str, ...] | None = None
    packages: tuple[str, ...] | None = None
    files: str | None = None
    versioned: bool | None = None
    prune: str | None = None
    keep: tuple[str, ...] | None = None
    drop: tuple[str, ...] | None = None
    prune_own: bool | None = None
    trace: str | None = None
    store_url: str | None = None
    store_accept: tuple[str, ...] | None = None
    store_key: str | None = None
    store_scope: str | None = None
    kind: str | None = None
    check: bool | None = None
    keep_failed: bool | None = None
    ignore: tuple[str, ...] | None = None
    downgrade: tuple[str, ...] | None = None
    provided: tuple[str, ...] | None = None
    node_options: str | None = None
    env: tuple[str, ...] | None = None
    strict: bool | None = None
    case: bool | None = None
    memory: int | None = None
    timeout: float | None = None
    limits: str | None = None
    network: bool | None = None
    concurrency: int | None = None
    runtime_modules: str | None = None
    cache_dir: str | None = None
    progress: bool | None = None
    quiet: bool | None = None
    verbose: bool | None = None
    deploy: Mapping[str, Any] | None = None
    functions: tuple[Settings, ...] = ()
    layer_tables: tuple[Settings, ...] = ()
    unknown_variables: tuple[str, ...] = ()


class RequestFields(NamedTuple):
    """A request: the options with their defaults."""

    project: str
    target: Target
    handler: str | None = None
    entry: str | None = None
    output: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    sourcemap: str = "none"
    decorators: str | None = None
    bundle: bool = False
    minify: bool = False
    external: tuple[str, ...] = ()
    bundle_anyway: tuple[str, ...] = ()
    sdk: str = "bundle"
    esbuild: str | None = None
    omit: tuple[str, ...] = ()
    include_dev: bool = False
    registry: str | None = None
    prefer_offline: bool = False
    offline: bool = False
    no_git: bool = False
    lockfile: str | None = None
    no_workspace: bool = False
    include_root_dependencies: bool = False
    insecure_hosts: tuple[str, ...] = ()
    vendor: str | None = None
    allow_scripts: tuple[str, ...] = ()
    script_timeout_seconds: float = 600
    node: str | None = None
    node_mirror: str | None = None
    node_version: str | None = None
    update: tuple[str, ...] = ()
    update_all: bool = False
    max_size_bytes: int | None = None
    max_unzipped_size_bytes: int | None = None
    min_release_age_days: float | None = None
    require_integrity: bool = False
    verify_signatures: str = "off"
    audit_level: str = "low"
    audit_ignore: tuple[str, ...] = ()
    osv: str | None = None
    no_recall: bool = False
    layers: tuple[str, ...] = ()
    packages: tuple[str, ...] = ("*",)
    files: str | None = None
    versioned: bool = False
    prune: str = "off"
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    prune_own: bool = False
    trace: str | None = None
    store_url: str | None = None
    store_accept: tuple[str, ...] = ()
    store_key: str | None = None
    store_scope: str | None = None
    kind: str = "function"
    check: bool = True
    keep_failed: bool = False
    ignore: tuple[str, ...] = ()
    downgrade: tuple[str, ...] = ()
    provided: tuple[str, ...] = ()
    node_options: str | None = None
    env: tuple[str, ...] = ()
    strict: bool = False
    case: bool = False
    memory_mb: int = 128
    timeout_seconds: float = 3
    limits: str = "standard"
    network: bool = True
    concurrency: int = 1
    runtime_modules: str | None = None
    cache_dir: str | None = None
    progress: bool = True
    quiet: bool = False
    verbose: bool = False
    name: str | None = None
    uses: tuple[BuildRequest, ...] = ()
    deploy: Mapping[str, Any] | None = None
    written: tuple[str, ...] = ()
    unknown_variables: tuple[str, ...] = ()


class _Shared1(TypedDict, total=False):
    """Options of 6 functions.

    build, build_all, check, explain, plan, run.
    """

    handler: str | None
    """Handler, such as `index.handler`; by default `main` of package.json and `.handler`."""
    entry: str | None
    """Entry file of a web function, such as `dist/server.js`; by default `index.js`."""
    layers: PathLike | Iterable[PathLike] | None
    """The function's layers, in their order: names in the settings, zips, or ARNs."""
    kind: str | None
    """What the zip is for."""
    node_options: str | None
    """NODE_OPTIONS of the function, by which its modules are judged, and with which it runs."""
    env: str | Iterable[str] | None
    """Variables of the function, by which its modules are judged, and with which it runs."""
    timeout_seconds: float | None
    """Seconds that one invocation may take."""


class _Shared2(TypedDict, total=False):
    """Options of 13 functions.

    audit, build, build_all, check, explain, install, layer, licenses, plan, resolve, run, sbom,
    vendor.
    """

    runtime: str | None
    """Runtime of the function."""
    cache_dir: PathLike | None
    """Folder of the store; by default the system's place for caches."""
    target: Target | str | None
    """A Target, or the name of a runtime, such as `nodejs22.x`."""


class _Shared3(TypedDict, total=False):
    """Options of 12 functions.

    audit, build, build_all, check, explain, install, layer, licenses, plan, resolve, run, sbom.
    """

    architecture: str | None
    """Architecture of the function."""


class _Shared4(TypedDict, total=False):
    """Options of 4 functions.

    build, build_all, layer, plan.
    """

    output: PathLike | IO[bytes] | type[bytes] | None
    """The zip to write; a folder if it ends in `/`; by default named after the project."""
    keep_failed: bool | None
    """Write the zip although its check fails; the exit status stays 1."""


class _Shared5(TypedDict, total=False):
    """Options of 6 functions.

    build, build_all, explain, licenses, plan, sbom.
    """

    include: str | Iterable[str] | None
    """gitignore patterns: take only project files that match."""
    sourcemap: str | None
    """Source maps of TypeScript: `linked` in the zip, `inline`, or `external` beside the zip."""
    minify: bool | None
    """Minify the bundle; stack traces then need a source map."""
    external: str | Iterable[str] | None
    """Packages that stay outside of the bundle, in node_modules."""
    bundle_anyway: str | Iterable[str] | None
    """Packages that go into the bundle although they would stay outside of it."""
    sdk: str | None
    """AWS's SDK: in the `bundle`, or left to the `runtime`."""
    esbuild: Mapping[str, object] | None
    """More options of esbuild for the bundle: `define`, `loader`, `alias` and others."""


class _Shared6(TypedDict, total=False):
    """Options of 7 functions.

    build, build_all, explain, layer, licenses, plan, sbom.
    """

    exclude: str | Iterable[str] | None
    """gitignore patterns of files to leave out, `node_modules/*/docs/` too; `!name` keeps one."""


class _Shared7(TypedDict, total=False):
    """Options of 7 functions.

    build, build_all, explain, licenses, plan, sbom, vendor.
    """

    decorators: str | None
    """What transforms decorators: `esbuild`, or `tsc`, which emits their metadata."""
    bundle: bool | None
    """Bundle the function with esbuild; what cannot be bundled stays in node_modules."""


class _Shared8(TypedDict, total=False):
    """Options of 9 functions.

    build, build_all, explain, install, layer, licenses, plan, sbom, vendor.
    """

    omit: str | Iterable[str] | None
    """Dependency types to leave out; a build always leaves out dev."""


class _Shared9(TypedDict, total=False):
    """Options of 2 functions.

    audit, install.
    """

    include_dev: bool | None
    """Take development dependencies too."""


class _Shared10(TypedDict, total=False):
    """Options of 12 functions.

    audit, build, build_all, explain, install, layer, licenses, plan, resolve, run, sbom, vendor.
    """

    registry: str | None
    """Registry to use instead of the one that npm's settings name."""
    prefer_offline: bool | None
    """Use cached packuments, however old they are."""
    offline: bool | None
    """Fail instead of opening a connection."""
    insecure_hosts: str | Iterable[str] | None
    """Hosts that may get a credential over plain HTTP."""
    on_event: OnEvent | None
    """Called with each event of `zipper.events`, from any thread."""


class _Shared11(TypedDict, total=False):
    """Options of 11 functions.

    audit, build, build_all, explain, install, layer, licenses, plan, resolve, sbom, vendor.
    """

    no_git: bool | None
    """Refuse dependencies from git; git is never started."""
    lockfile: str | None
    """Lockfile that counts where there are several, such as `pnpm-lock.yaml`."""
    no_workspace: bool | None
    """Build a member of a workspace as a project of its own, without its root."""
    include_root_dependencies: bool | None
    """Pack the dependencies of the workspace's root with a member, too."""
    min_release_age_days: float | None
    """Days since a version was published before it counts."""
    require_integrity: bool | None
    """Require a sha256, sha384 or sha512 for every tarball."""
    verify_signatures: str | None
    """Check the registry's signatures of all packages."""


class _Shared12(TypedDict, total=False):
    """Options of 10 functions.

    audit, build, build_all, explain, install, layer, licenses, plan, resolve, sbom.
    """

    vendor: PathLike | None
    """Folder made by `zipper vendor`; zipper looks there first."""


class _Shared13(TypedDict, total=False):
    """Options of 10 functions.

    build, build_all, explain, install, layer, licenses, plan, resolve, sbom, vendor.
    """

    allow_scripts: str | Iterable[str] | None
    """Packages whose install scripts may run, such as `esbuild` or `a@2`."""


class _Shared14(TypedDict, total=False):
    """Options of 8 functions.

    build, build_all, explain, install, layer, licenses, plan, sbom.
    """

    script_timeout_seconds: float | None
    """Seconds that one install script may take."""


class _Shared15(TypedDict, total=False):
    """Options of 9 functions.

    build, build_all, explain, install, layer, licenses, plan, run, sbom.
    """

    node: PathLike | None
    """Node.js for install scripts and runs: a path, a version or `system`."""
    node_mirror: str | None
    """Address to download Node.js from instead of nodejs.org."""


class _Shared16(TypedDict, total=False):
    """Options of 1 functions.

    resolve.
    """

    node_version: str | None
    """Node.js version that `engines` has to admit; by default the runtime's newest."""
    update: bool | str | Iterable[str] | None
    """Packages to choose anew, whatever the lockfile says."""
    check_lockfile: bool | None
    """Only say whether the lockfile is in step with package.json; write nothing."""
    output: PathLike | None
    """Lockfile to write; by default package-lock.json in the project."""


class _Shared17(TypedDict, total=False):
    """Options of 6 functions.

    build, build_all, check, explain, layer, plan.
    """

    max_size_bytes: int | None
    """Largest size of the zip: bytes, or text such as `40 MB`."""
    max_unzipped_size_bytes: int | None
    """Largest size of its files together."""
    ignore: str | Iterable[str] | None
    """Codes of warnings and infos to leave out."""
    downgrade: str | Iterable[str] | None
    """Codes of errors to tell as warnings: `CODE`, or `CODE:PATTERN` for some files."""
    strict: bool | None
    """Make a warning fail, as an error does."""


class _Shared18(TypedDict, total=False):
    """Options of 1 functions.

    audit.
    """

    level: str | None
    """Lowest severity of an advisory that fails."""
    ignore: str | Iterable[str] | None
    """Accepted advisories: `ID`, or `ID until 2027-01-31`."""
    osv: PathLike | None
    """Database in the OSV format to use instead of the registries: a zip, or JSON."""
    today: date | None
    """The day on which `ignore` is read, by default this one in UTC."""


class _Shared19(TypedDict, total=False):
    """Options of 12 functions.

    audit, build, build_all, check, explain, install, layer, licenses, plan, resolve, sbom, vendor.
    """

    no_recall: bool | None
    """Ignore remembered results; work everything out again."""


class _Shared20(TypedDict, total=False):
    """Options of 1 functions.

    layer.
    """

    packages: str | Iterable[str] | None
    """Packages of a layer, each with all that it needs: names, or `@acme/*`; by default all."""
    files: PathLike | None
    """Folder whose files a layer has beside the packages, such as `bin/` and `lib/`."""
    versioned: bool | None
    """Put a layer's packages where only functions of its runtime find them."""


class _Shared21(TypedDict, total=False):
    """Options of 4 functions.

    build, build_all, explain, plan.
    """

    prune: str | None
    """Take out of packages what cannot run: classes that no Node loads, or all unreached."""
    keep: str | Iterable[str] | None
    """gitignore patterns of packages' files that pruning keeps, such as `pkg/**`."""
    drop: str | Iterable[str] | None
    """gitignore patterns of packages' files that pruning takes out; the proof still holds."""
    prune_own: bool | None
    """Prune the project's own files too."""
    trace: PathLike | None
    """What a function opened, by `zipper run --trace FILE`; pruning keeps it."""


class _Shared22(TypedDict, total=False):
    """Options of 7 functions.

    build, build_all, explain, install, licenses, plan, sbom.
    """

    store_url: str | None
    """Store of packages that machines share: `s3://`, `gs://`, `az://`, `file://`, `https://`."""
    store_accept: str | Iterable[str] | None
    """Whose claims in it count: a public key, `repository=`, `ref=` and `workflow=`."""
    store_key: PathLike | None
    """Key that signs what is put there: the secret key, or the path of its file."""
    store_scope: str | None
    """What it signs for: `repository=`, `ref=`, `workflow=`; by default what the CI says."""


class _Shared23(TypedDict, total=False):
    """Options of 3 functions.

    build, build_all, plan.
    """

    check: bool | None
    """Follow the modules of the zip and read its binaries."""


class _Shared24(TypedDict, total=False):
    """Options of 5 functions.

    build, build_all, check, explain, plan.
    """

    provided: str | Iterable[str] | None
    """Modules that something else brings, such as a layer that is known by its ARN only."""


class _Shared25(TypedDict, total=False):
    """Options of 1 functions.

    check.
    """

    tells_case: bool | None
    """Warn about names that differ only in case."""
    unknown_runtime: str | None
    """Name of a runtime that zipper does not know, which is an error then."""


class _Shared26(TypedDict, total=False):
    """Options of 1 functions.

    run.
    """

    memory_mb: int | None
    """Memory of the function in MB, Node.js included."""
    limits: str | None
    """Limits of the service: today's, or the preview's 1 GB and 60 s."""
    network: bool | None
    """Let the function reach the network."""
    concurrency: int | None
    """Processes that start at once; each takes all events."""
    runtime_modules: PathLike | None
    """Folder that replaces the runtime's AWS SDK."""
    events: Event | Iterable[Event] | None
    """Dicts, JSON as bytes, or paths of JSON files; they share one process."""
    environment: Mapping[str, str] | None
    """The function's own variables; nothing else of yours reaches it."""


class _Shared27(TypedDict, total=False):
    """Options of 1 functions.

    build_all.
    """

    affected: str | None
    """Build what differs from where this branch left BASE, and nothing else."""
    workers: int | None
    """Processes that build several functions at once; by default threads of this one."""
    scheduler: str | None
    """Scheduler of a dask cluster whose workers build several functions (extra `dask`)."""
    executor: Executor | None
    """Workers that build several functions: any `concurrent.futures.Executor`."""


class _Shared28(TypedDict, total=False):
    """Options of 1 functions.

    build.
    """

    unpacked: PathLike | None
    """Write the package as a folder instead of a zip."""


class _Shared29(TypedDict, total=False):
    """Options of 1 functions.

    vendor.
    """

    architectures: str | Iterable[str] | None
    """Architectures of the functions; by default all."""


class _Shared30(TypedDict, total=False):
    """Options of 8 functions.

    build, explain, install, licenses, plan, resolve, sbom, vendor.
    """

    function: str | None
    """Name of one of several functions in the settings."""


class _Shared31(TypedDict, total=False):
    """Options of 5 functions.

    audit, build, build_all, check, layer.
    """

    raise_on_error: bool | None
    """Raise ECHECK for what does not pass, instead of returning it."""


class AuditOptions(
    _Shared2,
    _Shared3,
    _Shared9,
    _Shared10,
    _Shared11,
    _Shared12,
    _Shared18,
    _Shared19,
    _Shared31,
    total=False,
):
    """What `zipper.audit` takes."""


class BuildOptions(
    _Shared1,
    _Shared2,
    _Shared3,
    _Shared4,
    _Shared5,
    _Shared6,
    _Shared7,
    _Shared8,
    _Shared10,
    _Shared11,
    _Shared12,
    _Shared13,
    _Shared14,
    _Shared15,
    _Shared17,
    _Shared19,
    _Shared21,
    _Shared22,
    _Shared23,
    _Shared24,
    _Shared28,
    _Shared30,
    _Shared31,
    total=False,
):
    """What `zipper.build` takes."""


class BuildAllOptions(
    _Shared1,
    _Shared2,
    _Shared3,
    _Shared4,
    _Shared5,
    _Shared6,
    _Shared7,
    _Shared8,
    _Shared10,
    _Shared11,
    _Shared12,
    _Shared13,
    _Shared14,
    _Shared15,
    _Shared17,
    _Shared19,
    _Shared21,
    _Shared22,
    _Shared23,
    _Shared24,
    _Shared27,
    _Shared31,
    total=False,
):
    """What `zipper.build_all` takes."""


class CheckOptions(
    _Shared1,
    _Shared2,
    _Shared3,
    _Shared17,
    _Shared19,
    _Shared24,
    _Shared25,
    _Shared31,
    total=False,
):
    """What `zipper.check` takes."""


class ExplainOptions(
    _Shared1,
    _Shared2,
    _Shared3,
    _Shared5,
    _Shared6,
    _Shared7,
    _Shared8,
    _Shared10,
    _Shared11,
    _Shared12,
    _Shared13,
    _Shared14,
    _Shared15,
    _Shared17,
    _Shared19,
    _Shared21,
    _Shared22,
    _Shared24,
    _Shared30,
    total=False,
):
    """What `zipper.explain` takes."""


class InstallOptions(
    _Shared2,
    _Shared3,
    _Shared8,
    _Shared9,
    _Shared10,
    _Shared11,
    _Shared12,
    _Shared13,
    _Shared14,
    _Shared15,
    _Shared19,
    _Shared22,
    _Shared30,
    total=False,
):
    """What `zipper.install` takes."""


class LayerOptions(
    _Shared2,
    _Shared3,
    _Shared4,
    _Shared6,
    _Shared8,
    _Shared10,
    _Shared11,
    _Shared12,
    _Shared13,
    _Shared14,
    _Shared15,
    _Shared17,
    _Shared19,
    _Shared20,
    _Shared31,
    total=False,
):
    """What `zipper.layer` takes."""


class LicensesOptions(
    _Shared2,
    _Shared3,
    _Shared5,
    _Shared6,
    _Shared7,
    _Shared8,
    _Shared10,
    _Shared11,
    _Shared12,
    _Shared13,
    _Shared14,
    _Shared15,
    _Shared19,
    _Shared22,
    _Shared30,
    total=False,
):
    """What `zipper.licenses` takes."""


class PlanOptions(
    _Shared1,
    _Shared2,
    _Shared3,
    _Shared4,
    _Shared5,
    _Shared6,
    _Shared7,
    _Shared8,
    _Shared10,
    _Shared11,
    _Shared12,
    _Shared13,
    _Shared14,
    _Shared15,
    _Shared17,
    _Shared19,
    _Shared21,
    _Shared22,
    _Shared23,
    _Shared24,
    _Shared30,
    total=False,
):
    """What `zipper.plan` takes."""


class ResolveOptions(
    _Shared2,
    _Shared3,
    _Shared10,
    _Shared11,
    _Shared12,
    _Shared13,
    _Shared16,
    _Shared19,
    _Shared30,
    total=False,
):
    """What `zipper.resolve` takes."""


class RunOptions(
    _Shared1,
    _Shared2,
    _Shared3,
    _Shared10,
    _Shared15,
    _Shared26,
    total=False,
):
    """What `zipper.run` takes."""


class SbomOptions(
    _Shared2,
    _Shared3,
    _Shared5,
    _Shared6,
    _Shared7,
    _Shared8,
    _Shared10,
    _Shared11,
    _Shared12,
    _Shared13,
    _Shared14,
    _Shared15,
    _Shared19,
    _Shared22,
    _Shared30,
    total=False,
):
    """What `zipper.sbom` takes."""


class VendorOptions(
    _Shared2,
    _Shared7,
    _Shared8,
    _Shared10,
    _Shared11,
    _Shared13,
    _Shared19,
    _Shared29,
    _Shared30,
    total=False,
):
    """What `zipper.vendor` takes."""
