"""What a function leaves to its layers, and what is said of it: read from the layers' zips."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.checking import zip_files
from tests.support.mutations import pack
from zipper.archive.compress import compress
from zipper.findings import Finding
from zipper.package import UsedLayer
from zipper.pipeline.layer_use import take_from_layers
from zipper.pipeline.session import Circumstances
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zipper.archive.entries import PlannedEntry
    from zipper.pipeline.layer_use import LayerUse

ARN = "arn:aws:lambda:eu-west-1:123456789012:layer:trace:3"
LEFT = "attach the layers to the function, or it does not load"
KEPT = "build the layer from the same lockfile, with all that these packages need"


def package(name: str, root: str = "", *, version: str = "1.0.0", **more: Any) -> dict[str, str]:
    """Return the files of a package below `root`."""
    manifest = {"name": name, "version": version, **more}
    place = f"{root}node_modules/{name}"
    return {f"{place}/index.js": f"'{name}'", f"{place}/package.json": json.dumps(manifest)}


def entries(files: Mapping[str, str], *, programs: tuple[str, ...] = ()) -> list[PlannedEntry]:
    return [
        compress(name, text.encode(), executable=name in programs) for name, text in files.items()
    ]


class Layers:
    """A folder of layers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths: list[str] = []

    def add(self, name: str, data: bytes) -> None:
        """Write a layer's zip."""
        (self.folder / name).write_bytes(data)
        self.paths.append(str(self.folder / name))

    def take(self, parts: list[PlannedEntry], runtime: str = "nodejs24.x", **more: Any) -> LayerUse:
        """Return what is left of a function."""
        layers = (*self.paths[:1], ARN, *self.paths[1:])
        request = request_from(Settings(runtime=runtime), folder=".")._replace(layers=layers)
        io = Circumstances.of(request, None)
        return take_from_layers(parts, request._replace(**more), io)


@pytest.fixture
def layers(tmp_path: Path) -> Layers:
    return Layers(tmp_path)


def names_of(use: LayerUse) -> list[str]:
    return [part.name.decode() for part in use[0]]


def test_what_layers_hold_is_left_out(layers: Layers) -> None:
    """Own files stay, packages of another version, and what no layer has; each layer counts."""
    same = {
        **package("@s/a", dependencies={"b": "1"}),
        **package("b"),
        **package("b/node_modules/c"),
    }
    function = {
        "index.js": "1",
        "node_modules/.hidden": "2",
        **same,
        **package("d"),
        **package("e"),
    }
    low = {f"nodejs/{name}": text for name, text in package("d").items()}
    low |= {f"nodejs/{name}": text for name, text in package("e", version="2.0.0").items()}
    high = {f"nodejs/node24/{name}": text for name, text in same.items()}
    layers.add("low.zip", zip_files(low))
    layers.add("high.zip", zip_files(high))
    own = request_from(Settings(output=layers.paths[1]), folder=".")._replace(name="own")

    parts, used, findings = layers.take(entries(function), uses=(own,))

    left = sum(len(text) for text in (*same.values(), *package("d").values()))
    assert ["index.js", "node_modules/.hidden", *package("e")] == names_of((parts, (), ()))
    assert used == (
        UsedLayer(name=None, path=layers.paths[0], packages=1),
        UsedLayer(arn=ARN),
        UsedLayer(name="own", path=layers.paths[1], packages=3),
    )
    message = f"4 packages ({left} bytes) are left to the layers: `high.zip` 3, `low.zip` 1"
    reason = "1 package of the layers stays in the function: `e`: the files of `e` differ"
    assert findings == (
        Finding("layer-left-out", "info", "", message, LEFT),
        Finding("layer-kept", "info", "node_modules/e", reason, KEPT),
    )


def test_what_a_package_needs_has_to_be_in_the_layer(layers: Layers) -> None:
    """Else it would find none there, whatever the function has."""
    files = {**package("a", dependencies={"b": "1"}), **package("b")}
    needing = {f"nodejs/{name}": files[name] for name in package("a")}
    layers.add("a.zip", zip_files(needing))

    parts, _, (finding,) = layers.take(entries(files))

    assert list(files) == names_of((parts, (), ()))
    reason = "`a`: `b`, which `a` uses, is not in the layer"
    assert f"1 package of the layers stays in the function: {reason}" == finding.message


def test_without_a_zip_all_stays(layers: Layers) -> None:
    """What a layer of AWS holds, nobody here knows."""
    parts = entries(package("a"))

    assert (parts, (UsedLayer(arn=ARN),), ()) == layers.take(parts)
    layers.add("other.zip", zip_files({"bin/tool": "1", "nodejs/package.json": "{}"}))
    used = (UsedLayer(path=layers.paths[0]), UsedLayer(arn=ARN))
    assert (parts, used, ()) == layers.take(parts)


@pytest.mark.parametrize(
    ("runtime", "is_left"), [("nodejs16.x", False), ("nodejs18.x", True), ("nodejs24.x", True)]
)
def test_older_runtimes_import_nothing_of_a_layer(
    layers: Layers, runtime: str, *, is_left: bool
) -> None:
    """All stays there, and why is said."""
    files = {**package("a"), **package("b")}
    layers.add("a.zip", zip_files({f"nodejs/{name}": text for name, text in files.items()}))

    parts, used, findings = layers.take(entries(files), runtime)

    if is_left:
        assert ([], 2, ["layer-left-out"]) == (parts, used[0].packages, [f.code for f in findings])
        return
    message = f"on {runtime} `import` finds no package of a layer, so "
    message += "2 packages that the layers hold stay in the function"
    hint = "build for nodejs18.x or a newer runtime"
    assert (4, 0) == (len(parts), used[0].packages)
    assert findings == (Finding("layer-kept", "info", "", message, hint),)


@pytest.mark.parametrize(
    ("mine", "theirs", "system", "is_left"),
    [
        (0o644, 0o644, 3, True),
        (0o755, 0o755, 3, True),
        (0o644, 0o755, 3, True),
        (0o755, 0o644, 3, False),
        (0o755, 0o754, 3, False),
        (0o755, 0o755, 0, False),
    ],
)
def test_a_program_has_to_be_one_there(
    layers: Layers, mine: int, theirs: int, system: int, *, is_left: bool
) -> None:
    """For all users, as a zip of Unix says it."""
    files = package("a")
    programs = tuple(files) if mine & 0o111 else ()
    pairs = {f"nodejs/{name}": (text.encode(), theirs) for name, text in files.items()}
    data = bytearray(pack(pairs))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 5] = system
        at = data.find(b"PK\x01\x02", at + 1)
    layers.add("a.zip", bytes(data))

    parts, _, _ = layers.take(entries(files, programs=programs))

    assert ([] if is_left else list(files)) == names_of((parts, (), ()))


def test_the_first_five_of_many_are_named(layers: Layers) -> None:
    """In the order of their names, with how many more there are."""
    names = [*"gfedcba"]
    newer = {k: v for n in names for k, v in package(n, "nodejs/", version="2.0.0").items()}
    layers.add("a.zip", zip_files(newer))

    def tell(count: int) -> str:
        files = {k: v for n in names[-count:] for k, v in package(n).items()}
        (finding,) = layers.take(entries(files))[2]
        assert "node_modules/a" == finding.path
        assert finding.message.startswith(f"{count} packages of the layers stay in the function: ")
        return finding.message.partition(": ")[2]

    rows = [f"`{name}`: the files of `{name}` differ" for name in "abcde"]
    assert "; ".join(rows) == tell(5)
    assert "; ".join(rows) + "; and 1 more" == tell(6)
    assert "; ".join(rows) + "; and 2 more" == tell(7)


def test_one_package_is_one(layers: Layers) -> None:
    """A later layer replaces the files of an earlier one; folders and links are no files."""
    files = package("a")
    layers.add("old.zip", zip_files({f"nodejs/{name}": "old" for name in files}))
    pairs: dict[str, tuple[bytes, int]] = {
        "nodejs/node_modules/a/": (b"", 0o755),
        "nodejs/node_modules/a/link.js": (b"index.js", 0o120777),
        **{f"nodejs/{name}": (text.encode(), 0o644) for name, text in files.items()},
    }
    layers.add("new.zip", pack(pairs))

    parts, used, (finding,) = layers.take(entries(files))

    size = sum(map(len, files.values()))
    assert ([], [0, 0, 1]) == (parts, [one.packages for one in used])
    assert f"1 package ({size} bytes) is left to the layers: `new.zip` 1" == finding.message
