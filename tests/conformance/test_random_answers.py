"""npm's own packages and zipper, about the same random questions."""

from __future__ import annotations

import json
import math
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.npm_answers import load_table
from zipper.errors import ZipperError
from zipper.npm import folder_path, semver
from zipper.npm.collation import collation_key
from zipper.npm.credentials import Secret, find_credential
from zipper.npm.dates import parse_date
from zipper.npm.dev_engines import find_misfits
from zipper.npm.ecmascript import collapse_spaces, decode_uri, encode_uri_component, trim
from zipper.npm.git_refs import find_commit, parse_refs
from zipper.npm.git_resolved import make_consistent
from zipper.npm.glob import parse_rule
from zipper.npm.glob_braces import expand_braces
from zipper.npm.ini import parse_ini
from zipper.npm.integrity import parse_integrity
from zipper.npm.json_conflict import merge_conflict
from zipper.npm.npmrc import NpmSettings, build_settings, layer_from_environment, layer_from_text
from zipper.npm.package_json import parse_bin, parse_manifest
from zipper.npm.package_name import is_valid_name
from zipper.npm.packlist import list_packed
from zipper.npm.path_glob import matches_path
from zipper.npm.platform import check_engine, check_platform
from zipper.npm.spec import Spec, parse_spec, resolve_spec
from zipper.npm.web_url import parse_url
from zipper.tree.dep_valid import is_valid
from zipper.tree.draft import Draft, DraftNode
from zipper.tree.draft_edge import DraftEdge
from zipper.tree.overrides import OverrideSet, conflict, parse_overrides

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_BATCH = 50


def _bits(found: Iterable[object]) -> str:
    return "".join("1" if one else "0" for one in found)


def match_rule(question: Any) -> Any:
    rule = parse_rule(question[0])
    paths = question[1]
    return [
        rule.negated,
        _bits(rule.match(path) for path in paths),
        _bits(rule.match(path, partial=True) for path in paths),
    ]


def match_paths(question: Any) -> Any:
    return _bits(matches_path(path, question[0]) for path in question[1])


def pack(files: Any) -> Any:
    def read(path: str) -> str:
        return files[path] if isinstance(files[path], str) else json.dumps(files[path])

    return list_packed(files, read_text=read)


def show_spec(spec: Spec) -> dict[str, Any]:
    """Return a spec as npm shows it."""
    shown = {
        "type": spec.type, "registry": spec.registry, "name": spec.name, "scope": spec.scope,
        "escapedName": spec.escaped_name, "rawSpec": spec.raw_spec, "saveSpec": spec.save_spec,
        "fetchSpec": spec.fetch_spec, "string": str(spec),
    }  # fmt: skip
    if spec.type == "git":
        shown |= {"gitCommittish": spec.git_committish, "gitRange": spec.git_range}
        shown |= {"gitSubdir": spec.git_subdir, "hosted": None}
        if spec.hosted is not None:
            words = "type domain user project committish auth default shortcut ssh sshurl https git"
            names = (*words.split(), "tarball")
            shown["hosted"] = {name: getattr(spec.hosted, name) for name in names}
            shown["hosted"]["string"] = spec.hosted.fetch_spec
    if spec.sub_spec is not None:
        shown["subSpec"] = show_spec(spec.sub_spec)
    return shown


def parse_any_spec(question: Any) -> Any:
    name, spec, where = question
    if name is None:
        return show_spec(parse_spec(spec, where=where, home="/root"))
    return show_spec(resolve_spec(name, spec, where=where, home="/root"))


def read_version(question: Any) -> Any:
    text, loose = question
    found = semver.parse(text, loose=loose)
    parts = found and [found.text, list(found.prerelease), list(found.build)]
    return [parts, semver.clean(text, loose=loose)]


def read_range(question: Any) -> Any:
    a, b, loose, include_prerelease, versions = question
    options = {"loose": loose, "include_prerelease": include_prerelease}
    return [
        semver.valid_range(a, **options),
        semver.intersects(a, b, **options),
        semver.max_satisfying(versions, a, **options),
        semver.min_satisfying(versions, a, **options),
        _bits(semver.satisfies(version, a, **options) for version in versions),
    ]


def order_texts(texts: Any) -> Any:
    keys = [collation_key(text) for text in texts]
    return [_bits(one < other for other in keys) for one in keys]


def read_integrity(question: Any) -> Any:
    text, strict, other = question
    found, second = parse_integrity(text, strict=strict), parse_integrity(other)
    match = found.match(second) if found and second else None
    return [found and str(found), found and found.strongest, match and str(match)]


def judge_platform(question: Any) -> Any:
    target, environment, force = question
    check_platform(parse_manifest(target), **{"libc": None, **environment}, force=force)


def judge_engine(question: Any) -> Any:
    target, npm, node, force = question
    check_engine(parse_manifest(target), node_version=node, npm_version=npm, force=force)


def judge_dev_engines(question: Any) -> Any:
    wanted, current = question
    there = {key: (one["name"], one["version"]) for key, one in current.items()}
    return [[one.engine, one.is_error] for one in find_misfits(wanted, there)]


def read_url(text: Any) -> Any:
    url = parse_url(text)
    if url is None:
        raise ValueError(text)
    names = ("protocol", "username", "password", "hostname", "port", "pathname", "search", "hash")
    return {"href": url.href, **{name: getattr(url, name) or "" for name in names}}


def read_uri(text: Any) -> Any:
    try:
        decoded: Any = decode_uri(text)
    except ValueError:
        decoded = {"error": None}
    return [encode_uri_component(text), decoded, trim(text), collapse_spaces(text)]


def resolve_paths(question: Any) -> Any:
    base, path = question
    here = folder_path.resolve("/", base)
    return [
        folder_path.normalize(path),
        folder_path.resolve(here, path),
        folder_path.relative(here, folder_path.resolve("/", path)),
    ]


def find_bundled(manifest: Any) -> Any:
    return list(parse_manifest(manifest).bundle_dependencies)


def find_sha(question: Any) -> Any:
    lines, wanted = question
    spec = parse_spec("git+ssh://h.example/a", where="/")._replace(
        git_range=wanted["gitRange"], git_committish=wanted["gitCommittish"]
    )
    return find_commit(spec, parse_refs(lines))


def judge_edge(question: Any) -> bool:
    given, asked, locked = question["node"], question["source"], question["locked"]
    manifest = parse_manifest({"name": given["name"], "version": given["version"]})
    link = given["realpath"] if given["isLink"] else None
    node = DraftNode(given["name"], manifest, resolved=given["resolved"], link_path=link)
    node.real_path = given["realpath"]
    source = DraftNode("p", parse_manifest({}), resolved=asked["resolved"])
    draft = Draft(source, asked["realpath"])
    source.install_links, source.location = asked["installLinks"], asked["location"]
    if locked["spec"]:
        fields = {locked["kind"]: {given["name"]: locked["spec"]}}
        draft.locked = {asked["location"]: parse_manifest(fields)}
    edge = DraftEdge(source, given["name"], "*", "prod", question["accept"])
    return is_valid(node, question["wanted"], edge)


def read_overrides(question: Any) -> Any:
    written, edges, nodes = question
    root = parse_overrides(written)
    waiting, rules = [root], []
    while waiting:
        rules.append(waiting.pop())
        waiting += reversed(rules[-1].children.values())
    source = DraftNode("p", parse_manifest({}))
    drafts = [DraftEdge(source, one["name"], one["rawSpec"], "prod", None) for one in edges]

    def show(rule: OverrideSet) -> str:
        return " > ".join(one.key for one in [*rule.ancestry()][::-1])

    return [
        [
            show(rule), rule.value, [show(rule.edge_rule(edge)) for edge in drafts],
            [show(rule.node_rule(one["name"], one["version"])) for one in nodes],
            _bits(conflict(rule, other) for other in rules),
        ]
        for rule in rules
    ]  # fmt: skip


def read_settings(question: Any) -> Any:
    layers = [layer_from_text(name, question[name], name) for name in ("global", "user", "project")]
    environ = question["env"]
    settings = build_settings(
        [*layers, layer_from_environment(environ)],
        environ=environ, home="FOLDER/home", folder="FOLDER/project",
    )  # fmt: skip
    credentials = {}
    for url in question["urls"]:
        found = find_credential(settings.credentials, url)
        credentials[url] = found.authorization.reveal() if found and found.authorization else None
    values = {
        key: _show_setting(settings, key) for key in question["keys"] if key in settings.sources
    }
    options = {
        "installStrategy": settings.install_strategy, "packageLock": settings.package_lock,
        "preferOnline": settings.prefer_online, "preferOffline": settings.prefer_offline,
    }  # fmt: skip
    return {"values": values, "credentials": credentials, "options": options,
            "omit": sorted(settings.omit)}  # fmt: skip


def _show_setting(settings: NpmSettings, key: str) -> Any:
    value = getattr(settings, key.replace("-", "_"), None)
    if key.startswith("@"):
        value = settings.scoped_registries.get(key.partition(":")[0])
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, Secret):
        return value.reveal()
    return value if value != math.inf else None


def _plain_settings(answer: Any) -> Any:
    """Return npm's settings without a registry of a scope that it takes and cannot use."""
    values = {
        key: value or None if key == "proxy" else value for key, value in answer["values"].items()
    }
    address = str(values.get("@s:registry") or "").lower()
    if "@s:registry" in values:
        values["@s:registry"] = (
            f"{address.rstrip('/')}/" if re.match("https?://.", address) else None
        )
    return {**answer, "values": values}


ANSWERS: dict[str, Callable[[Any], Any]] = {
    "ignore-rules": match_rule,
    "path-globs": match_paths,
    "braces": lambda text: list(
        dict.fromkeys(re.sub(r"\\([,{}.])", r"\1", one) for one in expand_braces(text))
    ),
    "packed": pack,
    "specs": parse_any_spec,
    "versions": read_version,
    "orders": lambda question: [semver.compare(*question), semver.diff(*question)],
    "ranges": read_range,
    "collation": order_texts,
    "integrity": read_integrity,
    "platforms": judge_platform,
    "engines": judge_engine,
    "dev-engines": judge_dev_engines,
    "conflicts": merge_conflict,
    "bins": lambda question: dict(parse_bin(question[1], question[0])),
    "bundles": find_bundled,
    "names": is_valid_name,
    "npmrc": read_settings,
    "dep-valid": judge_edge,
    "overrides": read_overrides,
    "ini": lambda text: [
        [one.key, list(one.value) if isinstance(one.value, tuple) else one.value]
        for one in parse_ini(text)
    ],
    "resolved": make_consistent,
    "commits": find_sha,
    "urls": read_url,
    "uris": read_uri,
    "paths": resolve_paths,
    "dates": parse_date,
}


def plain(value: Any) -> Any:
    """Return an answer without what only tells how it was written down, and which error it is."""
    if isinstance(value, dict):
        if "omit" in value:
            value = _plain_settings(value)
        if value.keys() == {"error"}:
            return "an error"
        return {key: plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def answer(table: str, question: Any) -> Any:
    """Return zipper's answer."""
    try:
        return ANSWERS[table](question)
    except (ZipperError, ValueError):
        return "an error"


def _batches() -> Iterable[object]:
    for table in ANSWERS:
        cases = load_table(table)
        for start in range(0, len(cases), _BATCH):
            yield pytest.param(table, cases[start : start + _BATCH], id=f"{table}-{start}")


@pytest.mark.parametrize(("table", "cases"), list(_batches()))
def test_an_answer_is_npms(table: str, cases: list[tuple[Any, Any]]) -> None:
    """Or both refuse, whatever npm's error is called."""
    expected = [(question, plain(theirs)) for question, theirs in cases]

    found = [(question, plain(answer(table, question))) for question, _ in cases]

    assert [one for one in expected if one not in found] == []
