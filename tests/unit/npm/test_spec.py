"""Package specs: what the table does not say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.errors import ResolutionError
from zipper.npm import folder_path
from zipper.npm.hosted import parse_hosted
from zipper.npm.spec import parse_spec, resolve_spec

WORDS = (
    "a @s/b @ / . .. ~/ # :: git+ssh:// github: https:// file: npm: .tgz ^1.2.3 1.0.0 semver: "
    "%20 % C: [ *"
)
PIECES = st.lists(st.sampled_from(WORDS.split()), max_size=6).map("".join)


@given(PIECES | st.text(max_size=12))
def test_any_text_is_a_spec_or_a_coded_error(raw):
    """Whatever one types is read, or refused with a code and a hint."""
    try:
        answer = parse_spec(raw, where="/project", home="/home/me").raw
    except ResolutionError as error:
        answer = raw if error.hint else "no hint"

    assert raw == answer


@given(st.sampled_from(["^1.0.0", "1.2.3", "latest", ">=2 <3 || 5", "npm:b@1"]))
def test_written_spec_resolves_to_itself(text):
    """The spec of a dependency is that of the argument that joins name and spec."""
    resolved = resolve_spec("a", text, where="/")
    parsed = parse_spec(f"a@{text}", where="/")

    assert (resolved.type, resolved.fetch_spec) == (parsed.type, parsed.fetch_spec)


@given(st.text("ab/.", max_size=8))
def test_normal_paths_stay(path):
    """Making a path normal twice is making it normal once."""
    once = folder_path.normalize(path)

    assert once == folder_path.normalize(once)


@given(st.text("ab/.", max_size=8), st.text("ab/.", max_size=8))
def test_relative_way_leads_there(base, path):
    """Following the relative way from a folder leads to the path."""
    base, path = folder_path.normalize(f"/{base}"), folder_path.normalize(f"/{path}")

    assert path == folder_path.resolve(base, folder_path.relative(base, path))


def test_unsupported_protocol_names_what_was_asked():
    """The error carries what was written, so that the place can be found."""
    with pytest.raises(ResolutionError) as caught:
        resolve_spec("a", "workspace:*", where="/project")

    assert caught.value.code == "EUNSUPPORTEDPROTOCOL"
    assert dict(caught.value.facts) == {"asked for": "a@workspace:*"}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("../b", ("directory", "file:../b", "C:/work/b")),
        ("x.tgz", ("file", "file:x.tgz", "C:/work/a/x.tgz")),
    ],
)
def test_folders_on_drives_work(spec, expected):
    """A project on a Windows drive has paths like any other."""
    found = resolve_spec("b", spec, where="C:/work/a")

    assert expected == (found.type, found.save_spec, found.fetch_spec)


@pytest.mark.parametrize(
    ("spec", "url", "committish"),
    [
        ("git@github.com:u/p#semver:^1.0.0", "ssh://git@github.com/u/p.git", "semver:^1.0.0"),
        ("git@github.com:u/p.git#a:b", "ssh://git@github.com/u/p.git", "a:b"),
        ("git@github.com:u/p", "ssh://git@github.com/u/p.git", ""),
        ("git+ssh://git@github.com:u/p#x@y:z", "ssh://git@github.com/u/p.git", "x@y:z"),
        ("ssh://git@gitlab.com:u/v/p", "ssh://git@gitlab.com/u/v/p.git", ""),
        ("u/p#a:b", "github:u/p", "a:b"),
        ("https://github.com/u/p#a:b@c", "https://github.com/u/p.git", "a:b@c"),
        ("https://github.com/u/p/tree/a", "https://github.com/u/p.git", "a"),
        ("http://github.com/u/p", "ssh://git@github.com/u/p.git", ""),
        ("git://github.com/u/p", "git://github.com/u/p.git", ""),
        ("github.com:u/p#a:b", None, None),
        ("https://github.com/u/p/blob/a", None, None),
        ("https://gitlab.com/u/p/-/a", None, None),
        ("https://bitbucket.org/u/p/get/a", None, None),
        ("git://bitbucket.org/u/p", None, None),
        ("https://git.sr.ht/u/p/archive/a", None, None),
        ("https://gist.github.com/u/p/raw/a", None, None),
    ],
)
def test_a_colon_stands_for_a_slash_before_the_committish_alone(
    spec: str, url: str | None, committish: str | None
) -> None:
    """A repository is fetched in the form in which it is written, as hosted-git-info 9 has it."""
    found = parse_hosted(spec)

    assert (url, committish) == (found and found.fetch_spec, found and found.committish)


@pytest.mark.parametrize(
    ("name", "spec", "code", "words", "because"),
    [
        (".a", "1", "EINVALIDPACKAGENAME", "cannot be the name", ["it begins with `.`"]),
        ("-a ", "1", "EINVALIDPACKAGENAME", "cannot be the name",
         ["it begins with `-`", "it has white space at an end",
          "it has characters that a URL cannot hold"]),
        ("_a", "1", "EINVALIDPACKAGENAME", "cannot be the name", ["it begins with `_`"]),
        ("node_modules", "1", "EINVALIDPACKAGENAME", "cannot be", ["the name is reserved"]),
        ("Favicon.ico", "1", "EINVALIDPACKAGENAME", "cannot be", ["the name is reserved"]),
        ("@s/.a", "1", "EINVALIDPACKAGENAME", "cannot be",
         ["the part after the scope begins with `.`"]),
        ("@s/a/b", "1", "EINVALIDPACKAGENAME", "cannot be",
         ["it has characters that a URL cannot hold"]),
        ("@s é/a", "1", "EINVALIDPACKAGENAME", "cannot be",
         ["it has characters that a URL cannot hold"]),
        ("a", "no tag", "EINVALIDTAGNAME", "`no tag` is neither a version nor a range", []),
        ("a", "npm:npm:b@1", "EINVALIDSPEC", "an alias cannot stand for an alias", []),
        ("a", "npm:b@npm:c@1", "EINVALIDSPEC", "an alias cannot stand for an alias", []),
        ("a", "npm:b@u/p", "EINVALIDSPEC", "only stand for a package of a registry", []),
        ("a", "npm:^1.0.0", "EINVALIDSPEC", "an alias needs the name of a package", []),
        ("a", "https://", "ERR_INVALID_URL", "`https://` is no URL", []),
        ("a", "jsr:@s/a@1", "EUNSUPPORTEDPROTOCOL", "packages of the kind `jsr:`", []),
        ("a", "ftp://h.example/a.tgz", "EUNSUPPORTEDPROTOCOL", "of the kind `ftp:`", []),
        ("a", "u/p#b::semver:1", "EINVALIDSPEC", "a range beside another range or a commit", []),
        ("a", "u/p#semver:1::semver:2", "EINVALIDSPEC", "a range beside another range", []),
        ("a", "u/p#b::c", "EINVALIDSPEC", "a commit beside another commit or a range", []),
        ("a", "u/p#semver:1::c", "EINVALIDSPEC", "a commit beside another commit or a range", []),
        ("a", "u/p#path:x::path:y", "EINVALIDSPEC", "names two folders", []),
        ("a", "git+https://h.example/p#semver:%zz", "EINVALIDSPEC", "cannot be decoded", []),
    ],
)  # fmt: skip
def test_what_is_no_spec_is_told_as_it_was_asked_for(
    name: str, spec: str, code: str, words: str, because: list[str]
) -> None:
    """Npm refuses each, too; the error has all that is wrong, and what to write instead."""
    with pytest.raises(ResolutionError) as caught:
        resolve_spec(name, spec, where="/p")

    error = caught.value
    assert (code, f"{name}@{spec}") == (error.code, error.facts[0][1])
    assert ("asked for", because) == (error.facts[0][0], [fact for _, fact in error.facts[1:]])
    assert {"because"} >= {label for label, _ in error.facts[1:]}
    assert words in error.message
    assert error.hint


@pytest.mark.parametrize("protocol", ["http", "https", "rsync", "ftp", "file", "ssh"])
def test_what_git_speaks_is_git(protocol):
    """As npm-package-arg has it, with `git+`; other protocols are refused."""
    spec = parse_spec(f"a@git+{protocol}://h.example/x/y.git#v1", where="/")

    assert ("git", f"{protocol}://h.example/x/y.git") == (spec.type, spec.fetch_spec)
    assert "git" == parse_spec("a@git://h.example/x/y.git#v1", where="/").type
    for other in ("git+svn", "rsync", "ftp", "svn"):
        with pytest.raises(ResolutionError):
            parse_spec(f"a@{other}://h.example/x/y.git#v1", where="/")


@pytest.mark.parametrize(
    ("text", "kind", "fetched"),
    [
        ("a/", "directory", "/p/a"),
        ("a/b", "git", None),
        ("a/b/", "directory", "/p/a/b"),
        ("a/b/c", "directory", "/p/a/b/c"),
        ("a/b/c#d/e", "directory", "/p/a/b/c#d/e"),
        ("a/b#c/", "git", None),
        ("a/b/#c", "directory", "/p/a/b/#c"),
    ],
)
def test_one_slash_between_names_is_github(text: str, kind: str, fetched: str | None) -> None:
    """Another slash before the committish, or one at an end, is a folder, as npm 11.19.1 says."""
    spec = resolve_spec("x", text, where="/p")

    assert (kind, fetched) == (spec.type, spec.fetch_spec)
