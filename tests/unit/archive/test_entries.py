"""Members of store zips: read one by one, or taken over whole with the same result."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.planned_zips import planned_zip
from zipper.archive.compress import compress
from zipper.archive.entries import PlannedEntry, PlannedZip, put_below, read_members, read_names
from zipper.archive.plan import Plan, lay_out
from zipper.archive.splice import splice

PACKAGES = st.dictionaries(
    st.sampled_from(["a", "a-b", "a.js", "@s/a", "@s/a-b", "é", "z"]),
    st.dictionaries(
        st.sampled_from(["x", "lib/x.js", "lib/é", "package.json", "node_modules/q/x", "-"]),
        st.binary(max_size=60),
        min_size=1,
    ),
    min_size=1,
)
OTHERS = st.lists(
    st.sampled_from(["index.js", "node_modules/a/node_modules/z/x", "node_modules/a-c/x", "zz/x"]),
    unique=True,
)


def bytes_of(plan: Plan) -> bytes:
    return b"".join(piece for chunk in splice(plan) for piece in chunk)


def zip_of(name: str, files: dict[str, bytes]) -> PlannedZip:
    folder = f"node_modules/{name}/".encode()
    entries = [
        put_below(compress(path, data, executable=False), folder) for path, data in files.items()
    ]
    plan = lay_out(entries)
    data = bytes_of(plan)
    return planned_zip(folder, data, plan.unzipped_size_bytes)


@settings(max_examples=150, deadline=None)
@given(packages=PACKAGES, others=OTHERS)
def test_whole_zips_make_the_bytes_that_their_members_make(
    packages: dict[str, dict[str, bytes]], others: list[str]
) -> None:
    """Taken over whole or one by one, and whatever stands between: not a byte differs."""
    zips = [zip_of(name, files) for name, files in packages.items()]
    own = [compress(name, b"own", executable=True) for name in others]

    whole = lay_out([*own, *zips])
    single = lay_out([*own, *(entry for zipped in zips for entry in zipped.entries())])

    assert bytes_of(single) == bytes_of(whole)
    assert single.entries == whole.entries
    assert (single.files, single.unzipped_size_bytes) == (whole.files, whole.unzipped_size_bytes)


def test_prefix_takes_the_place_of_what_is_skipped() -> None:
    """`skip` bytes of each name go, the prefix comes; fields and contents stay."""
    zipped = zip_of("a", {"lib/x.js": b"1", "package.json": b"{}"})
    skip = len(b"node_modules/a/")

    names = read_names(zipped.tail, skip=skip, end=zipped.end)
    members = read_members(zipped.tail, prefix="b/", skip=skip, end=zipped.end)

    assert [b"lib/x.js", b"package.json"] == names
    assert [b"b/lib/x.js", b"b/package.json"] == [member.name for member in members]
    assert [e.fields for e in zipped.entries()] == [member.fields for member in members]


def test_zip_counts_what_it_stands_for() -> None:
    """Files, bytes unpacked, and its own members under the names that they have."""
    zipped = zip_of("@s/a", {"x": b"12", "y": b"3"})

    assert (2, 3) == (zipped.files, zipped.size_bytes)
    names = [entry.name for entry in zipped.entries()]
    assert [b"node_modules/@s/a/x", b"node_modules/@s/a/y"] == names
    assert all(isinstance(entry, PlannedEntry) for entry in zipped.entries())
