"""What somebody meets in the first five minutes: folders as people have them, and what they type.

`python -m tests.support.first_run [NAME]` plays them and prints every word, to be read from top to
bottom; `tests/e2e/test_first_five_minutes.py` holds the words that matter.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.support.command import run_here
from tests.support.scene import HANDLER, write_files

if TYPE_CHECKING:
    from tests.support.command import CommandResult

__all__ = ["SITUATIONS", "Situation", "play"]


@dataclass(frozen=True)
class Situation:
    """A folder, and the commands that are typed in it one after another.

    Attributes:
        files: of the folder; a number is a file of so many zero bytes.
        steps: words, exit status, and what stdout and stderr together have to say.
        absent: what none of the steps may say.
        env: variables on top of a plain environment.
    """

    files: dict[str, str | dict | int]
    steps: tuple[tuple[str, int, tuple[str, ...]], ...]
    absent: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)


_SAM: Final = """\
Transform: AWS::Serverless-2016-10-31
Parameters: {Runtime: {Type: String, Default: nodejs22.x}, Stage: {Type: String}}
Globals: {Function: {Runtime: !Ref Runtime, Architectures: [arm64]}}
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: hello/, Handler: app.lambdaHandler}
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: !Sub ./orders
      Handler: src/app.handler
      Architectures: [x86_64]
      Layers: [!Ref Common]
  Report:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: report/, Handler: app.main, Runtime: python3.12}
  Staged:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: !Sub "${Stage}/fn", Handler: index.handler}
"""
_SERVERLESS: Final = """\
service: shop
custom: {runtime: nodejs20.x, arches: {dev: arm64}, stage: "${opt:stage, 'dev'}"}
provider:
  name: aws
  runtime: ${self:custom.runtime}
  architecture: ${self:custom.arches.${self:custom.stage}}
package: {patterns: ['!test/**']}
functions:
  hello: {handler: handler.hello}
  users: {handler: packages/users/src/index.main, runtime: nodejs22.x}
  secret: {handler: "${env:HANDLER}"}
"""
_PROXY: Final = "http://user:password@127.0.0.1:9"

SITUATIONS: Final = {
    "an empty folder": Situation(
        {},
        (
            ("build", 1, ("no package.json in this folder, and no `index.js`",
                          "a function without dependencies needs `index.js` alone")),
            ("init", 1, ("there is no package.json",)),
        ),
    ),
    "index.js alone": Situation(
        {"index.js": HANDLER},
        (
            ("build", 0, ("built index.handler", "1 file\n",
                          "every module that it requests while it loads are there")),
            ("run FOLDER.zip --help", 0, ("Usage",)),
        ),
    ),
    "another file alone": Situation(
        {"app.mjs": "export const lambdaHandler = async () => 1\n"},
        (
            ("build", 1, ("handlers: app.lambdaHandler", "`--handler app.lambdaHandler`")),
            ("build --handler app.lambdaHandler", 0, ("built app.lambdaHandler",)),
            ("init", 0, ("app.lambdaHandler in this folder,",)),
            ("build", 0, ("built app.lambdaHandler",)),
        ),
    ),
    "words that are nearly right": Situation(
        {"package.json": {"name": "fn"}, "index.js": HANDLER},
        (
            ("build --runtime nodejs22", 2, ("did you mean `nodejs22.x`?",)),
            ("build --runtime python3.12", 2, ("zipper packs Node.js functions",)),
            ("build --handler index.js.handler", 1, ("leave out `.js`: `--handler index.h",)),
            ("build --handler index.handler", 0, ("built index.handler",)),
        ),
    ),
    "a handler that is elsewhere": Situation(
        {"package.json": {"name": "fn"}, "src/app.js": "exports.lambdaHandler = async () => 1\n"},
        (
            ("build", 1, ("error[handler-missing]", "the package exports `src/app.lambdaHandler`",
                          "fn.zip was not written")),
            ("init", 0, ("src/app.lambdaHandler in this folder",)),
            ("build", 0, ("built src/app.lambdaHandler",)),
        ),
    ),
    "a wrong proxy": Situation(
        {"package.json": {"name": "fn", "dependencies": dict.fromkeys("abcdefgh", "1")},
         "index.js": HANDLER},
        (
            ("build", 1, ("cannot reach registry.invalid (the proxy cannot be used), trying",
                          "127.0.0.1:9/, set by the variable HTTPS_PROXY")),
        ),
        absent=("password", "Traceback"),
        env={"HTTPS_PROXY": _PROXY, "npm_config_registry": "https://registry.invalid/"},
    ),
    "no network": Situation(
        {"package.json": {"name": "fn", "dependencies": dict.fromkeys("abcdefgh", "1")},
         "index.js": HANDLER},
        (("build", 1, ("cannot reach 127.0.0.1 (the connection was refused), trying again\n",
                       "could not fetch", "is the network there?")),),
        env={"npm_config_registry": "http://127.0.0.1:9/"},
    ),
    "300 MB": Situation(
        {"package.json": {"name": "fn", "main": "src/index.js"}, "src/index.js": HANDLER,
         "src/models/large.bin": 250_000_000, "videos/intro.mp4": 50_000_000},
        (
            ("build --dry-run", 1, ("error[size-unzipped]", "`src/models/` 250,000,000",
                                    "`videos/` 50,000,000", "`--exclude '/src/models/'`",
                                    "nothing was written; a build would not write")),
            ("build --exclude /src/models/", 0, ("built src/index.handler",)),
        ),
        absent=("the project itself",),
    ),
    "a SAM template": Situation(
        {"template.yaml": _SAM, "hello/package.json": {"name": "hello"},
         "hello/app.mjs": "export const lambdaHandler = async () => 1\n",
         "orders/src/app.js": HANDLER},
        (
            ("init", 0, (
                "Hello: app.lambdaHandler in hello, nodejs22.x arm64",
                "Orders: src/app.handler in orders, nodejs22.x x86_64",
                "Orders: it has the layer `!Ref Common`",
                "Report: left out: its runtime is python3.12",
                "Staged: left out: `CodeUri` is `!Sub ${Stage}/fn`, which only a deployment knows",
            )),
            ("init", 1, ("there are settings of zipper in `.` already",)),
            ("init --print", 0, ('[[tool.zipper.functions]]\nname = "Hello"',)),
            ("build Hello", 0, ("built app.lambdaHandler for nodejs22.x arm64",)),
            ("build", 0, ("Orders  built", "2 functions built")),
        ),
    ),
    "a serverless.yml": Situation(
        {"serverless.yml": _SERVERLESS, "package.json": {"name": "shop"},
         "handler.js": "exports.hello = async () => 1\n", "test/hello.js": "1",
         "packages/users/package.json": {"name": "users"},
         "packages/users/src/index.js": "exports.main = async () => 1\n"},
        (
            ("init", 0, (
                "hello: handler.hello in this folder, nodejs20.x arm64",
                "users: src/index.main in packages/users, nodejs22.x arm64",
                "secret: left out: its handler is `${env:HANDLER}`, which only a deployment knows",
            )),
            ("build", 0, ("hello  built", "users  built", "2 functions built, 0 unchanged")),
            ("build", 0, ("0 functions built, 2 unchanged",)),
        ),
    ),
    "a CDK app": Situation(
        {"cdk.json": {"app": "node bin/app.js"}, "package.json": {"name": "app"},
         "bin/app.js": "new App()\n", "lambda/index.js": HANDLER},
        (
            ("init", 0, ("cdk.json: the functions of a CDK app are in its code", "in lambda,")),
            ("build", 0, ("built index.handler",)),
        ),
    ),
    "several functions": Situation(
        {"pyproject.toml": '[tool.zipper]\noutput = "dist/"\n'
         + "".join(f'[[tool.zipper.functions]]\nname = "{n}"\nproject = "fn/{n}"\n' for n in "ab"),
         "fn/a/package.json": {"name": "a"}, "fn/a/index.js": HANDLER,
         "fn/b/package.json": {"name": "b"}, "fn/b/index.js": HANDLER},
        (
            ("audit", 2, ("describe 2 functions", "`python -m zipper audit a`")),
            ("audit a", 0, ("against 0 packages",)),
            ("build", 0, ("2 functions built",)),
            ("check --format github", 0, ("pass: dist/a.zip",)),
        ),
        absent=("::notice",),
    ),
    "projects below": Situation(
        {"fn/a/package.json": {"name": "a"}, "fn/a/index.js": HANDLER,
         "fn/b/package.json": {"name": "b"}, "fn/b/index.js": HANDLER},
        (
            ("build", 1, ("projects: fn/a, fn/b", "such as `fn/a`", "`python -m zipper init`")),
            ("vendor --into vendored/deep", 1, ("there is no package.json",)),
            ("init", 0, ("a: index.handler in fn/a", "b: index.handler in fn/b")),
            ("build", 0, ("2 functions built",)),
        ),
    ),
}  # fmt: skip


def play(name: str, folder: Path) -> list[tuple[str, CommandResult]]:
    """Make the folder and type the commands; return each with its result."""
    situation = SITUATIONS[name]
    project = folder / "function"
    project.mkdir(parents=True)
    for path, content in situation.files.items():
        if isinstance(content, int):
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            with (project / path).open("wb") as file:
                file.truncate(content)
        else:
            write_files(project, {path: content})
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")
    env = {
        **{key: value for key, value in os.environ.items() if key in kept},
        "HOME": str(folder),
        "ZIPPER_CACHE_DIR": str(folder / "cache"),
        "npm_config_fetch_retries": "2",
        "npm_config_fetch_retry_mintimeout": "10",
        "npm_config_fetch_retry_maxtimeout": "20",
        "npm_config_registry": "http://127.0.0.1:9/",
        **situation.env,
    }
    results = []
    for words, _, _ in situation.steps:
        line = words.replace("FOLDER", project.name).split()
        results.append((words, run_here(*line, cwd=project, env=env)))
    return results


if __name__ == "__main__":
    for situation in sys.argv[1:] or SITUATIONS:
        print(f"\n======== {situation}")
        with tempfile.TemporaryDirectory() as place:
            for typed, result in play(situation, Path(place)):
                print(f"$ python -m zipper {typed}")
                print(result.stderr + result.stdout + f"[{result.status}]")
