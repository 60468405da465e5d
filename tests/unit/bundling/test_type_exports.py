"""Types that are taken as values: an error where Node would not link, and nowhere else."""

from __future__ import annotations

import pytest

from zipper.bundling.output_places import OwnedFile
from zipper.bundling.type_exports import LinkedModule, refuse_exported_types
from zipper.errors import ProjectError


def modules_of(
    files: dict[str, tuple[str, str, dict[str, str]]],
) -> dict[OwnedFile, LinkedModule]:
    """Return modules by path, of their source, their code, and what each specifier means."""
    return {
        OwnedFile("", path): LinkedModule(
            code.encode(),
            source.encode(),
            {specifier: OwnedFile("", target) for specifier, target in targets.items()},
        )
        for path, (source, code, targets) in files.items()
    }


SHAPES = ("export interface Shape { a: 1 }\nexport const a = 1;", "export const a = 1;", {})


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("let x;\nexport { Shape } from './shapes';", "`a.ts` line 2 re-exports the type `Shape`"),
        ("import {\n  Shape,\n} from './shapes';\nexport { Shape };", "line 2 imports the type"),
    ],
)
def test_types_are_told_with_their_lines(source: str, words: str) -> None:
    """The message has the file, the line and the name, and says what to write."""
    modules = modules_of(
        {
            "a.ts": (source, 'export { Shape } from "./shapes";', {"./shapes": "s.ts"}),
            "s.ts": SHAPES,
        }
    )
    with pytest.raises(ProjectError) as caught:
        refuse_exported_types(modules)

    assert "ETYPE" == caught.value.code
    assert words in caught.value.message
    assert "type { Shape }" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("code", "targets", "other"),
    [
        ('export { a } from "./s";', {"./s": "s.ts"}, SHAPES),
        ('export * from "./s";', {"./s": "s.ts"}, SHAPES),
        ('import { gone } from "./s"; gone();', {"./s": "s.ts"}, SHAPES),
        ('export { Shape } from "package";', {}, SHAPES),
        (
            'export { Shape } from "./s";',
            {"./s": "s.ts"},
            ("export type Shape = 1;\nexport * from 'package';", 'export * from "package";', {}),
        ),
    ],
)
def test_what_is_not_certain_is_left(
    code: str, targets: dict[str, str], other: tuple[str, str, dict[str, str]]
) -> None:
    """Values, stars, packages, and names that are no types are the checks' to judge."""
    refuse_exported_types(modules_of({"a.ts": (code, code, targets), "s.ts": other}))


def test_stars_are_followed() -> None:
    """A value behind two stars is found, and a circle of them ends."""
    modules = modules_of(
        {
            "a.ts": ("", 'import { a } from "./b"; a;', {"./b": "b.ts"}),
            "b.ts": (
                "",
                'export * from "./s"; export * from "./b";',
                {"./s": "s.ts", "./b": "b.ts"},
            ),
            "s.ts": SHAPES,
        }
    )
    refuse_exported_types(modules)
