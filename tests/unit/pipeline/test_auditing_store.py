"""A sample of a shared store's claims is worked out again: what is wrong, and what cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import zipper
from tests.support.object_server import Fault, ObjectServer
from zipper.errors import StoreError, UsageError
from zipper.pipeline.auditing_store import Audited, audit_store
from zipper.settings.values import Settings
from zipper.sharing.claims import decode_claim, encode_claim, split_signed
from zipper.sharing.signing import make_key, sign

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene

SCOPE = "repository=acme/app ref=refs/heads/main workflow=release.yml"
KEY = make_key()


class Shared:
    """A shared folder with what one build has put there."""

    def __init__(self, scene: Scene) -> None:
        self.folder = scene.folder / "shared"
        self.folder.mkdir()
        for name in "abc":
            scene.publish(name, files={"index.js": name.encode() * 900})
        scene.depend(*"abc")
        url = f"file://{self.folder}"
        zipper.build(
            scene.project, store_url=url, store_key=KEY.secret, store_scope=SCOPE,
            store_accept=[f"{KEY.public} {SCOPE}"],
        )  # fmt: skip
        self.settings = Settings(store_url=url, store_accept=(f"{KEY.public} {SCOPE}",))

    def list(self, kind: str) -> list[Path]:
        """Return the objects of a kind, sorted by name."""
        return sorted(path for path in (self.folder / kind).rglob("*") if path.is_file())

    def audit(self, *, share: float = 1.0, seed: int | None = None) -> Audited:
        """Return what an audit says."""
        return audit_store(self.settings, share=share, seed=seed)

    def of(self, claim: Path) -> tuple[Path, Path]:
        """Return the tarball and the store zip of a claim."""
        parts = split_signed(claim.read_bytes())
        assert parts is not None
        found = decode_claim(parts[1])
        assert found is not None
        tarball = next(p for p in self.list("tarball") if p.name == found.tarball.digest)
        return tarball, next(p for p in self.list("zip") if p.name == found.digest)


@pytest.fixture
def shared(called_scene: Scene) -> Shared:
    return Shared(called_scene)


def test_what_was_built_is_right(shared: Shared) -> None:
    """All claims are sound; a sample is of so many, one at least, and the same for a seed."""
    assert Audited(3, 3, 0, 0, 3, ()) == shared.audit()
    assert [2, 1, 1] == [shared.audit(share=share, seed=1).sampled for share in (0.6, 0.3, 0.0)]
    assert shared.audit(share=0.6, seed=7) == shared.audit(share=0.6, seed=7)
    for path in shared.list("claim"):
        path.unlink()
    assert Audited(0, 0, 0, 0, 0, ()) == shared.audit()


def test_what_does_not_count_is_foreign(shared: Shared) -> None:
    """Other signers, other scopes, and what is no claim: no build here uses them."""
    first, second, third = shared.list("claim")
    first.write_bytes(b"no claim")
    parts = split_signed(second.read_bytes())
    assert parts is not None
    claim = decode_claim(parts[1])
    assert claim is not None
    body = encode_claim(claim)
    other = make_key()
    second.write_bytes(sign(other.secret, body).hex().encode() + b"\n" + body)

    assert Audited(3, 3, 2, 0, 1, ()) == shared.audit()
    mine = f"{KEY.public} {SCOPE.replace('acme/app', 'acme/other')}"
    shared.settings = shared.settings._replace(store_accept=(mine,))
    assert (3, 0) == (shared.audit().foreign, shared.audit().sound)
    shared.settings = shared.settings._replace(store_accept=None)
    assert 3 == shared.audit().foreign
    assert third.exists()


def test_what_is_wrong_is_named_with_its_reasons(shared: Shared) -> None:
    """A store zip or a tarball with other bytes, and one that its tarball does not give."""
    first, second, third = shared.list("claim")
    tarball, zipped = shared.of(first)
    tarball.write_bytes(b"other")
    zipped.write_bytes(b"other")
    shared.of(second)[0].unlink()
    parts = split_signed(third.read_bytes())
    assert parts is not None
    claim = decode_claim(parts[1])
    assert claim is not None
    body = encode_claim(claim._replace(digest="ab" * 32))
    third.write_bytes(sign(KEY.secret, body).hex().encode() + b"\n" + body)

    found = shared.audit()

    assert (3, 3, 0, 1, 0) == found[:5]
    bad, made = found.wrong
    reasons = "the store zip there has another hash; the tarball there has another hash"
    assert (reasons, KEY.public, SCOPE) == (bad.reason, bad.signer, bad.scope)
    assert ("its tarball gives another store zip", "1.0.0") == (made.reason, made.version)
    assert made.package == claim.package
    assert made.name == third.relative_to(shared.folder).as_posix()


def test_an_absent_store_zip_is_no_reason(shared: Shared) -> None:
    """It may have been removed to make room."""
    shared.of(shared.list("claim")[0])[1].unlink()

    assert 3 == shared.audit().sound


@pytest.mark.parametrize(
    ("url", "kind", "text", "hint"),
    [
        (None, UsageError, "no shared store is named", "--store-url"),
        ("https://127.0.0.1:9/x", UsageError, "nothing can be listed", "by its own address"),
    ],
)
def test_a_store_that_cannot_be_listed(
    url: str | None, kind: type[UsageError], text: str, hint: str
) -> None:
    """The hint says which address does."""
    with pytest.raises(kind, match=text) as raised:
        audit_store(Settings(store_url=url), share=1)

    assert "EUSAGE" == raised.value.code
    assert hint in (raised.value.hint or "")


def test_a_store_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its address is named, and where its credentials are described."""
    with ObjectServer() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        server.faults.append(Fault(403))

        with pytest.raises(StoreError, match="does not answer") as raised:
            audit_store(Settings(store_url=server.url), share=1)

    assert "ESTORE" == raised.value.code
    assert server.url in raised.value.message
    assert "zipper help store" in (raised.value.hint or "")
