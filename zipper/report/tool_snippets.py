"""What to paste where another tool takes zipper's packages: `zipper init --for TOOL`.

In: functions. Out: text in the tool's own language. The reference pages show the same text for a
function `orders`; a test holds them equal, and others give it to the tools.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Final

import zipper
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["TOOLS", "ShownFunction", "write_snippet"]

_PYTHON: Final = ("python3", "-m", "zipper")
_CONSTANTS: Final = {"arm64": "ARM_64", "x86_64": "X86_64"}
"""CDK's names of architectures."""


class ShownFunction(NamedTuple):
    """A function as a snippet needs it."""

    name: str
    source: str
    """What `zipper build` is given: a folder, or the function's name in the settings."""
    zip_path: str
    handler: str
    runtime: str
    architecture: str
    is_named: bool = False
    """Whether `source` is a name."""

    @property
    def said(self) -> dict[str, str]:
        """What a build needs, by option; what the settings name already is left out."""
        if self.is_named:
            return {}
        handler = {} if self.handler == "index.handler" else {"handler": self.handler}
        return {**handler, "runtime": self.runtime, "arch": self.architecture}

    @property
    def build(self) -> tuple[str, ...]:
        """The words of the build."""
        words = (word for key, value in self.said.items() for word in (f"--{key}", value))
        return (*_PYTHON, "build", self.source, *words, "-o", self.zip_path)

    @property
    def logical_id(self) -> str:
        """The name in CloudFormation's alphabet: `OrdersApi`."""
        words = re.findall(r"[A-Za-z0-9]+", self.name)
        text = "".join(word[0].upper() + word[1:] for word in words)
        return text if text[:1].isalpha() else f"Function{text}"

    @property
    def identifier(self) -> str:
        """The name as a variable: `orders_api`."""
        text = re.sub(r"[^A-Za-z0-9]+", "_", self.name).strip("_").lower()
        return text if text[:1].isalpha() else f"function_{text}"


def write_snippet(tool: str, functions: Sequence[ShownFunction]) -> str:
    """Return what to paste for `functions`; `tool` is one of `TOOLS`."""
    return "\n".join(TOOLS[tool](functions)) + "\n"


def _terraform(functions: Sequence[ShownFunction]) -> Iterator[str]:
    for number, one in enumerate(functions):
        kind = "function" if one.is_named else "project"
        query = {kind: one.source, "output": one.zip_path, **one.said}
        pairs = ", ".join(f"{key} = {_hcl(value)}" for key, value in query.items())
        name, result = one.identifier, f"data.external.{one.identifier}.result"
        yield from [""] if number else []
        yield f'data "external" "{name}" {{'
        yield f"  program = {json.dumps([*_PYTHON, 'terraform'])}"
        yield f"  query   = {{ {pairs} }}"
        yield "}"
        yield ""
        yield f'resource "aws_lambda_function" "{name}" {{'
        yield f"  function_name    = {_hcl(one.name)}"
        yield f"  role             = aws_iam_role.{name}.arn"
        yield f"  filename         = {result}.path"
        yield f"  source_code_hash = {result}.code_sha256"
        yield f"  handler          = {result}.handler"
        yield f"  runtime          = {result}.runtime"
        yield f"  architectures    = [{result}.architecture]"
        yield "}"


def _hcl(text: str) -> str:
    """Return a string of HCL, in which `${` and `%{` would begin an expression."""
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def _cdk(functions: Sequence[ShownFunction]) -> Iterator[str]:
    yield "import sys"
    yield "from aws_cdk import aws_lambda as lambda_"
    for one in functions:
        words = ", ".join(["sys.executable", *(json.dumps(word) for word in one.build[1:])])
        yield ""
        yield f"build_{one.identifier} = [{words}]"
        yield f"{one.identifier} = lambda_.Function("
        yield f'    stack, "{one.logical_id}", handler={json.dumps(one.handler)},'
        yield f'    runtime=lambda_.Runtime("{one.runtime}", lambda_.RuntimeFamily.NODEJS),'
        yield f"    architecture=lambda_.Architecture.{_CONSTANTS[one.architecture]},"
        zipped = json.dumps(one.zip_path)
        yield f"    code=lambda_.Code.from_custom_command({zipped}, build_{one.identifier}),"
        yield ")"


def _sam(functions: Sequence[ShownFunction]) -> Iterator[str]:
    yield "Transform: AWS::Serverless-2016-10-31"
    yield "Resources:"
    for one in functions:
        yield f"  {one.logical_id}:"
        yield "    Type: AWS::Serverless::Function"
        yield "    Metadata: {SkipBuild: true}"
        yield "    Properties:"
        yield f"      CodeUri: {_yaml(one.zip_path)}"
        yield f"      Handler: {_yaml(one.handler)}"
        yield f"      Runtime: {one.runtime}"
        yield f"      Architectures: [{one.architecture}]"


def _yaml(text: str) -> str:
    """Return a scalar of YAML, plain where that is certain."""
    return text if re.fullmatch(r"[A-Za-z][\w./-]*", text) else json.dumps(text)


def _pulumi(functions: Sequence[ShownFunction]) -> Iterator[str]:
    yield "import pulumi"
    yield "import pulumi_aws as aws"
    for one in functions:
        yield ""
        yield f"{one.identifier} = aws.lambda_.Function("
        yield f"    {json.dumps(one.name)},"
        yield f"    code=pulumi.FileArchive({json.dumps(one.zip_path)}),"
        yield f"    handler={json.dumps(one.handler)},"
        yield f'    runtime="{one.runtime}", architectures=["{one.architecture}"],'
        yield f"    role={one.identifier}_role.arn,"
        yield ")"


def _serverless(functions: Sequence[ShownFunction]) -> Iterator[str]:
    yield "package: {individually: true}"
    yield "functions:"
    for one in functions:
        yield f"  {_yaml(one.name)}:"
        yield f"    handler: {_yaml(one.handler)}"
        yield f"    runtime: {one.runtime}"
        yield f"    architecture: {one.architecture}"
        yield f"    package: {{artifact: {_yaml(one.zip_path)}}}"


def _make(functions: Sequence[ShownFunction]) -> Iterator[str]:
    yield ".PHONY: package"
    yield "package:"
    for one in functions:
        # What the shell quotes, make reads first.
        yield "\t" + shlex.join(one.build).replace("$", "$$")


def _github(functions: Sequence[ShownFunction]) -> Iterator[str]:
    yield "on: [pull_request]"
    yield "permissions: {contents: read}"
    yield "jobs:"
    for one in functions:
        inputs = {"project": one.source, "output": one.zip_path, **one.said}
        pairs = ", ".join(f"{key}: {_yaml(value)}" for key, value in inputs.items())
        yield f"  {one.identifier}:"
        yield "    runs-on: ubuntu-latest"
        yield "    steps:"
        yield "      - uses: actions/checkout@v7"
        yield f"      - uses: OWNER/zipper/.github/actions/package@v{zipper.__version__}"
        yield f"        with: {{{pairs}}}"


TOOLS: Final[Mapping[str, Callable[[Sequence[ShownFunction]], Iterator[str]]]] = {
    "terraform": _terraform,
    "cdk": _cdk,
    "sam": _sam,
    "pulumi": _pulumi,
    "serverless": _serverless,
    "github": _github,
    "make": _make,
}
