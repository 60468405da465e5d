"""Which of the four places of a setting wins, for every key there is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.scene import write_files
from zipper.settings.options import KEYS
from zipper.settings.read_settings import read_settings
from zipper.settings.values import Settings, merge

VALUES = {
    "text": ("a", "b", "c"),
    "path": ("a", "b", "c"),
    "place": ("a", "b", "c"),
    "list": (["a"], ["b"], ["c"]),
    "paths": (["a"], ["b"], ["c"]),
    "size": (1, 2, 3),
    "number": (1, 2, 3),
    "count": (1, 2, 3),
    "flag": (True, False, True),
    "table": ({"charset": "ascii"}, {"charset": "utf8"}, {"keepNames": True}),
}


def samples(key: str) -> tuple[object, object, object]:
    """Return three values that `key` can have, as a file says them."""
    row = KEYS[key]
    if not row.choices:
        return VALUES[row.kind]
    first, second = row.choices[0], row.choices[1]
    texts = (first, second, first)
    return tuple([text] for text in texts) if row.kind == "list" else texts


def as_variable(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return json.dumps(value)
    return ",".join(value) if isinstance(value, list) else str(value)


def as_held(value: object) -> object:
    """Return a value as settings hold it."""
    if isinstance(value, dict):
        return json.dumps(value)
    return tuple(value) if isinstance(value, list) else value


def as_toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {json.dumps(one)}" for key, one in value.items()) + "}"
    return json.dumps(value)


def plain(value: object) -> object:
    """Return a setting as a file says it: a path without the folder that it was anchored to."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, str) and value.startswith("{"):
        return json.loads(value)
    return value.rpartition("/")[2] if isinstance(value, str) else value


@pytest.mark.parametrize("home", ["pyproject.toml", "package.json"])
@pytest.mark.parametrize("key", KEYS)
def test_options_beat_variables_and_variables_beat_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, home: str
) -> None:
    """What nobody says is None; each stronger place replaces what a weaker one says."""
    monkeypatch.chdir(tmp_path)
    in_file, in_variable, typed = samples(key)
    table = {
        "pyproject.toml": f"[tool.zipper]\n{key} = {as_toml(in_file)}\n",
        "package.json": {"zipper": {key: in_file}},
    }
    nothing = read_settings(Path(), environ={})
    write_files(tmp_path, {home: table[home]})
    environ = {KEYS[key].variable: as_variable(in_variable)}
    option = Settings(**{key: as_held(typed)})

    from_file = read_settings(Path(), environ={})
    from_variable = read_settings(Path(), environ=environ)
    from_option = merge(from_variable, option)

    assert [None, in_file, in_variable, typed] == [
        plain(getattr(settings, key))
        for settings in (nothing, from_file, from_variable, from_option)
    ]


def test_a_folder_that_is_named_beats_the_variable(tmp_path: Path) -> None:
    """ZIPPER_PROJECT is for the working directory; who names another project means that one."""
    environ = {"ZIPPER_PROJECT": "elsewhere", "ZIPPER_RUNTIME": "nodejs20.x"}

    settings = read_settings(tmp_path, environ=environ)

    assert (settings.project, settings.runtime) == (None, "nodejs20.x")
