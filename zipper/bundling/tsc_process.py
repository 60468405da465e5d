"""The project's TypeScript at work, under the isolated Node: texts in, texts out.

In: a Node, TypeScript's own file, options and texts. Out: `transpile.cjs`'s answer. It runs in the
sandbox of install scripts, as esbuild does.
"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.bundling.tool_process import ToolSandbox
from zipper.errors import OutputError, ProjectError
from zipper.files import write_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.node.environment import NodeEnvironment

__all__ = ["run_tsc"]

_SCRIPT: Final = Path(__file__).with_name("transpile.cjs")


def run_tsc(
    node: NodeEnvironment,
    typescript: bytes,
    options: Mapping[str, object],
    texts: Mapping[str, str],
) -> Mapping[str, object]:
    """Return what TypeScript makes of `texts`.

    Args:
        node: runs it.
        typescript: `lib/typescript.js` of the package.
        options: as in tsconfig.json.
        texts: sources by name.

    Raises:
        ProjectError: EDECORATORS where it does not answer.
        OutputError: EOUTPUT where the temporary folder cannot hold it.
    """
    try:
        places = (node.folder, node.executable.parent.parent)
        with closing(ToolSandbox("zipper-tsc-", readable=places)) as sandbox:
            folder = sandbox.folder
            (folder / "typescript" / "lib").mkdir(parents=True)
            (folder / "typescript" / "lib" / "typescript.js").write_bytes(typescript)
            (folder / _SCRIPT.name).write_bytes(_SCRIPT.read_bytes())
            asked = json.dumps({"options": options, "files": texts})
            (folder / "asked.json").write_text(asked, encoding="utf-8")
            command = [str(node.executable), _SCRIPT.name, "asked.json", "made.json"]
            done = sandbox.run(command, folder)
            if done.code != 0:
                raise ProjectError(
                    "EDECORATORS",
                    "the project's TypeScript does not run",
                    facts=(("it said", done.said[-1000:] or "nothing"),),
                    hint='`decorators = "tsc"` needs a TypeScript with `transpileModule`: 4 or 5',
                )
            answer = json.loads((folder / "made.json").read_bytes())
    except OSError as cause:
        raise write_error(cause, Path(cause.filename or "typescript"), OutputError) from cause
    assert isinstance(answer, dict)
    return answer
