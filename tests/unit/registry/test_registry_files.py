"""Where the .npmrc files are found, and what the cache of packuments keeps on disk."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from zipper.errors import UsageError
from zipper.project.npmrc_files import read_npm_settings
from zipper.registry.freshness import Terms
from zipper.registry.packument_cache import CachedDocument, PackumentCache

URL = "https://registry.example/a"


def write(path, text: str):
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def read(tmp_path, environ: dict | None = None, **options):
    """Return the settings of a made-up machine below `tmp_path`."""
    (tmp_path / "project").mkdir(exist_ok=True)
    variables = {"PREFIX": str(tmp_path / "prefix"), "HOME": str(tmp_path / "home")}
    return read_npm_settings(
        tmp_path / "project", environ={**variables, **(environ or {})}, options=options
    )


def test_cascade_of_files(tmp_path):
    """The project's file wins over the user's, that over the machine's."""
    write(tmp_path / "prefix/etc/npmrc", "tag=machine\nmaxsockets=1\nfetch-retries=1")
    write(tmp_path / "home/.npmrc", "tag=user\nmaxsockets=2")
    write(tmp_path / "project/.npmrc", "tag=project")
    settings = read(tmp_path)

    assert ("project", 2, 1) == (settings.tag, settings.maxsockets, settings.fetch_retries)
    assert f"{tmp_path}/prefix/etc/npmrc:3" == str(settings.source_of("fetch-retries"))


def test_no_file_at_all(tmp_path):
    """Without any file there are defaults, and it is known where the files would be."""
    settings = read(tmp_path)

    assert None is settings.registry
    assert {
        "project": f"{tmp_path}/project/.npmrc",
        "user": f"{tmp_path}/home/.npmrc",
        "global": f"{tmp_path}/prefix/etc/npmrc",
    } == settings.files


def test_userconfig_moves_the_users_file(tmp_path):
    """`userconfig` may be said by the environment and by the project."""
    write(tmp_path / "other", "tag=other")
    write(tmp_path / "project/.npmrc", f"userconfig={tmp_path}/other")
    by_variable = read(tmp_path, {"NPM_CONFIG_USERCONFIG": str(tmp_path / "other")})

    assert ("other", "other") == (by_variable.tag, read(tmp_path).tag)


def test_globalconfig_and_prefix_move_the_machines_file(tmp_path):
    """The user's `prefix` says where the machine's file is; `globalconfig` says it outright."""
    write(tmp_path / "a/etc/npmrc", "tag=a")
    write(tmp_path / "b", "tag=b")
    write(tmp_path / "home/.npmrc", f"prefix={tmp_path}/a")

    assert "a" == read(tmp_path).tag
    assert "b" == read(tmp_path, globalconfig=str(tmp_path / "b")).tag


@pytest.mark.parametrize("address", ["registry", "http://me:s3cret@[::1/", "//me:s3cret@h/"])
def test_option_that_is_none_is_refused(tmp_path, address):
    """A registry that was mistyped is not taken for none: the public one would be told names."""
    with pytest.raises(UsageError) as caught:
        read(tmp_path, registry=address)

    assert "EUSAGE" == caught.value.code
    assert "(--registry)" in caught.value.message
    assert "s3cret" not in str(caught.value)


def test_project_in_the_home_folder_is_read_once(tmp_path):
    """In the home folder `.npmrc` is the user's file, not the project's."""
    write(tmp_path / "project/.npmrc", "tag=x")
    settings = read(tmp_path, {"HOME": str(tmp_path / "project")})

    assert "user" == settings.source_of("tag").layer


def test_file_that_is_no_text(tmp_path):
    """Bytes that are no UTF-8, or a folder in the file's place, do not stop a build."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home/.npmrc").write_bytes(b"tag=x\n\xff\xfe=\x00\n")
    (tmp_path / "project/.npmrc").mkdir(parents=True)

    assert "x" == read(tmp_path).tag


def document(body: bytes = b'{"name":"a"}', **fields) -> CachedDocument:
    """Return a document as a registry gives it."""
    return CachedDocument(body, Terms(is_full=True, **fields))


def test_document_comes_back_as_it_was_kept(tmp_path):
    """Body, validators and freshness survive; the other form is another entry."""
    cache = PackumentCache(tmp_path)
    cache.write(URL, document(etag='"x"', last_modified="yesterday", fresh_seconds=300), full=True)
    found = cache.read(URL, full=True)

    terms = found.terms
    assert (b'{"name":"a"}', True, 300) == (found.body, terms.is_full, terms.fresh_seconds)
    assert {"if-none-match": '"x"', "if-modified-since": "yesterday"} == terms.validators()
    assert cache.read(URL, full=False) is None
    assert cache.read(URL + "b", full=True) is None


def test_confirmed_document_is_fresh_again(tmp_path):
    """A 304 starts the document's freshness anew; a time in the future is not believed."""
    cache = PackumentCache(tmp_path)
    cache.write(URL, document(fresh_seconds=300), full=True)
    (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    os.utime(path, (1000, 1000))
    old = cache.read(URL, full=True).terms
    told = cache.confirm(URL, cache.read(URL, full=True), full=True)
    new = cache.read(URL, full=True).terms

    assert [True, False, False] == [old.is_fresh(now) for now in (1299, 1300, 999)]
    assert new.confirmed_at > 1_700_000_000
    assert new == told.terms


DAMAGES = {
    "cut": lambda data: data[:-1],
    "changed": lambda data: data[:-2] + b"?}",
    "longer": lambda data: data + b" ",
    "head only": lambda data: data.split(b"\n")[0],
    "empty": lambda _: b"",
    "another version": lambda data: data.replace(b"packument 3", b"packument 9"),
    "another key": lambda data: data.replace(b"registry.example", b"registry.exbmple"),
    "no JSON": lambda data: data.replace(b'"key"', b"key", 1),
    "wrong types": lambda data: data.replace(b'"fresh":0.0', b'"fresh":[]', 1),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_entry_is_removed(tmp_path, damage):
    """An entry that is not what was written counts as absent, and goes."""
    cache = PackumentCache(tmp_path)
    cache.write(URL, document(), full=True)
    (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    path.write_bytes(damage(path.read_bytes()))

    assert cache.read(URL, full=True) is None
    assert not path.exists()


def test_cache_that_cannot_be_written_fails_nobody(tmp_path):
    """A file in the folder's place means no cache, not no build."""
    (tmp_path / "file").write_text("x")
    cache = PackumentCache(tmp_path / "file")
    cache.write(URL, document(), full=True)
    cache.confirm(URL, document(), full=True)

    assert cache.read(URL, full=True) is None


def test_many_writers_leave_one_whole_entry(tmp_path):
    """Writers at the same time replace each other's entry, and leave nothing behind."""
    cache = PackumentCache(tmp_path)
    bodies = [b'{"n":' + str(number).encode() * 5000 + b"}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda body: cache.write(URL, document(body), full=True), bodies * 5))

    assert cache.read(URL, full=True).body in bodies
    assert 1 == len([path for path in tmp_path.rglob("*") if path.is_file()])


def test_lock_of_an_entry_is_one_process_at_a_time(tmp_path):
    """Whoever holds it is alone with this entry, and nothing stays behind."""
    cache = PackumentCache(tmp_path)
    with (
        cache.lock(URL, full=True) as first,
        cache.lock(URL, full=True) as second,
        cache.lock(URL, full=False) as other,
    ):
        pass
    with cache.lock(URL, full=True) as again:
        pass

    assert (True, False, True, True) == (first, second, other, again)
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]
