"""What a finding about sizes says to leave out can be left out, and that is enough."""

from __future__ import annotations

import io
import re
import shlex
import zipfile

import pytest
from support.checking import check_files

from zipper.checks.run_rules import check_zip
from zipper.project.own_files import parse_patterns
from zipper.target import Target

H = "exports.handler = async () => 1;"
BIG = "x" * 9_000


def leave_out(files: dict[str, str], hint: str) -> dict[str, str]:
    """Return the files without those that the options of a hint leave out."""
    options = [
        word for text in re.findall(r"`(--exclude .+?)`", hint) for word in shlex.split(text)
    ]
    assert {"--exclude"} == set(options[::2])
    is_unwanted = parse_patterns(options[1::2])
    return {name: text for name, text in files.items() if is_unwanted(name) is not True}


@pytest.mark.parametrize(
    "files",
    [
        {"index.js": H, "assets/a.bin": BIG},
        {"index.js": f"require('./src/a'); {H}", "src/a.js": "", "src/b.js": BIG},
        {"index.js": f"require('./src/a'); {H}", "src/a.js": "", "src/old/b.js": BIG},
        {"index.js": f"require('./src'); {H}", "src/index.json": "{}", "src/b.json": BIG},
        {"index.js": H, "odd [x]/b's*.bin": BIG},
        {"index.js": H, "#a.bin": BIG},
        {"index.js": H, "!a.bin": BIG},
        {"index.js": H, " a.bin ": BIG},
        {"index.js": H, "a\t": BIG},
        {"index.js": H, "node_modules/a/a.d.mts": BIG},
        {"index.js": H, "node_modules/a/a.d.cts": BIG, "a.d.ts": BIG},
        {"index.js": H, "node_modules/a/a.js.map": BIG},
    ],
)
def test_what_the_hint_leaves_out_mends(files: dict[str, str]) -> None:
    """Whatever the names are, and whatever the handler needs of the same folder."""
    options = {
        "handler": "index.handler",
        "runtime": "nodejs24.x",
        "max_unzipped_size_bytes": 5_000,
    }
    (found,) = [one for one in check_files(files, **options).findings if one.code == "size-budget"]

    report = check_files(leave_out(files, found.hint), **options)

    assert set() == {one.code for one in report.findings if one.severity == "error"}


def test_bytes_of_the_zip_are_counted_zipped() -> None:
    """What would be saved is compared with what has to go."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.js", H)
        archive.writestr("node_modules/a/a.js.map", "x" * 1_000_000)
    report = check_zip(data.getvalue(), path="f.zip", target=Target(), max_size_bytes=300)
    (found,) = [one for one in report.findings if one.code == "size-budget"]

    (size,) = re.findall(r"source maps \(([\d,]+) bytes", found.hint)
    assert int(size.replace(",", "")) < report.size_bytes


def hint_of(files: dict[str, str], *, most: int = 5_000) -> str:
    """Return the hint for a package that has more bytes than the project allows."""
    options = {"handler": "index.handler", "max_unzipped_size_bytes": most}
    report = check_files(files, **options)
    (found,) = [one for one in report.findings if one.code == "size-budget"]
    return found.hint


@pytest.mark.parametrize("most", [1, 4_999, 9_000])
def test_what_has_to_go_is_the_difference(most: int) -> None:
    """With so many bytes less, the package has what is allowed."""
    files = {"index.js": H, "a.bin": BIG}
    size = sum(map(len, files.values()))

    assert hint_of(files, most=most).startswith(f"take {size - most:,} bytes or more out")


@pytest.mark.parametrize(
    ("name", "group", "option"),
    [
        ("a.js.map", "source maps", "*.map"),
        ("node_modules/a/a.js.map", "source maps", "node_modules/**/*.map"),
        ("a.d.ts", "type declarations", "*.d.ts"),
        ("node_modules/a/a.d.mts", "type declarations", "node_modules/**/*.d.mts"),
        ("node_modules/a/a.d.cts", "type declarations", "node_modules/**/*.d.cts"),
        ("node_modules/@aws-sdk/a/index.js", "the AWS SDK, which the runtime has too", ""),
        ("node_modules/aws-sdk/index.js", "", ""),
        ("a.bin", "", ""),
        ("a.ts", "", ""),
    ],
)
def test_what_nothing_needs_at_run_time(name: str, group: str, option: str) -> None:
    """Maps, types and the runtime's own SDK, with bytes and the options that leave them out."""
    hint = hint_of({"index.js": H, name: BIG})

    assert ("nothing at run time needs" in hint) == bool(group)
    assert f"{group} ({len(BIG):,} bytes" in hint or not group
    assert f"--exclude '{option}'" in hint or not option


def test_the_largest_kinds_come_first() -> None:
    """By their bytes; each kind once, with the sum of its files."""
    files = {
        "index.js": H,
        "a.d.ts": "x" * 200,
        "b.d.ts": "x" * 300,
        "node_modules/@aws-sdk/a/a.js": "x" * 900,
        "c.js.map": "x" * 700,
    }
    groups = re.findall(r"(SDK|maps|declarations)[^(]*\(([\d,]+) bytes", hint_of(files, most=9))

    assert [("SDK", "900"), ("maps", "700"), ("declarations", "500")] == groups


def test_several_versions_of_a_package_are_counted() -> None:
    """All copies but the largest would go; the three packages with most of it are named."""
    sizes = {"a": (100, 300), "b": (50, 50), "c": (10, 5), "d": (1, 1), "e": (9_000,)}
    files = {"index.js": H}
    for name, copies in sizes.items():
        for number, size in enumerate(copies):
            home = f"node_modules/host{number}/" if number else ""
            files[f"{home}node_modules/{name}/index.js"] = "x" * size
    found = re.findall(r"`(\w)` \((\d) copies\) (\d+) bytes", hint_of(files))

    assert [("a", "2", "100"), ("b", "2", "50"), ("c", "2", "5")] == found


@pytest.mark.parametrize("ending", ["js", "mjs", "cjs", "json", "node", "wasm", "ts", "mts", "cts"])
def test_what_the_handler_loads_stays(ending: str) -> None:
    """However large it is, and whatever else would have been enough."""
    files = {
        "index.mjs": f"import {{ createRequire }} from 'module'; "
        f"createRequire(import.meta.url)('./lib/a.{ending}'); export {{ handler }} from './h.mjs';",
        "h.mjs": "export const handler = async () => 1;",
        f"lib/a.{ending}": BIG,
        "lib/b.bin": "x" * 1_000,
    }

    assert f"lib/a.{ending}'" not in hint_of(files)
    assert "lib/'" not in hint_of(files)
    assert "--exclude '/lib/b.bin'" in hint_of(files)


@pytest.mark.parametrize(("small", "is_named"), [(100, True), (99, False)])
def test_a_hundredth_of_what_has_to_go_counts(small: int, is_named: bool) -> None:
    """What is less is not named, however much is left to find."""
    large = 10_000 + 50 - len(H) - small
    hint = hint_of({"index.js": H, "a.bin": "x" * large, "b.bin": "y" * small}, most=50)

    assert hint.startswith("take 10,000 bytes or more out")
    assert is_named == ("--exclude '/b.bin'" in hint)


@pytest.mark.parametrize(
    ("sizes", "most", "names"),
    [
        ([100] * 7, 50, "abcde"),
        ([100] * 3, 300 + len(H) - 100, "a"),
        ([100] * 3, 300 + len(H) - 101, "ab"),
        ([300, 100], len(H) + 100, "a"),
    ],
)
def test_no_more_is_named_than_is_enough(sizes: list[int], most: int, names: str) -> None:
    """The largest first, and five at most."""
    files = {f"{chr(97 + n)}.bin": "x" * size for n, size in enumerate(sizes)}
    hint = hint_of({"index.js": H, **files}, most=most)

    assert list(names) == re.findall(r"--exclude '/(.)\.bin'", hint)


def test_hint_names_all_that_could_go() -> None:
    """What is equal in size goes by its name, of what nothing needs as of packages."""
    files = {"index.js": H, "b.d.ts": "x" * 70, "a.js.map": "x" * 70, "c.txt": "x" * 90}
    for name in ("q", "p", "o", "n"):
        for home in ("", "node_modules/z/"):
            files[f"{home}node_modules/{name}/index.js"] = "x" * 200
    size = sum(map(len, files.values()))

    assert hint_of(files, most=size - 80) == (
        "take 80 bytes or more out; `--exclude '/c.txt'` leaves out 90 bytes; nothing at run time "
        "needs source maps (70 bytes; `--exclude '*.map'`), type declarations (70 bytes; "
        "`--exclude '*.d.ts'`); one version where there are several would save: `n` (2 copies) 200 "
        "bytes, `o` (2 copies) 200 bytes, `p` (2 copies) 200 bytes"
    )
