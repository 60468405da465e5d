"""Many functions that share their dependencies: a project becomes as many, described for each tool.

In: a copied project. Out: `functions/f00` and so on, with zipper's settings and SAM's template
beside them. Each function has a package.json and a lockfile of its own, as they have in practice.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["OF_FUNCTIONS", "change_one", "describe_functions"]

OF_FUNCTIONS: Final = ("functions", "functions-changed")
"""The cases: a build of all functions, and one of all after one has changed."""

_SETTINGS = """\
[tool.zipper]
runtime = "nodejs22.x"
handler = "index.handler"
output = "dist/"
"""
_FUNCTION = """
[[tool.zipper.functions]]
name = "{name}"
project = "functions/{name}"
"""
_TEMPLATE = """\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
"""
_RESOURCE = """\
  {name}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/{name}/
      Handler: index.handler
      Runtime: nodejs22.x
      Architectures: [x86_64]
"""


def describe_functions(folder: Path, count: int) -> None:
    """Turn the project in `folder` into `count` functions, whose code differs in one line."""
    files = [path for path in folder.iterdir() if path.is_file()]
    names = [f"f{number:02}" for number in range(count)]
    for name in names:
        function = folder / "functions" / name
        function.mkdir(parents=True)
        for path in files:
            shutil.copyfile(path, function / path.name)
        _append(function / "index.js", f"// {name}\n")
    for path in files:
        path.unlink()
    settings = _SETTINGS + "".join(_FUNCTION.format(name=name) for name in names)
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    template = _TEMPLATE + "".join(_RESOURCE.format(name=name) for name in names)
    (folder / "template.yaml").write_text(template, encoding="utf-8")


def change_one(folder: Path) -> None:
    """Change the code of the first function."""
    _append(folder / "functions" / "f00" / "index.js", "// changed\n")


def _append(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(line)
