"""Where packages come from: what is told, and what the settings forbid."""

from __future__ import annotations

import pytest

from zipper.errors import IntegrityError, ResolutionError
from zipper.npm.npmrc import build_settings, layer_from_text
from zipper.npm.package_json import parse_manifest
from zipper.supply.disguises import find_disguises
from zipper.supply.required_integrity import require_integrity
from zipper.supply.settings_findings import find_notes
from zipper.supply.sources import find_odd_sources, list_install_scripts
from zipper.tree.model import Node, Tree

GIT = "git+ssh://git@host.example/owner/g.git#0123456"
REMOTE = "https://host.example/r.tgz?token=secret"


def settings_of(text: str = ""):
    return build_settings([layer_from_text("project", text, ".npmrc")], environ={})


def tree_of(**manifests: dict) -> Tree:
    """Return a tree of one level; the keyword `root` is the project."""
    nodes = {}
    for key, raw in manifests.items():
        resolved = raw.pop("resolved", None)
        integrity = raw.pop("integrity", None)
        location = "" if key == "root" else f"node_modules/{key}"
        manifest = parse_manifest({"name": key, "version": "1.0.0", **raw})
        nodes[location] = Node(
            location=location,
            name=key,
            manifest=manifest,
            version="1.0.0",
            resolved=resolved,
            integrity=integrity,
        )
    return Tree(nodes)


def odd_tree() -> Tree:
    return tree_of(
        root={"name": "fn", "dependencies": {"a": "^1.0.0", "top": GIT}},
        a={"dependencies": {"g": GIT, "r": REMOTE, "b": "latest", "c": "1.x || >=2"}},
        b={},
        c={},
        g={},
        r={},
        top={},
    )


def test_git_and_remote_in_depth_are_told():
    """What a dependency brings from elsewhere is a warning; what the project names is its own."""
    findings = find_odd_sources(odd_tree(), settings_of())

    assert [("source-git", "node_modules/g"), ("source-remote", "node_modules/r")] == [
        (finding.code, finding.path) for finding in findings
    ]
    assert "a@1.0.0 asks for `g`" in findings[0].message
    assert not [finding for finding in findings if "secret" in str(finding)]


def test_allowed_by_word_is_not_told():
    """`allow-git=all` in .npmrc is a decision; so nothing is said."""
    settings = settings_of("allow-git=all\nallow-remote=all")

    assert () == find_odd_sources(odd_tree(), settings)


@pytest.mark.parametrize(
    ("npmrc", "code", "count"),
    [
        ("allow-git=root", "EALLOWGIT", 1),
        ("allow-git=none", "EALLOWGIT", 2),
        ("allow-remote=root", "EALLOWREMOTE", 1),
        ("allow-remote=none", "EALLOWREMOTE", 1),
    ],
)
def test_forbidden_sources(npmrc, code, count):
    """`root` leaves the project's own, `none` leaves nothing; all that is forbidden is named."""
    with pytest.raises(ResolutionError) as caught:
        find_odd_sources(odd_tree(), settings_of(npmrc))

    labels = [label for label, _ in caught.value.facts]
    assert (code, count) == (caught.value.code, labels.count("dependency"))
    assert ("set in", f"`{npmrc}` in .npmrc:1") == caught.value.facts[-1]
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["file:", "git+file://"])
def test_published_package_may_not_name_a_place_on_this_disk(scheme):
    """A folder or repository that only a package from elsewhere asks for is never packed."""
    tree = tree_of(
        root={"name": "fn", "dependencies": {"a": "^1.0.0"}},
        a={"dependencies": {"secrets": f"{scheme}/home/ada/secrets"}},
        secrets={"resolved": f"{scheme}/home/ada/secrets"},
    )

    with pytest.raises(ResolutionError) as caught:
        find_odd_sources(tree, settings_of())

    assert "EALLOWDIRECTORY" == caught.value.code


def test_own_folder_may_name_another():
    """What the project's own folders ask for is as good as what the project asks for."""
    tree = tree_of(
        root={"name": "fn", "dependencies": {"own": "file:../own"}},
        own={"resolved": "file:../own", "dependencies": {"other": "file:../other"}},
        other={"resolved": "file:../other"},
    )

    assert () == find_odd_sources(tree, settings_of())


def test_alias_that_hides_what_it_stands_for():
    """An alias in depth is told where its name does not say what it is."""
    tree = tree_of(
        root={"dependencies": {"a": "1", "mine": "npm:b@1"}},
        a={"dependencies": {"lodash": "npm:evil@1", "b-cjs": "npm:b@1", "@x/b": "npm:b@1"}},
        lodash={"name": "evil"},
        mine={"name": "b"},
        **{"b-cjs": {"name": "b"}},
    )
    findings = find_odd_sources(tree, settings_of())

    assert [("alias-disguised", "node_modules/lodash")] == [(f.code, f.path) for f in findings]
    assert "`lodash` is really `evil`" in findings[0].message
    assert () == find_disguises(tree)


def test_lockfile_that_swaps_a_package():
    """A tarball of another name, or another name that nobody asks for, is an error."""
    tree = tree_of(
        root={"dependencies": {"a": "1", "b": "1", "c": "1", "@s/d": "1"}},
        a={"resolved": "https://registry.example/evil/-/evil-1.0.0.tgz"},
        b={"name": "evil"},
        c={"resolved": "https://registry.example/npm/private/c/-/c-1.0.0.tgz"},
        **{"@s/d": {"resolved": "https://registry.example/@s%2fd/-/d-1.0.0.tgz"}},
    )

    found = find_disguises(tree)

    assert {("error", "node_modules/a"), ("error", "node_modules/b")} == {
        (finding.severity, finding.path) for finding in found
    }


@pytest.mark.parametrize("resolved", ["file:../a.tgz", GIT, "git://host.example/a.git#0123456"])
def test_place_that_nobody_asks_for(resolved):
    """A lockfile alone may not take a package from this disk or from git."""
    tree = tree_of(root={"dependencies": {"a": "1"}}, a={"resolved": resolved})
    with pytest.raises(ResolutionError) as caught:
        find_odd_sources(tree, settings_of())

    assert "EUNASKED" == caught.value.code
    assert ("location", "node_modules/a") in caught.value.facts


@pytest.mark.parametrize(
    "root",
    [
        {"dependencies": {"a": "file:../a.tgz"}},
        {"dependencies": {"a": "1"}, "overrides": {"a": "file:../a.tgz"}},
        {"optionalDependencies": {"a": "file:../a.tgz"}},
    ],
)
def test_place_that_the_project_asks_for(root):
    """What package.json names by its place, as a dependency or an override, is its decision."""
    tree = tree_of(root=root, a={"resolved": "file:../a.tgz"})

    assert () == find_odd_sources(tree, settings_of())


def test_override_may_rename():
    """What package.json's overrides put in a package's place is the project's own decision."""
    tree = tree_of(
        root={"dependencies": {"a": "1"}, "overrides": {"b": "npm:c@1"}},
        a={"dependencies": {"b": "1"}},
        b={"name": "c"},
    )

    assert () == find_disguises(tree)


def test_install_scripts_are_listed():
    """One finding names the packages with scripts, sorted, without those that may run."""
    script = {"scripts": {"postinstall": "node evil.js"}}
    tree = tree_of(root=script, b=dict(script), a={"hasInstallScript": True}, c={})
    found = list_install_scripts(tree, allowed=frozenset({"node_modules/b"}))

    assert found is not None
    assert "install scripts that do not run: a@1.0.0" == found.message
    allowed = frozenset({"node_modules/a", "node_modules/b"})
    assert list_install_scripts(tree, allowed=allowed) is None


def test_required_integrity_names_all_that_lack_it():
    """Nothing and sha1 are refused, in one error; sha512 passes."""
    strong = "sha512-" + "A" * 86 + "=="
    weak = "sha1-" + "A" * 27 + "="
    tree = tree_of(
        root={}, a={"integrity": strong}, b={"integrity": weak}, c={}, d={"integrity": "x"}
    )
    nodes = [node for node in tree.nodes.values() if node.location]
    with pytest.raises(IntegrityError) as caught:
        require_integrity(nodes)

    assert ("ENOINTEGRITY", ["b@1.0.0", "c@1.0.0", "d@1.0.0"]) == (
        caught.value.code,
        [label for label, _ in caught.value.facts],
    )
    require_integrity(nodes[:1])


def test_settings_that_npm_would_warn_about():
    """A value that npm cannot use becomes a finding with file and line."""
    (finding,) = find_notes(settings_of("\nfetch-retries=many"))

    assert ("npmrc-ignored", "warning") == (finding.code, finding.severity)
    assert ".npmrc:2" in finding.message
