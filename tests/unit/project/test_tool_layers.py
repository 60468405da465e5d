"""Where the settings of pnpm, yarn and bun are, and when they count."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from zipper.errors import ProjectError
from zipper.project.read_project import read_project
from zipper.project.tool_layers import read_tool_layers

if TYPE_CHECKING:
    from pathlib import Path

LOCKS = {
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n  .: {}\n",
    "bun.lock": json.dumps({"lockfileVersion": 1, "workspaces": {"": {}}, "packages": {}}),
    "yarn.lock": "__metadata:\n  version: 8\n",
}
SETTINGS = {
    "pnpm-lock.yaml": ("pnpm-workspace.yaml", "registries: {default: 'https://own.example/'}\n"),
    "bun.lock": ("bunfig.toml", '[install]\nregistry = "https://own.example/"\n'),
    "yarn.lock": (".yarnrc.yml", "npmRegistryServer: https://own.example/\n"),
}


@pytest.mark.parametrize("lockfile", LOCKS)
def test_the_settings_of_the_tool_that_has_locked_count(tmp_path: Path, lockfile: str) -> None:
    """Over .npmrc, and under an option; those of other tools do not."""
    (tmp_path / "package.json").write_text("{}", "utf-8")
    (tmp_path / ".npmrc").write_text("registry=https://npm.example/\n", "utf-8")
    for name, text in SETTINGS.values():
        (tmp_path / name).write_text(text.replace("own", "other"), "utf-8")
    name, text = SETTINGS[lockfile]
    (tmp_path / name).write_text(text, "utf-8")

    assert "https://npm.example/" == read_project(tmp_path).npm.registry
    (tmp_path / lockfile).write_text(LOCKS[lockfile], "utf-8")
    assert "https://own.example/" == read_project(tmp_path).npm.registry
    option = {"registry": "https://option.example/"}
    assert option["registry"] == read_project(tmp_path, npm_options=option).npm.registry


def test_yarn_reads_the_folders_above_and_the_home(tmp_path: Path) -> None:
    """The nearest file wins for each setting."""
    home, folder = tmp_path / "home", tmp_path / "a" / "b"
    home.mkdir()
    folder.mkdir(parents=True)
    (home / ".yarnrc.yml").write_text("httpProxy: http://p.example/\nhttpsProxy: x\n", "utf-8")
    (tmp_path / "a" / ".yarnrc.yml").write_text("httpsProxy: http://q.example/\n", "utf-8")

    layer = read_tool_layers("yarn", folder, environ={}, home=home).strong

    assert layer is not None
    assert {
        "proxy": "http://p.example/",
        "https-proxy": "http://q.example/",
    } == {key: value for key, value, _ in layer.entries}


@pytest.mark.parametrize(
    ("settings", "files", "token"),
    [
        ("", {".env.yarn": "TOKEN=of-file # which wins\n"}, "of-file"),
        ("injectEnvironmentFiles: [.a, '.b?']\n", {".a": "TOKEN=a", ".env.yarn": "TOKEN=no"}, "a"),
        ("", {}, "weaker"),
    ],
)
def test_yarn_reads_files_of_variables(
    tmp_path: Path, settings: str, files: dict[str, str], token: str
) -> None:
    """`.env.yarn`, or those that its settings name; what they set wins over the environment."""
    text = f"{settings}npmRegistryServer: https://own.example/\nnpmAuthToken: ${{TOKEN}}\n"
    for name, content in {".yarnrc.yml": text, **files}.items():
        (tmp_path / name).write_text(content, "utf-8")

    layer = read_tool_layers("yarn", tmp_path, environ={"TOKEN": "weaker"}, home=tmp_path).strong

    assert layer is not None
    assert token == {key: value for key, value, _ in layer.entries}["//own.example/:_authToken"]


def test_bun_reads_the_home_and_the_project(tmp_path: Path) -> None:
    """The project's own file comes later, and wins."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".bunfig.toml").write_text('[install]\nregistry = "https://a.example/"\n', "utf-8")
    (tmp_path / "bunfig.toml").write_text('[install]\nregistry = "https://b.example/"\n', "utf-8")

    layer = read_tool_layers("bun", tmp_path, environ={}, home=home).strong

    assert layer is not None
    assert ["https://a.example/", "https://b.example/"] == [value for _, value, _ in layer.entries]


def test_bun_reads_files_of_variables(tmp_path: Path) -> None:
    """Those of production; the environment wins over them."""
    text = '[install]\nregistry = { url = "https://own.example/", token = "$TOKEN" }\n'
    files = {"bunfig.toml": text, ".env": "TOKEN=a", ".env.development": "TOKEN=no"}

    def read_token(environ: dict[str, str]) -> object:
        layer = read_tool_layers("bun", tmp_path, environ=environ, home=tmp_path).strong
        assert layer is not None
        return {key: value for key, value, _ in layer.entries}["//own.example/:_authToken"]

    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
    assert "a" == read_token({})
    (tmp_path / ".env.local").write_text("TOKEN=b # local\n", "utf-8")
    assert "b" == read_token({})
    assert "c" == read_token({"TOKEN": "c"})


def test_pnpm_s_own_credentials_lie_between_the_user_s_and_the_project_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`pnpm login` writes auth.ini; with another lockfile it does not count."""
    home, folder = tmp_path / "home", tmp_path / "project"
    ini = home / ".config" / "pnpm" / "auth.ini"
    files = {
        home / ".npmrc": "registry=https://a.example/\n//own.example/:_authToken=a\n",
        ini: "registry=https://own.example/\n//own.example/:_authToken=b\n",
        folder / "package.json": "{}",
        folder / ".npmrc": "@s:registry=https://s.example/\n",
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))

    assert "https://a.example/" == read_project(folder).npm.registry
    (folder / "pnpm-lock.yaml").write_text(LOCKS["pnpm-lock.yaml"], "utf-8")
    npm = read_project(folder).npm
    assert ("https://own.example/", "https://s.example/") == (
        npm.registry,
        npm.scoped_registries["@s"],
    )
    secret = npm.credentials["//own.example/"].authorization
    assert secret is not None
    assert "Bearer b" == secret.reveal()
    (folder / ".npmrc").write_text("registry=https://b.example/\n", "utf-8")
    assert "https://b.example/" == read_project(folder).npm.registry


def test_yarnrc_of_yarn_1_is_weaker_than_every_npmrc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its registries count where its lockfile does: of the home, and of the folders above."""
    home, folder = tmp_path / "home", tmp_path / "a" / "project"
    files = {
        home / ".yarnrc": '"@s:registry" "https://s.example/"\nregistry https://no.example/\n',
        home / ".npmrc": "@t:registry=https://t.example/\n",
        tmp_path / "a" / ".yarnrc": "# registry x\n--frozen-lockfile true\nregistry:\n",
        folder / ".yarnrc": 'registry "https://own.example/"\n"@t:registry" https://no.example/\n',
        folder / "package.json": "{}",
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    monkeypatch.setenv("HOME", str(home))

    assert read_project(folder).npm.registry is None
    (folder / "yarn.lock").write_text("# yarn lockfile v1\n", "utf-8")
    npm = read_project(folder).npm
    assert "https://own.example/" == npm.registry
    assert {"@s": "https://s.example/", "@t": "https://t.example/"} == npm.scoped_registries
    (folder / ".yarnrc").write_text("registry own.example\n", "utf-8")
    with pytest.raises(ProjectError) as caught:
        read_project(folder)
    assert "ESETTINGS" == caught.value.code


def test_a_tool_without_settings_of_its_own_says_nothing(tmp_path: Path) -> None:
    """A new lockfile format needs no reader of settings."""
    assert not any(read_tool_layers("new", tmp_path, environ={}, home=tmp_path))


@pytest.mark.parametrize("tool", ["pnpm", "yarn", "bun"])
def test_a_file_that_says_nothing_of_registries_is_not_parsed(tmp_path: Path, tool: str) -> None:
    """Whatever else is in it; one that does say something has to be readable."""
    names = {"pnpm": "pnpm-workspace.yaml", "yarn": ".yarnrc.yml", "bun": "bunfig.toml"}
    path = tmp_path / names[tool]
    path.write_text("[: {", "utf-8")

    assert not any(read_tool_layers(tool, tmp_path, environ={}, home=tmp_path))
    path.write_text("[: { registries npmAuthToken registry", "utf-8")
    with pytest.raises(ProjectError) as caught:
        read_tool_layers(tool, tmp_path, environ={}, home=tmp_path)
    assert "ESETTINGS" == caught.value.code
