"""Pack Node.js functions for AWS Lambda: npm's own tree, a deterministic zip, a proof.

>>> import zipper
>>> zipper.Target("nodejs22.x", "arm64").node_version.split(".")[0]
'22'
"""

TYPE_CHECKING = False
"""True for type checkers, which know the name; importing `typing` takes longer than the rest."""

if TYPE_CHECKING:
    from zipper import errors, events
    from zipper.checks.results import Report
    from zipper.errors import ZipperError
    from zipper.findings import Closure, Finding
    from zipper.node.result import Invocation, RunResult
    from zipper.package import Package
    from zipper.pipeline.auditing import Audit, audit
    from zipper.pipeline.building import build, plan
    from zipper.pipeline.building_all import BuiltFunction, build_all
    from zipper.pipeline.checking import check
    from zipper.pipeline.describing import explain, licenses, sbom
    from zipper.pipeline.installing import Installed, install
    from zipper.pipeline.layer_building import layer
    from zipper.pipeline.lockfile_writing import Resolved, resolve
    from zipper.pipeline.planning import PackagePlan, PlannedFile
    from zipper.pipeline.running import run
    from zipper.pipeline.vendoring import Vendored, vendor
    from zipper.report.inventory import Inventory
    from zipper.report.licences import LicenceRow
    from zipper.target import Target
    from zipper.tree.why import Explanation

__version__ = "0.1.0"

__all__ = [
    "Audit",
    "BuiltFunction",
    "Closure",
    "Explanation",
    "Finding",
    "Installed",
    "Inventory",
    "Invocation",
    "LicenceRow",
    "Package",
    "PackagePlan",
    "PlannedFile",
    "Report",
    "Resolved",
    "RunResult",
    "Target",
    "Vendored",
    "ZipperError",
    "audit",
    "build",
    "build_all",
    "check",
    "errors",
    "events",
    "explain",
    "install",
    "layer",
    "licenses",
    "plan",
    "resolve",
    "run",
    "sbom",
    "vendor",
]

_HOMES = {
    "Audit": "zipper.pipeline.auditing",
    "BuiltFunction": "zipper.pipeline.building_all",
    "Closure": "zipper.findings",
    "Explanation": "zipper.tree.why",
    "Finding": "zipper.findings",
    "Installed": "zipper.pipeline.installing",
    "Inventory": "zipper.report.inventory",
    "Invocation": "zipper.node.result",
    "LicenceRow": "zipper.report.licences",
    "Package": "zipper.package",
    "PackagePlan": "zipper.pipeline.planning",
    "PlannedFile": "zipper.pipeline.planning",
    "Report": "zipper.checks.results",
    "Resolved": "zipper.pipeline.lockfile_writing",
    "RunResult": "zipper.node.result",
    "Target": "zipper.target",
    "Vendored": "zipper.pipeline.vendoring",
    "ZipperError": "zipper.errors",
    "audit": "zipper.pipeline.auditing",
    "build": "zipper.pipeline.building",
    "build_all": "zipper.pipeline.building_all",
    "check": "zipper.pipeline.checking",
    "explain": "zipper.pipeline.describing",
    "install": "zipper.pipeline.installing",
    "layer": "zipper.pipeline.layer_building",
    "licenses": "zipper.pipeline.describing",
    "plan": "zipper.pipeline.building",
    "resolve": "zipper.pipeline.lockfile_writing",
    "run": "zipper.pipeline.running",
    "sbom": "zipper.pipeline.describing",
    "vendor": "zipper.pipeline.vendoring",
}
"""Each public name is imported when it is first used: a build script may need only one."""

_MODULES = frozenset({"errors", "events"})
"""Public modules: what `except` and `match` name."""

_TAKING_OPTIONS = frozenset(
    {
        "audit", "build", "build_all", "check", "explain", "install", "layer", "licenses", "plan",
        "resolve", "run", "sbom", "vendor",
    }
)  # fmt: skip


if not TYPE_CHECKING:  # a checker that saw it would take every misspelt name for an object

    def __getattr__(name: str) -> object:
        import importlib  # noqa: PLC0415  (no name `zipper.importlib` is wanted)

        if name in _MODULES:
            return importlib.import_module(f"zipper.{name}")
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
