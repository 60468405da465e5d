"""No request for a name that a sibling has leaves, under any command with any option.

The commands and their options come from the command line itself, so that a new one is tried too.
Each is run in a member whose siblings carry names that the registry has as well.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import click
import pytest

from tests.support.command import run_here
from tests.support.registry_server import RegistryServer
from tests.support.scene import HANDLER, Scene, write_files
from zipper.commands.group import COMMANDS, cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MEMBERS: dict[str, dict[str, Any]] = {
    "packages/fn": {
        "dependencies": {"shared": "^1.0.0", "utils": "*", "left": "^1.0.0", "mine": "*"},
        "optionalDependencies": {"core": "*"},
        "devDependencies": {"tools": "*"},
    },
    "packages/shared": {"dependencies": {"utils": "^1.0.0"}},
    "packages/utils": {"peerDependencies": {"core": "*"}},
    "packages/core": {"dependencies": {"@acme/types": "*"}},
    "packages/tools": {},
    "packages/types": {"name": "@acme/types"},
    "packages/mine": {"bundleDependencies": ["core"], "dependencies": {"core": "*"}},
}
NAMES = ("shared", "utils", "core", "tools", "@acme/types", "mine", "fn")
"""The members' names: the registry has packages of all of them."""


class _World:
    """A registry with strangers of the siblings' names, a template without and with a lockfile."""

    def __init__(self, folder: Path, registry: RegistryServer) -> None:
        self.scene = Scene(folder, registry)
        registry.advisories = {}
        for name in (*NAMES, "left"):
            self.scene.publish(name, "1.0.5", files={"index.js": b"stranger"})
        self.templates = {name: folder / name for name in ("unlocked", "locked")}
        root = {"name": "root", "private": True, "workspaces": ["packages/*"]}
        for template in self.templates.values():
            write_files(template, {"package.json": root})
            for place, manifest in MEMBERS.items():
                own = {"name": place.rpartition("/")[2], "version": "1.0.0", **manifest}
                write_files(template / place, {"package.json": own, "index.js": HANDLER})
        self.run("resolve", ".", cwd=self.templates["locked"])
        assert (self.templates["locked"] / "package-lock.json").exists()

    def run(self, *words: str, cwd: Path, stdin: str = "") -> int:
        """Run a command in this process and return its status; a bug ends the test."""
        env = {**self.scene.environment, "ZIPPER_CACHE_DIR": str(self.scene.cache)}
        done = run_here(*words, cwd=cwd, env=env, stdin=stdin)
        assert 3 != done.status, done.stderr
        return done.status

    def requested(self) -> list[str]:
        """Return the requests since the last call, in path or body, that name a member."""
        registry = self.scene.registry
        paths = [unquote(one.path) for one in registry.requests]
        posted = [name for asked in registry.posted for name in asked if name in NAMES]
        registry.requests.clear()
        registry.posted.clear()
        roots = tuple(f"{registry.prefix}/{name}" for name in NAMES)
        ends = ("", "/")
        named = (
            one for one in paths for root in roots for end in ends if _is_below(one, root, end)
        )
        return [*named, *posted]


def _is_below(path: str, root: str, end: str) -> bool:
    return path == root if not end else path.startswith(root + end)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_World]:
    """The registry and the templates, made once."""
    with RegistryServer() as registry:
        yield _World(tmp_path_factory.mktemp("siblings") / "world", registry)


def try_in_a_copy(world: _World, state: str, folder: Path, words: list[str]) -> list[str]:
    """Run a command from the root and from the member; return the requests that name a sibling."""
    named = []
    for place in ("", "packages/fn"):
        copy = folder / "copy"
        shutil.copytree(world.templates[state], copy)
        member = "." if place else "packages/fn"
        here = [member if one == "MEMBER" else one for one in words]
        # `terraform` alone has its project from standard input.
        world.run(*here, cwd=copy / place, stdin=json.dumps({"project": member}))
        named += world.requested()
        shutil.rmtree(copy)
    return named


def list_words(command: str, option: click.Option | None, folder: Path) -> list[str]:
    """Return a command line for the member, with a value of the option's kind."""
    arguments = [one for one in find_command(command).params if isinstance(one, click.Argument)]
    words = command.split()
    if option is not None:
        words += _spell(option, folder)
    names = iter(["MEMBER", "shared", "shared"])
    return words + [next(names) for _ in arguments]


def _spell(option: click.Option, folder: Path) -> list[str]:
    flag = max(option.opts, key=len)
    if option.is_flag:
        return [flag]
    if isinstance(option.type, click.Choice):
        return [flag, str(option.type.choices[0])]
    values = {
        "cache_dir": str(folder / "cache"),
        "registry": "http://127.0.0.1:9/",
        "output": str(folder / "out") + "/",
        "into": str(folder / "into"),
        "vendor": str(folder / "vendor"),
        "runtime": "nodejs22.x",
    }
    number = isinstance(option.type, click.types.IntParamType | click.types.FloatParamType)
    return [flag, values.get(option.name or "", "5" if number else "shared")]


def find_command(words: str) -> click.Command:
    """Return a command, or the one of a group, such as `store audit`."""
    name, _, inner = words.partition(" ")
    found = cli.get_command(click.Context(cli), name)
    return found.commands[inner] if inner else found


def options_of(command: str) -> list[click.Option]:
    """Return the options of a command."""
    found = find_command(command)
    *parameters, _help = found.get_params(click.Context(found))
    return [one for one in parameters if isinstance(one, click.Option)]


def _list_commands() -> list[str]:
    """Return all commands, those of groups in the place of their group."""
    groups = {name: getattr(find_command(name), "commands", None) for name in COMMANDS}
    return [
        " ".join(filter(None, (name, inner)))
        for name, commands in groups.items()
        for inner in (commands or [""])
    ]


ENDLESS = {"watch", "follow"}
"""Options of commands that end at ^C alone."""
ALL_COMMANDS = _list_commands()


@pytest.mark.parametrize("state", ["unlocked", "locked"])
@pytest.mark.parametrize("command", ALL_COMMANDS)
def test_no_command_requests_a_siblings_name(
    world: _World, tmp_path: Path, command: str, state: str
) -> None:
    """With and without a lockfile, from the root and from the member, with the root and alone."""
    named = []
    for option in (None, *options_of(command)):
        if option is None or option.name in ("no_workspace", "update", "update_all", "package"):
            words = list_words(command, option, tmp_path)
            named += try_in_a_copy(world, state, tmp_path, words)

    assert [] == named


@pytest.mark.slow
@pytest.mark.parametrize("state", ["unlocked", "locked"])
@pytest.mark.parametrize(
    ("command", "option"),
    [
        pytest.param(command, option, id=f"{command} {option.name}")
        for command in ALL_COMMANDS
        for option in options_of(command)
        if option.name not in ENDLESS
    ],
)
def test_no_option_requests_a_siblings_name(
    world: _World, tmp_path: Path, command: str, option: click.Option, state: str
) -> None:
    """Each option of each command, alone and with `--no-workspace` where the command takes it."""
    words = list_words(command, option, tmp_path)
    named = try_in_a_copy(world, state, tmp_path, words)
    if any(one.name == "no_workspace" for one in options_of(command)):
        named += try_in_a_copy(world, state, tmp_path, [*words, "--no-workspace"])

    assert [] == named


def test_a_registry_is_asked_at_all(world: _World, tmp_path: Path) -> None:
    """The other names are requested, so that a command that asks nothing does not pass for good."""
    copy = tmp_path / "copy"
    shutil.copytree(world.templates["unlocked"], copy)
    (copy / "packages/fn/package.json").write_text(
        json.dumps({"name": "fn", "version": "1.0.0", "dependencies": {"left": "*"}})
    )
    world.scene.registry.requests.clear()
    env = {**world.scene.environment, "ZIPPER_CACHE_DIR": str(tmp_path / "fresh")}
    done = run_here("build", "packages/fn", cwd=copy, env=env)

    assert 0 == done.status, done.stderr
    assert any("/left" in one.path for one in world.scene.registry.requests)
    assert [] == world.requested()
