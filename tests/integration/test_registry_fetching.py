"""Fetching from a well-behaved registry: what is asked, with which credential, and what is kept."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import wait
from contextlib import ExitStack
from pathlib import Path
from threading import Event

import pytest

from tests.support.registry_server import RegistryServer, integrity_of
from zipper.errors import IntegrityError, RegistryError
from zipper.events import BytesReceived, FetchFinished, FetchStarted
from zipper.npm.integrity import parse_integrity
from zipper.npm.npmrc import build_settings, layer_from_options, layer_from_text
from zipper.registry.client import RegistryClient
from zipper.registry.freshness import Terms
from zipper.registry.packument_cache import CachedDocument, PackumentCache
from zipper.registry.vendor_folder import TarballPlace


@pytest.fixture
def registry():
    with RegistryServer() as server:
        yield server


def open_client(registry: RegistryServer, npmrc: str = "", **options):
    """Return a client whose .npmrc names the registry."""
    text = f"registry={registry.url}\n{npmrc}"
    layers = [
        layer_from_text("user", text, "/home/me/.npmrc"),
        layer_from_options(options.pop("npm", {})),
    ]
    environ = options.pop("environ", {})
    settings = build_settings(
        layers, environ=environ, home="/home/me", files={"user": "/home/me/.npmrc"}
    )
    return RegistryClient(settings, environ=environ, **options)


def ask_for(manifest: dict, **changes) -> TarballPlace:
    """Return the ask that a lockfile entry for this manifest makes."""
    fields = {
        "name": manifest["name"],
        "version": manifest["version"],
        "integrity": parse_integrity(manifest["dist"]["integrity"]),
        **changes,
    }
    return TarballPlace(**fields)


def test_tarball_comes_from_the_standard_address(registry):
    """An entry without `resolved` is fetched from registry/name/-/basename-version.tgz."""
    manifest = registry.publish("@scope/a", "1.0.0")
    with open_client(registry) as client:
        body = client.fetch_tarball(ask_for(manifest))

    assert integrity_of(body) == manifest["dist"]["integrity"]
    assert 1 == registry.count("/@scope/a/-/a-1.0.0.tgz")


def test_resolved_address_is_used(registry):
    """A `resolved` that is not the public registry's is fetched as it stands."""
    manifest = registry.publish("a", "1.0.0")
    registry.tarballs["/elsewhere.tgz"] = registry.tarballs["/a/-/a-1.0.0.tgz"]
    with open_client(registry) as client:
        client.fetch_tarball(ask_for(manifest, resolved=registry.origin + "/elsewhere.tgz"))

    assert ["/elsewhere.tgz"] == [request.path for request in registry.requests]


def test_wrong_integrity_is_refused_with_both_values(registry):
    """EINTEGRITY tells what was wanted and what was found, and the address."""
    manifest = registry.publish("a", "1.0.0")
    wanted = integrity_of(b"something else")
    with open_client(registry) as client, pytest.raises(IntegrityError) as caught:
        client.fetch_tarball(ask_for(manifest, integrity=parse_integrity(wanted)))

    facts = dict(caught.value.facts)
    assert ("EINTEGRITY", wanted, manifest["dist"]["integrity"]) == (
        caught.value.code,
        facts["wanted"],
        facts["found"],
    )
    assert 1 == registry.count()


class Crowded(dict):
    """Tarballs that take a while, and how many were asked for at the same time at most."""

    def __init__(self, tarballs: dict[str, bytes]) -> None:
        super().__init__(tarballs)
        self.most = self._now = 0
        self._lock = threading.Lock()

    def __getitem__(self, path: str) -> bytes:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.05)
        with self._lock:
            self._now -= 1
        return super().__getitem__(path)


def test_many_tarballs_are_handed_on_as_they_come(registry):
    """Work submitted to the client uses at most `maxsockets` connections at once."""
    manifests = [registry.publish(f"p{number}", "1.0.0") for number in range(40)]
    registry.tarballs = Crowded(registry.tarballs)
    with open_client(registry, npm={"maxsockets": "4"}) as client:
        futures = [client.submit(client.fetch_tarball, ask_for(one)) for one in manifests]
        sizes = [len(future.result()) for future in futures]

    assert 40 == len(sizes)
    assert 40 == registry.count()
    assert 4 == registry.tarballs.most


def test_events_tell_start_bytes_and_end(registry):
    """A progress display can add up the pieces to the announced size."""
    manifest = registry.publish("a", "1.0.0", files={"big.js": bytes(range(256)) * 2000})
    events = []
    with open_client(registry, on_event=events.append) as client:
        size = len(client.fetch_tarball(ask_for(manifest)))

    assert FetchStarted("a@1.0.0", size) == events[0]
    assert FetchFinished("a@1.0.0", size) == events[-1]
    assert size == sum(event.size_bytes for event in events if isinstance(event, BytesReceived))


def test_packument_is_asked_in_its_abbreviated_form(registry):
    """The abbreviated form is what resolving needs; the full one comes when it is asked for."""
    registry.publish("a", "1.0.0")
    with open_client(registry) as client:
        abbreviated = json.loads(client.fetch_packument("a"))
        full = json.loads(client.fetch_packument("a", full=True))

    assert (False, True) == ("time" in abbreviated, "time" in full)


def test_registry_without_the_abbreviated_form_serves_the_full_one(registry):
    """A registry that knows one form only is used as it is."""
    registry.offers_abbreviated = False
    registry.publish("a", "1.0.0")
    with open_client(registry) as client:
        assert "time" in json.loads(client.fetch_packument("a"))


def test_scoped_packument_has_an_escaped_slash():
    """The scope's slash is escaped, as npm asks and registries expect."""
    with RegistryServer() as registry:
        registry.publish("@scope/a", "1.0.0")
        with open_client(registry) as client:
            client.fetch_packument("@scope/a")

        assert ["/@scope/a"] == [request.path for request in registry.requests]


def test_compressed_packument_is_decoded(registry):
    """A packument sent in gzip is the same text."""
    registry.compresses = True
    registry.publish("a", "1.0.0")
    with open_client(registry) as client:
        assert "a" == json.loads(client.fetch_packument("a"))["name"]


def test_prefetched_packument_is_fetched_once(registry):
    """Fetching ahead and asking join in one request a name."""
    for name in "abc":
        registry.publish(name, "1.0.0")
    with open_client(registry) as client:
        client.prefetch("abc")
        client.prefetch("abc")
        names = [client.open_packument(name).manifest("1.0.0").name for name in "abc"]

    assert ["a", "b", "c"] == names
    assert 3 == registry.count()


def test_whoever_fetches_ahead_is_told_what_comes(registry, tmp_path):
    """What arrives is handed to a callback, also to go on from; what is at hand is returned."""
    registry.publish("a", "1.0.0")
    registry.publish("b", "1.0.0")
    came: list[str] = []
    done = Event()
    with open_client(registry, cache_dir=tmp_path) as client:

        def go_on(packument):
            came.append(packument.name)
            if packument.name == "a":
                client.prefetch(["b"], then=go_on)
            else:
                done.set()

        assert [] == client.prefetch(["a"], then=go_on)
        assert done.wait(10)
    with open_client(registry, "prefer-offline=true", cache_dir=tmp_path) as client:
        at_hand = client.prefetch(["a", "b"])

    assert ["a", "b"] == came == [packument.name for packument in at_hand]
    assert 2 == registry.count()


def test_unusable_packument_in_the_cache_disturbs_nobody_else(registry, tmp_path):
    """What lies there under the name of another package is told when it is asked for."""
    registry.publish("a", "1.0.0")
    registry.packuments["b"] = registry.packuments["a"]
    with open_client(registry, cache_dir=tmp_path) as client, pytest.raises(RegistryError):
        client.open_packument("b")
    with open_client(registry, "prefer-offline=true", cache_dir=tmp_path) as client:
        client.prefetch(["b", "a"])
        assert "a" == client.open_packument("a").name
        with pytest.raises(RegistryError) as caught:
            client.open_packument("b")

    assert "EPACKUMENT" == caught.value.code


def test_wanted_packument_does_not_wait_for_those_ahead(registry):
    """A name that is asked for goes before all that is only fetched ahead."""
    names = [f"p{number}" for number in range(50)]
    for name in names:
        registry.publish(name, "1.0.0")
    with open_client(registry, npm={"maxsockets": "1"}) as client:
        client.prefetch(names)
        client.open_packument("p49")
        asked = [request.path for request in registry.requests]

    assert asked.index("/p49") < 49


def test_error_of_fetching_ahead_is_told_when_asked(registry):
    """A name that does not exist disturbs nobody until it is wanted."""
    registry.publish("a", "1.0.0")
    with open_client(registry) as client:
        client.prefetch(["missing", "a"])
        client.open_packument("a")
        with pytest.raises(RegistryError) as caught:
            client.open_packument("missing")

    assert "E404" == caught.value.code


def test_unchanged_packument_is_revalidated(registry, tmp_path):
    """With an ETag the second run gets 304 and uses its own copy."""
    registry.publish("a", "1.0.0")
    bodies = []
    for _ in range(2):
        with open_client(registry, cache_dir=tmp_path) as client:
            bodies.append(client.fetch_packument("a"))

    assert bodies[0] == bodies[1]
    assert [None, '"'] == [
        (request.headers.get("if-none-match") or " ")[0].strip() or None
        for request in registry.requests
    ]


def test_changed_packument_replaces_the_cached_one(registry, tmp_path):
    """A version published in between is seen."""
    registry.publish("a", "1.0.0")
    with open_client(registry, cache_dir=tmp_path) as client:
        client.fetch_packument("a")
    registry.publish("a", "2.0.0")
    with open_client(registry, cache_dir=tmp_path) as client:
        found = json.loads(client.fetch_packument("a"))

    assert ["1.0.0", "2.0.0"] == list(found["versions"])


def test_packument_that_another_process_fetches_is_waited_for(registry, tmp_path):
    """Clients that share a cache fetch each packument once, also where nothing stays fresh."""
    registry.publish("a", "1.0.0")
    with open_client(registry, cache_dir=tmp_path) as one, ExitStack() as held:
        cache = PackumentCache(tmp_path)
        held.enter_context(cache.lock(f"{registry.url}a", full=False))
        waiting = one.submit(one.fetch_packument, "a")
        assert "not yet" == next(iter(wait([waiting], timeout=0.3).done), "not yet")
        with open_client(registry) as other:
            body = other.fetch_packument("a")
        terms = Terms(is_full=False, confirmed_at=time.time())
        cache.write(f"{registry.url}a", CachedDocument(body, terms), full=False)
        held.close()

        assert body == waiting.result()

    assert 1 == registry.count()


class Meeting(dict):
    """Packuments that are answered when as many have asked as are expected."""

    def __init__(self, packuments: dict[str, dict], *, count: int) -> None:
        super().__init__(packuments)
        self._barrier = threading.Barrier(count, timeout=10)

    def __getitem__(self, name: str) -> dict:
        self._barrier.wait()
        return super().__getitem__(name)


@pytest.mark.parametrize("npm", [{}, {"prefer-online": True}])
def test_what_cannot_be_shared_is_not_waited_for_in_turn(registry, tmp_path, npm):
    """Clients that waited for a packument which may not be kept then ask for it all at once."""
    registry.cache_control = "no-store"
    registry.publish("a", "1.0.0")
    registry.packuments = Meeting(registry.packuments, count=4)
    with ExitStack() as opened:
        clients = [
            opened.enter_context(open_client(registry, cache_dir=tmp_path, npm=npm))
            for _ in range(4)
        ]
        with PackumentCache(tmp_path).lock(f"{registry.url}a", full=False):
            bodies = [client.submit(client.fetch_packument, "a") for client in clients]
            wait(bodies, timeout=0.5)
        assert 1 == len({body.result() for body in bodies})

    assert 4 == registry.count()


def test_fresh_packument_is_not_asked_again(registry, tmp_path):
    """Within `max-age` the cached copy is used without a request, unless prefer-online says so."""
    registry.cache_control = "public, max-age=300"
    registry.publish("a", "1.0.0")
    counts = []
    for npm in ({}, {}, {"prefer-online": True}):
        with open_client(registry, cache_dir=tmp_path, npm=npm) as client:
            client.fetch_packument("a")
        counts.append(registry.count())

    assert [1, 1, 2] == counts


def test_packument_that_must_not_be_kept_is_not(registry, tmp_path):
    """With `no-store` nothing is written, and nothing is there offline."""
    registry.cache_control = "private, no-store"
    registry.publish("a", "1.0.0")
    with open_client(registry, cache_dir=tmp_path) as client:
        assert client.fetch_packument("a")
    client = open_client(registry, cache_dir=tmp_path, offline=True)
    with client, pytest.raises(RegistryError) as caught:
        client.fetch_packument("a")

    assert "EOFFLINE" == caught.value.code
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("option", ["offline", "prefer-offline"])
def test_old_packument_is_used_offline(registry, tmp_path, option):
    """`offline` and `prefer-offline` take the cached copy whatever its age."""
    registry.offers_etag = False
    registry.publish("a", "1.0.0")
    for npm in ({}, {option: True}):
        with open_client(registry, cache_dir=tmp_path, npm=npm) as client:
            client.fetch_packument("a")

    assert 1 == registry.count()


def test_offline_names_what_is_missing(registry, tmp_path):
    """EOFFLINE says which packument or tarball is not there, and asks nobody."""
    with open_client(registry, cache_dir=tmp_path, offline=True) as client:
        with pytest.raises(RegistryError) as packument:
            client.fetch_packument("a")
        with pytest.raises(RegistryError) as tarball:
            client.fetch_tarball(TarballPlace("b", "1.0.0"))

    assert ("EOFFLINE", "EOFFLINE") == (packument.value.code, tarball.value.code)
    assert "the packument of a is not in the cache" == packument.value.message
    assert "b@1.0.0 is not in the cache" == tarball.value.message
    assert 0 == registry.count()


def test_token_goes_to_its_path(registry):
    """A token written for the registry's path is sent as Bearer."""
    registry.tokens = {"Bearer s3cret"}
    manifest = registry.publish("a", "1.0.0")
    host = registry.origin.removeprefix("http:")
    with open_client(registry, f"{host}/:_authToken=s3cret") as client:
        assert client.fetch_tarball(ask_for(manifest))


def test_user_and_password_go_as_basic(registry):
    """`username` with a base64 `_password` is sent as Basic."""
    registry.tokens = {"Basic bWU6cGFzcw=="}
    manifest = registry.publish("a", "1.0.0")
    host = registry.origin.removeprefix("http:")
    with open_client(registry, f"{host}/:username=me\n{host}/:_password=cGFzcw==") as client:
        assert client.fetch_tarball(ask_for(manifest))


def test_token_of_the_registrys_path_also_goes_to_its_tarballs(registry):
    """A registry may keep tarballs elsewhere on its host: npm sends its credential there too."""
    registry.tokens = {"Bearer s3cret"}
    registry.tarballs["/downloads/a.tgz"] = b"x"
    host = registry.origin.removeprefix("http:")
    npmrc = f"registry={registry.origin}/api/npm/\n{host}/api/npm/:_authToken=s3cret"
    with open_client(registry, npmrc) as client:
        ask = TarballPlace("a", "1.0.0", resolved=registry.origin + "/downloads/a.tgz")
        assert b"x" == client.fetch_tarball(ask)


def test_token_of_another_path_is_not_sent(registry):
    """A token written for another path of the host is not sent."""
    manifest = registry.publish("a", "1.0.0")
    host = registry.origin.removeprefix("http:")
    with open_client(registry, f"{host}/team/:_authToken=s3cret") as client:
        client.fetch_tarball(ask_for(manifest))

    assert "authorization" not in registry.requests[0].headers


def test_missing_token_is_explained(registry):
    """E401 names the registry, the scope, and the file where the token would be."""
    registry.tokens = {"Bearer s3cret"}
    client = open_client(registry, f"@scope:registry={registry.url}")
    with client, pytest.raises(RegistryError) as caught:
        client.fetch_packument("@scope/a")

    facts = dict(caught.value.facts)
    assert "E401" == caught.value.code
    assert registry.url == facts["registry"]
    assert "@scope, whose registry is set in /home/me/.npmrc:2" == facts["scope"]
    assert "none; it would be in /home/me/.npmrc" == facts["credential"]
    host = registry.origin.removeprefix("http:")
    assert f"{host}/:_authToken=${{NPM_TOKEN}}" in caught.value.hint


def test_wrong_token_is_explained_without_showing_it(registry):
    """E401 with a token names the line that holds it, not the token."""
    registry.tokens = {"Bearer other"}
    host = registry.origin.removeprefix("http:")
    client = open_client(registry, f"{host}/:_authToken=s3cret")
    with client, pytest.raises(RegistryError) as caught:
        client.fetch_packument("a")

    assert "/home/me/.npmrc:2" in caught.value.hint
    assert "s3cret" not in str(caught.value) + repr(client.settings)


def test_scope_has_its_own_registry(registry):
    """A scope's packages come from the scope's registry, all others from the default one."""
    with RegistryServer(prefix="/npm/private") as private:
        manifest = private.publish("@mine/a", "1.0.0")
        with open_client(registry, f"@mine:registry={private.url}") as client:
            client.fetch_tarball(ask_for(manifest))

        assert (1, 0) == (private.count(), registry.count())


def test_damaged_cache_entry_is_discarded(registry, tmp_path):
    """An entry whose bytes changed on disk is fetched anew, also under prefer-offline."""
    registry.publish("a", "1.0.0")
    with open_client(registry, cache_dir=tmp_path) as client:
        body = client.fetch_packument("a")
    (entry,) = [path for path in Path(tmp_path).rglob("*") if path.is_file()]
    entry.write_bytes(entry.read_bytes()[:-1] + b"?")
    with open_client(registry, cache_dir=tmp_path, npm={"prefer-offline": True}) as client:
        assert body == client.fetch_packument("a")

    assert 2 == registry.count()


def test_cache_holds_no_credential(registry, tmp_path):
    """Neither the token nor the password is written with what they fetched."""
    registry.tokens = {"Bearer s3cret"}
    registry.publish("a", "1.0.0")
    host = registry.origin.removeprefix("http:")
    with open_client(registry, f"{host}/:_authToken=s3cret", cache_dir=tmp_path) as client:
        client.fetch_packument("a")

    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"s3cret" not in written
    assert b'"1.0.0"' in written
