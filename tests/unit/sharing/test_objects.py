"""Objects of a shared store, by obstore."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.object_server import Fault, ObjectServer
from zipper.errors import UsageError
from zipper.sharing.objects import Objects, UnreachableError, open_objects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=["file", "s3"])
def objects(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Objects]:
    if request.param == "file":
        yield open_objects((tmp_path / "shared").as_uri(), environ={})
        return
    with ObjectServer() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield open_objects(server.url, environ=server.environment)


def test_what_is_put_first_stays(objects: Objects) -> None:
    """An object is put once; only who says so replaces it."""
    assert objects.get("a/b", max_bytes=9) is None
    assert objects.put("a/b", b"one")
    assert not objects.put("a/b", b"two")
    assert objects.get("a/b", max_bytes=9) == b"one"
    assert objects.put("a/b", b"three", replace=True)
    assert objects.get("a/b", max_bytes=9) == b"three"


def test_what_is_too_large_is_not_read(objects: Objects) -> None:
    """Somebody's large object takes no memory."""
    objects.put("a/b", b"x" * 10)

    assert objects.get("a/b", max_bytes=10) == b"x" * 10
    assert objects.get("a/b", max_bytes=9) is None


def test_names_are_listed_by_folder(objects: Objects) -> None:
    """The names in a folder are those that `get` takes."""
    for name in ("a/b/1", "a/b/2", "a/bc/3", "d"):
        objects.put(name, b"")

    assert sorted(objects.list_names("a/b/")) == ["a/b/1", "a/b/2"]
    assert list(objects.list_names("e/")) == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "cannot be"),
        ("dist/", "cannot be"),
        ("http://a.example/", "cannot be"),
        ("ftp://a.example/", "cannot be"),
        ("s3://", "cannot be"),
        ("s3://id:secret@bucket/x", "holds a credential"),
        ("https://a.example/x?token=secret", "holds a credential"),
    ],
)
def test_what_is_no_address_is_an_error(url: str, words: str) -> None:
    """An address that cannot be used is said, without what is secret in it."""
    with pytest.raises(UsageError) as caught:
        open_objects(url, environ={})

    assert words in caught.value.message
    assert "secret" not in str(caught.value).replace("a secret", "")


@pytest.mark.parametrize("fault", [Fault(503), Fault(403), Fault(500), Fault()])
def test_what_a_store_refuses_is_one_line(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong there is one kind of error, in one line."""
    with ObjectServer(always=fault) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        objects = open_objects(server.url, environ=server.environment)

        with pytest.raises(UnreachableError, match=r"\A[^\n]{10,300}\Z"):
            objects.get("a", max_bytes=1)
        with pytest.raises(UnreachableError):
            objects.put("a", b"")
        with pytest.raises(UnreachableError):
            list(objects.list_names("a/"))


def test_a_moment_of_trouble_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is busy for a moment is asked again."""
    with ObjectServer(objects={"a": b"xxxx"}, faults=[Fault(503), Fault(cut=True)]) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        objects = open_objects(server.url, environ=server.environment)

        assert objects.get("a", max_bytes=4) == b"xxxx"
