"""Settings of npm, and caches, that nobody writes in good faith: told, or done without."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.command import CommandResult, run_here
from tests.support.scene import listing

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.scene import Scene

SECRET = "npm_oddToken"
LINES = f"{SECRET}\r\nX-Evil: 1"


@pytest.fixture
def asking(scene: Scene) -> Scene:
    """A project without a lockfile, so that its registry has to be asked."""
    scene.publish("a")
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"a": "1.0.0"}}
    scene.write({"package.json": manifest})
    return scene


def build(scene: Scene, npmrc: str = "", **variables: str) -> CommandResult:
    key = scene.registry.url.removeprefix("http:")
    if npmrc:
        scene.write({".npmrc": npmrc.replace("{k}", key)})
    words = ("build", str(scene.project), "-o", str(scene.output), "--cache-dir", str(scene.cache))
    return run_here(*words, cwd=scene.folder, env={**scene.environment, **variables})


CREDENTIALS = {
    "quoted": '{k}:_authToken="' + LINES.encode("unicode_escape").decode() + '"\n',
    "variable": "{k}:_authToken=${TOKEN}\n",
    "basic": "{k}:_auth=${TOKEN}\n",
    "no latin": f"{{k}}:_authToken={SECRET}\u4e2d\n",
    "nul": f"{{k}}:_authToken={SECRET}\0\n",
}


@pytest.mark.parametrize("npmrc", CREDENTIALS.values(), ids=CREDENTIALS)
def test_credential_that_no_header_can_hold(asking: Scene, npmrc: str) -> None:
    """Its place is told and nothing of it, and no request has a line too many."""
    result = build(asking, npmrc, TOKEN=LINES)

    assert (1, "ERR_INVALID_CHAR") == (result.status, result.code), result.stderr
    assert f"{asking.project}/.npmrc:1" in result.stderr
    assert SECRET not in result.stdout + result.stderr
    assert 0 == asking.registry.count()


def test_last_line_break_of_a_variable_is_no_part_of_the_token(asking: Scene) -> None:
    """A token that was read from a file ends in a line break, which Node trims as well."""
    asking.registry.tokens = {f"Bearer {SECRET}"}
    result = build(asking, "{k}:_authToken=${TOKEN}\n", TOKEN=f"{SECRET}\n")

    assert 0 == result.status, result.stderr


@pytest.mark.parametrize(
    ("npmrc", "code"),
    [
        ('user-agent="x\\r\\nX-Evil: 1"\n', None),
        ("user-agent=\u4e2d\n", None),
        ("fetch-timeout=1e400\nfetch-retries=1e400\nmaxsockets=-1\n", None),
        ("before=9999-12-31T23:59:59Z\n", None),
        ("min-release-age=1e300\n", "ETARGET"),
        ("cafile=/etc\n", "ECERT"),
        ("\0\0a=b\0\n", None),
    ],
)
def test_odd_values(asking: Scene, npmrc: str, code: str | None) -> None:
    """A value out of all bounds is bounded, or told with its place."""
    result = build(asking, npmrc)

    assert (int(code is not None), code) == (result.status, result.code), result.stderr
    assert all("x-evil" not in request.headers for request in asking.registry.requests)


UNUSABLE = {
    "unset": "registry=${{UNSET}}\n",
    "empty": "registry=\n",
    "malformed": "registry=registry.example\n",
    "scope": "@own:registry=${{UNSET}}\n",
    "scope in a path": "@own:registry={url}${{UNSET}}/\n",
}


@pytest.mark.parametrize("locked", [False, True], ids=["unlocked", "locked"])
@pytest.mark.parametrize("npmrc", UNUSABLE.values(), ids=UNUSABLE)
def test_registry_that_cannot_be_used(scene: Scene, npmrc: str, *, locked: bool) -> None:
    """Nothing falls back to another registry, filled store or not; file and line are told."""
    scene.publish("@own/a")
    scene.depend("@own/a")
    assert 0 == build(scene).status
    if not locked:
        (scene.project / "package-lock.json").unlink()
    asked = scene.registry.count()
    for place in (scene.project, scene.home):
        (scene.project / ".npmrc").unlink(missing_ok=True)
        (place / ".npmrc").write_text("; first\n" + npmrc.format(url=scene.registry.url))
        result = build(scene, npm_config_registry="")

        assert (1, "ERR_INVALID_URL") == (result.status, result.code), result.stderr
        assert f"{place}/.npmrc:2" in result.stderr
        assert ("UNSET" in npmrc) == ("the variable UNSET is not set" in result.stderr)
    assert asked == scene.registry.count()


@pytest.mark.parametrize("spec", ["1", "npm:@own/a@1"], ids=["named", "alias"])
def test_an_optional_dependency_of_an_unusable_registry(scene: Scene, spec: str) -> None:
    """Unlocked it is left out, as by npm, with a warning; what a lockfile has is an error."""
    scene.publish("@own/a")
    scene.publish("b", optionalDependencies={"@own/a" if spec == "1" else "alias": spec})
    scene.write({"package.json": {"name": "fn", "dependencies": {"b": "1"}}})
    words = ("resolve", str(scene.project), "--cache-dir", str(scene.cache))
    assert 0 == run_here(*words, cwd=scene.folder, env=scene.environment).status
    lockfile = scene.project / "package-lock.json"
    text = lockfile.read_text()
    lockfile.unlink()
    npmrc = "; first\n@own:registry=${UNSET}\n"

    for _ in range(2):
        result = build(scene, npmrc)
        assert (0, True) == (result.status, "[optional-left-out]" in result.stderr), result.stderr
        assert ".npmrc:2" in result.stderr
        assert not any("own" in name or "alias" in name for name in listing(scene.output))
    lockfile.write_text(text)
    assert "ERR_INVALID_URL" == build(scene, npmrc).code


def test_unusable_registry_of_a_scope_that_nothing_has(asking: Scene) -> None:
    """Npm does not look at it, and neither do we."""
    assert 0 == build(asking, "@other:registry=${UNSET}\n").status


def _link_to_a_folder(scene: Scene) -> None:
    (scene.folder / "elsewhere").mkdir()
    scene.cache.symlink_to(scene.folder / "elsewhere")


def _link_to_itself(scene: Scene) -> None:
    scene.cache.symlink_to(scene.cache)


def _file(scene: Scene) -> None:
    scene.cache.write_text("x")


def _links_inside(scene: Scene) -> None:
    scene.cache.mkdir()
    (scene.folder / "elsewhere").mkdir()
    (scene.cache / "store").symlink_to(scene.folder / "elsewhere")
    (scene.cache / "packuments").symlink_to("/dev/null")


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes are POSIX's")
@pytest.mark.parametrize(
    ("arrange", "code"),
    [
        (_link_to_a_folder, None),
        (_links_inside, None),
        (_link_to_itself, "ESTORE"),
        (_file, "ESTORE"),
    ],
)
def test_odd_caches(asking: Scene, arrange: Callable[[Scene], None], code: str | None) -> None:
    """A cache that is a link is used, and one that can be none is told."""
    arrange(asking)
    result = build(asking)

    assert (int(code is not None), code) == (result.status, result.code), result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rules")
def test_cache_that_others_can_write_to(asking: Scene) -> None:
    """Everyone's is refused; a group's is used with a warning, unless the code is ignored."""
    asking.cache.mkdir()
    asking.cache.chmod(0o777)
    refused = build(asking)
    asking.cache.chmod(0o775)
    told = build(asking)
    asking.write({"pyproject.toml": '[tool.zipper]\nignore = ["cache-shared"]\n'})
    silent = build(asking)

    assert (1, "ESTORE") == (refused.status, refused.code), refused.stderr
    assert [0, 0] == [told.status, silent.status], told.stderr
    assert f"can write to the cache `{asking.cache}`" in told.stderr
    assert "cache" not in silent.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes are POSIX's")
def test_pipe_in_place_of_settings(asking: Scene) -> None:
    """A project's .npmrc that is a pipe is not waited for."""
    os.mkfifo(asking.project / ".npmrc")

    assert 0 == build(asking).status
