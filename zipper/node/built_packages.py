"""Packages whose install scripts may run: built once, and from then on found in the store.

In: packages with scripts and consent, the store, a way to make the tree on disk and a way to get a
Node. Out: each package's files after its scripts. Where the store has them all, nothing runs and no
Node is asked for.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zipper.errors import OutputError
from zipper.files import write_error
from zipper.node.install_scripts import name_log, script_key
from zipper.store.keys import StoreKey
from zipper.store.store_zip_format import inflate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zipper.archive.entries import PlannedEntry
    from zipper.errors import NodeError
    from zipper.node.environment import NodeEnvironment
    from zipper.node.install_scripts import ScriptPackage
    from zipper.node.script_workshop import ScriptResult, Workshop
    from zipper.store.store_zip import StoreZip
    from zipper.store.store_zips import Store
    from zipper.target import Target

__all__ = ["Built", "ScriptSettings", "build_packages"]

_ALGORITHM: Final = "scripts"
"""Where a result is in the store: a folder beside those of the hash algorithms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptSettings:
    """How scripts run.

    Attributes:
        node_version: of the Node that runs them; part of the key.
        logs: a folder in which each package's output is kept.
        variables: the user's own environment for scripts; part of the key.
        surroundings: what scripts find on this machine; part of the key.
    """

    target: Target
    node_version: str
    logs: Path
    timeout_seconds: float = 600
    variables: Mapping[str, str] = field(default_factory=dict)
    surroundings: Sequence[object] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One package after its scripts.

    Attributes:
        files: all of the package's files, names relative to its folder.
        beside: files that its scripts wrote next to it, names relative to the node_modules folder
            that holds it, such as `.prisma/client/index.js`.
        ignored: files of other packages that its scripts changed; the changes are lost.
        made_in: the Node that ran its scripts, in this build or an earlier one; in words.
        failure: why the scripts of an optional package failed; the tree then goes without it.
        log: what its scripts printed; None where that is not there any more.
        notes: why its scripts had more rights than they should.
    """

    package: ScriptPackage
    files: tuple[PlannedEntry, ...] = ()
    beside: tuple[PlannedEntry, ...] = ()
    ignored: tuple[str, ...] = ()
    made_in: str = ""
    failure: NodeError | None = None
    log: Path | None = None
    notes: tuple[str, ...] = ()


def build_packages(
    packages: Mapping[str, tuple[ScriptPackage, StoreZip]],
    *,
    store: Store,
    settings: ScriptSettings,
    provide_node: Callable[[], NodeEnvironment],
    make_tree: Callable[[Path], None],
) -> dict[str, Built]:
    """Return every package after its scripts, by location.

    Args:
        packages: location to the package and its own files; only those with scripts and consent.
        store: where results are looked for and kept.
        settings: how scripts run, and what their results are keyed by.
        provide_node: asked for a Node only if something must run.
        make_tree: makes the whole tree below a folder, with copies rather than links of the
            store's files, and with `.bin`; called only if something must run.

    Raises:
        NodeError: ESCRIPT if a script of a required package fails; ENODE without a Node.
        StoreError: ESTORE.
        OutputError: EOUTPUT where the temporary folder cannot hold the tree.
    """
    built: dict[str, Built] = {}
    missing: dict[str, StoreKey] = {}
    for location, (package, own) in packages.items():
        key = _key(package, settings)
        found = store.find(key) if store.notebook.recalls else None
        if found is None:
            missing[location] = key
        else:
            log = settings.logs / name_log(package)
            built[location] = _apply(package, own, found, log=log if log.is_file() else None)
    if missing:
        ready = list(built.values())
        wanted = {location: packages[location] for location in missing}
        built |= _run(wanted, missing, ready, store, settings, provide_node(), make_tree)
    return built


def _run(
    packages: Mapping[str, tuple[ScriptPackage, StoreZip]],
    keys: Mapping[str, StoreKey],
    ready: list[Built],
    store: Store,
    settings: ScriptSettings,
    node: NodeEnvironment,
    make_tree: Callable[[Path], None],
) -> dict[str, Built]:
    """Run the scripts of `packages` in a tree of their own, and keep what they made."""
    from zipper.node.script_process import ScriptHost  # noqa: PLC0415 - a warm build runs nothing
    from zipper.node.script_workshop import Workshop  # noqa: PLC0415 - the same
    from zipper.scratch import scratch_folder  # noqa: PLC0415 - the same

    digest = hashlib.sha256(repr(sorted(keys.items())).encode()).hexdigest()
    try:
        with scratch_folder("zipper-scripts-", name=digest[:16]) as scratch:
            host = ScriptHost(
                root=scratch / "tree",
                work=scratch / "work",
                node=node,
                target=settings.target,
                timeout_seconds=settings.timeout_seconds,
                variables=settings.variables,
            )
            host.root.mkdir()
            make_tree(host.root)
            _restore(ready, host.root)
            workshop = Workshop(host, logs=settings.logs)
            workshop.prepare()
            results = workshop.run([one for one, _ in packages.values()])
            return {
                at: _keep(one, packages[at], keys[at], store, workshop)
                for at, one in results.items()
            }
    except OSError as cause:
        raise write_error(cause, Path(cause.filename or settings.logs), OutputError) from cause


def _keep(
    result: ScriptResult,
    package: tuple[ScriptPackage, StoreZip],
    key: StoreKey,
    store: Store,
    workshop: Workshop,
) -> Built:
    """Put what the scripts of one package made into the store, unless they failed."""
    if result.failure is not None:
        return Built(package=package[0], failure=result.failure, log=result.log)
    return _apply(*package, store.add(key, workshop.pack(result)), log=result.log)


def _restore(ready: list[Built], root: Path) -> None:
    """Put what earlier builds made into the tree; scripts that run now may need it."""
    from zipper.node.script_workshop import holder_of  # noqa: PLC0415 - as above
    from zipper.store.install_files import write_entries  # noqa: PLC0415 - as above

    for one in ready:
        write_entries(one.files, root / one.package.location)
        write_entries(one.beside, root / holder_of(one.package.location))


def _apply(
    package: ScriptPackage, own: StoreZip, kept: StoreZip, *, log: Path | None = None
) -> Built:
    """Return the package's own files with what its scripts changed; nothing is inflated anew."""
    inside: dict[bytes, PlannedEntry] = {entry.name: entry for entry in own.members("")}
    beside: list[PlannedEntry] = []
    facts: dict[str, Any] = {}
    for entry in kept.members(""):
        kind, _, name = entry.name.partition(b"/")
        if kind == b"package":
            inside[name] = entry._replace(name=name)
        elif kind == b"beside":
            beside.append(entry._replace(name=name))
        else:
            facts = json.loads(inflate(entry))
    for path in facts.get("removed", []):
        inside.pop(path.partition("/")[2].encode("utf-8", "surrogateescape"), None)
    return Built(
        package=package,
        files=tuple(sorted(inside.values())),
        beside=tuple(sorted(beside)),
        ignored=tuple(facts.get("ignored", [])),
        made_in=str(facts.get("node", "")),
        notes=tuple(facts.get("notes", [])),
        log=log,
    )


def _key(package: ScriptPackage, settings: ScriptSettings) -> StoreKey:
    digest = script_key(
        package,
        node_version=settings.node_version,
        target=settings.target,
        variables=settings.variables,
        surroundings=settings.surroundings,
    )
    return StoreKey(_ALGORITHM, digest)
