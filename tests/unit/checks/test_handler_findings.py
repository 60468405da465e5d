"""Whole findings about the place of the handler's file: why it is not found, and what was meant."""

from __future__ import annotations

import pytest
from support.checking import check_files

H = "exports.handler = async () => 1;"
NEEDS = "the handler `{0}.handler` needs one of `{0}.js`, `{0}.mjs`, `{0}.cjs`; none is in the zip"
NO_CODE = (
    "name the handler after a file of the package: `folder/file.export`, without the extension"
)
TYPESCRIPT = "the loader takes no TypeScript; `python -m zipper build --handler {}.handler` "


def told(
    files: dict[str, str], handler: str, runtime: str = "nodejs24.x", **options: object
) -> list[str]:
    """Return what is found about the handler, but for the layout of the package."""
    found = check_files(files, handler=handler, runtime=runtime, **options).findings
    return [
        f"{one.code} {one.severity} {one.path}: {one.message} / {one.hint}"
        for one in found
        if one.code.startswith("handler-")
    ]


@pytest.mark.parametrize(
    ("files", "asks", "near", "hint"),
    [
        (
            ["Index.js"],
            "index",
            "Index.js",
            "file names are case-sensitive on Lambda: write `Index`",
        ),
        (
            ["src/Index.mjs"],
            "SRC/index",
            "src/Index.mjs",
            "file names are case-sensitive on Lambda: write `src/Index`",
        ),
        *(
            (
                [f"index.{end}"],
                "index",
                f"index.{end}",
                f"{TYPESCRIPT.format('index')}transforms `index.{end}`",
            )
            for end in ("ts", "mts", "cts")
        ),
        (
            ["src/index.ts", "lib/a.ts"],
            "index",
            "src/index.ts",
            f"{TYPESCRIPT.format('src/index')}transforms `src/index.ts`",
        ),
        (["src/index.js"], "index", "src/index.js", "use `src/index` in the handler's name"),
        (["src/index.cjs"], "lib/index", "src/index.cjs", "use `src/index` in the handler's name"),
        (
            ["a/b/index.js", "z/index.js"],
            "index",
            "z/index.js",
            "use `z/index` in the handler's name",
        ),
        (
            ["z/index.js", "a/index.js"],
            "index",
            "a/index.js",
            "use `a/index` in the handler's name",
        ),
        (
            ["a/index.js", "LIB/index.js"],
            "lib/index",
            "LIB/index.js",
            "file names are case-sensitive on Lambda: write `LIB/index`",
        ),
        (["index.css", "a.txt"], "index", "", NO_CODE),
        (["my-index.js", "a.txt"], "index", "", NO_CODE),
        (["node_modules/a/index.js", "a.txt"], "index", "", NO_CODE),
    ],
)
def test_what_was_probably_meant(files: list[str], asks: str, near: str, hint: str) -> None:
    """Another case, a source, another folder; the nearest one is named, files of packages never."""
    ends = f", but `{near}` is" if near else ""
    found = told(dict.fromkeys([*files, "b.txt"], "1"), f"{asks}.handler", "nodejs22.x")

    assert [f"handler-missing error {near}: {NEEDS.format(asks)}{ends} / {hint}"] == [
        one for one in found if "handler-missing" in one
    ]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"a.js": H}, "the package exports `a.handler`: name the one that you mean, `--handler a."),
        (
            {f"{name}.js": H for name in "abcdef"},
            (
                "the package exports `a.handler`, `b.handler`, `c.handler`, `d.handler`, "
                "`e.handler`: "
                "name the one that you mean, `--handler a.handler`"
            ),
        ),
        (
            {"Index.js": "1", "a.js": H},
            (
                "file names are case-sensitive on Lambda: write `Index`; the package exports "
                "`a.handler`"
            ),
        ),
        ({"Index.js": "1", "a.js": "1"}, "file names are case-sensitive on Lambda: write `Index`"),
        ({"a.txt": "", "node_modules/b/index.js": H}, NO_CODE),
    ],
)
def test_which_handlers_there_are(files: dict[str, str], says: str) -> None:
    """Five of the project's own at most, the likeliest first."""
    ((_, _, hint),) = (one.partition(" / ") for one in told(files, "index.handler", "nodejs22.x"))

    assert hint.startswith(says)
    assert ("the package exports" in hint) == ("the package exports" in says)


SHADOWED = "`index` has no extension and is loaded instead of `{}`"


@pytest.mark.parametrize(
    ("files", "handler", "by_require", "by_import"),
    [
        (
            {"index": H, "index.js": H},
            "index.handler",
            (
                f"handler-shadowed warning index: {SHADOWED.format('index.js')} / rename "
                "`index`, or "
                "leave it out"
            ),
            "",
        ),
        (
            {"index": H, "index.mjs": H},
            "index.handler",
            None,
            (
                f"handler-shadowed warning index: {SHADOWED.format('index.mjs')} / rename "
                "`index`, or "
                "leave it out"
            ),
        ),
        ({"index": H}, "index.handler", None, ""),
        (
            {"index.js": H},
            "dist/index.handler",
            (
                "handler-stale-prefix warning index.js: the handler `dist/index.handler` names "
                "`dist/index`, which is not there; Lambda happens to find `index.js`, because it "
                "searches the root last / name the handler after `index.js`"
            ),
            "",
        ),
        (
            {"a#b.js": H},
            "a#b.handler",
            None,
            (
                "handler-missing error a#b.js: `a#b.js` is imported by its path, which Node "
                "reads as a "
                "URL: it looks for `/var/task/a`, which is not there / name the file and its "
                "folders "
                "without `#`, `?` and `%`"
            ),
        ),
        (
            {"d/a%zz.js": H, "a": ""},
            "d/a%zz.handler",
            None,
            (
                "handler-missing error d/a%zz.js: `d/a%zz.js` is imported by its path, which "
                "Node reads "
                "as a URL: it is malformed / name the file and its folders without `#`, `?` and `%`"
            ),
        ),
        (
            {"index/a.txt": "", "index.js": H},
            "index.handler",
            None,
            (
                "handler-directory error index: the folder `index` is imported instead of a "
                "file, which "
                "fails: ERR_UNSUPPORTED_DIR_IMPORT / rename the folder, or the handler's file"
            ),
        ),
        (
            {"index/index.js": H, "a": ""},
            "index.handler",
            None,
            (
                "handler-directory error index: the folder `index` is imported instead of a "
                "file, which "
                "fails: ERR_UNSUPPORTED_DIR_IMPORT / name the file: `folder/index.handler`"
            ),
        ),
        (
            {"index/a.txt": "", "a": ""},
            "index.handler",
            (
                "handler-directory error index: the folder `index` is required instead of a "
                "file, and "
                "it has no `index.js` / rename the folder, or the handler's file"
            ),
            (
                "handler-directory error index: the folder `index` is imported instead of a "
                "file, which "
                "fails: ERR_UNSUPPORTED_DIR_IMPORT / name the file: `folder/index.handler`"
            ),
        ),
        (
            {"index.js": H},
            "index",
            (
                "handler-malformed error : the handler `index` cannot be used: it has no dot: a "
                "handler "
                "is called `file.export` / use the form `folder/file.export`, the file without its "
                "extension"
            ),
            "",
        ),
    ],
)
def test_what_else_is_wrong_with_the_place(
    files: dict[str, str], handler: str, by_require: str | None, by_import: str
) -> None:
    """Up to Node.js 22 the loader requires, from 24 on it imports; where both say so, once."""
    expected = [by_require, by_import or by_require]

    for runtime, text in zip(("nodejs22.x", "nodejs24.x"), expected, strict=True):
        assert ([] if text is None else [text]) == told(files, handler, runtime)


@pytest.mark.parametrize(
    ("handler", "options", "is_told"),
    [
        ("/opt/x/index.handler", {"unknown_layers": ("arn",)}, False),
        ("/opt/x/index.handler", {}, True),
        ("/opts/index.handler", {"unknown_layers": ("arn",)}, True),
        ("index.handler", {"unknown_layers": ("arn",)}, True),
        ("wrap/index.handler", {"provided": ("wrap/index",)}, False),
        ("wrap/index.handler", {"provided": ("other",)}, True),
    ],
)
def test_a_handler_that_something_else_brings(
    handler: str, options: dict[str, tuple[str, ...]], is_told: bool
) -> None:
    """A layer whose content is not known, or what is said to be there."""
    assert is_told == bool(told({"a.txt": "", "b.txt": ""}, handler, **options))
