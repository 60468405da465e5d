"""What workers without this disk have built is written here, or an error of its function."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

import zipper
from tests.support.scene import HANDLER, write_files
from zipper.errors import UsageError
from zipper.package import BundleUse
from zipper.pipeline.received_sources import ElsewhereResult, WrittenFile
from zipper.pipeline.sending_sources import open_blobs
from zipper.pipeline.taken_results import take_results
from zipper.sharing.blobs import UnfoundError

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.package import Package
    from zipper.sharing.blobs import Blobs


@pytest.fixture
def blobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Blobs:
    """A shared folder."""
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "shared").mkdir()
    return open_blobs(f"file://{tmp_path}/shared")


@pytest.fixture
def package(blobs: Blobs, tmp_path: Path) -> Package:
    """A package whose zip is not here yet."""
    assert blobs.can_write
    write_files(tmp_path / "fn", {"package.json": {"name": "fn"}, "index.js": HANDLER})
    made = zipper.build(tmp_path / "fn", output=tmp_path / "made.zip")
    (tmp_path / "made.zip").unlink()
    return made._replace(path=str(tmp_path / "out" / "fn.zip"))


def written(path: Path | str, data: bytes, *, sent: bool = True) -> WrittenFile:
    digest = hashlib.sha256(data).hexdigest()
    return WrittenFile(str(path), digest, len(data), data if sent else None)


def test_files_come_with_the_result_or_by_the_store(
    blobs: Blobs, package: Package, tmp_path: Path
) -> None:
    """Each is written where it is wanted; what is there already, byte for byte, stays."""
    digest = blobs.put(b"by the store")
    files = (
        written(package.path, b"zip"),
        WrittenFile(str(tmp_path / "out/deep/meta"), digest, 12, None),
    )
    result = ElsewhereResult(package, None, files)

    for is_new, unchanged in ((False, False), (False, True), (True, False)):
        ((taken, error),) = take_results([result], blobs, is_new=is_new)
        assert error is None
        assert taken is not None
        assert unchanged == taken.is_unchanged
    assert b"zip" == (tmp_path / "out" / "fn.zip").read_bytes()
    assert b"by the store" == (tmp_path / "out/deep/meta").read_bytes()
    ((failed, _),) = take_results(
        [ElsewhereResult(package._replace(written=False), None)], blobs, is_new=False
    )
    assert failed is not None
    assert not failed.is_unchanged


@pytest.mark.parametrize("other", [b"zap", b"longer", b""])
def test_what_differs_is_replaced(
    blobs: Blobs, package: Package, tmp_path: Path, other: bytes
) -> None:
    """By its size, or by its bytes."""
    write_files(tmp_path / "out", {"fn.zip": other})

    ((taken, _),) = take_results(
        [ElsewhereResult(package, None, (written(package.path, b"zip"),))], blobs, is_new=False
    )

    assert taken is not None
    assert not taken.is_unchanged
    assert b"zip" == (tmp_path / "out" / "fn.zip").read_bytes()


def test_bytes_that_are_not_those_of_the_digest_are_lost(
    blobs: Blobs, package: Package, tmp_path: Path
) -> None:
    """Nothing is written, and the batch is built again."""
    wrong = written(package.path, b"zip")._replace(data=b"zap")
    absent = written(package.path, b"gone", sent=False)

    for file, is_wrong in ((wrong, True), (absent, False)):
        with pytest.raises(UnfoundError) as raised:
            take_results([ElsewhereResult(package, None, (file,))], blobs, is_new=False)
        assert (file.digest, is_wrong) == (raised.value.digest, raised.value.is_wrong)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_stops_its_function_alone(
    blobs: Blobs, package: Package, tmp_path: Path
) -> None:
    """The others are written."""
    write_files(tmp_path, {"file": "x"})
    results = [
        ElsewhereResult(package, None, (written(tmp_path / "file" / "fn.zip", b"zip"),)),
        ElsewhereResult(package, None, (written(package.path, b"zip"),)),
    ]

    (failed, error), (taken, none) = take_results(results, blobs, is_new=False)

    assert (None, None) == (failed, none)
    assert error is not None
    assert "EOUTPUT" == error.code
    assert taken is not None


def test_an_error_there_is_the_functions(blobs: Blobs) -> None:
    """It comes back as it is."""
    error = UsageError("EUSAGE", "no")

    assert [(None, error)] == take_results([ElsewhereResult(None, error)], blobs, is_new=False)


@pytest.mark.parametrize("is_bundle", [False, True])
def test_maps_of_an_earlier_zip_go(
    blobs: Blobs, package: Package, tmp_path: Path, *, is_bundle: bool
) -> None:
    """Where there are new ones; a bundle's are below the hash of their own zip."""
    maps = tmp_path / "out" / "fn.zip.maps"
    write_files(maps, {"old.map": "old"})
    bundle = BundleUse("index.js", 1, 1, 0, (), "") if is_bundle else None
    package = package._replace(bundle=bundle)
    files = (written(package.path, b"zip"), written(maps / "new.map", b"new"))

    take_results([ElsewhereResult(package, None, files[:1])], blobs, is_new=False)
    assert (maps / "old.map").exists()
    take_results([ElsewhereResult(package, None, files)], blobs, is_new=False)

    assert is_bundle == (maps / "old.map").exists()
    assert b"new" == (maps / "new.map").read_bytes()


def test_a_store_that_does_not_answer_is_told(package: Package) -> None:
    """The hint leads to the page about stores."""
    away = open_blobs("https://127.0.0.1:9/shared")

    with pytest.raises(UsageError, match="does not give what workers put there") as raised:
        take_results(
            [ElsewhereResult(package, None, (written(package.path, b"zip", sent=False),))],
            away,
            is_new=False,
        )

    assert "EWORKERS" == raised.value.code
    assert "zipper help store" in (raised.value.hint or "")
