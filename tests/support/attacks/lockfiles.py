"""Lockfiles that take packages from elsewhere, or put them there, and commands in odd places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.attacks.scenery import add, attack, honest, lock
from tests.support.registry_server import integrity_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.scene import Scene

__all__ = []

# Locations of a lockfile.


def _at(location: str) -> Callable[[Scene], None]:
    def arrange(scene: Scene) -> None:
        entry = honest(scene)
        lock(scene, {"node_modules/a": entry, location: entry}, a="1.0.0")

    return arrange


for _name, _location in {
    "location-climbs": "node_modules/../../outside/x",
    "location-climbs-late": "node_modules/a/../../../outside/x",
    "location-climbs-below": "node_modules/a/node_modules/../../../../outside/x",
    "location-absolute": "/etc/node_modules/x",
    "location-backslash": "node_modules\\..\\..\\outside\\x",
    "location-nul": "node_modules/a\0/../../../outside/x",
    "location-dot": "node_modules/./x",
    "location-empty-name": "node_modules//x",
    "location-scope-climbs": "node_modules/@s/..",
}.items():
    add(_name, _at(_location), "ELOCKFILE")


@attack("")
def location_case_clash(scene: Scene) -> None:
    """Two packages whose folders are one where names have no case."""
    entry = honest(scene)
    lock(scene, {"node_modules/a": entry, "node_modules/A": entry}, a="1.0.0")


@attack("")
def location_unicode_clash(scene: Scene) -> None:
    """Two packages whose folders are one where names are normalised."""
    entry = honest(scene)
    both = {f"node_modules/{name}": entry for name in ("caf\u00e9", "cafe\u0301")}
    lock(scene, {"node_modules/a": entry, **both}, a="1.0.0")


@attack("")
def location_reserved_on_windows(scene: Scene) -> None:
    """Folders that Windows cannot have, or calls by another name."""
    entry = honest(scene)
    names = ("con", "aux.js", "a.", "a ", "a:b", "nul")
    lock(scene, {f"node_modules/{name}": entry for name in ("a", *names)}, a="1.0.0")


@attack("EJSONPARSE")
def location_half_a_character(scene: Scene) -> None:
    """A name that no file can have."""
    entry = honest(scene)
    lock(scene, {"node_modules/a": entry, "node_modules/\ud800": entry}, a="1.0.0")


# What a lockfile says that a package is.


@attack("EUNASKED")
def resolved_is_a_file(scene: Scene) -> None:
    """A version of the registry that is to be read from this disk."""
    entry = {**honest(scene), "resolved": "file:../outside/bait.tgz"}
    entry["integrity"] = integrity_of((scene.folder / "outside/bait.tgz").read_bytes())
    lock(scene, {"node_modules/a": entry}, a="1.0.0")


@attack("EUNASKED")
def resolved_is_a_file_without_integrity(scene: Scene) -> None:
    """The same, of whatever it may be."""
    entry = {"version": "1.0.0", "resolved": "file:/etc/passwd"}
    honest(scene)
    lock(scene, {"node_modules/a": entry}, a="1.0.0")


@attack("EUNASKED")
def resolved_is_a_folder(scene: Scene) -> None:
    """A version of the registry that is to be a folder beside the project."""
    honest(scene)
    entry = {"version": "1.0.0", "resolved": "file:../outside/bait"}
    lock(scene, {"node_modules/a": entry}, a="1.0.0")


@attack("EUNASKED")
def link_out_of_the_project(scene: Scene) -> None:
    """A version of the registry that is a link to a folder beside the project."""
    honest(scene)
    packages = {
        "node_modules/a": {"resolved": "../outside/bait", "link": True},
        "../outside/bait": {"name": "a", "version": "1.0.0"},
    }
    lock(scene, packages, a="1.0.0")


@attack("ELOCKFILE")
def link_to_an_absolute_folder(scene: Scene) -> None:
    """A link to a place of the machine."""
    honest(scene)
    packages = {"node_modules/a": {"resolved": "/etc", "link": True}, "/etc": {"version": "1.0.0"}}
    lock(scene, packages, a="1.0.0")


@attack("EUNASKED")
def link_to_all_folders_above(scene: Scene) -> None:
    """A link to the folder that everything is in."""
    honest(scene)
    packages = {
        "node_modules/a": {"resolved": "../../..", "link": True},
        "../../..": {"name": "a", "version": "1.0.0"},
    }
    lock(scene, packages, a="1.0.0")


@attack("EUSAGE")
def link_to_itself(scene: Scene) -> None:
    """Links in a circle."""
    honest(scene)
    packages = {
        "node_modules/a": {"resolved": "node_modules/b", "link": True},
        "node_modules/b": {"resolved": "node_modules/a", "link": True},
    }
    lock(scene, packages, a="1.0.0")


@attack("")
def link_to_the_project(scene: Scene) -> None:
    """The project in its own node_modules."""
    honest(scene)
    lock(scene, {"node_modules/a": {"resolved": "", "link": True}}, a="1.0.0")


@attack("E404")
def resolved_with_a_line_break(scene: Scene) -> None:
    """An address that would be two lines of a request."""
    entry = honest(scene)
    entry["resolved"] = f"{scene.registry.url}a/-/a.tgz HTTP/1.1\r\nX-Evil: 1\r\n\r\n"
    entry["integrity"] = integrity_of(b"other")
    lock(scene, {"node_modules/a": entry}, a="1.0.0")


@attack("")
def integrity_of_many_hashes(scene: Scene) -> None:
    """A thousand hashes, one of which is right."""
    entry = honest(scene)
    many = " ".join(integrity_of(str(number).encode()) for number in range(1000))
    entry["integrity"] = f"{many} {entry['integrity']}"
    lock(scene, {"node_modules/a": entry}, a="1.0.0")


@attack("EINTEGRITY")
def integrity_of_another_file(scene: Scene) -> None:
    """A right sha1 beside a wrong sha512: the stronger one counts."""
    entry = honest(scene)
    entry["integrity"] = f"sha1-{'A' * 27}= {integrity_of(b'other')}"
    lock(scene, {"node_modules/a": entry}, a="1.0.0")


@attack("EUSAGE")
def version_climbs(scene: Scene) -> None:
    """A version that is a path, without an address."""
    honest(scene)
    lock(scene, {"node_modules/a": {"version": "../../../outside"}}, a="1.0.0")


@attack("EGIT")
def resolved_is_an_option_of_git(scene: Scene) -> None:
    """A repository that would be an option of git, or a command."""
    honest(scene)
    flag = scene.folder / "outside" / "flag"
    address = f"git+ssh://-oProxyCommand=touch${{IFS}}{flag}/x.git#" + "a" * 40
    lock(scene, {"node_modules/a": {"version": "1.0.0", "resolved": address}}, a=address)


@attack("EUNSUPPORTEDPROTOCOL")
def resolved_is_a_command_of_git(scene: Scene) -> None:
    """Git's `ext::`, which runs what it is given."""
    honest(scene)
    address = f"git+ext::sh -c 'touch {scene.folder}/outside/flag'"
    lock(scene, {"node_modules/a": {"version": "1.0.0", "resolved": address}}, a=address)


@attack("ELOCKFILE")
def commit_is_an_option_of_git(scene: Scene) -> None:
    """A commit that would be an option of git."""
    honest(scene)
    address = f"git+file://{scene.folder}/outside/bait#--orphan=x"
    lock(scene, {"node_modules/a": {"version": "1.0.0", "resolved": address}}, a=address)


@attack("")
def bundled_that_is_not(scene: Scene) -> None:
    """A package that is said to lie in another's tarball, and does not."""
    entry = honest(scene, dependencies={"b": "1.0.0"}, bundleDependencies=["b"])
    inner = {"version": "1.0.0", "inBundle": True}
    lock(scene, {"node_modules/a": entry, "node_modules/a/node_modules/b": inner}, a="1.0.0")


@attack("EUNASKED")
def resolved_is_a_repository(scene: Scene) -> None:
    """A version of the registry that is to come out of a repository on this disk."""
    honest(scene)
    address = f"git+file://{scene.folder}/outside/bait#" + "a" * 40
    lock(scene, {"node_modules/a": {"version": "1.0.0", "resolved": address}}, a="1.0.0")


@attack("EUNASKED")
def link_in_depth(scene: Scene) -> None:
    """What a package asks of the registry is a link to a folder beside the project."""
    entry = honest(scene, dependencies={"b": "1.0.0"})
    packages = {
        "node_modules/a": entry,
        "node_modules/a/node_modules/b": {"resolved": "../outside/bait", "link": True},
        "../outside/bait": {"name": "b", "version": "1.0.0"},
    }
    lock(scene, packages, a="1.0.0")


# Commands, which become files in node_modules/.bin.


def _bins(value: object) -> Callable[[Scene], None]:
    def arrange(scene: Scene) -> None:
        entry = honest(scene, bin=value)
        lock(scene, {"node_modules/a": entry}, a="1.0.0")

    return arrange


for _name, _bin in {
    "bin-name-climbs": {"../../../outside/flag": "cli.js"},
    "bin-name-is-a-path": {"/etc/flag": "cli.js", "..": "cli.js", ".": "cli.js", "x/y": "cli.js"},
    "bin-name-nul": {"x\0y": "cli.js", "": "cli.js", "\r\n": "cli.js", "x\\..\\y": "cli.js"},
    "bin-target-climbs": {"x": "../../../../../outside/secret.txt"},
    "bin-target-is-absolute": {"x": "/etc/passwd"},
    "bin-many": {f"x{number}": "cli.js" for number in range(2000)},
}.items():
    add(_name, _bins(_bin), "")
