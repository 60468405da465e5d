"""The install scripts of a whole tree: which may run, what they made, who falls away.

In: the selected tree, its packages' files, the consent. Out: the tree and the files as they are
after the scripts. Without an entry that names one of its packages, a tree passes through as it is,
and nothing but this module is imported.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from zipper.fetching.package_files import Scripted
from zipper.findings import Finding
from zipper.node.consent import find_allowed
from zipper.tree.model import ROOT, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from zipper.fetching.package_files import Obtained
    from zipper.node.built_packages import Built
    from zipper.node.consent import Consent
    from zipper.node.environment import NodeEnvironment
    from zipper.node.install_scripts import ScriptPackage
    from zipper.store.store_zip import StoreZip
    from zipper.store.store_zips import Store
    from zipper.target import Target
    from zipper.tree.model import Node

__all__ = ["ScriptRunner", "run_tree_scripts"]

_WHOLE: Final = "scripts-whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptRunner:
    """How scripts run, should any have to.

    Attributes:
        node_version: the Node that is asked for; part of what results are keyed by.
        node_choice: the one that the user asks for, if he does: a path, a version, `system`.
        provide_node: asked for a Node only if something must run.
        make_tree: makes the whole tree below a folder, with copies rather than links of the
            store's files, and with `.bin`; called only if something must run.
        variables: the user's own environment for scripts.
    """

    target: Target
    node_version: str
    node_choice: str | None
    provide_node: Callable[[], NodeEnvironment]
    make_tree: Callable[[Path], None]
    timeout_seconds: float
    variables: Mapping[str, str] = field(default_factory=dict)


def run_tree_scripts(
    tree: Tree,
    obtained: Obtained,
    *,
    consent: Consent,
    store: Store,
    runner: ScriptRunner,
    legacy_peer_deps: bool = False,
) -> Scripted:
    """Return the tree after the scripts that `consent` allows, run now or in an earlier build.

    An optional package whose script fails falls away, with all that only it needs, as with npm.

    Raises:
        NodeError: ESCRIPT if a script of a required package fails; ENODE without a Node.
        StoreError: ESTORE.
    """
    packages = _find_packages(tree, obtained, consent) if consent.allowed else {}
    if not packages:
        return Scripted(tree, obtained)
    from zipper.node.built_packages import ScriptSettings, build_packages  # noqa: PLC0415 - rare
    from zipper.node.script_surroundings import describe_surroundings  # noqa: PLC0415 - rare
    from zipper.store.code_identity import code_identity  # noqa: PLC0415 - rare

    settings = ScriptSettings(
        target=runner.target,
        node_version=runner.node_choice or runner.node_version,
        logs=store.cache_dir / "scripts",
        timeout_seconds=runner.timeout_seconds,
        variables=runner.variables,
        surroundings=[code_identity(), *describe_surroundings(runner.node_choice, store.notebook)],
    )
    built = build_packages(
        packages,
        store=store,
        settings=settings,
        provide_node=runner.provide_node,
        make_tree=runner.make_tree,
    )
    kept = _without_failed(tree, built, legacy_peer_deps=legacy_peer_deps)
    zips = {at: found for at, found in obtained.zips.items() if at in kept.nodes}
    for at, one in built.items():
        if at in zips:
            zips[at] = _whole(store, zips[at], one)
    findings = (*obtained.findings, *_findings(built))
    beside = {at: one.beside for at, one in built.items() if one.beside and at in zips}
    return Scripted(kept, obtained._replace(zips=zips, findings=findings), beside)


def _find_packages(
    tree: Tree, obtained: Obtained, consent: Consent
) -> dict[str, tuple[ScriptPackage, StoreZip]]:
    """Return the packages that have install scripts and consent, with their own files."""
    found = {}
    for location in sorted(find_allowed(tree, consent) & obtained.zips.keys()):
        zipped = obtained.zips[location]
        package = _script_package(tree.nodes[location], zipped)
        if package.scripts:
            found[location] = (package, zipped)
    if not found:
        return {}
    from zipper.node.built_against import Against  # noqa: PLC0415 - rare

    against = Against(tree, obtained, frozenset(found))
    return {
        location: (replace(package, against=against.digest(location)), zipped)
        for location, (package, zipped) in found.items()
    }


def _script_package(node: Node, zipped: StoreZip) -> ScriptPackage:
    from zipper.node.install_scripts import ScriptPackage, package_scripts  # noqa: PLC0415 - rare

    try:
        package_json = json.loads(zipped.read("package.json") or b"{}")
    except ValueError:
        package_json = {}  # as with npm, such a package has no scripts
    if not isinstance(package_json, dict):
        package_json = {}
    return ScriptPackage(
        location=node.location,
        name=node.package_name,
        version=node.version,
        content=zipped.path.stem,
        package_json=package_json,
        scripts=package_scripts(package_json, has_binding_gyp="binding.gyp" in zipped.names()),
        resolved=node.resolved,
        integrity=node.integrity,
        optional=node.optional,
        dev=node.dev,
        peer=node.peer,
        dev_optional=node.dev_optional,
    )


def _whole(store: Store, own: StoreZip, built: Built) -> StoreZip:
    """Return the package after its scripts as a store zip of this process."""
    import hashlib  # noqa: PLC0415 - rare

    from zipper.store.keys import StoreKey  # noqa: PLC0415 - rare

    facts = repr([(entry.name, entry.fields, entry.mode) for entry in built.files])
    digest = hashlib.sha512(f"{own.path.stem}\0{facts}".encode()).hexdigest()
    return store.keep_in_memory(StoreKey(_WHOLE, digest), built.files)


def _without_failed(tree: Tree, built: Mapping[str, Built], *, legacy_peer_deps: bool) -> Tree:
    """Return the tree without optional packages whose scripts failed, and what they alone need."""
    failed = [location for location, one in built.items() if one.failure is not None]
    if not failed:
        return tree
    from zipper.tree.connections import connect  # noqa: PLC0415 - rare
    from zipper.tree.optional_set import find_optional_set  # noqa: PLC0415 - rare

    connections = connect(tree, legacy_peer_deps=legacy_peer_deps)
    gone: set[str] = set()
    for location in failed:
        gone |= find_optional_set([location], connections, inert=gone)
    gone.discard(ROOT)
    folders = tuple(f"{location}/" for location in gone)
    return Tree(
        {
            location: node
            for location, node in tree.nodes.items()
            if location not in gone and not location.startswith(folders)
        }
    )


def _findings(built: Mapping[str, Built]) -> Iterator[Finding]:
    for location, one in sorted(built.items()):
        label = one.package.label
        if one.failure is not None:
            yield Finding(
                "script-failed",
                "warning",
                location,
                f"{label} is optional and left out: {one.failure.message}",
                f"read `{one.log}`, or take it out of `allow_scripts`",
            )
        else:
            yield Finding(
                "script-ran",
                "info",
                location,
                f"{label} is packed as its install scripts left it, run in {one.made_in}",
                f"what they said: `{one.log}`" if one.log else "they ran in another build",
            )
        if one.notes:
            yield Finding(
                "script-unconfined",
                "warning",
                location,
                f"the scripts of {label} ran with your own rights: {'; '.join(one.notes)}",
                "permit user namespaces on this machine, or build where there is nothing to lose",
            )
        for path in one.ignored[:1]:
            count = len(one.ignored)
            yield Finding(
                "script-change-lost",
                "warning",
                location,
                f"the scripts of {label} changed {count} file(s) of other packages, such as"
                f" `{path}`; these are packed unchanged",
                "let each package make its own files; what a script writes into its own folder,"
                " or into a dotted folder beside it, is kept",
            )
