"""Many functions over real packages, built in each way.

    python -m tests.bench.fleet --functions 10 100 --folder DIR

Twenty groups of packages are resolved from the registry; each function has the lockfile of one
group and code of its own. All are built with an empty cache, with an empty cache and a shared
store, again, and after one dependency has changed. Each way says its wall clock and processor
time, the requests and the megabytes between it and the shared store (S3, on loopback), and whether
the zips are the same to the byte.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.support.command import run_zipper
from tests.support.object_server import ObjectServer

GROUPS = (
    "express body-parser cors helmet morgan compression cookie-parser express-session",
    "fastify @fastify/cors @fastify/helmet pino ajv fast-json-stringify find-my-way",
    "koa @koa/router koa-bodyparser koa-compose koa-static",
    "lodash async bluebird uuid nanoid ms debug semver",
    "axios got node-fetch follow-redirects form-data",
    "@aws-sdk/client-s3 @aws-sdk/client-sqs",
    "@aws-sdk/client-dynamodb @aws-sdk/lib-dynamodb",
    "@aws-sdk/client-sns @aws-sdk/client-ssm",
    "pg knex pg-types pg-pool",
    "mysql2 sequelize",
    "mongodb mongoose",
    "redis ioredis",
    "graphql graphql-yoga @graphql-tools/schema",
    "zod yup joi validator class-validator",
    "date-fns dayjs luxon moment",
    "jsonwebtoken bcryptjs jose passport",
    "handlebars ejs mustache nunjucks marked",
    "winston bunyan loglevel pino-pretty",
    "@middy/core @middy/http-error-handler @middy/validator",
    "xml2js fast-xml-parser csv-parse js-yaml ini",
)

WAYS = {
    "cold": "cold",
    "filling": "cold, filling a shared store",
    "shared": "cold, from a shared store",
    "again": "warm",
    "changed": "one dependency changed",
}
"""In this order; the last two in the cache of the one before."""

WORKFLOW = "repository=acme/app ref=refs/heads/main workflow=release.yml"


def make_groups(folder: Path) -> list[Path]:
    """Resolve each group once; return their folders."""
    made = []
    for number, names in enumerate(GROUPS):
        group = folder / "groups" / f"g{number:02}"
        made.append(group)
        if (group / "package-lock.json").exists():
            continue
        group.mkdir(parents=True, exist_ok=True)
        manifest = {"name": f"g{number}", "version": "1.0.0", "private": True}
        manifest["dependencies"] = dict.fromkeys(names.split(), "*")
        (group / "package.json").write_text(json.dumps(manifest))
        done = run_zipper("resolve", group)
        if done.status:
            sys.exit(f"{names}: {done.stderr}")
    return made


def make_functions(folder: Path, groups: list[Path], count: int) -> Path:
    """Make the functions, with settings that name all of them; return their folder."""
    root = folder / f"functions-{count}"
    shutil.rmtree(root, ignore_errors=True)
    for number in range(count):
        group = groups[number % len(groups)]
        function = root / "fns" / f"f{number:05}"
        function.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(group / name, function / name)
        names = json.loads((group / "package.json").read_text())["dependencies"]
        lines = [f"import * as m{place} from '{name}';" for place, name in enumerate(names)]
        code = f"{chr(10).join(lines)}\nexport const handler = async () => [{number}, m0];\n"
        (function / "index.mjs").write_text(code)
    (root / "pyproject.toml").write_text(
        '[tool.zipper]\noutput = "dist/"\nhandler = "index.handler"\n'
        + "".join(
            f'[[tool.zipper.functions]]\nname = "f{number:05}"\nproject = "fns/f{number:05}"\n'
            for number in range(count)
        )
    )
    return root


def change_one(root: Path) -> None:
    """Have every function of the fourth group use another version of one dependency."""
    for function in sorted((root / "fns").iterdir())[3 :: len(GROUPS)]:
        path = function / "package-lock.json"
        lock = json.loads(path.read_text())
        entry = lock["packages"]["node_modules/bluebird"]
        entry |= {"version": "3.7.1"}
        entry.pop("integrity", None)
        entry.pop("resolved", None)
        manifest = json.loads((function / "package.json").read_text())
        path.write_text(json.dumps(lock))
        (function / "package.json").write_text(json.dumps(manifest))


def measure(root: Path, cache: Path, env: dict[str, str], options: list[str]) -> dict[str, Any]:
    """Build all functions in a process of its own; return what it took and what came out."""
    shutil.rmtree(root / "dist", ignore_errors=True)
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "zipper", "build", f"{root}/", "--cache-dir", str(cache), "--json",
         *options],
        env={**os.environ, **env}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    rows = json.loads(done.stdout)["functions"]
    zips = {path.name: hashlib.sha256(path.read_bytes()).digest() for path in root.glob("dist/*")}
    return {
        "wall": wall,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "memory": after.ru_maxrss / 1024,
        "failed": [row.get("name") for row in rows if row.get("verdict") != "pass"],
        "zips": zips,
    }


def main() -> None:
    """Build in each way and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, nargs="+", default=[100])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--no-check", action="store_true")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    asked = parser.parse_args()
    options = ["--workers", str(asked.workers)] if asked.workers else []
    options += ["--no-check"] if asked.no_check else []
    asked.folder.mkdir(parents=True, exist_ok=True)
    groups = make_groups(asked.folder)
    key = asked.folder / "key"
    key.unlink(missing_ok=True)
    public = run_zipper("store", "keygen", "--into", key).stdout.strip()
    for count in asked.functions:
        with ObjectServer() as server:
            play(asked.folder, groups, count, options, server, public, asked.ways)


def play(
    folder: Path,
    groups: list[Path],
    count: int,
    options: list[str],
    server: ObjectServer,
    public: str,
    ways: list[str],
) -> None:
    """Build so many functions in each of the ways, and print a line for each."""
    root = make_functions(folder, groups, count)
    reader = {
        **server.environment,
        "ZIPPER_STORE_URL": server.url,
        "ZIPPER_STORE_ACCEPT": f"{public} {WORKFLOW}",
    }
    key = str(folder / "key")
    writer = {**reader, "ZIPPER_STORE_KEY": key, "ZIPPER_STORE_SCOPE": WORKFLOW}
    environments = {"cold": {}, "filling": writer}
    cache = folder / f"cache-{count}"
    first = None
    for name in ways:
        if name == "changed":
            change_one(root)
        elif name != "again":
            shutil.rmtree(cache, ignore_errors=True)
        env = environments.get(name, reader if "shared" in ways else {})
        server.requests.clear()
        server.moved_bytes = 0
        found = measure(root, cache, env, options)
        first = first or found["zips"]
        same = sum(found["zips"].get(one) == digest for one, digest in first.items())
        print(
            f"{count:>6} {WAYS[name]:30} {found['wall']:8.2f} s {found['cpu']:8.2f} s cpu "
            f"{found['memory']:6.0f} MB, {len(server.requests):,} requests, "
            f"{server.moved_bytes / 1e6:.1f} MB, {same} zips the same, "
            f"{len(found['failed'])} failed {' '.join(map(str, found['failed'][:5]))}",
            flush=True,
        )


if __name__ == "__main__":
    main()
