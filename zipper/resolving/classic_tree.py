"""The tree of a project that yarn 1 has locked: versions and instances as in its lockfile.

In: a project without a lockfile of npm's and with a yarn.lock of version 1. Out: the importer's
closure laid out in node_modules, every edge proven; None where the lockfile lacks what package.json
asks for, so that the resolver has to answer. What it came to is noted.

Deviation: npm reads of a yarn.lock which version a spec means, and places packages by its own
rules. `resolve`, which writes npm's lockfile, does so too; a build packs what yarn would install.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from zipper.project.read_manifest import find_manifest, fingerprint
from zipper.resolving.noted_tree import read_noted_tree, write_noted_tree
from zipper.resolving.yarn_mirror import find_mirror
from zipper.store.notes import LOCKFILE_PROOF
from zipper.tree.target_fit import fits_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.lockfile.yarn_classic_graph import ClassicGraph
    from zipper.npm.package_json import Manifest
    from zipper.npm.spec import Spec
    from zipper.project.read_project import Project
    from zipper.registry.lazy_client import LazyClient
    from zipper.resolving.tarball_manifests import OpenedPackages
    from zipper.store.notes import Value
    from zipper.store.store_zips import Store
    from zipper.target import Target
    from zipper.tree.locked_graph import Instance, LockedGraph
    from zipper.tree.model import Tree

__all__ = ["find_classic_tree"]


def find_classic_tree(
    project: Project,
    *,
    target: Target,
    store: Store,
    client: LazyClient,
    omit: frozenset[str] | None,
) -> Tree | None:
    """Return the tree that a yarn.lock of version 1 means for the folder that is built.

    Args:
        project: one with `yarn_lock`.
        target: its os, cpu, libc and Node decide which optional packages are there.
        store: has the notes, and takes packages that have to be opened.
        client: asks for the packuments, in which platforms and peers are.
        omit: dependency types to leave out; None for the whole tree.

    Raises:
        LockfileError: ELAYOUT.
        ZipperError: what asking for packuments and opening packages raises.
    """
    inputs = (
        project.fingerprint,
        project.member,
        project.npm.digest(),
        target.node_version,
        (target.os, target.cpu, target.libc),
        None if omit is None else tuple(sorted(omit)),
        find_mirror(project.root),
    )
    noted = store.notebook.recall(LOCKFILE_PROOF, inputs, lambda known: _hold(project, known))
    if noted is not None:
        return read_noted_tree(noted, project) if noted else None
    made = _make(project, target, store, client, omit)
    text = b""
    witnesses: tuple[Value, ...] = ()
    if made is not None:
        tree, witnesses = made
        text = write_noted_tree(tree, project)
    store.notebook.remember(LOCKFILE_PROOF, inputs, text, witnesses)
    return read_noted_tree(text, project) if text else None


def _hold(project: Project, witnesses: Value) -> bool:
    rows = witnesses if isinstance(witnesses, tuple) else ()
    return all(
        isinstance(row, tuple) and _hash_manifest(project, str(row[0])) == row[1] for row in rows
    )


def _hash_manifest(project: Project, folder: str) -> str:
    seen: list[bytes] = []
    find_manifest(project.root / folder, seen=seen)
    return fingerprint(seen)


def _make(
    project: Project,
    target: Target,
    store: Store,
    client: LazyClient,
    omit: frozenset[str] | None,
) -> tuple[Tree, tuple[Value, ...]] | None:
    # All that reads and lays out the lockfile: a warm build needs none of it.
    from zipper.layout.edge_proof import prove_edges  # noqa: PLC0415
    from zipper.lockfile.yarn_classic_graph import state_classic_graph  # noqa: PLC0415
    from zipper.resolving.locked_manifests import describe_instances  # noqa: PLC0415
    from zipper.tree.graph_closure import take_closure  # noqa: PLC0415
    from zipper.tree.hoist import hoist  # noqa: PLC0415
    from zipper.tree.merge_instances import merge_instances  # noqa: PLC0415
    from zipper.tree.provided_peers import bind_rest  # noqa: PLC0415

    importers = {"": project.manifest}
    for folder in sorted(project.workspaces.values()):
        manifest = find_manifest(project.root / folder)
        if manifest is not None and folder not in ("", "."):
            importers[folder] = manifest
    omitted = frozenset() if omit is None else omit
    stated = state_classic_graph(
        project.yarn_lock or {},
        importers,
        workspaces=dict(project.workspaces),
        omits_dev="dev" in omitted,
    )
    if stated is None or project.member not in stated.graph.importers:
        return None
    graph, folders = _know_all(stated, project, omitted, store=store, client=client)

    def fits(own: Instance) -> bool:
        return omit is None or fits_target(own.manifest, target)

    graph = bind_rest(graph, project.member)
    closure = take_closure(graph, project.member, fits=fits, omit=omitted)
    closure = describe_instances(closure, project.member, omits_dev="dev" in omitted)
    closure = merge_instances(closure)
    hoisted = hoist(closure, project.member)
    proof = prove_edges(hoisted.tree, closure, project.member)
    assert not proof.wrong, proof.wrong
    return hoisted.tree, tuple((one, _hash_manifest(project, one)) for one in sorted(folders))


def _know_all(
    stated: ClassicGraph,
    project: Project,
    omit: frozenset[str],
    *,
    store: Store,
    client: LazyClient,
) -> tuple[LockedGraph, dict[str, Manifest]]:
    """Return what the importer reaches, its packages known and their peers bound; and its folders.

    A peer may be what another member asks for, which is to be known then, too.
    """
    from zipper.lockfile.yarn_classic_peers import bind_classic_peers  # noqa: PLC0415  (see _make)
    from zipper.tree.graph_closure import take_closure  # noqa: PLC0415  (the same)
    from zipper.tree.graph_folders import know_folders  # noqa: PLC0415  (the same)

    whole = stated.graph
    known: dict[str, Instance] = {}
    folders: dict[str, Manifest] = {}
    while True:
        reached = take_closure(whole, project.member, fits=lambda _: True, omit=omit)
        new = {key: own for key, own in reached.instances.items() if key not in known}
        if not new:
            return reached, folders
        added = reached._replace(instances=new)
        folders |= _read_folders(project, added)
        known |= _know(stated, added, project, store=store, client=client)
        graph = stated.graph._replace(instances={**stated.graph.instances, **known})
        whole = bind_classic_peers(know_folders(graph, folders), stated.named, stated.requests)


def _read_folders(project: Project, graph: LockedGraph) -> dict[str, Manifest]:
    found = {}
    for own in graph.instances.values():
        if own.folder is not None and own.folder not in graph.importers:
            manifest = find_manifest(project.root / own.folder)
            if manifest is not None:
                found[own.folder] = manifest
    return found


def _know(
    stated: ClassicGraph,
    graph: LockedGraph,
    project: Project,
    *,
    store: Store,
    client: LazyClient,
) -> Iterator[tuple[str, Instance]]:
    """Yield each instance with the manifest that its registry or its own package.json has."""
    from zipper.resolving.resolve_tree import list_own_specs  # noqa: PLC0415  (with the rest)
    from zipper.resolving.tarball_manifests import OpenedPackages  # noqa: PLC0415  (with the rest)
    from zipper.supply.sources import refuse_source  # noqa: PLC0415  (with the rest)

    refuse = partial(refuse_source, settings=project.npm, own=list_own_specs(project))
    opened = OpenedPackages(project.root, store=store, client=client, refuse=refuse)
    mirrored = _find_mirrored(stated, graph, project)
    registry = [
        own.manifest.name
        for key, own in graph.instances.items()
        if own.folder is None and key not in stated.specs and key not in mirrored
    ]
    if registry:
        client().prefetch(sorted(set(registry)), full=False, then=lambda _: None)
    for key, own in graph.instances.items():
        if own.folder is not None:
            yield key, own
        elif key in mirrored:
            read = _open(own, mirrored[key], project, opened)
            yield key, read._replace(integrity=own.integrity or read.integrity)
        elif key in stated.specs:
            yield key, _open(own, stated.specs[key], project, opened)
        else:
            packument = client().open_packument(own.manifest.name)
            manifest = packument.manifest(own.manifest.version)
            yield key, _describe(own, manifest, own.integrity)


def _find_mirrored(stated: ClassicGraph, graph: LockedGraph, project: Project) -> dict[str, Spec]:
    """Return what means the file of each package that is in yarn's offline mirror."""
    from zipper.npm.spec import resolve_spec  # noqa: PLC0415  (with the rest)

    mirror = find_mirror(project.root)
    found = {}
    for key in graph.instances if mirror is not None else ():
        assert mirror is not None
        place = mirror.find(stated.addresses.get(key, ""))
        if place is not None:
            name = graph.instances[key].manifest.name
            found[key] = resolve_spec(name, f"file:{place}", where="/")
    return found


def _open(own: Instance, spec: Spec, project: Project, opened: OpenedPackages) -> Instance:
    if spec.type == "file":
        place = project.root / (spec.fetch_spec or "").lstrip("/")
        spec = spec._replace(fetch_spec=place.as_posix())
    found = opened.read_spec(spec)
    resolved = found.resolved
    prefix = f"file:{project.root.as_posix()}/"
    if resolved.startswith(prefix):
        resolved = f"file:{resolved.removeprefix(prefix)}"
    return _describe(own, found.manifest, found.integrity)._replace(resolved=resolved)


def _describe(own: Instance, manifest: Manifest, integrity: str | None) -> Instance:
    """Return the instance with all that its manifest says but what it depends on."""
    locked = own.manifest
    return own._replace(
        manifest=manifest._replace(
            name=locked.name,
            version=locked.version,
            dependencies=locked.dependencies,
            optional_dependencies=locked.optional_dependencies,
            libc=(),  # yarn 1 knows none, and installs packages for glibc and musl alike
        ),
        integrity=integrity,
    )
