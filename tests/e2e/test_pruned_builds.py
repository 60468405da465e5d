"""Builds that take out what cannot run: the zip, the proof, and every byte explained."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.support.command import CommandResult, run_zipper
from tests.support.node import node_of
from tests.support.registry_server import RegistryServer
from tests.support.scene import Scene, listing
from tests.support.shared import REPOSITORY
from zipper import check
from zipper.checks.pruned_record import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

A = "node_modules/a"
HANDLER = 'const a = require("a");\nexports.handler = async () => a;\n'


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A function that needs `a`, which needs `b` for later, and ships what cannot run."""
    with RegistryServer() as registry:
        made = Scene(tmp_path / "scene", registry)
        made.publish("b", files={"index.js": b"", "b.d.ts": b"d" * 300})
        made.publish("z", files={"index.js": b"z"})
        made.publish(
            "a",
            files={
                "index.js": b'exports.f = () => require("./lib/x");',
                "lib/x.js": b'require("b");',
                "lib/y.js": b"y" * 500,
                "index.d.ts": b"d" * 900,
                "LICENSE": b"MIT",
            },
            dependencies={"b": "1", "z": "1"},
        )
        made.write({"index.js": HANDLER, "extra.txt": "mine"})
        made.depend("a")
        yield made


def run(scene: Scene, *arguments: str) -> CommandResult:
    return run_zipper(
        *arguments, "--cache-dir", str(scene.cache), env=scene.environment, cwd=scene.folder
    )


def build(scene: Scene, *options: str, status: int = 0) -> dict:
    result = scene.build("--json", *options)

    assert status == result.status, result.stderr
    document: dict = json.loads(result.stdout)
    return document


def test_reached_keeps_what_can_run(scene: Scene) -> None:
    """What nothing reaches goes, own files and licences stay, and the zip says the same as JSON."""
    document = build(scene, "--prune", "reached")
    names = set(listing(scene.output))

    assert {f"{A}/lib/x.js", f"{A}/LICENSE", f"{A}/package.json", "extra.txt"} <= names
    assert not {f"{A}/lib/y.js", f"{A}/index.d.ts", "node_modules/z/index.js"} & names
    rules = {row["rule"]: row["files"] for row in document["pruning"]["rules"]}
    assert {"declarations": 2, "unreached": 1, "unreached-package": 2} == rules
    assert len(names) == document["files"]


def test_own_files_go_when_asked_for(scene: Scene) -> None:
    """`prune_own` leaves what is reached, and the package.json that says what its modules are."""
    scene.write({"index.js": 'import "a"; export const handler = async () => 1;'})
    manifest = json.loads((scene.project / "package.json").read_text(encoding="utf-8"))
    scene.write({"package.json": json.dumps({**manifest, "type": "module"}), "extra.js": ""})
    for runtime in ("nodejs20.x", "nodejs24.x"):
        build(scene, "--prune", "reached", "--prune-own", "--runtime", runtime)
        own = {name for name in listing(scene.output) if "/" not in name}

        assert {"index.js", "package.json"} == own


def test_safe_takes_classes_only(scene: Scene) -> None:
    """`safe` leaves code that nothing reaches."""
    document = build(scene, "--prune", "safe")

    assert {"node_modules/z/index.js", f"{A}/lib/y.js"} <= set(listing(scene.output))
    assert {"declarations"} == {row["rule"] for row in document["pruning"]["rules"]}


def test_off_is_the_default_and_packs_everything(scene: Scene) -> None:
    """Without the option nothing goes, and nothing is said of pruning."""
    document = build(scene)

    assert f"{A}/index.d.ts" in listing(scene.output)
    assert document["pruning"] is None


def test_a_warm_build_makes_the_same_bytes(scene: Scene) -> None:
    """What is remembered gives the zip of a build that remembers nothing."""
    first = build(scene, "--prune", "reached")["code_sha256"]

    assert first == build(scene, "--prune", "reached")["code_sha256"]
    assert first == build(scene, "--prune", "reached", "--no-recall")["code_sha256"]


def test_a_runtime_that_grew_old_is_not_held_against_pruning(scene: Scene) -> None:
    """What was decided when AWS still supported the runtime is proven on a later day, too."""
    words = ["--runtime", "nodejs22.x", "--prune", "safe"]
    clock = {"PYTHONPATH": str(REPOSITORY / "tests/support/shifted_clock"), "SHIFTED_DAYS": "1000"}
    build(scene, *words)

    later = scene.build("--json", *words, env=clock)

    codes = {one["code"] for one in later.document["findings"]}
    assert "runtime-deprecated" in codes
    assert "prune-unproven" not in codes


def lose(package: Path, name: str) -> Path:
    """Return a copy of a zip without the member `name`, as another tool writes it."""
    lacking = package.with_name("lacking.zip")
    with zipfile.ZipFile(package) as whole, zipfile.ZipFile(lacking, "w") as made:
        for member in whole.infolist():
            if member.filename != name:
                made.writestr(member, whole.read(member))
    return lacking


@pytest.mark.parametrize("mode", ["safe", "reached"])
def test_check_fails_for_any_file_that_pruning_needed(scene: Scene, mode: str) -> None:
    """Each of them fails a check that names it, those for later too; a licence does not."""
    scene.write({"index.js": HANDLER + 'exports.own = () => require("./own.js");\n', "own.js": ""})
    build(scene, "--prune", mode)
    places = ("index.js", "lib/x.js", "package.json")
    needed = ["index.js", "own.js", "node_modules/b/index.js", *(f"{A}/{one}" for one in places)]

    whole = check(scene.output, cache_dir=scene.cache)
    assert [] == [one for one in whole.findings if one.code.startswith("pruned-")]
    for name in needed:
        report = check(lose(scene.output, name), cache_dir=scene.cache)
        errors = {(one.code, one.path) for one in report.findings if one.severity == "error"}
        assert "fail" == report.verdict
        assert ("pruned-file-missing", name) in errors
    assert "pass" == check(lose(scene.output, f"{A}/LICENSE"), cache_dir=scene.cache).verdict


def test_the_record_names_what_stays_for_sure(scene: Scene) -> None:
    """It has what code names, and neither what goes nor what stays because nothing takes it."""
    build(scene, "--prune", "reached", "--drop", "**/b/package.json")
    with zipfile.ZipFile(scene.output) as package:
        record = json.loads(package.read(RECORD))
        dates = {one.date_time for one in package.infolist()}

    assert {
        "": ["index.js"],
        A: ["index.js", "package.json"],
        f"{A}/lib": ["x.js"],
        "node_modules/b": ["index.js"],
    } == record["needed"]
    assert 1 == len(dates)


def test_the_record_stays_in_explanations(scene: Scene) -> None:
    """It is a file of the package like others, and nothing would take it."""
    document = build(scene, "--prune", "reached")
    why = run(scene, "explain", str(scene.output), "--why", RECORD).stdout
    explained = run(scene, "explain", str(scene.output), "--json").document
    bills = run(scene, "sbom", str(scene.output)).stdout

    assert "it is what pruning recorded of the zip" in why
    assert document["unzipped_size_bytes"] == explained["unzipped_size_bytes"]
    assert RECORD not in bills


def test_the_settings_choose_the_mode(scene: Scene) -> None:
    """`prune` and `keep` in the settings count as the options do."""
    scene.write({"pyproject.toml": '[tool.zipper]\nprune = "reached"\nkeep = ["a/lib/**"]\n'})
    build(scene)

    names = set(listing(scene.output))
    assert f"{A}/lib/y.js" in names
    assert f"{A}/index.d.ts" not in names


def test_a_pattern_that_matches_nothing_is_a_warning(scene: Scene) -> None:
    """Each such pattern of `keep` and `drop` is named, in a warm build too; others are not."""
    options = ("--prune", "reached", "--keep", "a/lib/*.js", "--keep", "absent/**", "--drop", "*.x")
    for _ in range(2):
        document = build(scene, *options)
        found = [one for one in document["findings"] if one["code"] == "prune-pattern"]

        assert ["warning", "warning"] == [one["severity"] for one in found]
        assert "`keep` has the pattern `absent/**`" in found[0]["message"]
        assert "`drop` has the pattern `*.x`" in found[1]["message"]


@pytest.mark.parametrize("again", [False, True])
def test_a_dropped_file_that_is_reached_fails_and_names_the_rule(
    scene: Scene, *, again: bool
) -> None:
    """The proof finds the request whose file went, remembered or not, and no zip is written."""
    options = ("--prune", "reached", "--drop", "a/lib/x.js")
    if again:
        build(scene, *options, status=1)
    document = build(scene, *options, status=1)

    found = [one for one in document["findings"] if one["code"] == "prune-unproven"]
    assert [f"{A}/lib/x.js"] == [one["path"] for one in found]
    assert "rule `drop`" in found[0]["message"]
    assert f"`{A}/index.js` line 1" in found[0]["message"]
    assert not scene.output.exists()


def test_a_computed_request_turns_a_package_whole(scene: Scene) -> None:
    """One request that cannot be followed keeps the package, and what it declares."""
    files = {"index.js": b"exports.f = (name) => require(name);", "y.js": b"y", "y.d.ts": b"d"}
    scene.publish("a", "2.0.0", files=files, dependencies={"b": "1", "z": "1"})
    scene.depend("a")
    document = build(scene, "--prune", "reached")

    names = set(listing(scene.output))
    assert {f"{A}/y.js", "node_modules/z/index.js", "node_modules/b/index.js"} <= names
    assert f"{A}/y.d.ts" not in names
    whole = [one for one in document["pruning"]["packages"] if one["folder"] == A]
    assert [("whole", f"{A}/index.js", 1)] == [(o["verdict"], o["path"], o["line"]) for o in whole]


def test_the_text_says_how_much_went_and_what_stayed_whole(scene: Scene) -> None:
    """`build` prints what went by rule, with the share of the whole package."""
    text = scene.build("--prune", "reached").stdout

    assert "pruned (reached): 5 files" in text
    assert "2 files: type declarations" in text


def test_explain_lists_what_went_from_a_zip_and_from_a_project(scene: Scene) -> None:
    """`--pruned` gives the same rows for the zip that was built and for its project."""
    build(scene, "--prune", "reached")
    of_zip = run(scene, "explain", str(scene.output), "--pruned", "--json")
    of_project = run(
        scene, "explain", str(scene.project), "--prune", "reached", "--pruned", "--json"
    )

    assert json.loads(of_zip.stdout) == json.loads(of_project.stdout)
    rows = {row["file"]: row["rule"] for row in json.loads(of_zip.stdout)["removed"]}
    assert "unreached" == rows[f"{A}/lib/y.js"]


def test_explain_says_why_a_file_stays_up_to_the_handler(scene: Scene) -> None:
    """`--why` climbs from file to file; of one that went it names the rule."""
    build(scene, "--prune", "reached")
    stays = run(scene, "explain", str(scene.output), "--why", f"{A}/lib/x.js").stdout
    went = run(scene, "explain", str(scene.output), "--why", f"{A}/lib/y.js").stdout

    assert f"`{A}/index.js` line 1 requests `./lib/x`" in stays
    assert "it is the handler's file" in stays
    assert "goes by the rule `unreached`" in went


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("explain", "{zip}", "--pruned"), "EPRUNE"),
        (("explain", "{project}", "--pruned"), "EUSAGE"),
        (("explain", "{project}", "--why", "lib/x.js"), "EPRUNE"),
        (("build", "{project}", "--prune", "reached", "--trace", "absent.json"), "EPRUNE"),
        (("build", "{project}", "--prune", "reached", "--trace", "."), "EPRUNE"),
        (("build", "{project}", "--prune", "most"), "EUSAGE"),
    ],
)
def test_questions_without_an_answer_are_refused(
    scene: Scene, arguments: tuple[str, ...], code: str
) -> None:
    """Each gets a code and a hint."""
    build(scene)
    filled = [one.format(zip=scene.output, project=scene.project) for one in arguments]
    result = run(scene, *filled)

    assert result.status in (1, 2)
    assert f"error[{code}]" in result.stderr
    assert "hint:" in result.stderr


def test_a_trace_that_is_gone_is_refused_though_the_rest_is_remembered(scene: Scene) -> None:
    """What was decided without it is no answer, and the zip that is there stays as it is."""
    build(scene, "--prune", "reached")
    before = scene.output.read_bytes()
    for absent in (scene.folder / "gone.json", scene.folder):
        result = run(
            scene, "build", str(scene.project), "--prune", "reached", "--trace", str(absent)
        )

        assert 1 == result.status
        assert "error[EPRUNE]" in result.stderr
    assert before == scene.output.read_bytes()


def test_the_page_has_what_went(scene: Scene) -> None:
    """The map of a pruned package has the bytes that went, and counts them in no sum."""
    document = build(scene, "--prune", "reached")
    page = scene.folder / "page.html"
    run(scene, "explain", str(scene.output), "--html", str(page))
    text = page.read_text(encoding="utf-8")
    data = json.loads(
        text.partition('<script type="application/json" id="data">')[2].partition("</script>")[0]
    )

    assert document["pruning"]["size_bytes"] == data["gone_bytes"] == data["tree"][6]
    assert document["unzipped_size_bytes"] == data["unzipped_size_bytes"] == data["tree"][1]


def test_a_package_that_cannot_be_followed_is_not_pruned(scene: Scene) -> None:
    """Without a handler nothing goes, and the check says what is wrong."""
    document = build(scene, "--prune", "reached", "--handler", "none.handler", status=1)

    assert 0 == document["pruning"]["files"]
    assert "handler-missing" in {one["code"] for one in document["findings"]}


READS = """exports.f = () =>
  require("fs").readFileSync(process.cwd() + "/node" + "_modules/a/t");
"""


@pytest.mark.node
def test_a_trace_keeps_what_a_run_opened(scene: Scene) -> None:
    """A file whose name is put together without the place of its file is kept by a trace."""
    node = str(node_of(24).executable)
    scene.publish("a", "2.0.0", files={"index.js": READS.encode(), "t": b"text", "u": b""})
    scene.depend("a")
    scene.write({"index.js": HANDLER.replace("=> a", "=> `${a.f()}`")})
    whole = build(scene)
    trace = scene.folder / "trace.json"
    words = ("run", str(scene.output), "--node", node)
    assert 0 == run(scene, *words, "--trace", str(trace)).status
    document = json.loads(trace.read_text(encoding="utf-8"))

    assert f"{A}/t" in document["opened"]
    assert document["gaps"]
    build(scene, "--prune", "reached")
    assert [[f"{A}/t", "unreached"]] == json.loads(run(scene, *words, "--json").stdout)["missed"]
    assert f"the rule `unreached` took out `{A}/t`" in run(scene, *words).stdout
    elsewhere = run_zipper(*words, "--cache-dir", str(scene.folder / "other"), cwd=scene.folder)
    assert "the zip is pruned, and this machine's cache" in elsewhere.stdout
    traced = build(scene, "--prune", "reached", "--trace", str(trace))
    names = set(listing(scene.output))
    assert f"{A}/t" in names
    assert f"{A}/u" not in names
    assert traced["files"] - 1 < whole["files"]  # one more has the record
    assert 0 == run(scene, *words).status


@pytest.mark.node
def test_cold_lists_what_loads_at_once_with_times(scene: Scene) -> None:
    """`--cold` has each file of the init with its bytes and time, and says what could wait."""
    node = str(node_of(24).executable)
    slow = b"const end = Date.now() + 80; while (Date.now() < end); require('b');"
    slow += b" [0].map(() => require('z'));"
    scene.publish("a", "2.0.0", files={"index.js": slow}, dependencies={"b": "1", "z": "1"})
    scene.publish("z", "1.0.1", files={"index.js": b"exports.z = 1"})
    scene.depend("a")
    scene.write({"index.js": HANDLER.replace("=> a", "=> typeof a")})
    build(scene)
    result = run(scene, "explain", str(scene.output), "--cold", "--json", "--node", node)
    document = json.loads(result.stdout)

    packages = {one["folder"]: one for one in document["packages"]}
    assert {"", A, "node_modules/b", "node_modules/z"} == set(packages)
    assert (f"{A}/index.js", 1, "z") == tuple(
        packages["node_modules/z"][k] for k in ("requested_by", "line", "specifier")
    )
    assert packages[A]["self_milliseconds"] >= 80
    assert packages["node_modules/b"]["self_milliseconds"] < 80
    assert (True, 0) == (packages[A]["could_be_later"], packages[A]["used_line"])
    assert (False, 1) == tuple(
        packages["node_modules/b"][k] for k in ("could_be_later", "used_line")
    )
    assert document["init_milliseconds"] >= 80
    assert (
        "could load later"
        in run(scene, "explain", str(scene.output), "--cold", "--node", node).stdout
    )


def test_cold_of_a_project_is_refused(scene: Scene) -> None:
    """What runs is a zip, so that a project has to be built first."""
    result = run(scene, "explain", str(scene.project), "--cold")

    assert 2 == result.status
    assert "error[EUSAGE]" in result.stderr
