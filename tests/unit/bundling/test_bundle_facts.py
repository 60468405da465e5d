"""What a finished bundle says."""

from __future__ import annotations

import pytest

from zipper.bundling.bundle_facts import refuse_outside, tell_warnings
from zipper.bundling.bundle_folder import Message
from zipper.bundling.bundler import Bundle
from zipper.bundling.metafile import Import, Metafile
from zipper.errors import ProjectError


def _bundle(imports: dict[str, list[str]], *warnings: Message) -> Bundle:
    inputs = {
        path: tuple(Import(one, "import-statement", one not in imports, one) for one in names)
        for path, names in imports.items()
    }
    return Bundle({}, b"", Metafile(inputs, {}), {}, frozenset(), warnings, ())


def test_file_of_this_machine_is_refused() -> None:
    """It is named with the source that imports it; siblings above the folder are the project's."""
    bundle = _bundle({"i.js": ["../../usr/x.js", "../lib/a.js"], "../../usr/x.js": []})
    with pytest.raises(ProjectError) as caught:
        refuse_outside(bundle, {"i.js", "../lib/a.js"})
    refuse_outside(_bundle({"i.js": ["../lib/a.js"], "../lib/a.js": []}), {"i.js", "../lib/a.js"})

    assert "EOUTSIDE" == caught.value.code
    assert "/usr/x.js" in str(caught.value)
    assert "i.js" in str(caught.value)


def test_warning_of_what_the_check_knows_better_is_left_out() -> None:
    """`require.resolve` of a file that is copied is not wrong."""
    resolved = Message(
        is_error=False, text="x", id="require-resolve-not-external", path="i.js", line=1, source=""
    )
    other = resolved._replace(text="equals -0", id="equals-negative-zero")
    (told,) = tell_warnings(_bundle({}, resolved, other))

    assert "equals -0" in told.message
