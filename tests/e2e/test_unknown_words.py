"""Words that zipper does not know: errors in files, warnings in variables and allowed scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_zipper
from zipper.errors import ZipperError
from zipper.hooks.functions import build_functions

if TYPE_CHECKING:
    from tests.support.scene import Scene


@pytest.mark.parametrize(
    ("file", "text", "message", "hint"),
    [
        (
            "pyproject.toml",
            '[project]\nname = "x"\n\n[tool.ziper]\nruntime = "nodejs20.x"\n',
            "unknown table `[tool.ziper]` in `{file}`, line 4",
            "did you mean `[tool.zipper]`?",
        ),
        (
            "pyproject.toml",
            '[[tool.zippper.functions]]\nname = "a"\n',
            "unknown table `[tool.zippper]` in `{file}`, line 1",
            "did you mean `[tool.zipper]`?",
        ),
        (
            "pyproject.toml",
            '[tool.Zipper]\nruntime = "nodejs20.x"\n',
            "unknown table `[tool.Zipper]` in `{file}`, line 1",
            "did you mean `[tool.zipper]`?",
        ),
        (
            "package.json",
            '{"name": "fn",\n "ziper": {"runtime": "nodejs20.x"}}',
            "unknown table `ziper` in `{file}`, line 2",
            "did you mean `zipper`?",
        ),
        (
            "pyproject.toml",
            '[tool.zipper]\narch = "arm64"\n',
            "unknown key `arch` in `{file}`, line 2",
            "did you mean `architecture`?",
        ),
        (
            "pyproject.toml",
            '[tool.zipper]\n[[tool.zipper.function]]\nname = "a"\n',
            "unknown key `function` in `{file}`, line 2",
            "did you mean `functions`?",
        ),
    ],
)
def test_unknown_tables_and_keys_are_errors(
    scene: Scene, file: str, text: str, message: str, hint: str
) -> None:
    """The error names the file and the line, and the word that was probably meant."""
    scene.write({file: text})

    done = scene.build()

    assert 1 == done.status
    assert message.format(file=scene.project / file) in done.stderr
    assert f"hint: {hint}" in done.stderr


@pytest.mark.parametrize(
    "text",
    [
        '[tool.zip]\na = 1\n[tool.zippy]\n[tool.flipper]\n[tool.poetry]\nname = "zipper"\n',
        '[project]\nname = "ziper"\n[tool.unzipper]\n[tool.zipped]\n[tool.piper]\n',
    ],
)
def test_tables_of_other_tools_are_no_errors(scene: Scene, text: str) -> None:
    """What is not all but zipper's name belongs to somebody else."""
    scene.write({"pyproject.toml": text})
    scene.write({"package.json": {"name": "fn", "zippers": "x", "config": {"ziper": {"a": 1}}}})

    assert 0 == scene.build().status


def test_an_unknown_variable_is_a_warning_with_the_nearest_word(scene: Scene) -> None:
    """A build says so among its findings, quietly where only errors are wanted."""
    done = scene.build("--json", env={"ZIPPER_OFLINE": "1"})

    found = [row for row in done.document["findings"] if row["code"] == "unknown-variable"]
    assert 0 == done.status
    assert ["no option has the variable ZIPPER_OFLINE, which is ignored"] == [
        row["message"] for row in found
    ]
    assert "did you mean `ZIPPER_OFFLINE`?" == found[0]["hint"]
    assert "" == scene.build("--quiet", env={"ZIPPER_OFLINE": "1"}).stderr
    assert 1 == scene.build("--strict", env={"ZIPPER_OFLINE": "1"}).status


@pytest.mark.parametrize("command", [["check", "{zip}"], ["explain", "{zip}"], ["cache", "size"]])
def test_every_command_warns_of_unknown_variables(scene: Scene, command: list[str]) -> None:
    """Where a result has no findings, standard error has the warning."""
    assert 0 == scene.build().status
    words = [word.format(zip=scene.output) for word in command]
    environment = {
        **scene.environment,
        "ZIPPER_CACHE_DIRS": "x",
        "ZIPPER_CACHE_DIR": str(scene.cache),
    }

    done = run_zipper(*words, env=environment, cwd=scene.folder)

    assert 0 == done.status
    assert "warning[unknown-variable]: no option has the variable ZIPPER_CACHE_DIRS" in done.stderr
    assert "did you mean `ZIPPER_CACHE_DIR`?" in done.stderr


def test_offline_is_a_variable_and_a_key(scene: Scene) -> None:
    """ZIPPER_OFFLINE and `offline = true` open no connection, as `--offline` does."""
    scene.publish("a")
    scene.depend("a")
    by_variable = scene.build("--json", env={"ZIPPER_OFFLINE": "1"})
    scene.write({"pyproject.toml": "[tool.zipper]\noffline = true\n"})
    by_key = scene.build("--json")

    assert ["EOFFLINE", "EOFFLINE"] == [by_variable.code, by_key.code]
    assert 0 == scene.build("--json", env={"ZIPPER_OFFLINE": "0"}).status


def test_an_allowed_package_that_is_not_there_is_a_warning(scene: Scene) -> None:
    """Consent to nothing is a slip: the nearest name of the tree is told."""
    scene.publish("esbuild")
    scene.depend("esbuild")

    done = scene.build("--json", "--allow-script", "esbuildd@1")

    found = [row for row in done.document["findings"] if row["code"] == "script-unknown"]
    assert 0 == done.status
    assert ["`allow_scripts` names `esbuildd`, which is no package of this project"] == [
        row["message"] for row in found
    ]
    assert "did you mean `esbuild`?" == found[0]["hint"]
    known = scene.build("--json", "--allow-script", "esbuild").document["findings"]
    assert "script-unknown" not in [row["code"] for row in known]


def test_functions_share_the_consent_around_them(scene: Scene) -> None:
    """One of several functions need not have each package that the common table allows."""
    scene.publish("esbuild")
    scene.depend("esbuild")
    scene.write(
        {
            "pyproject.toml": '[tool.zipper]\nallow_scripts = ["esbuild", "sharp"]\n'
            'output = "../out/"\n[[tool.zipper.functions]]\nname = "one"\n'
            '[[tool.zipper.functions]]\nname = "two"\nallow_scripts = ["esbuilt"]\n',
        }
    )
    words = ["build", str(scene.project), "--json", "--cache-dir", str(scene.cache)]

    done = run_zipper(*words, env=scene.environment, cwd=scene.folder)

    codes = [
        [row["code"] for row in built["findings"] if row["code"] == "script-unknown"]
        for built in done.document["functions"]
    ]
    assert [[], ["script-unknown"]] == codes


def test_a_build_hook_is_offline_by_variable(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A back end has no options: ZIPPER_OFFLINE opens no connection there either."""
    for name, value in scene.environment.items():
        monkeypatch.setenv(name, value)
    scene.publish("a")
    scene.depend("a")
    scene.write({"pyproject.toml": '[tool.zipper]\noutput = "dist/"\n'})
    environ = {"ZIPPER_OFFLINE": "1", "ZIPPER_CACHE_DIR": str(scene.cache)}

    with pytest.raises(ZipperError) as caught:
        build_functions(scene.project, environ=environ, tell=print, place=str)

    assert "EOFFLINE" == caught.value.code
    assert [] == scene.registry.requests
