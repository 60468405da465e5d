"""What the fuzzers call: one function for each reader of other people's bytes, with its seeds.

In: any bytes. Out: nothing; a reader ends with a value or a `ZipperError`, and what else it raises
is a finding. So is an invariant that does not hold: those stand here as asserts.
"""

from __future__ import annotations

import contextlib
import json
import tomllib
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.support.hostile import CASES
from tests.support.shared import REPOSITORY
from tests.support.tarballs import gzip
from zipper.archive.listing import read_listing
from zipper.archive.plan import lay_out
from zipper.archive.splice import splice
from zipper.checks.commonjs_names import find_commonjs_names
from zipper.checks.scan import scan
from zipper.checks.search import search
from zipper.errors import ZipperError
from zipper.layout.edge_proof import prove_edges
from zipper.lockfile.bun import read as read_bun_lock
from zipper.lockfile.npm_read import read_lockfile
from zipper.lockfile.pnpm import read as read_pnpm_lock
from zipper.lockfile.pnpm_settings import PnpmFiles, list_setting_drift
from zipper.lockfile.yarn_berry import read as read_yarn_berry
from zipper.lockfile.yarn_classic import read_yarn_lock
from zipper.npm import semver
from zipper.npm.bunfig import layer_from_bunfig
from zipper.npm.credentials import find_credential
from zipper.npm.json_text import parse_json_object
from zipper.npm.npmrc import build_settings, layer_from_text
from zipper.npm.package_json import Manifest, parse_manifest
from zipper.npm.packument import parse_packument
from zipper.npm.patch_apply import PatchedFile, apply_patch
from zipper.npm.patch_text import PatchFaultError, parse_patch
from zipper.npm.pnpm_registries import layer_from_pnpm
from zipper.npm.release_age import age_from_npm, age_from_pnpm, age_from_uv, age_from_yarn
from zipper.npm.spec import parse_spec, resolve_spec
from zipper.npm.yaml_settings import parse_settings
from zipper.npm.yaml_text import YamlFaultError
from zipper.npm.yarnrc import YarnrcFile, layer_from_yarnrc
from zipper.store.extract import extract
from zipper.supply.advisories import parse_bulk
from zipper.supply.osv import parse_record
from zipper.supply.signatures import Signed, parse_keys, verify_signatures
from zipper.tree.bind_peers import bind_peers
from zipper.tree.graph_closure import take_closure
from zipper.tree.hoist import hoist
from zipper.tree.merge_instances import merge_instances
from zipper.tree.resolver_requests import FetchedManifest
from zipper.tree.yarn_spec import check_yarn_lock, expect_integrity

if TYPE_CHECKING:
    from collections.abc import Callable

    from zipper.lockfile.foreign import ForeignLockfile
    from zipper.npm.release_age import ReleaseAge
    from zipper.npm.spec import Spec

__all__ = ["SEEDS", "TARGETS", "play"]


def fuzz_gzip(data: bytes) -> None:
    """Unpack `data` as a tarball."""
    extract(data, label="a@1.0.0")


def fuzz_tar(data: bytes) -> None:
    """Unpack `data` as the tar in a right gzip; what comes can be spliced and listed again.

    The sums of headers are mended first, else nearly every change would be refused for its sum.
    """
    entries = extract(gzip(_mend_sums(data)), label="a@1.0.0")
    zipped = b"".join(piece for chunk in splice(lay_out(entries)) for piece in chunk)
    listing = read_listing(zipped)
    assert not listing.faults
    assert [entry.name for entry in entries] == [entry.raw_name for entry in listing.entries]


def _mend_sums(data: bytes) -> bytes:
    mended = bytearray(data)
    for at in range(0, len(data) - 511, 512):
        if data[at + 257 : at + 262] == b"ustar":
            total = sum(data[at : at + 512]) - sum(data[at + 148 : at + 156]) + 8 * 0x20
            mended[at + 148 : at + 156] = b"%06o\0 " % total
    return bytes(mended)


def fuzz_zip(data: bytes) -> None:
    """List `data` as a zip, look for faults, and read every member."""
    listing = read_listing(data)
    listing.find_header_faults()
    for entry in listing.entries:
        with contextlib.suppress(ZipperError):
            listing.read(entry, limit_bytes=1 << 20, check_crc=True)


def fuzz_lockfile(data: bytes) -> None:
    """Read `data` as a lockfile."""
    tree = read_lockfile(data, path="package-lock.json", manifest=Manifest()).tree
    for location in tree.nodes:
        for edge in tree.edges_out(location):
            tree.find(edge.source, edge.name)


def fuzz_manifest(data: bytes) -> None:
    """Read `data` as package.json."""
    parse_manifest(parse_json_object(data, path="package.json"))


def fuzz_packument(data: bytes) -> None:
    """Read `data` as a packument, and every version of it."""
    packument = parse_packument(data, "a")
    for version in packument.versions:
        packument.manifest(version)


def fuzz_semver(data: bytes) -> None:
    """Read lines as versions and ranges; what semver says of them agrees with itself."""
    lines = [*_text(data).split("\n")[:8], "1.2.3"]
    for range_ in lines:
        for loose in (False, True):
            shown = semver.valid_range(range_, loose=loose)
            chosen = semver.max_satisfying(lines, range_, loose=loose)
            assert chosen is None or semver.satisfies(chosen, range_, loose=loose)
            assert shown is not None or chosen is None
    for one, other in pairwise(lines):
        assert semver.compare(one, other) == -semver.compare(other, one)
        assert semver.intersects(one, other) == semver.intersects(other, one)
        semver.diff(one, other)
        semver.clean(one)


def fuzz_spec(data: bytes) -> None:
    """Read `data` as a spec, alone and as an entry of `dependencies`."""
    text = _text(data)
    with contextlib.suppress(ZipperError):
        _look_at(parse_spec(text, where="/project", home="/home/me"))
    _look_at(resolve_spec("a", text, where="/project", home="/home/me"))


def _look_at(spec: Spec) -> None:
    str(spec)
    assert spec.escaped_name is None or spec.escaped_name.count("/") <= 1
    assert (spec.sub_spec is not None) == (spec.type == "alias")


def fuzz_npmrc(data: bytes) -> None:
    """Read `data` as .npmrc, and send what it holds where it belongs."""
    environ = {"HOME": "/home/me", "TOKEN": "invented", "EMPTY": ""}
    layer = layer_from_text("project", _text(data), "/project/.npmrc")
    settings = build_settings([layer], environ=environ, home="/home/me", folder="/project")
    for credential in settings.credentials.values():  # a variable in an address is no secret
        assert "invented" not in repr((credential.token, credential.basic))
    find_credential(settings.credentials, settings.registry or "https://registry.example/")
    settings.registry_of("@scope/name")
    for note in settings.notes:
        assert note.code
        assert note.message
    _find_newest(age_from_npm(settings))


def fuzz_age(data: bytes) -> None:
    """Read `data` as the files in which pnpm, yarn and uv keep how old a version must be."""
    text = _text(data)
    with contextlib.suppress(YamlFaultError):
        settings = parse_settings(text)
        _find_newest(age_from_pnpm(settings, "pnpm-workspace.yaml"))
        _find_newest(age_from_yarn(settings, ".yarnrc.yml"))
    _find_newest(age_from_uv({"exclude-newer": text}, "uv.toml"))


def _find_newest(age: ReleaseAge | None) -> None:
    if age is not None:
        age.newest_allowed(datetime(2026, 1, 1, tzinfo=UTC))


def fuzz_trust(data: bytes) -> None:
    """Read `data` as what a registry tells of its keys and of advisories, and as a database's."""
    record = None
    with contextlib.suppress(ValueError, RecursionError):
        record = json.loads(data)
    advisories = list(parse_record(record))
    with contextlib.suppress(ZipperError):
        advisories += parse_bulk(data)
    for advisory in advisories:
        advisory.affects("1.0.0")
    signed = Signed(
        name="a", version="1.0.0", integrity="sha512-abc", published=None, signatures=[{}]
    )
    with contextlib.suppress(ZipperError):
        verify_signatures(signed, {key.keyid: key for key in parse_keys(data)})


def fuzz_patch(data: bytes) -> None:
    """Read `data` as a patch, and apply it as each tool does; files stay below the package."""
    files = {name: PatchedFile(b"first\nsecond\nthird\n") for name in ("index.js", "lib/a.js")}
    with contextlib.suppress(PatchFaultError):
        effects = parse_patch(_text(data))
        for tool in ("pnpm", "bun", "yarn"):
            with contextlib.suppress(PatchFaultError):
                for path in apply_patch(effects, files.get, tool=tool):
                    assert ".." not in path.split("/")
                    assert not path.startswith("/")


def fuzz_tool_settings(data: bytes) -> None:
    """Read `data` as the settings of pnpm, yarn and bun, and hold a lockfile against them."""
    text = _text(data)
    with contextlib.suppress(YamlFaultError):
        settings = parse_settings(text)
        files = PnpmFiles(settings, settings, {}, None, lambda _: text)
        list(list_setting_drift(settings, 9, files))
        with contextlib.suppress(ZipperError):
            layer_from_pnpm(settings, path="pnpm-workspace.yaml", locate=lambda _: 1)
        with contextlib.suppress(ZipperError):
            file = YarnrcFile(".yarnrc.yml", settings, lambda _: 1)
            layer_from_yarnrc([file], {}, public=lambda: "https://registry.example/")
    with contextlib.suppress(ValueError):
        settings = tomllib.loads(text)
        layer_from_bunfig(settings, text, path="", environ={}, public=lambda: "https://r.example/")


def fuzz_pnpm_lock(data: bytes) -> None:
    """Read `data` as pnpm-lock.yaml, and lay out what it says."""
    _lay_out(read_pnpm_lock(_text(data), path="pnpm-lock.yaml"))


def fuzz_bun_lock(data: bytes) -> None:
    """Read `data` as bun.lock, and lay out what it says under both of bun's linkers."""
    for isolated in (False, True):
        _lay_out(read_bun_lock(_text(data), path="bun.lock", isolated=isolated))


def fuzz_yarn_berry(data: bytes) -> None:
    """Read `data` as yarn.lock of yarn 2 and later, and lay out what it says."""
    _lay_out(read_yarn_berry(_text(data), path="yarn.lock"))


def _lay_out(lockfile: ForeignLockfile) -> None:
    """Lay every importer out; the proof holds, and no location leaves node_modules."""
    for folder in lockfile.graph.importers:
        graph = lockfile.graph
        if lockfile.peers is not None:
            graph = bind_peers(graph, folder, lockfile.peers)
        graph = merge_instances(take_closure(graph, folder, fits=lambda _: True))
        tree = hoist(graph, folder).tree
        assert not prove_edges(tree, graph, folder).wrong
        assert not any({"..", "."} & set(location.split("/")) for location in tree.nodes)


def fuzz_yarn_lock(data: bytes) -> None:
    """Read `data` as yarn.lock, and ask it for what its own keys ask for."""
    lock = read_yarn_lock(data)
    for raw in lock.entries:
        with contextlib.suppress(ZipperError):
            spec = parse_spec(raw, where="/project")
            found, noted = check_yarn_lock(spec, lock.entries, where="/project")
            expect_integrity(found, FetchedManifest(manifest=Manifest(), resolved=""), noted)


def fuzz_javascript(data: bytes) -> None:
    """Look for modules and exports in `data` as a file of JavaScript."""
    facts = scan(data)
    assert facts.syntax_error_line <= data.count(b"\n") + 1
    search(data)
    find_commonjs_names(data)


def _text(data: bytes) -> str:
    """Return text that may hold lone surrogates, as JSON's escapes can."""
    return data.decode("utf-8", "surrogateescape")


TARGETS: dict[str, Callable[[bytes], None]] = {
    "age": fuzz_age,
    "gzip": fuzz_gzip,
    "javascript": fuzz_javascript,
    "lockfile": fuzz_lockfile,
    "manifest": fuzz_manifest,
    "npmrc": fuzz_npmrc,
    "packument": fuzz_packument,
    "patch": fuzz_patch,
    "semver": fuzz_semver,
    "spec": fuzz_spec,
    "tar": fuzz_tar,
    "tool-settings": fuzz_tool_settings,
    "trust": fuzz_trust,
    "bun-lock": fuzz_bun_lock,
    "pnpm-lock": fuzz_pnpm_lock,
    "yarn-berry": fuzz_yarn_berry,
    "yarn-lock": fuzz_yarn_lock,
    "zip": fuzz_zip,
}

_LOCKFILE = {
    "lockfileVersion": 3,
    "packages": {
        "": {"dependencies": {"a": "1"}},
        "node_modules/a": {"version": "1.0.0", "integrity": "sha512-AAAA", "bin": {"a": "a.js"}},
        "node_modules/w": {"resolved": "packages/w", "link": True},
        "packages/w": {"name": "w", "dependencies": {"a": "1"}},
    },
}
_ANCIENT = {"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0", "dependencies": {}}}}
_VERSION = {"name": "a", "version": "1.0.0", "dist": {"tarball": "x", "integrity": "sha512-AAAA"}}
_ODD_PACKUMENT = {
    "name": "a",
    "dist-tags": {"latest": "2.0.0", "next": "3.0.0-0"},
    "time": {"created": "2020-01-01T00:00:00.000Z", "2.0.0": "2024-01-01T00:00:00.000Z"},
    "versions": {
        "2.0.0": {
            **_VERSION,
            "version": "2.0.0",
            "deprecated": "old",
            "engines": ["node >= 4"],
            "os": "linux",
            "cpu": ["!x64"],
            "bundleDependencies": True,
            "peerDependencies": {"b": "*"},
            "peerDependenciesMeta": {"b": {"optional": True}},
            "optionalDependencies": {"c": "npm:d@1"},
            "hasInstallScript": True,
        }
    },
}
_PACKUMENT = {"name": "a", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": _VERSION}}


def _small_zip() -> bytes:
    entries = extract(CASES[-1].tarball, label="a")
    return b"".join(piece for chunk in splice(lay_out(entries)) for piece in chunk)


def _read_locked(name: str) -> list[bytes]:
    """Return the lockfiles of this name among the fixtures, the short ones."""
    paths = sorted((REPOSITORY / "fixtures" / "locked").glob(f"*/{name}"))
    return [data for data in (path.read_bytes() for path in paths) if len(data) < 6_000]


_TARBALLS = [case.tarball for case in CASES if 64 < len(case.tarball) < 6_000]
SEEDS: dict[str, list[bytes]] = {
    "patch": [
        (
            b"diff --git a/index.js b/index.js\n--- a/index.js\n+++ b/index.js\n@@ -1,2 +1,2 @@\n"
            b" first\n-second\n+other\n\\ No newline at end of file\n"
        ),
        (
            b"diff --git a/lib/a.js b/b.js\nold mode 100644\nnew mode 100755\n"
            b"similarity index 90%\nrename from lib/a.js\nrename to b.js\ndiff --git a/x b/x\n"
            b"new file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+x\n"
            b"diff --git a/index.js b/index.js\ndeleted file mode 100644\n"
        ),
    ],
    "tool-settings": [
        (
            b"overrides: &x\n  a>b@1: $c\n  d: 'catalog:'\ncatalog: *x\npnpmfile: [a, b]\n"
            b"patchedDependencies: {a: p}\npackageExtensions: {a: {dependencies: {b: 1}}}\n"
            b"registries: {default: 'https://registry.example/', '@s': 'https://s.example/'}\n"
        ),
        (
            b"npmRegistryServer: https://registry.example/\nnpmAuthToken: ${A:-b}\nnpmScopes:\n"
            b"  s: {npmAuthIdent: 'a:b'}\nnpmRegistries:\n  //x.example: {npmAuthToken: c}\n"
        ),
        (
            b'[install]\nregistry = {url = "https://registry.example/", token = "$A"}\n'
            b'[install.scopes]\n"@s" = "https://s.example/"\n'
        ),
    ],
    "bun-lock": [
        *_read_locked("bun.lock"),
        (
            b'{"lockfileVersion": 2, "configVersion": 1, "workspaces": {"": {"name": "r", '
            b'"dependencies": {"a": "1"}}, "p": {"name": "p", "peerDependencies": {"b": "^1.0.0"}, '
            b'"devDependencies": {"b": "1"}}}, "packages": {"p": ["p@workspace:p"], '
            b'"a": ["a@1.0.0", "", {"peerDependencies": {"b": "1"}, '
            b'"dependencies": {"c": "1"}}, ""], '
            b'"a/c": ["c@1.0.0", "", {"bundled": true}, ""], "b": ["b@1.0.0", "", {}, ""]}}'
        ),
    ],
    "pnpm-lock": [
        *_read_locked("pnpm-lock.yaml"),
        (
            b"lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n"
            b"        specifier: ^1\n        version: 1.0.0(b@1.0.0)\npackages:\n  a@1.0.0:\n"
            b"    resolution: {integrity: sha512-a}\n    bundledDependencies: [c]\n  b@1.0.0:\n"
            b"    resolution: {integrity: sha512-b}\nsnapshots:\n  a@1.0.0(b@1.0.0):\n"
            b"    dependencies: {b: 1.0.0}\n  b@1.0.0:\n    dependencies: {a: 1.0.0(b@1.0.0)}\n"
        ),
    ],
    "yarn-berry": [
        (
            b'__metadata:\n  version: 8\n  cacheKey: 10c0\n"r@workspace:.":\n'
            b'  version: 0.0.0-use.local\n  resolution: "r@workspace:."\n  dependencies:\n'
            b'    a: "npm:^1.0.0"\n    b: "npm:x@^2.0.0"\n'
            b'"a@npm:^1.0.0":\n  version: 1.2.0\n  resolution: "a@npm:1.2.0"\n'
            b'  peerDependencies:\n    b: "*"\n  conditions: os=linux & (cpu=x64 | cpu=arm64)\n'
            b'"b@npm:x@^2.0.0":\n  version: 2.0.0\n  resolution: "x@npm:2.0.0"\n'
        ),
        (
            b'__metadata:\n  version: 6\n"r@workspace:.":\n  version: 0.0.0-use.local\n'
            b'  resolution: "r@workspace:."\n  dependencies:\n    a: "patch:a@1.0.0#./a.patch"\n'
            b'    p: "portal:./p"\n    g: "https://h.example/g.git"\n'
            b'"a@patch:a@1.0.0#./a.patch::locator=r%40workspace%3A.":\n  version: 1.0.0\n'
            b'  resolution: "a@patch:a@npm%3A1.0.0#./a.patch::version=1.0.0&hash=0"\n'
            b'"p@portal:./p::locator=r%40workspace%3A.":\n  version: 0.0.0-use.local\n'
            b'  resolution: "p@portal:./p::locator=r%40workspace%3A."\n'
            b'"g@https://h.example/g.git":\n  version: 1.0.0\n'
            b'  resolution: "g@https://h.example/g.git#commit=0123"\n'
        ),
    ],
    "yarn-lock": [
        (
            b'# yarn lockfile v1\n\n\n"@s/a@>=1 <2", "@s/a@^1":\n  version "1.0.0"\n'
            b'  resolved "https://registry.example/@s/a/-/a-1.0.0.tgz#abc"\n'
            b'  integrity sha512-AAAA\n  dependencies:\n    b "^1"\n'
        ),
        b'a@npm:b@1:\n  version "1.0.0"\n  resolved "https://registry.example/b/-/b-2.0.0.tgz"\n',
        b"__metadata:\n  version: 8\n",
    ],
    "age": [
        b"minimumReleaseAge: 1440\nminimumReleaseAgeExclude:\n  - a\n  - '@b/*'\n",
        b'npmMinimalAgeGate: "3d"\nnpmPreapprovedPackages: [a, "b"]\n',
        b"2026-01-01T00:00:00Z",
        b"2026-01-01",
        b"P7DT1H",
        b"1 week",
    ],
    "gzip": _TARBALLS,
    "javascript": [
        b"import a, { b as c } from 'a'\nexport * from './x.js'\nawait import(`./y.js`)\n",
        b"'use strict'\nconst a = require('a'), b = require(__dirname + '/b')\nexports.c = 1\n",
        b"module.exports = { a, 'b': 1, ...require('./c') }; if (x) { require.resolve('d') }\n",
        b"Object.defineProperty(exports, 'a', { enumerable: true, get() { return _b.a } })\n",
        b"import { createRequire } from 'module'; const r = createRequire(import.meta.url); r('a')",
        b"export default class A { static x = /[/]/g; #y = () => `${`a`}` }\n",
    ],
    "lockfile": [json.dumps(_LOCKFILE).encode(), json.dumps(_ANCIENT).encode()],
    "manifest": [json.dumps(_VERSION).encode()],
    "npmrc": [
        b"registry=https://registry.example/\n@a:registry = https://b.example/npm/ ; c\n",
        b"//b.example/npm/:_authToken=${TOKEN}\n//b.example/:_auth = ${EMPTY?}dTpw\n",
        b"//c.example/:username=u\n//c.example/:_password=cHc=\ncafile=~/ca.pem\nca[]=x\n",
        b"min-release-age=3\nmin-release-age-exclude[]=@a/*\nbefore=2026-01-01\nomit[]=dev\n",
        b"fetch-retries=0x2\nfetch-timeout=1e3\nproxy=http://u:p@localhost:8\nnoproxy=a,b\n",
        b"[section]\n'quoted key' = 'a\\u0041'\nnull=null\nstrict-ssl\n",
    ],
    "packument": [json.dumps(_PACKUMENT).encode(), json.dumps(_ODD_PACKUMENT).encode()],
    "semver": [
        b"1.2.3\n^1.2.3-beta.1 || ~2.3 >=4\n>1.x <=2.0.0-0\n1.2 - 3.4.5\n",
        b"v1.2.3-a.b.10+build\n=1.2.3\n*\n\n>=1.0.0 <2.0.0\n~>1\n",
        b"9007199254740991.0.0\n<0.0.0-0\n^0.0.x\n1.2.3foo\n",
    ],
    "spec": [
        b"@scope/name@^1.0.0",
        b"npm:@a/b@1",
        b"owner/repository#semver:^1",
        b"git+ssh://git@host.example:a/b.git#main::path:c",
        b"file:../a%20b",
        b"https://host.example/a.tgz",
        b"./a.tgz",
        b"latest",
        b"github:a/b",
    ],
    "tar": [tarball[15:-8] for tarball in _TARBALLS],
    "trust": [
        b'{"keys":[{"keyid":"None","key":"MFkw","expires":"2030-01-01","scheme":"x"}]}',
        (
            b'{"a":[{"id":1,"url":"https://x.example/GHSA-35jh-r3h4-6jhm","severity":"high",'
            b'"vulnerable_versions":"<2.0.0 || >=3 <3.1"}]}'
        ),
        (
            b'{"id":"GHSA-1","affected":[{"package":{"ecosystem":"npm","name":"a"},"ranges":'
            b'[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.3"}]}],'
            b'"versions":["1.0.0"]}],"database_specific":{"severity":"HIGH"}}'
        ),
    ],
    "zip": [_small_zip()],
}


def play(target: str, data: bytes) -> None:
    """Give `data` to a target; a coded error is as good as a value."""
    with contextlib.suppress(ZipperError):
        TARGETS[target](data)
