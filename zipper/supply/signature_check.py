"""Whether the registries have signed the packages of a tree: keys and signatures are fetched here.

In: nodes of a selected tree. Out: findings; the rules are in `zipper.supply.signatures`. What was
found good is noted, so that only new packages are asked for, and once a day if their keys hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from zipper.errors import IntegrityError, RegistryError
from zipper.findings import Finding
from zipper.npm.git_resolved import is_git
from zipper.registry.address import registry_url
from zipper.store.notes import SIGNATURE
from zipper.supply.signatures import Signed, SigningKey, parse_keys, verify_signatures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zipper.npm.npm_settings import NpmSettings
    from zipper.npm.packument import Packument
    from zipper.registry.client import RegistryClient
    from zipper.registry.lazy_client import LazyClient
    from zipper.store.notes import Value
    from zipper.store.store_zips import Store
    from zipper.tree.model import Node

__all__ = ["check_signatures"]

_KEYS: Final = "-/npm/v1/keys"

_TOLD_HINT: Final = '`verify_signatures = "error"` refuses such a package, `"off"` checks none'

_NO_KEYS: Final = frozenset({"E400", "E404", "E405", "E501"})


def check_signatures(
    nodes: Iterable[Node],
    *,
    store: Store,
    client: LazyClient,
    is_required: bool,
) -> tuple[Finding, ...]:
    """Return a finding for each package that its registry does not vouch for.

    Args:
        nodes: those of the selected tree that have a tarball of their own.
        store: where it is noted what was good.
        client: makes the registry's client; called only for packages that are new.
        is_required: raise for them instead, all in one error.

    Raises:
        IntegrityError: where `is_required`: the code of the first package, with facts for all.
        UsageError: ENOCRYPTOGRAPHY.
        RegistryError: a packument cannot be had, or the keys for another reason than that the
            registry has none.
    """
    today, npm = client.today(), client.npm

    def was_today(day: object) -> bool:
        return today is None or day == today

    notes = [(node, _inputs_of(node, npm)) for node in nodes]
    new = {
        node.location: (node, inputs)
        for node, inputs in notes
        if store.notebook.recall(SIGNATURE, inputs, was_today) is None
    }
    bad: list[tuple[Node, IntegrityError]] = []
    for node, error in _judge_each([node for node, _ in new.values()], client()) if new else ():
        if error is None:
            # A registry may take a key back, so what it has signed is good for a day.
            store.notebook.remember(SIGNATURE, new[node.location][1], b"", today)
        else:
            bad.append((node, error))
    if bad and is_required:
        raise _refuse([error for _, error in bad])
    return tuple(
        Finding("signature", "warning", node.location, error.message, _TOLD_HINT)
        for node, error in bad
    )


def _judge_each(
    nodes: list[Node], client: RegistryClient
) -> Iterator[tuple[Node, IntegrityError | None]]:
    """Yield each node with what is wrong with its signature."""
    from_registry = [node for node in nodes if not _is_elsewhere(node)]
    client.prefetch(dict.fromkeys(node.package_name for node in from_registry), full=True)
    keys: dict[str, Mapping[str, SigningKey]] = {}
    packuments: dict[str, Packument] = {}
    for node in nodes:
        name = node.package_name
        if _is_elsewhere(node):
            yield node, _unsigned(node, "it comes from no registry")
            continue
        registry = registry_url(client.settings, name)
        if registry not in keys:
            keys[registry] = _fetch_keys(client, registry)
        if not keys[registry]:
            yield node, _unsigned(node, f"its registry publishes no keys: {registry}")
            continue
        if name not in packuments:
            packuments[name] = client.open_packument(name, full=True)
        try:
            verify_signatures(_describe(node, packuments[name]), keys[registry])
        except IntegrityError as error:
            yield node, error
        else:
            yield node, None


def _fetch_keys(client: RegistryClient, registry: str) -> Mapping[str, SigningKey]:
    """Return the registry's keys by id; none where it signs nothing.

    Source: npm 11 `npm audit signatures` takes the same answers for a registry without keys.
    """
    try:
        text = client.fetch_document(_KEYS, registry=registry)
    except RegistryError as error:
        if error.code not in _NO_KEYS:
            raise
        return {}
    return {key.keyid: key for key in parse_keys(text)}


def _describe(node: Node, packument: Packument) -> Signed:
    """Return what is to be verified: the locked integrity, not the one that is published today."""
    manifest = packument.find_manifest(node.version)
    dist = None if manifest is None else manifest.raw.get("dist")
    told = dist if isinstance(dist, Mapping) else {}
    return Signed(
        name=node.package_name,
        version=node.version,
        integrity=node.integrity or str(told.get("integrity")),
        published=packument.time.get(node.version),
        signatures=told.get("signatures"),
    )


def _is_elsewhere(node: Node) -> bool:
    resolved = node.resolved or ""
    return is_git(resolved) or resolved.startswith("file:")


def _inputs_of(node: Node, npm: NpmSettings) -> Value:
    name = node.package_name
    return (name, node.version, node.integrity, node.resolved, npm.registry_of(name))


def _unsigned(node: Node, reason: str) -> IntegrityError:
    return IntegrityError(
        "EUNSIGNED",
        f"there is no signature of `{node.package_name}@{node.version}`: {reason}",
        hint="replace it, or set `verify_signatures` to `warn`",
    )


def _refuse(errors: list[IntegrityError]) -> IntegrityError:
    first = errors[0]
    if len(errors) == 1:
        return first
    facts = tuple((error.code, error.message) for error in errors)
    message = f"{len(errors)} packages are not signed by their registry"
    return IntegrityError(first.code, message, facts=facts, hint=first.hint)
