"""A function sees on this machine what it would see on Lambda, and nothing of its caller."""

from __future__ import annotations

import base64
import json
import os
import sys
import zipfile

import pytest
from support.node import MAJORS, node_of, run_files, write_zip
from support.shared import REPOSITORY

from zipper.errors import ArchiveError, UsageError
from zipper.node.limits import PREVIEW
from zipper.node.result import to_document
from zipper.node.run_zip import RunSettings, run_zip
from zipper.node.sample_events import SAMPLES, read_sample
from zipper.target import RUNTIMES, Target

pytestmark = pytest.mark.node

SEEN = (REPOSITORY / "fixtures" / "handlers" / "seen.js").read_text(encoding="utf-8")

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux")


def see(folder, **settings):
    """Return what the fixture saw, and the run."""
    result = run_files(folder, {"index.js": SEEN}, **settings)
    assert result.ok, result.invocations[0].error
    return json.loads(result.invocations[0].response), result


def is_private(result):
    """Tell whether the system let the function have a root directory of its own."""
    return not any(note.startswith("no ") for part in result.environments for note in part.notes)


@pytest.mark.parametrize("major", MAJORS)
def test_runtime_as_seen(major, tmp_path):
    """Version, ABI, flags, memory and names are those of the runtime."""
    seen, _ = see(tmp_path, major=major, memory_mb=512)

    flags = {
        20: ["--no-experimental-require-module"],
        22: ["--no-experimental-require-module", "--no-experimental-detect-module"],
        24: [],
        26: [],
    }
    assert str(major) == seen["version"].partition(".")[0]
    assert str(RUNTIMES[f"nodejs{major}.x"].modules) == seen["modules"]
    assert [*flags[major], "--max-semi-space-size=25", "--max-old-space-size=461"] == seen[
        "execArgv"
    ]
    assert f"AWS_Lambda_nodejs{major}.x" == seen["environment"]["AWS_EXECUTION_ENV"]
    assert 461 <= seen["heapMegabytes"] < 600
    store = ["InvokeStore"] if major >= 24 else []
    assert ["HttpResponseStream", *store, "streamifyResponse"] == seen["awslambda"]


@pytest.mark.ci
@on_linux
def test_places_as_seen(tmp_path):
    """Paths are Lambda's, the package is read-only, and the temporary space is writable."""
    seen, result = see(tmp_path)
    if not is_private(result):
        pytest.skip("this system permits no root directory of its own")

    assert ("/var/task", "/var/task", "/tmp") == (seen["cwd"], seen["dirname"], seen["tmpdir"])
    assert ["/var/lang/bin/node", "/var/runtime/index.mjs"] == seen["argv"]
    assert {"opt", "tmp", "var"} <= {*seen["root"]} <= {
        "bin", "dev", "etc", "gnu", "lib", "lib32", "lib64", "libx32", "nix", "opt", "proc", "sbin",
        "tmp", "usr", "var",
    }  # fmt: skip
    # The kernel looks at a file's mode before the mount's.
    read_only = {"package": "EROFS", "itself": "EACCES", "layer": "EROFS", "tmp": "done"}
    assert read_only == seen["writes"]
    assert ["/tmp"] == seen["writable"]
    assert [("written", 3)] == [(f.path, f.size_bytes) for f in result.environments[0].left_files]


@on_linux
def test_user_as_seen(tmp_path):
    """The function is Lambda's user, without capabilities, and sees only its own processes."""
    seen, result = see(tmp_path)
    if not is_private(result):
        pytest.skip("this system permits no namespaces")

    status = dict(line.split(":\t", 1) for line in seen["status"].splitlines() if ":\t" in line)
    assert (993, "sbx_user1051") == (seen["uid"], seen["user"])
    assert ("0" * 16, "0" * 16) == (status["CapEff"], status["CapPrm"])
    assert "1" == status["NoNewPrivs"]
    assert 2 == seen["processes"]
    assert "EACCES" == seen["environmentOfInit"]


@on_linux
def test_limits_as_seen(tmp_path):
    """Files and processes have Lambda's limits."""
    seen, _ = see(tmp_path)

    limits = {line[:25].strip(): line[26:].split()[:2] for line in seen["limits"].splitlines()}
    assert ["1024", "1024"] == limits["Max open files"]
    assert 1024 <= int(limits["Max processes"][0])
    assert ["0", "0"] == limits["Max core file size"]


@pytest.mark.ci
def test_environment_is_scrubbed(tmp_path, monkeypatch):
    """No variable of the caller's reaches the function; its own do."""
    monkeypatch.setenv("NPM_TOKEN", "secret-of-the-caller")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-the-caller")
    monkeypatch.setenv("NODE_OPTIONS", "--throw-deprecation")

    seen, _ = see(tmp_path, environment={"TABLE": "orders", "AWS_ACCESS_KEY_ID": "given"})

    assert "secret-of-the-caller" not in json.dumps(seen)
    assert "NODE_OPTIONS" not in seen["environment"]
    assert ("orders", "given") == (
        seen["environment"]["TABLE"],
        seen["environment"]["AWS_ACCESS_KEY_ID"],
    )
    assert os.environ["PATH"] != seen["environment"]["PATH"]


def test_variables_of_lambda(tmp_path):
    """The reserved variables have Lambda's values."""
    seen, _ = see(tmp_path, memory_mb=256, region="eu-central-1", name="orders")

    variables = seen["environment"]
    wanted = {
        "_HANDLER": "index.handler",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_LAMBDA_FUNCTION_NAME": "orders",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/orders",
        "TZ": ":UTC",
    }
    assert wanted == {name: variables[name] for name in wanted}
    assert variables["LAMBDA_TASK_ROOT"] == seen["cwd"]
    assert variables["NODE_PATH"].endswith(f":{variables['LAMBDA_TASK_ROOT']}")


def test_context(tmp_path):
    """The context tells the function, the invocation and the time that is left."""
    seen, result = see(tmp_path, memory_mb=256, timeout_seconds=7)

    context = seen["context"]
    assert (
        "arn:aws:lambda:us-east-1:123456789012:function:function" == context["invokedFunctionArn"]
    )
    assert result.invocations[0].request_id == context["awsRequestId"]
    assert ("256", "function") == (context["memoryLimitInMB"], context["functionName"])
    assert context["callbackWaitsForEmptyEventLoop"] is True
    assert 5000 < context["remaining"] <= 7000


def test_events_share_a_process(tmp_path):
    """Several events reuse one process: state and temporary files stay, init is paid once."""
    result = run_files(tmp_path, {"index.js": SEEN}, events=[b'{"n": 1}', b'{"n": 2}', b"[3]"])

    answers = [json.loads(one.response) for one in result.invocations]
    assert [1, 2, 3] == [answer["invocations"] for answer in answers]
    assert [{"n": 1}, {"n": 2}, [3]] == [answer["event"] for answer in answers]
    assert [False, True, True] == [one.init_seconds is None for one in result.invocations]
    assert 1 == len(result.environments)


def test_crash_starts_another_process(tmp_path):
    """After a crash the next event meets a cold start."""
    code = (
        "let n = 0;\n"
        "exports.handler = async (e) => { n += 1; if (e.die) process.exit(1); return n; };\n"
    )

    result = run_files(tmp_path, {"index.js": code}, events=[b"{}", b"{}", b'{"die": 1}', b"{}"])

    assert ["1", "2", None, "1"] == [one.response for one in result.invocations]
    assert [3, 1] == [len(part.invocations) for part in result.environments]


def test_concurrency(tmp_path):
    """Several processes start at once, each with all the events."""
    code = "exports.handler = (e) => new Promise((resolve) => setTimeout(resolve, 300, e));\n"

    result = run_files(tmp_path, {"index.js": code}, events=[b"1", b"2"], concurrency=3)

    assert [("1", "2")] * 3 == [
        tuple(one.response for one in part.invocations) for part in result.environments
    ]


@on_linux
def test_no_network(tmp_path):
    """Without a network there is only the loopback device; a note says where that is not so."""
    seen, result = see(tmp_path, network=False)

    has_note = any("no network namespace" in note for note in result.environments[0].notes)
    assert has_note or ["lo"] == seen["interfaces"]


LAYER = {
    "nodejs/node_modules/shared/package.json": json.dumps(
        {"exports": {"import": "./m.mjs", "require": "./c.js"}}
    ),
    "nodejs/node_modules/shared/m.mjs": "export default 'layer, imported';\n",
    "nodejs/node_modules/shared/c.js": "module.exports = 'layer, required';\n",
    "nodejs/node_modules/both/index.js": "module.exports = 'layer';\n",
}


@pytest.mark.parametrize("major", MAJORS)
def test_layers(major, tmp_path):
    """Both require and import find modules in layers; the function's own come first."""
    layer = write_zip(tmp_path / "layer.zip", LAYER)
    over = write_zip(
        tmp_path / "over.zip",
        {"nodejs/node_modules/shared/m.mjs": "export default 'later layer, imported';\n"},
    )
    versioned = write_zip(
        tmp_path / "versioned.zip",
        {f"nodejs/node{major}/node_modules/chosen/index.js": "module.exports = 'versioned';\n"},
    )
    package = {
        "index.mjs": "import { createRequire } from 'node:module';\n"
        "import shared from 'shared';\nimport both from 'both';\nimport chosen from 'chosen';\n"
        "const required = createRequire(import.meta.url)('shared');\n"
        "const again = (await import('shared')).default;\n"
        "export const handler = async () => [shared, required, both, chosen, again];\n",
        "node_modules/both/index.js": "module.exports = 'package';\n",
    }

    result = run_files(tmp_path, package, major=major, layers=(layer, over, versioned))

    imported = "later layer, imported"
    assert [imported, "layer, required", "package", "versioned", imported] == json.loads(
        result.invocations[0].response
    )


def test_runtime_modules(tmp_path):
    """A folder can stand for the SDK that Lambda's runtime brings; without it a note says so."""
    sdk = tmp_path / "sdk" / "node_modules"
    (sdk / "@aws-sdk" / "client-s3").mkdir(parents=True)
    (sdk / "@aws-sdk" / "client-s3" / "index.js").write_text("exports.S3 = 'S3';\n")
    code = "import { S3 } from '@aws-sdk/client-s3';\nexport const handler = async () => S3;\n"

    without = run_files(tmp_path, {"index.mjs": code})
    result = run_files(tmp_path, {"index.mjs": code}, runtime_modules=sdk)

    assert '"S3"' == result.invocations[0].response
    assert ("Lambda's runtime brings @aws-sdk/* along; this run does not",) == without.notes


STREAMING = """
exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
  if (event.http) stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });
  if (event.plain) stream.setContentType('text/plain');
  stream.write('one ');
  await new Promise((resolve) => setTimeout(resolve, 5));
  if (event.fail) throw new RangeError('in the middle');
  if (event.open) return;
  stream.write({ two: 2 });
  stream.end();
});
"""


@pytest.mark.parametrize("major", MAJORS)
def test_streaming(major, tmp_path):
    """A streaming handler's chunks, content type and prelude are told; its error too."""
    events = [b"{}", b'{"http": 1}', b'{"plain": 1}', b'{"fail": 1}']

    result = run_files(tmp_path, {"index.js": STREAMING}, major=major, events=events)

    plain, http, text, failed = result.invocations
    assert (b'one {"two":2}', "application/octet-stream") == (
        plain.streamed.body,
        plain.streamed.content_type,
    )
    assert ('{"statusCode":201}', b'one {"two":2}', 13) == (
        http.streamed.prelude,
        http.streamed.body,
        http.streamed.body_bytes,
    )
    assert "text/plain" == text.streamed.content_type
    assert ("RangeError", b"one ") == (failed.error.type, failed.streamed.body)


@pytest.mark.parametrize("major", MAJORS)
def test_stream_that_never_ends(major, tmp_path):
    """A stream that is never ended keeps the invocation open until its timeout."""
    result = run_files(
        tmp_path, {"index.js": STREAMING}, major=major, events=[b'{"open": 1}'], timeout_seconds=1
    )

    assert "Sandbox.Timedout" == result.invocations[0].error.type


def test_callback_waits_for_empty_event_loop(tmp_path):
    """A callback's answer waits until nothing is left to do, unless the context says otherwise."""
    code = (
        "exports.handler = (event, context, callback) => {\n"
        "  context.callbackWaitsForEmptyEventLoop = event.waits;\n"
        "  setTimeout(() => {}, event.milliseconds);\n"
        "  callback(null, 'answered');\n};\n"
    )
    events = [
        b'{"waits": true, "milliseconds": 400}',
        b'{"waits": false, "milliseconds": 2000}',
    ]

    slow, quick = run_files(tmp_path, {"index.js": code}, events=events).invocations

    assert ['"answered"'] * 2 == [slow.response, quick.response]
    assert quick.duration_seconds < 0.4 <= slow.duration_seconds


def test_log_lines(tmp_path):
    """Each line has its time, stream and level; a console call's line breaks stay in one line."""
    code = (
        "exports.handler = async () => {\n"
        "  console.log('two\\nlines'); console.error('bad'); process.stderr.write('raw\\n');\n};\n"
    )

    (invocation,) = run_files(tmp_path, {"index.js": code}).invocations

    told = [(line.stream, line.level, line.text) for line in invocation.log if line.level]
    assert [("stdout", "INFO", "two\nlines"), ("stdout", "ERROR", "bad")] == told
    assert ["raw"] == [line.text for line in invocation.log if line.stream == "stderr"]
    assert all(0 < line.seconds < 5 for line in invocation.log)


def test_billing_counts_the_cold_start(tmp_path):
    """The billed time is whole milliseconds, with init for the first event only."""
    code = "exports.handler = async () => 1;\n"

    cold, warm = run_files(tmp_path, {"index.js": code}, events=[b"{}", b"{}"]).invocations

    seconds = cold.init_seconds + cold.duration_seconds
    assert cold.billed_milliseconds - 1 <= seconds * 1000 <= cold.billed_milliseconds
    assert warm.billed_milliseconds - 1 <= warm.duration_seconds * 1000 <= warm.billed_milliseconds


def test_large_event_and_response(tmp_path):
    """An event and a response just below 6 MB pass whole."""
    event = json.dumps("ü" * 2_900_000, ensure_ascii=False).encode()

    (invocation,) = run_files(
        tmp_path, {"index.js": "exports.handler = async (event) => event;\n"}, events=[event]
    ).invocations

    assert json.loads(event) == json.loads(invocation.response)


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_event_reaches_the_handler(name, tmp_path):
    """Every sample event arrives as it stands in AWS's documentation."""
    code = "exports.handler = async (event) => event;\n"

    (invocation,) = run_files(tmp_path, {"index.js": code}, events=[read_sample(name)]).invocations

    assert json.loads(read_sample(name)) == json.loads(invocation.response)


def test_kinesis_sample_has_real_data():
    """The sample record's data decode to text."""
    (record,) = json.loads(read_sample("kinesis"))["Records"]

    assert b"Hello, this is a test." == base64.b64decode(record["kinesis"]["data"])


def test_preview_limits(tmp_path):
    """The preview's limits allow 1 GB and 60 s, and no more."""
    with pytest.raises(UsageError, match="memory"):
        run_files(tmp_path, {"index.js": SEEN}, limits=PREVIEW, memory_mb=1088)
    with pytest.raises(UsageError, match="timeout"):
        run_files(tmp_path, {"index.js": SEEN}, limits=PREVIEW, timeout_seconds=61)

    assert see(tmp_path, limits=PREVIEW, memory_mb=1024, timeout_seconds=60)[1].limits == "preview"


@on_linux
def test_unreadable_file_is_unreadable(tmp_path):
    """A file that only its owner may read is closed to the function, as on Lambda."""
    package = write_zip(tmp_path / "package.zip", {"index.js": SEEN}, mode=0o600)
    settings = RunSettings(target=Target("nodejs22.x"), handler="index.handler")

    result = run_zip(package, settings=settings, node=node_of(22))

    assert "EACCES" in result.invocations[0].error.message


@on_linux
def test_symbolic_links_work(tmp_path):
    """A symbolic link in the package is one for the function."""
    package = tmp_path / "package.zip"
    write_zip(package, {"index.js": "exports.handler = async () => require('linked');\n"})
    with zipfile.ZipFile(package, "a") as archive:
        archive.writestr(zipfile.ZipInfo("real/index.js"), "module.exports = 'through a link';\n")
        archive.getinfo("real/index.js").external_attr = 0o100644 << 16
        link = zipfile.ZipInfo("node_modules/linked")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "../real")
    settings = RunSettings(target=Target("nodejs22.x"), handler="index.handler")

    result = run_zip(package, settings=settings, node=node_of(22))

    assert '"through a link"' == result.invocations[0].response


def test_parent_lends_no_modules(tmp_path):
    """A module beside the zip, or above it, is not found."""
    module = tmp_path / "node_modules" / "lent"
    module.mkdir(parents=True)
    (module / "index.js").write_text("module.exports = 1;\n")

    result = run_files(tmp_path, {"index.js": "exports.handler = async () => require('lent');\n"})

    assert not result.ok
    assert "Cannot find module 'lent'" in result.invocations[0].error.message


def test_zip_that_is_none(tmp_path):
    """What is no zip is an expected error."""
    (tmp_path / "package.zip").write_bytes(b"no zip")
    settings = RunSettings(target=Target("nodejs22.x"), handler="index.handler")

    with pytest.raises(ArchiveError) as caught:
        run_zip(tmp_path / "package.zip", settings=settings, node=node_of(22))

    assert "EZIP" == caught.value.code


def test_event_that_is_no_json(tmp_path):
    """An event must be JSON."""
    with pytest.raises(UsageError, match="not JSON"):
        run_files(tmp_path, {"index.js": SEEN}, events=[b"{"])


def test_document_is_json(tmp_path):
    """The whole result is one JSON document."""
    result = run_files(tmp_path, {"index.js": SEEN})

    document = json.loads(json.dumps(to_document(result)))

    assert document["ok"] is True
    assert 1 == document["environments"][0]["invocations"][0]["response"]["invocations"]
