"""Requests for modules that find nothing, or that the runtime answers.

In: a subject. Out: findings `module-missing`, `module-case`, `module-export-path`, `module-sdk`,
`module-optional-missing` and `package-json-invalid`. An error where loading the handler is sure to
fail, a warning where a later call or one branch fails, an info where the code itself expects it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.closure import close, relative
from zipper.checks.file_facts import CONDITIONAL, EAGER, OPTIONAL
from zipper.checks.filesystem import LAYERS, TASK
from zipper.checks.layer_rules import judge_unknown_layers
from zipper.checks.module_messages import WHEN, make_finding, where
from zipper.checks.module_resolution import NOT_PACKED, Failure
from zipper.checks.optional_modules import OPTIONAL_MODULES
from zipper.checks.outside_rules import find_outside, tell_include
from zipper.checks.package_maps import split_name
from zipper.checks.walk import Asked, Module, iterate_failures
from zipper.findings import Finding, Severity
from zipper.late_pattern import late_pattern
from zipper.npm.folder_path import find_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zipper.checks.nearby import Nearby
    from zipper.checks.subject import Subject

__all__ = ["check_requests"]

_DEVELOPMENT: Final = late_pattern(r"[./-]development(?:\.min)?(?:\.[cm]?js)?$")
_URL: Final = late_pattern(r"[a-z][a-z+.-]*:")
_ENDINGS: Final = (".js", ".mjs", ".cjs", ".json", ".node", "/index.js", "/index.mjs")


def check_requests(subject: Subject) -> Iterator[Finding]:
    """Yield the requests that find nothing."""
    start = close(subject)
    if start is None:
        return
    yield from _judge_preloads(start.walk.preloaded, is_sure=not subject.unknown_layers)
    surest: dict[tuple[str, str], tuple[Module, Asked, Failure]] = {}
    for module, asked, failure in iterate_failures(start.walk):
        key = module.path, asked.request.specifier
        if failure.kind == "newer":  # nothing that is newer than the tables is sure
            asked = asked._replace(level=max(asked.level, CONDITIONAL))  # noqa: PLW2901
        if key not in surest or asked.level < surest[key][1].level:
            surest[key] = module, asked, failure
    yield from (_judge_failure(subject, *one) for one in surest.values())


def _judge_preloads(preloaded: Iterable[Asked], *, is_sure: bool) -> Iterator[Finding]:
    """Yield what NODE_OPTIONS loads before the handler and is absent."""
    for asked in preloaded:
        if isinstance(asked.answer, Failure):
            specifier = asked.request.specifier
            message = f"NODE_OPTIONS loads `{specifier}`, which {asked.answer.message}"
            hint = f"pack `{specifier}`, or take it out of NODE_OPTIONS"
            severity: Severity = "error" if is_sure else "warning"
            yield Finding("module-missing", severity, "", f"{message}; Node does not start", hint)


def _judge_failure(subject: Subject, module: Module, asked: Asked, failure: Failure) -> Finding:
    specifier, level = asked.request.specifier, asked.level
    place = where(module, asked.request)
    if failure.kind == "package-json":
        path = relative(failure.place)
        message = f"{place} needs `{specifier}`, but `{path}` does not parse: {failure.message}"
        return make_finding(
            "package-json-invalid", level, path, message, "mend the file, or pack it again"
        )
    if level == OPTIONAL or (level != EAGER and _may_be_absent(subject, module, specifier)):
        return _judge_optional(module, asked, failure, "info")
    if level != EAGER and _is_known_to_be_optional(specifier):
        return _judge_optional(module, asked, failure, "warning")
    if failure.kind == "export-path":
        message = f"{place} needs `{specifier}`, but {failure.message}; {WHEN[level]}"
        hint = "ask for a path that the package exports, or install a version that has it"
        if specifier.startswith("#"):
            hint = f"add `{specifier}` to `imports` of the package.json above the file"
        return make_finding("module-export-path", level, module.path, message, hint)
    found = _find_other_case(subject, module, specifier, failure)
    if found is not None:
        message = (
            f"{place} needs `{specifier}`; the package has only `{found}`, and names are "
            "case-sensitive"
        )
        return make_finding(
            "module-case", level, module.path, message, f"write the name as in `{found}`"
        )
    return _judge_absence(subject, module, asked, failure)


def _judge_optional(module: Module, asked: Asked, failure: Failure, severity: Severity) -> Finding:
    """Return the finding for what code can do without."""
    specifier = asked.request.specifier
    place = where(module, asked.request)
    message = f"{place} can use `{specifier}`, which {failure.message}; {WHEN[OPTIONAL]}"
    hint = f"add `{specifier}` to the dependencies if the function needs it"
    return Finding("module-optional-missing", severity, relative(module.path), message, hint)


def _is_known_to_be_optional(specifier: str) -> bool:
    parts = split_name(specifier)
    return parts is not None and parts[0] in OPTIONAL_MODULES


def _judge_absence(subject: Subject, module: Module, asked: Asked, failure: Failure) -> Finding:
    """Return the finding for what neither the zip nor the runtime has."""
    specifier, level = asked.request.specifier, asked.level
    place = where(module, asked.request)
    whole = _find_whole_name(subject, failure)
    if whole is not None and failure.kind == "folder":
        message = f"{place} needs `{specifier}`, which {failure.message}; {WHEN[level]}"
        hint = f"write `{specifier}{whole.removeprefix(relative(failure.place))}`"
        return make_finding("module-missing", level, module.path, message, hint)
    if whole is not None and specifier.startswith("."):
        message = (
            f"{place} needs `{specifier}`; the package has `{whole}`, which must be named in full: "
            f"`import` adds no extension, `require` only `.js`, `.json` and `.node`; {WHEN[level]}"
        )
        hint = f"write `{specifier}{whole.removeprefix(relative(failure.place))}`"
        return make_finding("module-missing", level, module.path, message, hint)
    holder = _find_holder(subject, module, specifier)
    near = subject.nearby and _judge_nearby(subject.nearby, module, asked, failure, holder)
    if near is None and holder is None:
        near = judge_unknown_layers(subject, module, asked, failure)
    if near is not None:
        return near
    if holder is not None:
        return _judge_incomplete(module, asked, failure, holder)
    message = f"{place} needs `{specifier}`, which {failure.message}; {WHEN[level]}"
    sdk = _sdk_hint(subject, specifier)
    if sdk is not None:
        return make_finding("module-sdk", level, module.path, message, sdk)
    return make_finding(
        "module-missing",
        level,
        module.path,
        message,
        _missing_hint(subject, module, specifier, failure),
    )


def _judge_nearby(
    nearby: Nearby, module: Module, asked: Asked, failure: Failure, holder: str | None
) -> Finding | None:
    """Return the finding for what the workspace has and the zip has not; None for anything else."""
    specifier, level = asked.request.specifier, asked.level
    place, name = where(module, asked.request), (split_name(specifier) or ("", ""))[0]
    folder = holder or find_package(relative(failure.place or ""))
    sibling = nearby.siblings.get(folder)
    if sibling is not None and failure.kind == "missing":
        file = relative(failure.place or "").removeprefix(folder).strip("/")
        file = file or (sibling.main if specifier == name else _subpath(specifier))
        if any(one == file or one.startswith((f"{file}.", f"{file}/")) for one in sibling.files):
            return None
        scripts = " or ".join(f"`npm run {one} -w {sibling.name}`" for one in sibling.scripts)
        message = (
            f"{place} needs `{specifier}`: the sibling `{sibling.folder}` is not built, its file "
            f"`{file}` does not exist; {WHEN[level]}"
        )
        hint = f"make it first: {scripts or f'build `{sibling.folder}`'}"
        return make_finding("sibling-unbuilt", level, module.path, message, hint)
    outside = _find_outside_module(nearby, module, specifier)
    if outside is not None:
        message = (
            f"{place} needs `{specifier}`: the workspace has `{outside}`, and the package has not; "
            f"{WHEN[level]}"
        )
        hint = tell_include(nearby, relative(module.path), specifier, outside)
        return make_finding("module-missing", level, module.path, message, hint)
    owner = find_package(relative(module.path))
    if name in nearby.undeclared and (not owner or owner in nearby.siblings):
        folder = nearby.siblings[owner].folder if owner else nearby.member
        message = (
            f"{place} needs `{name}`, which `{folder}/package.json` does not declare: "
            f"{nearby.undeclared[name]}; {WHEN[level]}"
        )
        hint = (
            f"add `{name}` to `dependencies` of `{folder}/package.json`; where the root declares "
            "it for all, `include_root_dependencies = true` packs what the root depends on"
        )
        return make_finding("undeclared-dependency", level, module.path, message, hint)
    return None


def _find_outside_module(nearby: Nearby, module: Module, specifier: str) -> str | None:
    """Return the file of the workspace that a relative request means outside of its package."""
    if not specifier.startswith("../"):
        return None
    place = find_outside(nearby, relative(module.path), specifier)
    if place is None:
        return None
    names = (place, *(f"{place}{end}" for end in _ENDINGS))
    return next((name for name in names if nearby.is_file(name)), None)


def _judge_incomplete(module: Module, asked: Asked, failure: Failure, holder: str) -> Finding:
    """Return the finding for a package that is there without the file that is asked for."""
    specifier, level = asked.request.specifier, asked.level
    lack = f"`{holder}` {failure.message}"
    if failure.message == NOT_PACKED:
        file = relative(failure.place).removeprefix(f"{holder}/") or _subpath(specifier)
        lack = f"`{holder}` is there, but not its file `{file}`"
    message = f"{where(module, asked.request)} needs `{specifier}`: {lack}; {WHEN[level]}"
    hint = f"pack `{holder}` as it is published; something left a part of it out"
    return make_finding("module-missing", level, module.path, message, hint)


def _subpath(specifier: str) -> str:
    _, subpath = split_name(specifier) or ("", ".")
    return "index.js" if subpath == "." else subpath.removeprefix("./")


def _find_holder(subject: Subject, module: Module, specifier: str) -> str | None:
    """Return the folder of the package that a bare name means, if the zip has it."""
    parts = split_name(specifier)
    places = [] if parts is None else _places(module, parts[0])
    return next((place for place in places if place in subject.folders), None)


def _places(module: Module, name: str) -> list[str]:
    """Return where a bare name may lie for a module, the root first, then from the package up."""
    folder = find_package(relative(module.path))
    places = [f"node_modules/{name}"]
    while folder:
        places.append(f"{folder}/node_modules/{name}")
        folder = find_package(folder.rpartition("/node_modules/")[0])
    return places


def _missing_hint(subject: Subject, module: Module, specifier: str, failure: Failure) -> str:
    if specifier.startswith("node:"):
        return "use a runtime whose Node.js has it; if a newer release does, run the package"
    parts = split_name(specifier)
    if parts is None or failure.place:
        return _path_hint(subject, failure.place)
    if _URL.match(specifier):
        return "pack the file, and name it by its path: Node.js loads no URL but those of files"
    owner = find_package(relative(module.path))
    layer = "" if subject.layers else "; if a layer of the function has it: `--layer ZIP`"
    if owner:
        return f"add `{parts[0]}` to the dependencies, or pack what `{owner}` depends on{layer}"
    return f"add `{parts[0]}` to `dependencies` (not `devDependencies`) and build again{layer}"


def _path_hint(subject: Subject, path: str) -> str:
    """Return what to do about a path that leads nowhere."""
    if relative(path) in subject.folders:
        return "name the file in that folder; only one that has an `index.js` can be required"
    if path.startswith("/") and not path.startswith((f"{TASK}/", f"{LAYERS}/")):
        return f"mend the path: it leads out of the package, to `{path}`"
    return f"pack {f'`{relative(path)}`' if path else 'the file'}, or mend the path"


def _sdk_hint(subject: Subject, specifier: str) -> str | None:
    major = subject.target.details.major
    if specifier.split("/", maxsplit=1)[0] == "aws-sdk" and major >= 18:
        return (
            "the runtime brings version 3 of the SDK only, since Node.js 18: add `aws-sdk`, "
            "or use `@aws-sdk/*`"
        )
    if specifier.startswith("@smithy/") and major >= 18:
        return "the runtime has it where no function finds it: add it to the dependencies"
    if specifier.startswith("@aws-sdk/") and major < 18:
        return "the runtime brings version 2 of the SDK only: add it to the dependencies"
    return None


def _may_be_absent(subject: Subject, module: Module, specifier: str) -> bool:
    """Return whether the asking package does not promise to bring `specifier`.

    An optional dependency, an optional peer, or something that no field of it names: what is asked
    for only in a branch or a function of a package is then a feature that one need not use.
    """
    parts = split_name(specifier)
    owner = find_package(relative(module.path))
    if _DEVELOPMENT.search(specifier):
        return True  # the branch that NODE_ENV chooses while one develops
    if parts is None or not owner:
        return False
    return not _promises(subject.read_json(f"{owner}/package.json"), parts[0])


def _promises(manifest: Mapping[str, object], name: str) -> bool:
    """Return whether a package.json says that the package brings `name` along."""
    required = manifest.get("dependencies")
    optional = manifest.get("optionalDependencies")
    is_optional = isinstance(optional, dict) and name in optional
    return isinstance(required, dict) and name in required and not is_optional


def _find_whole_name(subject: Subject, failure: Failure) -> str | None:
    """Return the file whose name without its extension was asked for."""
    names = (f"{relative(failure.place)}{end}" for end in _ENDINGS if failure.place)
    return next((name for name in names if name in subject.listing.by_name), None)


def _find_other_case(
    subject: Subject, module: Module, specifier: str, failure: Failure
) -> str | None:
    """Return a file of the zip that differs from what was asked for in its case only."""
    if failure.kind != "missing":
        return None
    places = [relative(failure.place)] if failure.place else _places(module, specifier)
    lowered = subject.lowered
    for place in places:
        for end in ("", ".js", ".json", ".node", "/index.js", "/package.json"):
            found = lowered.get(f"{place}{end}".lower())
            if found is not None and not found.startswith(place):
                return found
    return None
