"""`zipper permissions`: policies from the settings alone, for people and for tools."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import jsonschema
import pytest

from tests.support.command import run_here
from tests.support.scene import HANDLER, write_files
from tests.support.settings_of_events import FUNCTION, PLACE
from zipper.pipeline.result_schemas import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.aws_account import Account
    from tests.support.command import CommandResult

QUEUE = f"arn:aws:sqs:{PLACE}:orders"
SETTINGS = f"""
[tool.zipper.deploy]
log_retention = 30
events = ["{QUEUE}", "arn:aws:s3:::incoming"]
environment = {{KEY = {{ssm = "/orders/key"}}}}
"""


def run(folder: Path, *words: str, **more: str) -> CommandResult:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return run_here("permissions", *words, cwd=folder, env={**kept, **more})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_files(
        tmp_path,
        {"package.json": {"name": "orders"}, "index.js": HANDLER, "pyproject.toml": SETTINGS},
    )
    return tmp_path


def test_documents_and_reasons_are_printed(project: Path) -> None:
    """Each document is JSON; each action of the role has its reason; what was taken is said."""
    done = run(project)

    assert 0 == done.status, done.stderr
    assert f"orders: {FUNCTION}" in done.stdout
    assert f"the account is that of {QUEUE}" in done.stdout
    assert "sqs:ReceiveMessage      to read messages" in done.stdout
    parts = [part[part.find("{") :].partition("\n}\n")[0] for part in done.stdout.split(":\n\n")]
    documents = [json.loads(f"{part}\n}}") for part in parts[1:]]
    assert ["2012-10-17"] * 4 == [document["Version"] for document in documents]


def test_the_json_is_one_document_of_its_schema(project: Path) -> None:
    """What is said on the command line goes before what ARNs say."""
    words = ("--json", "--region", "eu-west-1", "--account", "210987654321", "--alias", "live")
    document = run(project, *words).document
    schema = json.loads((FOLDER / "permissions.json").read_text(encoding="utf-8"))

    jsonschema.validate(document, schema)
    assert set(schema["properties"]) == set(document)
    assert ("eu-west-1", "210987654321", []) == tuple(
        document[key] for key in ("region", "account", "notes")
    )
    assert {"logs:CreateLogStream", "logs:PutLogEvents"} < {
        row["action"] for row in document["reasons"]
    }
    (statement,) = document["function_policy"]["Statement"]
    assert {"AWS:SourceAccount": "210987654321"} == statement["Condition"]["StringEquals"]
    assert statement["Resource"].endswith(":function:orders:live")
    (read,) = document["deployer_policy"]["Statement"]
    assert ["arn:aws:ssm:eu-west-1:210987654321:parameter/orders/key"] == read["Resource"]


def test_what_nothing_says_is_a_word(project: Path) -> None:
    """Without region and account the documents say so; AWS's variable says the region."""
    write_files(project, {"pyproject.toml": ""})
    done = run(project, "--json")
    assert (None, None, 2) == (
        done.document["region"], done.document["account"], len(done.document["notes"])
    )  # fmt: skip
    assert "arn:aws:lambda:REGION:ACCOUNT:function:orders" == done.document["function_arn"]
    assert "us-west-2" == run(project, "--json", AWS_REGION="us-west-2").document["region"]


def test_wrong_words_are_told(project: Path) -> None:
    """An account of 11 digits, and a name for several functions."""
    assert (2, "EUSAGE") == (run(project, "--account", "12345678901").status, "EUSAGE")
    functions = '[[tool.zipper.functions]]\nname = "a"\n[[tool.zipper.functions]]\nname = "b"\n'
    write_files(project, {"pyproject.toml": f"{functions}"})
    assert 2 == run(project, "--function-name", "c").status
    rows = run(project, "--json").document["functions"]
    assert ["a", "b"] == [row["function_name"] for row in rows]
    assert "b: arn:" in run(project, "b").stdout


def test_boto3_is_not_needed(project: Path) -> None:
    """The documents are made without the extra `deploy`."""
    write_files(project / "hidden", {"boto3.py": "raise ImportError('none')\n"})
    script = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from zipper.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, project / "hidden", "permissions"],
        cwd=project, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert 0 == done.returncode, done.stderr


@pytest.mark.ci
def test_a_role_is_made_in_the_account_of_the_function(account: Account) -> None:
    """Of another account's function the error names both; nothing is written before."""
    other = "arn:aws:lambda:eu-central-1:210987654321:function:orders"
    done = account.run("deploy", "--create-role", "--function-name", other)

    assert (2, "EUSAGE") == (done.status, done.code)
    assert "the function's account, 210987654321, and this is 123456789012" in done.stderr
    assert "use credentials of 210987654321" in done.stderr
    assert [] == [call for call in account.writes() if not call.startswith(("Get", "List"))]

    named = other.replace("210987654321", "123456789012")
    assert 0 == account.run("deploy", "--create-role").status
    done = account.run("deploy", "--create-role", "--function-name", named)
    assert "nothing differs" in done.stdout, done.stderr
