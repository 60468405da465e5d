"""`zipper explain`."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zipper.commands.click_options import settings_from_values, table_options
from zipper.commands.output import (
    Shower,
    echo_lines,
    is_stdout_terminal,
    show_json,
    warn_of_variables,
)
from zipper.commands.terminal import terminal_width
from zipper.commands.zip_names import complete_path, find_source
from zipper.errors import UsageError
from zipper.pipeline.explaining import (
    explain_package,
    read_from_folder,
    read_from_zip,
    read_inventory,
    split_bundles,
    take_inventory,
)
from zipper.settings.read_settings import read_variables

if TYPE_CHECKING:
    from zipper.findings import Finding
    from zipper.report.inventory import Inventory
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.values import Settings
    from zipper.tree.model import Tree
    from zipper.tree.why import Explanation

__all__ = ["command"]


@click.command("explain", short_help="Show sizes, changes, and why a package is there.")
@click.argument(
    "path",
    metavar="[ZIP|PROJECT|NAME]",
    default=".",
    type=click.Path(),
    shell_complete=complete_path,
)
@click.argument("package", required=False)
@click.option(
    "--diff", metavar="OLD.zip", type=click.Path(), help="Show what changed since OLD.zip."
)
@click.option(
    "--html", metavar="FILE", type=click.Path(path_type=Path), help="Write a page to look at."
)
@click.option(
    "--metafile",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="esbuild's metafile: what a bundle without a source map is made of.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How it is written; `markdown` for `--diff`, in a pull request.",
)
@click.option("--all", "every", is_flag=True, help="Show every folder, and every chain.")
@click.option("--pruned", is_flag=True, help="List what pruning took out, by which rule.")
@click.option("--why", metavar="FILE", help="Say why a file stays, or which rule takes it.")
@click.option("--cold", is_flag=True, help="Run the init: what loads at once, how long, and why.")
@table_options("explain")
def command(
    *,
    path: str,
    package: str | None,
    diff: str | None,
    html: Path | None,
    metafile: Path | None,
    form: str,
    as_json: bool,
    every: bool,
    **options: object,
) -> int:
    """Show what is in ZIP, or what a build of PROJECT would put into one, and how large it is.

    With PACKAGE, the chains of dependencies that bring it in (fifty for each copy; every one with
    `--all`), and why there are several copies.
    The zip may come from any tool. NAME is a function of the settings in this folder: its zip, or
    what a build would put there where there is none yet. `--html` writes one page with a map of the
    sizes, the packages, the findings and, with `--diff`, the changes; it needs no network. A bundle
    is divided by its source map, in the zip or in the bundle itself, or by esbuild's metafile.

    \b
    Examples:
      python -m zipper explain fn.zip
      python -m zipper explain fn.zip semver
      python -m zipper explain . semver             in the project's whole tree
      python -m zipper explain fn.zip --html report.html
      python -m zipper explain --diff old.zip new.zip --format markdown
      python -m zipper explain . --prune reached --pruned
      python -m zipper explain fn.zip --why node_modules/a/index.js
      python -m zipper explain fn.zip --cold
    """
    form = "json" if as_json else form
    _refuse_contradictions(package, diff, html, form)
    pruned, why, cold = (options.pop(name) for name in ("pruned", "why", "cold"))
    typed = settings_from_values(options)
    warn_of_variables(read_variables(os.environ))
    source = _Source(find_source(path, typed, command="explain"), typed)
    if cold:
        from zipper.commands.explain_cold import show_cold  # noqa: PLC0415  (with its question)

        return show_cold(source.source, typed, form, every=every)
    if pruned or why:
        from zipper.commands.explain_pruning import show_pruned, show_why_file  # noqa: PLC0415  (with its question)

        if why:
            return show_why_file(source.source, typed, str(why), form)
        return show_pruned(source.source, typed, form, every=every)
    if package is not None:
        return _show_why(*source.explain(package, every=every), form)
    inventory = source.take_inventory(metafile)
    if html is not None:
        inventory = source.add_gone(inventory)
        _write_page(html, inventory, source.find_findings(), diff)
    elif diff is not None:
        _show_changes(diff, inventory, form)
    else:
        _show_sizes(inventory, form, every=every)
    return 0


class _Source:
    """Where it comes from: a zip, or a project, or a function by its name that is not built yet."""

    def __init__(self, source: str | BuildRequest, typed: Settings) -> None:
        self.source = source
        self._typed = typed

    def take_inventory(self, metafile: Path | None) -> Inventory:
        """Return what is, or would be, in the zip."""
        if isinstance(self.source, str):
            found = read_inventory(self.source)
            return split_bundles(found, read_from_zip(self.source), metafile)
        with Shower(self.source) as shower:
            found = take_inventory(self.source, on_event=shower.on_event)
        return split_bundles(found, read_from_folder(Path(self.source.project)), metafile)

    def add_gone(self, inventory: Inventory) -> Inventory:
        """Return the inventory with what pruning took out, where that is known."""
        from zipper.commands.explain_pruning import add_gone  # noqa: PLC0415  (for the page only)

        return add_gone(inventory, self.source, self._typed)

    def explain(self, name: str, *, every: bool) -> tuple[Explanation, Tree]:
        """Return why the package called `name` is there."""
        if isinstance(self.source, str):
            from zipper.tree.why import explain  # noqa: PLC0415  (for this question only)

            tree = read_inventory(self.source).tree
            return explain(tree, name, every=every), tree
        with Shower(self.source) as shower:
            return explain_package(self.source, name, every=every, on_event=shower.on_event)

    def find_findings(self) -> tuple[Finding, ...]:
        """Return what the checks say of a zip; there is nothing to check of a project."""
        if not isinstance(self.source, str):
            return ()
        from zipper.commands.check import check_one  # noqa: PLC0415  (for the page only)

        return check_one(self.source, self._typed).findings


def _refuse_contradictions(
    package: str | None, diff: str | None, html: Path | None, form: str
) -> None:
    if package is not None and (diff is not None or html is not None):
        raise UsageError(
            "EUSAGE",
            "`--diff` and `--html` are about a package as a whole",
            hint=f"leave out `{package}`, or leave out the option",
        )
    if form == "markdown" and (diff is None or html is not None):
        raise UsageError(
            "EUSAGE",
            "`--format markdown` is for `--diff`",
            hint="python -m zipper explain --diff old.zip new.zip --format markdown",
        )


def _show_sizes(inventory: Inventory, form: str, *, every: bool) -> None:
    from zipper.report.html_page import list_packages  # noqa: PLC0415  (with its question)
    from zipper.report.size_tree import describe_copies, draw_sizes  # noqa: PLC0415

    if form == "json":
        show_json(
            {
                "path": inventory.path,
                "size_bytes": inventory.size_bytes,
                "unzipped_size_bytes": inventory.unzipped_size_bytes,
                "files": len(inventory.files),
                "packages": list_packages(inventory),
            }
        )
        return
    width = terminal_width() if is_stdout_terminal() else None
    echo_lines(draw_sizes(inventory, width=width, every=every, depth=2))
    copies = list(describe_copies(inventory))
    if copies:
        echo_lines(["", "packages that are there more than once, and what the others cost:"])
        echo_lines(copies if every else copies[:5])
        if len(copies) > 5 and not every:
            echo_lines([f"{'':>8}  {len(copies) - 5:,} more with `--all`"])


def _show_changes(diff: str, inventory: Inventory, form: str) -> None:
    from zipper.report.changes import (  # noqa: PLC0415  (with its question)
        compare,
        describe_changes,
        describe_changes_as_markdown,
    )

    changes = compare(read_inventory(diff), inventory)
    if form == "json":
        show_json(changes)
    elif form == "markdown":
        echo_lines(describe_changes_as_markdown(changes))
    else:
        echo_lines(describe_changes(changes))


def _show_why(explanation: Explanation, tree: Tree, form: str) -> int:
    from zipper.tree.why import draw_explanation  # noqa: PLC0415  (with its question)

    if form == "json":
        copies = [
            {
                "location": copy.node.location,
                "version": copy.node.version,
                "reason": copy.reason,
                "is_complete": copy.is_complete,
                "chains": copy.chains,
            }
            for copy in explanation.copies
        ]
        show_json({"package": explanation.name, "copies": copies})
    else:
        echo_lines(draw_explanation(explanation, tree), fold=True)
    return int(not explanation.copies)


def _write_page(
    path: Path, inventory: Inventory, findings: tuple[Finding, ...], diff: str | None
) -> None:
    from zipper.commands.output import write_text  # noqa: PLC0415  (with its question)
    from zipper.report.changes import compare  # noqa: PLC0415
    from zipper.report.html_page import make_page  # noqa: PLC0415

    template = resources.files("zipper.report").joinpath("page.html").read_text(encoding="utf-8")
    changes = None if diff is None else compare(read_inventory(diff), inventory)
    write_text(make_page(template, inventory, findings=findings, changes=changes), path)
    echo_lines([f"{path}: open it in a browser"])
