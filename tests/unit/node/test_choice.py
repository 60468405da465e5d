"""A Node comes from the first source that has the right one, and is made once."""

from __future__ import annotations

import io
import os
import platform
import sys
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from zipper.errors import NodeError, RegistryError, UsageError
from zipper.node.choice import provide_node
from zipper.store.extract import extract
from zipper.store.keys import StoreKey
from zipper.store.store_zips import Store
from zipper.target import Target

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins for Node are shell scripts")

TARGET = Target("nodejs22.x")


def script(version, executable="$0"):
    """Return a stand-in for Node that answers zipper's question, and nodeenv's."""
    return f"""#!/bin/sh
if [ "$1" = --version ]; then echo v{version}; exit; fi
printf '["{version}", "%s"]' "{executable}"
"""


class Packages:
    """A source of packages whose Node is a script; counts what is fetched."""

    def __init__(self, version="22.23.3", extra=()):
        self.version = version
        self.extra = extra
        self.fetched = []

    def obtain(self, name, version):
        """Return a package with the script as its Node."""
        self.fetched.append((name, version))
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
            for path, content, mode in (
                ("package/bin/node", script(self.version), 0o755),
                ("package/include/node/node.h", "// header", 0o644),
                ("package/share/man/node.1", "manual", 0o644),
                *self.extra,
            ):
                member = tarfile.TarInfo(path)
                member.size, member.mode = len(content), mode
                archive.addfile(member, io.BytesIO(content.encode()))
        entries = extract(buffer.getvalue(), label=name)
        return Store(Path("unused")).keep_in_memory(StoreKey("test", version), entries)


class NoPackages:
    """A source without packages."""

    def obtain(self, name, version):
        """Refuse."""
        raise RegistryError("E404", f"{name}@{version} is not there")


@pytest.fixture
def empty_path(tmp_path):
    """Return a PATH without a Node."""
    (tmp_path / "empty").mkdir()
    return str(tmp_path / "empty")


def path_with(tmp_path, version):
    """Return a PATH with a Node of `version`."""
    folder = tmp_path / f"system-{version}"
    folder.mkdir()
    (folder / "node").write_text(script(version))
    (folder / "node").chmod(0o755)
    return str(folder)


def provide(tmp_path, **options):
    """Provide a Node for nodejs22.x without asking any network."""
    return provide_node(
        options.pop("target", TARGET), cache_dir=tmp_path / "cache", is_offline=True, **options
    )


def test_system_whose_major_fits(tmp_path):
    """The system's Node is used where its major fits, in an environment of nodeenv's."""
    node = provide(tmp_path, path=path_with(tmp_path, "22.1.0"), packages=NoPackages())

    assert ("22.1.0", 22) == (node.version, node.major)
    assert node.origin.startswith("the system (")
    assert node.executable.parent.name == "system-22.1.0"
    assert (node.folder / "bin" / "node").read_text().startswith("#!")
    assert (node.folder / "bin" / "activate").is_file()


def test_package_where_the_system_does_not_fit(tmp_path):
    """Another major of the system's is no substitute: the registry's package is unpacked."""
    packages = Packages()

    node = provide(tmp_path, path=path_with(tmp_path, "20.1.0"), packages=packages)

    ((name, version),) = packages.fetched
    assert ("22.23.3", "22.23.3") == (node.version, version)
    assert name.startswith("node-")
    assert f"the registry's package {name}@22.23.3" == node.origin
    assert (node.folder / "include" / "node" / "node.h").is_file()
    assert not (node.folder / "share").exists()
    assert (node.folder / "lib" / "node_modules").is_dir()


def test_environment_is_made_once(tmp_path, empty_path):
    """The second call finds the environment and fetches nothing."""
    packages = Packages()
    first = provide(tmp_path, path=empty_path, packages=packages)
    second = provide(tmp_path, path=empty_path, packages=NoPackages())

    assert first == second
    assert 1 == len(packages.fetched)


def test_concurrent_creation(tmp_path, empty_path):
    """Of many that want it at once, one makes it and the others wait."""
    packages = Packages()
    found = []

    def work():
        found.append(provide(tmp_path, path=empty_path, packages=packages))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (1, 6, 1) == (len({*found}), len(found), len(packages.fetched))


def test_unfinished_environment_is_made_anew(tmp_path, empty_path):
    """What a crash left, without the marker that comes last, is not trusted."""
    node = provide(tmp_path, path=empty_path, packages=Packages())
    (node.folder / "zipper.json").unlink()
    (node.folder / "bin" / "node").write_text("#!/bin/sh\nexit 1\n")

    again = provide(tmp_path, path=empty_path, packages=Packages())

    assert "22.23.3" == again.version
    assert script("22.23.3") == again.executable.read_text()


def test_every_reason_is_told(tmp_path):
    """Where no source has it, the error names each source's reason and what to do."""
    with pytest.raises(NodeError) as caught:
        provide(tmp_path, path=path_with(tmp_path, "20.1.0"), packages=NoPackages())

    facts = dict(caught.value.facts)
    assert "ENODE" == caught.value.code
    assert facts["system"].startswith("20.1.0 (")
    assert "skipped: offline" == facts["download"]
    assert "is not there" in facts["registry"]
    assert caught.value.hint
    assert not list((tmp_path / "cache" / "node").glob("22*/"))


def test_package_of_another_version_is_refused(tmp_path, empty_path):
    """A package whose Node says another version is not used."""
    with pytest.raises(NodeError) as caught:
        provide(tmp_path, path=empty_path, packages=Packages(version="22.0.0"))

    assert "has version 22.0.0" == dict(caught.value.facts)["registry"]


@pytest.mark.parametrize(
    "name", ["package/include/../../../escaped", "/include/escaped", "../../include/escaped"]
)
def test_hostile_package_is_refused(tmp_path, empty_path, name):
    """A package with a member that would be written elsewhere is not unpacked at all."""
    with pytest.raises(NodeError) as caught:
        provide(tmp_path, path=empty_path, packages=Packages(extra=[(name, "x", 0o644)]))

    assert "has a member named" in dict(caught.value.facts)["registry"]
    assert [] == list(tmp_path.rglob("escaped"))


def test_choice_of_a_path(tmp_path):
    """A path is used as it is, whatever its major."""
    path = path_with(tmp_path, "16.0.0") + "/node"

    node = provide(tmp_path, choice=path)

    assert ("16.0.0", f"the executable {path}") == (node.version, node.origin)


def test_choice_of_the_system(tmp_path, empty_path):
    """`system` uses the system's Node whatever its major, and fails without one."""
    assert (
        "18.0.0" == provide(tmp_path, choice="system", path=path_with(tmp_path, "18.0.0")).version
    )
    with pytest.raises(NodeError, match=r"no Node\.js on the PATH"):
        provide(tmp_path, choice="system", path=empty_path)


@pytest.mark.parametrize(
    ("choice", "version"), [("20", "20.20.2"), ("22.11.0", "22.11.0"), ("v22.11.0", "22.11.0")]
)
def test_choice_of_a_version(choice, version, tmp_path, empty_path):
    """A version is got whatever the runtime; a major means the newest known release."""
    packages = Packages(version=version)

    assert version == provide(tmp_path, choice=choice, path=empty_path, packages=packages).version


@pytest.mark.parametrize("choice", ["", "newest", "22.1", "99", "22.x"])
def test_choice_that_is_none(choice, tmp_path):
    """Anything else is wrong usage."""
    with pytest.raises(UsageError):
        provide(tmp_path, choice=choice)


def test_choice_of_what_is_no_node(tmp_path):
    """An executable that does not answer as Node does is refused with what it said."""
    with pytest.raises(NodeError, match=r"is not a Node\.js"):
        provide(tmp_path, choice=sys.executable)


@pytest.mark.skipif(
    not (sys.platform.startswith("linux") and platform.machine() == "x86_64"),
    reason="the mirror has a Node for one system only",
)
def test_download_through_nodeenv(tmp_path, empty_path):
    """Without a fitting Node on the system, nodeenv downloads from the mirror that is set."""
    release = tmp_path / "mirror" / "v22.23.3" / "node-v22.23.3-linux-x64.tar.gz"
    release.parent.mkdir(parents=True)
    content = script("22.23.3").encode()
    with tarfile.open(release, mode="w:gz") as archive:
        member = tarfile.TarInfo("node-v22.23.3-linux-x64/bin/node")
        member.size, member.mode = len(content), 0o755
        archive.addfile(member, io.BytesIO(content))
    handler = partial(QuietHandler, directory=str(tmp_path / "mirror"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        mirror = f"http://127.0.0.1:{server.server_port}"
        node = provide_node(TARGET, cache_dir=tmp_path / "cache", mirror=mirror, path=empty_path)
        server.shutdown()

    assert ("22.23.3", "nodeenv's download from a mirror") == (node.version, node.origin)
    assert (node.folder / "bin" / "activate").is_file()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *_):
        """Say nothing."""


def test_mirror_that_does_not_answer(tmp_path, empty_path):
    """A host that cannot be reached is told, and the next source asked, without a long wait."""
    packages = Packages()

    node = provide_node(
        TARGET,
        cache_dir=tmp_path / "cache",
        mirror="http://127.0.0.1:9",
        path=empty_path,
        packages=packages,
    )

    assert 1 == len(packages.fetched)
    assert node.origin.startswith("the registry's package")
