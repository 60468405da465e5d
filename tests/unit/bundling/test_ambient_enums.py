"""Ambient enums of other files: an error where one is used, and nowhere else."""

from __future__ import annotations

import pytest

from zipper.bundling.ambient_enums import refuse_ambient_enums
from zipper.bundling.output_places import OwnedFile
from zipper.bundling.type_exports import LinkedModule
from zipper.errors import ProjectError

DECLARED = "export declare const enum D { X = 7 }\nexport const enum C { A }\n"


def refuse(source: str, code: str, declared: str = DECLARED) -> None:
    other = OwnedFile("", "src/c.ts")
    refuse_ambient_enums(
        {
            OwnedFile("", "src/a.ts"): LinkedModule(code.encode(), source.encode(), {"./c": other}),
            other: LinkedModule(b"", declared.encode(), {}),
        }
    )


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("\nimport { D } from './c';\nf(D.X)", 'var import_c = require("./c");\nf(import_c.D.X);'),
        ("\nimport { a,\n D } from './c';", 'import { a, D } from "./c";\nD.X;'),
    ],
)
def test_use_is_an_error_with_its_line(source: str, code: str) -> None:
    """As CommonJS and as ES modules; the line is that of the import."""
    with pytest.raises(ProjectError) as caught:
        refuse(source, code)

    assert "ETYPE" == caught.value.code
    line = 2 if "a,\n" not in source else 3
    assert f"`src/a.ts` line {line} uses the enum `D` of `./c`" in caught.value.message


@pytest.mark.parametrize(
    ("source", "code", "declared"),
    [
        ("import { C } from './c';", "import_c.C.A", DECLARED),
        ("import { D } from './c';", "", DECLARED),
        ("import type { D } from './c';", "import_other.D.X", DECLARED),
        ("import { D } from './other';", "import_other.D.X", DECLARED),
        ("import { D } from './c';", "import_c.D.X", "export const enum D { X }"),
        ("import { D } from './c';", "import_c.D.X", "export declare enum D { X }"),
    ],
)
def test_all_else_is_left(source: str, code: str, declared: str) -> None:
    """Enums that are made, types, and names of other files."""
    refuse(source, code, declared)
