"""Names that Node.js has taken away for good are errors, unknown ones may come."""

from __future__ import annotations

import pytest
from support.checking import check_files

RETIRED = {
    "crypto": "Credentials DEFAULT_ENCODING createCipher createCredentials createDecipher fips",
    "fs": "SyncWriteStream",
    "timers": "enroll unenroll",
    "tls": "createSecurePair parseCertString",
    "util": "exec print puts pump",
}
"""Node.js documentation, Deprecated APIs, "End-of-Life"; `import` of Node.js 24 has none."""


@pytest.mark.parametrize(
    ("module", "name", "severity"),
    [
        *((module, name, "error") for module, names in RETIRED.items() for name in names.split()),
        *((f"node:{module}", names.split()[0], "error") for module, names in RETIRED.items()),
        ("crypto", "nothing", "warning"),
        ("util", "enroll", "warning"),
        ("http", "createCipher", "warning"),
    ],
)
def test_names_that_no_release_will_bring(module: str, name: str, severity: str) -> None:
    """A module's own; of another module such a name may be new."""
    text = f"import {{ {name} }} from '{module}'; export const handler = async () => 1;"
    found = check_files({"index.mjs": text}).findings

    assert [severity] == [one.severity for one in found if one.code == "module-export-name"]
