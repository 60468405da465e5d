"""No credential is written anywhere: every byte that the commands leave behind is searched.

Tokens stand in .npmrc in each of their forms, in a variable, in an address and in a proxy. Then all
commands run, well and badly, and what they print, pack, keep and trace is searched for them: as
they are, in base64, in percent-encoding, and within the members of every zip and gzip.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import tarfile
import traceback
from typing import TYPE_CHECKING
from urllib.parse import quote
from zipfile import BadZipFile, ZipFile

import pytest

from tests.support.adversary import Adversary, reset, status
from tests.support.command import CommandResult, run_here
from tests.support.registry_server import RegistryServer
from zipper.errors import ZipperError
from zipper.npm.npmrc import build_settings, layer_from_text
from zipper.registry.client import RegistryClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.scene import Scene

TOKEN = "npm_t0kenOfTheProject"
VARIABLE = "npm_t0kenInAVariable"
PASSWORD = "pa/ss w0rd+of%bob"
ADDRESS = "s3cretInAnAddress"
PROXY = "s3cretOfTheProxy"
SECRETS = (TOKEN, VARIABLE, PASSWORD, ADDRESS, PROXY)


def spellings() -> Iterator[bytes]:
    """Yield each secret in every form in which it could get out."""
    pairs = [f"bob:{PASSWORD}", f"carol:{ADDRESS}", f"dave:{PROXY}"]
    for text in (*SECRETS, *pairs):
        yield from (text.encode(), quote(text).encode(), quote(text, safe="").encode())
        yield base64.b64encode(text.encode())
        yield base64.b64encode(text.encode()).rstrip(b"=")
        yield json.dumps(text)[1:-1].encode()
        yield repr(text)[1:-1].encode()


NEEDLES = frozenset(spellings())


def find_secrets(data: bytes) -> set[bytes]:
    """Return what of the secrets is in `data`, or in the members of the archive that it is."""
    found = {needle for needle in NEEDLES if needle in data}
    if data[:2] == b"\x1f\x8b":
        found |= find_secrets(gzip.decompress(data))
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                opened = archive.extractfile(member)
                found |= find_secrets(opened.read() if opened else b"")
    elif data[:2] == b"PK":
        try:
            with ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    found |= find_secrets(archive.read(name))
        except BadZipFile:
            pass
    return found


def search(folder: Path, *, but: tuple[Path, ...]) -> tuple[int, dict[str, set[bytes]]]:
    """Return how many files were searched, and those with secrets."""
    files = [path for path in folder.rglob("*") if path.is_file() and path not in but]
    return len(files), {
        str(path): hit for path in files if (hit := find_secrets(path.read_bytes()))
    }


@pytest.fixture
def private() -> Iterator[RegistryServer]:
    with RegistryServer(prefix="/private") as server:
        pair = base64.b64encode(f"bob:{PASSWORD}".encode()).decode()
        server.tokens = {f"Bearer {TOKEN}", f"Bearer {VARIABLE}", f"Basic {pair}"}
        server.publish("@own/a", "1.0.0", files={"index.js": b"1"})
        server.advisories = {}
        yield server


def write_npmrc(scene: Scene, private: RegistryServer, credential: str) -> tuple[Path, Path]:
    """Write the project's and the user's .npmrc and return their paths."""
    user, project = scene.home / ".npmrc", scene.project / ".npmrc"
    key = private.url.removeprefix("http:")
    user.write_text(credential.replace("{key}", key))
    address = scene.registry.url.replace("http://", f"http://carol:{ADDRESS}@")
    project.write_text(
        f"@own:registry={private.url}\nregistry={address}\n"
        f"https-proxy=http://dave:{PROXY}@127.0.0.1:9/\nnoproxy=127.0.0.1\n"
    )
    return user, project


FORMS = {
    "token": f"{{key}}:_authToken={TOKEN}\n",
    "variable": "{key}:_authToken=${OWN_TOKEN}\n",
    "auth": f"{{key}}:_auth={base64.b64encode(f'bob:{PASSWORD}'.encode()).decode()}\n",
    "password": "{key}:username=bob\n{key}:_password="
    + base64.b64encode(PASSWORD.encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_written_by_what_works(scene: Scene, private: RegistryServer, form: str) -> None:
    """Zip, store, cache, lockfile, vendored folder, node_modules and all that is printed."""
    kept = write_npmrc(scene, private, FORMS[form])
    scene.publish("plain")
    dependencies = {"@own/a": "^1.0.0", "plain": "^1.0.0"}
    scene.write({"package.json": {"name": "fn", "version": "1.0.0", "dependencies": dependencies}})
    environment = {**scene.environment, "OWN_TOKEN": VARIABLE, "npm_config_registry": ""}
    project, output, page = str(scene.project), str(scene.output), str(scene.folder / "page.html")
    address = scene.registry.url.replace("http://", f"http://carol:{ADDRESS}@")
    scene.registry.advisories = {}
    results = [
        run_here(*words, "--cache-dir", str(scene.cache), env=environment, cwd=scene.folder)
        for words in (
            ("build", project, "-o", output, "--verbose"),
            ("resolve", project, "--verbose"),
            ("build", project, "-o", output, "--json"),
            ("build", project, "-o", output, "--registry", address, "--verbose"),
            ("install", project, "--into", str(scene.folder / "installed"), "--verbose"),
            ("vendor", project, "--into", str(scene.folder / "vendored"), "--json"),
            ("explain", project, "--json"),
            ("explain", output, "--html", page),
            ("audit", project),
            ("check", output, "--verbose"),
        )
    ]
    results += [
        run_here(*words, output, env=environment, cwd=scene.folder)
        for words in (("sbom",), ("licenses",))
    ]
    count, found = search(scene.folder, but=kept)

    assert [0] * len(results) == [r.status for r in results], [r.stderr for r in results]
    assert 1 <= sum("authorization" in request.headers for request in private.requests)
    assert {} == found
    assert [] == [r for r in results if printed(r)]
    assert 20 < count


def printed(result: CommandResult) -> set[bytes]:
    """Return the secrets in what a command printed."""
    return find_secrets((result.stdout + result.stderr).encode())


@pytest.mark.parametrize("code", [401, 403, 404, 429, 500, 302])
def test_nothing_is_told_by_what_fails(scene: Scene, private: RegistryServer, code: int) -> None:
    """Refusals, faults and redirects are told without a credential, in text and in JSON."""
    with Adversary() as server:
        server.play("/@own%2Fa", status(code, location=f"http://carol:{ADDRESS}@127.0.0.1:9/x"))
        kept = write_npmrc(scene, private, FORMS["token"])
        key = server.url.removeprefix("http:")
        kept[0].write_text(f"{key}:_authToken={TOKEN}\n{key}:_password={PASSWORD}\n")
        kept[1].write_text(kept[1].read_text().replace(private.url, server.url))
        scene.write({"package.json": {"name": "fn", "dependencies": {"@own/a": "1"}}})
        results = [
            scene.build(*words, env={"npm_config_registry": ""})
            for words in (("--verbose",), ("--json",))
        ]
        _, found = search(scene.folder, but=kept)

        assert [1, 1] == [result.status for result in results], results[0].stderr
        assert f"Bearer {TOKEN}" in server.heads["/@own%2Fa"][0]
        assert ({}, []) == (found, [r for r in results if printed(r)])


_HOLDING = f"https://carol:{ADDRESS}@127.0.0.1:9/a.tgz?key={TOKEN}"
TELLING: dict[str, tuple[dict[str, object], str, str]] = {
    "an override against a dependency": (
        {"dependencies": {"a": _HOLDING}, "overrides": {"a": "1.0.0"}}, "", "EOVERRIDE",
    ),
    "a tarball": ({"dependencies": {"a": _HOLDING}}, "", "ENETWORK"),
    "a repository": (
        {"dependencies": {"a": f"git+http://carol:{ADDRESS}@127.0.0.1:9/a.git"}}, "", "E",
    ),
    "a spec of no sense": ({"dependencies": {"a": f"xyz://carol:{ADDRESS}@host"}}, "", "E"),
    "a certificate named by a variable": (
        {"dependencies": {"a": "1"}}, "registry=https://host/\ncafile=/x/${OWN_TOKEN}\n", "E",
    ),
    "a registry named by a variable": (
        {"dependencies": {"a": "1"}}, "registry=http://127.0.0.1:9/${OWN_TOKEN}/\n", "E",
    ),
    "a host named by a variable": (
        {"dependencies": {"a": "1"}}, "registry=http://${OWN_TOKEN}.localhost:9/\n", "E",
    ),
}  # fmt: skip
"""What a project says, its .npmrc, and how the code of the error begins."""


@pytest.mark.parametrize("what", TELLING)
def test_what_a_project_names_is_told_without_its_secrets(scene: Scene, what: str) -> None:
    """An error about a spec or a setting shows neither a password nor what a variable held."""
    manifest, npmrc, code = TELLING[what]
    scene.write({"package.json": {"name": "fn", "version": "1.0.0", **manifest}, ".npmrc": npmrc})
    kept = (scene.project / "package.json", scene.project / ".npmrc")
    env = {"npm_config_registry": "", "OWN_TOKEN": VARIABLE, "npm_config_fetch_retries": "0"}

    results = [
        run_here(*words, cwd=scene.folder, env={**scene.environment, **env})
        for words in (
            ("build", str(scene.project), "--cache-dir", str(scene.cache), "--verbose"),
            ("resolve", str(scene.project), "--cache-dir", str(scene.cache), "--json"),
        )
    ]
    _, found = search(scene.folder, but=kept)

    assert [1, 1] == [result.status for result in results], results[0].stderr
    assert results[0].code.startswith(code), results[0].stderr
    assert ({}, []) == (found, [r for r in results if printed(r)])


def test_an_address_with_a_password_is_kept_in_no_cache(scene: Scene) -> None:
    """A tarball is fetched with what its address says; only the project's own files have it."""
    tarball = scene.publish("a", files={"index.js": b"1"})["dist"]["tarball"]
    address = tarball.replace("http://", f"http://carol:{ADDRESS}@")
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"a": address}}
    scene.write({"package.json": manifest, "index.js": "exports.handler = () => require('a')"})
    files = (scene.project / "package.json", scene.project / "package-lock.json", scene.output)

    results = [
        run_here(*words, "--cache-dir", str(scene.cache), cwd=scene.folder, env=scene.environment)
        for words in (
            ("build", str(scene.project), "-o", str(scene.output), "--verbose"),
            ("resolve", str(scene.project), "--verbose"),
            ("build", str(scene.project), "-o", str(scene.output), "--json"),
            ("install", str(scene.project), "--into", str(scene.folder / "installed")),
        )
    ]
    _, found = search(scene.folder, but=files)

    assert [0] * 4 == [result.status for result in results], [r.stderr for r in results]
    assert ({}, []) == (found, [r for r in results if printed(r)])


@pytest.mark.parametrize("play", [status(401), status(500), reset()])
def test_tracebacks_show_none(play) -> None:
    """A traceback of an error and of all its causes shows no credential."""
    with Adversary() as server:
        server.play("/a", play)
        key = server.url.removeprefix("http:")
        text = f"registry={server.url}\n{key}:_authToken={TOKEN}\nfetch-retries=0\n"
        settings = build_settings([layer_from_text("user", text, "/home/.npmrc")], environ={})
        with (
            RegistryClient(settings, environ={}) as client,
            pytest.raises(ZipperError) as caught,
        ):
            client.fetch_packument("a")
    shown = "".join(traceback.format_exception(caught.value)) + repr(settings) + repr(client)

    assert set() == find_secrets(shown.encode())
    assert set() == find_secrets(repr(settings.credentials).encode())


def test_the_search_finds_what_is_there() -> None:
    """The search itself sees plain text, base64, and members of archives in archives."""
    inner = io.BytesIO()
    with ZipFile(inner, "w") as archive:
        archive.writestr("a", TOKEN)
    outer = io.BytesIO()
    with ZipFile(outer, "w", compression=8) as archive:
        archive.writestr("inner.zip", inner.getvalue())

    assert {TOKEN.encode()} == find_secrets(outer.getvalue())
    assert find_secrets(gzip.compress(base64.b64encode(PASSWORD.encode())))
    assert find_secrets(f"http://x/{quote(PASSWORD)}".encode())
    assert not find_secrets(b"nothing of the kind")
