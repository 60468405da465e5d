"""Pack Node.js functions for AWS Lambda: npm's own tree, a deterministic zip, a proof.

>>> import zipper
>>> zipper.Target("nodejs22.x", "arm64").node_version.split(".")[0]
'22'
"""

TYPE_CHECKING = False
"""True for type checkers, which know the name; importing `typing` takes longer than the rest."""

if TYPE_CHECKING:
    from zipper.checks.results import Report
    from zipper.errors import ZipperError
    from zipper.package import Package
    from zipper.pipeline.building import build, plan
    from zipper.pipeline.checking import check
    from zipper.pipeline.installing import install
    from zipper.pipeline.lockfile_writing import resolve
    from zipper.pipeline.running import run
    from zipper.target import Target

__version__ = "0.1.0"

__all__ = [
    "Package",
    "Report",
    "Target",
    "ZipperError",
    "build",
    "check",
    "install",
    "plan",
    "resolve",
    "run",
]

_HOMES = {
    "Package": "zipper.package",
    "Report": "zipper.checks.results",
    "Target": "zipper.target",
    "ZipperError": "zipper.errors",
    "build": "zipper.pipeline.building",
    "check": "zipper.pipeline.checking",
    "install": "zipper.pipeline.installing",
    "plan": "zipper.pipeline.building",
    "resolve": "zipper.pipeline.lockfile_writing",
    "run": "zipper.pipeline.running",
}
"""Each public name is imported when it is first used: a build script may need only one."""

_TAKING_OPTIONS = frozenset({"build", "check", "install", "plan", "resolve", "run"})


if not TYPE_CHECKING:  # a checker that saw it would take every misspelt name for an object

    def __getattr__(name: str) -> object:
        import importlib  # noqa: PLC0415  (the name `zipper.importlib` is nobody's)

        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(home), name)
        if name in _TAKING_OPTIONS:
            from zipper.settings.call import document  # noqa: PLC0415  (as all else here)

            document(value)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
