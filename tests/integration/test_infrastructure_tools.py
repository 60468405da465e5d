"""The snippets of the reference pages, run by the tools that they are for.

SAM and cfn-lint, CDK, Serverless and Pulumi come from PyPI and the npm registry; nothing of AWS is
asked. Terraform's provider `external` cannot be had there: its protocol is tested at its edge.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import zipper
from tests.support.command import run_zipper
from tests.support.scene import HANDLER, listing, write_files
from tests.support.shared import REPOSITORY

pytestmark = [pytest.mark.network, pytest.mark.node, pytest.mark.slow]


def snippets(page: str, language: str) -> list[str]:
    text = (Path(zipper.__file__).parent / "docs" / f"{page}.md").read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def run(words: list[str | Path], folder: Path, **variables: str) -> str:
    done = subprocess.run(
        words,
        cwd=folder,
        env={
            **{name: text for name, text in os.environ.items() if not name.startswith("ZIPPER_")},
            "PYTHONPATH": str(REPOSITORY),
            "ZIPPER_CACHE_DIR": str(folder / ".cache"),
            "SAM_CLI_TELEMETRY": "0",
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def install(folder: Path, *packages: str) -> Path:
    """Return the `bin` of a new environment with the packages; zipper is lent to it."""
    run([sys.executable, "-m", "venv", folder], folder.parent)
    run([folder / "bin/pip", "install", "-q", *packages], folder.parent)
    lend_zipper(folder)
    return folder / "bin"


def lend_zipper(folder: Path) -> None:
    """Have an environment find zipper and what it needs here, behind its own packages."""
    (packages,) = folder.glob("lib/python*/site-packages")
    lent = [str(REPOSITORY), *(path for path in sys.path if path.endswith("site-packages"))]
    (packages / "zz_zipper.pth").write_text("\n".join(lent))


@pytest.fixture(scope="module")
def sam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("tools") / "sam", "aws-sam-cli", "cfn-lint")


@pytest.fixture(scope="module")
def cdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("tools") / "cdk", "aws-cdk-lib")


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """Return a folder with the function that the pages speak of."""
    folder = tmp_path / "app"
    write_files(
        folder,
        {
            "functions/orders/package.json": {"name": "orders"},
            "functions/orders/index.js": HANDLER,
            "functions/orders/package-lock.json": {
                "name": "orders",
                "lockfileVersion": 3,
                "packages": {"": {"name": "orders"}},
            },
        },
    )
    return folder


def build(folder: Path) -> dict[str, bytes]:
    words = ("build", "functions/orders", "--arch", "arm64", "-o", "dist/orders.zip")
    assert 0 == run_zipper(*words, cwd=folder).status
    return listing(folder / "dist/orders.zip")


def test_sam_leaves_the_zip_alone(sam: Path, app: Path) -> None:
    """`sam build` and both linters accept the template; the zip is what is deployed."""
    build(app)
    (template,) = snippets("sam", "yaml")
    write_files(app, {"template.yaml": template})
    path = f"{sam}:{os.environ['PATH']}"

    run([sam / "cfn-lint", "template.yaml"], app)
    run([sam / "sam", "validate", "--lint", "--region", "eu-central-1"], app, PATH=path)
    run([sam / "sam", "build"], app, PATH=path)
    built = (app / ".aws-sam/build/template.yaml").read_text("utf-8")
    assert "CodeUri: ../../dist/orders.zip" in built


def test_sam_builds_with_the_makefile(sam: Path, app: Path) -> None:
    """The artifacts are what the zip holds."""
    expected = build(app)
    (template,) = snippets("sam", "yaml")
    (makefile,) = snippets("sam", "make")
    template = template.replace("SkipBuild: true", "BuildMethod: makefile")
    template = template.replace("dist/orders.zip", "functions/orders")
    write_files(app, {"template.yaml": template, "functions/orders/Makefile": makefile})

    run([sam / "sam", "build"], app, PATH=f"{sam}:{os.environ['PATH']}")
    built = app / ".aws-sam/build/Orders"
    assert expected == {
        path.relative_to(built).as_posix(): path.read_bytes()
        for path in built.rglob("*")
        if path.is_file()
    }


_APP = """import subprocess, sys
import jsii
from aws_cdk import (App, AssetHashType, BundlingOptions, BundlingOutput, DockerImage,
                     ILocalBundling, Stack)
from aws_cdk import aws_lambda as lambda_
app = App(outdir="cdk.out")
stack = Stack(app, "S")
"""
_FUNCTION = """
lambda_.Function(stack, "Orders", handler="index.handler", code=code,
                 runtime=lambda_.Runtime("nodejs24.x", lambda_.RuntimeFamily.NODEJS))
"""


def find_assets(app: Path) -> list[Path]:
    return sorted((app / "cdk.out").glob("asset.*.zip"))


def test_cdk_takes_the_zip(cdk: Path, app: Path) -> None:
    """Synth runs the command and takes the zip as it is."""
    first, _ = snippets("cdk", "python")
    write_files(app, {"app.py": f"{_APP}{first}app.synth()\n"})

    run([cdk / "python", "app.py"], app)
    (asset,) = find_assets(app)
    assert asset.read_bytes() == (app / "dist/orders.zip").read_bytes()
    template = json.loads((app / "cdk.out/S.template.json").read_text("utf-8"))
    (function,) = (
        row["Properties"]
        for row in template["Resources"].values()
        if "AWS::Lambda::Function" == row["Type"]
    )
    assert (["arm64"], "index.handler", "nodejs24.x") == (
        function["Architectures"], function["Handler"], function["Runtime"]
    )  # fmt: skip


def test_cdk_builds_only_what_changed(cdk: Path, app: Path) -> None:
    """An asset of the same fingerprint is there already: a second synth does not build."""
    _, second = snippets("cdk", "python")
    write_files(app, {"app.py": f"{_APP}{second}{_FUNCTION}app.synth()\nprint(fingerprint)\n"})
    first = run([cdk / "python", "app.py"], app).split()[-1]
    (asset,) = find_assets(app)
    before = asset.stat().st_mtime_ns

    assert 64 == len(first)
    assert first == run([cdk / "python", "app.py"], app).split()[-1]
    assert [(asset, before)] == [(one, one.stat().st_mtime_ns) for one in find_assets(app)]
    (app / "functions/orders/index.js").write_text("exports.handler = async () => 2;\n")
    assert first != run([cdk / "python", "app.py"], app).split()[-1]
    assert 2 == len(find_assets(app))


def test_cdk_in_typescript_takes_the_zip(cdk: Path, app: Path) -> None:
    """The snippet is JavaScript too; Node runs it with CDK from the npm registry."""
    (snippet,) = snippets("cdk", "ts")
    head = (
        'const { App, Stack, aws_lambda: lambda } = require("aws-cdk-lib");\n'
        'const app = new App({ outdir: "cdk.out" });\nconst stack = new Stack(app, "S");\n'
    )
    write_files(app, {"package.json": {"name": "app"}, "app.js": f"{head}{snippet}app.synth();\n"})
    run(["npm", "install", "--no-audit", "--no-fund", "aws-cdk-lib", "constructs"], app)

    run(["node", "app.js"], app, PATH=f"{cdk}:{os.environ['PATH']}")
    (asset,) = find_assets(app)
    assert asset.read_bytes() == (app / "dist/orders.zip").read_bytes()


def test_serverless_packages_the_artifact(app: Path) -> None:
    """`osls package` accepts the snippet and takes the zip as it is."""
    build(app)
    (snippet,) = snippets("serverless", "yaml")
    head = "service: orders\nprovider: {name: aws, deploymentMethod: direct}\n"
    write_files(app, {"package.json": {"name": "app"}, "serverless.yml": head + snippet})
    run(["npm", "install", "--no-audit", "--no-fund", "osls"], app)

    variables = {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "SLS_TELEMETRY_DISABLED": "1",
    }
    run([app / "node_modules/.bin/osls", "package"], app, **variables)
    state = json.loads((app / ".serverless/serverless-state.json").read_text("utf-8"))
    artifact = state["service"]["functions"]["orders"]["package"]["artifact"]
    assert artifact.endswith("dist/orders.zip")
    template = (app / ".serverless/cloudformation-template-update-stack.json").read_text("utf-8")
    assert '"nodejs24.x"' in template


def test_pulumi_takes_the_zip(app: Path, tmp_path: Path) -> None:
    """The program runs against Pulumi's own mocks; the archive is the zip's file."""
    build(app)
    python = install(tmp_path / "pulumi", "pulumi", "pulumi-aws", "setuptools<80") / "python"
    archive, library = snippets("pulumi", "python")
    head = (
        "import pulumi\nimport pulumi_aws as aws\nseen = []\n"
        "class Mocks(pulumi.runtime.Mocks):\n"
        "    def new_resource(self, args):\n        seen.append(args)\n"
        "        return [args.name + '-id', args.inputs]\n"
        "    def call(self, args):\n        return {}\n"
        "pulumi.runtime.set_mocks(Mocks())\n"
        "class orders_role:\n    arn = 'arn:aws:iam::123456789012:role/orders'\n"
    )
    tail = (
        "import asyncio\n"
        "asyncio.get_event_loop().run_until_complete("
        "pulumi.runtime.stack.wait_for_rpcs())\n"
        "print([one.inputs['code'].path for one in seen if 'lambda' in one.typ])\n"
    )
    write_files(app, {"program.py": f"{library}{head}{archive}{tail}"})

    assert "dist/orders.zip" in run([python, "program.py"], app)


def test_a_container_is_two_lines() -> None:
    """The snippet copies what `--unpacked` writes; no Docker is here to run it."""
    (snippet,) = snippets("sam", "dockerfile")

    assert ["FROM", "COPY"] == [line.split()[0] for line in snippet.splitlines()]
    assert shutil.which("docker") is None or snippet


def test_terraform_reads_the_snippets(tmp_path: Path) -> None:
    """They parse, and are spelled as `terraform fmt` spells them; the provider is not to be had."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed")
    text = "\n".join(snippets("terraform", "hcl"))
    write_files(tmp_path, {"main.tf": text})

    run(["terraform", "fmt", "-check", "-diff"], tmp_path, TF_CLI_CONFIG_FILE=os.devnull)
    assert ["data", "resource"] == re.findall(r"^(\w+) \"", text, re.MULTILINE)
