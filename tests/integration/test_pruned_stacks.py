"""Real packages, pruned: each function answers as the whole one does, and lacks no file unseen."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from importlib import resources
from typing import TYPE_CHECKING

import pytest

import zipper
from tests.support.node import node_of
from tests.support.shared import REPOSITORY
from zipper.archive.listing import read_listing
from zipper.checks.closure import close
from zipper.checks.pruned_record import RECORD, RECORD_MAX_BYTES, parse_record
from zipper.checks.subject import Subject
from zipper.pruning.known_packages import parse_table
from zipper.pruning.reached_set import take_reached
from zipper.target import Target

if TYPE_CHECKING:
    from pathlib import Path

STACKS = json.loads((REPOSITORY / "fixtures/pruning/stacks.json").read_text(encoding="utf-8"))
TABLE = parse_table(
    resources.files("zipper.pruning").joinpath("known_packages.json").read_text(encoding="utf-8")
)
SIMPLE = [row for row in TABLE if row.finds_caller or (row.classes and not row.files)]
"""Rows about who requests a package: tried all together, by packages that only request one."""
ANSWER = "answer: "
CALL = """
const { pathToFileURL } = require("url");
const event = { body: '{"a":1}', headers: { "Content-Type": "application/json" } };
const context = { getRemainingTimeInMillis: () => 3000 };
const say = (value) => {
  console.log("\\nANSWER" + JSON.stringify(value));
  setTimeout(() => process.exit(0), 20);
};
import(pathToFileURL(process.argv[1]))
  .then((module) => (module.handler ?? module.default.handler)(event, context))
  .then(say, (error) => say(String(error)));
""".replace("ANSWER", ANSWER)

pytestmark = [pytest.mark.network, pytest.mark.node, pytest.mark.slow]


def write_project(folder: Path, dependencies: dict[str, str], files: dict[str, str]) -> Path:
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": dependencies}
    for name, text in {"package.json": json.dumps(manifest), **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def build(project: Path, output: Path, *options: str) -> dict:
    words = ["build", str(project), "-o", str(output), "--runtime", "nodejs24.x", "--json"]
    limits = ["--max-unzipped-size", "900 MB", "--keep-failed"]
    result = subprocess.run(
        [sys.executable, "-m", "zipper", *words, *limits, *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
    )
    document: dict = json.loads(result.stdout)
    assert "findings" in document, document
    return document


def answer(package: Path, task: Path, entry: str) -> str:
    with zipfile.ZipFile(package) as archive:
        archive.extractall(task)
    for program in task.rglob("bin/*"):
        program.chmod(0o755)
    result = subprocess.run(
        [node_of(24).executable, "-e", CALL, str(task / entry)],
        capture_output=True,
        text=True,
        check=False,
        cwd=task,
        env={**os.environ, "LAMBDA_TASK_ROOT": str(task)},
        timeout=120,
    )
    assert ANSWER in result.stdout, result.stderr[-2000:]
    return result.stdout.rpartition(ANSWER)[2]


@pytest.mark.parametrize("name", STACKS)
def test_a_pruned_function_answers_as_the_whole_one(name: str, tmp_path: Path) -> None:
    """Built whole, `safe` and `reached`, a function gives one answer, and each proof holds."""
    stack = STACKS[name]
    project = write_project(tmp_path / "project", stack["dependencies"], stack["files"])
    words = [sys.executable, "-m", "zipper", "resolve", str(project)]
    subprocess.run(words, check=True, capture_output=True, cwd=REPOSITORY)
    scripts = [word for one in stack["scripts"] for word in ("--allow-scripts", one)]
    entry = next(one for one in stack["files"] if one.startswith("index."))
    answers, sizes = [], []
    for mode in ("off", "safe", "reached"):
        package = tmp_path / f"{mode}.zip"
        document = build(project, package, "--prune", mode, *scripts)
        assert "prune-unproven" not in {one["code"] for one in document["findings"]}
        sizes.append(document["unzipped_size_bytes"])
        # Of one name and place, because some answers have a path in them.
        task = tmp_path / "task"
        task.mkdir()
        answers.append(answer(package, task, entry))
        task.rename(tmp_path / f"task-{mode}")

    assert [answers[0]] * 3 == answers
    assert sizes == sorted(sizes, reverse=True)


PRISMA = {
    "prisma.config.ts": """
import { defineConfig } from "prisma/config";
const datasource = { url: "file:./unused.db" };
export default defineConfig({ schema: "prisma/schema.prisma", datasource });
""",
    "prisma/schema.prisma": """
generator client {
  provider = "prisma-client-js"
  engineType = "client"
  output = "../generated"
}
datasource db {
  provider = "sqlite"
}
model User {
  id Int @id
  name String
}
""",
    "index.js": """
const { PrismaClient } = require("./generated");
const { PrismaLibSql } = require("@prisma/adapter-libsql");
exports.handler = async () => {
  const db = new PrismaClient({ adapter: new PrismaLibSql({ url: "file::memory:" }) });
  await db.$executeRawUnsafe("CREATE TABLE User (id INTEGER PRIMARY KEY, name TEXT NOT NULL)");
  await db.user.create({ data: { id: 1, name: "ada" } });
  const again = await db.user.create({ data: { id: 1, name: "b" } }).catch((error) => error.code);
  return [again, await db.user.findMany({ where: { name: { contains: "d" } } })];
};
""",
}


def test_a_generated_client_of_prisma_answers_as_whole(tmp_path: Path) -> None:
    """Its queries and its errors are those of the whole package; no engine's binary is needed."""
    dependencies = {"@prisma/client": "^7", "@prisma/adapter-libsql": "^7", "prisma": "^7"}
    project = write_project(tmp_path / "project", dependencies, PRISMA)
    environment = {**os.environ, "PRISMA_SCHEMA_ENGINE_BINARY": "/bin/true"}
    for words in ("npm install --ignore-scripts --no-audit", "npx prisma generate"):
        subprocess.run(words.split(), check=True, cwd=project, env=environment, capture_output=True)
    answers = []
    for mode in ("off", "safe", "reached"):
        document = build(project, tmp_path / f"{mode}.zip", "--prune", mode)
        assert "prune-unproven" not in {one["code"] for one in document["findings"]}
        (tmp_path / mode).mkdir()
        answers.append(answer(tmp_path / f"{mode}.zip", tmp_path / mode, "index.js"))

    assert ['["P2002",[{"id":1,"name":"ada"}]]'] * 3 == [one.strip() for one in answers]


def test_rows_about_who_requests_a_package(tmp_path: Path) -> None:
    """Whoever requests a package that looks beside its caller stays whole; classes stay in all."""
    users = {f"user-{number}": row for number, row in enumerate(SIMPLE)}
    names = {user: row.package.removesuffix("*") for user, row in users.items()}
    files = {"index.js": "exports.handler = async () => 0;\n"}
    for user, name in names.items():
        files["index.js"] += f'require("{user}");\n'
        files[f"{user}/package.json"] = json.dumps(
            {"name": user, "version": "1.0.0", "dependencies": {name: "*"}}
        )
        files[f"{user}/index.js"] = f'exports.load = () => require("{name}");\n'
        for other in ("data.bin", "index.js.map", "index.d.ts"):
            files[f"{user}/{other}"] = "x"
    project = write_project(tmp_path / "project", {u: f"file:{u}" for u in users}, files)
    document = build(project, tmp_path / "fn.zip", "--prune", "reached")
    with zipfile.ZipFile(tmp_path / "fn.zip") as archive:
        packed = set(archive.namelist())
    verdicts = {one["folder"]: one for one in document["pruning"]["packages"]}

    for user, row in users.items():
        if row.finds_caller:
            assert "whole" == verdicts[f"node_modules/{user}"]["verdict"], row.package
            assert f"node_modules/{user}/data.bin" in packed
        assert f"node_modules/{user}/index.js.map" in packed
        assert f"node_modules/{user}/index.d.ts" in packed


def test_each_row_of_the_table_is_tried() -> None:
    """Every row is tried by a function, or with those about who requests a package."""
    tried = {row for stack in STACKS.values() for row in stack["rows"]}

    assert {row.package for row in TABLE} == tried | {row.package for row in SIMPLE}


LOST = (
    "express4", "pino", "xray", "powertools", "koa", "trpc", "handlebars", "drizzle", "sharp",
    "yargs", "nunjucks", "middy",
)  # fmt: skip
SAMPLE = 12
"""Files of each stack that are taken out for a whole check, which takes a second each."""


def lose(package: Path, name: str, *, program: str | None) -> Path:
    """Return a copy of a zip without the member `name`, by `zip -d` or by Python's zipfile."""
    lacking = package.with_name("lacking.zip")
    if program is not None:
        shutil.copy(package, lacking)
        subprocess.run([program, "-q", "-d", lacking, name.replace("[", "\\[")], check=True)
        return lacking
    with zipfile.ZipFile(package) as whole, zipfile.ZipFile(lacking, "w") as made:
        for member in whole.infolist():
            if member.filename != name:
                made.writestr(member, whole.read(member))
    return lacking


@pytest.mark.parametrize("name", LOST)
def test_the_loss_of_any_reached_file_fails_the_check(name: str, tmp_path: Path) -> None:
    """Every file of the closure is in the record, and a check without one fails and names it."""
    stack = STACKS[name]
    project = write_project(tmp_path / "project", stack["dependencies"], stack["files"])
    zipper.resolve(project)
    scripts = [word for one in stack["scripts"] for word in ("--allow-scripts", one)]
    package = tmp_path / "fn.zip"
    document = build(project, package, "--prune", "reached", *scripts)
    listing = read_listing(package.read_bytes())
    target = Target("nodejs24.x")
    start = close(Subject(listing=listing, target=target, handler=document["handler"]))
    assert start is not None
    record = parse_record(listing.read(listing.by_name[RECORD], limit_bytes=RECORD_MAX_BYTES))
    assert record is not None
    reached = sorted(listing.by_name.keys() & take_reached(start).keys())

    assert set() == set(reached) - set(record.names())
    assert not [one for one in document["findings"] if one["code"].startswith("pruned-")]
    programs = itertools.cycle((None, shutil.which("zip")))
    for lost in random.Random(name).sample(reached, min(SAMPLE, len(reached))):
        lacking = lose(package, lost, program=next(programs))
        report = zipper.check(lacking, target=target, handler=document["handler"])
        assert "fail" == report.verdict
        assert ("pruned-file-missing", "error", lost) in {one[:3] for one in report.findings}
