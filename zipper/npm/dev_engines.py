"""`devEngines`: which Node, package manager and platform a project is to be worked on with.

In: the field and what there is. Out: what does not fit, and what is to follow from that.

Source: npm-install-checks 8 lib/dev-engines.js; npm 11 lib/base-cmd.js `checkDevEngines`.
Deviation: npm asks the machine that it runs on; here the function's target is what there is, and
the version of its operating system is not known, so it fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from zipper.errors import ProjectError
from zipper.npm.semver import satisfies, valid_range

__all__ = ["Misfit", "find_misfits"]

_ON_FAIL: Final = ("ignore", "warn", "error", "download")
_PROPERTIES: Final = ("name", "version", "onFail")


class Misfit(NamedTuple):
    """An engine of which no alternative fits.

    Attributes:
        engine: such as `runtime`.
        reasons: why not, for each alternative.
        is_error: whether `onFail` wants to stop; else it wants a warning.
    """

    engine: str
    reasons: tuple[str, ...]
    is_error: bool


def find_misfits(field: object, current: Mapping[str, tuple[str, str | None]]) -> list[Misfit]:
    """Return what does not fit and is not to be ignored.

    Args:
        field: `devEngines` of package.json.
        current: name and version by engine: `runtime`, `packageManager`, `os`, `cpu`, `libc`. A
            version of None fits every range.

    Raises:
        ProjectError: EBADDEVENGINES for a field that is no such object.
    """
    if not isinstance(field, Mapping):
        raise _malformed("it is no object")
    misfits = []
    for engine, wanted in field.items():
        if engine not in current:
            raise _malformed(f"`{engine}` is none of {', '.join(current)}")
        alternatives = wanted if isinstance(wanted, list) else [wanted]
        reasons = [_compare(engine, one, current[engine]) for one in alternatives]
        if not reasons or not all(reasons):
            continue
        on_fail = alternatives[-1].get("onFail") or "error"
        if on_fail != "ignore":
            told = tuple(reason for reason in reasons if reason is not None)
            misfits.append(Misfit(engine, told, is_error=on_fail != "warn"))
    return misfits


def _compare(engine: str, wanted: object, current: tuple[str, str | None]) -> str | None:
    """Return why one alternative does not fit, or None."""
    if not isinstance(wanted, Mapping):
        raise _malformed(f"`{engine}` is no object")
    odd = next((key for key in wanted if key not in _PROPERTIES), None)
    if odd is not None:
        raise _malformed(f"`{engine}` has `{odd}`, which is none of {', '.join(_PROPERTIES)}")
    if any(not isinstance(value, str) for value in wanted.values()) or "name" not in wanted:
        raise _malformed(f"`{engine}` needs a `name`, and texts")
    if wanted.get("onFail", "error") not in _ON_FAIL:
        raise _malformed(f"`onFail` of `{engine}` is none of {', '.join(_ON_FAIL)}")
    name, version = current
    if wanted["name"] != name:
        return f"it is {name}, wanted {wanted['name']}"
    asked = wanted.get("version")
    if asked is None or version is None:
        return None
    fits = asked == version if valid_range(asked) is None else satisfies(version, asked)
    return None if fits else f"it is {name} {version}, wanted {asked}"


def _malformed(why: str) -> ProjectError:
    return ProjectError(
        "EBADDEVENGINES",
        f"`devEngines` of package.json cannot be used: {why}",
        hint='write it as `"devEngines": {"runtime": {"name": "node", "version": ">=22"}}`',
    )
