"""Package specs: what the table does not say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.errors import ResolutionError
from zipper.npm import folder_path
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
