"""What the README says: its commands are typed, its code runs, its promises hold.

Promises with a test file of their own are not repeated here: npm's tree (`test_npm_ci_equal`,
`test_npm_resolve_equal`), the same bytes (`test_determinism`), warm builds (`test_warm_build`),
install scripts (`test_install_script_builds`), what green means (`test_failed_builds`).
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import click
import pytest

import zipper
from tests.support.command import run_zipper
from tests.support.scene import listing
from tests.support.shared import REPOSITORY
from zipper.commands.group import cli
from zipper.commands.help import TOPICS, list_rules, read_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.scene import Scene

README = (REPOSITORY / "README.md").read_text("utf-8")
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "zipper/docs").glob("*.md"))]
ORDERS = REPOSITORY / "fixtures/projects/orders-api"


def list_commands(text: str) -> Iterator[list[str]]:
    """Yield the words behind `python -m zipper`, in code and between the lines."""
    for line in re.findall(r"(?:python -m )zipper ([^`\n#&|>]+)", text):
        yield shlex.split(line.replace("'", '"'), comments=True)


def find_command(words: list[str]) -> click.Command:
    """Return the command that `words` begin with."""
    command: click.Command = cli
    for word in words:
        if isinstance(command, click.Group) and not word.startswith("-"):
            found = command.get_command(click.Context(command), word)
            assert found is not None, f"there is no command `{word}`"
            command = found
    return command


def options_of(command: click.Command) -> set[str]:
    return {
        name
        for parameter in command.get_params(click.Context(command))
        for name in (*parameter.opts, *parameter.secondary_opts)
        if name.startswith("-")
    } | {"--help", "--version"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_can_be_typed(page: Path) -> None:
    """Commands exist, and take the options that they are shown with."""
    for words in list_commands(page.read_text("utf-8")):
        if words[0].isupper():  # COMMAND
            continue
        typed = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert set() == typed - options_of(find_command(words)), " ".join(words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_option_that_is_named_exists(page: Path) -> None:
    """`--option` in the text is one of some command, or another program's that is named there."""
    known = {
        name
        for command in cli.list_commands(click.Context(cli))
        for name in options_of(find_command([command]))
    }
    programs = "npm|pip|uv|docker|git|node|pnpm|yarn|bun|esbuild|curl|gh|aws|sam|python -m build"
    others = rf"(?:{programs})\b[^`]*"
    text = re.sub(rf"`{others}`", "", page.read_text("utf-8"))
    named = {
        option.partition("=")[0].split()[0] for option in re.findall(r"`(--[a-z][^`]*)`", text)
    }
    foreign = {"--omit=dev", "--require", "--import", "--enable-source-maps"}

    assert set() == {option for option in named if option not in known} - foreign


def test_every_topic_and_link_leads_somewhere() -> None:
    """`zipper help TOPIC` has the page, a link the file."""
    topics = set(re.findall(r"zipper help ([\w-]+)", README))
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert set() == topics - set(TOPICS) - set(read_errors()) - set(list_rules())
    assert [] == [link for link in links if not (REPOSITORY / link).exists()]


def test_no_node_and_no_npm_are_needed(scene: Scene) -> None:
    """With nothing on PATH a project is resolved, built and checked."""
    scene.publish("a", files={"index.js": b"module.exports = 1\n"})
    scene.depend("a")
    scene.write({"index.js": "require('a'); exports.handler = async () => 1\n"})
    (scene.project / "package-lock.json").unlink()

    built = scene.build(env={"PATH": "/nowhere"})

    assert 0 == built.status, built.stderr
    assert "node_modules/a/index.js" in listing(scene.output)
    assert 0 == run_zipper("check", scene.output, env={"PATH": "/nowhere"}).status


def test_the_target_decides_and_never_the_machine(scene: Scene) -> None:
    """Each architecture gets the packages that are for it."""
    for cpu in ("x64", "arm64"):
        scene.publish(f"a-{cpu}", os=["linux"], cpu=[cpu])
    scene.publish("a", optionalDependencies={"a-x64": "1.0.0", "a-arm64": "1.0.0"})
    scene.depend("a")
    (scene.project / "package-lock.json").unlink()
    found = {}
    for name in ("x86_64", "arm64"):
        assert 0 == scene.build("--arch", name).status
        found[name] = {path.split("/")[1] for path in listing(scene.output) if "/" in path}

    assert {"x86_64": {"a", "a-x64"}, "arm64": {"a", "a-arm64"}} == found


def test_nothing_prints(tmp_path: Path) -> None:
    """Whatever a public function does, stdout and stderr are the caller's."""
    project = write_project(tmp_path / "fn")
    code = (
        "import zipper, sys\n"
        "project, zip, cache = sys.argv[1:]\n"
        "zipper.build(project, output=zip, cache_dir=cache)\n"
        "package = zipper.build(project, output=zip, cache_dir=cache, handler='index.gone')\n"
        "zipper.check(zip); zipper.plan(project, cache_dir=cache); zipper.explain(zip)\n"
        "zipper.licenses(zip); zipper.resolve(project, cache_dir=cache)\n"
        "assert not package.ok\n"
    )
    words = [sys.executable, "-c", code, project, tmp_path / "fn.zip", tmp_path / "cache"]

    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=REPOSITORY)

    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)


def test_functions_may_be_called_from_threads(tmp_path: Path) -> None:
    """Eight builds at once, and one awaited, are eight builds one by one."""
    project = write_project(tmp_path / "fn")

    def build(number: int) -> str:
        cache = tmp_path / f"cache-{number % 2}"
        output = tmp_path / f"{number}.zip"
        return zipper.build(project, output=output, cache_dir=cache).code_sha256

    with ThreadPoolExecutor(8) as pool:
        hashes = set(pool.map(build, range(8)))
    hashes.add(asyncio.run(asyncio.to_thread(build, 8)).strip())

    assert {build(9)} == hashes


def write_project(folder: Path) -> Path:
    folder.mkdir()
    (folder / "package.json").write_text('{"name": "fn", "version": "1.0.0"}', encoding="utf-8")
    handler = "exports.handler = async () => 1\n"
    (folder / "index.js").write_text(handler, encoding="utf-8")
    return folder


def read_console(start: str) -> list[tuple[str, list[str]]]:
    """Return each command of the console block that begins with `start`, and what it prints."""
    block = next(
        part for part in re.findall(r"```console\n(.*?)```", README, re.DOTALL) if start in part
    )
    shown = [part.splitlines() for part in block.split("$ ")[1:]]
    return [(lines[0].partition("  #")[0].strip(), lines[1:]) for lines in shown]


def mask(line: str) -> str:
    """Leave out what differs from machine to machine: times, memory, and folders."""
    line = re.sub(r"[\d.]+(?= (?:ms|s)\b)", "N", line)
    return re.sub(r"^\S*/", "", re.sub(r"\d+(?= of \d+ MB)", "N", line))


def type_all(start: str, folder: Path) -> Iterator[tuple[list[str], list[str]]]:
    """Yield for each command of a block what the README shows, and what it prints here."""
    for command, shown in read_console(start):
        words = shlex.split(command)[3:]
        done = run_zipper(*words, cwd=folder, env={"ZIPPER_CACHE_DIR": str(folder / "cache")})
        assert 0 == done.status, done.stderr
        yield [mask(line) for line in shown], [mask(line) for line in done.stdout.splitlines()]


@pytest.mark.network
def test_the_first_example_prints_what_it_shows(tmp_path: Path) -> None:
    """Packages, files, modules and sizes are those of today's code."""
    shutil.copytree(ORDERS, tmp_path / "fixtures/projects/orders-api")

    for shown, printed in type_all("build fixtures", tmp_path):
        assert shown == printed


@pytest.mark.network
@pytest.mark.node
def test_the_five_commands_print_what_they_show(tmp_path: Path) -> None:
    """What is shown below a command is what it prints, or lines of it in their order."""
    shutil.copytree(ORDERS, tmp_path / "orders")
    manifest = tmp_path / "orders/package.json"
    text = manifest.read_text("utf-8").replace('"orders-api"', '"orders"')
    manifest.write_text(text, encoding="utf-8")
    (tmp_path / "event.json").write_text("{}", encoding="utf-8")

    for shown, printed in type_all("build orders", tmp_path):
        rest = iter(printed)
        assert all(line in rest for line in shown), (shown, printed)


@pytest.mark.network
@pytest.mark.node
def test_the_python_example_runs(tmp_path: Path) -> None:
    """The code is run as it stands, and makes the zip and the lockfile that it names."""
    project = write_project(tmp_path / "orders")
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    checks = "\nassert report.verdict == 'pass' and result.ok and plan.files, (report, result)\n"

    done = subprocess.run(
        [sys.executable, "-c", code[1] + checks],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "ZIPPER_CACHE_DIR": str(tmp_path / "c")},
    )  # fmt: skip

    assert (0, "") == (done.returncode, done.stdout), done.stderr
    assert (tmp_path / "dist/orders.zip").is_file()
    assert (project / "package-lock.json").is_file()
