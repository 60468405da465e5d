"""tsconfig.json: what it extends, and where its paths count from."""

from __future__ import annotations

import json

import pytest

from zipper.bundling.source_folder import join
from zipper.bundling.tsconfig import TsConfig, TsConfigs
from zipper.errors import ProjectError


class Files:
    """Files from a dict; packages stand in node_modules."""

    def __init__(self, files: dict[str, object]) -> None:
        self.files = {
            name: (text if isinstance(text, str) else json.dumps(text)).encode()
            for name, text in files.items()
        }

    def is_file(self, path: str) -> bool:
        """Tell whether there is one."""
        return path in self.files

    def read(self, path: str) -> bytes:
        """Return its content."""
        return self.files[path]

    def read_package(self, source: str, specifier: str) -> tuple[str, bytes] | None:
        """Return a file in node_modules."""
        del source
        place = join("node_modules", specifier)
        return (place, self.files[place]) if place in self.files else None


def read(files: dict[str, object], folder: str = "") -> TsConfig:
    return TsConfigs(Files(files)).nearest(folder)


def options_of(config: TsConfig) -> dict:
    return json.loads(config.compiler)["compilerOptions"]


def test_no_configuration_is_fine() -> None:
    """A project without tsconfig.json has no options and no paths."""
    assert TsConfig() == read({}, "src/lib")


def test_comments_commas_and_a_byte_order_mark_are_read() -> None:
    """TypeScript's JSON has comments and commas at ends."""
    text = '\ufeff{\n // one\n "compilerOptions": {"jsx": "react-jsx", /* two */},\n}'

    assert {"jsx": "react-jsx"} == options_of(read({"tsconfig.json": text}))


def test_nearest_counts() -> None:
    """A folder's own file goes before that of the folder above, which is not laid under it."""
    files = {
        "tsconfig.json": {"compilerOptions": {"jsx": "react", "target": "ES2020"}},
        "packages/a/tsconfig.json": {"compilerOptions": {"jsx": "preserve"}},
    }

    assert {"jsx": "preserve"} == options_of(read(files, "packages/a/src"))
    assert {"jsx": "react", "target": "ES2020"} == options_of(read(files, "packages/b"))


def test_extended_files_lie_below_in_order() -> None:
    """Of several the later counts, and the file itself above all."""
    files = {
        "tsconfig.json": {
            "extends": ["./base", "@tsconfig/node22/tsconfig.json"],
            "compilerOptions": {"target": "ES2023"},
        },
        "base.json": {"compilerOptions": {"strict": True, "target": "ES5", "jsx": "react"}},
        "node_modules/@tsconfig/node22/tsconfig.json": {"compilerOptions": {"jsx": "preserve"}},
    }

    assert {"strict": True, "target": "ES2023", "jsx": "preserve"} == options_of(read(files))


def test_paths_count_from_the_file_that_has_them() -> None:
    """`paths` of an extended file without `baseUrl` are relative to that file."""
    files = {
        "packages/a/tsconfig.json": {"extends": "../../config/base.json"},
        "config/base.json": {"compilerOptions": {"paths": {"@x/*": ["../libs/*"], "b": "no list"}}},
    }
    config = read(files, "packages/a")

    assert (("@x/*", ("../libs/*",)),) == config.paths
    assert "config" == config.paths_from


def test_base_url_and_config_dir_are_places() -> None:
    """`baseUrl` is relative to its file, `${configDir}` is the folder of the outermost."""
    files = {
        "a/tsconfig.json": {"extends": "../base.json"},
        "base.json": {
            "compilerOptions": {
                "baseUrl": "./src",
                "rootDirs": ["${configDir}/x", "y"],
                "paths": {"q": ["${configDir}/q.ts"]},
                "outDir": "${configDir}/dist",
            }
        },
    }
    config = read(files, "a")

    assert ("src", "src") == (config.base_url, config.paths_from)
    assert ("a/x", "y") == config.root_dirs
    assert (("q", ("/a/q.ts",)),) == config.paths
    assert "a/dist" == config.out_dir


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"tsconfig.json": {"extends": "./tsconfig.json"}}, "tsconfig.json -> tsconfig.json"),
        (
            {"tsconfig.json": {"extends": "./b.json"}, "b.json": {"extends": "./tsconfig.json"}},
            "tsconfig.json -> b.json -> tsconfig.json",
        ),
        ({"tsconfig.json": {"extends": "./none"}}, "`./none`, which is not there"),
        ({"tsconfig.json": {"extends": "@tsconfig/x"}}, "`@tsconfig/x`, which is not there"),
        ({"tsconfig.json": {"extends": 7}}, "`extends`"),
        ({"tsconfig.json": '{"a": }'}, "line 1, column 7"),
        ({"tsconfig.json": "[]"}, "not an object"),
        ({"tsconfig.json": {"compilerOptions": 1}}, "`compilerOptions`"),
    ],
)
def test_faults_name_the_file(files: dict[str, object], words: str) -> None:
    """What cannot be used is an error that says where and what."""
    with pytest.raises(ProjectError) as caught:
        read(files)

    assert "ETSCONFIG" == caught.value.code
    assert words in caught.value.message
    assert "`tsconfig.json`" in caught.value.message
    assert caught.value.hint


def test_same_options_give_the_same_text() -> None:
    """Order and layout of the file do not reach esbuild, nor a note's inputs."""
    one = read({"tsconfig.json": '{"compilerOptions": {"jsx": "react", "target": "ES5"}}'})
    two = read({"tsconfig.json": '{"compilerOptions":{"target":"ES5","lib":[],"jsx":"react"}}'})

    assert one.compiler == two.compiler


def test_references_lead_to_the_project_that_takes_the_folder() -> None:
    """A file that only refers to others means the first whose `include` has the source."""
    files = {
        "tsconfig.json": {
            "files": [],
            "references": [{"path": "./tsconfig.test.json"}, {"path": "./app"}, {"path": "./gone"}],
        },
        "tsconfig.test.json": {"include": ["test/**/*.ts"], "compilerOptions": {"jsx": "react"}},
        "app/tsconfig.json": {"include": ["../src"], "compilerOptions": {"jsx": "preserve"}},
    }

    assert {"jsx": "preserve"} == options_of(read(files, "src/lib"))
    assert {"jsx": "react"} == options_of(read(files, "test"))
    assert {} == options_of(read(files, "scripts"))
