"""Snippets for other tools: complete, in the tool's language, and those of the reference pages."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

import zipper
from tests.support.command import run_zipper
from tests.support.scene import HANDLER, write_files
from zipper.report.tool_snippets import TOOLS, ShownFunction, write_snippet

ORDERS = ShownFunction(
    "orders", "functions/orders", "dist/orders.zip", "index.handler", "nodejs24.x", "arm64"
)
ODD = ShownFunction(
    "9 odd-näme", "f/it's ${x}", "dist/a b.zip", "src/app.handler", "nodejs22.x", "x86_64"
)
NAMED = ORDERS._replace(name="bills", source="bills", is_named=True)
DOCS = Path(zipper.__file__).parent / "docs"
PAGES = ("terraform", "cdk", "sam", "pulumi", "serverless")


@pytest.mark.parametrize("tool", PAGES)
def test_a_page_shows_what_init_writes(tool: str) -> None:
    """Each paragraph of the snippet for `orders` stands on the tool's page."""
    page = (DOCS / f"{tool}.md").read_text("utf-8")

    for paragraph in write_snippet(tool, [ORDERS]).rstrip("\n").split("\n\n"):
        assert paragraph in page or paragraph.startswith("import ")


@pytest.mark.parametrize("tool", PAGES)
def test_a_snippet_of_a_page_is_short(tool: str) -> None:
    """What people copy has at most ten lines."""
    page = (DOCS / f"{tool}.md").read_text("utf-8")
    snippets = re.findall(r"^```\w+\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)

    assert snippets
    assert 10 >= max(text.count("\n") for text in snippets)


@pytest.mark.parametrize("tool", ["sam", "serverless", "github"])
def test_yaml_says_each_function(tool: str) -> None:
    """Names and paths of any letters come through as they are."""
    document = yaml.safe_load(write_snippet(tool, [ORDERS, ODD, NAMED]))
    text = json.dumps(document, ensure_ascii=False)

    assert 3 == text.count("dist/")
    assert "dist/a b.zip" in text
    if tool == "github":
        steps = [job["steps"][1]["with"] for job in document["jobs"].values()]
        assert {"project": "bills", "output": "dist/orders.zip"} == steps[2]
        assert "src/app.handler" == steps[1]["handler"]


@pytest.mark.parametrize("tool", ["cdk", "pulumi"])
def test_python_says_each_function(tool: str) -> None:
    """It compiles, and its texts are the function's."""
    tree = ast.parse(write_snippet(tool, [ORDERS, ODD, NAMED]))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]

    assert {"src/app.handler", "dist/a b.zip", "dist/orders.zip"} <= set(texts)


def test_terraform_says_each_function() -> None:
    """A `${` of a name begins no expression; a function of the settings goes by its name."""
    text = write_snippet("terraform", [ORDERS, ODD, NAMED])

    assert 'query   = { function = "bills", output = "dist/orders.zip" }' in text
    assert 'project = "f/it\'s $${x}"' in text
    assert 'handler = "src/app.handler"' in text
    assert 'resource "aws_lambda_function" "function_9_odd_n_me"' in text


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_passes_words_as_they_are(tmp_path: Path) -> None:
    """Neither make nor the shell reads anything into a name."""
    path = tmp_path / "Makefile"
    path.write_text(write_snippet("make", [ODD]).replace("python3 -m zipper", "printf '%s\\n'"))
    done = subprocess.run(
        ["make", "-s", "-f", path], capture_output=True, text=True, check=True, cwd=tmp_path
    )

    assert list(ODD.build[3:]) == done.stdout.splitlines()


@pytest.mark.parametrize("tool", TOOLS)
def test_init_writes_nothing_but_the_snippet(tool: str, tmp_path: Path) -> None:
    """With settings the functions are theirs, without them what is found in the folder."""
    write_files(
        tmp_path,
        {"orders/package.json": {"name": "orders"}, "orders/index.js": HANDLER},
    )
    found = run_zipper("init", "--for", tool, cwd=tmp_path)
    assert (0, "") == (found.status, found.stderr)
    expected = ShownFunction(
        "orders", "orders", "dist/orders.zip", "index.handler", "nodejs24.x", "x86_64"
    )
    assert write_snippet(tool, [expected]) == found.stdout

    settings = '[[tool.zipper.functions]]\nname = "a"\nproject = "orders"\noutput = "out/"\n'
    write_files(tmp_path, {"pyproject.toml": settings})
    told = run_zipper("init", "--for", tool, cwd=tmp_path)
    named = expected._replace(name="a", source="a", zip_path="out/a.zip", is_named=True)
    assert write_snippet(tool, [named]) == told.stdout
    assert {"orders", "pyproject.toml"} == {path.name for path in tmp_path.iterdir()}
