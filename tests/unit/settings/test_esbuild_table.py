"""The table `[tool.zipper.esbuild]`: esbuild's own names, each of its type."""

from __future__ import annotations

import pytest

from zipper.errors import ProjectError
from zipper.settings.esbuild_table import FIXED, NAMES, judge_esbuild_table

ALL = """
absPaths absWorkingDir alias allowOverwrite assetNames banner bundle charset chunkNames color
conditions define drop dropLabels entryNames entryPoints external footer format globalName
ignoreAnnotations inject jsx jsxDev jsxFactory jsxFragment jsxImportSource jsxSideEffects
keepNames legalComments lineLimit loader logLevel logLimit logOverride logStyle mainFields
mangleCache mangleProps mangleQuoted metafile minify minifyIdentifiers minifySyntax
minifyWhitespace nodePaths outExtension outbase outdir outfile packages platform plugins
preserveSymlinks publicPath pure reserveProps resolveExtensions sourceRoot sourcemap
sourcesContent splitting stdin supported target treeShaking tsconfig tsconfigRaw write
"""
"""The members of `BuildOptions`. Source: esbuild 0.28.2, `lib/main.d.ts`."""


def _judge(table: object) -> str:
    return judge_esbuild_table(table, lambda: "`pyproject.toml`, line 3")


def test_names_are_spelled_as_esbuild_has_them() -> None:
    """`keep_names`, `keep-names` and `keepNames` are one option; the result is sorted."""
    expected = '{"drop":["console"],"keepNames":true}'
    spellings = [
        {name: True, "drop": ["console"]} for name in ("keep_names", "keep-names", "keepNames")
    ]

    assert [expected] * 3 == [_judge(table) for table in spellings]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"defin": {}}, "no option `defin`"),
        ({"define": {"a": 1}}, "`define`"),
        ({"keepNames": "yes"}, "true or false"),
        ({"drop": "console"}, "a list of texts"),
        ({"platform": "browser"}, "a function is for Node.js"),
        ({"plugins": []}, "JavaScript package"),
        ({"lineLimit": "80"}, "a number above 0"),
        ({"lineLimit": True}, "a number above 0"),
        ({"supported": {"bigint": "no"}}, "a table of true and false"),
        ({"banner": {"css": ""}}, "as `js`"),
        ({"assetNames": "[name]"}, "beside the bundle"),
        ("x", "a table"),
    ],
)
def test_what_esbuild_does_not_have_is_refused(table: object, said: str) -> None:
    """With the place of the setting, and the reason where zipper decides instead."""
    with pytest.raises(ProjectError) as caught:
        _judge(table)

    assert "ESETTINGS" == caught.value.code
    assert said in str(caught.value)
    assert "line 3" in str(caught.value)


def test_every_option_of_esbuild_is_known() -> None:
    """What esbuild has is never said to be unknown to it."""
    assert set(ALL.split()) == {*NAMES, *FIXED}


def test_values_have_esbuilds_own_types() -> None:
    """A number, a table of flags, and a banner for each kind of file, of which a bundle has one."""
    table = {"lineLimit": 80, "supported": {"bigint": False}, "banner": {"js": "/* a */"}}
    expected = '{"banner":"/* a */","lineLimit":80,"supported":{"bigint":false}}'

    assert expected == _judge(table)


def test_no_name_is_both_free_and_fixed() -> None:
    """An option is either the table's or zipper's."""
    assert not NAMES.keys() & FIXED.keys()
