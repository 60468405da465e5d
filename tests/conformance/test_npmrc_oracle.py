"""npm's settings against npm itself: random layers, and the credential for an address."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.npm import require_npm
from zipper.npm.credentials import find_credential
from zipper.npm.npmrc import build_settings, layer_from_environment, layer_from_text
from zipper.npm.npmrc_values import KINDS

ORACLE = Path(__file__).resolve().parents[1] / "support" / "npmrc_oracle.cjs"

FIELDS = {
    "engineStrict": "engine_strict", "legacyPeerDeps": "legacy_peer_deps",
    "strictPeerDeps": "strict_peer_deps", "force": "force", "strictSSL": "strict_ssl",
    "installStrategy": "install_strategy", "preferDedupe": "prefer_dedupe",
    "installLinks": "install_links", "ignoreScripts": "ignore_scripts",
    "replaceRegistryHost": "replace_registry_host", "packageLock": "package_lock",
    "omitLockfileRegistryResolved": "omit_lockfile_registry_resolved", "allowGit": "allow_git",
    "allowRemote": "allow_remote", "allowFile": "allow_file", "allowDirectory": "allow_directory",
    "offline": "offline", "preferOffline": "prefer_offline", "preferOnline": "prefer_online",
}  # fmt: skip
"""npm's flat options that are ours under another name, with the same default."""

MOVING = {"userconfig", "globalconfig", "prefix", "node-version"}
OTHER_KEYS = ["omit[]", "ca[]", "registry", "@s:registry", "unknown"]
KEYS = [*sorted(KINDS.keys() - MOVING), *OTHER_KEYS, *OTHER_KEYS]
VALUES = [
    "true", "false", "null", "", "1", "0", "007", "0x1F", "1e3", "-1", "NaN", "abc", "//h",
    "https://h.example", "http://h.example:8443/p/", "dev", "optional", "prod", "dev,optional",
    "hoisted", "nested", "none", "root", "~/x", "rel", "/abs", "${A}", "${B}", "${A?}", "${B?}x",
    "\\${A}", "\\\\${A}", "x;y", "x # y", "x\\;y", "'q'", '"a\\nb"', '"open', "'\"j\"'",
    "2020-01-01", " spaced ", "a=b", "[x]",
]  # fmt: skip


def make_case(seed: int) -> dict:
    """Return random layers; the same number gives the same case."""
    dice = random.Random(seed)

    def line() -> str:
        key = dice.choice(KEYS)
        shape = dice.random()
        if shape < 0.1:
            return dice.choice([key, "[some.section]", "; comment", "  # comment", ""])
        return key + dice.choice(["=", " = ", "= "]) + dice.choice(VALUES)

    case: dict = {"env": {"A": "va"}}
    for layer in ("project", "user", "global"):
        lines = [line() for _ in range(dice.randint(0, 5))]
        case[layer] = dice.choice(["\n", "\r\n"]).join(lines)
    for _ in range(dice.randint(0, 2)):
        name = dice.choice(KEYS[: len(KINDS) - len(MOVING)]).replace("-", "_")
        case["env"][dice.choice(["npm_config_", "NPM_CONFIG_"]) + name] = dice.choice(VALUES)
    return case


def ask_npm(cases: list[dict]) -> list[dict]:
    """Return what npm makes of the cases; skip the test where npm is not installed."""
    require_npm()
    program = Path(os.path.realpath(shutil.which("npm") or ""))
    folder = program.parent.parent
    if not (folder / "node_modules" / "@npmcli" / "config").is_dir():
        pytest.skip("npm's own modules are not beside npm")
    done = subprocess.run(
        ["node", str(ORACLE), str(folder)],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(done.stdout)


def settle(case: dict):
    """Return what we make of a case."""
    layers = [layer_from_text(name, case[name], name) for name in ("global", "user", "project")]
    layers.append(layer_from_environment(case["env"]))
    return build_settings(layers, environ=case["env"], home="FOLDER/home", folder="FOLDER/project")


@pytest.mark.node
def test_random_layers_mean_what_npm_says():
    """In random cascades each option that matters is npm's, unless npm itself fails."""
    cases = [make_case(seed) for seed in range(300)]
    differences, compared = [], 0
    for case, answer in zip(cases, ask_npm(cases), strict=True):
        if "error" in answer:
            continue
        compared += 1
        settings, flat = settle(case), answer["flat"]
        differences += [
            (theirs, flat.get(theirs), getattr(settings, ours), case)
            for theirs, ours in FIELDS.items()
            if (flat.get(theirs) or False) != (getattr(settings, ours) or False)
        ]
        if sorted(flat["omit"]) != sorted(settings.omit):
            differences.append(("omit", flat["omit"], settings.omit, case))
        if settings.registry is not None and flat["registry"] != settings.registry:
            differences.append(("registry", flat["registry"], settings.registry, case))

    assert [] == differences
    assert compared > 200


ADDRESSES = [
    f"{scheme}://{host}{path}"
    for scheme in ("https", "http")
    for host in ("h.example", "h.example:8443", "H.example:443", "sub.h.example", "evil")
    for path in (
        "",
        "/",
        "/npm",
        "/npm/",
        "/npm/a",
        "/npm/@s%2fa",
        "/npmx/a",
        "/npm/a/-/a-1.0.0.tgz",
    )
]
CREDENTIALS = """
//h.example/npm/:_authToken=inner
//h.example/:_auth=b3V0ZXI=
//h.example:8443:username=me
//h.example:8443:_password=cGFzcw==
//sub.h.example/npm:_authToken=without-slash
//evil/npm/a/:username=half
"""


@pytest.mark.node
def test_credential_for_an_address_is_npms():
    """For each address npm's own choice of credential is ours."""
    case = {"user": CREDENTIALS, "project": "", "global": "", "env": {}, "urls": ADDRESSES}
    (answer,) = ask_npm([case])
    credentials = settle(case).credentials

    found = {}
    for url in ADDRESSES:
        credential = find_credential(credentials, url)
        found[url] = None if credential is None else credential.authorization.reveal()
    assert answer["credentials"] == found
