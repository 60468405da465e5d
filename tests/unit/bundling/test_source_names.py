"""Names of sources, and of what they become."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.bundling.source_folder import join
from zipper.bundling.source_names import is_declaration, is_source, name_output, spell_relative


@pytest.mark.parametrize(
    ("path", "output"),
    [
        ("src/a.ts", "src/a.js"), ("a.tsx", "a.js"), ("a.jsx", "a.js"), ("a.mts", "a.mjs"),
        ("a.cts", "a.cjs"), ("a.js", "a.js"), ("a.json", "a.json"),
        ("a.service.ts", "a.service.js"), ("LICENSE", "LICENSE"),
    ],
)  # fmt: skip
def test_output(path: str, output: str) -> None:
    """The ending says which kind of module the output is."""
    assert output == name_output(path)


def test_declarations_are_no_sources() -> None:
    """A file of types alone becomes nothing."""
    assert is_declaration("a.d.ts")
    assert is_declaration("a.d.json.ts")
    assert not is_declaration("a.ts")
    assert is_source("a.ts")
    assert not is_source("a.d.mts")
    assert not is_source("a.js")


_PATHS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=5).map("/".join)


@given(_PATHS, _PATHS)
def test_relative_specifier_leads_there(source: str, target: str) -> None:
    """From the folder of the one, the specifier is the path of the other."""
    specifier = spell_relative(source, target)

    assert specifier.startswith(("./", "../"))
    assert target == join(source.rpartition("/")[0], specifier)
