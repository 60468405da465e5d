"""A lockfile of version 1: the registry has the manifests that it lacks, or refuses them."""

from __future__ import annotations

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import World, resolve
from zipper.errors import RegistryError, ResolutionError
from zipper.lockfile.npm_read import read_lockfile
from zipper.npm.package_json import parse_manifest

LOCKED = '{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0"}}}'


class Refusing(World):
    """A registry that answers nothing but one status."""

    code = ""

    def answer(self, ask: object) -> None:
        """Refuse."""
        raise RegistryError(self.code, f"the registry refuses {ask}")


def _resolve(world: World) -> set[str]:
    locked = read_lockfile(LOCKED, path="", manifest=parse_manifest({})).tree
    request = project({"dependencies": {"a": "*"}}, lockfile=locked, lockfile_version=1)
    return set(resolve(request, world).tree.nodes)


@pytest.mark.parametrize("code", ["E401", "E403", "E404", "E405", "E410", "E451"])
def test_a_refusal_changes_nothing(code: str) -> None:
    """A package that the registry does not give any more stays as it is locked."""
    world = Refusing()
    world.code = code

    assert {"", "node_modules/a"} == _resolve(world)


@pytest.mark.parametrize("code", ["E500", "E429", "ETIMEDOUT", "ENOTCACHED"])
def test_no_answer_is_an_error(code: str) -> None:
    """What its manifest says is not known then, so that nothing is built without it."""
    world = Refusing()
    world.code = code

    with pytest.raises(RegistryError) as raised:
        _resolve(world)

    assert code == raised.value.code


def test_an_answer_brings_what_the_lockfile_lacks() -> None:
    """The systems for which a package is are known from its manifest alone."""
    with pytest.raises(ResolutionError) as raised:
        _resolve(registry({"a@1.0.0": {"os": ["plan9"]}}))

    assert "EBADPLATFORM" == raised.value.code
