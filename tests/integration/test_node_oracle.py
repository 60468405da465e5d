"""Lambda's own loader, out of npm's aws-lambda-ric, agrees with the table of outcomes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile

import pytest
from support.node import fetch_with_npm, node_of
from support.shared import REPOSITORY

from zipper.node.variables import FunctionSettings, RunPlaces, node_arguments
from zipper.target import Target

pytestmark = [pytest.mark.node, pytest.mark.network]

TABLE = REPOSITORY / "fixtures" / "handlers" / "loading.json"
CASES = json.loads(TABLE.read_text(encoding="utf-8"))["cases"]

VERSIONS = {
    20: ("3.3.0", "package/dist/index.mjs", "\nexport { UserFunction };\n"),
    22: ("3.3.0", "package/dist/index.mjs", "\nexport { UserFunction };\n"),
    24: (
        "4.0.2",
        "package/index.mjs",
        "\nexport { UserFunctionLoader, errorOnDeprecatedCallback, setupGlobals };\n",
    ),
}

LOAD = """
const [handler, generation] = process.argv.slice(2);
const answer = (...words) => {
  process.stdout.write('\\n' + JSON.stringify(words), () => process.exit());
};
try {
  const ric = await import('./ric.mjs');
  if (generation === '3') {
    const found = await ric.UserFunction.load(process.env.LAMBDA_TASK_ROOT, handler);
    ric.UserFunction.getHandlerMetadata(found);
  } else {
    ric.setupGlobals();
    const found = await ric.UserFunctionLoader.load(process.env.LAMBDA_TASK_ROOT, handler);
    ric.errorOnDeprecatedCallback(found.metadata);
  }
  answer('loaded', '');
} catch (error) {
  answer(error.name, String(error.stack));
}
"""


@pytest.fixture(scope="module")
def loaders(tmp_path_factory):
    """Return the folder with each runtime's loader."""
    folder = tmp_path_factory.mktemp("ric")
    for major, (version, path, exports) in VERSIONS.items():
        tarball = fetch_with_npm("aws-lambda-ric", version)
        with tarfile.open(fileobj=io.BytesIO(tarball), mode="r:gz") as archive:
            source = archive.extractfile(path).read().decode()
        (folder / str(major)).mkdir()
        kept = source.removesuffix("\n").removesuffix("ignition();")
        (folder / str(major) / "ric.mjs").write_text(kept + exports, encoding="utf-8")
        (folder / str(major) / "load.mjs").write_text(LOAD, encoding="utf-8")
    return folder


@pytest.mark.parametrize("major", VERSIONS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"].replace(" ", "-"))
def test_own_loader_agrees(case, major, loaders, tmp_path):
    """The table says of loading what the runtime's own loader does."""
    if case["name"] == "exit while loading":
        pytest.skip("it ends the oracle too")
    kind, trace = ask(case, major, loaders / str(major), tmp_path)
    wanted, _, code = (case[str(major)] or "ok").partition(" ")

    if kind == "loaded":
        assert wanted in CALLED
    else:
        assert wanted == kind
        assert code in trace


CALLED = {
    "Error", "RangeError", "Runtime.JSONStringifyError", "TypeError", "extensionless", "ok",
    "string",
}  # fmt: skip
"""What a handler that was loaded may come to when it is called."""


def ask(case, major, loader, folder):
    """Return the name and the trace of the error of AWS's loader, or `loaded`."""
    for name, content in case["files"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    target = Target(f"nodejs{major}.x")
    settings = FunctionSettings(target, case["handler"], 128, "f", "s", "r", {})
    flags = [flag for flag in node_arguments(settings, RunPlaces()) if flag.startswith("--no-")]
    done = subprocess.run(
        [
            str(node_of(major).executable),
            *flags,
            str(loader / "load.mjs"),
            case["handler"],
            str(target.details.loader),
        ],
        env={"LAMBDA_TASK_ROOT": str(folder), "NODE_PATH": str(folder), "PATH": os.environ["PATH"]},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return json.loads(done.stdout.splitlines()[-1])
