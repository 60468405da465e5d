"""What a batch is built of goes into a shared store: each file once, and no secret."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scene import HANDLER, write_files
from zipper.errors import ProjectError, UsageError
from zipper.pipeline.sending_sources import SourceSender, open_blobs
from zipper.settings.build_request import request_from
from zipper.settings.read_settings import find_requests
from zipper.settings.values import Settings
from zipper.sharing.blobs import Blobs
from zipper.sharing.objects import open_objects
from zipper.sharing.source_pack import read_pack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.settings.build_request import BuildRequest
    from zipper.sharing.source_pack import SourcePack

pytestmark = pytest.mark.skipif(os.name != "posix", reason="paths of workers begin with /")


class Sent:
    """A project in a folder, and a store that it is sent to."""

    def __init__(self, folder: Path) -> None:
        self.top = folder.resolve()
        self.store = self.top / "shared"
        self.store.mkdir()
        self.blobs = open_blobs(self.store.as_uri())
        self.sender = SourceSender(self.blobs)
        self.write({"package.json": {"name": "fn"}, "index.js": HANDLER})

    def write(self, files: dict[str, str | bytes | dict]) -> None:
        """Write files of the project."""
        write_files(self.top / "fn", files)

    def request(self, **changes: Any) -> BuildRequest:
        """Return the request of the project."""
        settings = Settings(cache_dir=str(self.top / "cache"))
        return request_from(settings, folder=str(self.top / "fn"))._replace(**changes)

    def send(self, *requests: BuildRequest, **more: Any) -> tuple[SourcePack, list[bytes]]:
        """Send what one request reads, or some; return what workers get of it."""
        sent = self.sender.send(requests or [self.request()], **more)
        assert set(sent.errors) == {None}
        return read_pack(self.blobs.get(sent.digest))

    def refuse(self) -> ProjectError:
        """Return what stops the project."""
        (error,) = self.sender.send([self.request()]).errors
        assert isinstance(error, ProjectError)
        return error

    def count(self) -> int:
        """Return how many objects the store has."""
        return sum(path.is_file() for path in self.store.rglob("*"))


@pytest.fixture
def sent(tmp_path: Path) -> Sent:
    return Sent(tmp_path)


def names_in(pack: SourcePack, top: Path) -> list[str]:
    return [file.path.removeprefix(f"{top}/") for file in pack.files]


def test_files_are_sent_with_what_says_that_one_is_a_program(sent: Sent) -> None:
    """Small ones in the pack, large ones as objects of their own, each once."""
    sent.write({"bin/x": "#!/bin/sh\n", "small": b"s" * 65_536, "large": b"l" * 65_537})
    (sent.top / "fn" / "bin" / "x").chmod(0o755)

    pack, small = sent.send()
    before = sent.count()
    again, _ = sent.send()

    assert ["fn/bin/x", "fn/index.js", "fn/large", "fn/package.json", "fn/small"] == names_in(
        pack, sent.top
    )
    digest = hashlib.sha256(b"l" * 65_537).hexdigest()
    rows = {Path(file.path).name: file for file in pack.files}
    assert (True, False) == (rows["x"].is_executable, rows["index.js"].is_executable)
    assert (digest, None) == (rows["large"].digest, rows["small"].digest)
    assert (65_537, 65_536) == (rows["large"].size_bytes, rows["small"].size_bytes)
    assert b"l" * 65_537 == sent.blobs.get(digest)
    assert [10, len(HANDLER), 65_536] == [len(small[0]), len(small[1]), len(small[3])]
    assert (pack, before, 2) == (again, sent.count(), before)


def test_what_is_lost_is_put_again(sent: Sent) -> None:
    """Whatever is there: it was seen to be wrong."""
    sent.write({"large": b"l" * 65_537})
    digest = hashlib.sha256(b"l" * 65_537).hexdigest()
    first = sent.sender.send([sent.request()])
    (place,) = sent.store.rglob(digest)
    (pack,) = sent.store.rglob(first.digest)
    for path in (place, pack):
        path.write_bytes(b"x" * path.stat().st_size)

    sent.sender.send([sent.request()])
    assert b"x" * 65_537 == place.read_bytes()
    sent.sender.send([sent.request()], lost=[digest])
    assert b"l" * 65_537 == place.read_bytes()
    assert pack.read_bytes().startswith(b"xxx")
    sent.sender.send([sent.request()], lost=[first.digest])
    assert not pack.read_bytes().startswith(b"xxx")


def test_links_travel_with_what_they_lead_to(sent: Sent) -> None:
    """Relative, from the root, through folders and over each other; a circle leads nowhere."""
    fn = sent.top / "fn"
    sent.write({"lib/data.json": "{}"})
    (fn / "a.json").symlink_to("lib/../lib/./data.json")
    (fn / "b.json").symlink_to(fn / "a.json")
    (fn / "c").symlink_to("lib")
    (fn / "round").symlink_to("round")

    pack, _ = sent.send()

    links = {path.removeprefix(f"{fn}/"): target for path, target in pack.links}
    assert {"a.json": "lib/../lib/./data.json", "b.json": f"{fn}/a.json", "c": "lib"} == links
    assert {"index.js", "lib/data.json", "package.json"} == {
        file.path.removeprefix(f"{fn}/") for file in pack.files
    }
    left = {path.removeprefix(f"{fn}/"): kind for path, kind in pack.left_out}
    assert "broken" == left.get("round", "broken")


def test_as_many_links_are_followed_as_by_linux(sent: Sent) -> None:
    """Forty of one path; a circle is sent as it is."""
    fn = sent.top / "fn"
    sent.write({"lib/data.json": "{}"})
    for number in range(39):
        (fn / f"{number}.json").symlink_to(f"{number - 1}.json" if number else "c/data.json")
    (fn / "c").symlink_to("./lib/")
    (fn / "tsconfig.json").symlink_to("tsconfig.json")

    pack, small = sent.send()

    links = {path.removeprefix(f"{fn}/"): target for path, target in pack.links}
    chain = {f"{number}.json": f"{number - 1}.json" for number in range(1, 39)}
    chain |= {"0.json": "c/data.json", "c": "./lib/"}
    assert {**chain, "tsconfig.json": "tsconfig.json"} == links
    assert ["fn/index.js", "fn/lib/data.json", "fn/package.json"] == names_in(pack, sent.top)
    assert b"{}" == small[1]


def test_what_is_never_packed_travels_by_its_name(sent: Sent) -> None:
    """Folders, files and links that leave the project; nothing of their content."""
    fn = sent.top / "fn"
    write_files(sent.top, {"away.txt": "outside"})
    sent.write({".env": "KEY=1", "node_modules/a/index.js": "installed"})
    (fn / "out").symlink_to("../away.txt")
    (fn / "lost").symlink_to("nowhere")

    pack, small = sent.send()

    left = {path.removeprefix(f"{fn}/"): kind for path, kind in pack.left_out}
    assert {".env": "file", "node_modules": "folder", "out": "link", "lost": "broken"} == left
    again, _ = sent.send(sent.request(exclude=("!.env.example",)), sent.request())
    assert pack.left_out == again.left_out
    assert not any(word in b"".join(small) for word in (b"KEY", b"installed", b"outside"))


def test_an_npmrc_travels_without_its_credentials(sent: Sent) -> None:
    """Its other lines count where functions are built."""
    text = b"; \xe9\nlegacy-peer-deps=true\n//registry.example/:_authToken=s3cret\n"
    sent.write({".npmrc": text})

    pack, small = sent.send()

    assert "fn/.npmrc" in names_in(pack, sent.top)
    assert b"; \xe9\nlegacy-peer-deps=true\n\n" == small[0]


TOKEN = "npm_" + "a1B2c3D4e5" * 3 + "F6g7H8"
SECRETS: list[tuple[str, str, str]] = [
    ("config.js", f"module.exports = '{TOKEN}';\n", "line 1 has an npm token"),
    ("notes.txt", "\n\nzipper-secret-" + "0" * 64, "line 3 has the key that signs claims"),
    ("first.txt", "zipper-secret-" + "0" * 64, "line 1 has the key that signs claims"),
    (".yarnrc.yml", "a: 1\nnpmAuthToken: s3cret\n", "line 2 has a credential"),
    ("package.json", '{"name": "fn",\n"x": "https://me:s3cret@registry.example/"}', "line 2 has"),
    (
        "yarn.lock",
        '# yarn\n"é": "https://me:s3cret@registry.example/"\n',
        "line 2 has a credential",
    ),
    ("bunfig.toml", '[install.scopes]\na = { token = "s3cret" }\n', "line 2 has a credential"),
    (
        "package-lock.json",
        '{"lockfileVersion": 3,\n"x": "https://me:s3cret@registry.example/", "packages": {"": {}}}',
        "line 2 has a credential",
    ),
]


@pytest.mark.parametrize(("name", "text", "words"), SECRETS, ids=[row[0] for row in SECRETS])
def test_a_secret_stops_its_function(sent: Sent, name: str, text: str, words: str) -> None:
    """A store has many readers; the hint says what to do. Other functions are sent."""
    sent.write({name: text})
    write_files(sent.top / "other", {"package.json": {"name": "other"}, "index.js": HANDLER})
    other = sent.request(project=str(sent.top / "other"))

    refused, none = sent.sender.send([sent.request(), other]).errors

    assert none is None
    assert isinstance(refused, ProjectError)
    assert "ESECRET" == refused.code
    assert words in refused.message
    assert str(sent.top / "fn" / name) in refused.message
    assert "--workers N" in (refused.hint or "")


def test_a_file_that_may_hold_secrets_stops_its_function(sent: Sent) -> None:
    """Though a pattern takes it into the package."""
    sent.write({".env": "A=1"})

    (error,) = sent.sender.send([sent.request(exclude=("!.env",))]).errors

    assert error is not None
    assert ("ESECRET", True) == (error.code, error.message.endswith("it may hold secrets"))


@pytest.mark.parametrize("size", [4 << 20, (4 << 20) + 1])
def test_very_large_files_are_not_searched(sent: Sent, size: int) -> None:
    """Four megabytes are."""
    sent.write({"data.bin": TOKEN.encode() + b"\n" * (size - len(TOKEN))})

    (error,) = sent.sender.send([sent.request()]).errors

    assert (error is not None) == (size == 4 << 20)


def test_a_layer_brings_its_files_and_not_its_project(sent: Sent) -> None:
    """What lies beside its packages; the folder's own files are no part of it."""
    sent.write({"extra/bin/tool": "x"})
    write_files(sent.top / "other", {"package.json": {"name": "other"}, "main.js": HANDLER})
    tables = '[tool.zipper.layers.own]\nproject = "fn"\nfiles = "fn/extra"\n'
    tables += '[[tool.zipper.functions]]\nname = "one"\nproject = "other"\nlayers = ["own"]\n'
    write_files(sent.top, {"pyproject.toml": tables})
    (request,) = find_requests(f"{sent.top}/", Settings(cache_dir=str(sent.top / "cache")))

    pack, _ = sent.send(request)

    names = {"fn/extra/bin/tool", "fn/package.json", "other/main.js", "other/package.json"}
    assert names == set(names_in(pack, sent.top))


def test_a_store_that_takes_nothing_is_told(sent: Sent) -> None:
    """The hint names both ways out."""
    sender = SourceSender(open_blobs("https://127.0.0.1:9/shared"))

    with pytest.raises(UsageError, match="the shared store takes nothing") as raised:
        sender.send([sent.request()])

    assert "EWORKERS" == raised.value.code
    assert "`store_url`" in (raised.value.hint or "")


def test_errors_of_a_project_are_its_own(sent: Sent) -> None:
    """One that is not there is told when its function would be built."""
    (error,) = sent.sender.send([sent.request(project=str(sent.top / "absent"))]).errors

    assert error is not None
    assert "ENOPROJECT" == error.code


def test_what_looks_like_a_secret_elsewhere_is_none(sent: Sent) -> None:
    """Packages hold examples; a setting that is no credential; settings of the project."""
    sent.write(
        {"package.json": {"name": "fn", "dependencies": {"a": "file:../a"}},
         "pyproject.toml": "[tool.zipper]\nhandler = 'index.handler'\n",
         "bunfig.toml": "[install]\nregistry = 'https://registry.example/'\n",
         "npmAuthToken.txt": "npmAuthToken: s3cret\n"},
    )  # fmt: skip
    inner = {"name": "inner", "version": "1.0.0"}
    write_files(
        sent.top / "a",
        {"package.json": {"name": "a", "version": "1.0.0", "bundleDependencies": ["inner"],
                          "dependencies": {"inner": "1.0.0"}},
         "node_modules/inner/package.json": inner,
         "node_modules/inner/test.js": f"'{TOKEN}'"},
    )  # fmt: skip

    pack, _ = sent.send()

    assert {"a/node_modules/inner/test.js", "fn/bunfig.toml"} < set(names_in(pack, sent.top))


def test_a_file_that_changes_while_it_is_sent_stops_all(sent: Sent) -> None:
    """What a worker gets is what its digest says, or nothing."""
    sent.write({"large": b"l" * 65_537})

    class Late(Blobs):
        """Changes the file before another one is put."""

        def put(self, data: bytes, digest: str | None = None, *, replace: bool = False) -> str:
            raise AssertionError(data, digest, replace)

    def change(request: BuildRequest) -> Iterator[BuildRequest]:
        yield request
        sent.write({"large": b"x" * 65_537})

    sender = SourceSender(Late(open_objects(sent.store.as_uri(), environ={})))

    with pytest.raises(ProjectError, match="large` was changed while it was read") as raised:
        sender.send(change(sent.request()))  # type: ignore[arg-type]  # so late is it asked for

    assert "EREAD" == raised.value.code


def test_what_was_sent_is_not_sent_again(sent: Sent) -> None:
    """The store is not even asked, for a batch of the same files."""
    sent.write({"large": b"l" * 65_537})
    put: list[int] = []

    class Counting(Blobs):
        """Counts what is put."""

        def put(self, data: bytes, digest: str | None = None, *, replace: bool = False) -> str:
            put.append(len(data))
            return super().put(data, digest, replace=replace)

    sender = SourceSender(Counting(open_objects(sent.store.as_uri(), environ={})))
    for _ in range(2):
        sender.send([sent.request()])

    assert [65_537] == [size for size in put if size > 10_000]
    assert 2 == len(put)
